/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr fp/hash daemon/dnsmark daemon/dnsmsg daemon/dnscache
 * zt-libs: libsodium
 */
#include "daemon/dnscache.h"
#include "daemon/dnsmsg.h"
#include "tests/zt.h"

/* id, flags, one question `a.` of type PTR, then so many answers */
#define HEAD(flags, answers) \
	"\0\7" flags "\0\1\0" answers "\0\0\0\0\1a\0\0\x0c\0\1"
#define REPLY HEAD("\x81\x80", "\1")
/* name, type, class IN, 600 s; length and data follow */
#define PTR  "\xc0\x0c\0\x0c\0\1\0\0\2\x58"
#define A    "\xc0\x0c\0\1\0\1\0\0\2\x58"
#define AAAA "\xc0\x0c\0\x1c\0\1\0\0\2\x58"

#define MSG(lit) lit, sizeof(lit) - 1

static const struct {
	const char *name, *p;
	size_t n;
	enum dnsmsg_type type;
	bool ok;
	const char *want; /* the first name or address; "" = none */
} cases[] = {
	// clang-format off
	{ "a name", MSG(REPLY PTR "\0\6\3B-c\1d\0"), DNSMSG_PTR, true,
	    "b-c.d" },
	{ "a name with a pointer", MSG(REPLY PTR "\0\6\3b_c\xc0\x0c\0"),
	    DNSMSG_PTR, true, "b_c.a" },
	{ "a pointer to itself", MSG(REPLY PTR "\0\2\xc0\x1f"), DNSMSG_PTR,
	    true, "" },
	{ "a pointer past the end", MSG(REPLY PTR "\0\2\xff\xff"), DNSMSG_PTR,
	    true, "" },
	{ "a label of a reserved kind", MSG(REPLY PTR "\0\3\x41\x62\0"),
	    DNSMSG_PTR, true, "" },
	{ "a dot within a label", MSG(REPLY PTR "\0\5\3b.c\0"), DNSMSG_PTR,
	    true, "" },
	{ "a blank within a label", MSG(REPLY PTR "\0\5\3b c\0"), DNSMSG_PTR,
	    true, "" },
	{ "the root is no name", MSG(REPLY PTR "\0\1\0"), DNSMSG_PTR, true,
	    "" },
	{ "an address", MSG(REPLY A "\0\4\xc0\0\2\7"), DNSMSG_A, true,
	    "192.0.2.7" },
	{ "an IPv6 address", MSG(REPLY AAAA
	    "\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7"), DNSMSG_AAAA, true,
	    "2001:db8::7" },
	{ "an address that is too long", MSG(REPLY A "\0\5\xc0\0\2\7\0"),
	    DNSMSG_A, true, "" },
	{ "another type is passed over", MSG(HEAD("\x81\x80", "\2")
	    "\xc0\x0c\0\5\0\1\0\0\2\x58\0\3\1b\0" PTR "\0\3\1c\0"),
	    DNSMSG_PTR, true, "c" },
	{ "another class is passed over",
	    MSG(REPLY "\xc0\x0c\0\1\0\3\0\0\2\x58\0\4\xc0\0\2\7"), DNSMSG_A,
	    true, "" },
	{ "fewer records than it says", MSG(HEAD("\x81\x80", "\2") A
	    "\0\4\xc0\0\2\7"), DNSMSG_A, false, "192.0.2.7" },
	{ "a record that is cut", MSG(REPLY A "\0\4\xc0\0\2"), DNSMSG_A, false,
	    "" },
	{ "a question is no reply", MSG(HEAD("\1\0", "\1") A
	    "\0\4\xc0\0\2\7"), DNSMSG_A, false, "" },
	{ "too short for a head", MSG("\0\7\x81\x80\0\1"), DNSMSG_A, false,
	    "" },
	{ "nothing", MSG(""), DNSMSG_A, false, "" },
	// clang-format on
};

static void
test_parse(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dnsmsg m;
		char got[DNSMSG_NAME_LEN] = "";
		bool ok = dnsmsg_parse(cases[i].p, cases[i].n, cases[i].type,
		    &m);

		if (m.names_n > 0)
			memcpy(got, m.names[0], sizeof(got));
		else if (m.addrs_n > 0)
			(void)addr_print(&m.addrs[0], got);
		if (ok != cases[i].ok || strcmp(got, cases[i].want) != 0)
			printf("note %d '%s'\n", ok, got);
		ZT_CASE(cases[i].name,
		    ok == cases[i].ok && strcmp(got, cases[i].want) == 0 &&
			m.ttl_s == (got[0] == '\0' ? UINT32_MAX : 600));
	}
}

