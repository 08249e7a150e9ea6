/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine: whole blocks that another stack makes narrow, and what that costs
 *
 * zt-link: @ENGINE tests/tools/lib/stack
 * zt-libs: libsodium libm libpcre2-8
 */
#include "daemon/engine_impl.h"
#include "tests/tools/lib/stack.h"
#include "tests/zt.h"

#define T0      ((int64_t)1740988800 * 1000)
#define HOUR    ((int64_t)3600 * 1000)
#define CLIENTS 1000
#define FLOOD   1000000

static const struct stack win = { 52, 64240, 1460, true };

struct seen {
	unsigned n[ENGINE_OUTS], loads, saves;
	struct stack stack[2]; /* of the latest two events but SYN_DROP */
	enum engine_out_kind kind[2];
	bool by_admin; /* the store says so */
};

static struct client
stored(uint32_t i)
{
	struct addr a = addr_v4(0xc6120000U + i);
	struct client c;

	client_init(&c, &a, T0);
	c.tier = 1;
	c.action = CLIENT_DROP;
	c.block_from_ms = T0;
	c.block_until_ms = T0 + HOUR;
	c.narrow[0] = win;
	return c;
}

static bool
on_load(void *arg, const struct addr *key, struct client *c)
{
	struct seen *s = arg;

	*c = stored((uint32_t)key->b[2] << 8 | key->b[3]);
	c->by_admin = s->by_admin;
	s->loads++;
	return true;
}

static bool
on_save(void *arg, const struct client *c)
{
	(void)c;
	((struct seen *)arg)->saves++;
	return true;
}

static void
on_out(void *arg, const struct engine_out *o)
{
	struct seen *s = arg;

	s->n[o->kind]++;
	if (o->kind == ENGINE_SYN_DROP)
		return;
	s->kind[0] = s->kind[1];
	s->stack[0] = s->stack[1];
	s->kind[1] = o->kind;
	s->stack[1] = o->stack;
}

static struct engine *
make(struct seen *s)
{
	static const struct policy p = { .enforce = true,
		.ports = { 25 },
		.ports_n = 1,
		.block_p = 0.95,
		.tier_s = { 600, 3600, 28800 },
		.tiers_n = 3,
		.lease_s = 86400,
		.block_rate = 10000,
		.half_open_max = 64,
		.sessions_max = 64,
		.clients_max = 128,
		.blocks_max = 2 * CLIENTS };
	struct engine_conf ec = { .policy = &p,
		.arg = s,
		.out = on_out,
		.load = on_load,
		.save = on_save };
	struct engine *e = engine_new(&ec);

	if (e == NULL)
		abort();
	memset(s, 0, sizeof(*s));
	for (uint32_t i = 0; i < CLIENTS; i++) {
		struct client c = stored(i);

		if (!engine_restore(e, &c, T0))
			abort();
	}
	return e;
}

static void
syn(struct engine *e, uint32_t i, const char *stack, uint16_t port)
{
	const struct os_stack *st = stack_named(stack);
	uint8_t bytes[SEG_MAX];
	struct seg s = { .src = addr_v4(0xc6120000U + i),
		.dst = addr_v4(0xcb007119U),
		.sport = port,
		.dport = 25,
		.seq = port * 7919U + i,
		.flags = SEG_SYN };
	size_t n;

	s.window = stack_window(st, &s.src);
	n = seg_build(st, &s, 1, bytes);
	engine_packet(e,
	    &(struct packet){ .t_us = (T0 + 1) * 1000,
		.data = bytes,
		.caplen = (uint32_t)n,
		.wirelen = (uint32_t)n,
		.link = PACKET_RAW });
}

