/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_climb - IPv6 networks that are blocked as a whole */
#include <math.h>

#include "daemon/engine_impl.h"
#include "daemon/names.h"

/* As if it were a client's block, for those who are told of blocks. */
static struct client
client_of(const struct engine *e, const struct climb_up *up)
{
	struct client c = { .key = up->net.a,
		.tier = up->tier,
		.action = CLIENT_DROP,
		.score_permille = up->score,
		.block_from_ms = up->from_ms,
		.block_until_ms = up->until_ms,
		.shadow = !e->policy->enforce };

	memcpy(c.reasons, up->reasons, sizeof(c.reasons));
	return c;
}

static void
tell(struct engine *e, enum engine_out_kind kind, const struct climb_up *up,
    struct engine_out *more)
{
	struct client c = client_of(e, up);

	more->net = up->net;
	more->action = CLIENT_DROP;
	engine_emit(e, kind, &c, more);
}

bool
engine_good(const struct engine *e, const struct client *c)
{
	return c->good_mails > 0 || c->login_ms != 0 || c->peer_ms != 0 ||
	    c->facts[EVIDENCE_REPORTED_HAM].last_ms != 0 ||
	    c->facts[EVIDENCE_POOL].last_ms != 0 || engine_trusted(e, c) ||
	    (name_is_own(c->name_class) &&
		c->facts[EVIDENCE_ACCEPTED].last_ms != 0);
}

void
engine_climb_spoil(struct engine *e, const struct net *net, const char *why)
{
	struct climb_up up;

	while (climb_spoil(e->climb, net, &up))
		tell(e, ENGINE_UNBLOCK, &up,
		    &(struct engine_out){ .why = why });
}

void
engine_climb_good(struct engine *e, const struct client *c)
{
	struct net net = addr_key_net(&c->key);

	if (c->key.family == 6 && engine_good(e, c))
		engine_climb_spoil(e, &net, "a good one is in it");
}

void
engine_seen(struct engine *e, const struct client *c)
{
	engine_climb_good(e, c);
}

/* Is an address of theirs, or one that is allowed, in that network? */
static bool
is_exempt(const struct engine *e, const struct net *net)
{
	const struct net_list *lists[] = { &e->allow, &e->policy->never,
		&e->policy->ours, &e->own };

	for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++)
		for (size_t i = 0; i < lists[k]->n; i++)
			if (net_covers(net, &lists[k]->v[i]) ||
			    net_covers(&lists[k]->v[i], net))
				return true;
	return false;
}

/* True: the network above is (still) blocked as a whole. */
static bool
climb_one(struct engine *e, const struct client *c, const struct net *kid,
    struct climb_up *up)
{
	if (!climb_add(e->climb, kid,
		up->until_ms != 0 ? up->until_ms : c->block_until_ms, e->now_ms,
		up))
		return false;
	up->tier = c->tier;
	up->score = c->score_permille;
	memcpy(up->reasons, c->reasons, sizeof(up->reasons));
	return !is_exempt(e, &up->net) && climb_set(e->climb, up);
}

void
engine_climb(struct engine *e, const struct client *c, const struct score *s)
{
	struct net kid = addr_key_net(&c->key);
	struct climb_up up = { .until_ms = 0 };
	size_t before = climb_n(e->climb);

	if (c->key.family != 6 || c->narrow_n > 0 || c->by_admin ||
	    c->offences == 0)
		return;
	while (climb_one(e, c, &kid, &up)) {
		kid = up.net;
		if (s == NULL)
			continue; /* at start: nobody is told */
		e->n.climbed += climb_n(e->climb) - before;
		before = climb_n(e->climb);
		tell(e, ENGINE_BLOCK, &up, &(struct engine_out){ .score = s });
		if (kid.bits == 48)
			return;
	}
}

void
engine_climb_tick(struct engine *e)
{
	struct climb_up up;

	while (climb_over(e->climb, e->now_ms, &up))
		tell(e, ENGINE_EXPIRE, &up, &(struct engine_out){ .port = 0 });
}

const struct client *
engine_climbed(struct engine *e, const struct addr *a, struct net *net)
{
	const struct climb_up *up = climb_find(e->climb, a);

	if (up == NULL || up->until_ms <= e->now_ms)
		return NULL;
	*net = up->net;
	e->over = client_of(e, up);
	return &e->over;
}

struct engine_wanted
engine_climb_wanted(const struct engine *e, size_t i)
{
	const struct climb_up *up = climb_at(e->climb, i);
	int64_t left_ms = up->until_ms - e->now_ms;
	struct engine_wanted w = { .at = { .net = up->net,
				       .action = CLIENT_DROP },
		.tier = up->tier,
		.score = up->score,
		.left_ms = left_ms,
		.next_ms = left_ms };

	w.at.timeout_s = engine_left_s(e, up->until_ms);
	memcpy(w.reasons, up->reasons, sizeof(w.reasons));
	return w;
}
