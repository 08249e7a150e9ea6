/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * talk - the front's half of an SMTP dialogue, without I/O
 *
 * Bytes of the client in, bytes of ours out; one struct a connection, no
 * memory of its own.  Greets, answers EHLO, HELO, MAIL, RSET, NOOP, VRFY, HELP
 * and QUIT, and refuses each RCPT with 550 5.7.1, the kind of reason in words
 * and the link: not earlier, because many servers take a refused greeting for
 * a reason to try another MX.  A client that turns out not to be blocked gets
 * 451 instead: its next try reaches the MTA.  Offers no STARTTLS and takes no
 * message.  A line may be TALK_LINE_MAX bytes; a longer one is passed over to
 * its end and answered 500.  After TALK_COMMANDS commands, TALK_BYTES bytes,
 * or TALK_ERRORS lines that make no sense it says 421 and ends; so it does at
 * once when it hears TLS, HTTP or other things that are not SMTP.  Reply lines
 * are at most TALK_REPLY_MAX octets.  Pure; deadlines are the caller's.
 */
#ifndef ZFW_FRONT_TALK_H
#define ZFW_FRONT_TALK_H

#include <stddef.h>

#include "daemon/frontmsg.h"

#define TALK_LINE_MAX  1024
#define TALK_COMMANDS  1000 /* mail to many: each refusal is one command */
#define TALK_ERRORS    10
#define TALK_BYTES     (256 << 10)
#define TALK_REPLY_MAX 200
#define TALK_OUT_MAX   1024 /* bytes that one line can make us say */
#define TALK_NOTE_MAX  80

struct talk_conf {
	const char *name; /* ours, in greeting and EHLO */
	const char *url;  /* "https://HOST" before "/a/TOKEN"; "" = no links */
};

/* What is known of the client, once the engine has told it. */
struct talk_client {
	struct addr who;
	bool told;
	bool blocked; /* told, and false: it should try again */
	enum front_kind kind;
	char token[44]; /* "" = no link for this one */
};

struct talk_note { /* what it said, cut, for the log: a stranger's bytes */
	uint8_t n;
	char b[TALK_NOTE_MAX];
};

struct talk {
	const struct talk_conf *conf;
	const struct talk_client *client;
	bool mail;     /* MAIL was said */
	bool over;     /* say what is to be said, and close */
	bool skipping; /* a line that is too long, up to its end */
	unsigned commands, errors;
	unsigned rcpts;   /* of this transaction */
	unsigned refused; /* recipients, in all */
	size_t bytes, line_n;
	struct talk_note helo, sender, rcpt; /* the last, the last, the first */
	char line[TALK_LINE_MAX];
};

/* Returns the bytes of the greeting put into out. */
size_t talk_begin(struct talk *t, const struct talk_conf *conf,
    const struct talk_client *client, char out[TALK_OUT_MAX]);
/*
 * Takes bytes up to the end of one line: *used of them.  Returns the bytes to
 * send (0: none yet).  Call it again while *used < n and not t->over; before
 * that, wait until client->told when talk_needs_client() says so.
 */
size_t talk_take(struct talk *t, const char *in, size_t n, size_t *used,
    char out[TALK_OUT_MAX]);
/* The refusal needs to know who it is: keep the line until it is told. */
bool talk_needs_client(const struct talk *t, const char *in, size_t n);
/* 421 and `over`, for a deadline or an end of ours. */
size_t talk_end(struct talk *t, const char *why, char out[TALK_OUT_MAX]);

/* "421 NAME WHY" for one who is not let in at all. */
size_t talk_busy(const struct talk_conf *conf, char out[TALK_OUT_MAX]);

#endif
