/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine: the edges of its interface (what it promises is in tests/scenario)
 *
 * zt-link: @ENGINE
 * zt-libs: libsodium libm libpcre2-8
 */
#include <errno.h>

#include "daemon/engine.h"
#include "tests/zt.h"

#define T0   ((int64_t)1740988800 * 1000)
#define HOUR ((int64_t)3600 * 1000)

static struct net private_nets[1];

static const uint16_t smtp_port = 25;

struct seen {
	unsigned n[ENGINE_OUTS];
	uint32_t timeout_s;
	struct net last;
	unsigned saves;
	bool shadow; /* of the last one */
};

static void
on_out(void *arg, const struct engine_out *o)
{
	struct seen *s = arg;

	s->n[o->kind]++;
	s->timeout_s = o->timeout_s;
	s->last = o->net;
	s->shadow = o->shadow;
}

static bool
on_save(void *arg, const struct client *c)
{
	(void)c;
	((struct seen *)arg)->saves++;
	return true;
}

static struct policy
policy(void)
{
	struct policy p = { .enforce = true,
		.ports = { smtp_port },
		.ports_n = 1,
		.block_p = 0.95,
		.certain_p = 0.999,
		.tier_s = { 600, 3600, 28800 },
		.tiers_n = 3,
		.certain_tier = 3,
		.clean_s = 14 * 86400,
		.lease_s = 86400,
		.settle_s = 3600,
		.login_s = 30 * 86400,
		.good_days = 3,
		.good_rcpts = 2,
		.group_sites = 20,
		.block_rate = 100,
		.half_open_max = 64,
		.sessions_max = 64,
		.clients_max = 128,
		.blocks_max = 64,
		.never = { private_nets, 1 } };

	(void)net_parse(STR("10.0.0.0/8"), &private_nets[0]);
	return p;
}

static struct engine *
make(const struct policy *p, struct seen *s)
{
	struct engine_conf ec = { .policy = p,
		.arg = s,
		.out = on_out,
		.save = on_save };

	memset(s, 0, sizeof(*s));
	return engine_new(&ec);
}

static struct net
net(const char *text)
{
	struct net n = { .bits = 0 };

	if (!net_parse((struct str){ text, strlen(text) }, &n))
		printf("not a net: %s\n", text);
	return n;
}

static int
block(struct engine *e, const char *who, uint32_t s, int64_t t)
{
	struct net n = net(who);

	return engine_admin_block(e, &n, s, t);
}

static int
unblock(struct engine *e, const char *who, int64_t t)
{
	struct net n = net(who);

	return engine_admin_unblock(e, &n, t);
}

/* The policy changes in its place, as at a reload. */
static void
test_reload(void)
{
	static struct net more[2], ours[1], allow[1];
	struct policy p = policy();
	struct seen s;
	struct engine *e;
	struct engine_counts n;
	struct net in;
	struct addr a = addr_v4(0xcb00714dU); /* 203.0.113.77 */

	p.enforce = false;
	e = make(&p, &s);
	for (unsigned i = 0; i < 40; i++) {
		char who[32];

		(void)snprintf(who, sizeof(who), "198.51.100.%u", i);
		(void)block(e, who, 3600, T0);
	}
	(void)block(e, "2001:db8:1:2::/64", 3600, T0);
	ZT_CASE("in shadow mode all is only told", s.shadow);
	p.enforce = true;
	more[0] = private_nets[0];
	(void)net_parse(STR("198.51.100.0/28"), &more[1]);
	(void)net_parse(STR("198.51.100.20"), &ours[0]);
	(void)net_parse(STR("2001:db8:1:2::5"), &allow[0]);
	p.never = (struct net_list){ more, 2 };
	p.ours = (struct net_list){ ours, 1 };
	p.allow = (struct net_list){ allow, 1 };
	ZT_CASE("the allow list comes first",
	    engine_allow_set(e, NULL, 0, T0 + 1) == 0);
	engine_reload(e, NULL, T0 + 1);
	engine_counts(e, &n);
	ZT_CASE("who may not be blocked any more is let go",
	    n.blocks_now == 23 && s.n[ENGINE_UNBLOCK] == 18);
	ZT_CASE("and that is real now", !s.shadow);
	ZT_CASE("the others stay", unblock(e, "198.51.100.30", T0 + 2) == 0);
	ZT_CASE("nobody of them can be blocked again",
	    block(e, "198.51.100.7", 60, T0 + 2) != 0 &&
		block(e, "198.51.100.20", 60, T0 + 2) != 0 &&
		block(e, "2001:db8:1:2::/64", 60, T0 + 2) != 0);
	p.listed = netlist_new();
	(void)net_parse(STR("203.0.113.0/24"), &in);
	(void)netlist_add((struct netlist *)(uintptr_t)p.listed, &in, STR(""));
	ZT_CASE("a listed one is found",
	    engine_listed(e, &a, &in) && in.bits == 24);
	(void)net_parse(STR("203.0.113.64/26"), &allow[0]);
	(void)engine_allow_set(e, NULL, 0, T0 + 3);
	ZT_CASE("but not when it is allowed", !engine_listed(e, &a, &in));
	netlist_free((struct netlist *)(uintptr_t)p.listed);
	p.listed = NULL;
	engine_free(e);
}

