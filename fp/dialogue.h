/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dialogue - stage 4 of 8: how a client speaks SMTP, as traits
 *
 * What the commands of one session look like and when they come: categories
 * for a dialect key, and times.  Filled by smtp while it reads the dialogue,
 * up to STARTTLS or to the first gap; read by everybody through struct
 * session.  A category that was not seen is 0 (NONE) and says nothing.  Pure,
 * no memory, never fails.  Times are microseconds of capture time.
 */
#ifndef ZFW_FP_DIALOGUE_H
#define ZFW_FP_DIALOGUE_H

#include "fp/bytes.h"

/* How the dialogue was begun. */
enum dialogue_hello {
	DIALOGUE_HELLO_NONE,
	DIALOGUE_HELLO_EHLO,
	DIALOGUE_HELLO_HELO,
	DIALOGUE_HELLO_FALLBACK, /* HELO after a refused EHLO */
	DIALOGUE_HELLO_BOTH,     /* HELO after an accepted EHLO: odd */
	DIALOGUE_HELLO_TWICE,    /* the same again without STARTTLS or RSET */
	DIALOGUE_HELLO_SKIPPED,  /* MAIL without either */
	DIALOGUE_HELLOS,
};

enum dialogue_case {
	DIALOGUE_CASE_NONE,
	DIALOGUE_CASE_UPPER,
	DIALOGUE_CASE_LOWER,
	DIALOGUE_CASE_TITLE, /* Mail */
	DIALOGUE_CASE_MIXED, /* differs from verb to verb, or mAiL */
	DIALOGUE_CASES,
};

/* "MAIL FROM:<a>" and what people make of it; RCPT likewise. */
enum dialogue_path {
	DIALOGUE_PATH_NONE,
	DIALOGUE_PATH_PLAIN,      /* FROM:<a> */
	DIALOGUE_PATH_SPACE,      /* FROM: <a> */
	DIALOGUE_PATH_BEFORE,     /* FROM :<a> */
	DIALOGUE_PATH_BARE,       /* FROM:a, without angle brackets */
	DIALOGUE_PATH_BARE_SPACE, /* FROM: a */
	DIALOGUE_PATH_OTHER,
	DIALOGUE_PATH_MIXED, /* differs from line to line */
	DIALOGUE_PATHS,
};

enum dialogue_eol {
	DIALOGUE_EOL_NONE,
	DIALOGUE_EOL_CRLF,
	DIALOGUE_EOL_LF,
	DIALOGUE_EOL_MIXED,
	DIALOGUE_EOLS,
};

/* How commands lie in segments. */
enum dialogue_cut {
	DIALOGUE_CUT_NONE,
	DIALOGUE_CUT_WHOLE, /* one command, one segment */
	DIALOGUE_CUT_GLUED, /* several in one */
	DIALOGUE_CUT_SPLIT, /* one over several */
	DIALOGUE_CUT_BYTES, /* a byte each */
	DIALOGUE_CUTS,
};

/* The argument of HELO or EHLO, by its form alone. */
enum dialogue_name {
	DIALOGUE_NAME_NONE,
	DIALOGUE_NAME_EMPTY,
	DIALOGUE_NAME_FQDN,
	DIALOGUE_NAME_LITERAL,   /* [192.0.2.1], [IPv6:...] */
	DIALOGUE_NAME_BARE_ADDR, /* 192.0.2.1 */
	DIALOGUE_NAME_LABEL,     /* a single label */
	DIALOGUE_NAME_LOCALHOST, /* localhost, localhost.localdomain */
	DIALOGUE_NAME_PRIVATE,   /* under .local, .lan, .internal, ... */
	DIALOGUE_NAME_DIGITS,    /* an FQDN with an address written in it */
	DIALOGUE_NAME_BAD,       /* not a name */
	DIALOGUE_NAMES,
};

/*
 * What it does once it has heard our first 4xx, and our first 5xx, be that to
 * a command or in place of a greeting.  NONE also when we hung up first.
 */
enum dialogue_react {
	DIALOGUE_REACT_NONE, /* there was no such reply */
	DIALOGUE_REACT_NEXT, /* the next recipient */
	DIALOGUE_REACT_RSET,
	DIALOGUE_REACT_QUIT,
	DIALOGUE_REACT_RETRY, /* the same command again */
	DIALOGUE_REACT_DATA,  /* DATA all the same */
	DIALOGUE_REACT_OTHER, /* another command */
	DIALOGUE_REACT_SPEW,  /* what is no command: it did not listen */
	DIALOGUE_REACT_CLOSE, /* hangs up */
	DIALOGUE_REACTS,
};

/* How the client leaves. */
enum dialogue_leave {
	DIALOGUE_LEAVE_NONE, /* not yet, not told, or we hung up */
	DIALOGUE_LEAVE_QUIT,
	DIALOGUE_LEAVE_FIN, /* without QUIT */
	DIALOGUE_LEAVE_RST, /* likewise */
	DIALOGUE_LEAVES,
};

