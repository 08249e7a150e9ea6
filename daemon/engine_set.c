/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_set - puts blocks on records and into the index, and says so */
#include <math.h>

#include "daemon/engine_impl.h"

#define CUT_MAX      64 /* sessions of one client that are ended at a time */
#define CLIMB_SLICE  32
#define CLIMB_CURSOR (SIZE_MAX / 2)

uint32_t
engine_left_s(const struct engine *e, int64_t until_ms)
{
	int64_t left_ms = until_ms - e->now_ms;
	int64_t lease_ms = (int64_t)e->policy->lease_s * 1000;

	if (left_ms > lease_ms)
		left_ms = lease_ms;
	return left_ms > 0 ? (uint32_t)((left_ms + 999) / 1000) : 0;
}

void
engine_emit(struct engine *e, enum engine_out_kind kind, const struct client *c,
    const struct engine_out *more)
{
	struct engine_out o = more != NULL ? *more : (struct engine_out){ 0 };

	o.kind = kind;
	o.t_ms = e->now_ms;
	o.cause_ms = e->cause_ms;
	o.client = c;
	/* As it is now: what was decided in shadow may be real since then. */
	o.shadow = !e->policy->enforce;
	if (c != NULL) {
		if (o.net.a.family == 0)
			o.net = addr_key_net(&c->key);
		if (o.action == CLIENT_PASS)
			o.action = c->action;
		o.timeout_s = engine_left_s(e, c->block_until_ms);
	}
	e->conf.out(e->conf.arg, &o);
}

/* One event for each element that the kernel has of the block. */
static void
tell(struct engine *e, enum engine_out_kind kind, const struct client *c,
    const struct engine_out *more)
{
	struct engine_out o = more != NULL ? *more : (struct engine_out){ 0 };

	if (c->narrow_n == 0) {
		engine_emit(e, kind, c, &o);
		return;
	}
	for (size_t i = 0; i < c->narrow_n; i++) {
		o.stack = c->narrow[i];
		engine_emit(e, kind, c, &o);
	}
}

void
engine_ended(struct engine *e, const struct client *c)
{
	tell(e, ENGINE_EXPIRE, c, NULL);
}

void
engine_renewed(struct engine *e, const struct client *c)
{
	tell(e, ENGINE_RENEW, c, NULL);
}

bool
engine_element(const struct engine *e, const struct client *c, size_t i,
    struct engine_element *out)
{
	if (!client_blocked(c, e->now_ms) ||
	    i >= (c->narrow_n == 0 ? 1U : c->narrow_n))
		return false;
	*out = (struct engine_element){ .net = addr_key_net(&c->key),
		.action = c->action,
		.timeout_s = engine_left_s(e, c->block_until_ms) };
	if (c->narrow_n > 0)
		out->stack = c->narrow[i];
	return true;
}

/* ---- all of them ---- */

static struct engine_wanted
wanted_of(const struct engine *e, const struct block *b)
{
	struct engine_wanted w = {
		.at = { .net = addr_key_net(&b->key),
		    .action = b->reject ? CLIENT_REJECT : CLIENT_DROP,
		    .timeout_s = engine_left_s(e, b->until_ms) },
		.tier = b->tier,
		.score = b->score,
		.left_ms = b->until_ms - e->now_ms,
		.next_ms = b->next_ms - e->now_ms,
		.told = b->told
	};

	memcpy(w.reasons, b->reasons, sizeof(w.reasons));
	return w;
}

/* The lease is counted from now on: the clock was set back. */
static void
new_lease(struct engine *e, struct block *b)
{
	int64_t lease_ms = (int64_t)e->policy->lease_s * 1000;

	if (b->next_ms - e->now_ms <= lease_ms)
		return;
	b->next_ms = e->now_ms + lease_ms / 2;
	(void)blocks_put(e->blocks, b);
}

static void
wanted_block(struct engine *e, const struct block *b,
    void (*fn)(void *arg, const struct engine_wanted *w), void *arg)
{
	struct engine_wanted w = wanted_of(e, b);
	const struct client *c;

	if (w.at.timeout_s == 0)
		return; /* it is over, and that will be told in a moment */
	if (!b->narrow) {
		fn(arg, &w);
		return;
	}
	c = client_get(e->clients, &b->key, e->now_ms);
	for (size_t i = 0; i < c->narrow_n; i++) {
		w.at.stack = c->narrow[i];
		fn(arg, &w);
	}
}

/*
 * Whole networks come first, some at a time: their cursors are above all
 * others.
 */
static size_t
wanted_climbs(struct engine *e, size_t cursor,
    void (*fn)(void *arg, const struct engine_wanted *w), void *arg)
{
	size_t at = cursor == 0 ? climb_n(e->climb) : cursor - CLIMB_CURSOR;

	if (cursor != 0 && cursor < CLIMB_CURSOR)
		return cursor;
	if (at > climb_n(e->climb))
		at = climb_n(e->climb);
	for (size_t n = 0; at > 0 && n < CLIMB_SLICE; n++) {
		struct engine_wanted w = engine_climb_wanted(e, --at);

		if (w.at.timeout_s > 0)
			fn(arg, &w);
	}
	return at > 0 ? at + CLIMB_CURSOR : SIZE_MAX / 4;
}

