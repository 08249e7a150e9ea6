/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_in - captures and log lines on their way into the engine */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/dnsmark.h"
#include "daemon/journal.h"
#include "daemon/live_impl.h"

#define PACKETS_SLICE 1000
#define PACKETS_MOST  20 /* slices: more than the kernel keeps for us */

/* ---- packets ---- */

static bool
smtp_port(const struct policy *p, uint16_t port)
{
	for (size_t i = 0; i < p->ports_n; i++)
		if (p->ports[i] == port)
			return true;
	return false;
}

static void
record(struct live *l, const struct packet *p)
{
	const struct traits *t = engine_last_traits(l->engine);
	size_t link_n;

	if (t == NULL ||
	    !(smtp_port(l->policy, t->sport) || smtp_port(l->policy, t->dport)))
		return;
	link_n = (size_t)(t->ip - p->data); /* what is before the IP header */
	(void)recorder_packet(l->conf.recorder, p->t_us, t->ip, t->ip_caplen,
	    p->wirelen - (uint32_t)link_n);
}

void
live_in_packet(struct live *l, const struct packet *p)
{
	const struct traits *t;

	engine_packet(l->engine, p);
	if (l->p0f.hosts == NULL)
		return;
	t = engine_last_traits(l->engine);
	if (t != NULL && smtp_port(l->policy, t->dport))
		live_p0f_packet(l, t, p->t_us);
}

static void
one_packet(struct live *l, const struct packet *p)
{
	live_in_packet(l, p);
	if (l->conf.recorder != NULL)
		record(l, p);
}

static void
cap_broken(struct live_cap *cap)
{
	if (log_every(&cap->live->faults.capture, live_mono_ms(), NULL))
		log_msg(LOG_ERR,
		    "capture-failed: %s: capture failed, trying again: %s",
		    cap->iface->name, capture_error(cap->iface->capture));
	if (!cap->broken && cap->ev != NULL)
		(void)event_del(cap->ev);
	cap->broken = true;
}

/* True: there may be more. */
static bool
cap_read(struct live_cap *cap)
{
	struct packet p;

	for (int i = 0; i < PACKETS_SLICE; i++) {
		enum capture_status st = capture_next(cap->iface->capture, &p);

		if (st == CAPTURE_ERROR || st == CAPTURE_END) {
			cap_broken(cap);
			return false;
		}
		if (cap->broken) { /* the interface is up again */
			cap->broken = false;
			log_msg(LOG_NOTICE, "capture-back: %s: capture goes on",
			    cap->iface->name);
			if (cap->ev != NULL)
				(void)event_add(cap->ev, NULL);
		}
		if (st == CAPTURE_AGAIN)
			return false;
		one_packet(cap->live, &p);
	}
	return true;
}

static void
on_capture(evutil_socket_t fd, short what, void *arg)
{
	struct live_cap *cap = arg;

	(void)fd;
	(void)what;
	(void)cap_read(cap);
	live_guard_pump(cap->live);
}

void
live_in_captures(struct live *l)
{
	for (size_t i = 0; i < l->conf.ifaces_n; i++)
		(void)cap_read(&l->caps[i]);
}

/*
 * Packets are the witnesses of lines: all that the kernel had before it had
 * the line is handed on first.
 */
static void
before_lines(void *arg)
{
	struct live *l = arg;

	for (size_t i = 0; i < l->conf.ifaces_n; i++)
		for (int k = 0; k < PACKETS_MOST; k++)
			if (!cap_read(&l->caps[i]))
				break;
}

/* ---- lines ---- */

/*
 * When a backlog line is applied: as if it had been read when its second was
 * over.  A line without a stamp goes with the one before it.
 */
static int64_t
backlog_ms(struct live *l, struct live_log *s, struct str line, int64_t now_ms)
{
	struct logtime_conf lc = { l->policy->log_zone_s, l->policy->log_year };
	int64_t t_ms;
	bool whole;

	if (logtime_parse(&lc, line, now_ms, &t_ms, &whole) > 0)
		s->stamp_ms = (t_ms / 1000 + 1) * 1000;
	if (s->stamp_ms == 0 || s->stamp_ms > now_ms)
		return now_ms;
	return s->stamp_ms;
}

/* The journal's entries say themselves when they came. */
static bool
still_backlog(const struct live *l, struct live_log *s, struct str line)
{
	if (s->catching_up)
		s->catching_up = journal_stamp_us(line) / 1000 < l->started_ms;
	return s->catching_up;
}

static void
on_line(void *arg, size_t i, struct str line, bool backlog)
{
	struct live *l = arg;
	struct live_log *s = &l->logs[i];
	int64_t t_ms = live_wall_ms();

	if (backlog || still_backlog(l, s, line))
		t_ms = backlog_ms(l, s, line, t_ms);
	/* A line that looks like an answer of DNS is none: see dnsmark.h. */
	if (l->conf.recorder != NULL && !dnsmark_is(line))
		(void)recorder_mark(l->conf.recorder, t_ms * 1000, line.p,
		    line.n);
	if (engine_line(l->engine, line, t_ms) != LOG_NONE)
		s->understood++;
	l->lines_read = true;
}

static void
say_fault(struct log_limit *lim, const char *path, const char *what)
{
	if (log_every(lim, live_mono_ms(), NULL))
		log_msg(LOG_WARNING, "log-fault: %s: %s", path, what);
}

