/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine: which elements the kernel should have, and clocks that are set
 *
 * zt-link: @ENGINE
 * zt-libs: libsodium libm libpcre2-8
 */
#include "daemon/engine_impl.h"
#include "tests/zt.h"

#define T0   ((int64_t)1740988800 * 1000)
#define HOUR ((int64_t)3600 * 1000)

struct seen {
	unsigned n[ENGINE_OUTS];
	uint8_t action;
};

static void
on_out(void *arg, const struct engine_out *o)
{
	struct seen *s = arg;

	s->n[o->kind]++;
	s->action = o->action;
}

static struct policy
policy(void)
{
	return (struct policy){ .enforce = true,
		.front = true,
		.ports = { 25 },
		.ports_n = 1,
		.block_p = 0.95,
		.tier_s = { 600, 3600, 28800 },
		.tiers_n = 3,
		.lease_s = 86400,
		.block_rate = 10000,
		.half_open_max = 64,
		.sessions_max = 64,
		.clients_max = 512,
		.blocks_max = 256 };
}

static struct engine *
make(const struct policy *p, struct seen *s)
{
	struct engine_conf ec = { .policy = p, .arg = s, .out = on_out };
	struct engine *e;

	memset(s, 0, sizeof(*s));
	e = engine_new(&ec);
	if (e == NULL)
		abort();
	return e;
}

static struct addr
addr(const char *text)
{
	struct addr a;

	if (!addr_parse((struct str){ text, strlen(text) }, &a))
		abort();
	return a;
}

static struct client
stored(const char *who, int64_t until_ms)
{
	struct addr a = addr(who);
	struct client c;

	client_init(&c, &a, T0);
	c.tier = 2;
	c.action = CLIENT_DROP;
	c.score_permille = 987;
	c.reasons[0] = EVIDENCE_EARLY_TALK;
	c.reasons[3] = EVIDENCE_TRAP_RCPT;
	c.block_from_ms = T0;
	c.block_until_ms = until_ms;
	c.offences = 1;
	return c;
}

struct list {
	struct engine_wanted v[400];
	size_t n;
};

static void
add(void *arg, const struct engine_wanted *w)
{
	struct list *l = arg;

	if (l->n < 400)
		l->v[l->n++] = *w;
}

static size_t
all(struct engine *e, struct list *l)
{
	size_t at = 0;

	l->n = 0;
	do
		at = engine_wanted(e, at, 3, add, l);
	while (at != 0);
	return l->n;
}

static void
test_list(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct client c = stored("192.0.2.1", T0 + HOUR), far;
	static struct list l;

	ZT_CASE("nothing is wanted of nobody", all(e, &l) == 0);
	ZT_CASE("a block comes back", engine_restore(e, &c, T0 + 1000));
	ZT_CASE("as it was stored, without its record",
	    all(e, &l) == 1 && l.v[0].tier == 2 && l.v[0].score == 987 &&
		l.v[0].reasons[0] == EVIDENCE_EARLY_TALK &&
		l.v[0].reasons[3] == EVIDENCE_TRAP_RCPT &&
		l.v[0].at.action == CLIENT_DROP && l.v[0].at.timeout_s == 3599);
	far = stored("192.0.2.2", T0 + 100 * HOUR);
	ZT_CASE("a long one for a lease at most",
	    engine_restore(e, &far, T0 + 1000) && all(e, &l) == 2 &&
		(l.v[0].at.timeout_s == 86400 || l.v[1].at.timeout_s == 86400));
	for (unsigned i = 0; i < 4; i++) {
		char who[40];

		snprintf(who, sizeof(who), "2001:db8:5:10%u::1", i);
		c = stored(who, T0 + HOUR);
		(void)engine_restore(e, &c, T0 + 1000);
	}
	ZT_CASE("with the networks that follow from them",
	    all(e, &l) == 7 && l.v[0].at.net.bits == 56);
	ZT_CASE("which nobody was told of", s.n[ENGINE_BLOCK] == 0);
	engine_free(e);
}

