/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guard's judgement of the engine's records, in virtual time.
 *
 * zt-link: daemon/guardcheck fp/addr
 */
#include "daemon/guardcheck.h"

#include "tests/zt.h"

#define LEASE_S 86400
#define SECOND  1000
#define MINUTE  (60 * SECOND)

/* The never-block list of these tests: 10.0.0.0/8 and 2001:db8:1::1. */
static bool
never(void *arg, const struct net *n)
{
	struct net v4, v6;

	(void)arg;
	if (!net_parse(STR("10.0.0.0/8"), &v4) ||
	    !net_parse(STR("2001:db8:1::1/128"), &v6))
		abort();
	return net_covers(&v4, n) || net_covers(n, &v4) || net_covers(&v6, n) ||
	    net_covers(n, &v6);
}

static struct guardcheck_conf
conf(void)
{
	return (struct guardcheck_conf){
		.enforce = true,
		.lease_s = LEASE_S,
		.rate = 60,
		.blocks_max = 100,
		.cut_rate = 60,
		.never = never,
		.ports = { 25, 2525 },
		.ports_n = 2,
	};
}

static struct net
net(const char *text)
{
	struct net n;

	if (!net_parse((struct str){ text, strlen(text) }, &n))
		abort();
	return n;
}

static struct msg
block(const char *text)
{
	struct msg m = { .op = MSG_BLOCK, .tier = 2, .score = 990 };

	m.net = net(text);
	m.timeout_s = 600;
	return m;
}

static const struct {
	const char *name;
	const char *net;
	uint8_t tier;
	uint32_t timeout_s;
	bool known;
	size_t have;
	enum guard_verdict want;
	uint32_t want_s;
	enum nft_op_kind want_kind;
} cases[] = {
	{ "a new IPv4 address is added", "192.0.2.7/32", 1, 600, false, 0,
	    GUARD_OK, 600, NFT_ADD },
	{ "a new IPv6 /64 is added", "2001:db8:2::/64", 1, 600, false, 0,
	    GUARD_OK, 600, NFT_ADD },
	{ "one that is there is renewed", "192.0.2.7/32", 2, 600, true, 1,
	    GUARD_OK, 600, NFT_RENEW },
	{ "a timeout over the lease is cut to it", "192.0.2.7/32", 6, 5184000,
	    false, 0, GUARD_OK, LEASE_S, NFT_ADD },
	{ "exactly the lease stays", "192.0.2.7/32", 6, LEASE_S, false, 0,
	    GUARD_OK, LEASE_S, NFT_ADD },
	{ "timeout 0 would be for ever", "192.0.2.7/32", 1, 0, false, 0,
	    GUARD_BAD, 0, 0 },
	{ "tier 0 is none", "192.0.2.7/32", 0, 600, false, 0, GUARD_BAD, 0, 0 },
	{ "tier 9 is none", "192.0.2.7/32", 9, 600, false, 0, GUARD_BAD, 0, 0 },
	{ "an IPv4 /31 is no key", "192.0.2.6/31", 1, 600, false, 0, GUARD_BAD,
	    0, 0 },
	{ "an IPv4 /0 is no key", "0.0.0.0/0", 1, 600, false, 0, GUARD_BAD, 0,
	    0 },
	{ "an IPv6 /128 is no key", "2001:db8:2::1/128", 1, 600, false, 0,
	    GUARD_BAD, 0, 0 },
	{ "an IPv6 /48 is dropped as a whole", "2001:db8:2::/48", 1, 600, false,
	    0, GUARD_OK, 600, NFT_ADD },
	{ "an IPv6 /56 is dropped as a whole", "2001:db8:2::/56", 1, 600, false,
	    0, GUARD_OK, 600, NFT_ADD },
	{ "an IPv6 /52 is no key", "2001:db8:2::/52", 1, 600, false, 0,
	    GUARD_BAD, 0, 0 },
	{ "an IPv6 /32 is no key", "2001:db8::/32", 1, 600, false, 0, GUARD_BAD,
	    0, 0 },
	{ "an IPv4 /24 is no key", "192.0.2.0/24", 1, 600, false, 0, GUARD_BAD,
	    0, 0 },
	{ "a /56 around a never-block address is refused", "2001:db8:1::/56", 1,
	    600, false, 0, GUARD_NEVER, 0, 0 },
	{ "a /48 around a never-block address is refused", "2001:db8:1::/48", 1,
	    600, false, 0, GUARD_NEVER, 0, 0 },
	{ "an address within a never-block range is refused", "10.1.2.3/32", 1,
	    600, false, 0, GUARD_NEVER, 0, 0 },
	{ "a /64 around a never-block address is refused", "2001:db8:1::/64", 1,
	    600, false, 0, GUARD_NEVER, 0, 0 },
	{ "never-block holds for one that is there too", "10.1.2.3/32", 1, 600,
	    true, 1, GUARD_NEVER, 0, 0 },
	{ "one below the size cap goes in", "192.0.2.7/32", 1, 600, false, 99,
	    GUARD_OK, 600, NFT_ADD },
	{ "at the size cap a new one is refused", "192.0.2.7/32", 1, 600, false,
	    100, GUARD_FULL, 0, 0 },
	{ "at the size cap an old one is renewed", "192.0.2.7/32", 1, 600, true,
	    100, GUARD_OK, 600, NFT_RENEW },
};