static void
on_log_event(void *arg, size_t i, enum logtail_event ev, uint64_t n)
{
	struct live *l = arg;
	const char *path = l->cfg->logs[i];
	unsigned long long v = n;

	switch (ev) {
	case LOGTAIL_EV_FIRST:
		log_msg(LOG_NOTICE,
		    "log-first: %s: read for the first time: from its end "
		    "(byte %llu)",
		    path, v);
		break;
	case LOGTAIL_EV_RESUMED:
		log_msg(LOG_INFO,
		    "log-resumed: %s: goes on where it was left, %llu bytes",
		    path, v);
		break;
	case LOGTAIL_EV_ROTATED:
		if (log_every(&l->logs[i].rotated, live_mono_ms(), NULL))
			log_msg(LOG_INFO, "log-rotated: %s: a new file", path);
		break;
	case LOGTAIL_EV_TRUNCATED:
		if (log_every(&l->logs[i].truncated, live_mono_ms(), NULL))
			log_msg(LOG_NOTICE,
			    "log-truncated: %s: truncated: from its start",
			    path);
		break;
	case LOGTAIL_EV_LOST:
		if (log_every(&l->logs[i].lost, live_mono_ms(), NULL))
			log_msg(LOG_WARNING,
			    "log-lost: %s: the file read last is gone: lines "
			    "after byte %llu of it are lost",
			    path, v);
		break;
	case LOGTAIL_EV_MISSING:
		say_fault(&l->logs[i].missing, path, "there is no such file");
		break;
	case LOGTAIL_EV_DENIED:
		say_fault(&l->logs[i].missing, path, "may not be read");
		break;
	case LOGTAIL_EV_ERROR:
		say_fault(&l->logs[i].error, path, strerror((int)n));
		break;
	case LOGTAIL_EV_ENDED: /* zfw-journal or the guard said why */
		break;
	}
}

void
live_in_lines(struct live *l)
{
	static const struct timeval at_once = { 0, 0 };

	if (logtail_read(l->tail, live_mono_ms()))
		(void)event_add(l->ev_more, &at_once);
	live_guard_pump(l);
}

static void
on_more(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	live_in_lines(arg);
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	uint64_t n;

	(void)what;
	if (read(fd, &n, sizeof(n)) < 0 && errno != EAGAIN)
		log_msg(LOG_ERR, "log-wake: wake descriptor: %s",
		    strerror(errno));
	live_in_lines(arg);
}

static void
on_stream(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	live_in_lines(arg);
}

static void
on_wait(void *arg, size_t i, int fd)
{
	struct live *l = arg;
	struct event **ev = &l->logs[i].ev;

	if (*ev != NULL)
		event_free(*ev);
	*ev = NULL;
	if (fd >= 0)
		*ev = event_new(l->base, fd, EV_READ | EV_PERSIST, on_stream,
		    l);
	if (*ev != NULL) /* without: the tick reads it */
		(void)event_add(*ev, NULL);
}

void
live_in_source(struct live *l, size_t i)
{
	struct live_log *s = &l->logs[i];

	logtail_reset(l->tail, i); /* and its event with it */
	if (s->ev != NULL)
		event_free(s->ev);
	*s = (struct live_log){ .ev = NULL };
	if (l->cfg->logs[i] != NULL && l->cfg->logs[i][0] != '\0' &&
	    !live_save_source(l, i))
		log_msg(LOG_ERR,
		    "log-place: %s: where it was left cannot be read",
		    l->cfg->logs[i]);
}

/* ---- start and end ---- */

static bool
init_captures(struct live *l)
{
	for (size_t i = 0; i < l->conf.ifaces_n; i++) {
		struct live_cap *cap = &l->caps[i];
		int fd = capture_fd(l->conf.ifaces[i].capture);

		cap->live = l;
		cap->iface = &l->conf.ifaces[i];
		if (fd < 0) /* the tick reads it */
			continue;
		cap->ev = event_new(l->base, fd, EV_READ | EV_PERSIST,
		    on_capture, cap);
		if (cap->ev == NULL || event_add(cap->ev, NULL) != 0)
			return false;
	}
	return true;
}

bool
live_in_init(struct live *l)
{
	struct logtail_conf tc = { l, before_lines, on_line, live_guard_find,
		on_log_event, on_wait };

	while (l->logs_n < LIVE_LOGS_MAX && l->cfg->logs != NULL &&
	    l->cfg->logs[l->logs_n] != NULL)
		l->logs_n++;
	/* Others may come with a reload. */
	l->tail = logtail_new(&tc, LIVE_LOGS_MAX);
	if (l->tail == NULL)
		return false;
	if (!live_save_init(l))
		return false;
	l->ev_more = evtimer_new(l->base, on_more, l);
	l->ev_wake = event_new(l->base, l->conf.wake_fd, EV_READ | EV_PERSIST,
	    on_wake, l);
	return l->ev_more != NULL && l->ev_wake != NULL &&
	    event_add(l->ev_wake, NULL) == 0 && init_captures(l);
}

void
live_in_fini(struct live *l)
{
	live_save_fini(l);
	for (size_t i = 0; i < l->logs_n; i++)
		if (l->logs[i].ev != NULL)
			event_free(l->logs[i].ev);
	logtail_free(l->tail);
	if (l->ev_more != NULL)
		event_free(l->ev_more);
	if (l->ev_wake != NULL)
		event_free(l->ev_wake);
	for (size_t i = 0; i < l->conf.ifaces_n; i++)
		if (l->caps[i].ev != NULL)
			event_free(l->caps[i].ev);
}