static void
test_narrow(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct client c = stored("192.0.2.1", T0 + HOUR);
	struct engine_wanted w;
	struct engine_element at;
	static struct list l;
	const struct client *in;

	c.narrow_n = 2;
	c.narrow[0] = (struct stack){ 52, 64240, 1460, true };
	c.narrow[1] = (struct stack){ 40, 1024, 0, false };
	e->conf.load = NULL;
	*client_get(e->clients, &c.key, T0) = c;
	ZT_CASE("it comes back", engine_restore(e, &c, T0));
	ZT_CASE("as one element for each stack",
	    all(e, &l) == 2 && stack_eq(&l.v[0].at.stack, &c.narrow[0]) &&
		stack_eq(&l.v[1].at.stack, &c.narrow[1]));
	in = client_peek(e->clients, &c.key);
	ZT_CASE("the same of the client itself",
	    engine_element(e, in, 1, &at) &&
		stack_eq(&at.stack, &c.narrow[1]) &&
		!engine_element(e, in, 2, &at));
	ZT_CASE("any of them can be asked for",
	    engine_wanted_one(e, 0, &w) && engine_wanted_one(e, 1, &w) &&
		!stack_none(&w.at.stack));
	at = w.at;
	ZT_CASE("and is found again", engine_wanted_find(e, &at, &w));
	at.stack.window++;
	ZT_CASE("another stack is not wanted", !engine_wanted_find(e, &at, &w));
	at.stack = (struct stack){ 0 };
	ZT_CASE("nor the whole address", !engine_wanted_find(e, &at, &w));
	engine_free(e);
}

/* Of the blocks in the list, how many were told early. */
static size_t
told(const struct list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += l->v[i].told;
	return n;
}

/* What is told while blocks are still coming in is not lost, nor double. */
static void
test_early(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct client c = stored("192.0.2.1", T0 + HOUR), narrow;
	static struct list early, l;
	size_t at;

	(void)engine_restore(e, &c, T0);
	narrow = stored("192.0.2.2", T0 + HOUR);
	narrow.narrow_n = 1;
	narrow.narrow[0] = (struct stack){ 52, 64240, 1460, true };
	*client_get(e->clients, &narrow.key, T0) = narrow;
	(void)engine_restore(e, &narrow, T0);
	at = engine_wanted_early(e, 0, 10, add, &early);
	ZT_CASE("whole blocks are told while more are loaded",
	    at == 2 && early.n == 1 && early.v[0].at.net.a.b[3] == 1 &&
		early.v[0].at.timeout_s == 3600);
	for (uint8_t i = 3; i < 6; i++) {
		c.key.b[3] = i;
		(void)engine_restore(e, &c, T0);
	}
	at = engine_wanted_early(e, at, 2, add, &early);
	ZT_CASE("and then those that came since, so many at a time",
	    at == 4 && early.n == 3 && early.v[2].at.net.a.b[3] == 4);
	ZT_CASE("the others are all that is left to tell",
	    all(e, &l) == 5 && told(&l) == 3 && !l.v[0].told &&
		l.v[0].at.net.a.b[3] == 5 &&
		stack_eq(&l.v[3].at.stack, &narrow.narrow[0]) && !l.v[3].told);
	c.key.b[3] = 1;
	(void)engine_admin_unblock(e, &(struct net){ c.key, 32 }, T0);
	ZT_CASE("also when they take the place of one that ended",
	    all(e, &l) == 4 && told(&l) == 2 && !l.v[3].told &&
		l.v[3].at.net.a.b[3] == 5);
	engine_free(e);
}

static void
test_clock(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct client c = stored("192.0.2.1", T0 + 30 * HOUR);
	static struct list l;

	(void)engine_restore(e, &c, T0 + 20 * HOUR);
	ZT_CASE("ten hours are left",
	    all(e, &l) == 1 && l.v[0].at.timeout_s == 36000);
	engine_tick(e, T0 + 19 * HOUR);
	ZT_CASE("an older time is none",
	    all(e, &l) == 1 && l.v[0].at.timeout_s == 36000);
	engine_clock(e, T0 + 2 * HOUR);
	ZT_CASE("but a clock that is set: the block ends when it ends",
	    all(e, &l) == 1 && l.v[0].left_ms == 28 * HOUR &&
		l.v[0].at.timeout_s == 86400);
	ZT_CASE("and is renewed in time", l.v[0].next_ms <= 12 * HOUR);
	engine_clock(e, T0 + 31 * HOUR);
	ZT_CASE("set on, what is over is over",
	    all(e, &l) == 0 && s.n[ENGINE_EXPIRE] == 1);
	engine_free(e);
}

