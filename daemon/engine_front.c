/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_front - one click: what the front may know, and may do */
#include "daemon/engine_impl.h"
#include "daemon/frontmsg.h"

#define DAY_MS     ((int64_t)86400 * 1000)
#define FIRST_MS   (7 * DAY_MS) /* how long a click is trusted, ... */
#define NARROWED_S 10
#define NONE_MS    (90 * DAY_MS) /* and who broke it gets no other */

static enum front_kind
kind_of(const uint8_t reasons[4])
{
	static const enum front_kind by_family[FAMILIES] = {
		[FAMILY_STACK] = FRONT_KIND_TALK,
		[FAMILY_WIRE] = FRONT_KIND_TALK,
		[FAMILY_NAME] = FRONT_KIND_NAME,
		[FAMILY_RECIPIENT] = FRONT_KIND_RECIPIENTS,
		[FAMILY_GROUP] = FRONT_KIND_BOTNET,
	};

	switch (reasons[0]) {
	case EVIDENCE_NONE:
		return FRONT_KIND_NONE;
	case EVIDENCE_ADMIN:
		return FRONT_KIND_ADMIN;
	case EVIDENCE_BACKSCATTER:
		return FRONT_KIND_BOUNCES;
	case EVIDENCE_TRAP_RCPT:
		return FRONT_KIND_TRAP;
	default:
		return by_family[evidence_family(
		    (enum evidence_kind)reasons[0])];
	}
}

/* ---- so many clicks a day and network ---- */

static struct engine_clicks *
clicks_of(struct engine *e, const struct addr *a)
{
	struct addr site = addr_site(a);
	uint32_t day = (uint32_t)(e->now_ms / DAY_MS);
	struct engine_clicks *oldest = e->clicks;

	for (size_t i = 0; i < ENGINE_CLICKS; i++) {
		struct engine_clicks *k = &e->clicks[i];

		if (k->n > 0 && k->day == day && addr_eq(&k->site, &site))
			return k;
		if (k->n == 0 || k->day < oldest->day ||
		    (oldest->n > 0 && k->day == oldest->day &&
			k->n < oldest->n))
			oldest = k->n == 0 && oldest->n == 0 ? oldest : k;
	}
	*oldest = (struct engine_clicks){ site, day, 0 };
	return oldest;
}

/* ---- */

/*
 * Another machine than the zombie was handed over just before the block became
 * the zombie's alone: it is to come again, rather than to be told off.
 */
static bool
just_narrowed(const struct engine *e, const struct client *c)
{
	return c->narrow_n > 0 && c->narrowed_s != 0 &&
	    e->now_ms / 1000 - (int64_t)c->narrowed_s < NARROWED_S;
}

static struct engine_front
ask(struct engine *e, const struct addr *a, int64_t issued_ms,
    struct client **out)
{
	struct engine_front f = { .result = FRONT_NOT_BLOCKED };
	const struct client *c = *out = client_peek(e->clients, a);
	struct net net;

	if (engine_spared(e, a) || engine_allowed(e, a, NULL))
		return f;
	if (c == NULL || !engine_hits(e, a, NULL))
		c = engine_climbed(e, a, &net);
	if (c == NULL || just_narrowed(e, c))
		return f;
	f.result = FRONT_BLOCKED;
	f.kind = (uint8_t)kind_of(c->reasons);
	f.tier = c->tier;
	f.until_ms = c->block_until_ms;
	if (c->by_admin)
		return f;
	if (*out != NULL && issued_ms != 0 && issued_ms <= (*out)->click_ms)
		f.result = FRONT_USED;
	else if (*out != NULL && (*out)->no_link_until_ms > e->now_ms)
		f.result = FRONT_NO_MORE;
	else if (clicks_of(e, a)->n >= FRONT_CLICKS_NET)
		f.result = FRONT_LIMIT;
	f.link = f.result == FRONT_BLOCKED;
	return f;
}

struct engine_front
engine_front_ask(struct engine *e, const struct addr *a, int64_t issued_ms,
    int64_t now_ms)
{
	struct client *c;

	engine_advance(e, now_ms);
	e->cause_ms = now_ms;
	return ask(e, a, issued_ms, &c);
}

/* From now on only what it does to recipients counts, from now on. */
static void
trust(struct engine *e, struct client *c)
{
	c->click_ms = e->now_ms;
	c->click_until_ms = e->now_ms + FIRST_MS;
	for (unsigned k = 1; k < EVIDENCE_KINDS; k++)
		if (evidence_family((enum evidence_kind)k) == FAMILY_RECIPIENT)
			client_clear(c, (enum evidence_kind)k);
	for (size_t i = 0; i < c->faces.n; i++) {
		c->faces.v[i].deeds = 0;
		c->faces.v[i].unknown = c->faces.v[i].traps = 0;
	}
	c->flood_n = 0;
	c->dirty = true;
}

struct engine_front
engine_front_click(struct engine *e, const struct addr *a, int64_t issued_ms,
    int64_t now_ms)
{
	struct engine_front f;
	struct client *c;

	engine_advance(e, now_ms);
	e->cause_ms = now_ms;
	f = ask(e, a, issued_ms, &c);
	if (f.result != FRONT_BLOCKED)
		return f;
	if (!f.link) { /* the admin's will */
		f.result = FRONT_NO_MORE;
		return f;
	}
	clicks_of(e, a)->n++;
	e->n.clicks++;
	tally_add(&e->tally, TALLY_CLICKS);
	tally_add(&e->tally, TALLY_MISTAKES);
	c = client_get(e->clients, a, e->now_ms);
	trust(e, c);
	if (!engine_unset(e, c, "one click")) {
		struct net net = addr_key_net(&c->key);

		engine_save(e, c);
		engine_climb_spoil(e, &net, "one click");
	}
	return (struct engine_front){ .result = FRONT_LIFTED, .kind = f.kind };
}

bool
engine_trusted(const struct engine *e, const struct client *c)
{
	return c->click_until_ms > e->now_ms;
}

void
engine_broken(const struct engine *e, struct client *c)
{
	if (!engine_trusted(e, c))
		return;
	c->click_until_ms = e->now_ms;
	c->no_link_until_ms = e->now_ms + NONE_MS;
}
