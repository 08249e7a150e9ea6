/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_block - stages 7 and 8 inside the engine, and the admin's will */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "daemon/decide.h"
#include "daemon/engine_impl.h"

#define MINUTE_MS 60000
#define DAY_MS    ((int64_t)86400 * 1000)

static bool
list_has(const struct net_list *l, const struct addr *a, struct net *which)
{
	for (size_t i = 0; i < l->n; i++) {
		if (!net_has(&l->v[i], a))
			continue;
		if (which != NULL)
			*which = l->v[i];
		return true;
	}
	return false;
}

bool
engine_spared(const struct engine *e, const struct addr *a)
{
	return list_has(&e->policy->never, a, NULL) ||
	    list_has(&e->policy->ours, a, NULL) || list_has(&e->own, a, NULL);
}

bool
engine_allowed(const struct engine *e, const struct addr *a, struct net *which)
{
	return list_has(&e->allow, a, which);
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
	o.shadow = c != NULL ? c->shadow : !e->policy->enforce;
	if (c != NULL) {
		int64_t left_ms = c->block_until_ms - e->now_ms;
		int64_t lease_ms = (int64_t)e->policy->lease_s * 1000;

		o.net = addr_key_net(&c->key);
		if (left_ms > lease_ms)
			left_ms = lease_ms;
		o.timeout_s = left_ms > 0 ? (uint32_t)((left_ms + 999) / 1000) :
					    0;
	}
	e->conf.out(e->conf.arg, &o);
}

void
engine_save(struct engine *e, struct client *c)
{
	if (e->conf.save == NULL)
		return;
	c->dirty = !e->conf.save(e->conf.arg, c);
}

