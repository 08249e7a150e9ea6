/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is asked of the kernel now and then, and when its answer is believed:
 * with a guard at the other end of the socket that is the test itself, and an
 * engine that has one block.
 *
 * zt-link: daemon/live_check daemon/live_guard daemon/outq daemon/msg
 * zt-link: daemon/msgrec fp/addr fp/hash
 * zt-libs: libsodium libevent_core
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/live_impl.h"
#include "tests/zt.h"

#define SECOND 1000
#define LEFT_S 600

static struct {
	int64_t mono_ms, set_ms; /* set_ms: what the clock was set by */
	struct engine_wanted block;
	bool wanted;
	unsigned differs; /* lines */
} w;

/* ---- the engine and the rest of live ---- */

int64_t
live_wall_ms(void)
{
	return w.mono_ms + w.set_ms;
}

int64_t
live_mono_ms(void)
{
	return w.mono_ms;
}

bool
engine_wanted_one(struct engine *e, uint64_t which, struct engine_wanted *out)
{
	(void)e;
	(void)which;
	*out = w.block;
	return w.wanted;
}

bool
engine_wanted_find(struct engine *e, const struct engine_element *at,
    struct engine_wanted *out)
{
	(void)at;
	return engine_wanted_one(e, 0, out);
}

size_t
engine_wanted(struct engine *e, size_t cursor, size_t n,
    void (*fn)(void *arg, const struct engine_wanted *w), void *arg)
{
	(void)e;
	(void)cursor;
	(void)n;
	fn(arg, &w.block);
	return 0;
}

size_t
engine_wanted_early(struct engine *e, size_t from, size_t n,
    void (*fn)(void *arg, const struct engine_wanted *w), void *arg)
{
	(void)e;
	(void)n;
	(void)fn;
	(void)arg;
	return from;
}

struct msg
live_out_wanted(const struct live *l, enum msg_op op,
    const struct engine_wanted *e)
{
	(void)l;
	return (struct msg){ .op = (uint8_t)op,
		.net = e->at.net,
		.tier = 1,
		.timeout_s = LEFT_S };
}

void
log_msg(int priority, const char *fmt, ...)
{
	(void)priority;
	w.differs += strncmp(fmt, "times-differ:", 13) == 0;
}

bool
log_every(struct log_limit *limit, int64_t now_ms, uint64_t *left_out)
{
	(void)limit;
	(void)now_ms;
	(void)left_out;
	return false;
}

void
zfw_panic(const char *fmt, ...)
{
	(void)fmt;
	abort();
}

void
engine_set_cut(struct engine *e, bool may)
{
	(void)e;
	(void)may;
}

void
engine_counts(const struct engine *e, struct engine_counts *out)
{
	(void)e;
	memset(out, 0, sizeof(*out));
}

bool
live_allow_at(const struct live *l, size_t i, struct net *out)
{
	(void)l;
	(void)i;
	(void)out;
	return false;
}

bool
lists_blocked(const struct lists *l, size_t i, struct net *out)
{
	(void)l;
	(void)i;
	(void)out;
	return false;
}

/* Of what the guard says in these tests nothing gets here. */
#define UNUSED(f, ...) \
	void f(__VA_ARGS__) \
	{ \
		abort(); \
	}
#define SILENT(f, ...) \
	void f(__VA_ARGS__) \
	{ \
	}
/* clang-format off */
#pragma GCC diagnostic ignored "-Wunused-parameter"
UNUSED(live_end, struct live *l, int result)
UNUSED(engine_never_add, struct engine *e, const struct net *n)
UNUSED(engine_never_del, struct engine *e, const struct net *n)
UNUSED(engine_narrow_refused, struct engine *e, const struct addr *key)
UNUSED(live_ctl_synced, struct live *l, uint32_t seq, int result)
UNUSED(live_front_synced, struct live *l, uint32_t seq, int result)
UNUSED(live_front_fd, struct live *l, int fd)
UNUSED(live_front_gone, struct live *l, bool there)
UNUSED(live_reload_synced, struct live *l, uint32_t seq, int result)
UNUSED(live_reload_begin, struct live *l, struct ctl_conn *conn)
UNUSED(live_reload_configured, struct live *l, int result)
UNUSED(live_queue_packets, struct live *l)
UNUSED(live_queue_count, struct live *l, const struct msg *m)
UNUSED(live_in_lines, struct live *l)
UNUSED(logtail_fd, struct logtail *t, size_t source, enum msg_logfd what, int fd,
    uint64_t dev, uint64_t ino, int64_t now_ms)