enum dialogue_flag {
	DIALOGUE_EARLY = 1 << 0,      /* spoke before the greeting */
	DIALOGUE_PIPELINED = 1 << 1,  /* ahead of our replies without leave */
	DIALOGUE_MAY_PIPE = 1 << 2,   /* ahead of them with leave */
	DIALOGUE_TRAILING = 1 << 3,   /* white space at the end of a line */
	DIALOGUE_PARAMS = 1 << 4,     /* ESMTP parameters on MAIL or RCPT */
	DIALOGUE_RSET_FIRST = 1 << 5, /* RSET before the first MAIL */
	DIALOGUE_RSET_QUIT = 1 << 6,  /* RSET right before QUIT */
	DIALOGUE_HTTP = 1 << 7,
	DIALOGUE_UNKNOWN = 1 << 8, /* a verb that SMTP does not have */
	DIALOGUE_STARTTLS = 1 << 9,
	DIALOGUE_AUTH = 1 << 10,
	DIALOGUE_NULL_SENDER = 1 << 11,
	DIALOGUE_DATA_EARLY = 1 << 12, /* body before 354 */
	DIALOGUE_BDAT = 1 << 13,
	DIALOGUE_NOOP = 1 << 14,
	DIALOGUE_VRFY = 1 << 15,         /* or EXPN */
	DIALOGUE_RSET_BETWEEN = 1 << 16, /* after a message, before the next */
	DIALOGUE_EMPTY = 1 << 17,        /* an empty line as a command */
	DIALOGUE_SPACED = 1 << 18,       /* blanks before a verb, or several
	                                    behind it */
};
/* Says whose mail it was, not who spoke: no part of the key. */
#define DIALOGUE_NOT_IN_KEY ((uint32_t)DIALOGUE_NULL_SENDER)
/* Whether it waits, which one program does now and then, is told apart. */
#define DIALOGUE_NOT_IN_RCPT_KEY \
	(DIALOGUE_NOT_IN_KEY | (uint32_t)DIALOGUE_EARLY | \
	    (uint32_t)DIALOGUE_PIPELINED)

/* Durations: what a mean and a variance need, and the ends. */
struct dialogue_times {
	uint16_t n;
	uint32_t min_us, max_us;
	uint64_t sum_us;
	double sum2; /* of the squares, us^2 */
};

struct dialogue {
	uint8_t hello, verb_case, mail_path, rcpt_path, eol, cut, name;
	uint8_t word_case; /* of FROM and TO; enum dialogue_case */
	uint8_t on_4xx, on_5xx, leave;
	uint32_t flags;      /* enum dialogue_flag */
	uint32_t early_n;    /* bytes said before it heard the greeting */
	uint16_t early_verb; /* enum session_verb of the early talk's first
	                        line, 0 = none whole */
	uint16_t mails, rcpts_max; /* transactions; most RCPT in one */
	uint16_t replies_4xx, replies_5xx;
	uint64_t rcpt_key;            /* see dialogue_key_rcpt() */
	uint32_t greet_delay_us;      /* handshake to the last greeting line */
	struct dialogue_times think;  /* our reply to its next command */
	struct dialogue_times answer; /* its command to our reply */
};

/*
 * One whole command line, as smtp cuts it: without CR and LF, blanks and all,
 * and cut short when it is long.
 */
struct dialogue_line {
	struct str text;
	uint16_t verb; /* enum session_verb */
	bool lf;       /* it ended in a bare LF */
	bool more;     /* `text` is not all of it */
	bool params;   /* what is not in `text` has parameters behind a path */
	bool any;      /* what is not in `text` has more than blanks */
	bool trailing; /* its last character is a blank */
	/* found in MAIL and RCPT; a slice of `text` */
	struct str address; /* without brackets and parameters, "" = none */
	bool address_cut;   /* its end is not in `text` */
	bool null_path;     /* <> */
};
/*
 * Notes the forms of a line: case, spacing, paths, line end, name, verbs.
 * False when it is no command that SMTP has.
 */
bool dialogue_line(struct dialogue *d, struct dialogue_line *l);
/* The first RCPT was noted, and how it was cut: see dialogue_key_rcpt(). */
void dialogue_mark_rcpt(struct dialogue *d);

/*
 * A stable hash over the categories; 0 when no command was seen.  Two clients
 * of one dialect have one key, whatever they say to whom, and how often.
 */
uint64_t dialogue_key(const struct dialogue *d);
/*
 * The same over how the client spoke up to its first RCPT, that line included,
 * so that a first session can be recognised before its message: hello, cases,
 * paths, line end, cut, and the flags so far (TRAILING, PARAMS, ...; not
 * whether it waits, nor the form of its name).  What depends on our answers or
 * comes later (reactions, leaving, DATA) is no part of it.  Taken once, at
 * that line, and the same for the rest of the session; 0 until then.  `cut` is
 * what it was then: who glues MAIL and RCPT together shows it by the RCPT, and
 * who glues only later lines counts as who does not.  No key of the other kind
 * is equal to one of these but by accident.
 */
uint64_t dialogue_key_rcpt(const struct dialogue *d);
/* The same categories as words, for people and for JSON: equal text, equal
 * key. */
#define DIALOGUE_TEXT 256
const char *dialogue_text(const struct dialogue *d, char buf[DIALOGUE_TEXT]);

void dialogue_time(struct dialogue_times *t, int64_t us);
/* Milliseconds; 0 for fewer than two values. */
double dialogue_deviation_ms(const struct dialogue_times *t);
enum dialogue_name dialogue_name_class(struct str arg);

#endif