static void
test_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guardcheck_seen seen = { .known = cases[i].known,
			.have = cases[i].have };
		struct guardcheck_conf c = conf();
		struct guardcheck g;
		struct msg m = block(cases[i].net);
		struct nft_op op = { 0 };
		enum guard_verdict v;

		m.tier = cases[i].tier;
		m.timeout_s = cases[i].timeout_s;
		guardcheck_init(&g, &c, 0);
		v = guardcheck_block(&g, &m, &seen, 0, &op);
		ZT_CASE(cases[i].name,
		    v == cases[i].want &&
			(v != GUARD_OK ||
			    (op.timeout_s == cases[i].want_s &&
				op.kind == cases[i].want_kind &&
				op.tier == m.tier && op.score == m.score)));
	}
}

static void
test_host_bits(void)
{
	struct guardcheck_seen seen = { .known = false };
	struct guardcheck_conf c = conf();
	struct msg m = block("2001:db8:2::/64");
	struct guardcheck g;
	struct nft_op op;

	guardcheck_init(&g, &c, 0);
	m.net.a.b[15] = 1;
	ZT_CASE("a /64 with host bits set is no key",
	    guardcheck_block(&g, &m, &seen, 0, &op) == GUARD_BAD);
	m = block("192.0.2.7/32");
	m.net.a.family = 0;
	ZT_CASE("no family is no key",
	    guardcheck_block(&g, &m, &seen, 0, &op) == GUARD_BAD);
}

/* How many of `n` new blocks pass at that time. */
static unsigned
pass(struct guardcheck *g, unsigned n, int64_t now_ms)
{
	struct guardcheck_seen seen = { .known = false };
	struct msg m = block("192.0.2.7/32");
	struct nft_op op;
	unsigned passed = 0;

	while (n-- > 0)
		passed += guardcheck_block(g, &m, &seen, now_ms, &op) ==
		    GUARD_OK;
	return passed;
}

static void
test_rate(void)
{
	struct guardcheck_seen there = { .known = true, .have = 1 };
	struct guardcheck_conf c = conf();
	struct guardcheck g;
	struct msg m = block("192.0.2.7/32");
	struct nft_op op;
	unsigned sum = 0;

	guardcheck_init(&g, &c, 5 * SECOND);
	ZT_CASE("a minute's worth may come at once",
	    pass(&g, 100, 5 * SECOND) == 60);
	ZT_CASE("then nothing at the same time", pass(&g, 10, 5 * SECOND) == 0);
	ZT_CASE("renewals pass an empty bucket",
	    guardcheck_block(&g, &m, &there, 5 * SECOND, &op) == GUARD_OK);
	ZT_CASE("999 ms are not yet one", pass(&g, 10, 5999) == 0);
	ZT_CASE("a second gives one", pass(&g, 10, 6000) == 1);
	ZT_CASE("ten seconds give ten", pass(&g, 100, 16000) == 10);
	ZT_CASE("an hour gives no more than a minute",
	    pass(&g, 1000, 3616000) == 60);
	ZT_CASE("time that goes back gives nothing", pass(&g, 10, 16000) == 0);
	for (int64_t t = 0; t < 2 * MINUTE; t += 7)
		sum += pass(&g, 3, 3616000 + t);
	ZT_CASE("small steps lose nothing of the rate",
	    sum == 119 || sum == 120);
}