static void
test_flood(void)
{
	struct seen s;
	struct engine *e = make(&s);

	for (uint32_t i = 0; i < FLOOD; i++)
		syn(e, i % CLIENTS, "win10", (uint16_t)(1024 + i / CLIENTS));
	ZT_CASE("a million knocks of those who are blocked are counted",
	    s.n[ENGINE_SYN_DROP] == FLOOD);
	ZT_CASE("they read no record", s.loads == 0);
	ZT_CASE("and write none", s.saves == 0);
	engine_free(e);
}

static void
test_others_flood(void)
{
	struct seen s;
	struct engine *e = make(&s);
	struct engine_counts n;

	for (uint32_t i = 0; i < CLIENTS; i++)
		syn(e, i, "linux", 1024);
	engine_counts(e, &n);
	ZT_CASE("a flood of other stacks reads some records a second",
	    s.loads == KNOCKS_LOOKS && n.narrow == KNOCKS_LOOKS);
	ZT_CASE("all of it was stopped", s.n[ENGINE_SYN_DROP] == CLIENTS);
	engine_free(e);
}

static void
test_order(void)
{
	struct addr a = addr_v4(0xc6120007U);
	const struct stack lin = { 60, 64240, 1460, true };
	struct seen s;
	struct engine *e = make(&s);

	syn(e, 7, "linux", 1024);
	ZT_CASE("the narrow element comes before the whole one goes",
	    s.kind[0] == ENGINE_BLOCK && stack_eq(&s.stack[0], &win) &&
		s.kind[1] == ENGINE_MOVE && stack_none(&s.stack[1]));
	ZT_CASE("it was stored before", s.saves > 0);
	ZT_CASE("and hits that stack alone",
	    engine_hits(e, &a, &win) && !engine_hits(e, &a, &lin));
	syn(e, 7, "linux", 1025);
	ZT_CASE("the next SYN of the other passes", s.n[ENGINE_SYN_DROP] == 1);
	syn(e, 7, "win10", 1026);
	ZT_CASE("not so the zombie's", s.n[ENGINE_SYN_DROP] == 2);
	engine_free(e);
}

static void
test_asked_once(void)
{
	struct addr a = addr_v4(0xc6120007U);
	struct seen s;
	struct engine *e = make(&s);
	unsigned loads;

	s.by_admin = true;
	syn(e, 7, "linux", 1024);
	loads = s.loads;
	for (uint32_t i = 0; i < CLIENTS; i++) /* out of the cache */
		(void)client_get(e->clients,
		    &(struct addr){ .family = 4,
			.b = { 10, 0, 2, (uint8_t)i } },
		    T0);
	s.loads = 0;
	syn(e, 7, "linux", 1025);
	ZT_CASE("a record that forbids it is read once",
	    loads == 1 && s.loads == 0);
	ZT_CASE("and the block stays",
	    !blocks_find(e->blocks, &a)->narrow && s.n[ENGINE_SYN_DROP] == 2 &&
		s.n[ENGINE_MOVE] == 0);
	engine_free(e);
}

/* An old kernel: what it cannot do is not done by halves. */
static void
test_refused(void)
{
	struct addr a = addr_v4(0xc6120007U);
	struct seen s;
	struct engine *e = make(&s);

	syn(e, 7, "linux", 1024);
	engine_narrow_refused(e, &a);
	ZT_CASE("what the kernel refuses is whole again",
	    s.kind[1] == ENGINE_BLOCK && stack_none(&s.stack[1]) &&
		!blocks_find(e->blocks, &a)->narrow);
	s.loads = 0;
	syn(e, 7, "linux", 1025);
	syn(e, 8, "linux", 1026);
	ZT_CASE("and nothing else becomes narrow",
	    s.loads == 0 && s.n[ENGINE_MOVE] == 1 && s.n[ENGINE_SYN_DROP] == 3);
	engine_free(e);
}

static const struct zt_test tests[] = {
	{ "refused", test_refused },
	{ "flood", test_flood },
	{ "others_flood", test_others_flood },
	{ "order", test_order },
	{ "asked_once", test_asked_once },
};
ZT_MAIN("engine_narrow", tests)