static void
test_admin(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct engine_counts n;

	ZT_CASE("an address", block(e, "198.51.100.1", 60, T0) == 0);
	ZT_CASE("is told, with its timeout",
	    s.n[ENGINE_BLOCK] == 1 && s.timeout_s == 60);
	ZT_CASE("and stored before that", s.saves >= 1);
	ZT_CASE("a longer time is cut to the lease",
	    block(e, "198.51.100.1", 7 * 86400, T0 + 1) == 0 &&
		s.timeout_s == 86400);
	engine_counts(e, &n);
	ZT_CASE("it is still one block", n.blocks_now == 1);
	ZT_CASE("a /64",
	    block(e, "2001:db8:1:2::/64", 60, T0 + 2) == 0 &&
		s.last.bits == 64);
	ZT_CASE("an address of IPv6 stands for its /64",
	    block(e, "2001:db8:1:3::9", 60, T0 + 3) == 0 && s.last.bits == 64);
	ZT_CASE("no network", block(e, "198.51.100.0/24", 60, T0) == -EINVAL);
	ZT_CASE("no /48", block(e, "2001:db8:9::/48", 60, T0) == -EINVAL);
	ZT_CASE("not for no time", block(e, "198.51.100.2", 0, T0) == -EINVAL);
	ZT_CASE("no private one", block(e, "10.2.3.4", 60, T0) == -EPERM);
	ZT_CASE("unblock", unblock(e, "198.51.100.1", T0 + 9) == 0);
	ZT_CASE("what is not blocked",
	    unblock(e, "198.51.100.1", T0 + 10) == -ENOENT);
	ZT_CASE("all of a network", unblock(e, "2001:db8::/32", T0 + 11) == 0);
	engine_counts(e, &n);
	ZT_CASE("nothing is left", n.blocks_now == 0 && n.unblocks == 3);
	engine_free(e);
	engine_free(NULL);
}

static void
test_full(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct engine_counts n;
	char who[32];
	bool ok = true;

	for (unsigned i = 0; i < 64; i++) {
		snprintf(who, sizeof(who), "198.51.100.%u", i);
		ok = ok && block(e, who, 3600, T0) == 0;
	}
	ZT_CASE("as many as fit", ok);
	ZT_CASE("not one more", block(e, "198.51.101.1", 60, T0) == -ENFILE);
	engine_counts(e, &n);
	ZT_CASE("which is counted and not told",
	    n.full_spared == 1 && s.n[ENGINE_BLOCK] == 64);
	ZT_CASE("those there can change",
	    block(e, "198.51.100.7", 7200, T0) == 0);
	engine_tick(e, T0 + HOUR);
	ZT_CASE("they end in time", s.n[ENGINE_EXPIRE] == 63);
	engine_free(e);
}

struct walk {
	unsigned n;
	uint64_t set;
};

static void
on_block(void *arg, const struct client *c)
{
	struct walk *w = arg;

	w->n++;
	w->set |= 1ULL << (c->key.b[3] & 63);
}

static void
test_blocks(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct walk w = { 0, 0 };
	unsigned slices = 0;
	char who[32];
	size_t at = 0;

	ZT_CASE("none at first",
	    engine_blocks(e, 0, 10, on_block, &w) == 0 && w.n == 0);
	for (unsigned i = 0; i < 50; i++) {
		snprintf(who, sizeof(who), "198.51.100.%u", i);
		(void)block(e, who, 3600, T0);
	}
	do {
		at = engine_blocks(e, at, 7, on_block, &w);
		slices++;
	} while (at != 0);
	ZT_CASE("each one once", w.n == 50 && w.set == (1ULL << 50) - 1);
	ZT_CASE("in slices", slices == 8);
	w.n = 0;
	ZT_CASE("a cursor past the end begins at the end",
	    engine_blocks(e, 1000, 7, on_block, &w) == 43 && w.n == 7);
	engine_free(e);
}

