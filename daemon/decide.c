/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/decide.h"
#include "daemon/names.h"

#define SHARED_DAYS  2 /* with wanted mail, for who has no name */
#define DAY_MS       ((int64_t)86400 * 1000)
#define SHARED_FRESH 0.06 /* two days after the other stack was seen */

uint8_t
decide_tier(const struct policy *p, const struct client *c, int64_t now_ms)
{
	int64_t quiet_ms = now_ms - c->block_until_ms, down = 0;
	int64_t tier;

	/* A flood of bounces that was stopped for a while is no offence. */
	if (c->tier == 0 || c->offences == 0)
		return 1;
	if (p->clean_s > 0 && quiet_ms > 0)
		down = quiet_ms / ((int64_t)p->clean_s * 1000);
	tier = (int64_t)c->tier - down + 1;
	if (tier < 1)
		return 1;
	return tier > (int64_t)p->tiers_n ? (uint8_t)p->tiers_n : (uint8_t)tier;
}

static uint32_t
jittered(const struct policy *p, const struct client *c, uint32_t for_s)
{
	struct {
		struct addr key;
		uint8_t pad[3];
		uint32_t offences;
	} in = { c->key, { 0 }, c->offences };
	uint64_t span = (uint64_t)for_s * p->jitter_percent / 100;

	if (span == 0)
		return for_s;
	return (uint32_t)(for_s - span +
	    hash_stable(&in, sizeof(in)) % (2 * span + 1));
}

static bool
is_certain(const struct policy *p, const struct client *c,
    const struct score *s)
{
	return s->p >= p->certain_p && s->families_agree && !s->immune &&
	    client_name_known(c) && !name_is_own(c->name_class);
}

/*
 * One tier lower for how it spoke alone, which a server may do for once; not
 * for what it did to recipients, or because its likes are known.
 */
static size_t
lower_by(const struct score *s)
{
	const unsigned more = 1U << FAMILY_RECIPIENT | 1U << FAMILY_GROUP;

	return (s->families & more) != 0 || s->trapped ? 0 : 1;
}

uint8_t
decide_certain(const struct policy *p, const struct client *c,
    const struct score *s, uint32_t *for_s)
{
	size_t tier = p->certain_tier < p->tiers_n ? p->certain_tier :
						     p->tiers_n;

	if (tier <= lower_by(s) || !is_certain(p, c, s))
		return 0;
	tier -= lower_by(s);
	*for_s = jittered(p, c, p->tier_s[tier - 1]);
	return (uint8_t)tier;
}

/* Wanted mail comes from there, enough to be reckoned with. */
static bool
is_wanted(const struct client *c)
{
	return c->good_days >= SHARED_DAYS ||
	    (name_is_own(c->name_class) &&
		(c->good_mails > 0 ||
		    c->facts[EVIDENCE_ACCEPTED].last_ms != 0));
}

/*
 * Two kinds of machine behind one address, and wanted mail from there: one of
 * them is a mail server.  A block would hit both.
 */
static bool
is_shared(const struct client *c, int64_t now_ms)
{
	return client_count(c, EVIDENCE_STACK_MANY, now_ms) >= SHARED_FRESH &&
	    is_wanted(c);
}

/*
 * Did the wanted mail come from this stack?  Of a single machine nothing is
 * stored but the signature of its profile.
 */
static bool
is_wanted_face(const struct client *c, const struct face *me, int64_t now_ms)
{
	return face_good(me, !name_is_own(c->name_class), now_ms) ||
	    (c->good_sig != 0 && c->good_sig == c->sig_key);
}

enum decide_who
decide_who(const struct client *c, bool profile, int64_t now_ms)
{
	const struct face *me = faces_me(&c->faces);
	size_t good;

	if (me == NULL || me->deeds == 0 || is_wanted_face(c, me, now_ms))
		return DECIDE_ADDRESS;
	/* Somebody else there was convicted: that is not its doing. */
	if (client_blocked(c, now_ms) && !client_narrow_hits(c, &me->stack))
		return DECIDE_FACE;
	(void)faces_others(&c->faces, now_ms, &good);
	return profile || is_wanted(c) || (good > 0 && c->good_mails > 0) ?
	    DECIDE_FACE :
	    DECIDE_ADDRESS;
}

/* Those that did something; if none has, the one at hand. */
static void
narrow_to(struct decision *d, const struct client *c, int64_t now_ms)
{
	const struct face *me = faces_me(&c->faces);
	bool alone = decide_who(c, false, now_ms) == DECIDE_FACE;

	for (size_t i = 0; !alone && i < c->faces.n && i < FACES; i++) {
		const struct face *f = &c->faces.v[i];

		if (face_bad(f, now_ms) && !face_good(f, false, now_ms))
			d->narrow[d->narrow_n++] = f->stack;
	}
	if (d->narrow_n == 0)
		d->narrow[d->narrow_n++] = me->stack;
}

/*
 * As many stacks as are kept, and each has offended: one machine that changes
 * its stack, or nothing but zombies.
 */
static bool
all_bad(const struct client *c, int64_t now_ms)
{
	for (size_t i = 0; i < FACES; i++)
		if (i >= c->faces.n || !face_bad(&c->faces.v[i], now_ms) ||
		    face_good(&c->faces.v[i], false, now_ms))
			return false;
	return true;
}

/* Sessions of its stack were ended of late that were not the server's. */
static bool
has_double(const struct client *c, const struct face *me)
{
	return c->cut_ms > c->block_until_ms &&
	    stack_eq(&c->cut_stack, &me->stack);
}

/*
 * How wide may a block be?  False: no wider than the session.  Where nothing
 * but one machine is known behind the address, all of it.
 */
static bool
may_block(struct decision *d, const struct client *c, int64_t now_ms)
{
	const struct face *me = faces_me(&c->faces);
	size_t good;
	bool own;

	if (me == NULL)
		return !is_shared(c, now_ms);
	own = is_wanted_face(c, me, now_ms);
	/*
	 * One that calls itself as the mail server does is that server, and is
	 * judged by what it does now: not when its double did it.
	 */
	if (own && is_wanted(c) &&
	    (c->faces.helo == 0 || c->faces.helo != me->helo ||
		(c->faces.fresh == 0 && has_double(c, me))))
		return false;
	if ((is_wanted(c) && !own) ||
	    (faces_others(&c->faces, now_ms, &good) > 0 &&
		(client_blocked(c, now_ms) || !all_bad(c, now_ms))))
		narrow_to(d, c, now_ms);
	return true;
}

struct decision
decide(const struct policy *p, const struct client *c, const struct score *s,
    int64_t now_ms)
{
	struct decision d = { DECIDE_BLOCK, 0, 0, 0, { { 0 } } };
	uint8_t certain;
	uint32_t for_s;

	if ((s->p < p->block_p && !s->trapped) || p->tiers_n == 0)
		return (struct decision){ .what = DECIDE_PASS };
	if (s->immune)
		return (struct decision){ .what = DECIDE_IMMUNE };
	if (!s->families_agree)
		return (struct decision){ .what = DECIDE_ONE_FAMILY };
	if (!may_block(&d, c, now_ms))
		return (struct decision){ .what = DECIDE_SHARED };
	d.tier = decide_tier(p, c, now_ms);
	d.for_s = jittered(p, c, p->tier_s[d.tier - 1]);
	certain = decide_certain(p, c, s, &for_s);
	if (certain > d.tier) {
		d.tier = certain;
		d.for_s = for_s;
	}
	return d;
}
