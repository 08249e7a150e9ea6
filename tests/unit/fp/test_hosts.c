/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The memory of addresses: what is kept of a host, what a forged SYN can and
 * cannot do to it, and who makes room in a full table.
 *
 * zt-link: fp/hosts fp/uptime fp/hash fp/addr
 * zt-libs: libsodium
 */
#include "fp/hosts.h"
#include "tests/zt.h"

#define SEC  1000000LL
#define HOUR (3600 * SEC)
#define T0   (1700000000 * SEC)

static const struct hash_key key = { { 7 } };

static const struct sigdb_label windows = { "Windows", "10 or 11", "f", 1,
	SIGDB_F_WINDOWS, false, false };
static const struct sigdb_label linux_ = { "Linux", "5.x", "f", 2,
	SIGDB_F_LINUX, false, false };
static const struct sigdb_label linux_any = { "Linux", "", "f", 3,
	SIGDB_F_LINUX, true, false };
static const struct sigdb_label long_one = {
	"A name that is far longer than an answer can be",
	"and a flavor of "
	"such a length as well, to be cut",
	"f", 4, SIGDB_F_OTHER, false, false
};

/* What sigcache_get() would say. */
static struct sigcache_hit
hit_of(const struct sigdb_label *l, uint64_t sig_key, enum sig_class cls)
{
	struct sigcache_hit hit = {
		.sig = { .key = sig_key, .ittl = 64, .dist = 11 },
		.cls = (uint8_t)cls,
	};

	if (l == NULL)
		return hit;
	hit.match.best = l;
	hit.match.grade = l->generic ? SIGDB_GENERIC : SIGDB_EXACT;
	hit.match.generic = l->generic;
	hit.match.dist = 12;
	return hit;
}

static struct traits
syn_of(uint32_t addr, uint16_t port, uint32_t seq)
{
	return (struct traits){ .src = addr_v4(addr),
		.ver = 4,
		.sport = port,
		.dport = 25,
		.flags = TCPF_SYN,
		.seq = seq };
}

#define HOST 0xc0000207 /* 192.0.2.7 */

/* A SYN of HOST from that port. */
static void
syn(struct hosts *h, uint16_t port, const struct sigcache_hit *hit,
    int64_t t_us)
{
	struct traits t = syn_of(HOST, port, port * 1000U);

	hosts_syn(h, &t, &(struct hosts_look){ hit, "Ethernet or modem" },
	    t_us);
}

static void
open_port(struct hosts *h, uint16_t port, int64_t t_us)
{
	struct addr a = addr_v4(HOST);

	hosts_open(h, &a, port, t_us);
}

static const struct host *
get(const struct hosts *h)
{
	struct addr a = addr_v4(HOST);

	return hosts_get(h, &a);
}

static void
test_one(void)
{
	struct hosts *h = hosts_new(64, &key);
	struct sigcache_hit win = hit_of(&windows, 1, SIG_WINDOWS);
	struct sigcache_hit odd = hit_of(&long_one, 2, SIG_UNKNOWN);
	struct sigcache_hit none = hit_of(NULL, 3, SIG_WINDOWS);
	const struct host *e;

	ZT_CASE("nobody is known at first", get(h) == NULL);
	open_port(h, 1, T0);
	ZT_CASE("a handshake without a SYN makes no host", get(h) == NULL);
	syn(h, 1, &win, T0);
	e = get(h);
	ZT_CASE("one SYN makes a host", e != NULL);
	ZT_CASE("which has the label",
	    strcmp(e->os.name, "Windows") == 0 &&
		strcmp(e->os.flavor, "10 or 11") == 0);
	ZT_CASE("the link", strcmp(e->os.link, "Ethernet or modem") == 0);
	ZT_CASE("the distance of the match", e->os.dist == 12);
	ZT_CASE("the grade",
	    e->os.grade == SIGDB_EXACT && !e->os.fuzzy && !e->os.generic);
	ZT_CASE("the time", e->first_us == T0 && e->last_us == T0);
	ZT_CASE("and is a stranger", !e->known && e->conn_n == 1);
	syn(h, 1, &win, T0 + SEC);
	e = get(h);
	ZT_CASE("a SYN sent again is no connection", e->conn_n == 1);
	ZT_CASE("but was seen", e->last_us == T0 + SEC);
	syn(h, 2, &none, T0 + 2 * SEC);
	e = get(h);
	ZT_CASE("another port is another connection", e->conn_n == 2);
	ZT_CASE("a SYN without a label leaves the label",
	    strcmp(e->os.name, "Windows") == 0 && e->os.key == 3);
	ZT_CASE("then the distance is the signature's", e->os.dist == 11);
	ZT_CASE("and nothing has changed", e->change_us == 0);
	syn(h, 3, &odd, T0 + 3 * SEC);
	e = get(h);
	ZT_CASE("a long name is cut",
	    strlen(e->os.name) == 31 && strlen(e->os.flavor) == 31);
	ZT_CASE("first seen stays", e->first_us == T0);
	hosts_free(h);
}