/* Blocks that end, begin and are renewed between two slices. */
static void
test_blocks_change(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct walk w = { 0, 0 };
	const uint64_t ending = 0x5555555555ULL; /* every other of 40 */
	char who[32];
	size_t at = 0;
	unsigned i;

	for (i = 0; i < 40; i++) { /* the even ones end one after another */
		snprintf(who, sizeof(who), "198.51.100.%u", i);
		(void)block(e, who, i % 2 == 0 ? 60 + i : 3600, T0);
	}
	i = 0;
	do {
		at = engine_blocks(e, at, 3, on_block, &w);
		i += 6;
		engine_tick(e, T0 + (60 + i) * 1000);
		snprintf(who, sizeof(who), "198.51.100.%u", 40 + i / 6);
		(void)block(e, who, 60, T0);
		(void)block(e, "198.51.100.1", 7200, T0);
	} while (at != 0);
	ZT_CASE("some have ended meanwhile", s.n[ENGINE_EXPIRE] > 5);
	ZT_CASE("those that last all come",
	    (w.set & ~ending & ((1ULL << 40) - 1)) ==
		(~ending & ((1ULL << 40) - 1)));
	(void)unblock(e, "198.51.100.0/24", T0);
	ZT_CASE("when none is left the walk is over",
	    engine_blocks(e, 5, 3, on_block, &w) == 0);
	engine_free(e);
}

/* What the store would hold: the newest of each, and when it was written. */
struct written {
	unsigned n, total;
	bool has[256];
};

static bool
on_written(void *arg, const struct client *c)
{
	struct written *w = arg;

	w->total++;
	w->n += !w->has[c->key.b[3]];
	w->has[c->key.b[3]] = true;
	return true;
}

static void
ignore_out(void *arg, const struct engine_out *o)
{
	(void)arg;
	(void)o;
}

static void
reject_line(struct engine *e, unsigned i)
{
	char line[400];
	int n = snprintf(line, sizeof(line),
	    "2025-03-03T08:00:00+00:00 mx postfix/smtpd[1]: NOQUEUE: reject: "
	    "RCPT from unknown[198.51.100.%u]:4711: 550 5.1.1 <x@example.org>: "
	    "Recipient address rejected: User unknown in local recipient "
	    "table; from=<a@example.com> to=<x@example.org> proto=SMTP "
	    "helo=<x>",
	    i);

	(void)engine_line(e, (struct str){ line, (size_t)n }, T0 + 1000);
}

static bool
on_refused(void *arg, const struct client *c)
{
	(void)c;
	return ((struct seen *)arg)->saves++ > 0;
}

/* A full disk now is no reason to forget what changed. */
static void
test_save_again(void)
{
	struct policy p = policy();
	struct seen seen = { .saves = 0 };
	struct engine_conf ec = { .policy = &p,
		.arg = &seen,
		.out = on_out,
		.save = on_refused };
	struct engine *e = engine_new(&ec);

	reject_line(e, 1);
	engine_flush(e);
	ZT_CASE("a write that fails", seen.saves == 1);
	engine_flush(e);
	ZT_CASE("is tried again", seen.saves == 2);
	engine_flush(e);
	ZT_CASE("until it succeeds", seen.saves == 2);
	engine_free(e);
}

static void
test_flush(void)
{
	struct policy p = policy();
	struct written w = { 0, 0, { false } };
	struct engine_conf ec = { .policy = &p,
		.arg = &w,
		.out = ignore_out,
		.save = on_written };
	struct engine *e = engine_new(&ec);
	unsigned slices = 0;
	size_t at = 0;

	p.block_p = 0.9999; /* a block would be written at once */
	ZT_CASE("an empty cache is done at once",
	    engine_flush_some(e, 0, 10) == 0 && w.total == 0);
	for (unsigned i = 0; i < 100; i++)
		reject_line(e, i);
	ZT_CASE("a line alone writes nothing", w.total == 0);
	do {
		at = engine_flush_some(e, at, 10);
		ZT_CASE("a slice is bounded", w.total <= 10 * (slices + 1));
		slices++;
	} while (at != 0);
	ZT_CASE("a round writes each once",
	    slices == 10 && w.n == 100 && w.total == 100);
	(void)engine_flush_some(e, 0, 1000);
	ZT_CASE("and none that has not changed since", w.total == 100);
	for (unsigned i = 0; i < 100; i++)
		reject_line(e, i);
	memset(&w, 0, sizeof(w));
	at = engine_flush_some(e, 0, 10);
	for (unsigned i = 100; i < 250; i++) /* the first ones are evicted */
		reject_line(e, i);
	while (at != 0)
		at = engine_flush_some(e, at, 10);
	ZT_CASE("what was changed before a round is written at its end",
	    memchr(w.has, false, 100) == NULL);
	engine_flush(e);
	ZT_CASE("all at once for the end", w.n == 250);
	engine_free(e);
}

