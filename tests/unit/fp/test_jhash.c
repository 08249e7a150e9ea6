/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/jhash fp/addr
 */
#include "fp/jhash.h"
#include "tests/zt.h"

/*
 * Values that the kernel gave for `jhash ip saddr . tcp sport mod N seed S`
 * are in tests/e2e/t_nft_sets.sh, by what it lets through; these are the
 * published ones of lookup3 (the start value is 0 without the kernel's).
 */
#define NO_START (0U - 0xdeadbeefU)

static void
test_known(void)
{
	static const char text[] = "Four score and seven years ago";

	ZT_CASE("lookup3 of a text with start 0",
	    jhash_bytes(text, 30, 0) == 0x17770551U);
	ZT_CASE("lookup3 of a text with start 1",
	    jhash_bytes(text, 30, 1) == 0xcd628161U);
	ZT_CASE("nothing is the start value",
	    jhash_bytes(text, 0, 0) == 0xdeadbeefU);
	ZT_CASE("a seed is added to it", jhash_bytes(text, 0, NO_START) == 0);
}

static struct addr
addr(const char *s)
{
	struct addr a = { 0 };

	if (!addr_parse((struct str){ s, strlen(s) }, &a))
		abort();
	return a;
}

/* Each length takes another way to the end; none may look behind it. */
static void
test_lengths(void)
{
	uint8_t a[40], b[40];
	bool same = true, differs = true;

	memset(a, 7, sizeof(a));
	for (size_t n = 0; n < 39; n++) {
		memcpy(b, a, sizeof(b));
		b[n] = 99;
		same = same && jhash_bytes(a, n, 5) == jhash_bytes(b, n, 5);
		differs = differs &&
		    jhash_bytes(a, n + 1, 5) != jhash_bytes(b, n + 1, 5);
	}
	ZT_CASE("what is behind the bytes does not count", same);
	ZT_CASE("the last byte does", differs);
}

static void
test_scale(void)
{
	const struct addr v4 = addr("192.0.2.10"), v6 = addr("2001:db8::1");
	unsigned leaks4 = 0, leaks6 = 0, outside = 0, not_in = 0;

	for (unsigned port = 1; port < 65536; port++) {
		const uint16_t p = (uint16_t)port;
		bool leak = jhash_scale(&v4, p, 1, 50) == 0;

		leaks4 += leak;
		leaks6 += jhash_scale(&v6, p, 1, 50) == 0;
		outside += jhash_scale(&v4, p, 1, 50) >= 50;
		not_in += jhash_scale(&v4, p, 1, 500) == 0 && !leak;
	}
	ZT_CASE("one IPv4 port in fifty", leaks4 > 1100 && leaks4 < 1520);
	ZT_CASE("one IPv6 port in fifty", leaks6 > 1100 && leaks6 < 1520);
	ZT_CASE("always less than the modulus", outside == 0);
	ZT_CASE("the audit is part of the leak", not_in == 0);
	ZT_CASE("modulus 1 is always 0", jhash_scale(&v4, 25, 9, 1) == 0);
	ZT_CASE("another seed, another choice",
	    jhash_scale(&v4, 25, 1, 1U << 30) !=
		jhash_scale(&v4, 25, 2, 1U << 30));
}

static const struct zt_test tests[] = {
	{ "known values", test_known },
	{ "lengths", test_lengths },
	{ "scale", test_scale },
};

ZT_MAIN("jhash", tests)
