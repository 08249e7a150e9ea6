/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_syn - SYNs and sessions of clients of which a part may be blocked */
#include "daemon/engine_impl.h"
#include "fp/jhash.h"

#define CUT_LATE_MS 600000 /* as late come lines of a message */
#define AUDIT       10 /* one leaked connection in so many goes to the mail server */

/* What the kernel does with a connection that falls under a block. */
enum fate { FATE_STOP, FATE_FRONT, FATE_AUDIT };

static enum fate
fate_of(const struct engine *e, const struct addr *a, uint16_t port)
{
	const uint32_t leak = e->policy->leak, seed = e->policy->leak_seed;
	struct jhash_pick pick;

	/* The rules are there only where blocks are. */
	if (leak == 0 || leak > UINT32_MAX / AUDIT || !e->policy->enforce)
		return FATE_STOP;
	pick = jhash_pick_of(leak, AUDIT, seed);
	if (jhash_picks(&pick, a, port))
		return FATE_AUDIT;
	pick = jhash_pick_of(leak, 1, seed);
	return e->front && jhash_picks(&pick, a, port) ? FATE_FRONT : FATE_STOP;
}

static enum tally_kind
tally_of(enum fate f, bool reject)
{
	if (f == FATE_AUDIT)
		return TALLY_AUDITED;
	if (reject)
		return TALLY_REJECTED;
	return f == FATE_FRONT ? TALLY_LEAKED : TALLY_PREVENTED;
}

bool
engine_audit(const struct engine *e, const struct client *c,
    const struct session *s)
{
	return s->syn_us / 1000 >= c->block_from_ms &&
	    fate_of(e, &s->client, s->cport) == FATE_AUDIT;
}

bool
engine_sampled(struct engine *e, const struct client *c)
{
	const struct session *s = e->at_port == 0 ?
	    NULL :
	    session_find(e->sessions, &e->at, e->at_port);

	return s != NULL && engine_audit(e, c, s);
}

bool
engine_hits(struct engine *e, const struct addr *a, const struct stack *s)
{
	struct addr key = addr_key(a);
	const struct block *b = blocks_find(e->blocks, &key);

	if (b == NULL)
		return false;
	return !b->narrow || s == NULL ||
	    client_narrow_hits(client_get(e->clients, &key, e->now_ms), s);
}

/*
 * How does the block concern this session: not at all (another stack, or let
 * through to be looked at), or is it to be ended?
 */
bool
engine_stops(struct engine *e, const struct session *s)
{
	struct stack stack = session_stack(s);

	return engine_hits(e, &s->client, &stack) &&
	    !engine_audit(e, client_get(e->clients, &s->client, e->now_ms), s);
}

/* Of a network that is blocked as a whole: makes no record of the client. */
static bool
over_stopped(struct engine *e, const struct traits *t)
{
	struct engine_out o = { .address = t->src, .port = t->sport };
	const struct client *c;
	enum fate fate;

	if (t->src.family != 6)
		return false;
	c = engine_climbed(e, &t->src, &o.net);
	if (c == NULL || engine_allowed(e, &t->src, NULL) ||
	    engine_spared(e, &t->src))
		return false;
	fate = fate_of(e, &t->src, t->sport);
	engine_tally_attempt(e, t, tally_of(fate, false));
	if (fate == FATE_AUDIT) {
		e->n.audits++;
		return false;
	}
	e->n.syn_drops++;
	e->n.leaks += fate == FATE_FRONT;
	e->n.rejects += fate == FATE_FRONT;
	o.action = fate == FATE_FRONT ? CLIENT_REJECT : CLIENT_DROP;
	engine_emit(e, ENGINE_SYN_DROP, c, &o);
	return e->policy->enforce;
}

/*
 * What is told of a SYN is in the index: a flood of them from a million
 * clients must not fetch their records.
 */
static const struct client *
told_of(struct engine *e, const struct block *b)
{
	struct client *c = &e->over;

	c->key = b->key;
	c->tier = b->tier;
	c->action = b->reject ? CLIENT_REJECT : CLIENT_DROP;
	c->score_permille = b->score;
	memcpy(c->reasons, b->reasons, sizeof(c->reasons));
	c->block_from_ms = 0;
	c->block_until_ms = b->until_ms;
	c->shadow = !e->policy->enforce;
	return c;
}

bool
engine_syn_stopped(struct engine *e, const struct traits *t)
{
	struct stack stack = traits_stack(t);
	struct engine_out o = { .address = t->src, .port = t->sport };
	struct addr key = addr_key(&t->src);
	const struct block *b;
	enum fate fate;
	bool other;

	if (e->policy->listed != NULL && engine_listed_stopped(e, t))
		return true;
	if (!engine_hits(e, &t->src, &stack))
		return over_stopped(e, t);
	if (engine_allowed(e, &t->src, NULL) || engine_spared(e, &t->src))
		return false;
	fate = fate_of(e, &t->src, t->sport);
	b = blocks_find(e->blocks, &key);
	engine_tally_attempt(e, t, tally_of(fate, e->front && b->reject));
	if (fate == FATE_AUDIT) {
		e->n.audits++;
		return false;
	}
	other = engine_knock(e, b, &stack, t->sport);
	e->n.syn_drops++;
	e->n.leaks += fate == FATE_FRONT;
	if (b->narrow)
		o.stack = stack;
	o.action = e->front && (b->reject || fate == FATE_FRONT) ?
	    CLIENT_REJECT :
	    CLIENT_DROP;
	e->n.rejects += o.action == CLIENT_REJECT;
	engine_emit(e, ENGINE_SYN_DROP, told_of(e, b), &o);
	/* This one is stopped, the next of that machine passes. */
	if (other)
		engine_narrow(e, &key);
	/* In shadow the connection goes on: it may yet prove us wrong. */
	return e->policy->enforce;
}

/* The event at hand is of that session: of which machine, if of several? */
void
engine_begin(struct engine *e, const struct session *s, bool opens)
{
	struct client *c = client_get(e->clients, &s->client, e->now_ms);
	struct stack stack = session_stack(s);

	if (opens)
		engine_climb_good(e, c);
	e->at = s->client;
	e->at_port = s->cport;
	if (opens)
		faces_open(&c->faces, &stack, e->now_ms);
	else
		faces_at(&c->faces, &stack,
		    s->helo_n == 0 ?
			0 :
			(uint32_t)hash_stable(s->helo, s->helo_n) | 1);
}

void
engine_end(struct engine *e, const struct addr *client)
{
	struct client *c = client_peek(e->clients, client);

	e->at_port = 0;
	if (c != NULL)
		faces_leave(&c->faces);
}

/* When sessions of that stack were ended last, if it was of late; or 0. */
int64_t
engine_ended_ms(struct engine *e, const struct addr *key, const struct stack *s)
{
	bool known = !stack_none(s);
	const struct client *c;
	int64_t ms = 0;

	if (!e->conf.cut || !e->policy->enforce)
		return 0;
	c = client_get(e->clients, key, e->now_ms);
	if (engine_hits(e, key, known ? s : NULL))
		ms = c->block_from_ms;
	if (known && c->cut_ms > ms && stack_eq(&c->cut_stack, s) &&
	    e->now_ms - c->cut_ms < CUT_LATE_MS)
		ms = c->cut_ms;
	return ms;
}

void
engine_set_cut(struct engine *e, bool may)
{
	e->conf.cut = may;
}

void
engine_set_front(struct engine *e, bool there, int64_t now_ms)
{
	engine_advance(e, now_ms);
	e->front = there;
}
