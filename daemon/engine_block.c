/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_block - stages 7 and 8 inside the engine, and the admin's will */
#include "daemon/decide.h"
#include "daemon/engine_impl.h"
#include "daemon/view.h"

#define MINUTE_MS 60000
#define HARVEST   3   /* refused recipients that make a session a run */
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
 * A machine behind the address that is not blocked now may be at any time.
 */
static bool
may_convict(const struct engine *e, const struct client *c,
    const struct score *s)
{
	if (c->block_until_ms == 0 || client_blocked(c, e->now_ms))
		return true;
	for (size_t i = 0; i < s->n; i++) {
		enum evidence_kind k = s->terms[i].kind;

		if (s->terms[i].llr >= SPEAKS && is_deed(k) &&
		    c->facts[k].last_ms > c->block_until_ms)
			return true;
	}
	return false;
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

/*
 * Good evidence lifts a block; what makes a zombie certain prolongs it, but
 * for a session that we let through ourselves to look at it.
 */
static void
judge_blocked(struct engine *e, struct client *c, const struct score *s,
    bool alone)
{
	struct engine_new b = { .narrow_n = c->narrow_n };

	if (c->by_admin)
		return;
	/* The profile is the other machine's. */
	if (s->immune && !(alone && s->immune_by == EVIDENCE_PROFILE)) {
		if (engine_unset(e, c, evidence_name(s->immune_by)))
			engine_tally_lifted(e, s->immune_by);
		return;
	}
	if (c->good_ms > c->block_from_ms && s->p < e->policy->block_p &&
	    !s->trapped && c->narrow_n == 0) {
		if (engine_unset(e, c, "wanted mail in a sample"))
			engine_tally_lifted(e, EVIDENCE_ACCEPTED);
		return;
	}
	if (engine_sampled(e, c))
		return;
	b.tier = decide_certain(e->policy, c, s, &b.for_s);
	memcpy(b.narrow, c->narrow, sizeof(b.narrow));
	if (alone || b.tier <= c->tier)
		return;
	engine_knocked(e, c); /* these came before */
	engine_set(e, c, &b, s);
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
	    !engine_index(e, &c->key, engine_until(e, for_s), 1))
		return;
	engine_tally_block(e, c, false);
	c->by_admin = false;
	c->flood_n = 0;
	s->n = 1;
	s->terms[0] = (struct score_term){ EVIDENCE_BACKSCATTER,
		FAMILY_RECIPIENT, 0.5 };
	engine_set(e, c, &(struct engine_new){ .tier = 1, .for_s = for_s }, s);
}

static void
convict(struct engine *e, struct client *c, const struct decision *d,
    const struct score *s)
{
	struct engine_new b = { d->tier, d->for_s, d->narrow_n, { { 0 } } };

	if (!rate_allows(e)) {
		e->n.rate_spared++;
		return;
	}
	if (client_blocked(c, e->now_ms)) { /* another machine was already */
		for (size_t i = 0; i < d->narrow_n; i++)
			if (!client_narrow_hits(c, &d->narrow[i]))
				engine_set_more(e, c, &d->narrow[i], s);
		return;
	}
	if (!engine_index(e, &c->key, engine_until(e, d->for_s), d->tier))
		return;
	memcpy(b.narrow, d->narrow, sizeof(b.narrow));
	engine_tally_block(e, c, false);
	engine_broken(e, c);
	c->offences++;
	c->offence_ms = e->now_ms;
	c->by_admin = false;
	/* Nothing is learned from an address that is both. */
	if (d->narrow_n == 0 || c->good_mails == 0)
		evidence_caught(e->evidence, c, e->now_ms);
	engine_set(e, c, &b, s);
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

/*
 * A mail server and a zombie that cannot be told apart: only the session that
 * shows the zombie by itself is ended.
 */
static void
end_session(struct engine *e, struct client *c)
{
	const struct session *s = e->at_port == 0 ?
	    NULL :
	    session_find(e->sessions, &e->at, e->at_port);

	e->n.shared_spared++;
	if (s == NULL || s->state != SESSION_OPEN || c->faces.helo == 0 ||
	    engine_allowed(e, &s->client, NULL))
		return;
	if (s->early_us != 0 || s->pipelined || s->rcpts_refused >= HARVEST ||
	    (c->faces.fresh & 1ULL << EVIDENCE_TRAP_RCPT) != 0)
		engine_cut_one(e, c, s);
}

/* Over the limit, or not: what is done about it? */
static void
act(struct engine *e, struct client *c, struct score *s)
{
	struct decision d = decide(e->policy, c, s, e->now_ms);

	switch (d.what) {
	case DECIDE_IMMUNE:
		e->n.immune_spared++;
		break;
	case DECIDE_ONE_FAMILY:
		e->n.one_family++;
		break;
	case DECIDE_SHARED:
		end_session(e, c);
		break;
	case DECIDE_BLOCK:
		if (audited(e, c)) {
			e->n.audited++;
			return;
		}
		if (may_convict(e, c, s)) {
			convict(e, c, &d, s);
			return;
		}
		break;
	default:
		break;
	}
	if (evidence_flood(c, e->now_ms) && !client_blocked(c, e->now_ms))
		judge_flood(e, c, s);
}

/*
 * One machine of several, by what it did itself.  Apart: what is on its stack
 * is cleared at each call.
 */
static void __attribute__((noinline))
judge_face(struct engine *e, struct client *c, struct score *s)
{
	const struct face *me = faces_me(&c->faces);
	enum evidence_kind immune_by = s->immune_by;
	struct client alone;

	if (!face_offends(me, e->now_ms))
		return;
	view_face(c, me, e->now_ms, &alone);
	score_client(&alone, evidence_model(e->evidence), e->now_ms, s);
	s->immune_by = immune_by == EVIDENCE_PROFILE ? EVIDENCE_NONE :
						       immune_by;
	s->immune = s->immune_by != EVIDENCE_NONE;
	act(e, c, s);
}

/* Somebody has clicked for it: its mail is judged, and nothing else. */
static void __attribute__((noinline))
judge_trusted(struct engine *e, struct client *c, struct score *s)
{
	struct client view;

	view_clicked(c, &view);
	score_client(&view, evidence_model(e->evidence), e->now_ms, s);
	s->families_agree = s->trapped ||
	    (s->families & 1U << FAMILY_RECIPIENT) != 0;
	add_immunity(e, c, s);
	act(e, c, s);
}

void
engine_judge(void *arg, struct client *c)
{
	struct engine *e = arg;
	struct stack at = faces_stack(&c->faces);
	struct score s
	    __attribute__((uninitialized)); /* all that counts is set */
	bool mine, alone;

	engine_stays_over(e, c);
	score_client(c, evidence_model(e->evidence), e->now_ms, &s);
	e->p_of = c;
	e->p = s.p;
	mine = engine_hits(e, &c->key, stack_none(&at) ? NULL : &at);
	alone = c->faces.now != 0 &&
	    decide_who(c, evidence_profile(e->policy, c), e->now_ms) ==
		DECIDE_FACE;
	if (!mine && engine_trusted(e, c)) {
		judge_trusted(e, c, &s);
		return;
	}
	/* Nearly always; whether it is immune matters to nobody then. */
	if (!mine && !alone && s.p < e->policy->block_p && !s.trapped &&
	    !evidence_flood(c, e->now_ms))
		return;
	add_immunity(e, c, &s);
	if (mine)
		judge_blocked(e, c, &s, alone);
	else if (alone)
		judge_face(e, c, &s);
	else
		act(e, c, &s);
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
