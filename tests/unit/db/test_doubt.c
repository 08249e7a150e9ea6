/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: db/doubt
 */
#include "db/doubt.h"
#include "tests/zt.h"

static struct doubts d;

static void
met(uint64_t at, uint64_t hash, unsigned pass, bool blind)
{
	const struct doubt is = { .at = at,
		.hash = hash,
		.lost = 10,
		.pass = pass,
		.blind = blind };

	doubt_add(&d, &is);
}

static bool
sum_is(uint64_t lost, uint64_t unsure)
{
	struct doubt_sum s = doubt_sum(&d);

	return s.bad == 0 && s.lost == lost && s.unsure == unsure;
}

static void
test_sure(void)
{
	memset(&d, 0, sizeof(d));
	ZT_CASE("nothing is sure at first", sum_is(0, 0));
	for (unsigned pass = 1; pass <= 2; pass++) {
		met(100, 7, pass, false);
		doubt_end(&d, pass);
		ZT_CASE("what was met once or twice is not sure", sum_is(0, 1));
	}
	met(100, 7, 3, false);
	doubt_end(&d, 3);
	ZT_CASE("but three times", sum_is(10, 0));
	met(100, 8, 4, false);
	met(200, 7, 4, false);
	doubt_end(&d, 4);
	ZT_CASE("other bytes or another place are something else",
	    sum_is(0, 2));
	doubt_end(&d, 5);
	ZT_CASE("what is not met again is forgotten", sum_is(0, 0));
}

static void
test_blind(void)
{
	memset(&d, 0, sizeof(d));
	for (unsigned pass = 1; pass <= 5; pass++) {
		met(100, 7, pass, pass <= 3);
		doubt_end(&d, pass);
	}
	ZT_CASE("a look that could not see proves nothing", sum_is(0, 1));
	met(100, 7, 6, false);
	ZT_CASE("three that could do", sum_is(10, 0));
}

static void
test_full(void)
{
	struct doubt is = { .at = 3, .hash = 3, .pass = 1 };

	memset(&d, 0, sizeof(d));
	for (unsigned i = 0; i < DOUBT_MAX; i++)
		met(i, i, 1, false);
	ZT_CASE("it is known what was met in this pass",
	    doubt_met(&d, &is) != NULL);
	is.pass = 2;
	ZT_CASE("and what was not", doubt_met(&d, &is) == NULL);
	met(1000, 1, 1, false);
	ZT_CASE("what does not fit is counted, and never sure",
	    sum_is(0, DOUBT_MAX + 1));
}

int
main(int argc, char **argv)
{
	static const struct zt_test tests[] = {
		{ "what is sure", test_sure },
		{ "looks that could not see", test_blind },
		{ "a full table", test_full },
	};

	return zt_main(argc, argv, "doubt", tests,
	    sizeof(tests) / sizeof(tests[0]));
}
