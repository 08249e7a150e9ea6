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

static void
test_classes(void)
{
	static const struct {
		const char *name;
		uint32_t one_in, times;
		uint16_t mask;
		uint32_t mod;
	} cases[] = {
		{ "all are one class", 1, 1, 0, 1 },
		{ "a few ports have no classes", 7, 10, 0, 70 },
		{ "two classes from eight on", 8, 1, 0x2, 4 },
		{ "four", 20, 10, 0x6, 50 },
		{ "the default", 100, 1, 0x1e, 6 },
		{ "and its audit", 100, 10, 0x1e, 60 },
		{ "the most that can be configured", 1000000, 10, 0x1e,
		    625000 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct jhash_pick p = jhash_pick_of(cases[i].one_in,
		    cases[i].times, 24301);

		ZT_CASE(cases[i].name,
		    p.mask == cases[i].mask && p.mod == cases[i].mod &&
			p.bits == ((24301 << 1) & p.mask));
	}
}

/* The share of even ports, which is what Linux gives out first. */
static void
test_share(void)
{
	bool near = true, even = true;

	for (uint32_t one_in = 1; one_in <= 300; one_in++) {
		const struct jhash_pick p = jhash_pick_of(one_in, 1, 1);
		const uint32_t real = (p.mask / 2U + 1) * p.mod;

		near = near && real * 8 >= one_in * 7 && real * 8 <= one_in * 9;
		even = even && (p.mask & 1) == 0 && (p.bits & 1) == 0;
	}
	ZT_CASE("an eighth more or less at most", near);
	ZT_CASE("even ports are in all classes", even);
}

static void
test_picks(void)
{
	const struct addr a = addr("192.0.2.10");
	const struct jhash_pick leak = jhash_pick_of(100, 1, 24301),
				audit = jhash_pick_of(100, 10, 24301);
	unsigned leaks = 0, audits = 0, not_in = 0, outside = 0;

	for (unsigned port = 1; port < 65536; port++) {
		const bool l = jhash_picks(&leak, &a, (uint16_t)port),
			   s = jhash_picks(&audit, &a, (uint16_t)port);

		leaks += l;
		audits += s;
		not_in += s && !l;
		outside += l && (port & 0x1e) != 26;
	}
	ZT_CASE("one in 96", leaks > 600 && leaks < 770);
	ZT_CASE("one in 960", audits > 45 && audits < 95);
	ZT_CASE("the audit is part of the leak", not_in == 0);
	ZT_CASE("all of one class", outside == 0);
}

static const struct zt_test tests[] = {
	{ "known values", test_known },
	{ "lengths", test_lengths },
	{ "scale", test_scale },
	{ "classes", test_classes },
	{ "share", test_share },
	{ "picks", test_picks },
};

ZT_MAIN("jhash", tests)
