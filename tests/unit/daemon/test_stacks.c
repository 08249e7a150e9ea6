/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stacks: which TCP stacks send nothing but spam
 *
 * zt-link: daemon/stacks daemon/botnet_count @MODEL fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include <math.h>

#include "daemon/stacks.h"
#include "tests/zt.h"

#define T0  ((int64_t)1740988800 * 1000)
#define DAY ((int64_t)86400 * 1000)

static struct addr
site(unsigned i)
{
	struct addr a = { .family = 6, .b = { 0x20, 1, 0xd, 0xb8 } };

	a.b[4] = (uint8_t)(i >> 8);
	a.b[5] = (uint8_t)i;
	return a;
}

static void
test_bound(void)
{
	static const struct {
		const char *name;
		double bad, good, least, most;
	} all[] = { { "nothing is known", 0, 0, 1, 1 },
		{ "none of 598 is good: half a percent", 598, 0, 0.0049,
		    0.0051 },
		{ "none of 3000", 3000, 0, 0.0009, 0.0011 },
		{ "one of 949", 948, 1, 0.0048, 0.0052 },
		{ "half of them", 500, 500, 0.5, 0.56 } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		double s = stacks_good_share(all[i].bad, all[i].good);

		ZT_CASE(all[i].name, s >= all[i].least && s <= all[i].most);
	}
}

/* Labels of stack 7 from so many networks. */
static size_t
only(unsigned bad, unsigned good, unsigned networks, unsigned want)
{
	struct hash_key key = { { 3, 4 } };
	struct model *m = model_new(&key);
	struct stacks *s = stacks_new();
	struct model_lesson l = { .token[MODEL_TOKEN_SIG] = 7 };
	size_t n;

	if (m == NULL || s == NULL)
		abort();
	for (unsigned i = 0; i < bad; i++) {
		struct addr a = site(i % networks);

		(void)model_teach(m, &l, true, &a, T0 + i / networks * DAY);
		stacks_bad(s, 7, &a, T0 + i / networks * DAY);
	}
	for (unsigned i = 0; i < good; i++) {
		struct addr a = site(10000 + i);

		(void)model_teach(m, &l, false, &a, T0);
	}
	stacks_look(s, m, want, T0);
	n = stacks_only_n(s);
	if (n > 0 && (!stacks_only(s, 7) || stacks_only(s, 8)))
		n = 99;
	model_free(m);
	stacks_free(s);
	return n;
}

static void
test_only(void)
{
	ZT_CASE("700 bad ones of 700 networks are enough",
	    only(700, 0, 700, 100) == 1);
	ZT_CASE("500 are not", only(500, 0, 500, 100) == 0);
	ZT_CASE("nor with three good ones", only(700, 3, 700, 100) == 0);
	ZT_CASE("nor from too few networks", only(700, 0, 700, 900) == 0);
	ZT_CASE("who sends day after day is one network",
	    only(1200, 0, 50, 100) == 0);
}

static void
test_forgets(void)
{
	struct hash_key key = { { 3, 4 } };
	struct model *m = model_new(&key);
	struct stacks *s = stacks_new();
	struct model_lesson l = { .token[MODEL_TOKEN_SIG] = 7 };

	for (unsigned i = 0; i < 1500; i++) {
		struct addr a = site(i);

		(void)model_teach(m, &l, true, &a, T0);
		stacks_bad(s, 7, &a, T0);
	}
	stacks_look(s, m, 100, T0 + DAY);
	ZT_CASE("it is there on the next day", stacks_only_n(s) == 1);
	stacks_look(s, m, 100, T0 + 90 * DAY);
	ZT_CASE("three months later no network is", stacks_only_n(s) == 0);
	for (unsigned i = 0; i < 2 * STACKS_MAX; i++) {
		struct addr a = site(i);

		stacks_bad(s, 100 + i, &a, T0 + 90 * DAY);
	}
	stacks_look(s, m, 0, T0 + 90 * DAY);
	ZT_CASE("the table is bounded, and what was learned is asked for",
	    stacks_only_n(s) <= 1);
	model_free(m);
	stacks_free(s);
}

static const struct zt_test tests[] = {
	{ "bound", test_bound },
	{ "only", test_only },
	{ "forgets", test_forgets },
};
ZT_MAIN("stacks", tests)