static void
test_many(void)
{
	static const char rec[] = PTR "\0\3\1b\0";
	struct dnsmsg m;
	uint8_t b[1024];
	size_t n = sizeof(REPLY) - 1;

	memcpy(b, REPLY, n);
	b[7] = 9;
	for (int i = 0; i < 9; i++, n += sizeof(rec) - 1)
		memcpy(b + n, rec, sizeof(rec) - 1);
	ZT_CASE("of many names four are taken",
	    dnsmsg_parse(b, n, DNSMSG_PTR, &m) && m.names_n == DNSMSG_NAMES);
	b[2] |= 0x02;
	b[3] |= 0x03;
	ZT_CASE("flags are read",
	    dnsmsg_parse(b, n, DNSMSG_PTR, &m) && m.truncated && m.rcode == 3);
}

static const struct {
	const char *name, *addr, *zone, *want;
} reverses[] = {
	{ "an IPv4 address", "192.0.2.7", "", "7.2.0.192.in-addr.arpa" },
	{ "under a zone", "192.0.2.7", "zen.example", "7.2.0.192.zen.example" },
	{ "an IPv6 address", "2001:db8::12ab", "",
	    "b.a.2.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	    "ip6.arpa" },
	{ "the same under a zone", "2001:db8::12ab", "zen.example",
	    "b.a.2.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	    "zen.example" },
};

static void
test_reverse(void)
{
	char giant[300], buf[DNSMSG_NAME_LEN];
	struct addr a;

	for (size_t i = 0; i < sizeof(reverses) / sizeof(reverses[0]); i++) {
		const char *z = reverses[i].zone, *s = reverses[i].addr;

		(void)addr_parse((struct str){ s, strlen(s) }, &a);
		ZT_CASE(reverses[i].name,
		    dnsmsg_reverse(&a, (struct str){ z, strlen(z) }, buf) &&
			strcmp(buf, reverses[i].want) == 0);
	}
	memset(giant, 'z', sizeof(giant));
	ZT_CASE("a name that would be too long is refused",
	    !dnsmsg_reverse(&a, (struct str){ giant, 190 }, buf) &&
		dnsmsg_reverse(&a, (struct str){ giant, 189 }, buf) &&
		!dnsmsg_reverse(&a, (struct str){ giant, 300 }, buf));
}

static void
test_cache(void)
{
	struct hash_key key = { { 1 } };
	struct dnscache *c = dnscache_new(8, &key);
	struct dnscache_entry *e;
	struct addr a[10];

	for (unsigned i = 0; i < 10; i++)
		a[i] = addr_v4(0xc0000200U + i);
	for (unsigned i = 0; i < 8; i++) {
		e = dnscache_take(c, &a[i], 0);
		if (e == NULL)
			abort();
	}
	ZT_CASE("what is waited for is never given up",
	    dnscache_take(c, &a[8], 0) == NULL);
	ZT_CASE("what is there is found",
	    dnscache_take(c, &a[3], 0) == dnscache_get(c, &a[3], 0));
	for (unsigned i = 0; i < 8; i++) {
		e = dnscache_get(c, &a[i], 0);
		e->state = DNSCACHE_KNOWN;
		e->until_ms = 1000 - i;
	}
	ZT_CASE("what is known is found", dnscache_get(c, &a[7], 992) != NULL);
	ZT_CASE("until its time", dnscache_get(c, &a[7], 993) == NULL);
	e = dnscache_take(c, &a[8], 0);
	ZT_CASE("the one that runs out first is given up",
	    e != NULL && dnscache_get(c, &a[7], 0) == NULL &&
		dnscache_get(c, &a[6], 0) != NULL);
	e = dnscache_take(c, &a[0], 1000);
	ZT_CASE("one whose time is over is asked for anew",
	    e != NULL && e->state == DNSCACHE_WAITING && e->until_ms == 0);
	dnscache_free(c);
}

static const struct zt_test tests[] = {
	{ "parse", test_parse },
	{ "many", test_many },
	{ "reverse", test_reverse },
	{ "cache", test_cache },
};
ZT_MAIN("dnsmsg", tests)
