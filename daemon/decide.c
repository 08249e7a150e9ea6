/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/decide.h"
#include "daemon/names.h"

#define SHARED_DAYS  2    /* with wanted mail, for who has no name */
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

/*
 * Two kinds of machine behind one address, and wanted mail from there: one of
 * them is a mail server.  A block would hit both.
 */
static bool
is_shared(const struct client *c, int64_t now_ms)
{
	return client_count(c, EVIDENCE_STACK_MANY, now_ms) >= SHARED_FRESH &&
	    (c->good_days >= SHARED_DAYS ||
		(name_is_own(c->name_class) &&
		    (c->good_mails > 0 ||
			c->facts[EVIDENCE_ACCEPTED].last_ms != 0)));
}

struct decision
decide(const struct policy *p, const struct client *c, const struct score *s,
    int64_t now_ms)
{
	uint8_t tier, certain;
	uint32_t for_s;

	if ((s->p < p->block_p && !s->trapped) || p->tiers_n == 0)
		return (struct decision){ DECIDE_PASS, 0, 0 };
	if (s->immune)
		return (struct decision){ DECIDE_IMMUNE, 0, 0 };
	if (!s->families_agree)
		return (struct decision){ DECIDE_ONE_FAMILY, 0, 0 };
	if (is_shared(c, now_ms))
		return (struct decision){ DECIDE_SHARED, 0, 0 };
	tier = decide_tier(p, c, now_ms);
	certain = decide_certain(p, c, s, &for_s);
	if (certain > tier)
		return (struct decision){ DECIDE_BLOCK, certain, for_s };
	return (struct decision){ DECIDE_BLOCK, tier,
		jittered(p, c, p->tier_s[tier - 1]) };
}
