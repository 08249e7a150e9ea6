/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of tools/fptext: what the C library would write, written faster.
 *
 * zt-link: tools/fptext fp/addr
 */
#include "tests/zt.h"

#include "tools/fptext.h"

#include <inttypes.h>

static struct fptext_table tab;

static bool
is(const char *want, const char *from, const char *end)
{
	return (size_t)(end - from) == strlen(want) &&
	    memcmp(want, from, strlen(want)) == 0;
}

static void
test_numbers(void)
{
	static const uint64_t edges[] = { 0, 1, 9, 10, 99, 100, 255, 256, 999,
		1000, 9999, 10000, 65535, UINT32_MAX, UINT64_MAX };
	char p[FPTEXT_NUM], want[32];
	bool same = true;

	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		snprintf(want, sizeof(want), "%" PRIu64, edges[i]);
		ZT_CASE(want, is(want, p, fptext_num(p, edges[i])));
	}
	for (unsigned v = 0; v <= UINT16_MAX; v++) {
		snprintf(want, sizeof(want), "%u", v);
		same = same && is(want, p, fptext_port(p, (uint16_t)v));
	}
	ZT_CASE("every port is written as a number", same);
	same = true;
	for (unsigned v = 0; v <= UINT8_MAX; v++) {
		snprintf(want, sizeof(want), "%u", v);
		same = same && is(want, p, fptext_byte(p, &tab, (uint8_t)v));
	}
	ZT_CASE("every octet is written as a number", same);
	ZT_CASE("leading zeros fill the width",
	    is("000042", p, fptext_pad(p, 42, 6)));
	ZT_CASE("a key has 16 hexadecimal digits",
	    is("00ff00000000abcd", p, fptext_hex(p, 0xff00000000abcd)));
}

/* p0f's frequencies: a quotient of small numbers, ties included. */
static void
test_hundredths(void)
{
	static const double edges[] = { 0.7, 0.75, 1, 1.005, 2.675, 9.995,
		12.345, 99.995, 100, 250.125, 250.375, 1000, 1499.995, 1500 };
	char p[FPTEXT_NUM], want[40];
	bool same = true;

	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		snprintf(want, sizeof(want), "%.2f", edges[i]);
		ZT_CASE(want, is(want, p, fptext_fixed2(p, edges[i])));
	}
	for (int i = 0; i < 200000 && same; i++) {
		double ticks = (double)(5 + zt_random() % 900000);
		double v = ticks * 1000.0 / (double)(25 + zt_random() % 600000);

		if (v < 0.7 || v > 1500)
			continue;
		snprintf(want, sizeof(want), "%.2f", v);
		same = is(want, p, fptext_fixed2(p, v));
	}
	ZT_CASE(want, same);
}

static const struct {
	const char *addr, *shorter, *longer;
} addrs[] = {
	{ "192.0.2.7", "192.0.2.7", "192.0.2.7" },
	{ "0.0.0.0", "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255", "255.255.255.255" },
	{ "2001:db8::1a", "2001:db8::1a", "2001:db8:0:0:0:0:0:1a" },
	{ "2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1", "2001:db8:0:1:0:0:0:1" },
	{ "2001:0:0:1:0:0:1:2", "2001::1:0:0:1:2", "2001:0:0:1:0:0:1:2" },
	{ "2001:db8:1:2:3:4:5:0", "2001:db8:1:2:3:4:5:0",
	    "2001:db8:1:2:3:4:5:0" },
	{ "fe80::", "fe80::", "fe80:0:0:0:0:0:0:0" },
	{ "::1", "::1", "0:0:0:0:0:0:0:1" },
	{ "::", "::", "0:0:0:0:0:0:0:0" },
	{ "0:1::", "0:1::", "0:1:0:0:0:0:0:0" },
};

static void
test_addresses(void)
{
	char p[FPTEXT_ADDR];

	for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
		struct str s = { addrs[i].addr, strlen(addrs[i].addr) };
		struct addr a;

		ZT_CASE(addrs[i].addr,
		    addr_parse(s, &a) &&
			is(addrs[i].shorter, p, fptext_addr(p, &tab, &a)) &&
			is(addrs[i].longer, p, fptext_addr_long(p, &tab, &a)));
	}
}

/* Random addresses with many zeros, against the C library's text. */
static void
test_random_addresses(void)
{
	char p[FPTEXT_ADDR], want[ADDR_STRLEN];
	bool same = true;

	for (int i = 0; i < 200000 && same; i++) {
		uint8_t b[16];
		struct addr a;

		for (size_t k = 0; k < sizeof(b); k++)
			b[k] = zt_random() % 3 == 0 ? (uint8_t)zt_random() : 0;
		a = i % 2 ? addr_v6_bytes(b) : addr_v4_bytes(b);
		addr_print(&a, want);
		same = is(want, p, fptext_addr(p, &tab, &a));
	}
	ZT_CASE(want, same);
}

static const struct zt_test tests[] = {
	{ "numbers", test_numbers },
	{ "hundredths", test_hundredths },
	{ "addresses", test_addresses },
	{ "random addresses", test_random_addresses },
};

int
main(int argc, char **argv)
{
	fptext_init(&tab);
	return zt_main(argc, argv, "fptext", tests,
	    sizeof(tests) / sizeof(tests[0]));
}
