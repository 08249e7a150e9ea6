/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine_tally - what is counted for statistics, see tally.h
 *
 * In shadow mode things are counted as if they had been done, so sessions
 * carry notes: its SYN would have been stopped, it would have been cut.
 */
#include "daemon/engine_impl.h"

enum note {
	NOTE_STOPPED = 1, /* shadow: its SYN fell under a block */
	NOTE_CUT = 2,
	NOTE_ZOMBIE = 4,
	NOTE_MAIL = 8, /* a message of it was accepted */
	NOTE_OVER = 16,
};

const struct tally *
engine_tally(struct engine *e)
{
	struct session_counts s;

	session_counts(e->sessions, &s);
	e->tally.n[TALLY_BLOCKED_NOW] = blocks_n(e->blocks);
	e->tally.n[TALLY_OPEN_NOW] = s.open_now;
	return &e->tally;
}

static void
count(struct engine *e, enum tally_kind k)
{
	tally_add(&e->tally, k);
}

/* ---- attempts ---- */

void
engine_tally_attempt(struct engine *e, const struct traits *t,
    enum tally_kind k)
{
	if (k != TALLY_AUDITED)
		e->stopped = true;
	if (attempts_again(e->attempts, t, e->now_ms))
		return;
	count(e, k);
	if (k == TALLY_LISTED)
		count(e, TALLY_PREVENTED);
}

void
engine_tally_line(struct engine *e, const struct log_event *ev)
{
	bool listed;

	if (e->conf.witness || ev->kind != LOG_CONNECT || ev->submission)
		return;
	listed = engine_listed(e, &ev->client, NULL);
	if (listed)
		count(e, TALLY_LISTED);
	count(e,
	    listed ||
		    (engine_hits(e, &ev->client, NULL) &&
			!engine_allowed(e, &ev->client, NULL)) ?
		TALLY_PREVENTED :
		TALLY_CONNECTS);
}

/* ---- sessions ---- */

/* Blocked for what it did, not by hand nor for bounces only. */
static bool
is_zombie(const uint8_t reasons[4])
{
	return reasons[0] != EVIDENCE_ADMIN &&
	    reasons[0] != EVIDENCE_BACKSCATTER;
}

static bool
is_convicted(struct engine *e, const struct session *s)
{
	struct addr key = addr_key(&s->client);
	struct stack stack = session_stack(s);
	const struct block *b;

	if (!engine_hits(e, &s->client, &stack) ||
	    engine_allowed(e, &s->client, NULL) || engine_spared(e, &s->client))
		return false;
	b = blocks_find(e->blocks, &key);
	return b != NULL && is_zombie(b->reasons);
}

static void
opened(struct engine *e, const struct session *s)
{
	const struct client *c;

	count(e, TALLY_CONNECTS);
	if (engine_spared(e, &s->client))
		return;
	c = client_peek(e->clients, &s->client);
	if (c != NULL && c->connects == 1)
		count(e, TALLY_CLIENTS);
}

static void
closed(struct engine *e, const struct session *s)
{
	uint8_t note = NOTE_OVER;

	if ((s->note & NOTE_ZOMBIE) != 0 || is_convicted(e, s)) {
		note |= NOTE_ZOMBIE;
		count(e, TALLY_ZOMBIE);
	} else if ((s->note & NOTE_MAIL) != 0 || s->messages > 0) {
		note |= NOTE_MAIL;
		count(e, TALLY_GOOD);
	}
	session_note(e->sessions, s, note);
}

void
engine_tally_early(struct engine *e, enum session_event ev,
    const struct session *s)
{
	if (ev == SESSION_EV_EARLY &&
	    (s->note & (NOTE_STOPPED | NOTE_CUT)) == 0)
		count(e, TALLY_EARLY);
}

void
engine_tally_session(struct engine *e, enum session_event ev,
    const struct session *s)
{
	/* In shadow: else it would not be here. */
	if (ev == SESSION_EV_SYN && e->stopped)
		session_note(e->sessions, s, NOTE_STOPPED);
	if ((s->note & NOTE_STOPPED) != 0)
		return;
	if (ev == SESSION_EV_OPEN)
		opened(e, s);
	else if (ev == SESSION_EV_CLOSE)
		closed(e, s);
}

void
engine_tally_cut(struct engine *e, const struct client *c,
    const struct session *s)
{
	bool other = client_blocked(c, e->now_ms) && !is_zombie(c->reasons);

	if ((s->note & (NOTE_STOPPED | NOTE_CUT)) != 0)
		return;
	count(e, TALLY_CUT);
	session_note(e->sessions, s, other ? NOTE_CUT : NOTE_CUT | NOTE_ZOMBIE);
}

void
engine_tally_mail(struct engine *e, const struct addr *key, uint16_t port)
{
	const struct session *s = port == 0 ?
	    NULL :
	    session_find_key(e->sessions, key, port);

	if (s != NULL && (s->note & (NOTE_STOPPED | NOTE_CUT)) != 0)
		return;
	count(e, TALLY_MESSAGES);
	if (s == NULL)
		return;
	/* The line may be later than the end of its session. */
	if ((s->note & (NOTE_OVER | NOTE_ZOMBIE | NOTE_MAIL)) == NOTE_OVER)
		count(e, TALLY_GOOD);
	session_note(e->sessions, s, NOTE_MAIL);
}

/* ---- blocks ---- */

void
engine_tally_block(struct engine *e, struct client *c, bool by_hand)
{
	engine_knocked(e, c); /* what was before is not of this block */
	if (!client_blocked(c, e->now_ms))
		c->back = false;
	if (by_hand) {
		count(e, TALLY_ADMIN);
		return;
	}
	count(e, c->tier == 0 ? TALLY_FIRST : TALLY_AGAIN);
	if (c->good_mails > 0)
		count(e, TALLY_MISTAKES);
}

void
engine_tally_lifted(struct engine *e, enum evidence_kind why)
{
	if (why == EVIDENCE_ALLOWED) {
		count(e, TALLY_PARDONED);
		return;
	}
	count(e, TALLY_LIFTED);
	count(e, TALLY_MISTAKES);
}

void
engine_tally_ended(struct engine *e, const struct client *c)
{
	count(e, TALLY_ENDED);
	if (c->back)
		count(e, TALLY_BACK);
}

/* ---- who comes back ---- */

#define BACK_S     (TALLY_BACK_MS / 1000)
#define BACK_END_S (TALLY_BACK_END_MS / 1000)

/*
 * When the block began stands in the record, which is not at hand at a knock.
 * But it was before the first one.  So of all that follow two are enough: the
 * last that is less than BACK_S after the first, and the first of the others.
 */
void
engine_tally_knock(struct knock *k, int64_t now_ms)
{
	uint32_t now_s = (uint32_t)(now_ms / 1000);
	uint32_t after_s = now_s - k->first_s;

	if (k->first_s == 0)
		k->first_s = now_s;
	else if (after_s < BACK_S)
		k->mid_s = (uint16_t)after_s;
	else if (k->later_s == 0)
		k->later_s = after_s > UINT16_MAX ? UINT16_MAX :
						    (uint16_t)after_s;
}

static bool
is_back(int64_t after_s)
{
	return after_s >= BACK_S && after_s <= BACK_END_S;
}

bool
engine_tally_back(const struct knock *k, int64_t from_ms)
{
	int64_t first_s = (int64_t)k->first_s - from_ms / 1000;

	return k->first_s != 0 &&
	    (is_back(first_s) || is_back(first_s + k->mid_s) ||
		(k->later_s != 0 && is_back(first_s + k->later_s)));
}
