/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine's end of the front's socket, with an engine, a guard and a store
 * of the test's own: what is answered when, and what a front that lies gets.
 *
 * zt-link: daemon/live_front daemon/frontmsg daemon/config_text fp/addr
 * zt-libs: libsodium libevent_core libjansson
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/jtext.h"
#include "daemon/live_impl.h"
#include "tests/zt.h"

#define DAY_MS (INT64_C(86400) * 1000)

/* ---- the world of it ---- */

static struct {
	int64_t wall_ms, mono_ms;
	uint8_t blob[128];
	long blob_n;
	int put_rc;
	unsigned puts, store_errors;
	struct engine_front ask, click;
	struct addr asked;
	int64_t issued_ms;
	unsigned asks, clicks;
	unsigned drained; /* captures, before so many asks */
	int there;        /* -1: not told */
	struct msg sent[4096];
	size_t sent_n;
} w;

int64_t
live_wall_ms(void)
{
	return w.wall_ms;
}

int64_t
live_mono_ms(void)
{
	return w.mono_ms;
}

void
live_guard_send(struct live *l, const struct msg *m)
{
	(void)l;
	if (w.sent_n < sizeof(w.sent) / sizeof(w.sent[0]))
		w.sent[w.sent_n++] = *m;
}

void
live_guard_pump(struct live *l)
{
	live_front_syncs(l);
}

void
live_out_store_error(struct live *l, const char *what, int rc)
{
	(void)l;
	(void)what;
	(void)rc;
	w.store_errors++;
}

int
store_blob_put(struct store *s, const char *name, const void *p, size_t n)
{
	(void)s;
	w.puts++;
	if (w.put_rc != 0)
		return w.put_rc;
	if (strcmp(name, "front-keys") != 0 || n > sizeof(w.blob))
		return -EINVAL;
	memcpy(w.blob, p, n);
	w.blob_n = (long)n;
	return 0;
}

long
store_blob_get(struct store *s, const char *name, void *out, size_t max)
{
	(void)s;
	(void)name;
	if (w.blob_n <= 0)
		return w.blob_n;
	if ((size_t)w.blob_n > max)
		return 0;
	memcpy(out, w.blob, (size_t)w.blob_n);
	return w.blob_n;
}

void
live_in_captures(struct live *l)
{
	(void)l;
	w.drained = w.asks + 1;
}

struct engine_front
engine_front_ask(struct engine *e, const struct addr *a, int64_t issued_ms,
    int64_t now_ms)
{
	(void)e;
	(void)now_ms;
	w.asked = *a;
	w.issued_ms = issued_ms;
	w.asks++;
	ZT_CASE("packets are read before they are asked about",
	    w.drained == w.asks);
	return w.ask;
}

struct engine_front
engine_front_click(struct engine *e, const struct addr *a, int64_t issued_ms,
    int64_t now_ms)
{
	(void)e;
	(void)now_ms;
	w.asked = *a;
	w.issued_ms = issued_ms;
	w.clicks++;
	if (w.click.result == FRONT_LIFTED)
		live_guard_send(NULL, &(struct msg){ .op = MSG_UNBLOCK });
	return w.click;
}

void
engine_set_front(struct engine *e, bool there, int64_t now_ms)
{
	(void)e;
	(void)now_ms;
	w.there = there;
}

void
log_msg(int priority, const char *fmt, ...)
{
	(void)priority;
	(void)fmt;
}

void
zfw_panic(const char *fmt, ...)
{
	(void)fmt;
	abort();
}

/* ---- the test's own end ---- */

static struct live l;
static int front = -1;

static void
turn(void)
{
	(void)event_base_loop(l.base, EVLOOP_NONBLOCK);
}

static void
tick(int64_t ms)
{
	w.mono_ms += ms;
	w.wall_ms += ms;
	live_front_tick(&l, w.mono_ms);
	turn();
}

static void
connect_front(void)
{
	int s[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, s) != 0)
		abort();
	if (front >= 0)
		close(front);
	front = s[1];
	live_front_fd(&l, s[0]);
}

static void
say(enum frontmsg_op op, uint32_t seq, const char *who, int64_t issued_s)
{
	struct frontmsg m = { .op = (uint8_t)op,
		.seq = seq,
		.issued_s = issued_s };

	if (who != NULL)
		(void)addr_parse((struct str){ who, strlen(who) }, &m.key);
	if (frontmsg_send(front, &m) != 0)
		abort();
}

