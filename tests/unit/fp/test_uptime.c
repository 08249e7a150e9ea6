/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rates of timestamp clocks and what follows from them.
 *
 * zt-link: fp/uptime
 */
#include "fp/uptime.h"
#include "tests/zt.h"

#define MS  1000LL
#define SEC 1000000LL

static const struct {
	const char *name;
	uint32_t ticks;
	int64_t us;
	uint16_t hz;
} rates[] = {
	{ "a thousand ticks a second", 1000, SEC, 1000 },
	{ "1 % too many are still a thousand", 10100, 10 * SEC, 1000 },
	{ "1024 is not 1000", 102400, 100 * SEC, 1024 },
	{ "250, by a minute", 15003, 60 * SEC, 250 },
	{ "256 is not 250", 15360, 60 * SEC, 256 },
	{ "100 by 26 ms and late packets is still near", 27, 260 * MS, 100 },
	{ "two a second", 20, 10 * SEC, 2 },
	{ "one a second", 600, 600 * SEC, 1 },
	{ "0.9 a second is one", 540, 600 * SEC, 1 },
	{ "0.7 a second is the least", 420, 600 * SEC, 1 },
	{ "0.69 is less than that", 414, 600 * SEC, 0 },
	{ "1500 a second is the most", 1500, SEC, 1500 },
	{ "1501 is more than that", 1501, SEC, 0 },
	{ "an unusual rate stays as it is", 7500, 10 * SEC, 750 },
	{ "no tick is no rate", 0, SEC, 0 },
	{ "no time is no rate", 10, 0, 0 },
	{ "time that went back is no rate", 10, -SEC, 0 },
	{ "more than ten minutes is no rate", 601000, 601 * SEC, 0 },
	{ "the largest numbers do not overflow", UINT32_MAX, 600 * SEC, 0 },
};

static void
test_rates(void)
{
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		ZT_CASE(rates[i].name,
		    uptime_rate(rates[i].ticks, rates[i].us) == rates[i].hz);
}

#define T0  (1700000000 * SEC)
#define TS0 (UINT32_C(3) * 86400 * 1000) /* three days of 1000 Hz */

static const struct {
	const char *name;
	uint16_t port;
	uint32_t ts_more;
	int64_t later_us;
	uint16_t hz; /* 0: no estimate */
} packets[] = {
	{ "25 ms are enough", 4000, 25, 25 * MS, 1000 },
	{ "less are not", 4000, 25, 25 * MS - 1, 0 },
	{ "ten minutes are not too many", 4000, 600000, 600 * SEC, 1000 },
	{ "more are", 4000, 600001, 600 * SEC + MS, 0 },
	{ "nine ticks say too little", 4000, 9, 90 * MS, 0 },
	{ "ten do", 4000, 10, 100 * MS, 100 },
	{ "another connection is no witness", 4001, 1000, SEC, 0 },
	{ "a clock that went back is no clock", 4000, UINT32_MAX - 99, SEC, 0 },
	{ "an earlier packet is no witness", 4000, 1000, -SEC, 0 },
};

static void
test_packets(void)
{
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		struct uptime u = { 0 };
		bool news;

		uptime_syn(&u, 4000, TS0, T0);
		news = uptime_packet(&u, packets[i].port,
		    TS0 + packets[i].ts_more, T0 + packets[i].later_us);
		ZT_CASE(packets[i].name,
		    u.hz == packets[i].hz && news == (packets[i].hz != 0));
	}
}

static void
test_course(void)
{
	struct uptime u = { 0 };

	ZT_CASE("without a SYN there is no estimate",
	    !uptime_packet(&u, 0, 1000, SEC) && u.hz == 0);
	uptime_syn(&u, 4000, TS0, T0);
	ZT_CASE("the first estimate is news",
	    uptime_packet(&u, 4000, TS0 + 42, T0 + 50 * MS));
	ZT_CASE("and may be rough", u.hz == 840);
	ZT_CASE("a little later there is no other",
	    !uptime_packet(&u, 4000, TS0 + 100, T0 + 100 * MS) && u.hz == 840);
	ZT_CASE("four times as long gives a better one",
	    uptime_packet(&u, 4000, TS0 + 199, T0 + 200 * MS) && u.hz == 1000);
	ZT_CASE("three days are 4320 minutes", u.min == 4320);
	ZT_CASE("a clock of 1000 Hz comes round after 49 days",
	    u.mod_days == 49);
	ZT_CASE("the same again is no news",
	    !uptime_packet(&u, 4000, TS0 + 60000, T0 + 60 * SEC));
	ZT_CASE("but tells the time", u.min == 4321);
	uptime_syn(&u, 4001, 700, T0 + 61 * SEC);
	ZT_CASE("the next connection does not forget the rate", u.hz == 1000);
	ZT_CASE("and measures anew",
	    uptime_packet(&u, 4001, 710, T0 + 71 * SEC) && u.hz == 1 &&
		u.min == 11 && u.mod_days == 49710);
	uptime_syn(&u, 4002, UINT32_MAX - 5, T0 + 80 * SEC);
	ZT_CASE("a clock may come round in between",
	    uptime_packet(&u, 4002, 94, T0 + 81 * SEC) && u.hz == 100 &&
		u.min == 0);
}

static const struct zt_test tests[] = {
	{ "rates", test_rates },
	{ "packets", test_packets },
	{ "course", test_course },
};

ZT_MAIN("uptime", tests)
