/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/sigdb being filled: signatures that others cover, families,
 * links, and what is refused.
 *
 * zt-link: fp/addr fp/hash fp/sig fp/sigdb fp/sigdb_build fp/sigdb_match
 * zt-link: fp/sigline
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include "tests/unit/fp/sigtext.h"

#define LIN  "mss,sok,ts,nop,ws"
#define LIN7 "*:64:0:*:mss*20,7:" LIN ":df,id+:0"
#define PLIN "4:60:0:1460:29200,7:" LIN

/* A first signature, a second, and what adding the second gives. */
static const struct {
	const char *name, *first, *second;
	int want;
} covers[] = {
	{ "the same again", "s:A:1 " LIN7, "s:A:1 " LIN7, -EEXIST },
	{ "the same under another flavour", "s:A:1 " LIN7, "s:A:2 " LIN7,
	    -EEXIST },
	{ "the same under another name stays", "s:A:1 " LIN7, "s:B:1 " LIN7,
	    0 },
	{ "a narrower one behind a wider one", "s:A: *:64:0:*:*,*:mss:df:0",
	    "s:A: 4:64:0:1460:512,7:mss:df:0", -EEXIST },
	{ "a wider one behind a narrower one stays",
	    "s:A: 4:64:0:1460:512,7:mss:df:0", "s:A: *:64:0:*:*,*:mss:df:0",
	    0 },
	{ "a number that is a multiple", "s:A: *:64:0:*:%512,0:mss:df:0",
	    "s:A: *:64:0:*:1024,0:mss:df:0", -EEXIST },
	{ "a number that is none", "s:A: *:64:0:*:%512,0:mss:df:0",
	    "s:A: *:64:0:*:1025,0:mss:df:0", 0 },
	{ "a multiple of a multiple", "s:A: *:64:0:*:%512,0:mss:df:0",
	    "s:A: *:64:0:*:%1024,0:mss:df:0", -EEXIST },
	{ "a multiple of less", "s:A: *:64:0:*:%512,0:mss:df:0",
	    "s:A: *:64:0:*:%256,0:mss:df:0", 0 },
	{ "segments under a modulus stay", "s:A: *:64:0:*:%512,0:mss:df:0",
	    "s:A: *:64:0:*:mss*4,0:mss:df:0", 0 },
	{ "so many segments again", "s:A: *:64:0:*:mss*4,0:mss:df:0",
	    "s:A: *:64:0:1460:mss*4,0:mss:df:0", -EEXIST },
	{ "packets are not segments", "s:A: *:64:0:*:mss*4,0:mss:df:0",
	    "s:A: *:64:0:*:mtu*4,0:mss:df:0", 0 },
	{ "a specific one behind a generic one stays", "g:A: " LIN7,
	    "s:A: " LIN7, 0 },
	{ "a generic one behind a specific one", "s:A: " LIN7, "g:A: " LIN7,
	    -EEXIST },
	{ "a system behind a tool stays", "!:A: " LIN7, "s:A: " LIN7, 0 },
	{ "other quirks", "s:A: *:64:0:*:*,*:mss:df:0",
	    "s:A: *:64:0:*:*,*:mss::0", 0 },
	{ "quirks that do not count there", "s:A: *:64:0:*:*,*:mss:df,*:0",
	    "s:A: *:64:0:*:*,*:mss:df,id+:0", -EEXIST },
	{ "another TTL", "s:A: *:64:0:*:*,*:mss:df:0",
	    "s:A: *:128:0:*:*,*:mss:df:0", 0 },
	{ "a TTL under any", "s:A: *:*:0:*:*,*:mss:df:0",
	    "s:A: *:128:0:*:*,*:mss:df:0", -EEXIST },
	{ "a reply is no request", "s:A: " LIN7, "s:A: reply " LIN7, 0 },
	{ "a shape is no layout", "s:A: *:64:0:*:*,*:mss:df:0",
	    "s:A: shape *:64:0:*:*,*:mss:df:0", 0 },
	{ "more behind eol", "s:A: *:64:0:*:*,*:mss,eol+1:df:0",
	    "s:A: *:64:0:*:*,*:mss,eol+2:df:0", 0 },
};

static void
test_covers(void)
{
	for (size_t i = 0; i < sizeof(covers) / sizeof(covers[0]); i++) {
		struct sigdb *db = sigdb_new();
		bool ok = sigtext_add(db, covers[i].first) == 0 &&
		    sigtext_add(db, covers[i].second) == covers[i].want &&
		    sigdb_signatures(db) == (covers[i].want == 0 ? 2 : 1);

		ZT_CASE(covers[i].name, ok && sigdb_labels(db) == 2);
		sigdb_free(db);
	}
}

static const struct {
	const char *name;
	bool userland;
	enum sigdb_family want;
} families[] = {
	{ "Windows", false, SIGDB_F_WINDOWS },
	{ "WINDOWS NT", false, SIGDB_F_WINDOWS },
	{ "Linux", false, SIGDB_F_LINUX },
	{ "Android", false, SIGDB_F_LINUX },
	{ "ChromeOS", false, SIGDB_F_LINUX },
	{ "Mac OS X", false, SIGDB_F_APPLE },
	{ "MacOS X", false, SIGDB_F_APPLE },
	{ "macOS", false, SIGDB_F_APPLE },
	{ "iOS", false, SIGDB_F_APPLE },
	{ "Apple TV", false, SIGDB_F_APPLE },
	{ "Darwin", false, SIGDB_F_APPLE },
	{ "Cisco IOS", false, SIGDB_F_OTHER },
	{ "FreeBSD", false, SIGDB_F_BSD },
	{ "OpenBSD", false, SIGDB_F_BSD },
	{ "NetBSD", false, SIGDB_F_BSD },
	{ "DragonFly BSD", false, SIGDB_F_BSD },
	{ "Solaris", false, SIGDB_F_OTHER },
	{ "Helios", false, SIGDB_F_OTHER },
	{ "", false, SIGDB_F_OTHER },
	{ "nmap for Windows", true, SIGDB_F_TOOL },
};