static void
test_forged(void)
{
	struct hosts *h = hosts_new(64, &key);
	struct sigcache_hit lin = hit_of(&linux_, 1, SIG_LINUX);
	struct sigcache_hit win = hit_of(&windows, 2, SIG_WINDOWS);
	const struct host *e;

	syn(h, 1, &win, T0);
	syn(h, 2, &lin, T0 + SEC);
	open_port(h, 2, T0 + SEC);
	e = get(h);
	ZT_CASE("a handshake makes a host known", e->known);
	ZT_CASE("forged SYNs before it are forgotten",
	    e->change_us == 0 && e->stacks_n == 1 && e->stacks[0].key == 1);
	syn(h, 3, &win, T0 + 2 * SEC);
	e = get(h);
	ZT_CASE("a forged SYN does not change a known host's label",
	    strcmp(e->os.name, "Linux") == 0 && e->change_us == 0);
	open_port(h, 4, T0 + 2 * SEC);
	ZT_CASE("nor does a handshake from another port",
	    strcmp(get(h)->os.name, "Linux") == 0);
	open_port(h, 3, T0 + 3 * SEC);
	e = get(h);
	ZT_CASE("its own handshake does", strcmp(e->os.name, "Windows") == 0);
	ZT_CASE("and that is a change", e->change_us == T0 + 2 * SEC);
	ZT_CASE("not sharing", e->share_us == 0);
	hosts_free(h);
}

static void
test_shared(void)
{
	struct hosts *h = hosts_new(64, &key);
	struct sigcache_hit lin = hit_of(&linux_, 1, SIG_LINUX);
	struct sigcache_hit lin2 = hit_of(&linux_any, 2, SIG_LINUX);
	struct sigcache_hit win = hit_of(&windows, 3, SIG_WINDOWS);
	struct sigcache_hit old = hit_of(NULL, 4, SIG_OLD_WINDOWS);
	struct sigcache_hit unknown = hit_of(NULL, 5, SIG_UNKNOWN);
	const struct host *e;

	syn(h, 1, &lin, T0);
	syn(h, 2, &lin2, T0 + SEC);
	e = get(h);
	ZT_CASE("two signatures of one system are no change",
	    e->change_us == 0 && e->share_us == 0);
	ZT_CASE("but two stacks, the last seen first",
	    e->stacks_n == 2 && e->stacks[0].key == 2 && e->stacks[1].key == 1);
	ZT_CASE("a generic label says so",
	    e->os.generic && e->os.grade == SIGDB_GENERIC);
	syn(h, 3, &unknown, T0 + 2 * SEC);
	ZT_CASE("what nobody knows is no change", get(h)->change_us == 0);
	syn(h, 4, &win, T0 + 3 * SEC);
	e = get(h);
	ZT_CASE("another system is",
	    e->change_us == T0 + 3 * SEC && e->share_us == 0);
	syn(h, 5, &lin, T0 + HOUR);
	e = get(h);
	ZT_CASE("back within the hour is sharing", e->share_us == T0 + HOUR);
	ZT_CASE("and no further change", e->change_us == T0 + 3 * SEC);
	ZT_CASE("a stack that is back keeps its first time",
	    e->stacks[0].key == 1 && e->stacks[0].first_us == T0);
	syn(h, 6, &old, T0 + HOUR + SEC);
	e = get(h);
	ZT_CASE("an old Windows is another system by its layout alone",
	    e->change_us == T0 + HOUR + SEC);
	ZT_CASE("an old label does not outlive the change",
	    e->os.name[0] == '\0');
	ZT_CASE("the last four stacks are kept",
	    e->stacks_n == HOSTS_STACKS && e->stacks[0].key == 4 &&
		e->stacks[1].key == 1 && e->stacks[2].key == 3 &&
		e->stacks[3].key == 5);
	syn(h, 7, &lin, T0 + 3 * HOUR);
	e = get(h);
	ZT_CASE("back after more than an hour is a change",
	    e->change_us == T0 + 3 * HOUR && e->share_us == T0 + HOUR);
	hosts_free(h);
}

