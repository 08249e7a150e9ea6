/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * decide: score and history -> what to do, and for how long
 *
 * zt-link: daemon/decide fp/addr fp/hash
 * zt-libs: libsodium
 */
#include "daemon/decide.h"
#include "tests/zt.h"

#define T0  ((int64_t)1740988800 * 1000)
#define DAY ((int64_t)86400 * 1000)

static const struct policy pol = {
	.block_p = 0.95,
	.certain_p = 0.999,
	.tier_s = { 600, 3600, 28800, 259200, 1209600, 5184000 },
	.tiers_n = 6,
	.certain_tier = 3,
	.jitter_percent = 10,
	.clean_s = 14 * 86400,
};

static const struct {
	const char *name;
	double p;
	bool agree, immune;
	uint8_t tier;  /* of the last block */
	int64_t ended; /* that long ago; negative: not yet */
	const char *rdns;
	enum decide_what want;
	uint8_t want_tier;
} cases[] = {
	{ "just below the limit", 0.9499, true, false, 0, 0, "", DECIDE_PASS,
	    0 },
	{ "at the limit", 0.95, true, false, 0, 0, "", DECIDE_BLOCK, 1 },
	{ "one family only", 0.9999, false, false, 0, 0, "", DECIDE_ONE_FAMILY,
	    0 },
	{ "known good", 0.9999, true, true, 0, 0, "", DECIDE_IMMUNE, 0 },
	{ "known good and one family", 0.9999, false, true, 0, 0, "",
	    DECIDE_IMMUNE, 0 },
	{ "near certain, without a name", 0.999, true, false, 0, 0, "",
	    DECIDE_BLOCK, 3 },
	{ "near certain, with one", 0.9995, true, false, 0, 0, "mx.a.example",
	    DECIDE_BLOCK, 1 },
	{ "near certain, and higher already", 0.9995, true, false, 4, 0, "",
	    DECIDE_BLOCK, 5 },
	{ "one tier up", 0.96, true, false, 1, 0, "", DECIDE_BLOCK, 2 },
	{ "not above the last", 0.96, true, false, 6, 0, "", DECIDE_BLOCK, 6 },
	{ "nor when the store has a higher one", 0.96, true, false, 200, 0, "",
	    DECIDE_BLOCK, 6 },
	{ "a day short of the clean period", 0.96, true, false, 3, 13 * DAY, "",
	    DECIDE_BLOCK, 4 },
	{ "one clean period", 0.96, true, false, 3, 14 * DAY, "", DECIDE_BLOCK,
	    3 },
	{ "two clean periods", 0.96, true, false, 3, 28 * DAY, "", DECIDE_BLOCK,
	    2 },
	{ "a clean life", 0.96, true, false, 3, 999 * DAY, "", DECIDE_BLOCK,
	    1 },
	{ "a block that ends in the future", 0.96, true, false, 3, -DAY, "",
	    DECIDE_BLOCK, 4 },
};

static void
test_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client c = { .tier = cases[i].tier,
			.block_until_ms = T0 - cases[i].ended };
		struct score s = { .p = cases[i].p,
			.families_agree = cases[i].agree,
			.immune = cases[i].immune };
		struct decision d;

		snprintf(c.rdns, sizeof(c.rdns), "%s", cases[i].rdns);
		c.facts[EVIDENCE_RDNS_NONE].last_ms = c.rdns[0] == '\0' ? T0 :
									  0;
		d = decide(&pol, &c, &s, T0);
		ZT_CASE(cases[i].name,
		    d.what == cases[i].want && d.tier == cases[i].want_tier);
	}
}

static void
test_jitter(void)
{
	uint32_t least = UINT32_MAX, most = 0;
	struct score s = { .p = 0.96, .families_agree = true };
	struct policy exact = pol;
	bool same = true;

	for (uint32_t i = 0; i < 2000; i++) {
		struct client c = { .key = addr_v4(i) };
		struct decision d = decide(&pol, &c, &s, T0);
		struct decision again = decide(&pol, &c, &s, T0 + DAY);

		same = same && d.for_s == again.for_s;
		least = d.for_s < least ? d.for_s : least;
		most = d.for_s > most ? d.for_s : most;
	}
	ZT_CASE("never shorter than ten percent less", least >= 540);
	ZT_CASE("nor longer than ten percent more", most <= 660);
	ZT_CASE("and all between", least <= 545 && most >= 655);
	ZT_CASE("the same offence gets the same", same);
	exact.jitter_percent = 0;
	ZT_CASE("none, none",
	    decide(&exact, &(struct client){ .tier = 0 }, &s, T0).for_s == 600);
}

static void
test_odd_policies(void)
{
	struct score sure = { .p = 0.9999, .families_agree = true };
	struct client c = { .tier = 2,
		.facts[EVIDENCE_RDNS_NONE] = { .last_ms = T0 } };
	struct policy p = pol;
	struct decision d;

	p.tiers_n = 0;
	ZT_CASE("without tiers nobody is blocked",
	    decide(&p, &c, &sure, T0).what == DECIDE_PASS);
	p.tiers_n = 2;
	d = decide(&p, &c, &sure, T0);
	ZT_CASE("a certain tier that is not there is the last",
	    d.tier == 2 && d.for_s >= 3240);
	p.clean_s = 0;
	ZT_CASE("no clean period, no mercy",
	    decide_tier(&p, &c, T0 + 9999 * DAY) == 2);
}

static void
test_name_not_known(void)
{
	struct score sure = { .p = 0.9999, .families_agree = true };
	struct client c = { .tier = 0 };

	ZT_CASE("near certain, but nobody has asked for its name",
	    decide(&pol, &c, &sure, T0).tier == 1);
}

static const struct zt_test tests[] = {
	{ "table", test_table },
	{ "name_not_known", test_name_not_known },
	{ "jitter", test_jitter },
	{ "odd_policies", test_odd_policies },
};
ZT_MAIN("decide", tests)
