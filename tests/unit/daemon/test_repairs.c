/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When the guard repairs its table and when it leaves it be.
 *
 * zt-link: daemon/repairs
 */
#include "daemon/repairs.h"

#include "tests/zt.h"

static unsigned
allowed(struct repairs *r, unsigned n, int64_t now_ms)
{
	unsigned yes = 0;

	while (n-- > 0)
		yes += repairs_allow(r, now_ms);
	return yes;
}

static void
test_repairs(void)
{
	struct repairs r = { 0 };

	ZT_CASE("the first is allowed", repairs_allow(&r, 1000000));
	ZT_CASE("ten in a minute are", allowed(&r, 9, 1001000) == 9);
	ZT_CASE("the eleventh is not", !repairs_allow(&r, 1002000));
	ZT_CASE("that is a pause", r.paused);
	ZT_CASE("not a minute after the first one either",
	    !repairs_allow(&r, 1060000));
	ZT_CASE("but a minute after the refusal",
	    repairs_allow(&r, 1062000) && !r.paused);
	ZT_CASE("and then ten again", allowed(&r, 50, 1062001) == 9);
}

static void
test_slow(void)
{
	struct repairs r = { 0 };
	unsigned yes = 0;

	for (int64_t t = 0; t < 3600000; t += 7000)
		yes += repairs_allow(&r, t);
	ZT_CASE("one in seven seconds is always allowed", yes == 515);
}

static const struct zt_test tests[] = {
	{ "repairs", test_repairs },
	{ "slow", test_slow },
};

ZT_MAIN("repairs", tests)