static void
test_ambiguous(void)
{
	struct hosts *h = hosts_new(64, &key);
	struct sigcache_hit lin = hit_of(&linux_, 1, SIG_LINUX);
	struct sigcache_hit both = hit_of(&windows, 2, SIG_UNKNOWN);
	const struct host *e;

	both.match.grade = SIGDB_AMBIGUOUS;
	both.match.fuzzy = true;
	both.match.cand_n = 2;
	both.match.cand[0] = &windows;
	both.match.cand[1] = &linux_;
	syn(h, 1, &lin, T0);
	syn(h, 2, &both, T0 + SEC);
	e = get(h);
	ZT_CASE("what may be the same system is no change", e->change_us == 0);
	ZT_CASE("its best label is told, as fuzzy",
	    strcmp(e->os.name, "Windows") == 0 && e->os.fuzzy &&
		e->os.grade == SIGDB_AMBIGUOUS);
	hosts_free(h);
}

/* A packet with a timestamp. */
static void
stamped(struct hosts *h, uint16_t port, uint32_t ts, int64_t t_us)
{
	struct traits t = syn_of(HOST, port, 1);

	t.flags = TCPF_ACK;
	t.has_ts = true;
	t.ts_val = ts;
	hosts_packet(h, &t, t_us);
}

static void
stamped_syn(struct hosts *h, uint16_t port, const struct sigcache_hit *hit,
    int64_t t_us)
{
	struct traits t = syn_of(HOST, port, port * 1000U);

	t.has_ts = true;
	t.ts_val = 6000000;
	hosts_syn(h, &t, &(struct hosts_look){ hit, NULL }, t_us);
}

static void
test_uptime(void)
{
	struct hosts *h = hosts_new(64, &key);
	struct sigcache_hit lin = hit_of(&linux_, 1, SIG_LINUX);
	struct sigcache_hit win = hit_of(&windows, 2, SIG_WINDOWS);

	stamped(h, 1, 1, T0);
	ZT_CASE("a timestamp makes no host", get(h) == NULL);
	stamped_syn(h, 1, &lin, T0);
	stamped(h, 1, 6000100, T0 + SEC);
	ZT_CASE("two timestamps tell the uptime",
	    get(h)->up.told.hz == 100 && get(h)->up.told.minutes == 1000);
	ZT_CASE("no link is no text", get(h)->os.link[0] == '\0');
	open_port(h, 1, T0 + SEC);
	stamped_syn(h, 2, &win, T0 + 2 * SEC);
	stamped(h, 2, 6001000, T0 + 3 * SEC);
	ZT_CASE("a forged SYN does not spoil it", get(h)->up.told.hz == 100);
	open_port(h, 2, T0 + 3 * SEC);
	ZT_CASE("another system has another uptime", get(h)->up.told.hz == 0);
	stamped(h, 2, 6001000, T0 + 3 * SEC);
	ZT_CASE("which is measured from its SYN", get(h)->up.told.hz == 1000);
	hosts_free(h);
}

static void
test_v6(void)
{
	struct hosts *h = hosts_new(64, &key);
	struct sigcache_hit lin = hit_of(&linux_, 1, SIG_LINUX);
	struct traits t = { .ver = 6, .sport = 1, .flags = TCPF_SYN };
	struct addr a, b;

	(void)addr_parse(STR("2001:db8::1"), &a);
	(void)addr_parse(STR("2001:db8::2"), &b);
	t.src = a;
	hosts_syn(h, &t, &(struct hosts_look){ &lin, NULL }, T0);
	ZT_CASE("an IPv6 address is found", hosts_get(h, &a) != NULL);
	ZT_CASE("its neighbour in the /64 is somebody else",
	    hosts_get(h, &b) == NULL);
	hosts_free(h);
}

/* ---- a full table ---- */

#define KNOWN 1000
#define SLOTS 4096
#define FLOOD 1000000