size_t
engine_wanted(struct engine *e, size_t cursor, size_t n,
    void (*fn)(void *arg, const struct engine_wanted *w), void *arg)
{
	size_t end = blocks_n(e->blocks);

	cursor = wanted_climbs(e, cursor, fn, arg);
	if (cursor >= CLIMB_CURSOR)
		return cursor;
	if (cursor > end)
		cursor = end;
	for (; n > 0 && cursor > 0; n--) {
		struct block b = *blocks_at(e->blocks, --cursor);

		new_lease(e, &b);
		wanted_block(e, &b, fn, arg);
	}
	return cursor;
}

size_t
engine_wanted_early(struct engine *e, size_t from, size_t n,
    void (*fn)(void *arg, const struct engine_wanted *w), void *arg)
{
	const size_t end = blocks_n(e->blocks);

	for (; n > 0 && from < end; n--, from++) {
		const struct block *b = blocks_at(e->blocks, from);

		if (b->narrow)
			continue;
		wanted_block(e, b, fn, arg);
		blocks_tell(e->blocks, from);
	}
	return from;
}

bool
engine_wanted_one(struct engine *e, uint64_t which, struct engine_wanted *out)
{
	size_t n = blocks_n(e->blocks);
	const struct client *c;
	struct block b;

	if (n == 0)
		return false;
	b = *blocks_at(e->blocks, (size_t)(which % n));
	*out = wanted_of(e, &b);
	if (out->at.timeout_s == 0)
		return false;
	if (b.narrow) {
		c = client_get(e->clients, &b.key, e->now_ms);
		if (c->narrow_n == 0)
			return false;
		out->at.stack = c->narrow[which / n % c->narrow_n];
	}
	return true;
}

bool
engine_wanted_find(struct engine *e, const struct engine_element *at,
    struct engine_wanted *out)
{
	const struct block *b = blocks_find(e->blocks, &at->net.a);

	if (b == NULL)
		return false;
	*out = wanted_of(e, b);
	out->at.stack = at->stack;
	if (!b->narrow || stack_none(&at->stack))
		return !b->narrow && stack_none(&at->stack) &&
		    at->action == out->at.action;
	return client_narrow_hits(client_get(e->clients, &at->net.a, e->now_ms),
	    &at->stack);
}

void
engine_clock(struct engine *e, int64_t now_ms)
{
	if (now_ms < e->now_ms) {
		e->now_ms = now_ms;
		session_clock_back(e->sessions, now_ms * 1000);
	} else {
		engine_advance(e, now_ms);
	}
	e->cause_ms = e->now_ms;
}

void
engine_save(struct engine *e, struct client *c)
{
	if (e->conf.save == NULL || e->conf.save_late)
		return;
	c->dirty = !e->conf.save(e->conf.arg, c);
}

/* ---- the index ---- */

static struct block
block_until(const struct engine *e, const struct addr *key, int64_t until_ms)
{
	int64_t lease_ms = (int64_t)e->policy->lease_s * 1000;
	struct block b = { .key = *key,
		.until_ms = until_ms,
		.next_ms = until_ms };

	if (until_ms - e->now_ms > lease_ms)
		b.next_ms = e->now_ms + lease_ms / 2;
	return b;
}

bool
engine_index(struct engine *e, const struct addr *key, int64_t until_ms,
    uint8_t tier)
{
	struct block b = block_until(e, key, until_ms);

	b.tier = tier;
	if (blocks_put(e->blocks, &b) ||
	    (engine_make_room(e, tier) && blocks_put(e->blocks, &b)))
		return true;
	e->n.full_spared++;
	return false;
}

bool
engine_index_client(struct engine *e, const struct client *c)
{
	struct block b = block_until(e, &c->key, c->block_until_ms);

	b.tier = c->tier;
	b.score = c->score_permille;
	b.reject = c->action == CLIENT_REJECT;
	b.narrow = c->narrow_n > 0;
	if (!b.narrow && !c->by_admin)
		b.own = block_own(&c->narrow[0]);
	memcpy(b.reasons, c->reasons, sizeof(b.reasons));
	if (blocks_put(e->blocks, &b))
		return true;
	e->n.full_spared++;
	return false;
}

/* Strongest bad terms first; they name the block wherever it is shown. */
static void
set_reasons(struct client *c, const struct score *s)
{
	size_t n = 0;

	memset(c->reasons, 0, sizeof(c->reasons));
	for (size_t i = 0; i < s->n && n < sizeof(c->reasons); i++)
		if (s->terms[i].llr > 0 || s->terms[i].kind == EVIDENCE_ADMIN)
			c->reasons[n++] = (uint8_t)s->terms[i].kind;
}

