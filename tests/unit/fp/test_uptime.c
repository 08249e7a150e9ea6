/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rates of timestamp clocks and uptimes, as p0f tells them.
 *
 * zt-link: fp/uptime
 */
#include "fp/uptime.h"
#include "tests/zt.h"

static const struct {
	const char *name;
	uint32_t ts, later; /* of the SYN, of a later packet */
	int ms;             /* between them */
	enum uptime_answer want;
	uint16_t hz, mod_days;
	uint32_t minutes;
} cases[] = {
	{ "1000 ticks a second", 60000000, 60000100, 100, UPTIME_TOLD, 1000, 49,
	    1000 },
	{ "942 ticks are taken for 1000", 60000000, 60000942, 1000, UPTIME_TOLD,
	    1000, 49, 1000 },
	{ "98 ticks are taken for 100", 6000000, 6000098, 1000, UPTIME_TOLD,
	    100, 497, 1000 },
	{ "245 ticks are taken for 250", 15000000, 15000245, 1000, UPTIME_TOLD,
	    250, 198, 1000 },
	{ "13 ticks are taken for 15", 900, 926, 2000, UPTIME_TOLD, 15, 3314,
	    1 },
	{ "two ticks a second stay two", 1200, 1220, 10000, UPTIME_TOLD, 2,
	    24855, 10 },
	{ "less than 25 ms is too soon", 100, 124, 24, UPTIME_WAIT, 0, 0, 0 },
	{ "25 ms is enough", 6000000, 6000025, 25, UPTIME_TOLD, 1000, 49, 100 },
	{ "more than ten minutes is too late", 100, 700, 600001, UPTIME_WAIT, 0,
	    0, 0 },
	{ "less than five ticks are too few", 100, 104, 400, UPTIME_WAIT, 0, 0,
	    0 },
	{ "slower than 0.7 a second is no clock", 100, 106, 10000, UPTIME_BAD,
	    0, 0, 0 },
	{ "faster than 1500 a second is no clock", 100, 1700, 1000, UPTIME_BAD,
	    0, 0, 0 },
	{ "a step back soon may be disorder", 100000, 99900, 50, UPTIME_WAIT, 0,
	    0, 0 },
	{ "a step back later is no clock", 100000, 99900, 500, UPTIME_BAD, 0, 0,
	    0 },
	{ "no timestamp in the SYN is no clock yet", 0, 1000, 1000, UPTIME_WAIT,
	    0, 0, 0 },
	{ "no timestamp later is no clock yet", 1000, 0, 1000, UPTIME_WAIT, 0,
	    0, 0 },
	{ "a clock that comes round goes on", UINT32_MAX - 99, 900, 1000,
	    UPTIME_TOLD, 1000, 49, 0 },
};

static void
test_rates(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct uptime_seen first = { 1000000, cases[i].ts };
		const struct uptime_seen now = { first.ms + cases[i].ms,
			cases[i].later };
		struct uptime_told up = { .hz = 0 };
		bool ok = uptime_judge(&first, &now, &up) == cases[i].want;

		ZT_CASE(cases[i].name,
		    ok && up.hz == cases[i].hz &&
			up.mod_days == cases[i].mod_days &&
			up.minutes == cases[i].minutes);
	}
}

#define MS  1000LL
#define SEC 1000000LL

#define T0  (1700000000 * SEC)
#define TS0 (UINT32_C(3) * 86400 * 1000) /* three days of 1000 Hz */

static const struct {
	const char *name;
	uint32_t ts;
	uint16_t port; /* of a later packet */
	uint32_t ts_more;
	int64_t later_us;
	uint16_t hz; /* 0: no estimate */
} packets[] = {
	{ "25 ms are enough", TS0, 4000, 25, 25 * MS, 1000 },
	{ "ten minutes are not too many", TS0, 4000, 600000, 600 * SEC, 1000 },
	{ "more are", TS0, 4000, 600001, 600 * SEC + MS, 0 },
	{ "another connection is no witness", TS0, 4001, 1000, SEC, 0 },
	{ "an earlier packet is no witness", TS0, 4000, 1000, -SEC, 0 },
	{ "nor is one after a SYN without a timestamp", 0, 4000, 1000, SEC, 0 },
};

static void
test_packets(void)
{
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		struct uptime u = { .port = 0 };

		uptime_syn(&u, 4000, packets[i].ts, T0);
		uptime_packet(&u, packets[i].port,
		    packets[i].ts + packets[i].ts_more,
		    T0 + packets[i].later_us);
		ZT_CASE(packets[i].name, u.told.hz == packets[i].hz);
	}
}

static void
test_course(void)
{
	struct uptime u = { .port = 0 };

	uptime_packet(&u, 0, 1000, SEC);
	ZT_CASE("without a SYN there is no estimate", u.told.hz == 0);
	uptime_syn(&u, 4000, TS0, T0);
	uptime_packet(&u, 4000, TS0 + 42, T0 + 50 * MS);
	ZT_CASE("the first estimate may be rough", u.told.hz == 900);
	uptime_packet(&u, 4000, TS0 + 100, T0 + 100 * MS);
	ZT_CASE("a little later there is no other", u.told.hz == 900);
	uptime_packet(&u, 4000, TS0 + 199, T0 + 200 * MS);
	ZT_CASE("four times as long gives a better one", u.told.hz == 1000);
	ZT_CASE("three days are 4320 minutes", u.told.minutes == 4320);
	ZT_CASE("a clock of 1000 Hz comes round after 49 days",
	    u.told.mod_days == 49);
	uptime_packet(&u, 4000, TS0 + 60000, T0 + 60 * SEC);
	ZT_CASE("later packets tell the time", u.told.minutes == 4321);
	uptime_packet(&u, 4000, TS0, T0 + 300 * SEC);
	ZT_CASE("a packet that does not fit spoils nothing",
	    u.told.hz == 1000 && u.told.minutes == 4321);
	uptime_syn(&u, 4001, 700, T0 + 301 * SEC);
	ZT_CASE("the next connection does not forget the rate",
	    u.told.hz == 1000);
	uptime_packet(&u, 4001, 710, T0 + 311 * SEC);
	ZT_CASE("and measures anew",
	    u.told.hz == 1 && u.told.minutes == 11 && u.told.mod_days == 49710);
}

static const struct zt_test tests[] = {
	{ "rates", test_rates },
	{ "packets", test_packets },
	{ "course", test_course },
};

ZT_MAIN("uptime", tests)
