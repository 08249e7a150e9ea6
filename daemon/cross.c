/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cross.h"

/* Of a recipient.  A list rejects whom it likes, before any command. */
static bool
is_reject(enum log_kind k)
{
	return k == LOG_UNKNOWN_RCPT || k == LOG_TRAP_RCPT ||
	    k == LOG_RELAY_DENIED;
}

/* One more reject: has the client given that many reasons for it? */
static bool
reject_fits(struct client *c, const struct session *s)
{
	unsigned asked = s->rcpts_n > 0 ? s->rcpts_n : s->commands_n;

	if (c->cross_us != s->open_us) {
		c->cross_us = s->open_us;
		c->cross_n = 0;
	}
	if (c->cross_n >= asked)
		return false;
	c->cross_n++;
	return true;
}

bool
cross_agrees(struct client *c, const struct session *s,
    const struct log_event *ev)
{
	if (s == NULL || s->one_sided)
		return true;
	if (ev->kind == LOG_EARLY_TALK)
		return s->early_us != 0;
	if (s->blind)
		return true;
	switch (ev->kind) {
	case LOG_PIPELINING:
		return s->pipelined || s->early_us != 0 || s->bare_lf;
	case LOG_NON_SMTP:
		return (s->verbs & (VERB_HTTP | VERB_OTHER)) != 0;
	default:
		return !is_reject(ev->kind) || reject_fits(c, s);
	}
}

bool
cross_helo(const struct session *s)
{
	return s == NULL || s->helo_n == 0;
}
