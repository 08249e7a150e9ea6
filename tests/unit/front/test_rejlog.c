/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: front/rejlog fp/addr fp/hash
 * zt-libs: libsodium
 */
#include "front/rejlog.h"
#include "tests/zt.h"

static const struct hash_key key;

static bool
due(struct rejlog *l, uint32_t host, int64_t now_ms, uint64_t *left_out)
{
	struct addr a = addr_v4(host);

	return rejlog_due(l, &a, now_ms, left_out);
}

static void
test_day(void)
{
	struct rejlog *l = rejlog_new(&key);
	uint64_t left = 99;

	ZT_CASE("the first rejection is logged",
	    due(l, 1, 1000, &left) && left == 0);
	ZT_CASE("the second is not", !due(l, 1, 1001, &left));
	ZT_CASE("another client's is", due(l, 2, 1001, &left));
	ZT_CASE("one short of a day is too early",
	    !due(l, 1, 999 + REJLOG_DAY_MS, &left));
	ZT_CASE("a day later it is logged again",
	    due(l, 1, 1000 + REJLOG_DAY_MS, &left));
	free(l);
}

static void
test_v6(void)
{
	struct rejlog *l = rejlog_new(&key);
	struct addr a, b, c;
	uint64_t left;

	addr_parse(STR("2001:db8::1"), &a);
	addr_parse(STR("2001:db8::2"), &b);
	addr_parse(STR("2001:db8:0:1::2"), &c);
	ZT_CASE("a /64 is one client",
	    rejlog_due(l, &a, 0, &left) && !rejlog_due(l, &b, 0, &left) &&
		rejlog_due(l, &c, 0, &left));
	free(l);
}

static void
test_minute(void)
{
	struct rejlog *l = rejlog_new(&key);
	uint64_t left = 0;
	unsigned n = 0;

	for (uint32_t i = 0; i < 1000; i++)
		n += due(l, i, 5000 + i, &left);
	ZT_CASE("a flood gets so many lines a minute", n == REJLOG_MINUTE);
	ZT_CASE("one short of a minute is too early",
	    !due(l, 999999, 5000 + 59999, &left));
	ZT_CASE("in the next minute it is said how many were left out",
	    due(l, 500, 5000 + 60000, &left) &&
		left == 1000 - REJLOG_MINUTE + 1);
	ZT_CASE("once", due(l, 501, 5000 + 60001, &left) && left == 0);
	free(l);
}

static void
test_many(void)
{
	struct rejlog *l = rejlog_new(&key);
	uint64_t left;
	unsigned again = 0;
	int64_t t = 0;

	for (uint32_t i = 0; i < 4 * REJLOG_SLOTS; i++)
		if (!due(l, i, t += 1000, &left))
			again++;
	ZT_CASE("more clients than slots are all logged", again == 0);
	ZT_CASE("and the last ones are remembered",
	    !due(l, 4 * REJLOG_SLOTS - 1, t, &left));
	free(l);
}

static const struct zt_test tests[] = {
	{ "day", test_day },
	{ "v6", test_v6 },
	{ "minute", test_minute },
	{ "many", test_many },
};

ZT_MAIN("rejlog", tests)