SILENT(live_out_late, struct live *l)
SILENT(live_front_syncs, struct live *l)
SILENT(engine_clock, struct engine *e, int64_t now_ms)
/* clang-format on */

/* ---- the guard ---- */

static struct live l;
static const struct policy policy = { .enforce = true };
static int guard;
static unsigned blocks; /* sent since the last look */

static void
say(enum msg_op op, uint32_t seq, int32_t value)
{
	const struct msg m = { .op = (uint8_t)op, .seq = seq, .value = value };

	if (msg_send(guard, &m, 1) != 0)
		abort();
	(void)event_base_loop(l.base, EVLOOP_NONBLOCK);
}

/* One of the checks that the engine asks for; 0: none. */
static uint32_t
asked(void)
{
	struct msg_in in;
	uint32_t seq = 0;

	blocks = 0;
	live_guard_pump(&l);
	while (msg_recv(guard, &in) > 0)
		for (size_t i = 0; i < in.n; i++) {
			if (in.m[i].op == MSG_CHECK)
				seq = in.m[i].seq;
			blocks += in.m[i].op == MSG_BLOCK ||
			    in.m[i].op == MSG_RENEW;
		}
	return seq;
}

static uint32_t
seconds(int n)
{
	uint32_t seq = 0, last;

	while (n-- > 0) {
		w.mono_ms += SECOND;
		live_check_tick(&l, w.mono_ms);
		last = asked();
		seq = last != 0 ? last : seq;
	}
	return seq;
}

static void
rig_open(void)
{
	static const char net[] = "192.0.2.7/32";
	int s[2];

	memset(&w, 0, sizeof(w));
	memset(&l, 0, sizeof(l));
	w.mono_ms = 100 * SECOND;
	w.wanted = true;
	w.block.left_ms = w.block.next_ms = LEFT_S * SECOND;
	if (!net_parse((struct str){ net, strlen(net) }, &w.block.at.net) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, s) != 0)
		abort();
	guard = s[0];
	l.conf.guard_fd = s[1];
	l.policy = &policy;
	l.base = event_base_new();
	l.table = MSG_TABLE_ON;
	if (l.base == NULL || !outq_init(&l.q) || !live_guard_init(&l))
		abort();
	live_check_init(&l);
}

static void
rig_close(void)
{
	live_guard_fini(&l);
	event_base_free(l.base);
	outq_fini(&l.q);
	close(guard);
	close(l.conf.guard_fd);
}

/* ---- tests ---- */

static void
test_right(void)
{
	uint32_t seq;

	rig_open();
	seq = seconds(1);
	ZT_CASE("an element is asked for", seq != 0);
	say(MSG_CHECKED, seq, LEFT_S);
	ZT_CASE("the right answer is counted",
	    l.check.checked == 1 && l.check.wrong == 0);
	ZT_CASE("and not asked for again at once", seconds(8) == 0);
	ZT_CASE("but one is after ten seconds", seconds(2) != 0);
	rig_close();
}

static void
test_wrong(void)
{
	uint32_t seq;

	rig_open();
	seq = seconds(1);
	say(MSG_CHECKED, seq, 0);
	ZT_CASE("one wrong answer is no fault yet",
	    w.differs == 0 && l.check.wrong == 0 && asked() == 0 &&
		blocks == 0);
	ZT_CASE("nor asked for again before the guard has looked",
	    seconds(1) == 0);
	seq = seconds(1);
	ZT_CASE("two seconds later it is asked for again", seq != 0);
	say(MSG_CHECKED, seq, 0);
	ZT_CASE("two wrong answers are a fault",
	    w.differs == 1 && l.check.wrong == 1 && l.check.checked == 1);
	(void)asked();
	ZT_CASE("after which all blocks are sent again", blocks == 1);
	rig_close();
}

static void
test_sent_again(void)
{
	uint32_t seq;

	rig_open();
	seq = seconds(1);
	say(MSG_CHECKED, seq, 5);
	seq = seconds(2);
	say(MSG_CHECKED, seq, 5);
	(void)asked();
	ZT_CASE("a wrong time has all blocks sent again", blocks == 1);
	rig_close();
}