static void
test_rate_edges(void)
{
	struct guardcheck_conf c = conf();
	struct guardcheck g;

	c.rate = 0;
	guardcheck_init(&g, &c, 0);
	ZT_CASE("rate 0 lets no new block through",
	    pass(&g, 10, 0) == 0 && pass(&g, 10, 10 * MINUTE) == 0);
	c.rate = UINT32_MAX;
	c.blocks_max = SIZE_MAX;
	guardcheck_init(&g, &c, 0);
	ZT_CASE("the largest rate does not overflow",
	    pass(&g, 1000, 0) == 1000 && pass(&g, 1000, INT64_MAX) == 1000);
}

static void
test_restore(void)
{
	struct guardcheck_conf c = conf();
	struct guardcheck g;
	uint32_t one, two;

	c.rate = 0;
	guardcheck_init(&g, &c, 0);
	ZT_CASE("a restore that nobody asked for is not begun",
	    !guardcheck_restore_begin(&g, 0) &&
		!guardcheck_restore_begin(&g, 1));
	ZT_CASE("and its records count as new", pass(&g, 5, 0) == 0);
	ZT_CASE("its end is no end", !guardcheck_restore_end(&g));
	one = guardcheck_resync(&g);
	ZT_CASE("nor one that may be asked for some day",
	    !guardcheck_restore_begin(&g, one + 1));
	ZT_CASE("the one asked for is begun",
	    guardcheck_restore_begin(&g, one));
	ZT_CASE("and passes the rate cap", pass(&g, 50, 0) == 50);
	ZT_CASE("it ends", guardcheck_restore_end(&g));
	ZT_CASE("after it the rate cap is back", pass(&g, 5, 0) == 0);
	ZT_CASE("a second one is refused", !guardcheck_restore_begin(&g, one));
	one = guardcheck_resync(&g);
	two = guardcheck_resync(&g);
	ZT_CASE("asking twice before it comes",
	    guardcheck_restore_begin(&g, two));
	(void)guardcheck_restore_end(&g);
	ZT_CASE("still gives only one",
	    !guardcheck_restore_begin(&g, one) &&
		!guardcheck_restore_begin(&g, two));
	one = guardcheck_resync(&g);
	two = guardcheck_resync(&g);
	ZT_CASE("who had begun when he was asked again",
	    guardcheck_restore_begin(&g, one) && pass(&g, 10, 0) == 10);
	ZT_CASE("begins anew",
	    guardcheck_restore_begin(&g, two) && pass(&g, 10, 0) == 10);
	(void)guardcheck_restore_end(&g);
	g.asked = g.begun = UINT32_MAX;
	one = guardcheck_resync(&g);
	ZT_CASE("numbers may begin anew, too",
	    one == 0 && guardcheck_restore_begin(&g, one) &&
		!guardcheck_restore_begin(&g, one));
}

static void
test_restore_limits(void)
{
	struct guardcheck_seen full = { .have = 100 };
	struct guardcheck_seen known = { .known = true, .have = 5 };
	struct guardcheck_conf c = conf();
	struct guardcheck g;
	struct msg m = block("192.0.2.7/32"), no = block("10.0.0.1/32");
	struct nft_op op;

	c.rate = 0;
	guardcheck_init(&g, &c, 0);
	(void)guardcheck_restore_begin(&g, guardcheck_resync(&g));
	ZT_CASE("a restore does not pass the size cap",
	    guardcheck_block(&g, &m, &full, 0, &op) == GUARD_FULL);
	ZT_CASE("nor the never-block list",
	    guardcheck_block(&g, &no, &full, 0, &op) == GUARD_NEVER);
	ZT_CASE("a block that is there is only added again",
	    guardcheck_block(&g, &m, &known, 0, &op) == GUARD_OK &&
		op.kind == NFT_ADD);
	ZT_CASE("it ends by itself after twice the size cap",
	    pass(&g, 1000, 0) == 2 * c.blocks_max - 3);
}

