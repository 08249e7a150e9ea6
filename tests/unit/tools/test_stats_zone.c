/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is in the zone for other mail servers and who is not, one store for all
 * cases; what rbldnsd makes of the file is tests/e2e/t_zone.sh's.
 *
 * zt-link: @STATSZONE @SCAN @STORE db/record_brief
 * zt-link: daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: kyotocabinet libsodium libm
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "db/store.h"
#include "tests/zt.h"
#include "tools/stats_zone.h"

#define NOW  INT64_C(1772445600000) /* 2026-03-02 10:00 UTC */
#define HOUR INT64_C(3600000)

static char dir[] = "/tmp/zfw-zone.XXXXXX";
static struct store *store;
static struct policy policy = { .enforce = true };
static char *text; /* the last zone */
static struct stats_zone_counts counts;

/* What a record has beside a whole block of tier 2 from an hour ago. */
enum {
	NARROW = 1,
	HAND = 2,
	OVER = 4,
	LATER = 8, /* begins after now */
	MAIL = 16, /* was accepted */
	CLICK = 32,
	OFFENDER = 64, /* the stack that offended is known */
	LOGIN = 128,
};

static struct net
net(const char *s)
{
	struct net n = { 0 };

	if (!net_parse((struct str){ s, strlen(s) }, &n))
		abort();
	return n;
}

static void
put(const char *addr, uint8_t tier, unsigned has)
{
	static struct client c;
	struct addr key = net(addr).a;

	key = addr_key(&key);
	client_init(&c, &key, NOW - 2 * HOUR);
	c.tier = tier;
	c.block_from_ms = has & LATER ? NOW + 1 : NOW - HOUR;
	c.block_until_ms = tier == 0 ? 0 : has & OVER ? NOW : NOW + HOUR;
	c.offences = !(has & HAND);
	c.by_admin = has & HAND;
	c.reasons[0] = has & HAND ? EVIDENCE_ADMIN : EVIDENCE_UNKNOWN_RCPT;
	c.reasons[1] = has & HAND ? 0 : EVIDENCE_RDNS_NONE;
	c.narrow_n = (has & NARROW) != 0;
	if (has & (NARROW | OFFENDER))
		c.narrow[0] = (struct stack){ .len = 52, .window = 8192 };
	c.good_mails = (has & MAIL) != 0;
	c.login_ms = has & LOGIN ? NOW - HOUR : 0;
	c.click_ms = has & CLICK ? NOW - HOUR : 0;
	c.click_until_ms = has & CLICK ? NOW + HOUR : 0;
	/* Texts of strangers, which are nobody's business elsewhere. */
	strcpy(c.rdns, "rdns.example\n$TTL 9");
	strcpy(c.helo, "helo.example");
	if (store_client_put(store, &c) != 0)
		abort();
}

static void
put_many(const char *front, unsigned from, unsigned n, unsigned has)
{
	char addr[96];

	for (unsigned i = from; i < from + n; i++) {
		(void)snprintf(addr, sizeof(addr), "%s%u::1", front, i);
		put(addr, 3, has);
	}
}

static void
allow(const char *s, int64_t until_ms)
{
	struct store_allow a = { .net = net(s), .until_ms = until_ms };

	if (store_allow_put(store, &a) != 0)
		abort();
}

static void
fill(void)
{
	put("192.0.2.22", 2, OFFENDER);
	put("192.0.2.3", 3, 0);
	put("192.0.2.8", 8, 0);
	put("192.0.2.10", 1, 0);
	put("192.0.2.11", 1, HAND);
	put("192.0.2.12", 4, NARROW);
	put("192.0.2.13", 4, OVER);
	put("192.0.2.14", 4, LATER);
	put("192.0.2.15", 0, 0);
	put("192.0.2.16", 4, MAIL);
	put("198.51.100.1", 4, 0); /* allowed by hand */
	put("198.51.100.9", 4, 0); /* was, until now */
	put("198.51.100.65", 4, 0);
	put("203.0.113.1", 4, 0); /* of the configuration */
	put("203.0.113.2", 4, 0);
	put("203.0.113.3", 4, 0);
	allow("198.51.100.1", 0);
	allow("198.51.100.9", NOW);
	allow("198.51.100.64/26", NOW + 1);

	put("2001:db8:1:1::7", 3, 0);
	put("2001:db8:1:2::7", 3, 0);
	allow("2001:db8:1:2::9", 0);
	put("2001:db8:1:3::7", 3, NARROW);
	/* /56 2001:db8:2:100 of four, 200 of three, 300 with somebody good */
	put_many("2001:db8:2:10", 1, 4, 0);
	put_many("2001:db8:2:20", 1, 3, 0);
	put("2001:db8:2:301::1", 0, LOGIN);
	put_many("2001:db8:2:30", 2, 4, 0);
	/* by hand, narrow, tier 1: these do not count */
	put_many("2001:db8:3:10", 1, 3, 0);
	put("2001:db8:3:104::1", 3, HAND);
	put("2001:db8:3:105::1", 3, NARROW);
	put("2001:db8:3:106::1", 1, 0);
	/* four in whose /56 somebody is allowed */
	put_many("2001:db8:4:10", 1, 4, 0);
	allow("2001:db8:4:1ff::/64", 0);
	/* a /48 of four /56s, of two tiers */
	for (unsigned i = 1; i <= 4; i++) {
		char front[64];

		(void)snprintf(front, sizeof(front), "2001:db8:5:%u0", i);
		put_many(front, 1, 4, 0);
	}
	put("2001:db8:5:101::1", 2, 0);
	/* a /48 of four, in another /56 of which is a click */
	for (unsigned i = 1; i <= 4; i++) {
		char front[64];

		(void)snprintf(front, sizeof(front), "2001:db8:6:%u0", i);
		put_many(front, 1, 4, 0);
	}
	put("2001:db8:6:901::1", 0, CLICK);
}

