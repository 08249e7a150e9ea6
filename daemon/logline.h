/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline - stage 5 of 8: one line of a mail log -> one typed event
 *
 * A hand-written, linear, positional scanner: address, port and queue id are
 * taken from fixed places counted from the left, before the first byte that
 * a client chose; everything after is client text and can only become text.
 * Called by the engine for every line of every log; pure, no memory.  A line
 * without an event is LOG_NONE, which is not an error.  Slices borrow from
 * the line.
 */
#ifndef ZFW_DAEMON_LOGLINE_H
#define ZFW_DAEMON_LOGLINE_H

#include "daemon/logtime.h"
#include "fp/addr.h"

#define LOG_LINE_MAX 4096 /* longer lines are cut there by the reader */

/* The names are those that `zfw-replay --events` prints. */
enum log_kind {
	LOG_NONE, /* nothing of interest; not printed */
	LOG_CONNECT,
	LOG_DISCONNECT, /* with the session's counters */
	LOG_ACCEPT,     /* a recipient was accepted, a queue id given */
	LOG_SENT,       /* our own delivery to `client` */
	LOG_BOUNCED,
	LOG_OWN_BOUNCE,
	LOG_AUTH_OK,
	/*
	 * Understood and neutral: a message is `queued` (qid, nrcpt), a name
	 * is unconfirmed, a reject is not about the client (our own trouble,
	 * greylisting, a rule that only warns).
	 */
	LOG_INFO,
	LOG_UNKNOWN_RCPT,
	LOG_TRAP_RCPT, /* never from the parser: the engine knows the traps */
	LOG_RELAY_DENIED,
	LOG_LIST_REJECT,
	LOG_HELO_REJECT,
	LOG_NAME_REJECT,
	LOG_CONTENT_REJECT,
	LOG_OTHER_REJECT,
	LOG_EARLY_TALK,
	LOG_PIPELINING,
	LOG_NON_SMTP,
	LOG_LOST,
	LOG_RATE_LIMIT,
	LOG_AUTH_FAIL,
	LOG_KINDS,
};
extern const char *const log_kind_name[LOG_KINDS];

/*
 * Of a disconnect line; -1 = not there.  `_ok` is how many were accepted, the
 * field of the plain name how many were sent.
 */
struct log_counters {
	int32_t ehlo, helo, mail_ok, mail, rcpt_ok, rcpt, data_ok, data;
	int32_t bdat, rset, noop, vrfy, auth_ok, auth, starttls, quit;
	int32_t unknown, commands_ok, commands;
};

struct log_event {
	enum log_kind kind;
	int64_t t_ms; /* the stamp, wall clock */
	bool whole_second;
	bool submission;  /* of a submission service: only good evidence */
	bool null_sender; /* from=<> */
	bool soft;        /* a 4xx reject */
	bool rdns_none;   /* the MTA says that no confirmed name exists */
	/*
	 * The name does not point back; with LOG_INFO `reason` is that name,
	 * with LOG_NAME_REJECT it may as well not exist ("cannot find your
	 * hostname" is said of both).
	 */
	bool rdns_unconfirmed;
	bool name_claimed; /* `name` is the client's DNS, nobody confirmed it */
	bool has_counters;
	/* LOG_INFO or LOG_ACCEPT: message qid is in the queue (nrcpt) */
	bool queued;
	/* A later line of `session` names the client: logjoin holds this. */
	bool client_later;
	struct addr client; /* or relay; family 0: none in this line, see qid */
	uint16_t port;      /* of the client; 0: the log has none */
	uint16_t code;      /* SMTP reply code of a reject, 0 = none */
	uint32_t nrcpt;
	struct str mta;     /* "postfix" */
	struct str service; /* last path part of the tag: "smtpd" */
	struct str name;    /* client's name by the MTA; empty = unknown */
	struct str qid;     /* queue id; empty = none or NOQUEUE */
	struct str session; /* id that joins lines (logjoin); may be empty */
	struct str helo, sender, rcpt, reason; /* client text; may be empty */
	struct str orig_rcpt; /* a delivery's, before aliases; may be empty */
	struct str msgid;     /* the Message-ID, client text: for msgid.h */
	struct log_counters n;
};

struct logline_conf {
	struct logtime_conf time;
	/* A tag with one of these as a path part is a submission service. */
	const char *const *submission; /* NULL-terminated; may be NULL */
};

/*
 * `now_ms` is only used to guess the year.  Always fills *ev; returns
 * ev->kind.  `line` has no newline.
 */
enum log_kind logline_parse(const struct logline_conf *c, struct str line,
    int64_t now_ms, struct log_event *ev);

/*
 * The same in half the time, for who reads line after line: remembers the
 * stamp and the heads (host and tag) of lines before.  Owned by the caller, who
 * sets it up anew when `c` changes; lines of several logs may come through
 * one.  What comes out does not depend on what it remembers.
 */
struct logline_reader;
struct logline_reader *logline_reader_new(const struct logline_conf *c);
void logline_reader_free(struct logline_reader *r);
void logline_reader_set(struct logline_reader *r, const struct logline_conf *c);
enum log_kind logline_read(struct logline_reader *r, struct str line,
    int64_t now_ms, struct log_event *ev);

#endif