static void
test_configure(void)
{
	struct guardcheck_conf c = conf(), other = conf();
	struct guardcheck_seen seen = { .known = false },
			       full = { .have = 100 };
	struct guardcheck g;
	struct msg m = block("192.0.2.7/32");
	struct nft_op op;

	c.enforce = false;
	other.lease_s = 300;
	other.blocks_max = 5000;
	guardcheck_init(&g, &c, 0);
	guardcheck_configure(&g, &other);
	ZT_CASE("another mode is in force",
	    guardcheck_block(&g, &m, &seen, 0, &op) == GUARD_OK);
	ZT_CASE("and another lease", op.timeout_s == 300);
	ZT_CASE("but no other size",
	    guardcheck_block(&g, &m, &full, 0, &op) == GUARD_FULL);
	for (int i = 0; i < 59; i++)
		(void)guardcheck_block(&g, &m, &seen, 0, &op);
	guardcheck_configure(&g, &other);
	ZT_CASE("and who reloads gets no second bucket of new blocks",
	    guardcheck_block(&g, &m, &seen, 0, &op) == GUARD_RATE);
}

static void
test_shadow(void)
{
	struct guardcheck_conf c = conf();
	struct guardcheck_seen seen = { .known = false };
	struct guardcheck g;
	struct msg m = block("192.0.2.7/32"), no = block("10.0.0.1/32");
	struct nft_op op;

	c.enforce = false;
	guardcheck_init(&g, &c, 0);
	(void)guardcheck_resync(&g);
	ZT_CASE("shadow mode refuses every block",
	    guardcheck_block(&g, &m, &seen, 0, &op) == GUARD_SHADOW);
	ZT_CASE("a never-block one as well",
	    guardcheck_block(&g, &no, &seen, 0, &op) == GUARD_SHADOW);
	(void)guardcheck_restore_begin(&g, 1);
	ZT_CASE("and a restored one",
	    guardcheck_block(&g, &m, &seen, 0, &op) == GUARD_SHADOW);
	m.op = MSG_UNBLOCK;
	ZT_CASE("an unblock is always taken",
	    guardcheck_unblock(&m, &op) == GUARD_OK && op.kind == NFT_DEL);
}

static void
test_unblock(void)
{
	struct msg m = { .op = MSG_UNBLOCK, .net = net("2001:db8:2::/64") };
	struct nft_op op;

	ZT_CASE("a /64 is unblocked",
	    guardcheck_unblock(&m, &op) == GUARD_OK && op.kind == NFT_DEL &&
		op.net.bits == 64);
	m.net = net("192.0.2.0/24");
	ZT_CASE("a network is no key to unblock",
	    guardcheck_unblock(&m, &op) == GUARD_BAD);
}

/* What is dropped, rejected, or narrowed to a stack, and what cannot be. */
static void
test_shapes(void)
{
	static const struct {
		const char *name, *net;
		uint8_t action;
		struct stack stack;
		enum guard_verdict want;
	} shapes[] = {
		{ "an address is rejected", "192.0.2.7/32", MSG_REJECT, { 0 },
		    GUARD_OK },
		{ "a /64 is rejected", "2001:db8:2::/64", MSG_REJECT, { 0 },
		    GUARD_OK },
		{ "a /56 is never rejected", "2001:db8:2::/56", MSG_REJECT,
		    { 0 }, GUARD_BAD },
		{ "one stack of an address is dropped", "192.0.2.7/32",
		    MSG_DROP, { 52, 64240, 1460, true }, GUARD_OK },
		{ "one stack without MSS, too", "192.0.2.7/32", MSG_DROP,
		    { 40, 1024, 0, false }, GUARD_OK },
		{ "one stack of a /64 is dropped", "2001:db8:2::/64", MSG_DROP,
		    { 32, 64800, 1440, true }, GUARD_OK },
		{ "one stack is never rejected", "192.0.2.7/32", MSG_REJECT,
		    { 52, 64240, 1460, true }, GUARD_BAD },
		{ "a /48 is not narrowed to a stack", "2001:db8:2::/48",
		    MSG_DROP, { 32, 64800, 1440, true }, GUARD_BAD },
		{ "there is no third action", "192.0.2.7/32", 2, { 0 },
		    GUARD_BAD },
	};
	struct guardcheck_seen seen = { .known = false };
	struct guardcheck_conf c = conf();
	struct guardcheck g;

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct msg m = block(shapes[i].net);
		struct nft_op op = { 0 };
		bool ok;

		m.action = shapes[i].action;
		m.stack = shapes[i].stack;
		guardcheck_init(&g, &c, 0);
		ok = guardcheck_block(&g, &m, &seen, 0, &op) == shapes[i].want;
		if (ok && shapes[i].want == GUARD_OK)
			ok = op.action ==
				(m.action == MSG_REJECT ? NFT_REJECT :
							  NFT_DROP) &&
			    stack_eq(&op.stack, &m.stack);
		ZT_CASE(shapes[i].name, ok);
	}
}