/* True: there was one. */
static bool
hear(struct frontmsg *m)
{
	memset(m, 0, sizeof(*m));
	return frontmsg_recv(front, m) == 1;
}

static void
world(void)
{
	if (l.base != NULL) {
		live_front_fini(&l);
		event_base_free(l.base);
	}
	memset(&w, 0, sizeof(w));
	memset(&l, 0, sizeof(l));
	w.there = -1;
	w.wall_ms = INT64_C(1790000000000);
	w.mono_ms = 1000000;
	l.base = event_base_new();
	live_front_init(&l);
	live_front_tick(&l, w.mono_ms);
	connect_front();
}

/* Up to where its keys are told. */
static struct frontmsg
hello(void)
{
	struct frontmsg m;

	say(FRONT_HELLO, 0, NULL, 0);
	turn();
	ZT_CASE("hello is answered by the keys",
	    hear(&m) && m.op == FRONT_KEYS);
	return m;
}

/* The seq of the last MSG_SYNC to the guard. */
static uint32_t
last_sync(void)
{
	for (size_t i = w.sent_n; i-- > 0;)
		if (w.sent[i].op == MSG_SYNC)
			return w.sent[i].seq;
	return 0;
}

/* ---- the cases ---- */

static void
test_hello(void)
{
	struct frontmsg a, b;

	world();
	ZT_CASE("a front is not there before its hello", w.there == -1);
	a = hello();
	ZT_CASE("then it is", w.there == 1);
	ZT_CASE("the keys are stored", w.puts == 1 && w.blob_n > 64);
	ZT_CASE("two keys, not the same",
	    memcmp(a.keys[0], a.keys[1], FRONT_KEY_BYTES) != 0);
	connect_front();
	ZT_CASE("a new socket is a front that has not said hello",
	    w.there == 0);
	b = hello();
	ZT_CASE("another front has the same keys",
	    memcmp(a.keys, b.keys, sizeof(a.keys)) == 0 && w.puts == 1);
	/* Another process, the same store. */
	live_front_fini(&l);
	memset(&l.front, 0, sizeof(l.front));
	live_front_init(&l);
	live_front_tick(&l, w.mono_ms + 2000);
	connect_front();
	b = hello();
	ZT_CASE("so has one after a restart",
	    memcmp(a.keys, b.keys, sizeof(a.keys)) == 0 && w.puts == 1);
}

static void
test_rotation(void)
{
	struct frontmsg a, b, c;

	world();
	a = hello();
	tick(30 * DAY_MS - 1000);
	ZT_CASE("the keys stay for 30 days", !hear(&b));
	tick(1000);
	ZT_CASE("then the front is told new ones",
	    hear(&b) && b.op == FRONT_KEYS);
	ZT_CASE("the old one stays good",
	    memcmp(a.keys[0], b.keys[1], FRONT_KEY_BYTES) == 0);
	ZT_CASE("and another signs",
	    memcmp(a.keys[0], b.keys[0], FRONT_KEY_BYTES) != 0 && w.puts == 2);
	tick(30 * DAY_MS);
	ZT_CASE("after 60 days the first is forgotten",
	    hear(&c) && memcmp(a.keys[0], c.keys[1], FRONT_KEY_BYTES) != 0 &&
		memcmp(b.keys[0], c.keys[1], FRONT_KEY_BYTES) == 0);
	w.wall_ms -= 400 * DAY_MS;
	tick(2000);
	ZT_CASE("a clock that goes back changes no key", !hear(&b));
	tick(30 * DAY_MS);
	ZT_CASE("and the next change comes in its time", hear(&b));
}

static void
test_damaged_store(void)
{
	struct frontmsg a, b;

	world();
	w.blob_n = 40;
	a = hello();
	ZT_CASE("a blob of another length is none", w.puts == 1);
	world();
	w.blob[0] = 9;
	w.blob_n = 73;
	b = hello();
	ZT_CASE("a blob of another version is none", w.puts == 1);
	ZT_CASE("keys are never the same by themselves",
	    memcmp(a.keys, b.keys, sizeof(a.keys)) != 0);
	world();
	w.blob[0] = 1;
	w.blob[1] = 1;
	w.blob_n = 73;
	(void)hello();
	ZT_CASE("keys of zeros are none", w.puts == 1);
	world();
	w.blob_n = -EIO;
	w.put_rc = -ENOSPC;
	(void)hello();
	ZT_CASE("without a store there are keys, and two complaints",
	    w.store_errors == 2);
}

