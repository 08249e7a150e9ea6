/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the history begins: as exactly as it is kept, though a day's slot
 * begins at its midnight.
 *
 * zt-link: tools/stats_series tools/stats_mem daemon/tally
 */
#include <stdlib.h>

#include "tests/zt.h"
#include "tools/stats_impl.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)
#define NOW     INT64_C(1772431200000) /* 2 March 2026, 06:00 UTC */

/* All that is kept of a zfwd that ran from then on until now. */
static int64_t
first_of(int64_t begin_ms)
{
	struct stats_opts o = { .now_ms = NOW,
		.since_ms = NOW - 7 * DAY_MS,
		.until_ms = NOW };
	struct stats s = { .opts = o };
	struct stats_mem mem = { 0 };
	struct stats_in in = { .o = &o, .out = &s, .mem = &mem };

	if (!stats_series_new(&in))
		abort();
	for (unsigned k = 0; k < TALLY_STEPS; k++) {
		enum tally_step step = (enum tally_step)k;
		uint32_t from = tally_slot_at(step, begin_ms);
		uint32_t to = tally_slot_at(step, NOW - 1);

		for (uint32_t i = from; i <= to; i++) {
			struct tally_chunk c = { .first = i };

			c.slot[0].modes = TALLY_SHADOW;
			stats_series_add(&in, step, &c);
		}
	}
	stats_series_end(&in);
	stats_series_free(&in);
	stats_mem_free(&mem);
	return s.first_ms;
}

static const struct {
	const char *name;
	int64_t begin_ms, want_ms;
} ages[] = {
	{ "a history of an hour begins with its minute",
	    NOW - HOUR_MS + 7 * 60000, NOW - HOUR_MS + 7 * 60000 },
	{ "so does one of some hours", NOW - 20 * HOUR_MS, NOW - 20 * HOUR_MS },
	{ "one of some days begins with its hour", NOW - 3 * DAY_MS + 1800000,
	    NOW - 3 * DAY_MS },
	{ "one of months begins with its day", NOW - 90 * DAY_MS,
	    NOW - 90 * DAY_MS - 6 * HOUR_MS },
};

static void
test_first(void)
{
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++)
		ZT_CASE(ages[i].name,
		    first_of(ages[i].begin_ms) == ages[i].want_ms);
	ZT_CASE("none has no begin", first_of(NOW + DAY_MS) == 0);
}

static const struct zt_test tests[] = {
	{ "where it begins", test_first },
};

ZT_MAIN("stats_series", tests)
