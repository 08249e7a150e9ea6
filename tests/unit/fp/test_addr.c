/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/addr: text to addresses and networks and back, keys, order.
 *
 * zt-link: fp/addr
 */
#include "tests/zt.h"

#include <arpa/inet.h>

#include "fp/addr.h"

static struct str
str_of(const char *s)
{
	return (struct str){ s, strlen(s) };
}

/* What addr_parse makes of `text`, printed; "-" when it refuses. */
static const char *
reparse(const char *text, char buf[ADDR_STRLEN])
{
	struct addr a;

	if (!addr_parse(str_of(text), &a))
		return "-";
	return addr_print(&a, buf);
}

static const struct {
	const char *name, *text, *want;
} addr_cases[] = {
	{ "a dotted quad", "192.0.2.1", "192.0.2.1" },
	{ "the lowest and the highest", "0.0.0.0", "0.0.0.0" },
	{ "the broadcast address", "255.255.255.255", "255.255.255.255" },
	{ "a leading zero is not decimal", "192.0.2.01", "-" },
	{ "256 is too much", "192.0.2.256", "-" },
	{ "three parts are too few", "192.0.2", "-" },
	{ "five parts are too many", "192.0.2.1.1", "-" },
	{ "space before", " 192.0.2.1", "-" },
	{ "space behind", "192.0.2.1 ", "-" },
	{ "nothing", "", "-" },
	{ "a word", "unknown", "-" },
	{ "IPv6 is printed short", "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
	{ "the unspecified address", "::", "::" },
	{ "a mapped address is IPv4", "::ffff:192.0.2.1", "192.0.2.1" },
	{ "mapped in hex, too", "::ffff:c000:201", "192.0.2.1" },
	{ "a mail literal", "IPv6:2001:db8::1", "2001:db8::1" },
	{ "its prefix in any case", "ipv6:2001:db8::1", "2001:db8::1" },
	{ "a mapped mail literal", "IPv6:::ffff:192.0.2.1", "192.0.2.1" },
	{ "the literal's prefix is not for IPv4", "IPv6:192.0.2.1", "-" },
	{ "a zone id", "fe80::1%eth0", "-" },
	{ "two double colons", "1::2::3", "-" },
	{ "brackets", "[192.0.2.1]", "-" },
	{ "longer than any address",
	    "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", "-" },
};

static void
test_parse(void)
{
	for (size_t i = 0; i < sizeof(addr_cases) / sizeof(addr_cases[0]);
	     i++) {
		char buf[ADDR_STRLEN];

		ZT_CASE(addr_cases[i].name,
		    strcmp(reparse(addr_cases[i].text, buf),
			addr_cases[i].want) == 0);
	}
}

/* How much of it is a dotted quad; the text stands at the end of its memory. */
static const struct {
	const char *name, *text, *want;
	size_t n;
} scan_cases[] = {
	{ "a quad up to a bracket", "192.0.2.1]:25 and so on", "192.0.2.1", 9 },
	{ "the longest, and more", "255.254.253.252]", "255.254.253.252", 15 },
	{ "the longest at the end", "255.254.253.252", "255.254.253.252", 15 },
	{ "the shortest", "1.2.3.4", "1.2.3.4", 7 },
	{ "a fifth part is not looked at", "1.2.3.4.5", "1.2.3.4", 7 },
	{ "four digits are no octet", "1.2.3.4567", "-", 0 },
	{ "four digits in the middle", "1.2345.3.4 567890", "-", 0 },
	{ "octets of 16 bytes and no end", "1234567890123456", "-", 0 },
	{ "a long octet, then three", "1234567.12345.6.7]", "-", 0 },
	{ "dots only", "................", "-", 0 },
	{ "another byte than a dot", "1.2,3.4", "-", 0 },
	{ "a byte with its high bit set", "1.2.3\xae\x34", "-", 0 },
	{ "a sign", "1.2.3.-4", "-", 0 },
	{ "a leading zero", "1.02.3.4 and so on..", "-", 0 },
	{ "zeros", "0.0.0.0, and so on..", "0.0.0.0", 7 },
	{ "300", "1.2.300.4 and so on..", "-", 0 },
	{ "nothing at all", "", "-", 0 },
};

static void
test_scan_v4(void)
{
	for (size_t i = 0; i < sizeof(scan_cases) / sizeof(scan_cases[0]);
	     i++) {
		size_t n = strlen(scan_cases[i].text);
		char buf[ADDR_STRLEN] = "-";
		char *end = malloc(n + 1); /* no byte more: for ASan */
		struct addr a;
		uint32_t v4 = 0;
		size_t got;

		memcpy(end, scan_cases[i].text, n);
		end = realloc(end, n + (n == 0));
		got = addr_scan_v4((struct str){ end, n }, &v4);
		addr_set_v4(&a, v4);
		if (got > 0)
			addr_print(&a, buf);
		ZT_CASE(scan_cases[i].name,
		    got == scan_cases[i].n &&
			strcmp(buf, scan_cases[i].want) == 0);
		free(end);
	}
}

/* Every text of few bytes that could be one, against the C library. */
static void
test_scan_v4_random(void)
{
	static const char bytes[] = "0123456789.25.";
	for (unsigned i = 0; i < 300000; i++) {
		char text[24] = "", buf[ADDR_STRLEN];
		size_t n = 7 + i % 10;
		struct in_addr want;
		struct addr a;
		uint32_t v4 = 0;
		bool got;

		for (size_t k = 0; k < n; k++)
			text[k] = bytes[zt_random() % (sizeof(bytes) - 1)];
		got = addr_scan_v4((struct str){ text, n }, &v4) == n;
		addr_set_v4(&a, v4);
		if (got != (inet_pton(AF_INET, text, &want) == 1) ||
		    (got && memcmp(a.b, &want, 4) != 0)) {
			ZT_CASE(addr_print(&a, buf), false);
			return;
		}
	}
	ZT_CASE("quads are those of inet_pton()", true);
}

static void
test_parse_slices(void)
{
	static const char nul[] = "192.0.2.1\0x";
	struct addr a = addr_v4(7), before = a;

	ZT_CASE("a slice ends where it ends",
	    addr_parse((struct str){ "192.0.2.123", 9 }, &a) && a.b[3] == 1);
	a = before;
	ZT_CASE("a NUL inside is refused",
	    !addr_parse((struct str){ nul, sizeof(nul) - 1 }, &a));
	ZT_CASE("what is refused leaves the result alone",
	    addr_eq(&a, &before));
	ZT_CASE("an empty slice may have no bytes at all",
	    !addr_parse((struct str){ NULL, 0 }, &a));
}

static const struct {
	const char *name, *text, *want;
} net_cases[] = {
	{ "an address is a network of one", "192.0.2.1", "192.0.2.1" },
	{ "IPv6 likewise", "2001:db8::1", "2001:db8::1" },
	{ "a /24", "192.0.2.0/24", "192.0.2.0/24" },
	{ "everything", "0.0.0.0/0", "0.0.0.0/0" },
	{ "all of IPv6", "::/0", "::/0" },
	{ "an odd length", "192.0.2.128/25", "192.0.2.128/25" },
	{ "host bits are an error", "192.0.2.1/24", "-" },
	{ "one host bit is an error", "192.0.2.129/25", "-" },
	{ "33 bits are too many", "192.0.2.0/33", "-" },
	{ "129 bits are too many", "2001:db8::/129", "-" },
	{ "a /64", "2001:db8:0:1::/64", "2001:db8:0:1::/64" },
	{ "a /128 is printed without", "2001:db8::1/128", "2001:db8::1" },
	{ "no bits behind the slash", "192.0.2.0/", "-" },
	{ "a sign", "192.0.2.0/+8", "-" },
	{ "a leading zero", "192.0.2.0/024", "-" },
	{ "four digits", "10.0.0.0/0008", "-" },
	{ "a second slash", "10.0.0.0/8/8", "-" },
	{ "a mask is not a length", "10.0.0.0/255.0.0.0", "-" },
	{ "a mapped network is IPv4", "::ffff:192.0.2.0/120", "192.0.2.0/24" },
	{ "a mapped one wider than that", "::ffff:0.0.0.0/90", "-" },
};

static void
test_net_parse(void)
{
	for (size_t i = 0; i < sizeof(net_cases) / sizeof(net_cases[0]); i++) {
		char buf[ADDR_STRLEN];
		struct net n;
		const char *got = "-";

		if (net_parse(str_of(net_cases[i].text), &n))
			got = net_print(&n, buf);
		ZT_CASE(net_cases[i].name, strcmp(got, net_cases[i].want) == 0);
	}
}

static bool
prints(struct addr a, const char *want)
{
	char buf[ADDR_STRLEN];

	return strcmp(addr_print(&a, buf), want) == 0;
}

static void
test_keys(void)
{
	struct addr v4 = addr_v4(0xc0000281), v6, none = { 0 };
	struct net key;

	addr_parse(STR("2001:db8:1:2:3:4:5:6"), &v6);
	ZT_CASE("an IPv4 client is its address",
	    prints(addr_key(&v4), "192.0.2.129"));
	ZT_CASE("an IPv6 client is its /64",
	    prints(addr_key(&v6), "2001:db8:1:2::"));
	ZT_CASE("an IPv4 site is a /24", prints(addr_site(&v4), "192.0.2.0"));
	ZT_CASE("an IPv6 site is a /48",
	    prints(addr_site(&v6), "2001:db8:1::"));
	key = addr_key_net(&v4);
	ZT_CASE("the key of IPv4 is a /32", key.bits == 32);
	key = addr_key_net(&v6);
	ZT_CASE("the key of IPv6 is a /64", key.bits == 64);
	ZT_CASE("a mask in the middle of a byte",
	    prints(addr_mask(&v4, 25), "192.0.2.128"));
	ZT_CASE("no bits leave nothing", prints(addr_mask(&v4, 0), "0.0.0.0"));
	ZT_CASE("more bits than there are leave all",
	    prints(addr_mask(&v4, 99), "192.0.2.129"));
	ZT_CASE("no address has a name, too", prints(none, "none"));
}

static bool
covers(const char *outer, const char *inner)
{
	struct net a, b;

	return net_parse(str_of(outer), &a) && net_parse(str_of(inner), &b) &&
	    net_covers(&a, &b);
}

static void
test_nets(void)
{
	struct net all = { addr_v4(0), 0 };
	struct addr v6, none = { 0 };
	struct net no_net = { 0 };

	addr_parse(STR("::"), &v6);
	ZT_CASE("0.0.0.0/0 has no IPv6 address", !net_has(&all, &v6));
	ZT_CASE("no network has no address", !net_has(&no_net, &none));
	ZT_CASE("a /24 covers its own", covers("192.0.2.0/24", "192.0.2.9"));
	ZT_CASE("and itself", covers("192.0.2.0/24", "192.0.2.0/24"));
	ZT_CASE("not the wider one", !covers("192.0.2.0/24", "192.0.0.0/16"));
	ZT_CASE("not the next one", !covers("192.0.2.0/24", "192.0.3.0/24"));
	ZT_CASE("a /48 covers its /64",
	    covers("2001:db8:1::/48", "2001:db8:1:ffff::/64"));
}

static void
test_order(void)
{
	struct addr a = addr_v4(1), b = addr_v4(2), c;

	addr_parse(STR("::"), &c);
	ZT_CASE("by bytes", addr_cmp(&a, &b) < 0 && addr_cmp(&b, &a) > 0);
	ZT_CASE("IPv4 before IPv6", addr_cmp(&b, &c) < 0);
	ZT_CASE("equal to itself", addr_eq(&a, &a) && !addr_eq(&a, &b));
}

/* What we print, we read. */
static void
test_round_trip(void)
{
	bool ok = true;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 2000 && ok; i++) {
		uint8_t b[16];
		char buf[ADDR_STRLEN];
		struct addr again;

		for (size_t j = 0; j < sizeof(b); j++)
			b[j] = (uint8_t)(zt_random() % 3 == 0 ? 0 :
								zt_random());
		struct addr a = i % 2 ? addr_v4_bytes(b) : addr_v6_bytes(b);

		ok = addr_parse(str_of(addr_print(&a, buf)), &again) &&
		    addr_eq(&a, &again);
		struct net n = net_of(&a, (unsigned)(zt_random() % 129)), m;

		ok = ok && net_parse(str_of(net_print(&n, buf)), &m) &&
		    addr_eq(&n.a, &m.a) && n.bits == m.bits;
	}
	ZT_CASE("what is printed is read back", ok);
}

static const struct zt_test tests[] = {
	{ "parse", test_parse },
	{ "slices", test_parse_slices },
	{ "scan_v4", test_scan_v4 },
	{ "scan_v4_random", test_scan_v4_random },
	{ "networks", test_net_parse },
	{ "keys", test_keys },
	{ "containment", test_nets },
	{ "order", test_order },
	{ "round trip", test_round_trip },
};

ZT_MAIN("addr", tests)
