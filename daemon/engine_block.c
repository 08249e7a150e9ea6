/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_block - stages 7 and 8 inside the engine, and the admin's will */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "daemon/decide.h"
#include "daemon/engine_impl.h"

#define MINUTE_MS 60000
#define DAY_MS    ((int64_t)86400 * 1000)
#define CUT_MAX   64  /* sessions of one client that are ended at a time */
#define FLOOD_S   600 /* how long a flood of bounces is kept away at most */
#define SPEAKS    0.3 /* nats from which a term is against somebody */

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

static void
spared_mark(struct engine *e, const struct net_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct net *n = &l->v[i];
		unsigned at = (unsigned)n->a.b[0] << 8 | n->a.b[1];
		unsigned end = n->bits < 16 ? at + (1U << (16 - n->bits)) :
					      at + 1;

		for (; n->a.family == 4 && at < end; at++)
			e->spared_v4[at / 64] |= UINT64_C(1) << at % 64;
	}
}

void
engine_spared_learn(struct engine *e)
{
	memset(e->spared_v4, 0, sizeof(e->spared_v4));
	spared_mark(e, &e->policy->never);
	spared_mark(e, &e->policy->ours);
	spared_mark(e, &e->own);
}

bool
engine_spared(const struct engine *e, const struct addr *a)
{
	unsigned at = (unsigned)a->b[0] << 8 | a->b[1];

	/* Asked for each line and session; nearly nobody is. */
	if (a->family == 4 && (e->spared_v4[at / 64] >> at % 64 & 1) == 0)
		return false;
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
	if (e->conf.save == NULL || e->conf.save_late)
		return;
	c->dirty = !e->conf.save(e->conf.arg, c);
}

/* False: the index is full, and the client must be spared. */
bool
engine_index(struct engine *e, const struct addr *key, int64_t until_ms)
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

int64_t
engine_until(const struct engine *e, uint32_t for_s)
{
	return e->now_ms + (int64_t)for_s * 1000;
}

void
engine_cut_one(struct engine *e, struct client *c, const struct session *s)
{
	struct client_visit *v = client_visit(c, s->open_us / 1000, s->cport);
	struct addr client = s->client;
	uint16_t port = s->cport;

	if (!e->conf.cut || !e->policy->enforce)
		return;
	if (v != NULL)
		v->flags |= CLIENT_VISIT_CUT;
	if (!session_cut(e->sessions, &client, port))
		return;
	e->n.cuts++;
	engine_emit(e, ENGINE_CUT, c, &(struct engine_out){ .port = port });
}

/* Those that it has open now end with the block that begins. */
static void
cut_all(struct engine *e, struct client *c)
{
	const struct session *open[CUT_MAX];
	size_t n;

	if (!e->conf.cut || !e->policy->enforce)
		return;
	n = session_open_of(e->sessions, &c->key, open, CUT_MAX);
	for (size_t i = 0; i < n; i++)
		if (!engine_allowed(e, &open[i]->client, NULL))
			engine_cut_one(e, c, open[i]);
}

/* Puts an indexed block on the client's record, and says so. */
void
engine_set(struct engine *e, struct client *c, uint8_t tier, uint32_t for_s,
    const struct score *s)
{
	memmove(&c->history[1], &c->history[0],
	    sizeof(c->history) - sizeof(c->history[0]));
	c->tier = tier;
	c->action = CLIENT_DROP;
	c->shadow = !e->policy->enforce;
	c->score_permille = (uint16_t)lround(s->p * 1000);
	c->block_from_ms = e->now_ms;
	c->block_until_ms = engine_until(e, for_s);
	c->history[0] = (struct client_tier){ tier, c->block_from_ms,
		c->block_until_ms };
	set_reasons(c, s);
	e->n.blocks++;
	if (c->shadow)
		e->n.shadow_blocks++;
	engine_save(e, c); /* first remembered, then done */
	engine_emit(e, ENGINE_BLOCK, c, &(struct engine_out){ .score = s });
	cut_all(e, c);
}

/* False: it was not blocked. */
bool
engine_unset(struct engine *e, struct client *c, const char *why)
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
bool
engine_exempt(const struct engine *e, const struct addr *key)
{
	return list_meets(&e->allow, key) ||
	    list_meets(&e->policy->never, key) ||
	    list_meets(&e->policy->ours, key) || list_meets(&e->own, key);
}

static enum evidence_kind
immunity(const struct engine *e, const struct client *c)
{
	int64_t login_ms = (int64_t)e->policy->login_s * 1000;

	if (engine_exempt(e, &c->key))
		return EVIDENCE_ALLOWED;
	if (c->login_ms != 0 && e->now_ms - c->login_ms < login_ms)
		return EVIDENCE_LOGIN;
	if (evidence_profile(e->policy, c))
		return EVIDENCE_PROFILE;
	return EVIDENCE_NONE;
}