static void
test_flood(void)
{
	struct hosts *h = hosts_new(SLOTS, &key);
	struct sigcache_hit lin = hit_of(&linux_, 1, SIG_LINUX);
	struct sigcache_hit win = hit_of(&windows, 2, SIG_WINDOWS);
	struct hosts_look look = { &lin, NULL }, forged = { &win, NULL };
	struct hosts_counts n;
	size_t there = 0, right = 0;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (uint32_t i = 0; i < KNOWN; i++) {
		struct traits t = syn_of(0x0a000000 + i, 1, i);

		hosts_syn(h, &t, &look, T0);
		hosts_open(h, &t.src, 1, T0);
	}
	for (uint32_t i = 0; i < FLOOD; i++) {
		struct traits t = syn_of((uint32_t)zt_random(),
		    (uint16_t)zt_random(), (uint32_t)zt_random());

		if (i % 16 == 0) /* some in the name of known hosts */
			t.src = addr_v4(0x0a000000 + (i / 16) % KNOWN);
		hosts_syn(h, &t, &forged, T0 + (int64_t)i);
	}
	for (uint32_t i = 0; i < KNOWN; i++) {
		struct addr a = addr_v4(0x0a000000 + i);
		const struct host *e = hosts_get(h, &a);

		there += e != NULL && e->known;
		right += e != NULL && strcmp(e->os.name, "Linux") == 0 &&
		    e->change_us == 0;
	}
	hosts_counts(h, &n);
	ZT_CASE("a million forged SYNs evict no known host", there == KNOWN);
	ZT_CASE("nor change what is said of one", right == KNOWN);
	ZT_CASE("the table is full",
	    n.known_now == KNOWN && n.known_now + n.strangers_now == SLOTS);
	ZT_CASE("and strangers made room", n.evicted > FLOOD / 2);
	ZT_CASE("no known host was demoted", n.demoted == 0);
	hosts_free(h);
}

static void
test_full(void)
{
	enum { SMALL = 64, MANY = 10 * SMALL };
	struct hosts *h = hosts_new(SMALL, &key);
	struct sigcache_hit lin = hit_of(&linux_, 1, SIG_LINUX);
	struct hosts_look look = { &lin, NULL };
	struct hosts_counts n;
	size_t found = 0;

	for (uint32_t i = 0; i < MANY; i++) {
		struct traits t = syn_of(0x0a000000 + i, 1, i);

		hosts_syn(h, &t, &look, T0 + (int64_t)i);
		hosts_open(h, &t.src, 1, T0 + (int64_t)i);
	}
	hosts_counts(h, &n);
	ZT_CASE("known hosts have seven eighths at most",
	    n.known_now == SMALL - SMALL / 8);
	ZT_CASE("the rest is strangers", n.strangers_now == SMALL / 8);
	ZT_CASE("the longest unseen make room",
	    n.demoted == MANY - n.known_now && n.evicted == MANY - SMALL);
	for (uint32_t i = MANY - SMALL; i < MANY; i++) {
		struct addr a = addr_v4(0x0a000000 + i);

		found += hosts_get(h, &a) != NULL;
	}
	ZT_CASE("the latest are there", found == SMALL);
	hosts_free(h);
}

/* Against a plain list: the same hosts, whatever happens. */
static void
test_random(void)
{
	enum { SMALL = 16, PLAY = 40, STEPS = 200000 };
	struct hosts *h = hosts_new(SMALL, &key);
	struct sigcache_hit lin = hit_of(&linux_, 1, SIG_LINUX);
	struct hosts_look look = { &lin, NULL };
	struct hosts_counts n;
	bool kept = true, counted = true;

	for (int i = 0; i < STEPS; i++) {
		struct traits t = syn_of(0x0a000000 +
			(uint32_t)(zt_random() % PLAY),
		    (uint16_t)(zt_random() % 4), 0);
		size_t found = 0;

		if (zt_random() % 3 == 0)
			hosts_open(h, &t.src, t.sport, T0 + i);
		else
			hosts_syn(h, &t, &look, T0 + i);
		if (zt_random() % 3 != 0 && hosts_get(h, &t.src) == NULL)
			hosts_syn(h, &t, &look, T0 + i);
		if (i % 64 != 0)
			continue;
		for (uint32_t k = 0; k < PLAY; k++) {
			struct addr a = addr_v4(0x0a000000 + k);
			const struct host *e = hosts_get(h, &a);

			found += e != NULL;
			kept = kept && (e == NULL || addr_eq(&e->addr, &a));
		}
		hosts_counts(h, &n);
		counted = counted && found == n.known_now + n.strangers_now &&
		    found <= SMALL && n.known_now <= SMALL - SMALL / 8;
	}
	ZT_CASE("what is found is what was asked for", kept);
	ZT_CASE("the counts are those of what can be found", counted);
	hosts_free(h);
}

static const struct zt_test tests[] = {
	{ "one", test_one },
	{ "forged", test_forged },
	{ "shared", test_shared },
	{ "ambiguous", test_ambiguous },
	{ "uptime", test_uptime },
	{ "v6", test_v6 },
	{ "flood", test_flood },
	{ "full", test_full },
	{ "random", test_random },
};

ZT_MAIN("hosts", tests)
