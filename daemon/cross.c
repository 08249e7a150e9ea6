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
	if (!s->blind && c->cross_n >= asked)
		return false;
	c->cross_n++;
	return true;
}

/* What is said in clear shows, whatever comes behind it. */
static bool
was_seen(const struct session *s, enum log_kind k)
{
	switch (k) {
	case LOG_EARLY_TALK:
		return s->early_us != 0;
	case LOG_PIPELINING:
		return s->pipelined || s->early_us != 0 || s->bare_lf;
	case LOG_NON_SMTP:
		return (s->verbs & (VERB_HTTP | VERB_OTHER)) != 0;
	default:
		return true;
	}
}

/* Who was refused something has heard a 4xx or 5xx of ours. */
static bool
needs_refusal(enum log_kind k)
{
	return k == LOG_LIST_REJECT || k == LOG_RATE_LIMIT ||
	    k == LOG_CONTENT_REJECT || k == LOG_AUTH_FAIL ||
	    k == LOG_RELAY_DENIED;
}

bool
cross_agrees(struct client *c, const struct session *s,
    const struct log_event *ev)
{
	if (s == NULL || s->one_sided)
		return true;
	if (!was_seen(s, ev->kind))
		return false;
	if (is_reject(ev->kind) && !reject_fits(c, s))
		return false;
	/* It is logged a moment before it is said. */
	return s->blind || s->deaf || s->refusals > 0 || s->owes ||
	    !needs_refusal(ev->kind);
}

bool
cross_helo(const struct session *s)
{
	return s == NULL || s->helo_n == 0;
}