static void
add_immunity(const struct engine *e, const struct client *c, struct score *s)
{
	s->immune_by = immunity(e, c);
	s->immune = s->immune_by != EVIDENCE_NONE;
}

void
engine_score(struct engine *e, const struct client *c, struct score *s)
{
	score_client(c, evidence_model(e->evidence), e->now_ms, s);
	add_immunity(e, c, s);
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
	    f == FAMILY_RECIPIENT || k == EVIDENCE_HELO_GROUP ||
	    k == EVIDENCE_BOTNET;
}

/*
 * Who was blocked before is blocked again for what it has done since, not
 * for what it is called.  Which of the two was told last does not matter.
 */
static bool
may_convict(const struct client *c, const struct score *s)
{
	if (c->block_until_ms == 0)
		return true;
	for (size_t i = 0; i < s->n; i++) {
		enum evidence_kind k = s->terms[i].kind;

		if (s->terms[i].llr >= SPEAKS && is_deed(k) &&
		    c->facts[k].last_ms > c->block_until_ms)
			return true;
	}
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
		(void)engine_unset(e, c, evidence_name(s->immune_by));
		return;
	}
	tier = decide_certain(e->policy, c, s, &for_s);
	if (tier > c->tier && engine_index(e, &c->key, engine_until(e, for_s)))
		engine_set(e, c, tier, for_s, s);
}

/*
 * Bounces to nobody, far more than a server sends that is well: kept away for
 * a short while, without offence, since it sends wanted mail as well.
 */
static void
judge_flood(struct engine *e, struct client *c, struct score *s)
{
	uint32_t for_s = e->policy->tier_s[0] < FLOOD_S ? e->policy->tier_s[0] :
							  FLOOD_S;

	if (e->policy->tiers_n == 0 || s->immune || !rate_allows(e) ||
	    !engine_index(e, &c->key, engine_until(e, for_s)))
		return;
	c->by_admin = false;
	c->flood_n = 0;
	s->n = 1;
	s->terms[0] = (struct score_term){ EVIDENCE_BACKSCATTER,
		FAMILY_RECIPIENT, 0.5 };
	engine_set(e, c, 1, for_s, s);
}

static void
convict(struct engine *e, struct client *c, const struct decision *d,
    const struct score *s)
{
	if (!rate_allows(e)) {
		e->n.rate_spared++;
		return;
	}
	if (!engine_index(e, &c->key, engine_until(e, d->for_s)))
		return;
	c->offences++;
	c->offence_ms = e->now_ms;
	c->by_admin = false;
	evidence_caught(e->evidence, c, e->now_ms);
	engine_set(e, c, d->tier, d->for_s, s);
}

/*
 * Of a few that are to be blocked for the first time, the session goes on to
 * its end: who is always cut short would never show what it was about to do,
 * and nobody could learn from it, nor see whether we were right.
 */
static bool
audited(struct engine *e, const struct client *c)
{
	const struct session *open;

	return c->offences == 0 && e->policy->audit_permille > 0 &&
	    hash_stable(&c->key, sizeof(c->key)) % 1000 <
	    e->policy->audit_permille &&
	    session_open_of(e->sessions, &c->key, &open, 1) > 0;
}

void
engine_judge(void *arg, struct client *c)
{
	struct engine *e = arg;
	struct score s
	    __attribute__((uninitialized)); /* all that counts is set */
	struct decision d;
	bool blocked;

	score_client(c, evidence_model(e->evidence), e->now_ms, &s);
	e->p_of = c;
	e->p = s.p;
	blocked = blocks_has(e->blocks, &c->key);
	/* Nearly always; whether it is immune matters to nobody then. */
	if (!blocked && s.p < e->policy->block_p && !s.trapped &&
	    !evidence_flood(c, e->now_ms))
		return;
	add_immunity(e, c, &s);
	if (blocked) {
		judge_blocked(e, c, &s);
		return;
	}
	d = decide(e->policy, c, &s, e->now_ms);
	if (d.what == DECIDE_BLOCK && audited(e, c)) {
		e->n.audited++;
		return;
	}
	if (d.what == DECIDE_IMMUNE)
		e->n.immune_spared++;
	if (d.what == DECIDE_ONE_FAMILY)
		e->n.one_family++;
	if (d.what == DECIDE_SHARED)
		e->n.shared_spared++;
	if (d.what == DECIDE_BLOCK && may_convict(c, &s))
		convict(e, c, &d, &s);
	else if (evidence_flood(c, e->now_ms))
		judge_flood(e, c, &s);
}

double
engine_p(struct engine *e, const struct client *c)
{
	struct score s __attribute__((uninitialized));

	if (e->p_of == c)
		return e->p;
	score_client(c, evidence_model(e->evidence), e->now_ms, &s);
	return s.p;
}
