/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/tsclock: rates and uptimes as p0f tells them.
 *
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/tsclock
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include "fp/tsclock.h"

#define MS 1000
#define T0 (1000000000LL * 1000000)

static const struct hash_key key;

static struct traits
from(uint32_t host, uint16_t flags, uint32_t ts)
{
	return (struct traits){
		.ver = 4,
		.src = addr_v4(host),
		.flags = flags,
		.ts_val = ts,
	};
}

static const struct {
	const char *name;
	uint32_t ts, later; /* of the SYN, of a later packet */
	int ms;             /* between them */
	enum tsclock_answer want;
	uint16_t hz, mod_days;
	uint32_t minutes;
} cases[] = {
	{ "1000 ticks a second", 60000000, 60000100, 100, TSCLOCK_TOLD, 1000,
	    49, 1000 },
	{ "942 ticks are taken for 1000", 60000000, 60000942, 1000,
	    TSCLOCK_TOLD, 1000, 49, 1000 },
	{ "98 ticks are taken for 100", 6000000, 6000098, 1000, TSCLOCK_TOLD,
	    100, 497, 1000 },
	{ "245 ticks are taken for 250", 15000000, 15000245, 1000, TSCLOCK_TOLD,
	    250, 198, 1000 },
	{ "13 ticks are taken for 15", 900, 926, 2000, TSCLOCK_TOLD, 15, 3314,
	    1 },
	{ "two ticks a second stay two", 1200, 1220, 10000, TSCLOCK_TOLD, 2,
	    24855, 10 },
	{ "less than 25 ms is too soon", 100, 124, 24, TSCLOCK_WAIT, 0, 0, 0 },
	{ "25 ms is enough", 6000000, 6000025, 25, TSCLOCK_TOLD, 1000, 49,
	    100 },
	{ "more than ten minutes is too late", 100, 700, 600001, TSCLOCK_WAIT,
	    0, 0, 0 },
	{ "less than five ticks are too few", 100, 104, 400, TSCLOCK_WAIT, 0, 0,
	    0 },
	{ "slower than 0.7 a second is no clock", 100, 106, 10000, TSCLOCK_BAD,
	    0, 0, 0 },
	{ "faster than 1500 a second is no clock", 100, 1700, 1000, TSCLOCK_BAD,
	    0, 0, 0 },
	{ "a step back soon may be disorder", 100000, 99900, 50, TSCLOCK_WAIT,
	    0, 0, 0 },
	{ "a step back later is no clock", 100000, 99900, 500, TSCLOCK_BAD, 0,
	    0, 0 },
	{ "no timestamp in the SYN is no clock yet", 0, 1000, 1000,
	    TSCLOCK_WAIT, 0, 0, 0 },
	{ "no timestamp later is no clock yet", 1000, 0, 1000, TSCLOCK_WAIT, 0,
	    0, 0 },
	{ "a clock that comes round goes on", UINT32_MAX - 99, 900, 1000,
	    TSCLOCK_TOLD, 1000, 49, 0 },
};

static void
test_rates(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tsclock *c = tsclock_new(64, &key);
		struct traits syn = from(1, TCPF_SYN, cases[i].ts);
		struct traits more = from(1, TCPF_ACK, cases[i].later);
		struct tsclock_up up = { .hz = 0 };
		int64_t t_us = T0 + cases[i].ms * MS;
		bool ok = tsclock_begin(c, tsclock_place(c, &syn), &syn, T0,
			      &up) == TSCLOCK_WAIT;

		ok = ok &&
		    tsclock_more(c, false, &more, t_us, &up) == cases[i].want;
		if (cases[i].want == TSCLOCK_TOLD)
			ok = ok && up.hz == cases[i].hz &&
			    up.mod_days == cases[i].mod_days &&
			    up.minutes == cases[i].minutes;
		ZT_CASE(cases[i].name, ok);
		tsclock_free(c);
	}
}

static void
test_sides(void)
{
	struct tsclock *c = tsclock_new(64, &key);
	struct traits syn = from(1, TCPF_SYN, 6000000);
	struct traits reply = from(1, TCPF_SYN | TCPF_ACK, 9000000);
	struct traits again = from(1, TCPF_SYN, 6001000);
	struct traits none = from(1, TCPF_SYN, 0);
	struct tsclock_up up;
	uint64_t at = tsclock_place(c, &syn);

	tsclock_begin(c, at, &syn, T0, &up);
	ZT_CASE("a SYN+ACK is not compared with a SYN",
	    tsclock_begin(c, at, &reply, T0 + 1000 * MS, &up) == TSCLOCK_WAIT);
	ZT_CASE("the next SYN is compared with the one before",
	    tsclock_begin(c, at, &again, T0 + 1000 * MS, &up) == TSCLOCK_TOLD &&
		up.hz == 1000);
	tsclock_begin(c, at, &none, T0 + 1500 * MS, &up);
	again.ts_val = 6002000;
	ZT_CASE("a SYN without a timestamp leaves nothing to compare with",
	    tsclock_more(c, false, &again, T0 + 2000 * MS, &up) ==
		TSCLOCK_WAIT);
	tsclock_free(c);
}

/* More hosts than places: the latest are known, none is mistaken. */
static void
test_many(void)
{
	struct tsclock *c = tsclock_new(64, &key);
	struct tsclock_up up;
	int wrong = 0, known = 0;

	for (uint32_t i = 1; i <= 5000; i++) {
		struct traits syn = from(i, TCPF_SYN, 6000000 + i);
		struct traits more = from(i, TCPF_ACK, 6000500 + i);
		int64_t t_us = T0 + i * 1000LL * MS;

		wrong += tsclock_begin(c, tsclock_place(c, &syn), &syn, t_us,
			     &up) != TSCLOCK_WAIT;
		known += tsclock_more(c, false, &more, t_us + 500 * MS, &up) ==
			TSCLOCK_TOLD &&
		    up.hz == 1000;
	}
	ZT_CASE("a new host has no clock yet", wrong == 0);
	ZT_CASE("each of 5000 hosts in 64 places is known right after",
	    known == 5000);
	tsclock_free(c);
}

static const struct zt_test tests[] = {
	{ "rates", test_rates },
	{ "sides", test_sides },
	{ "many", test_many },
};

ZT_MAIN("tsclock", tests)