int64_t
engine_until(const struct engine *e, uint32_t for_s)
{
	return e->now_ms + (int64_t)for_s * 1000;
}

/* ---- sessions ---- */

void
engine_cut_one(struct engine *e, struct client *c, const struct session *s)
{
	struct client_visit *v = client_visit(c, s->open_us / 1000, s->cport);
	struct engine_out o = { .address = s->client,
		.port = s->cport,
		.server = s->server,
		.server_port = s->sport };
	struct stack stack = session_stack(s);

	if (!e->policy->enforce) {
		engine_tally_cut(e, c, s);
		return;
	}
	if (!e->conf.cut)
		return;
	if (v != NULL)
		v->flags |= CLIENT_VISIT_CUT;
	if (!session_cut(e->sessions, &o.address, o.port))
		return;
	engine_tally_cut(e, c, s);
	c->cut_ms = e->now_ms;
	c->cut_stack = stack;
	o.stack = stack;
	e->n.cuts++;
	engine_emit(e, ENGINE_CUT, c, &o);
}

void
engine_cut_all(struct engine *e, struct client *c)
{
	const struct session *open[CUT_MAX];
	size_t n;

	if (!e->conf.cut && e->policy->enforce)
		return; /* in shadow they are counted */
	n = session_open_of(e->sessions, &c->key, open, CUT_MAX);
	for (size_t i = 0; i < n; i++) {
		struct stack stack = session_stack(open[i]);

		if (!engine_allowed(e, &open[i]->client, NULL) &&
		    client_narrow_hits(c, &stack))
			engine_cut_one(e, c, open[i]);
	}
}

/* ---- blocks ---- */

/* Tier 1 of a whole address is told why; the front is where that is said. */
static uint8_t
action_of(const struct engine *e, const struct client *c)
{
	return c->tier == 1 && c->narrow_n == 0 && e->front ? CLIENT_REJECT :
							      CLIENT_DROP;
}

/* Elements of the block that was, and which the new one has not. */
static void
leave_old(struct engine *e, const struct client *old, const struct client *c)
{
	bool whole = old->narrow_n == 0;

	if (!client_blocked(old, e->now_ms))
		return;
	if (whole && (c->narrow_n > 0 || c->action != old->action))
		engine_emit(e, ENGINE_MOVE, c,
		    &(struct engine_out){ .action = old->action });
	for (size_t i = 0; i < old->narrow_n; i++)
		if (c->narrow_n == 0 || !client_narrow_hits(c, &old->narrow[i]))
			engine_emit(e, ENGINE_MOVE, c,
			    &(struct engine_out){ .action = old->action,
				.stack = old->narrow[i] });
}

void
engine_set(struct engine *e, struct client *c, const struct engine_new *b,
    const struct score *s)
{
	struct client old = { .narrow_n = c->narrow_n,
		.action = c->action,
		.block_until_ms = c->block_until_ms };

	memcpy(old.narrow, c->narrow, sizeof(old.narrow));
	memmove(&c->history[1], &c->history[0],
	    sizeof(c->history) - sizeof(c->history[0]));
	c->tier = b->tier;
	engine_set_narrow(e, c, b, &old);
	c->action = action_of(e, c);
	c->shadow = !e->policy->enforce;
	c->score_permille = (uint16_t)lround(s->p * 1000);
	c->block_from_ms = e->now_ms;
	c->block_until_ms = engine_until(e, b->for_s);
	c->history[0] = (struct client_tier){ b->tier, c->block_from_ms,
		c->block_until_ms };
	set_reasons(c, s);
	(void)engine_index_client(e, c);
	e->n.blocks++;
	e->n.narrow += c->narrow_n > 0;
	if (c->shadow)
		e->n.shadow_blocks++;
	engine_save(e, c); /* first remembered, then done */
	leave_old(e, &old, c);
	tell(e, ENGINE_BLOCK, c, &(struct engine_out){ .score = s });
	engine_cut_all(e, c);
	engine_climb(e, c, s);
}

static bool
end_block(struct engine *e, struct client *c)
{
	if (!blocks_del(e->blocks, &c->key))
		return false;
	c->block_until_ms = e->now_ms;
	c->history[0].until_ms = e->now_ms;
	c->by_admin = false;
	engine_save(e, c);
	return true;
}

void
engine_end_early(struct engine *e, struct client *c, const char *why)
{
	if (end_block(e, c))
		tell(e, ENGINE_UNBLOCK, c, &(struct engine_out){ .why = why });
}

bool
engine_unset(struct engine *e, struct client *c, const char *why)
{
	struct net net = addr_key_net(&c->key);

	if (!end_block(e, c))
		return false;
	e->n.unblocks++;
	tell(e, ENGINE_UNBLOCK, c, &(struct engine_out){ .why = why });
	engine_climb_spoil(e, &net, why);
	return true;
}