static int
make(int64_t now_ms, bool shadow)
{
	struct stats_zone_opts o = { dir, now_ms, &policy, shadow };
	char error[256];
	size_t n;
	FILE *f;
	int rc;

	free(text);
	text = NULL;
	f = open_memstream(&text, &n);
	rc = stats_zone(&o, f, &counts, error);
	(void)fclose(f);
	return rc;
}

/* 127.0.0.x by the zone, as rbldnsd reads it: 0 = not there. */
static unsigned
value(const char *what)
{
	unsigned is = 0;
	size_t n = strlen(what);

	for (const char *s = text; s != NULL && *s != '\0';
	     s = strchr(s, '\n'), s = s == NULL ? s : s + 1) {
		(void)sscanf(s, ":127.0.0.%u:", &is);
		if (strncmp(s, what, n) == 0 && s[n] == '\n')
			return is;
	}
	return 0;
}

static const struct {
	const char *name, *what;
	unsigned want;
} cases[] = {
	{ "the entry for tests is there", "127.0.0.2", 2 },
	{ "and that of IPv6", "::ffff:7f00:2", 2 },
	{ "tier 2 is 127.0.0.3", "192.0.2.22", 3 },
	{ "tier 3 is 127.0.0.4", "192.0.2.3", 4 },
	{ "tier 8 is 127.0.0.9", "192.0.2.8", 9 },
	{ "tier 1 is not listed", "192.0.2.10", 0 },
	{ "a block by hand is 127.0.0.10", "192.0.2.11", 10 },
	{ "a narrow block is not listed", "192.0.2.12", 0 },
	{ "nor one that is over", "192.0.2.13", 0 },
	{ "nor one that is to begin", "192.0.2.14", 0 },
	{ "nor who was never blocked", "192.0.2.15", 0 },
	{ "who had mail accepted and is blocked is listed", "192.0.2.16", 5 },
	{ "who is allowed by hand is not listed", "198.51.100.1", 0 },
	{ "whose leave has ended is listed", "198.51.100.9", 5 },
	{ "an allowed network is not listed", "198.51.100.65", 0 },
	{ "who is in allow is not listed", "203.0.113.1", 0 },
	{ "who is in our_hosts is not listed", "203.0.113.2", 0 },
	{ "who is in never_block is not listed", "203.0.113.3", 0 },
	{ "an IPv6 client is its /64", "2001:db8:1:1::/64", 4 },
	{ "a /64 with somebody allowed is not listed", "2001:db8:1:2::/64", 0 },
	{ "a narrow one of IPv6 is not listed", "2001:db8:1:3::/64", 0 },
	{ "four /64s are their /56", "2001:db8:2:100::/56", 4 },
	{ "and are listed themselves", "2001:db8:2:104::/64", 4 },
	{ "three are not their /56", "2001:db8:2:200::/56", 0 },
	{ "four beside somebody good are not", "2001:db8:2:300::/56", 0 },
	{ "and are listed themselves, too", "2001:db8:2:305::/64", 4 },
	{ "by hand, narrow, tier 1 do not count", "2001:db8:3:100::/56", 0 },
	{ "no /56 has an allowed one", "2001:db8:4:100::/56", 0 },
	{ "four /56s are their /48, the mildest tier", "2001:db8:5::/48", 3 },
	{ "one /56 is not", "2001:db8:2::/48", 0 },
	{ "nor are four, one beside them being good", "2001:db8:6::/48", 0 },
	{ "whose /56s are listed", "2001:db8:6:400::/56", 4 },
};