static void
test_families(void)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		struct sigdb *db = sigdb_new();
		struct traits t = sigtext_packet(PLIN ":df,id+:0");
		struct sigdb_label l = { .name = families[i].name,
			.userland = families[i].userland };
		struct sigdef d = sigtext_def(LIN7);
		struct sigdb_match m = { 0 };

		sigdb_label(db, &l);
		sigdb_add(db, &d);
		sigdb_compile(db);
		sigdb_match(db, &t, false, 0, &m);
		ZT_CASE(families[i].name,
		    m.best != NULL && m.best->family == families[i].want);
		sigdb_free(db);
	}
}

static void
test_mtu(void)
{
	struct sigdb *db = sigdb_new();
	struct traits t = sigtext_packet("4:64:0:1460:512,0:mss:df:0");
	const char *link;
	uint16_t mtu;

	ZT_CASE("links are added in any order",
	    sigdb_mtu(db, 1500, "Ethernet") == 0 &&
		sigdb_mtu(db, 576, "modem") == 0 &&
		sigdb_mtu(db, 65535, "big") == 0);
	ZT_CASE("the first name of an MTU stays",
	    sigdb_mtu(db, 1500, "other") == -EEXIST);
	sigdb_compile(db);
	link = sigdb_link(db, &t, &mtu);
	ZT_CASE("IPv4: 40 more than the MSS",
	    link != NULL && strcmp(link, "Ethernet") == 0 && mtu == 1500);
	t.ver = 6;
	ZT_CASE("IPv6: 60 more",
	    sigdb_link(db, &t, &mtu) == NULL && mtu == 1520);
	t.mss = 1440;
	link = sigdb_link(db, &t, &mtu);
	ZT_CASE("which is Ethernet's again",
	    link != NULL && strcmp(link, "Ethernet") == 0);
	t.ver = 4;
	t.mss = 536;
	link = sigdb_link(db, &t, &mtu);
	ZT_CASE("the least one", link != NULL && strcmp(link, "modem") == 0);
	t.mss = 0;
	ZT_CASE("no MSS, no link",
	    sigdb_link(db, &t, &mtu) == NULL && mtu == 0);
	t.mss = 65535;
	ZT_CASE("more than can be is no link",
	    sigdb_link(db, &t, &mtu) == NULL && mtu == 65535);
	sigdb_free(db);
}

static void
test_refusals(void)
{
	static const struct {
		const char *name;
		struct sigdef d;
	} bad[] = {
		{ "a kind that is none", { .kind = SIGDEF_KINDS, .ver = 4 } },
		{ "IPv5", { .ver = 5 } },
		{ "a TTL that is compared in no way",
		    { .ver = 4, .ttl = SIGDEF_TTL_ANY + 1 } },
		{ "a window of no kind",
		    { .ver = 4, .win = SIGDEF_WIN_FULL + 1 } },
		{ "a window of 17 bits", { .ver = 4, .window = 65536 } },
		{ "a multiple of zero", { .ver = 4, .win = SIGDEF_WIN_MOD } },
		{ "an MSS of 17 bits", { .ver = 4, .mss = 65536 } },
		{ "a scale of 9 bits", { .ver = 4, .scale = 256 } },
		{ "a length of 9 bits", { .ver = 4, .olen = 256 } },
		{ "two payloads", { .ver = 4, .payload = 2 } },
		{ "25 options", { .ver = 4, .opts_n = 25 } },
	};
	struct sigdef good = { .ver = 4 };
	struct sigdb *db = sigdb_new();

	ZT_CASE("no label yet", sigdb_add(db, &good) == -EINVAL);
	sigtext_label(db, "s:A");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ZT_CASE(bad[i].name, sigdb_add(db, &bad[i].d) == -EINVAL);
	ZT_CASE("a good one", sigdb_add(db, &good) == 0);
	ZT_CASE("compiled once", sigdb_compile(db) == 0);
	ZT_CASE("and no more", sigdb_compile(db) == -EINVAL);
	ZT_CASE("then no signature",
	    sigdb_add(db, &good) == -EINVAL && sigdb_signatures(db) == 1);
	ZT_CASE("no label",
	    sigtext_label(db, "s:B") == -EINVAL && sigdb_labels(db) == 1);
	ZT_CASE("no link", sigdb_mtu(db, 1500, "x") == -EINVAL);
	sigdb_free(db);
	sigdb_free(NULL);
}

static void
test_text(void)
{
	struct sigdb_label l = { .name = "A", .flavor = "1" };
	char buf[SIGDB_NAMELEN], name[2 * SIGDB_NAMELEN];

	ZT_CASE("name and flavour", strcmp(sigdb_text(&l, buf), "A 1") == 0);
	l.flavor = "";
	ZT_CASE("a name alone", strcmp(sigdb_text(&l, buf), "A") == 0);
	ZT_CASE("no label", strcmp(sigdb_text(NULL, buf), "???") == 0);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	l.name = name;
	ZT_CASE("a long name is cut",
	    strlen(sigdb_text(&l, buf)) == SIGDB_NAMELEN - 1);
}

static const struct zt_test tests[] = {
	{ "covers", test_covers },
	{ "families", test_families },
	{ "mtu", test_mtu },
	{ "refusals", test_refusals },
	{ "text", test_text },
};

ZT_MAIN("sigdb build", tests)