/* False: the index is full, and the client must be spared. */
static bool
index_block(struct engine *e, const struct addr *key, int64_t until_ms)
{
	int64_t lease_ms = (int64_t)e->policy->lease_s * 1000;
	struct block b = { *key, until_ms, until_ms };

	if (until_ms - e->now_ms > lease_ms)
		b.next_ms = e->now_ms + lease_ms / 2;
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

static int64_t
until_ms(const struct engine *e, uint32_t for_s)
{
	return e->now_ms + (int64_t)for_s * 1000;
}

/* Puts an indexed block on the client's record, and says so. */
static void
set_block(struct engine *e, struct client *c, uint8_t tier, uint32_t for_s,
    const struct score *s)
{
	memmove(&c->history[1], &c->history[0],
	    sizeof(c->history) - sizeof(c->history[0]));
	c->tier = tier;
	c->action = CLIENT_DROP;
	c->shadow = !e->policy->enforce;
	c->score_permille = (uint16_t)lround(s->p * 1000);
	c->block_from_ms = e->now_ms;
	c->block_until_ms = until_ms(e, for_s);
	c->history[0] = (struct client_tier){ tier, c->block_from_ms,
		c->block_until_ms };
	set_reasons(c, s);
	e->n.blocks++;
	if (c->shadow)
		e->n.shadow_blocks++;
	engine_save(e, c); /* first remembered, then done */
	engine_emit(e, ENGINE_BLOCK, c, &(struct engine_out){ .score = s });
}

/* False: it was not blocked. */
static bool
lift_block(struct engine *e, struct client *c, const char *why)
{
	if (!blocks_del(e->blocks, &c->key))
		return false;
	c->block_until_ms = e->now_ms;
	c->history[0].until_ms = e->now_ms;
	c->by_admin = false;
	e->n.unblocks++;
	engine_save(e, c);
	engine_emit(e, ENGINE_UNBLOCK, c, &(struct engine_out){ .why = why });
	return true;
}

/* Is one of these addresses among those that a block of `key` would hit? */
static bool
list_meets(const struct net_list *l, const struct addr *key)
{
	struct net all = addr_key_net(key);

	for (size_t i = 0; i < l->n; i++)
		if (net_has(&l->v[i], key) || net_covers(&all, &l->v[i]))
			return true;
	return false;
}

/* A /64 with an allowed or spared address in it is not blocked as a whole. */
static bool
key_exempt(const struct engine *e, const struct addr *key)
{
	return list_meets(&e->allow, key) ||
	    list_meets(&e->policy->never, key) ||
	    list_meets(&e->policy->ours, key) || list_meets(&e->own, key);
}

static enum evidence_kind
immunity(const struct engine *e, const struct client *c)
{
	int64_t login_ms = (int64_t)e->policy->login_s * 1000;

	if (key_exempt(e, &c->key))
		return EVIDENCE_ALLOWED;
	if (c->login_ms != 0 && e->now_ms - c->login_ms < login_ms)
		return EVIDENCE_LOGIN;
	if (evidence_profile(e->policy, c))
		return EVIDENCE_PROFILE;
	return EVIDENCE_NONE;
}

static void
judge_score(struct engine *e, const struct client *c, struct score *s)
{
	score_client(c, e->now_ms, s);
	s->immune_by = immunity(e, c);
	s->immune = s->immune_by != EVIDENCE_NONE;
}

/*
 * New blocks a minute are capped: a flood of lies cannot fill the sets.  A
 * bucket like the guard's, and a tenth smaller, so that the guard has nothing
 * to refuse.
 */
static bool
rate_allows(struct engine *e)
{
	uint64_t rate = e->policy->block_rate - e->policy->block_rate / 10;
	uint64_t full = rate * MINUTE_MS;

	if (e->rate_ms == 0 || e->now_ms - e->rate_ms >= MINUTE_MS)
		e->rate_level = full;
	else
		e->rate_level += (uint64_t)(e->now_ms - e->rate_ms) * rate;
	e->rate_ms = e->now_ms;
	if (e->rate_level > full)
		e->rate_level = full;
	if (e->rate_level < MINUTE_MS)
		return false;
	e->rate_level -= MINUTE_MS;
	return true;
}

/* What a client does, rather than what it is, is called, or once did. */
static bool
is_deed(enum evidence_kind k)
{
	enum family f = evidence_family(k);

	return (f == FAMILY_WIRE && k != EVIDENCE_NO_QUIT) ||
	    f == FAMILY_RECIPIENT || k == EVIDENCE_HELO_GROUP;
}

/*
 * Who was blocked before is blocked again for what it has done since, not
 * for what it is called.  Which of the two was told last does not matter.
 */
static bool
may_convict(const struct client *c)
{
	if (c->block_until_ms == 0)
		return true;
	for (unsigned k = 1; k < EVIDENCE_KINDS; k++)
		if (is_deed((enum evidence_kind)k) &&
		    c->facts[k].last_ms > c->block_until_ms)
			return true;
	return false;
}

/* Good evidence lifts a block; what makes a zombie certain prolongs it. */
static void
judge_blocked(struct engine *e, struct client *c, const struct score *s)
{
	uint32_t for_s;
	uint8_t tier;

	if (c->by_admin)
		return;
	if (s->immune) {
		(void)lift_block(e, c, evidence_name(s->immune_by));
		return;
	}
	tier = decide_certain(e->policy, c, s, &for_s);
	if (tier > c->tier && index_block(e, &c->key, until_ms(e, for_s)))
		set_block(e, c, tier, for_s, s);
}

void
engine_judge(void *arg, struct client *c)
{
	struct engine *e = arg;
	struct score s;
	struct decision d;

	judge_score(e, c, &s);
	if (blocks_find(e->blocks, &c->key) != NULL) {
		judge_blocked(e, c, &s);
		return;
	}
	if (!may_convict(c))
		return;
	d = decide(e->policy, c, &s, e->now_ms);
	if (d.what == DECIDE_IMMUNE)
		e->n.immune_spared++;
	if (d.what == DECIDE_ONE_FAMILY)
		e->n.one_family++;
	if (d.what != DECIDE_BLOCK)
		return;
	if (!rate_allows(e)) {
		e->n.rate_spared++;
		return;
	}
	if (!index_block(e, &c->key, until_ms(e, d.for_s)))
		return;
	c->offences++;
	c->offence_ms = e->now_ms;
	c->by_admin = false;
	evidence_caught(e->evidence, c, e->now_ms);
	set_block(e, c, d.tier, d.for_s, &s);
}

/* ---- start, and the admin ---- */

bool
engine_restore(struct engine *e, const struct client *c, int64_t now_ms)
{
	if (now_ms > e->now_ms)
		e->now_ms = now_ms;
	/* What was only decided in shadow never reaches the kernel later. */
	if (c->block_until_ms <= e->now_ms ||
	    (c->shadow && e->policy->enforce) || key_exempt(e, &c->key))
		return false;
	/* Begun in the future: some clock was wrong, and mail passes. */
	if (c->block_from_ms > e->now_ms + DAY_MS)
		return false;
	return index_block(e, &c->key, c->block_until_ms);
}

static bool
one_key(const struct net *n)
{
	return (n->a.family == 4 && n->bits == 32) ||
	    (n->a.family == 6 && n->bits >= 64);
}

int
engine_admin_block(struct engine *e, const struct net *net, uint32_t for_s,
    int64_t now_ms)
{
	struct client *c;
	struct addr key;
	struct score s;

	engine_advance(e, now_ms);
	e->cause_ms = now_ms;
	if (!one_key(net) || for_s == 0)
		return -EINVAL;
	key = addr_key(&net->a);
	if (key_exempt(e, &key))
		return -EPERM;
	if (!index_block(e, &key, until_ms(e, for_s)))
		return -ENFILE;
	c = client_get(e->clients, &key, e->now_ms);
	judge_score(e, c, &s);
	s.n = 1;
	s.terms[0] = (struct score_term){ EVIDENCE_ADMIN, FAMILY_GOOD, 0 };
	c->by_admin = true;
	set_block(e, c, c->tier == 0 ? 1 : c->tier, for_s, &s);
	return 0;
}

static size_t
lift_all_in(struct engine *e, const struct net *net, const char *why)
{
	size_t lifted = 0, i = blocks_n(e->blocks);
	struct addr one = addr_key(&net->a);

	if (one_key(net)) {
		if (blocks_find(e->blocks, &one) == NULL)
			return 0; /* and no record is made for it */
		return lift_block(e, client_get(e->clients, &one, e->now_ms),
		    why);
	}
	/* From the end; the place of one taken out is looked at again. */
	while (i > 0) {
		struct addr key = blocks_at(e->blocks, i - 1)->key;

		if (net_has(net, &key))
			lifted += lift_block(e,
			    client_get(e->clients, &key, e->now_ms), why);
		else
			i--;
		if (i > blocks_n(e->blocks))
			i = blocks_n(e->blocks);
	}
	return lifted;
}

int
engine_admin_unblock(struct engine *e, const struct net *net, int64_t now_ms)
{
	engine_advance(e, now_ms);
	e->cause_ms = now_ms;
	return lift_all_in(e, net, "admin") > 0 ? 0 : -ENOENT;
}

int
engine_allow_set(struct engine *e, const struct net *nets, size_t n,
    int64_t now_ms)
{
	const struct net_list *conf = &e->policy->allow;
	struct net *v;

	if (conf->n + n > ENGINE_NETS_MAX)
		return -E2BIG;
	v = calloc(conf->n + n + 1, sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	if (conf->n > 0)
		memcpy(v, conf->v, conf->n * sizeof(*v));
	if (n > 0)
		memcpy(v + conf->n, nets, n * sizeof(*v));
	free(e->allow.v);
	e->allow.v = v;
	e->allow.n = conf->n + n;
	if (now_ms == 0)
		return 0;
	engine_advance(e, now_ms);
	e->cause_ms = now_ms;
	for (size_t i = 0; i < n; i++)
		(void)lift_all_in(e, &nets[i], "allowed");
	return 0;
}

void
engine_never_add(struct engine *e, const struct net *net)
{
	struct net *v;

	if (e->own.n >= ENGINE_NETS_MAX)
		return;
	v = realloc(e->own.v, (e->own.n + 1) * sizeof(*v));
	if (v == NULL)
		return;
	e->own.v = v;
	e->own.v[e->own.n++] = *net;
	(void)lift_all_in(e, net, "own address");
}

void
engine_never_del(struct engine *e, const struct net *net)
{
	for (size_t i = 0; i < e->own.n; i++)
		if (addr_eq(&e->own.v[i].a, &net->a) &&
		    e->own.v[i].bits == net->bits) {
			e->own.v[i] = e->own.v[--e->own.n];
			return;
		}
}

const struct client *
engine_client(struct engine *e, const struct addr *a, int64_t now_ms,
    struct score *score)
{
	const struct client *c;

	engine_advance(e, now_ms);
	c = client_peek(e->clients, a);
	if (c != NULL && score != NULL)
		judge_score(e, c, score);
	return c;
}

size_t
engine_blocks(struct engine *e, size_t cursor, size_t n,
    void (*fn)(void *arg, const struct client *c), void *arg)
{
	size_t end = blocks_n(e->blocks);

	/* The cursor is how many are left: downwards, see blocks_at(). */
	if (cursor == 0 || cursor > end)
		cursor = end;
	for (; n > 0 && cursor > 0; n--) {
		struct addr key = blocks_at(e->blocks, --cursor)->key;

		fn(arg, client_get(e->clients, &key, e->now_ms));
	}
	return cursor;
}
