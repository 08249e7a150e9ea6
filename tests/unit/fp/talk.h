/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * talk - SMTP dialogues as text, for the tests of fp/smtp
 *
 * One dialogue, a step a string: `C:` and `S:` are segments, with `|` for CR
 * LF and `\n` as it is.  `C+n:` / `S+n:` come after a gap of n bytes, `C-n:`
 * / `S-n:` begin n bytes before what was said, `C.n:` has the last n bytes
 * not captured, `C!:` comes late.  The client acknowledges all that we said,
 * but `c:` only what it had acknowledged before; `A:` is that alone.  `W:n`
 * lets n ms pass.  `F:` and `R:` are the client's FIN and RST, `f:` is our
 * FIN.  A step takes TALK_STEP_US.  Owns nothing; aborts on
 * what is no step.
 */
#ifndef ZFW_TESTS_TALK_H
#define ZFW_TESTS_TALK_H

#include "fp/smtp.h"

#include <stdio.h>
#include <stdlib.h>

#define TALK_STEP_US 1000
#define TALK_BYTES   8192

struct talk {
	struct smtp m;
	uint32_t c_next, s_next, heard;
	int64_t now_us;
	char log[512]; /* of the commands */
	size_t log_n;
	char replies[1024]; /* that were told */
	size_t replies_n;
	struct smtp_reply reply; /* the latest of them, but for its text */
	char text[SMTP_KEEP];    /* that is here */
	char address[SMTP_KEEP]; /* of the latest MAIL or RCPT */
};

static inline void
talk_init(struct talk *d, bool greeted)
{
	d->now_us = INT64_C(1700000000000000);
	d->heard = d->s_next;
	smtp_init(&d->m,
	    &(struct smtp_start){ .c_next = d->c_next,
		.s_next = d->s_next,
		.greeted = greeted,
		.open_us = d->now_us });
}

static inline const char *
talk_verb(uint16_t verb)
{
	static const char *const names[] = { "helo", "ehlo", "mail", "rcpt",
		"data", "rset", "quit", "starttls", "auth", "noop", "vrfy",
		"http", "other" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (verb == 1U << i)
			return names[i];
	return "?";
}

static inline void
talk_log(struct talk *d, const struct smtp_command *cmd)
{
	size_t room = sizeof(d->log) - d->log_n;
	int n = snprintf(&d->log[d->log_n], room, "%s%s",
	    d->log_n > 0 ? " " : "", talk_verb(cmd->verb));

	d->log_n += (size_t)n < room ? (size_t)n : room - 1;
	if (cmd->verb == VERB_MAIL || cmd->verb == VERB_RCPT)
		snprintf(d->address, sizeof(d->address), "%.*s",
		    (int)cmd->arg.n, cmd->arg.p);
	if (cmd->verb != VERB_HELO && cmd->verb != VERB_EHLO)
		return;
	room = sizeof(d->log) - d->log_n;
	n = snprintf(&d->log[d->log_n], room, "(%.*s)", (int)cmd->arg.n,
	    cmd->arg.p);
	d->log_n += (size_t)n < room ? (size_t)n : room - 1;
}

static inline size_t
talk_expand(const char *s, uint8_t *out)
{
	size_t n = 0;

	for (; *s != '\0' && n + 2 < TALK_BYTES; s++) {
		if (*s == '|') {
			out[n++] = '\r';
			out[n++] = '\n';
		} else {
			out[n++] = (uint8_t)*s;
		}
	}
	return n;
}

static inline void
talk_client(struct talk *d, struct traits *t, bool hears)
{
	struct smtp_command cmd;
	struct smtp_in in;

	if (hears)
		d->heard = d->s_next;
	t->ack = d->heard;
	if (smtp_client(&d->m, t, d->now_us, &in))
		while (smtp_next(&d->m, &in, &cmd))
			talk_log(d, &cmd);
}

/* The replies that were told: "rcpt550 data354". */
static inline void
talk_server(struct talk *d, struct traits *t)
{
	struct smtp_reply r;
	struct smtp_out out;
	size_t room;
	int n;

	if (!smtp_server(&d->m, t, d->now_us, &out))
		return;
	while (smtp_reply(&d->m, &out, &r)) {
		room = sizeof(d->replies) - d->replies_n;
		n = snprintf(&d->replies[d->replies_n], room, "%s%s%u",
		    d->replies_n > 0 ? " " : "",
		    r.message ? "end" : talk_verb(r.verb), r.code);
		d->replies_n += (size_t)n < room ? (size_t)n : room - 1;
		d->reply = r;
		snprintf(d->text, sizeof(d->text), "%.*s", (int)r.text.n,
		    r.text.p);
	}
}

/* `s` says whose and where; what lies between it and the colon counts. */
static inline void
talk_segment(struct talk *d, const char *s, const char *text)
{
	static uint8_t b[TALK_BYTES];
	uint8_t *copy;
	bool client = s[0] != 'S';
	uint32_t *next = client ? &d->c_next : &d->s_next;
	uint32_t by = (uint32_t)strtoul(&s[2], NULL, 10), seq = *next;
	uint32_t n = (uint32_t)talk_expand(text, b), cap = n;

	if (s[1] == '+')
		seq += by;
	else if (s[1] == '-')
		seq -= by;
	else if (s[1] == '.')
		cap -= by;
	else if (s[1] == '!')
		smtp_late(&d->m);
	/* A copy of its own, so that a sanitizer sees a read too far. */
	copy = malloc(cap + 1U);
	memcpy(copy, b, cap);
	struct traits t = { .flags = TCPF_ACK,
		.seq = seq,
		.ack = d->c_next,
		.payload = copy,
		.payload_cap = cap,
		.payload_len = n };

	if (client)
		talk_client(d, &t, s[0] != 'c');
	else
		talk_server(d, &t);
	if ((int32_t)(seq + n - *next) > 0)
		*next = seq + n;
	free(copy);
}

static inline void
talk_step(struct talk *d, const char *s)
{
	const char *text = strchr(s, ':');

	if (text == NULL)
		abort();
	text++;
	switch (s[0]) {
	case 'W':
		d->now_us += strtol(text, NULL, 10) * 1000;
		return;
	case 'F':
		talk_segment(d, "C:", "");
		smtp_close(&d->m, SESSION_END_CLIENT_FIN);
		return;
	case 'R':
		smtp_close(&d->m, SESSION_END_CLIENT_RST);
		return;
	case 'f':
		smtp_close(&d->m, SESSION_END_SERVER_FIN);
		return;
	case 'A':
		text = "";
		break;
	default:
		break;
	}
	d->now_us += TALK_STEP_US;
	talk_segment(d, s, text);
}

#endif
