/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_ends - blocks whose time comes: over, renewed, or pushed out */
#include "daemon/decide.h"
#include "daemon/engine_impl.h"
#include "daemon/names.h"

#define KNOCKS_MANY 3 /* connections tried in the last part of a block */
#define LAST_PART   4 /* a quarter of it, ... */
#define LAST_MS     (6 * (int64_t)3600 * 1000) /* ... but not more */
#define SAMPLE      16

/* ---- who still knocks ---- */

static void
count_late(struct engine *e, const struct block *b, struct knock *k,
    uint16_t port)
{
	size_t tier = b->tier == 0 || b->tier > e->policy->tiers_n ? 1 :
								     b->tier;
	int64_t last_ms = (int64_t)e->policy->tier_s[tier - 1] * 1000 /
	    LAST_PART;

	if (last_ms > LAST_MS)
		last_ms = LAST_MS;
	if (b->until_ms - e->now_ms > last_ms)
		return;
	/* A SYN that is sent again is the same knock. */
	if (k->until_ms != b->until_ms)
		k->late_n = 0;
	else if (k->late_port == port)
		return;
	k->until_ms = b->until_ms;
	k->late_port = port;
	if (k->late_n < UINT16_MAX)
		k->late_n++;
}

bool
engine_knock(struct engine *e, const struct block *b, const struct stack *stack,
    uint16_t port)
{
	struct knock *k = knocks_of(e->knocks, &b->key, e->now_ms);
	bool own = b->narrow || b->own == 0 || b->own == block_own(stack);

	k->n++;
	k->last_s = (uint32_t)(e->now_ms / 1000);
	engine_tally_knock(k, e->now_ms);
	count_late(e, b, k, port);
	if (own)
		k->own_port = port;
	return k->own_port != port;
}

void
engine_knocked(struct engine *e, struct client *c)
{
	struct knock k;

	if (!knocks_take(e->knocks, &c->key, &k))
		return;
	c->knocks += k.n;
	c->knock_ms = (int64_t)k.last_s * 1000;
	c->late_until_ms = k.until_ms;
	c->late_n = k.late_n;
	c->back |= engine_tally_back(&k, c->block_from_ms);
	c->dirty = true;
}

/* Blocked for what it did, not for what it is. */
static bool
for_deeds(const struct client *c)
{
	const enum family deeds[] = { FAMILY_WIRE, FAMILY_RECIPIENT };

	for (size_t i = 0; i < sizeof(c->reasons); i++)
		for (size_t k = 0; k < 2 && c->reasons[i] != EVIDENCE_NONE; k++)
			if (evidence_family((
				enum evidence_kind)c->reasons[i]) == deeds[k] &&
			    c->reasons[i] != EVIDENCE_NO_QUIT &&
			    c->reasons[i] != EVIDENCE_DIALECT)
				return true;
	return false;
}

/*
 * A SYN can be forged, and a server that is blocked by mistake knocks, too:
 * that alone makes nobody worse.  But who has nothing that speaks for it, and
 * whose own deeds would still convict it, need not do them again.
 */
static bool
goes_on(struct engine *e, const struct client *c, struct score *s)
{
	if (c->late_until_ms != c->block_until_ms || c->late_n < KNOCKS_MANY ||
	    c->by_admin || c->offences == 0 || c->narrow_n > 0 ||
	    !client_name_known(c) || name_is_own(c->name_class) ||
	    c->facts[EVIDENCE_ACCEPTED].last_ms != 0 || engine_good(e, c) ||
	    !for_deeds(c))
		return false;
	engine_score(e, c, s);
	return !s->immune && s->families_agree && s->p >= e->policy->block_p;
}

/* Not above the tier of a near-certain zombie: it has shown nothing new. */
static bool
renew(struct engine *e, struct client *c)
{
	struct score s;
	struct decision d;
	struct engine_new b = { .tier = 0 };

	if (!goes_on(e, c, &s))
		return false;
	d = decide(e->policy, c, &s, e->now_ms);
	if (d.what != DECIDE_BLOCK || d.tier > e->policy->certain_tier)
		return false;
	b.tier = d.tier;
	b.for_s = d.for_s;
	e->n.renewed++;
	engine_set(e, c, &b, &s);
	return true;
}

/* ---- in time ---- */

/* The first one after `now_ms`, however far the clock was set on. */
static int64_t
next_renewal(const struct engine *e, const struct block *b, int64_t now_ms)
{
	int64_t half_ms = (int64_t)e->policy->lease_s * 1000 / 2;
	int64_t next_ms = e->now_ms;

	if (b->until_ms - next_ms <= 2 * half_ms)
		return b->until_ms;
	next_ms += half_ms;
	if (next_ms <= now_ms)
		next_ms += ((now_ms - next_ms) / half_ms + 1) * half_ms;
	return next_ms < b->until_ms ? next_ms : b->until_ms;
}

static void
block_due(struct engine *e, const struct block *due, int64_t now_ms)
{
	struct block b = *due;
	struct client *c = client_get(e->clients, &b.key, e->now_ms);

	engine_knocked(e, c);
	if (b.until_ms <= e->now_ms) {
		if (renew(e, c))
			return;
		(void)blocks_del(e->blocks, &b.key);
		engine_tally_ended(e, c);
		engine_ended(e, c);
		return;
	}
	b.next_ms = next_renewal(e, &b, now_ms);
	(void)blocks_put(e->blocks, &b);
	if (b.until_ms > now_ms)
		engine_renewed(e, c);
}

void
engine_advance(struct engine *e, int64_t now_ms)
{
	const struct block *b;

	/* Each at its own time, so that what follows is told in order. */
	while ((b = blocks_next(e->blocks)) != NULL && b->next_ms <= now_ms) {
		if (b->next_ms > e->now_ms)
			e->now_ms = b->next_ms;
		e->cause_ms = e->now_ms;
		block_due(e, b, now_ms);
	}
	if (now_ms > e->now_ms)
		e->now_ms = now_ms;
}

/* Its record alone would say that it goes on: the clock was set back since. */
void
engine_stays_over(struct engine *e, struct client *c)
{
	if (!client_blocked(c, e->now_ms) ||
	    blocks_find(e->blocks, &c->key) != NULL)
		return;
	c->block_until_ms = e->now_ms - 1;
	if (c->block_from_ms > c->block_until_ms)
		c->block_from_ms = c->block_until_ms;
	c->history[0].from_ms = c->block_from_ms;
	c->history[0].until_ms = c->block_until_ms;
	c->dirty = true;
}

/* ---- room ---- */

/* Of some: the lowest tier, and there the one that is over first. */
static bool
pick(const struct engine *e, struct block *out)
{
	size_t n = blocks_n(e->blocks);
	bool found = false;

	for (uint64_t i = 0; n > 0 && i < SAMPLE; i++) {
		uint64_t in[2] = { e->n.evicted + e->n.full_spared, i };
		const struct block *b = blocks_at(e->blocks,
		    (size_t)(hash_keyed(&e->conf.key, in, sizeof(in)) % n));

		if (found &&
		    (b->tier > out->tier ||
			(b->tier == out->tier && b->until_ms >= out->until_ms)))
			continue;
		*out = *b;
		found = true;
	}
	return found;
}

bool
engine_make_room(struct engine *e, uint8_t tier)
{
	struct client *c;
	struct block b;

	if (!pick(e, &b) || b.tier > tier)
		return false;
	c = client_get(e->clients, &b.key, e->now_ms);
	if (c->by_admin)
		return false;
	e->n.evicted++;
	engine_end_early(e, c, "the sets are full");
	return true;
}