/* Renewed once, not once for each half lease that seems to have passed. */
static void
test_clock_far_on(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct client c = stored("192.0.2.1", T0 + 900 * HOUR);
	static struct list l;

	(void)engine_restore(e, &c, T0);
	c = stored("192.0.2.2", T0 + 100 * HOUR);
	(void)engine_restore(e, &c, T0);
	engine_clock(e, T0 + 800 * HOUR);
	ZT_CASE("a clock set on by many leases: one renewal, and one end",
	    s.n[ENGINE_RENEW] == 1 && s.n[ENGINE_EXPIRE] == 1);
	ZT_CASE("and the next comes within half a lease",
	    all(e, &l) == 1 && l.v[0].left_ms == 100 * HOUR &&
		l.v[0].next_ms == 4 * HOUR);
	engine_free(e);
}

/* The record of a block that is over says an end that comes once more. */
static void
test_clock_back_behind_the_end(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct client c = stored("192.0.2.1", T0 + HOUR), *at;
	static struct list l;
	struct score score;

	*client_get(e->clients, &c.key, T0) = c;
	(void)engine_restore(e, &c, T0);
	engine_tick(e, T0 + 2 * HOUR);
	ZT_CASE("over", all(e, &l) == 0 && s.n[ENGINE_EXPIRE] == 1);
	engine_clock(e, T0 + HOUR / 2);
	at = client_get(e->clients, &c.key, e->now_ms);
	engine_judge(e, at);
	ZT_CASE("is over when the clock was set back, too",
	    all(e, &l) == 0 && !client_blocked(at, e->now_ms) && at->dirty);
	ZT_CASE("and nobody is told otherwise",
	    engine_client(e, &c.key, e->now_ms, &score) != NULL &&
		!client_blocked(at, e->now_ms));
	engine_clock(e, T0 - HOUR);
	*at = c;
	engine_judge(e, at);
	ZT_CASE("also where it was set back before its beginning",
	    !client_blocked(at, e->now_ms) &&
		at->block_from_ms <= at->block_until_ms);
	ZT_CASE("a block that goes on goes on",
	    engine_restore(e, &c, e->now_ms) && (*at = c, true) &&
		(engine_judge(e, at), client_blocked(at, e->now_ms)));
	engine_free(e);
}

static void
test_front(void)
{
	struct policy p = policy();
	struct seen s;
	struct engine *e = make(&p, &s);
	struct net n = { addr("192.0.2.1"), 32 };
	struct client c = stored("192.0.2.9", T0 + HOUR);
	static struct list l;

	(void)engine_admin_block(e, &n, 60, T0);
	ZT_CASE("tier 1 is rejected",
	    s.action == CLIENT_REJECT && all(e, &l) == 1 &&
		l.v[0].at.action == CLIENT_REJECT);
	engine_set_front(e, false, T0);
	n.a = addr("192.0.2.2");
	(void)engine_admin_block(e, &n, 60, T0);
	ZT_CASE("without a front it is dropped", s.action == CLIENT_DROP);
	(void)engine_restore(e, &c, T0);
	ZT_CASE("who is blocked by hand is offered no link",
	    !engine_front_ask(e, &n.a, 0, T0).link);
	*client_get(e->clients, &c.key, T0) = c;
	ZT_CASE("others are", engine_front_ask(e, &c.key, 0, T0).link);
	engine_free(e);
}

static const struct zt_test tests[] = {
	{ "list", test_list },
	{ "narrow", test_narrow },
	{ "early", test_early },
	{ "clock", test_clock },
	{ "clock_far_on", test_clock_far_on },
	{ "clock_back_behind_the_end", test_clock_back_behind_the_end },
	{ "front", test_front },
};
ZT_MAIN("engine_wanted", tests)
