/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests about one network: so many, then slowly; others are not hurt.
 *
 * zt-link: front/http_limit fp/hash fp/addr
 * zt-libs: libsodium
 */
#include "front/http_limit.h"
#include "tests/zt.h"

static struct http_limit limit;

static void
begin(void)
{
	static const struct hash_key key;

	http_limit_init(&limit, &key);
}

static unsigned
take(uint32_t host, int64_t now_ms, unsigned n)
{
	struct addr a = addr_v4(host);
	unsigned got = 0;

	while (n-- > 0)
		got += http_limit_take(&limit, &a, now_ms);
	return got;
}

static void
test_bucket(void)
{
	begin();
	ZT_CASE("a network may ask 20 times at once",
	    take(0xc0000207, 5000, 100) == HTTP_LIMIT_BURST);
	ZT_CASE("not more a moment later", take(0xc0000207, 10999, 5) == 0);
	ZT_CASE("once more after six seconds", take(0xc0000207, 11000, 5) == 1);
	ZT_CASE("ten a minute from then on", take(0xc0000207, 71000, 50) == 10);
	ZT_CASE("all 20 again after two minutes",
	    take(0xc0000207, 71000 + 120000, 50) == HTTP_LIMIT_BURST);
}

static void
test_networks(void)
{
	struct addr a = { .family = 6, .b = { 0x20, 1, 0xd, 0xb8, 0, 1 } };
	struct addr b = a;
	unsigned got = 0;

	begin();
	(void)take(0xc0000207, 1, 50);
	ZT_CASE("its /24 is the same network", take(0xc00002fe, 1, 5) == 0);
	ZT_CASE("the next /24 is another", take(0xc0000307, 1, 5) == 5);
	b.b[7] = 9; /* another /64 of the /48 */
	for (int i = 0; i < 50; i++)
		got += http_limit_take(&limit, i % 2 ? &a : &b, 1);
	ZT_CASE("of IPv6 it is the /48", got == HTTP_LIMIT_BURST);
}

/* More networks than places: each still gets its burst, the table stays. */
static void
test_full(void)
{
	unsigned short_n = 0;

	begin();
	for (uint32_t i = 0; i < 20000; i++)
		short_n += take(0x0a000000 + (i << 8), 1000, 20) !=
		    HTTP_LIMIT_BURST;
	ZT_CASE("20,000 networks do not stand in each other's way",
	    short_n == 0);
}

static void
test_clock(void)
{
	begin();
	ZT_CASE("time may begin at zero",
	    take(0xc0000207, 0, 100) == HTTP_LIMIT_BURST);
}

static const struct zt_test tests[] = {
	{ "bucket", test_bucket },
	{ "networks", test_networks },
	{ "full", test_full },
	{ "clock", test_clock },
};

ZT_MAIN("http_limit", tests)
