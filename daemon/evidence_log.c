/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence_log - log lines that speak against a client, recipients apart */
#include "daemon/cross.h"
#include "daemon/evidence_impl.h"

static enum evidence_kind
kind_of(enum log_kind k)
{
	switch (k) {
	case LOG_RELAY_DENIED:
		return EVIDENCE_RELAY_PROBE;
	case LOG_LIST_REJECT:
		return EVIDENCE_LISTED;
	case LOG_EARLY_TALK:
		return EVIDENCE_EARLY_TALK;
	case LOG_PIPELINING:
		return EVIDENCE_PIPELINING;
	case LOG_NON_SMTP:
		return EVIDENCE_NON_SMTP;
	case LOG_RATE_LIMIT:
		return EVIDENCE_RATE;
	case LOG_CONTENT_REJECT:
		return EVIDENCE_CONTENT;
	case LOG_AUTH_FAIL:
		return EVIDENCE_AUTH_GUESS;
	default:
		return EVIDENCE_NONE;
	}
}

/* These happen often, and each time is one more. */
static bool
is_counted(enum evidence_kind k)
{
	return k == EVIDENCE_AUTH_GUESS || k == EVIDENCE_CONTENT;
}

bool
evidence_bad(struct evidence *e, const struct log_event *ev,
    const struct session *s, struct str line, int64_t now_ms)
{
	struct client *c = client_get(e->conf.clients, &ev->client, now_ms);
	enum evidence_kind k;

	if (!cross_agrees(c, s, ev))
		return false;
	c->last_ms = now_ms;
	if (evidence_rcpt_logged(e, c, ev, s, line, now_ms))
		return true;
	k = kind_of(ev->kind);
	if (k == EVIDENCE_CONTENT && ev->qid.n > 0)
		return true; /* told of the message, see evidence_message() */
	if (k == EVIDENCE_NONE ||
	    (!is_counted(k) && !evidence_first(c, k, NULL, now_ms)))
		return true;
	client_add(c, k, 1, 0, now_ms);
	client_sample(c, k, line, now_ms);
	evidence_judge(e, c);
	return true;
}