static void
test_allow(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct net allow[2] = { net("198.51.100.0/28"), net("2001:db8::25") };
	struct addr in, out;
	struct net which;

	(void)addr_parse(STR("198.51.100.3"), &in);
	(void)addr_parse(STR("198.51.100.30"), &out);
	(void)block(e, "198.51.100.3", 3600, T0);
	(void)block(e, "2001:db8::77", 3600, T0);
	ZT_CASE("a list", engine_allow_set(e, allow, 2, T0 + 1) == 0);
	ZT_CASE("lets go whom it names", s.n[ENGINE_UNBLOCK] == 2);
	ZT_CASE("in it, and by what",
	    engine_allowed(e, &in, &which) && which.bits == 28);
	ZT_CASE("not in it", !engine_allowed(e, &out, NULL));
	ZT_CASE("whom it names is not blocked by hand",
	    block(e, "198.51.100.3", 60, T0 + 2) == -EPERM);
	ZT_CASE("nor a /64 with such an address in it",
	    block(e, "2001:db8::99", 60, T0 + 2) == -EPERM);
	ZT_CASE("an empty list", engine_allow_set(e, NULL, 0, T0 + 3) == 0);
	ZT_CASE("names nobody", !engine_allowed(e, &in, NULL));
	ZT_CASE("and nobody is spared",
	    block(e, "198.51.100.3", 60, T0 + 4) == 0);
	engine_free(e);
}

static void
test_never(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct net own = net("198.51.100.25");

	(void)block(e, "198.51.100.25", 60, T0);
	engine_never_add(e, &own);
	ZT_CASE("an address that becomes ours is let go",
	    s.n[ENGINE_UNBLOCK] == 1);
	ZT_CASE("and never blocked",
	    block(e, "198.51.100.25", 60, T0) == -EPERM);
	engine_never_del(e, &own);
	engine_never_del(e, &own);
	ZT_CASE("until it is no longer ours",
	    block(e, "198.51.100.25", 60, T0) == 0);
	engine_free(e);
}

static void
test_restore(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct client c;
	struct addr a = addr_v4(0xc6336401U), inner = addr_v4(0x0a000001U);

	client_init(&c, &a, T0);
	c.tier = 2;
	c.block_from_ms = T0 - HOUR;
	c.block_until_ms = T0 + HOUR;
	ZT_CASE("a block with time left", engine_restore(e, &c, T0));
	ZT_CASE("is not told again", s.n[ENGINE_BLOCK] == 0);
	c.block_until_ms = T0;
	ZT_CASE("one that is over", !engine_restore(e, &c, T0));
	c.block_until_ms = T0 + HOUR;
	c.shadow = true;
	ZT_CASE("one of shadow mode is real in the other",
	    engine_restore(e, &c, T0));
	c.shadow = false;
	c.block_from_ms = T0 + 48 * HOUR;
	ZT_CASE("one of the future", !engine_restore(e, &c, T0));
	client_init(&c, &inner, T0);
	c.block_from_ms = T0 - HOUR;
	c.block_until_ms = T0 + HOUR;
	ZT_CASE("one of who is never blocked", !engine_restore(e, &c, T0));
	engine_free(e);
}

static void
test_time(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);

	engine_tick(e, T0 + HOUR);
	engine_tick(e, T0);
	ZT_CASE("time never goes back", engine_now_ms(e) == T0 + HOUR);
	(void)engine_line(e, STR("no log line"), T0 + 2 * HOUR);
	ZT_CASE("a line moves it on", engine_now_ms(e) == T0 + 2 * HOUR);
	(void)block(e, "198.51.100.1", 60, T0);
	engine_tick(e, T0 + 2 * HOUR + 59999);
	ZT_CASE("a block is as long as it should be from then on",
	    s.n[ENGINE_EXPIRE] == 0);
	engine_tick(e, T0 + 2 * HOUR + 60000);
	ZT_CASE("and not longer", s.n[ENGINE_EXPIRE] == 1);
	engine_free(e);
}