static void
test_moves(void)
{
	struct guardcheck_seen moved = { .client = true, .have = 1 };
	struct guardcheck_conf c = conf();
	struct guardcheck g;
	struct msg m = block("192.0.2.7/32");
	struct nft_op op = { 0 };

	guardcheck_init(&g, &c, 0);
	(void)pass(&g, 60, 0);
	ZT_CASE("a block that takes another form is no new one",
	    guardcheck_block(&g, &m, &moved, 0, &op) == GUARD_OK &&
		op.kind == NFT_ADD);
	moved.have = c.blocks_max;
	ZT_CASE("but must have room like any other",
	    guardcheck_block(&g, &m, &moved, 0, &op) == GUARD_FULL);
	m.stack = (struct stack){ 52, 64240, 1460, true };
	m.action = MSG_REJECT;
	ZT_CASE("a narrow block is found under either action",
	    guardcheck_unblock(&m, &op) == GUARD_OK && op.action == NFT_DROP &&
		stack_eq(&op.stack, &m.stack));
}

static enum guard_verdict
cut(struct guardcheck *g, const char *who, uint16_t sport, int64_t now_ms)
{
	struct msg m = { .op = MSG_CUT, .port = 40000, .sport = sport };

	m.net = net(who);
	return guardcheck_cut(g, &m, now_ms);
}

static void
test_cuts(void)
{
	struct guardcheck_conf c = conf();
	struct guardcheck g;
	unsigned passed = 0;

	guardcheck_init(&g, &c, 0);
	ZT_CASE("a session to our port is cut",
	    cut(&g, "192.0.2.7", 25, 0) == GUARD_OK &&
		cut(&g, "192.0.2.7", 2525, 0) == GUARD_OK);
	ZT_CASE("an IPv6 address is cut, not its /64",
	    cut(&g, "2001:db8:2::7", 25, 0) == GUARD_OK &&
		cut(&g, "2001:db8:2::/64", 25, 0) == GUARD_BAD);
	ZT_CASE("a session to another port is not",
	    cut(&g, "192.0.2.7", 22, 0) == GUARD_BAD);
	ZT_CASE("nobody on the never-block list is cut",
	    cut(&g, "10.1.2.3", 25, 0) == GUARD_NEVER &&
		cut(&g, "2001:db8:1::1", 25, 0) == GUARD_NEVER);
	ZT_CASE("his neighbour in the /64 is",
	    cut(&g, "2001:db8:1::2", 25, 0) == GUARD_OK);
	guardcheck_init(&g, &c, 0);
	for (int i = 0; i < 100; i++)
		passed += cut(&g, "192.0.2.7", 25, 0) == GUARD_OK;
	ZT_CASE("cuts have a rate cap", passed == 60);
	ZT_CASE("which is not that of blocks", pass(&g, 10, 0) == 10);
	ZT_CASE("a second gives one more",
	    cut(&g, "192.0.2.7", 25, SECOND) == GUARD_OK &&
		cut(&g, "192.0.2.7", 25, SECOND) == GUARD_RATE);
	c.enforce = false;
	guardcheck_init(&g, &c, 0);
	ZT_CASE("shadow mode cuts nobody",
	    cut(&g, "192.0.2.7", 25, 0) == GUARD_SHADOW);
}

static const struct zt_test tests[] = {
	{ "table", test_table },
	{ "host bits", test_host_bits },
	{ "rate", test_rate },
	{ "rate edges", test_rate_edges },
	{ "restore", test_restore },
	{ "restore limits", test_restore_limits },
	{ "shadow", test_shadow },
	{ "configure", test_configure },
	{ "unblock", test_unblock },
	{ "shapes", test_shapes },
	{ "moves", test_moves },
	{ "cuts", test_cuts },
};

ZT_MAIN("guardcheck", tests)
