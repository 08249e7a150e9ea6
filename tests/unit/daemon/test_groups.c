/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * groups: HELO names of many networks, neighbourhoods, stacks' records
 *
 * zt-link: daemon/groups fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include <math.h>

#include "daemon/groups.h"
#include "tests/zt.h"

#define DAY ((int64_t)86400 * 1000)
#define T0  ((int64_t)1740988800 * 1000)

static const struct hash_key key;

/* The first address of the i-th /24. */
static struct addr
site(uint32_t i)
{
	return addr_v4(0x2c000001U + (i << 8));
}

static unsigned
say(struct groups *g, const char *helo, uint32_t i, int64_t t)
{
	struct addr a = site(i);

	return groups_helo(g, (struct str){ helo, strlen(helo) }, &a, t);
}

static void
test_estimate(void)
{
	static const unsigned sizes[] = { 1, 5, 19, 20, 50, 100, 200 };
	struct groups *g = groups_new(&key);
	size_t at = 0;

	for (unsigned i = 1; i <= 200; i++) {
		unsigned n = say(g, "ylmf-pc", i, T0);
		char name[64];

		if (i != sizes[at])
			continue;
		at++;
		snprintf(name, sizeof(name), "%u networks are about %u", i, n);
		ZT_CASE(name, fabs((double)n - i) <= 1 + 0.06 * i);
	}
	ZT_CASE("the same network again changes nothing",
	    say(g, "ylmf-pc", 7, T0) == say(g, "ylmf-pc", 7, T0));
	ZT_CASE("case does not matter",
	    say(g, "YLMF-PC", 7, T0) == say(g, "ylmf-pc", 7, T0));
	ZT_CASE("another name has its own count",
	    say(g, "other-pc", 7, T0) == 1);
	groups_free(g);
	groups_free(NULL);
}

static void
test_forgetting(void)
{
	struct groups *g = groups_new(&key);

	for (uint32_t i = 0; i < 30; i++)
		(void)say(g, "pc", i, T0);
	ZT_CASE("two days later the group is known",
	    say(g, "pc", 40, T0 + 2 * DAY) > 25);
	ZT_CASE("three days of silence later it is not",
	    say(g, "pc", 41, T0 + 6 * DAY) == 1);
	groups_free(g);
}

static void
test_confirmed(void)
{
	struct groups *g = groups_new(&key);

	for (uint32_t i = 0; i < 30; i++)
		(void)say(g, "out.big.example", i, T0);
	groups_helo_confirmed(g, STR("OUT.big.example"), T0);
	ZT_CASE("a name that is confirmed for one is no group",
	    say(g, "out.big.example", 31, T0 + DAY) == 0);
	ZT_CASE("others are not touched",
	    say(g, "out2.big.example", 31, T0 + DAY) == 1);
	for (int d = 2; d < 6; d++)
		(void)say(g, "out.big.example", 31, T0 + d * DAY);
	ZT_CASE("once nobody confirms it, it may be one again",
	    say(g, "out.big.example", 32, T0 + 6 * DAY) > 25);
	groups_free(g);
}

static void
test_full(void)
{
	struct groups *g = groups_new(&key);
	char helo[32];

	for (uint32_t i = 0; i < 30; i++)
		(void)say(g, "botnet", i, T0);
	/* Far more names than there is room, all older than the next use. */
	for (uint32_t i = 0; i < 20000; i++) {
		snprintf(helo, sizeof(helo), "noise%u", i);
		(void)say(g, helo, 1, T0 - DAY + i);
	}
	ZT_CASE("a flood of older names does not push out a group",
	    say(g, "botnet", 50, T0 + 1) >= 29);
	groups_free(g);
}

static void
test_sites(void)
{
	struct groups *g = groups_new(&key);
	struct addr a = site(1), b = site(2);

	for (int i = 0; i < 7; i++)
		groups_site_mark(g, &a, true, T0);
	ZT_CASE("seven caught are no dense neighbourhood",
	    !groups_site_bad(g, &a, T0));
	groups_site_mark(g, &a, true, T0);
	groups_site_mark(g, &a, true, T0);
	ZT_CASE("nine are", groups_site_bad(g, &a, T0));
	ZT_CASE("the next one is not", !groups_site_bad(g, &b, T0));
	ZT_CASE("it fades", !groups_site_bad(g, &a, T0 + 7 * DAY));
	for (int i = 0; i < 9; i++)
		groups_site_mark(g, &b, true, T0);
	for (int i = 0; i < 3; i++)
		groups_site_mark(g, &b, false, T0);
	ZT_CASE("good servers in it acquit it", !groups_site_bad(g, &b, T0));
	groups_free(g);
}

/* Asking about half the Internet must not push out what is known. */
static void
test_asking(void)
{
	struct groups *g = groups_new(&key);
	struct addr a = site(1);

	for (int i = 0; i < 20; i++)
		groups_site_mark(g, &a, true, T0);
	for (uint32_t i = 2; i < 100000; i++) {
		struct addr b = site(i);

		(void)groups_site_bad(g, &b, T0 + 1000);
	}
	ZT_CASE("asking evicts nothing", groups_site_bad(g, &a, T0 + 2000));
	groups_free(g);
}

static void
test_sigs(void)
{
	struct groups *g = groups_new(&key);

	for (int i = 0; i < 9; i++) {
		groups_sig_label(g, 1, true, T0);
		groups_sig_label(g, 2, false, T0);
	}
	ZT_CASE("few labels say nothing", groups_sig_llr(g, 1, T0) == 0);
	for (int i = 0; i < 200; i++) {
		groups_sig_label(g, 1, true, T0);
		groups_sig_label(g, 2, false, T0);
	}
	ZT_CASE("a bad stack is bad, up to the fence",
	    groups_sig_llr(g, 1, T0) == 1.5);
	ZT_CASE("a good one good", groups_sig_llr(g, 2, T0) == -1.5);
	ZT_CASE("one never seen is neither", groups_sig_llr(g, 3, T0) == 0);
	for (int i = 0; i < 50; i++) {
		groups_sig_label(g, 4, true, T0);
		groups_sig_label(g, 4, false, T0);
	}
	ZT_CASE("one that is both is neither",
	    fabs(groups_sig_llr(g, 4, T0)) < 0.1);
	ZT_CASE("half a year later it is forgotten",
	    groups_sig_llr(g, 1, T0 + 180 * DAY) == 0);
	groups_free(g);
}

static const struct zt_test tests[] = {
	{ "estimate", test_estimate },
	{ "forgetting", test_forgetting },
	{ "confirmed", test_confirmed },
	{ "full", test_full },
	{ "sites", test_sites },
	{ "asking", test_asking },
	{ "sigs", test_sigs },
};
ZT_MAIN("groups", tests)
