/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much is logged when much happens: of thousands of decisions in a second,
 * and of a disk that is full and not full by turns.  The test is the clock,
 * the store, the guard's socket and the log.
 *
 * zt-link: daemon/live_out fp/addr
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "daemon/live_impl.h"
#include "daemon/why.h"
#include "tests/zt.h"

#define SECOND 1000
#define MINUTE (60 * SECOND)

static struct {
	int64_t mono_ms;
	int put; /* what store_client_put() answers */
	unsigned puts, lines, full, room, failed, not_logged;
	unsigned long long left_out;
	unsigned sent; /* to the guard */
} w;
static struct live l;

/* ---- what live_out asks of the others ---- */

int64_t
live_mono_ms(void)
{
	return w.mono_ms;
}

int
store_client_put(struct store *s, const struct client *c)
{
	(void)s;
	(void)c;
	w.puts++;
	return w.put;
}

int
store_client_get(struct store *s, const struct addr *key, struct client *c)
{
	(void)s;
	(void)key;
	(void)c;
	return 0;
}

void
live_guard_send(struct live *live, const struct msg *m)
{
	(void)live;
	(void)m;
	w.sent++;
}

void
live_guard_flush(struct live *live)
{
	(void)live;
}

void
live_top_note(struct live *live, const struct engine_out *o)
{
	(void)live;
	(void)o;
}

bool
live_check_stepped(const struct live *live)
{
	(void)live;
	return false;
}

const char *
why_reasons(const uint8_t reasons[4], char *buf, size_t n)
{
	(void)reasons;
	(void)n;
	buf[0] = '\0';
	return buf;
}

const char *
config_duration_print(uint32_t s, char buf[24])
{
	(void)s;
	buf[0] = '\0';
	return buf;
}

const char *
log_escape(struct str s, char *buf, size_t n)
{
	(void)s;
	(void)n;
	buf[0] = '\0';
	return buf;
}

/* As log.c has it, which cannot be linked: the log is this test. */
bool
log_every(struct log_limit *limit, int64_t now_ms, uint64_t *left_out)
{
	if (limit->next_ms != 0 && now_ms < limit->next_ms)
		return false;
	if (left_out != NULL)
		*left_out = 0;
	limit->next_ms = now_ms + MINUTE;
	return true;
}

void
log_msg(int priority, const char *fmt, ...)
{
	va_list ap;

	(void)priority;
	w.lines++;
	w.full += strncmp(fmt, "store-full:", 11) == 0;
	w.room += strncmp(fmt, "store-room:", 11) == 0;
	w.failed += strncmp(fmt, "store-failed:", 13) == 0;
	if (strncmp(fmt, "not-logged:", 11) != 0)
		return;
	w.not_logged++;
	va_start(ap, fmt);
	w.left_out += va_arg(ap, unsigned long long);
	va_end(ap);
}

/* ---- tests ---- */

static const struct client somebody;
static const struct policy policy = { .lease_s = 86400 };

static void
begin(void)
{
	memset(&w, 0, sizeof(w));
	memset(&l, 0, sizeof(l));
	l.policy = &policy;
	w.mono_ms = 1000 * SECOND;
}

static void
decide(enum engine_out_kind kind)
{
	static char why[] = "test";

	live_out(&l,
	    &(struct engine_out){ .kind = kind,
		.client = &somebody,
		.net = { addr_v4(0xc0000207), 32 },
		.timeout_s = 600,
		.why = why });
}

static void
test_storm(void)
{
	begin();
	for (int i = 0; i < 1000; i++)
		decide(ENGINE_BLOCK);
	live_out_late(&l);
	ZT_CASE("of a thousand blocks in a second each is in the kernel",
	    w.sent == 1000);
	ZT_CASE("but two hundred are in the log", w.lines == 200);
	for (int i = 0; i < 1000; i++)
		decide(ENGINE_UNBLOCK);
	ZT_CASE("what ends in that second has no place there either",
	    w.lines == 200 && w.sent == 2000);
	live_out_tick(&l);
	ZT_CASE("one line counts the others",
	    w.not_logged == 1 && w.left_out == 1800);
	live_out_tick(&l);
	ZT_CASE("once", w.not_logged == 1);
	w.mono_ms += SECOND;
	w.lines = 0;
	decide(ENGINE_UNBLOCK);
	ZT_CASE("a second later lines are written again", w.lines == 1);
}

static void
test_orphans(void)
{
	begin();
	for (int i = 0; i < 100000; i++) {
		decide(ENGINE_ORPHAN);
		w.mono_ms += i % 10 == 0;
	}
	ZT_CASE("a hundred thousand forged lines in ten seconds are one line",
	    w.lines == 1);
}

/* One write, and the end of its round when it went well. */
static void
save(int answer)
{
	w.put = answer;
	if (live_out_save(&l, &somebody))
		live_out_store_good(&l);
}

static void
test_full(void)
{
	begin();
	for (int i = 0; i < 600; i++) {
		save(-ENOSPC);
		w.mono_ms += SECOND;
	}
	ZT_CASE("a disk that is full for ten minutes is told once",
	    w.full == 1 && w.lines == 1 && l.faults.full);
	save(0);
	ZT_CASE("and when there is room", w.room == 1 && !l.faults.full);
	save(0);
	ZT_CASE("once", w.lines == 2);
}

static void
test_edge(void)
{
	begin();
	for (int i = 0; i < 600; i++) {
		save(i % 2 == 0 ? -ENOSPC : 0);
		w.mono_ms += SECOND;
	}
	ZT_CASE("a disk at its edge, full each other second for ten minutes, "
		"is told once a minute",
	    w.full >= 9 && w.full <= 11);
	ZT_CASE("and so is its room", w.room >= 9 && w.room <= 11);
	w.full = 0;
	for (int i = 0; i < 60; i++) {
		save(-ENOSPC);
		w.mono_ms += SECOND;
	}
	ZT_CASE("one that then stays full is told within a minute",
	    w.full == 1 && l.faults.full_told);
}

static void
test_pause(void)
{
	begin();
	for (int i = 0; i < 10000; i++)
		save(-ENOSPC);
	ZT_CASE("a full disk is tried once a second, whoever waits",
	    w.puts == 1);
	w.mono_ms += SECOND;
	save(-ENOSPC);
	ZT_CASE("and again after it", w.puts == 2);
	begin();
	for (int i = 0; i < 10000; i++)
		save(-EIO);
	ZT_CASE("other errors of the store are one line a minute",
	    w.failed == 1 && w.lines == 1);
}

static const struct zt_test tests[] = {
	{ "storm", test_storm },
	{ "orphans", test_orphans },
	{ "full", test_full },
	{ "edge", test_edge },
	{ "pause", test_pause },
};

ZT_MAIN("live_out", tests)