static void
test_put_right(void)
{
	uint32_t seq;

	rig_open();
	seq = seconds(1);
	say(MSG_CHECKED, seq, 0);
	seq = seconds(2);
	say(MSG_CHECKED, seq, LEFT_S);
	ZT_CASE("what the guard put right meanwhile is no fault",
	    seq != 0 && w.differs == 0 && l.check.wrong == 0);
	seq = seconds(8);
	say(MSG_CHECKED, seq, 0);
	ZT_CASE("and is forgotten", seq != 0 && w.differs == 0);
	rig_close();
}

/* The table was emptied, the guard saw it, then it came to the check. */
static void
test_resync(void)
{
	uint32_t seq, later;

	rig_open();
	seq = seconds(1);
	say(MSG_CHECKED, seq, 0);
	seq = seconds(2); /* the second look */
	say(MSG_RESYNC, 1, 0);
	say(MSG_CHECKED, seq, 0);
	(void)asked();
	ZT_CASE("blocks that the guard asks for are sent", blocks == 1);
	ZT_CASE("what was asked before that is not judged",
	    seq != 0 && w.differs == 0 && l.check.wrong == 0);
	later = seconds(4);
	ZT_CASE("nor asked for again", later == 0);
	say(MSG_CHECKED, seq, 0);
	ZT_CASE("whenever its answer comes",
	    w.differs == 0 && l.check.wrong == 0 && l.check.checked == 1);
	rig_close();
}

/* The kernel has the times of before, until all is sent. */
static void
test_clock(void)
{
	uint32_t seq;

	rig_open();
	seq = seconds(1);
	say(MSG_CHECKED, seq, LEFT_S / 2);
	seq = seconds(2);
	w.set_ms = 3600 * SECOND;
	w.block.left_ms = w.block.next_ms = 60 * SECOND;
	live_check_told(&l);
	say(MSG_CHECKED, seq, LEFT_S);
	ZT_CASE("an answer from before the clock was set is not judged",
	    seq != 0 && w.differs == 0 && l.check.wrong == 0);
	rig_close();
}

static void
test_unwanted(void)
{
	uint32_t seq;

	rig_open();
	seq = seconds(1);
	w.wanted = false;
	say(MSG_CHECKED, seq, 0);
	ZT_CASE("a block that is over may be gone", l.check.checked == 0);
	w.wanted = true;
	seq = seconds(10);
	say(MSG_CHECKED, seq, 0);
	w.wanted = false;
	ZT_CASE("and is not asked for again", seconds(5) == 0);
	rig_close();
}

/* Each answer is wrong, for so long: how many faults that makes. */
static unsigned
wrong_checks(int64_t for_s)
{
	const uint64_t before = l.check.wrong;
	uint32_t seq;

	for (int64_t s = 0; s < for_s; s++) {
		seq = seconds(1);
		if (seq != 0)
			say(MSG_CHECKED, seq, 0);
		(void)asked(); /* all blocks, if it was wrong */
	}
	return (unsigned)(l.check.wrong - before);
}

static void
test_never_right(void)
{
	unsigned n;

	rig_open();
	ZT_CASE("a kernel that is wrong is put right twice in half a minute",
	    wrong_checks(30) == 2);
	n = wrong_checks(3570);
	ZT_CASE("one that is wrong whatever is sent has all blocks sent again "
		"ten times an hour, not each ten seconds",
	    n >= 5 && n <= 10);
	ZT_CASE("with a line for each", w.differs == n + 2);
	n = wrong_checks(3600);
	ZT_CASE("and goes on being looked at", n >= 5 && n <= 6);
	for (int i = 0; i < 700 && l.check.in_row > 0; i++)
		say(MSG_CHECKED, seconds(1), LEFT_S);
	ZT_CASE("right once, it is looked at as often as before",
	    l.check.in_row == 0 && wrong_checks(30) == 2);
	rig_close();
}

static const struct zt_test tests[] = {
	{ "right", test_right },
	{ "wrong", test_wrong },
	{ "sent again", test_sent_again },
	{ "put right", test_put_right },
	{ "resync", test_resync },
	{ "clock", test_clock },
	{ "unwanted", test_unwanted },
	{ "never right", test_never_right },
};

ZT_MAIN("live_check", tests)
