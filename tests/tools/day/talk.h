/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * talk - tests only: the two sides of one SMTP dialogue
 *
 * Says what the client says in its dialect, what Postfix answers and logs,
 * and keeps Postfix's counters.  After STARTTLS all of it goes over the wire
 * as records that nobody can read.  Used by play, which decides.
 */
#ifndef ZFW_TESTS_TOOLS_DAY_TALK_H
#define ZFW_TESTS_TOOLS_DAY_TALK_H

#include "tests/tools/day/play.h"

#define RCPTS_MAX 64

struct talk_rcpt {
	char text[64];
	bool refused;
};

/* Postfix's counters, as they stand in its "disconnect" line */
enum verb {
	V_HELO,
	V_EHLO,
	V_STARTTLS,
	V_AUTH,
	V_MAIL,
	V_RCPT,
	V_DATA,
	V_RSET,
	V_NOOP,
	V_QUIT,
	V_UNKNOWN,
	VERBS
};

struct talk {
	const struct play_conf *pc;
	struct session *s;
	struct client *c;
	const struct kind *kind;
	const struct dialect *dialect;
	struct dice *dice;
	struct flow flow;
	enum errand errand;
	enum think think;
	enum leave leave;
	bool ehlo, said_early, over;
	const char *after; /* the state for "lost connection after" */
	struct talk_rcpt rcpts[RCPTS_MAX];
	unsigned rcpts_n, rcpts_ok;
	unsigned ok[VERBS], all[VERBS];
	unsigned pid, size;
	char who[192]; /* NAME[ADDRESS]:PORT */
	char qid[16];
	char sender[NAME_BYTES + 32];
};

void talk_begin(struct talk *t);
void talk_log(const struct talk *t, const char *service, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void talk_reply(struct talk *t, const char *text);
void talk_hello_early(struct talk *t);
void talk_hello(struct talk *t);
void talk_tls(struct talk *t);
/* MAIL, RCPT for each of rcpts, and, with `body`, the message. */
void talk_transaction(struct talk *t, bool body);
void talk_noop(struct talk *t);
void talk_auth(struct talk *t);
void talk_relay(struct talk *t);
void talk_http(struct talk *t, bool early);
void talk_http_answer(struct talk *t);
void talk_leave(struct talk *t);
/* Somebody who does not exist. */
void talk_nobody(struct talk *t, char out[64]);
void talk_qid(struct dice *d, char out[16]);

#endif
