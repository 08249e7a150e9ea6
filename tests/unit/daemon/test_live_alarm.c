/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said when counts say that we are blind, how often, and what status
 * shows: live_alarm with blind itself, and counts that the test makes up.
 *
 * zt-link: daemon/live_alarm daemon/blind
 */
#include <string.h>

#include "daemon/live_impl.h"
#include "tests/zt.h"

#define MINUTE 60000

static struct {
	struct engine_counts n;
	uint64_t lines; /* read from the log */
	const char *lies;
	unsigned log, clients, wire, both, odd, others;
} w;
static struct live l;
static struct config config;
static int64_t now_ms;

void
engine_counts(const struct engine *e, struct engine_counts *out)
{
	(void)e;
	*out = w.n;
}

const char *
engine_alarm(struct engine *e)
{
	(void)e;
	return w.lies;
}

void
logtail_status(const struct logtail *t, size_t source,
    struct logtail_status *out)
{
	(void)t;
	(void)source;
	*out = (struct logtail_status){ .lines = w.lines };
}

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

void
log_msg(int priority, const char *fmt, ...)
{
	(void)priority;
	if (begins(fmt, "blind-log:"))
		w.log++;
	else if (begins(fmt, "blind-clients:"))
		w.clients++;
	else if (begins(fmt, "blind-wire:"))
		w.wire++;
	else if (begins(fmt, "blind-both:"))
		w.both++;
	else if (begins(fmt, "learned-odd:"))
		w.odd++;
	else
		w.others++;
}

/* One interface, one log; nothing has happened yet. */
static void
begin(void)
{
	static char name[] = "mail.log", *names[] = { name, NULL };

	memset(&w, 0, sizeof(w));
	memset(&l, 0, sizeof(l));
	memset(&config, 0, sizeof(config));
	config.logs = names;
	l.cfg = &config;
	l.conf.ifaces_n = 1;
	l.logs_n = 1;
	now_ms = 1000;
	live_alarm_tick(&l, now_ms);
}

/* Ten minutes of ticks. */
static void
ten_minutes(void)
{
	for (int i = 0; i < 600; i++)
		live_alarm_tick(&l, now_ms += 1000);
}

static unsigned
said(void)
{
	return w.log + w.clients + w.wire + w.both + w.odd + w.others;
}

/* So many clients connected, and the log spoke of them. */
static void
traffic(uint64_t handshakes, uint64_t logged, uint64_t joined)
{
	w.n.sessions.syns += handshakes;
	w.n.sessions.opened += handshakes;
	w.n.kinds[LOG_CONNECT] += logged;
	w.n.joined_port += joined;
	w.n.orphans += logged - joined;
	w.lines += logged;
	l.logs[0].understood += logged;
}

static void
test_sees(void)
{
	begin();
	traffic(100, 100, 100);
	ten_minutes();
	ZT_CASE("connections and their lines are nothing to speak of",
	    said() == 0 && !l.alarms.blind);
	ten_minutes();
	ZT_CASE("nor is a quiet hour", said() == 0 && !l.alarms.blind);
}

static void
test_silent_log(void)
{
	begin();
	traffic(100, 100, 100);
	ten_minutes();
	traffic(100, 0, 0); /* rotated away, or its writer hangs */
	for (int i = 0; i < 599; i++)
		live_alarm_tick(&l, now_ms += 1000);
	ZT_CASE("nine minutes and a half without a line are no alarm",
	    said() == 0);
	live_alarm_tick(&l, now_ms += 1000);
	ZT_CASE("SYNs without a line in ten minutes are", w.clients == 1);
	ZT_CASE("status shows it",
	    l.alarms.blind && l.alarms.view == BLIND_LOG);
	live_alarm_tick(&l, now_ms += 1000);
	ZT_CASE("it is one line in ten minutes", said() == 1);
	traffic(100, 0, 0);
	ten_minutes();
	ZT_CASE("and comes again", said() == 2);
	traffic(100, 100, 100);
	ten_minutes();
	ZT_CASE("until lines come again",
	    said() == 2 && !l.alarms.blind && l.alarms.view == BLIND_NOT);
}

static void
test_deaf_log(void)
{
	begin();
	w.lines += 500; /* and none was understood */
	ten_minutes();
	ZT_CASE("lines of which none is understood are an alarm",
	    w.log == 1 && said() == 1);
	ZT_CASE("which status shows", l.alarms.blind && l.logs[0].blind);
	ten_minutes();
	ZT_CASE("a quiet log is not told again, and shown still",
	    w.log == 1 && l.alarms.blind);
	traffic(10, 10, 10);
	ten_minutes();
	ZT_CASE("a line that is understood ends it",
	    said() == 1 && !l.alarms.blind);
	ten_minutes();
	w.lines += 500;
	ten_minutes();
	ZT_CASE("what was understood an hour ago does not hide it",
	    w.log == 2 && l.alarms.blind);
}

static void
test_wrong_wire(void)
{
	begin();
	traffic(0, 100, 0);
	ten_minutes();
	ZT_CASE("lines about clients that are not on the wire are an alarm",
	    w.wire == 1 && said() == 1 && l.alarms.view == BLIND_CAPTURE);
	begin();
	traffic(100, 100, 0);
	ten_minutes();
	ZT_CASE("so is the log of another server",
	    w.both == 1 && said() == 1 && l.alarms.view == BLIND_OTHER);
	begin();
	l.conf.ifaces_n = 0;
	traffic(0, 100, 0);
	ten_minutes();
	ZT_CASE("without captures the wire is not missed", said() == 0);
}

/* A line about a client is one whatever it tells of him. */
static void
test_kinds(void)
{
	for (size_t k = LOG_UNKNOWN_RCPT; k < LOG_KINDS; k++) {
		char name[64];

		begin();
		traffic(100, 0, 0);
		w.n.kinds[k] = w.n.orphans = w.lines = 1;
		l.logs[0].understood = 1;
		ten_minutes();
		(void)snprintf(name, sizeof(name),
		    "one line of kind %zu shows that the log is there", k);
		ZT_CASE(name, said() == 0);
	}
}

static void
test_lies(void)
{
	begin();
	traffic(100, 100, 100);
	w.lies = "half of all labels are of one network";
	for (int i = 0; i < 12; i++) {
		traffic(100, 100, 100);
		ten_minutes();
	}
	ZT_CASE("lies are told once an hour", w.odd == 2 && said() == 2);
	ZT_CASE("and are no blindness", !l.alarms.blind);
}

static const struct zt_test tests[] = {
	{ "sees", test_sees },
	{ "silent log", test_silent_log },
	{ "log that is not understood", test_deaf_log },
	{ "wrong wire", test_wrong_wire },
	{ "kinds", test_kinds },
	{ "lies", test_lies },
};

ZT_MAIN("live_alarm", tests)
