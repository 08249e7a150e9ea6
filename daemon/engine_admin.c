/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_admin - the start, the admin's will, and what is asked */
#include <errno.h>
#include <stdlib.h>

#include "daemon/engine_impl.h"

#define DAY_MS ((int64_t)86400 * 1000)

/* ---- start, and the admin ---- */

bool
engine_restore(struct engine *e, const struct client *c, int64_t now_ms)
{
	if (now_ms > e->now_ms)
		e->now_ms = now_ms;
	if (c->block_until_ms <= e->now_ms || engine_exempt(e, &c->key))
		return false;
	/* Begun in the future: some clock was wrong, and mail passes. */
	if (c->block_from_ms > e->now_ms + DAY_MS)
		return false;
	if (!engine_index_client(e, c))
		return false;
	engine_climb(e, c, NULL);
	return true;
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
	if (engine_exempt(e, &key))
		return -EPERM;
	if (!engine_index(e, &key, engine_until(e, for_s), UINT8_MAX))
		return -ENFILE;
	c = client_get(e->clients, &key, e->now_ms);
	engine_score(e, c, &s);
	s.n = 1;
	s.terms[0] = (struct score_term){ EVIDENCE_ADMIN, FAMILY_GOOD, 0 };
	engine_tally_block(e, c, true);
	c->by_admin = true;
	engine_set(e, c,
	    &(struct engine_new){ .tier = c->tier == 0 ? 1 : c->tier,
		.for_s = for_s },
	    &s);
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
		return engine_unset(e, client_get(e->clients, &one, e->now_ms),
		    why);
	}
	/* From the end; the place of one taken out is looked at again. */
	while (i > 0) {
		struct addr key = blocks_at(e->blocks, i - 1)->key;

		if (net_has(net, &key))
			lifted += engine_unset(e,
			    client_get(e->clients, &key, e->now_ms), why);
		else
			i--;
		if (i > blocks_n(e->blocks))
			i = blocks_n(e->blocks);
	}
	return lifted;
}

int
engine_lift(struct engine *e, const struct net *net, const char *why)
{
	size_t climbed = climb_n(e->climb);
	size_t lifted = lift_all_in(e, net, why);

	e->tally.n[TALLY_PARDONED] += lifted;
	engine_climb_spoil(e, net, why);
	return lifted > 0 || climb_n(e->climb) < climbed ? 0 : -ENOENT;
}

int
engine_admin_unblock(struct engine *e, const struct net *net, int64_t now_ms)
{
	engine_advance(e, now_ms);
	e->cause_ms = now_ms;
	return engine_lift(e, net, "admin");
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
		(void)engine_lift(e, &nets[i], "allowed");
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
	engine_spared_learn(e);
	(void)engine_lift(e, net, "own address");
}

void
engine_never_del(struct engine *e, const struct net *net)
{
	for (size_t i = 0; i < e->own.n; i++)
		if (addr_eq(&e->own.v[i].a, &net->a) &&
		    e->own.v[i].bits == net->bits) {
			e->own.v[i] = e->own.v[--e->own.n];
			engine_spared_learn(e);
			return;
		}
}

const struct client *
engine_client(struct engine *e, const struct addr *a, int64_t now_ms,
    struct score *score)
{
	struct client *c;

	engine_advance(e, now_ms);
	c = client_peek(e->clients, a);
	if (c != NULL) {
		engine_knocked(e, c);
		engine_stays_over(e, c);
	}
	if (c != NULL && score != NULL)
		engine_score(e, c, score);
	return c;
}

size_t
engine_climbs(struct engine *e, size_t cursor, size_t n,
    void (*fn)(void *arg, const struct client *c, const struct net *net),
    void *arg)
{
	size_t end = climb_n(e->climb);

	if (cursor == 0 || cursor > end)
		cursor = end;
	for (; n > 0 && cursor > 0; n--) {
		struct net net = climb_at(e->climb, --cursor)->net;
		const struct client *c = engine_climbed(e, &net.a, &net);

		if (c != NULL)
			fn(arg, c, &net);
	}
	return cursor;
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

		struct client *c = client_get(e->clients, &key, e->now_ms);

		engine_knocked(e, c);
		fn(arg, c);
	}
	return cursor;
}