static void
test_ask(void)
{
	struct frontmsg m;
	struct addr want = addr_v4(0xc0000207);

	world();
	(void)hello();
	w.ask = (struct engine_front){ FRONT_BLOCKED, FRONT_KIND_TRAP, 3, true,
		INT64_C(1790003600999) };
	say(FRONT_ASK, 7, "192.0.2.7", 1789999999);
	turn();
	ZT_CASE("a question is answered at once", hear(&m));
	ZT_CASE("with what the engine knows",
	    m.op == FRONT_TELL && m.seq == 7 && m.result == FRONT_BLOCKED &&
		m.kind == FRONT_KIND_TRAP && m.tier == 3 && m.link &&
		m.until_s == 1790003600);
	ZT_CASE("about that client and link",
	    addr_eq(&w.asked, &want) && w.issued_ms == INT64_C(1789999999000));
	say(FRONT_ASK, 8, "192.0.2.7", INT64_MAX);
	turn();
	ZT_CASE("a time beyond all stays one",
	    hear(&m) && w.issued_ms == INT64_MAX);
	ZT_CASE("asking sends nothing to the guard", w.sent_n == 0);
}

static void
test_click(void)
{
	struct frontmsg m;

	world();
	(void)hello();
	w.click.result = FRONT_LIFTED;
	say(FRONT_CLICK, 9, "192.0.2.7", 1789999999);
	turn();
	ZT_CASE("a click acts once", w.clicks == 1);
	ZT_CASE("a sync, the unblock and a sync go to the guard",
	    w.sent_n == 3 && w.sent[0].op == MSG_SYNC &&
		w.sent[1].op == MSG_UNBLOCK && w.sent[2].op == MSG_SYNC);
	ZT_CASE("it is not answered before the guard has done it", !hear(&m));
	live_front_synced(&l, w.sent[0].seq, 0);
	ZT_CASE("nor by what was before it", !hear(&m));
	live_front_synced(&l, last_sync(), 0);
	ZT_CASE("it is lifted when the guard says so",
	    hear(&m) && m.seq == 9 && m.result == FRONT_LIFTED);
	live_front_synced(&l, last_sync(), 0);
	ZT_CASE("once", !hear(&m));

	say(FRONT_CLICK, 10, "192.0.2.7", 1789999999);
	turn();
	live_front_synced(&l, last_sync(), -EIO);
	ZT_CASE("what the kernel refused has failed",
	    hear(&m) && m.seq == 10 && m.result == FRONT_FAILED);
	say(FRONT_CLICK, 11, "192.0.2.7", 1789999999);
	turn();
	live_front_synced(&l, last_sync(), -ESHUTDOWN);
	ZT_CASE("with the table off nobody is blocked: lifted",
	    hear(&m) && m.seq == 11 && m.result == FRONT_LIFTED);

	w.click.result = FRONT_USED;
	say(FRONT_CLICK, 12, "192.0.2.7", 1789999999);
	turn();
	ZT_CASE("a used link is answered at once",
	    hear(&m) && m.seq == 12 && m.result == FRONT_USED);
	ZT_CASE("two were lifted", l.front.lifted == 2 && l.front.clicks == 4);
}

static void
test_many_clicks(void)
{
	struct frontmsg m;
	unsigned failed = 0;

	world();
	(void)hello();
	w.click.result = FRONT_LIFTED;
	for (uint32_t i = 1; i <= 100; i++)
		say(FRONT_CLICK, i, "192.0.2.7", 1789999999);
	turn();
	while (hear(&m))
		failed += m.result == FRONT_FAILED;
	ZT_CASE("of 100 clicks in a second 20 reach the engine",
	    w.clicks == 20 && failed == 80);
	for (int s = 0; s < 5; s++) {
		tick(1000);
		for (uint32_t i = 1; i <= 20; i++)
			say(FRONT_CLICK, 1000 + i, "192.0.2.7", 1789999999);
		turn();
	}
	ZT_CASE("no more wait for the guard than there are places",
	    w.clicks == FRONT_WAITS);
	tick(61000);
	say(FRONT_CLICK, 5000, "192.0.2.7", 1789999999);
	turn();
	ZT_CASE("places of a guard that never answers become free",
	    w.clicks == FRONT_WAITS + 1);
}

