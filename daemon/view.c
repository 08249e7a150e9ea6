/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/view.h"

#include "daemon/names.h"
#include "daemon/score.h"

/* Told of the sessions of one machine; faces_note() knows whose. */
static bool
is_own_deed(enum evidence_kind k)
{
	switch (k) {
	case EVIDENCE_EARLY_TALK:
	case EVIDENCE_PIPELINING:
	case EVIDENCE_NON_SMTP:
	case EVIDENCE_UNKNOWN_RCPT:
	case EVIDENCE_TRAP_RCPT:
	case EVIDENCE_RELAY_PROBE:
	case EVIDENCE_RATE:
	case EVIDENCE_CONTENT:
	case EVIDENCE_AUTH_GUESS:
		return true;
	default:
		return false;
	}
}

static void
set_count(struct client *c, enum evidence_kind k, double n, int64_t now_ms)
{
	if (n > 0)
		c->facts[k] = (struct client_fact){ (float)n, 0, now_ms };
	else
		c->facts[k] = (struct client_fact){ 0, 0, 0 };
}

void
view_face(const struct client *c, const struct face *f, int64_t now_ms,
    struct client *out)
{
	struct face_rcpts r = face_rcpts(f, now_ms);

	*out = *c;
	for (unsigned k = 1; k < EVIDENCE_KINDS; k++)
		if (evidence_family((enum evidence_kind)k) == FAMILY_GOOD ||
		    (is_own_deed((enum evidence_kind)k) &&
			(f->deeds & 1ULL << k) == 0))
			out->facts[k] = (struct client_fact){ 0, 0, 0 };
	set_count(out, EVIDENCE_NAMED, 0, now_ms);
	set_count(out, EVIDENCE_STACK_MANY, 0, now_ms);
	set_count(out, EVIDENCE_REPORTED, 0, now_ms);
	set_count(out, EVIDENCE_UNKNOWN_RCPT, r.unknown, now_ms);
	set_count(out, EVIDENCE_RCPT_OK, r.known, now_ms);
	set_count(out, EVIDENCE_TRAP_RCPT, r.traps, now_ms);
	if (name_is_own(c->name_class)) {
		out->name_class = 0;
		out->rdns[0] = '\0';
	}
	out->good_days = 0;
	out->good_mails = out->good_rcpts = 0;
	out->peer_ms = out->login_ms = 0;
}

void
view_clicked(const struct client *c, struct client *out)
{
	*out = *c;
	for (unsigned k = 1; k < EVIDENCE_KINDS; k++) {
		enum family f = evidence_family((enum evidence_kind)k);

		if (f != FAMILY_RECIPIENT && f != FAMILY_GOOD)
			out->facts[k] = (struct client_fact){ 0, 0, 0 };
	}
	memset(out->value, 0, sizeof(out->value));
	out->dialect = out->way = out->stack = 0;
	out->offences = 0;
}
