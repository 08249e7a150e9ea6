/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr daemon/dnsmark
 */
#include "daemon/dnsmark.h"
#include "tests/zt.h"

static struct str
str_of(const char *s)
{
	return (struct str){ s, strlen(s) };
}

static const struct {
	const char *name, *text;
	enum dnsmark_kind kind;
	const char *addr, *host;
	double nats;
} good[] = {
	{ "a name", "\1dns 192.0.2.7 mail.example.org", DNSMARK_NAME,
	    "192.0.2.7", "mail.example.org", 0 },
	{ "no name", "\1dns 192.0.2.7 -", DNSMARK_NAME, "192.0.2.7", "", 0 },
	{ "a name of an IPv6 address", "\1dns 2001:db8::7 a_b-c.example",
	    DNSMARK_NAME, "2001:db8::7", "a_b-c.example", 0 },
	{ "a list", "\1list 192.0.2.7 zen.example 2.000", DNSMARK_LIST,
	    "192.0.2.7", "zen.example", 2 },
	{ "a list of a small weight", "\1list 2001:db8::7 x.example 0.125",
	    DNSMARK_LIST, "2001:db8::7", "x.example", 0.125 },
};

static void
test_good(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char who[ADDR_STRLEN], text[DNSMARK_MAX];
		struct dnsmark m;
		bool ok = dnsmark_parse(str_of(good[i].text), &m) &&
		    m.kind == good[i].kind && m.nats == good[i].nats &&
		    strcmp(addr_print(&m.addr, who), good[i].addr) == 0 &&
		    str_eq(m.name, str_of(good[i].host));

		ZT_CASE(good[i].name, ok);
		ZT_CASE("it is printed as it was read",
		    ok && dnsmark_print(&m, text) == strlen(good[i].text) &&
			strcmp(text, good[i].text) == 0);
	}
}

static const struct {
	const char *name, *text;
} bad[] = {
	{ "a log line is no mark", "dns 192.0.2.7 mail.example.org" },
	{ "nothing is no mark", "" },
	{ "the byte alone is no mark", "\1" },
	{ "another verb", "\1dnx 192.0.2.7 mail.example.org" },
	{ "no address", "\1dns x mail.example.org" },
	{ "no word for the name", "\1dns 192.0.2.7" },
	{ "two words for the name", "\1dns 192.0.2.7 a.example b.example" },
	{ "a blank behind the name", "\1dns 192.0.2.7 a.example x" },
	{ "two blanks", "\1dns  192.0.2.7 a.example" },
	{ "odd bytes in the name", "\1dns 192.0.2.7 a\"b.example" },
	{ "an empty label", "\1dns 192.0.2.7 a..example" },
	{ "a dot at the end", "\1dns 192.0.2.7 a.example." },
	{ "a list without a zone", "\1list 192.0.2.7 - 2.0" },
	{ "a list without a weight", "\1list 192.0.2.7 zen.example" },
	{ "a weight that is too big", "\1list 192.0.2.7 zen.example 3.1" },
	{ "a weight that is no number", "\1list 192.0.2.7 zen.example 0x1" },
	{ "a weight below zero", "\1list 192.0.2.7 zen.example -1" },
	{ "words behind the weight", "\1list 192.0.2.7 zen.example 1 1" },
};

static void
test_bad(void)
{
	char giant[400], text[DNSMARK_MAX];
	struct dnsmark m = { .kind = DNSMARK_NAME, .name = STR("a b") };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ZT_CASE(bad[i].name, !dnsmark_parse(str_of(bad[i].text), &m));
	memset(giant, 'a', sizeof(giant));
	memcpy(giant, "\1dns 192.0.2.7 ", 15);
	ZT_CASE("a name that is too long",
	    !dnsmark_parse((struct str){ giant, 15 + 254 }, &m) &&
		dnsmark_parse((struct str){ giant, 15 + 253 }, &m));
	ZT_CASE("the longest name can be printed",
	    dnsmark_print(&m, text) == 15 + 253);
	m.name = STR("a b");
	ZT_CASE("a name with a blank is not printed",
	    dnsmark_print(&m, text) == 0);
	m.name = STR("-");
	ZT_CASE("a name that stands for none is not printed",
	    dnsmark_print(&m, text) == 0);
	ZT_CASE("what begins with the byte is taken for a mark",
	    dnsmark_is(STR("\1x")) && !dnsmark_is(STR("x\1")) &&
		!dnsmark_is((struct str){ NULL, 0 }));
}

static const struct zt_test tests[] = {
	{ "good", test_good },
	{ "bad", test_bad },
};
ZT_MAIN("dnsmark", tests)