static void
test_flood(void)
{
	struct frontmsg m = { .op = FRONT_ASK, .seq = 1 };
	unsigned sent = 0, asked, told = 0;
	int big = 4 << 20;

	world();
	(void)hello();
	(void)setsockopt(front, SOL_SOCKET, SO_SNDBUF, &big, sizeof(big));
	w.ask.result = FRONT_NOT_BLOCKED;
	m.key = addr_v4(0xc0000207);
	while (sent < 5000 && frontmsg_send(front, &m) == 0)
		sent++;
	tick(200);
	turn();
	turn();
	asked = w.asks;
	ZT_CASE("there was a flood", sent > 400);
	ZT_CASE("a flood gets 400 answers a tick", asked == 400);
	ZT_CASE("and is counted", l.front.limited == 1);
	while (hear(&m))
		told++;
	ZT_CASE("what was read is answered or counted as lost",
	    told + l.front.lost == 400);
	tick(200);
	ZT_CASE("the next tick goes on", w.asks > asked);
}

static void
test_lies(void)
{
	uint8_t junk[FRONTMSG_BYTES];
	struct frontmsg m = { .op = FRONT_TELL,
		.seq = 3,
		.result = FRONT_LIFTED };

	world();
	(void)hello();
	memset(junk, 0xff, sizeof(junk));
	(void)send(front, junk, sizeof(junk), 0);
	(void)send(front, junk, 1, 0);
	(void)frontmsg_send(front, &m);
	turn();
	ZT_CASE("records that are none are counted", l.front.bad == 3);
	ZT_CASE("and change nothing",
	    w.asks == 0 && w.clicks == 0 && w.sent_n == 0 && w.there == 1);
	ZT_CASE("the front is still heard",
	    (say(FRONT_ASK, 4, "192.0.2.7", 0), w.ask.result = FRONT_LIMIT,
		turn(), hear(&m)) &&
		m.result == FRONT_LIMIT);
}

static void
test_gone(void)
{
	struct frontmsg m;

	world();
	(void)hello();
	w.click.result = FRONT_LIFTED;
	say(FRONT_CLICK, 5, "192.0.2.7", 1789999999);
	turn();
	close(front);
	front = -1;
	turn();
	ZT_CASE("a front that ended is not there", w.there == 0);
	live_front_synced(&l, last_sync(), 0);
	connect_front();
	(void)hello();
	ZT_CASE("the next one gets no answer of the one before", !hear(&m));
	live_front_gone(&l, false);
	ZT_CASE("the guard may take its clients away", w.there == 0);
	live_front_gone(&l, true);
	ZT_CASE("and give them back", w.there == 1);
	tick(200);
	ZT_CASE("all the while it is heard",
	    (say(FRONT_ASK, 4, "192.0.2.7", 0), w.ask.result = FRONT_LIMIT,
		turn(), hear(&m)));
}

static void
test_never_there(void)
{
	world();
	live_front_gone(&l, true);
	ZT_CASE("one that has not said hello is neither there nor gone",
	    w.there == -1);
	live_front_gone(&l, false);
	ZT_CASE("one that the guard gave up before is gone", w.there == 0);
	w.there = -1;
	live_front_gone(&l, false);
	ZT_CASE("which is told once", w.there == -1);
}

static void
test_status(void)
{
	json_t *o;

	world();
	(void)hello();
	w.click.result = FRONT_LIFTED;
	say(FRONT_CLICK, 5, "192.0.2.7", 1789999999);
	turn();
	o = live_front_status(&l);
	ZT_CASE("the status says that it is there",
	    json_is_true(json_object_get(o, "there")));
	ZT_CASE("and counts",
	    json_integer_value(json_object_get(o, "clicks")) == 1 &&
		json_integer_value(json_object_get(o, "waiting")) == 1);
	json_decref(o);
	live_front_fini(&l);
	event_base_free(l.base);
	l.base = NULL;
	close(front);
}

static const struct zt_test tests[] = {
	{ "hello", test_hello },
	{ "rotation", test_rotation },
	{ "damaged store", test_damaged_store },
	{ "ask", test_ask },
	{ "click", test_click },
	{ "many clicks", test_many_clicks },
	{ "flood", test_flood },
	{ "lies", test_lies },
	{ "gone", test_gone },
	{ "never there", test_never_there },
	{ "status", test_status },
};

ZT_MAIN("live_front", tests)
