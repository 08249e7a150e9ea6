/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * botnet_trait: what becomes of names, and which clients have a part in what.
 *
 * zt-link: daemon/botnet_trait daemon/names daemon/names_addr fp/addr fp/hash
 * zt-libs: libsodium
 */
#include "daemon/botnet_trait.h"
#include "tests/unit/daemon/botnetcase.h"

static const struct {
	const char *in, *want; /* "": nothing in it changes */
} templates[] = {
	{ "DESKTOP-1A2B3C4", "desktop-@" },
	{ "desktop-abcdefg", "desktop-@" },
	{ "LAPTOP-9K3JQ2LM", "laptop-@" },
	{ "WIN-LIVFRVQFMKO", "win-@" },
	{ "WIN-ABCDEF12345", "win-@" },
	{ "win-server", "" },
	{ "EC2AMAZ-0A1B2C3", "ec#amaz-@" },
	{ "mail1.example.com", "mail#.example.com" },
	{ "mail12345678.example.com", "mail#.example.com" },
	{ "bad12345.example.com", "bad#.example.com" },
	{ "mail.example.com", "" },
	{ "a1b2c3d4.example.com", "@.example.com" },
	{ "host-192-0-2-7.example.com", "host-#-#-#-#.example.com" },
	{ "ylmf-pc", "" },
	{ "12345", "#" },
	{ "x7", "x#" },
	{ "", "" },
	{ ".", "" },
	{ "-", "" },
};

static void
test_templates(void)
{
	for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++) {
		char out[64], name[160];
		size_t n = botnet_template(text(templates[i].in), out,
		    sizeof(out));

		snprintf(name, sizeof(name), "`%s` becomes `%s`",
		    templates[i].in, templates[i].want);
		ZT_CASE(name,
		    n == strlen(templates[i].want) &&
			(n == 0 || strcmp(out, templates[i].want) == 0));
	}
}

/* Whatever the room, nothing is written past it. */
static void
test_room(void)
{
	static const char name[] = "a1b2c3d4-mail99.WIN-LIVFRVQFMKO.x7.example";
	bool ok = true;

	for (size_t n = 1; n < sizeof(name) + 4; n++) {
		char out[64];

		memset(out, '!', sizeof(out));
		(void)botnet_template(text(name), out, n);
		ok &= memchr(out, '\0', n) != NULL && out[n] == '!';
	}
	ZT_CASE("a template is cut to its room", ok);
}

static const struct {
	const char *in, *want; /* "": no part */
} reverse[] = {
	{ "7-2-0-192.dyn.isp1.example", "rdns~#-#-#-#.dyn.isp1.example" },
	{ "pC0000207.Dip.isp.example.", "rdns~p#.dip.isp.example" },
	{ "p12345678.dip.isp.example", "rdns~p#.dip.isp.example" },
	{ "cable.isp1.example", "" },
	{ "isp1.example", "" },
	{ "1234567890", "" },
	{ ".", "" },
};

static void
test_reverse(void)
{
	for (size_t i = 0; i < sizeof(reverse) / sizeof(reverse[0]); i++) {
		struct botnet_client c = named(stranger(1), reverse[i].in,
		    NAME_DYNAMIC);
		char out[BOTNET_NAME_MAX] = "", name[160];
		struct botnet_trait t;

		botnet_trait(&c, BOTNET_RDNS, &t);
		if (t.part != BOTNET_NO_PART)
			botnet_print(BOTNET_RDNS, &t, out);
		snprintf(name, sizeof(name), "`%s` is in `%s`", reverse[i].in,
		    reverse[i].want);
		ZT_CASE(name, strcmp(out, reverse[i].want) == 0);
	}
}

static const struct {
	const char *in, *want;
} domains[] = {
	{ "mail.example.com", "example.com" },
	{ "example.com.", "example.com" },
	{ "a.b.c.example.co.uk", "example.co.uk" },
	{ "co.uk", "co.uk" },
	{ "mail.firm.de", "firm.de" },
	{ "mail.co.example", "co.example" },
	{ "single", "single" },
	{ "", "" },
};

static void
test_domains(void)
{
	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		char name[96];

		snprintf(name, sizeof(name), "the domain of `%s` is `%s`",
		    domains[i].in, domains[i].want);
		ZT_CASE(name,
		    str_eq(botnet_domain(text(domains[i].in)),
			text(domains[i].want)));
	}
}

static enum botnet_part
helo_part(struct botnet_client c)
{
	struct botnet_trait t;

	botnet_trait(&c, BOTNET_HELO, &t);
	return t.part;
}

static void
test_parts(void)
{
	struct botnet_client c = says(1, "mail.a.example", HELO_FQDN);

	ZT_CASE("a stranger is a member", helo_part(c) == BOTNET_MEMBER);
	c = named(c, "dsl-7.b.example", NAME_DYNAMIC);
	ZT_CASE("a dynamic name changes nothing",
	    helo_part(c) == BOTNET_MEMBER);
	c = named(c, "host.b.example", NAME_HOST);
	ZT_CASE("a name of its own does", helo_part(c) == BOTNET_NAMED);
	c = named(c, "other.A.example", NAME_DYNAMIC);
	ZT_CASE("any name of that domain makes it the owner",
	    helo_part(c) == BOTNET_OWNER);
	c = says(1, "MAIL", HELO_SINGLE);
	c = named(c, "mail", NAME_HOST);
	ZT_CASE("one label is nobody's domain", helo_part(c) == BOTNET_NAMED);
	c = says(1, "shop.co.uk", HELO_FQDN);
	c = named(c, "evil.co.uk", NAME_HOST);
	ZT_CASE("two firms under co.uk are two", helo_part(c) == BOTNET_NAMED);
}

static void
test_names(void)
{
	char out[BOTNET_NAME_MAX], longest[300];
	struct botnet_trait t;
	struct botnet_client c = says(1, "a\x1b[2J \"\xff\\b", HELO_BAD);

	botnet_trait(&c, BOTNET_HELO, &t);
	botnet_print(BOTNET_HELO, &t, out);
	ZT_CASE("no byte of a stranger gets out",
	    strcmp(out, "helo:a?[2j????b") == 0);
	memset(longest, 'x', sizeof(longest));
	c.helo = (struct str){ longest, sizeof(longest) };
	botnet_trait(&c, BOTNET_HELO, &t);
	botnet_print(BOTNET_HELO, &t, out);
	ZT_CASE("a long name is cut", strlen(out) == BOTNET_NAME_MAX - 1);
	c = speaks(1, 5, 6);
	botnet_trait(&c, BOTNET_WAY, &t);
	botnet_print(BOTNET_WAY, &t, out);
	ZT_CASE("a way is called by its number",
	    strlen(out) == 12 && strncmp(out, "way:", 4) == 0 &&
		strspn(out + 4, "0123456789abcdef") == 8);
}

/* Written down once: the store depends on it. */
static void
test_stable(void)
{
	struct botnet_client c = says(1, "ylmf-pc", HELO_SINGLE);
	struct botnet_trait t;

	botnet_trait(&c, BOTNET_HELO, &t);
	ZT_CASE("a key never changes", t.key == 0x11e4b44c3ca78e15);
}

static const struct zt_test tests[] = {
	{ "templates", test_templates },
	{ "room", test_room },
	{ "reverse", test_reverse },
	{ "domains", test_domains },
	{ "parts", test_parts },
	{ "names", test_names },
	{ "stable", test_stable },
};
ZT_MAIN("botnet_trait", tests)
