/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: nft/nets nft/comment nft/reason fp/addr
 */
#include "daemon/evidence_kind.h"
#include "nft/nets.h"
#include "nft/nft.h"
#include "nft/reason.h"
#include "tests/zt.h"

static struct net
net(const char *s)
{
	struct net n = { 0 };

	if (!net_parse((struct str){ s, strlen(s) }, &n))
		abort();
	return n;
}

/* Words in, words out: "192.0.2.0/24 10.0.0.0/8". */
static size_t
nets(const char *text, struct net *v, size_t max)
{
	char *copy = strdup(text), *save = NULL;
	size_t n = 0;

	if (copy == NULL)
		abort();
	for (char *p = strtok_r(copy, " ", &save); p != NULL && n < max;
	     p = strtok_r(NULL, " ", &save))
		v[n++] = net(p);
	free(copy);
	return n;
}

static void
test_disjoint(void)
{
	static const struct {
		const char *name, *in, *want;
	} cases[] = {
		{ "nothing", "", "" },
		{ "one", "192.0.2.0/24", "192.0.2.0/24" },
		{ "sorted", "203.0.113.0/24 192.0.2.0/24",
		    "192.0.2.0/24 203.0.113.0/24" },
		{ "twice", "192.0.2.0/24 192.0.2.0/24", "192.0.2.0/24" },
		{ "nested, the wide one last", "192.0.2.7/32 192.0.2.0/24",
		    "192.0.2.0/24" },
		{ "nested three deep", "192.0.2.0/25 192.0.0.0/16 192.0.2.7/32",
		    "192.0.0.0/16" },
		{ "two in one wide network",
		    "10.0.0.0/8 10.1.0.0/16 10.200.0.0/16 11.0.0.0/8",
		    "10.0.0.0/8 11.0.0.0/8" },
		{ "side by side stays as written",
		    "192.0.2.128/25 192.0.2.0/25",
		    "192.0.2.0/25 192.0.2.128/25" },
		{ "everything", "0.0.0.0/0 192.0.2.0/24 ::/0 2001:db8::/32",
		    "0.0.0.0/0 ::/0" },
		{ "families apart, IPv4 first", "2001:db8::/32 32.1.13.0/24",
		    "32.1.13.0/24 2001:db8::/32" },
	};
	struct net v[16], want[16];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = nets(cases[i].in, v, 16);
		size_t want_n = nets(cases[i].want, want, 16);
		bool ok;

		n = nets_disjoint(v, n);
		ok = n == want_n;
		for (size_t k = 0; ok && k < n; k++)
			ok = v[k].bits == want[k].bits &&
			    addr_eq(&v[k].a, &want[k].a);
		ZT_CASE(cases[i].name, ok);
	}
}

/* Against the plain definition, on random small networks. */
static void
test_disjoint_random(void)
{
	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int round = 0; round < 200; round++) {
		struct net in[40], v[40];
		bool covered_ok = true, apart = true;
		size_t n;

		for (size_t i = 0; i < 40; i++) {
			struct addr a = addr_v4(
			    0xc0000200U | (uint32_t)(zt_random() & 0xff));

			in[i] = v[i] = net_of(&a,
			    24 + (unsigned)(zt_random() % 9));
		}
		n = nets_disjoint(v, 40);
		for (size_t i = 0; i < 40; i++) {
			bool has = false;

			for (size_t k = 0; k < n; k++)
				has = has || net_covers(&v[k], &in[i]);
			covered_ok = covered_ok && has;
		}
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < n; k++)
				apart = apart &&
				    (i == k || !net_covers(&v[i], &v[k]));
		if (!covered_ok || !apart) {
			ZT_CASE("random networks", false);
			return;
		}
	}
	ZT_CASE("random networks", true);
}

static void
test_end(void)
{
	static const struct {
		const char *net, *end; /* NULL: there is none */
	} cases[] = {
		{ "192.0.2.0/24", "192.0.3.0" },
		{ "192.0.2.255/32", "192.0.3.0" },
		{ "192.255.255.128/25", "193.0.0.0" },
		{ "0.0.0.0/1", "128.0.0.0" },
		{ "10.0.0.0/8", "11.0.0.0" },
		{ "0.0.0.0/0", NULL },
		{ "128.0.0.0/1", NULL },
		{ "255.255.255.255/32", NULL },
		{ "2001:db8::/32", "2001:db9::" },
		{ "2001:db8::ffff/128", "2001:db8::1:0" },
		{ "::/0", NULL },
		{ "ff00::/8", NULL },
	};
	uint8_t end[16];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct net n = net(cases[i].net), want;
		bool has = nets_end(&n, end);
		bool ok = has == (cases[i].end != NULL);

		if (ok && has) {
			char text[64];

			(void)snprintf(text, sizeof(text), "%s/%d",
			    cases[i].end, n.a.family == 4 ? 32 : 128);
			want = net(text);
			ok = memcmp(end, want.a.b, 16) == 0;
		}
		ZT_CASE(cases[i].net, ok);
	}
}

static void
test_comment(void)
{
	static const struct {
		struct nft_op op;
		const char *want;
	} cases[] = {
		{ { .tier = 1,
		      .score = 981,
		      .reasons = { EVIDENCE_EARLY_TALK, EVIDENCE_RDNS_NONE } },
		    "tier 1 score 0.981 early-talk, no-rdns" },
		{ { .tier = 3, .score = 1000, .reasons = { EVIDENCE_ADMIN } },
		    "tier 3 score 1.000 admin" },
		{ { .tier = 2, .score = 7 }, "tier 2 score 0.007" },
		{ { .tier = 2,
		      .score = 7,
		      .reasons = { 0, EVIDENCE_HISTORY, 255, 200 } },
		    "tier 2 score 0.007 history" },
		{ { .tier = 255,
		      .score = 65535,
		      .reasons = { EVIDENCE_HELO_CHANGES, EVIDENCE_HELO_DYNAMIC,
			  EVIDENCE_RDNS_DYNAMIC, EVIDENCE_HELO_LITERAL } },
		    "tier 255 score 1.000 helo-changes, helo-dynamic, "
		    "dynamic-rdns, helo-literal" },
	};
	char buf[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ZT_CASE(cases[i].want,
		    strcmp(nft_comment(&cases[i].op, buf), cases[i].want) == 0);
}

/* The four longest names that there are, or ever will be, must fit. */
static void
test_comment_fits(void)
{
	size_t longest = 0;

	for (unsigned k = 0; k < 256; k++) {
		const char *name = reason_name((uint8_t)k);

		if (name != NULL && strlen(name) > longest)
			longest = strlen(name);
	}
	ZT_CASE("four of the longest names fit into a comment",
	    strlen("tier 255 score 1.000 ") + 4 * longest + 3 * 2 <= 127);
	ZT_CASE("EVIDENCE_NONE has no name", reason_name(0) == NULL);
	ZT_CASE("unknown numbers have no name",
	    reason_name(EVIDENCE_KINDS) == NULL && reason_name(255) == NULL);
	ZT_CASE("a name", strcmp(reason_name(EVIDENCE_TRAP_RCPT), "trap") == 0);
}

static const struct zt_test tests[] = {
	{ "disjoint networks", test_disjoint },
	{ "disjoint networks, random", test_disjoint_random },
	{ "end of a network", test_end },
	{ "comments", test_comment },
	{ "comments fit", test_comment_fits },
};

ZT_MAIN("nft", tests)
