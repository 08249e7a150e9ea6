/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/guardclock
 */
#include "daemon/guardclock.h"
#include "tests/zt.h"

#define NOON 1700000000000

static const struct {
	const char *name;
	int64_t wall_ms, boot_ms, mono_ms; /* what passes on each clock */
	enum guardclock_what want;
	int64_t want_ms;
} cases[] = {
	{ "a second is a second", 1000, 1000, 1000, GUARDCLOCK_FINE, 0 },
	{ "nothing passes", 0, 0, 0, GUARDCLOCK_FINE, 0 },
	{ "an hour late is still fine", 3600000, 3600000, 3600000,
	    GUARDCLOCK_FINE, 0 },
	{ "a slewed clock is followed", 1500, 1000, 1000, GUARDCLOCK_FINE, 0 },
	{ "a clock that is set forward", 3601000, 1000, 1000, GUARDCLOCK_SET,
	    3600000 },
	{ "a clock that is set back", -3599000, 1000, 1000, GUARDCLOCK_SET,
	    -3600000 },
	{ "set by just a second", 2000, 1000, 1000, GUARDCLOCK_SET, 1000 },
	{ "a machine that slept", 28801000, 28801000, 1000, GUARDCLOCK_SLEPT,
	    28800000 },
	{ "asleep, and set when it woke", 1000, 28801000, 1000,
	    GUARDCLOCK_SLEPT, 28800000 },
};

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guardclock c = { .started = false };
		struct guardclock_now now = { NOON, 70000, 50000 };
		enum guardclock_what first, what, again;
		int64_t by_ms;

		first = guardclock_look(&c, &now, &by_ms);
		now.wall_ms += cases[i].wall_ms;
		now.boot_ms += cases[i].boot_ms;
		now.mono_ms += cases[i].mono_ms;
		what = guardclock_look(&c, &now, &by_ms);
		ZT_CASE(cases[i].name,
		    first == GUARDCLOCK_FINE && what == cases[i].want &&
			by_ms == cases[i].want_ms);
		again = guardclock_look(&c, &now, &by_ms);
		ZT_CASE("it is told once", again == GUARDCLOCK_FINE);
	}
}

/* Half a second in each look adds up, and is never a step. */
static void
test_slew(void)
{
	struct guardclock c = { .started = false };
	struct guardclock_now now = { NOON, 0, 0 };
	unsigned steps = 0;
	int64_t by_ms;

	for (int i = 0; i < 1000; i++) {
		now.wall_ms += 1500;
		now.boot_ms += 1000;
		now.mono_ms += 1000;
		steps += guardclock_look(&c, &now, &by_ms) != GUARDCLOCK_FINE;
	}
	ZT_CASE("a clock that runs fast is never a step", steps == 0);
}

static const struct zt_test tests[] = {
	{ "cases", test_cases },
	{ "slew", test_slew },
};

ZT_MAIN("guardclock", tests)
