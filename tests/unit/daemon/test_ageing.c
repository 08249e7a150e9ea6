/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/ageing daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include "daemon/ageing.h"
#include "tests/zt.h"

#define DAY   ((int64_t)86400 * 1000)
#define NOW   ((int64_t)1772445600 * 1000)
#define CLEAN (14 * 86400)

static const struct {
	const char *name;
	struct client c;
	int64_t want_d; /* days that it has left */
} cases[] = {
	{ "who came once is kept for a month",
	    { .first_ms = NOW, .last_ms = NOW, .connects = 1 }, 30 },
	{ "and forgotten after it",
	    { .first_ms = NOW - 31 * DAY,
		.last_ms = NOW - 31 * DAY,
		.connects = 1 },
	    0 },
	{ "who came twice is kept for two",
	    { .first_ms = NOW - 9 * DAY,
		.last_ms = NOW - 9 * DAY,
		.connects = 2 },
	    51 },
	{ "who only knocks was seen, too",
	    { .last_ms = NOW - 50 * DAY, .knock_ms = NOW - DAY, .connects = 1 },
	    29 },
	{ "a zombie of tier 1 is kept a clean period more",
	    { .last_ms = NOW, .offences = 1, .tier = 1 }, 44 },
	{ "one of tier 6 six of them, from the end of its block",
	    { .last_ms = NOW - 60 * DAY,
		.block_until_ms = NOW - 2 * DAY,
		.offences = 9,
		.tier = 6 },
	    30 + 6 * 14 - 2 },
	{ "a block for the future stays until it is over, above all",
	    { .last_ms = NOW - 500 * DAY, .block_until_ms = NOW + 10 * DAY },
	    430 },
	{ "so does the trust of a click",
	    { .last_ms = NOW - 500 * DAY,
		.click_ms = NOW - 500 * DAY,
		.click_until_ms = NOW + DAY },
	    421 },
	{ "and the time without links",
	    { .last_ms = NOW - 500 * DAY, .no_link_until_ms = NOW + DAY },
	    421 },
	{ "who once had mail accepted is kept for half a year",
	    { .last_ms = NOW - 100 * DAY, .good_mails = 1 }, 80 },
	{ "who had it on three days for more than one",
	    { .last_ms = NOW - 300 * DAY, .good_mails = 9, .good_days = 3 },
	    100 },
	{ "so are users", { .login_ms = NOW - 399 * DAY }, 1 },
	{ "and hosts that we send mail to", { .peer_ms = NOW - 400 * DAY }, 0 },
	{ "a time in the future counts as now",
	    { .last_ms = NOW + 900 * DAY, .connects = 1 }, 30 },
	{ "a record without any time is forgotten", { .connects = 1 }, 0 },
};

static void
test_left(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ZT_CASE(cases[i].name,
		    ageing_left_ms(&cases[i].c, CLEAN, NOW) ==
			cases[i].want_d * DAY);
}

static uint64_t
staying(const struct ageing *a, int64_t limit_ms)
{
	uint64_t n = 0;

	for (int64_t h = limit_ms / 3600000; h < AGEING_HOURS; h++)
		n += a->left[h];
	return n;
}

static void
test_limit(void)
{
	static struct ageing a;
	int64_t limit;

	ageing_begin(&a);
	ZT_CASE("of nobody nobody goes", ageing_limit_ms(&a, 1) == 0);
	for (unsigned i = 0; i < 10000; i++)
		ageing_count(&a, (int64_t)(zt_random() % 400) * DAY);
	ZT_CASE("as many as there may be stay",
	    ageing_limit_ms(&a, 10000) == 0);
	limit = ageing_limit_ms(&a, 8000);
	ZT_CASE("else those with the least time left go",
	    limit > 0 && staying(&a, limit) <= 7600);
	ZT_CASE("and no more than that makes some room",
	    staying(&a, limit - 3600000) > 7600);
	ageing_begin(&a);
	for (unsigned i = 0; i < 1000; i++)
		ageing_count(&a, INT64_MAX);
	limit = ageing_limit_ms(&a, 10);
	ZT_CASE("who is blocked for years stays, even if they are too many",
	    staying(&a, limit) == 1000 && a.n == 1000);
	ageing_begin(&a);
	ageing_count(&a, -5);
	ZT_CASE("nothing is counted twice", a.n == 1 && a.left[0] == 1);
}

static const struct zt_test tests[] = {
	{ "how long a client is worth it", test_left },
	{ "too many clients", test_limit },
};
ZT_MAIN("ageing", tests)