static void
test_listed(void)
{
	struct net allowed = net("203.0.113.1"), ours = net("203.0.113.2"),
		   never = net("203.0.113.0/30");

	never.a.b[3] = 3;
	never.bits = 32;
	policy.allow = (struct net_list){ &allowed, 1 };
	policy.ours = (struct net_list){ &ours, 1 };
	policy.never = (struct net_list){ &never, 1 };
	ZT_CASE("a zone is made while somebody has the store",
	    make(NOW, false) == 0 && counts.bad_records == 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ZT_CASE(cases[i].name, value(cases[i].what) == cases[i].want);
	ZT_CASE("what is listed is counted",
	    counts.v4 == 6 && counts.networks == 10);
	policy.allow.n = policy.ours.n = policy.never.n = 0;
	(void)make(NOW, false);
	ZT_CASE("without these lists three more are",
	    counts.v4 == 9 && value("203.0.113.2") == 5);
}

static void
test_text(void)
{
	(void)make(NOW, false);
	ZT_CASE("the text is the kinds of reasons",
	    strstr(text,
		":127.0.0.4:zfw: $ sends as spam zombies do, by its names, its "
		"recipients\n") != NULL);
	ZT_CASE("of a network it says so",
	    strstr(text, ":zfw: the network of $ sends as") != NULL);
	ZT_CASE("by hand has no reasons",
	    strstr(text, ":127.0.0.10:zfw: $ is blocked by hand\n") != NULL);
	ZT_CASE("nothing is of strangers", strstr(text, "example") == NULL);
	ZT_CASE("answers live for a minute",
	    strstr(text, "\n$TTL 60\n") != NULL);
	ZT_CASE("and the file for an hour",
	    strstr(text, "\n$TIMESTAMP - 2026:03:02:11:00:00\n") != NULL);
	(void)make(NOW + HOUR, false);
	ZT_CASE("when all blocks are over only the entries for tests are left",
	    counts.v4 == 0 && counts.v6 == 0 && counts.networks == 0 &&
		value("127.0.0.2") == 2);
}

static void
test_shadow(void)
{
	policy.enforce = false;
	(void)make(NOW, false);
	ZT_CASE("in shadow mode nobody is listed, and the file says why",
	    counts.v4 + counts.v6 + counts.networks == 0 &&
		value("192.0.2.22") == 0 && strstr(text, "# SHADOW MODE: "));
	(void)make(NOW, true);
	ZT_CASE("when asked for they are, and the file says what that means",
	    value("192.0.2.22") == 3 &&
		strstr(text, "it only would.\n") != NULL);
	policy.enforce = true;
	(void)make(NOW, true);
	ZT_CASE("in mode enforce it says nothing of shadow",
	    strstr(text, "SHADOW") == NULL);
}

static void
test_errors(void)
{
	struct stats_zone_opts o = { "/nonexistent", NOW, &policy, false };
	FILE *f = fopen("/dev/full", "w");
	char error[256] = "";

	ZT_CASE("no store is an error with a sentence",
	    stats_zone(&o, f, &counts, error) < 0 && error[0] != '\0');
	o.dir = dir;
	ZT_CASE("a full disk is another, and not of the store",
	    stats_zone(&o, f, &counts, error) == -ENOSPC && error[0] == '\0');
	(void)fclose(f);
}

static void
test_closed(void)
{
	char *before;

	(void)make(NOW, false);
	before = strdup(text);
	store_close(store);
	(void)make(NOW, false);
	ZT_CASE("the zone is the same when nobody has the store",
	    strcmp(before, text) == 0);
	free(before);
}

static int
begin(void)
{
	struct store_open_result r;

	if (mkdtemp(dir) == NULL || store_open(dir, &store, &r) != 0)
		return -1;
	fill();
	return 0;
}

static void
end(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/" STORE_FILE, dir);
	(void)unlink(path);
	(void)rmdir(dir);
	free(text);
}

static const struct zt_test tests[] = {
	{ "who is listed", test_listed }, { "text", test_text },
	{ "shadow", test_shadow }, { "errors", test_errors },
	{ "the store closed", test_closed }, /* the last: it closes it */
};

int
main(int argc, char **argv)
{
	int rc;

	if (begin() != 0)
		return 1;
	rc = zt_main(argc, argv, "stats_zone", tests,
	    sizeof(tests) / sizeof(tests[0]));
	end();
	return rc;
}
