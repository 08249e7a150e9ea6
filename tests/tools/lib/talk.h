/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * talk - tests only: what a client says, step by step
 *
 * A behaviour is a line of words (docs of `ztraffic --help`): each sends
 * something and waits for the reply, or with `!` before it does not wait.
 * talk_compile() makes steps of it for one session, talk_run() goes on with
 * a connection as far as it can.  Clock: monotonic microseconds.
 */
#ifndef ZFW_TESTS_TOOLS_TALK_H
#define ZFW_TESTS_TOOLS_TALK_H

#include "tests/tools/lib/tcp.h"

#define TALK_REPLIES 200

enum talk_kind {
	TALK_SEND,
	TALK_GREET, /* wait for the greeting */
	TALK_WAIT,  /* wait for all replies that are due */
	TALK_SLEEP,
	TALK_PUSH, /* what was written leaves now */
	TALK_FIN,
	TALK_RST,
	TALK_VANISH,
};

/*
 * Verbs that matter: DATA that waits is left out when no recipient was
 * accepted, a body that waits when DATA was not; QUIT's reply is never the
 * "last" one.
 */
enum talk_verb {
	TALK_OTHER,
	TALK_RCPT,
	TALK_DATA,
	TALK_BODY,
	TALK_QUIT,
};

struct talk_step {
	enum talk_kind kind;
	bool wait;           /* TALK_SEND: for the reply to it */
	enum talk_verb verb; /* TALK_SEND */
	int64_t us;          /* TALK_SLEEP */
	char *text;          /* TALK_SEND; owned */
};

struct talk_words { /* what the words say; borrowed while compiling */
	const char *helo, *mail, *rcpt, *domain, *subject;
	unsigned unknown; /* made-up recipients after those of `rcpt` */
	unsigned size;    /* of the message body, at least */
	unsigned number;  /* of the session: %n */
	uint32_t random;  /* %x and made-up names */
	const struct addr *src;
};

enum talk_end {
	TALK_RUNNING,
	TALK_DONE,    /* to the last step */
	TALK_CLOSED,  /* the server closed before */
	TALK_RESET,   /* the server reset */
	TALK_TIMEOUT, /* a reply did not come */
	TALK_DROPPED, /* no answer to the SYN */
	TALK_REFUSED, /* RST to the SYN */
};
extern const char *const talk_end_name[];

struct talk {
	struct talk_step *steps; /* owned */
	size_t steps_n, at;
	bool piggyback; /* no ACK of its own ends the handshake: data does */
	unsigned want;  /* final reply lines that we have asked for */
	unsigned seen;  /* ... and that came */
	uint16_t codes[TALK_REPLIES];
	uint16_t last; /* code, of any reply but QUIT's */
	enum talk_verb verbs[TALK_REPLIES + 1]; /* asked for reply n */
	bool rcpt_ok, data_ok; /* a recipient, DATA was accepted */
	bool accepted;         /* the body was answered 2xx */
	bool began;            /* step `at` is under way */
	bool closing;          /* FIN is sent, the rest is manners */
	int64_t due_us;        /* when to look again; 0 = never */
	int64_t next_us;       /* do not speak before that */
	int64_t pause_us, patience_us;
	enum talk_end end, closing_end;
};

/* False, with the bad word in *bad (borrowed), when `line` is not valid. */
bool talk_compile(struct talk *t, const char *line, const struct talk_words *w,
    const char **bad);
void talk_fini(struct talk *t);
/* Goes on; t->end tells whether it is over. */
void talk_run(struct talk *t, struct conn *c, int64_t now_us);
/* NULL when there is no behaviour of that name; i-th for help texts. */
const char *talk_named(const char *name);
bool talk_at(size_t i, const char **name, const char **line);
/* `%a %d %n %x %%` put in; the caller frees. */
char *talk_expand(const char *text, const struct talk_words *w);

#endif