static void
test_odd_input(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct engine_counts n;
	uint8_t junk[256];
	char line[5000];
	struct addr a = addr_v4(1);
	struct score score;

	for (unsigned i = 0; i < 1000; i++) {
		struct packet pkt = { .t_us = T0 * 1000,
			.data = junk,
			.caplen = (uint32_t)(zt_random() % sizeof(junk)),
			.link = i % 2 == 0 ? PACKET_RAW : PACKET_ETHERNET };

		for (size_t j = 0; j < sizeof(junk); j++)
			junk[j] = (uint8_t)zt_random();
		junk[0] = i % 4 < 2 ? 0x45 : 0x60;
		pkt.wirelen = pkt.caplen;
		engine_packet(e, &pkt);
	}
	memset(line, 'x', sizeof(line));
	ZT_CASE("a line too long",
	    engine_line(e, (struct str){ line, sizeof(line) }, T0) == LOG_NONE);
	ZT_CASE("an empty line", engine_line(e, STR(""), T0) == LOG_NONE);
	engine_counts(e, &n);
	ZT_CASE("all is counted", n.packets == 1000 && n.lines == 2);
	ZT_CASE("and nobody made known", n.clients_now == 0);
	ZT_CASE("a client never seen",
	    engine_client(e, &a, T0, &score) == NULL);
	ZT_CASE("no packet, no traits", engine_last_traits(e) == NULL);
	engine_free(e);
}

/* Lines from before the capture: nobody saw those connections. */
static void
test_before_capture(void)
{
	static const char ok[] =
	    "2025-03-03T08:00:00.5+00:00 mx postfix/smtpd[1]: 4F3A1A7A324: "
	    "client=mail.b.example[198.51.100.9]:4009";
	static const char queued[] =
	    "2025-03-03T08:00:00.5+00:00 mx postfix/qmgr[1]: 4F3A1A7A324: "
	    "from=<a@b.example>, size=9, nrcpt=1 (queue active)";
	static const char bad[] =
	    "2025-03-03T08:00:00.6+00:00 mx postfix/smtpd[1]: NOQUEUE: reject: "
	    "RCPT from unknown[198.51.100.8]:4008: 550 5.1.1 <u@example.org>: "
	    "Recipient address rejected: User unknown in local recipient "
	    "table; from=<a@b.example> to=<u@example.org> proto=ESMTP helo=<x>";
	struct policy p = policy();
	struct seen seen = { .saves = 0 };
	struct engine_conf ec = { .policy = &p,
		.arg = &seen,
		.out = on_out,
		.witness = true,
		.witness_from_ms = T0 + 5000 };
	struct engine *e = engine_new(&ec);
	struct addr good = net("198.51.100.9").a,
		    zombie = net("198.51.100.8").a;
	const struct client *c;

	engine_line(e, (struct str){ ok, sizeof(ok) - 1 }, T0 + 1000);
	engine_line(e, (struct str){ bad, sizeof(bad) - 1 }, T0 + 1000);
	engine_line(e, (struct str){ queued, sizeof(queued) - 1 }, T0 + 1000);
	c = engine_client(e, &good, T0 + 1000, NULL);
	ZT_CASE("accepted mail from before the start counts",
	    c != NULL && c->facts[EVIDENCE_ACCEPTED].last_ms != 0);
	ZT_CASE("an accusation does not",
	    engine_client(e, &zombie, T0 + 1000, NULL) == NULL);
	ZT_CASE("it is an orphan", seen.n[ENGINE_ORPHAN] == 1);
	engine_line(e, (struct str){ ok, sizeof(ok) - 1 }, T0 + 6000);
	ZT_CASE("later, praise needs a connection, too",
	    seen.n[ENGINE_ORPHAN] == 2);
	engine_free(e);
}

static const struct zt_test tests[] = {
	{ "admin", test_admin },
	{ "reload", test_reload },
	{ "full", test_full },
	{ "blocks", test_blocks },
	{ "blocks_change", test_blocks_change },
	{ "flush", test_flush },
	{ "save again", test_save_again },
	{ "allow", test_allow },
	{ "never", test_never },
	{ "restore", test_restore },
	{ "time", test_time },
	{ "odd_input", test_odd_input },
	{ "before capture", test_before_capture },
};
ZT_MAIN("engine", tests)
