/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_alarm - one line when we are blind: lines that nobody understands, mail
 * clients on the wire that no log speaks of, or lines about clients that are
 * not on the wire.  What it means is decided by blind.c.  And one when what was
 * learned looks like lies.
 */
#include "daemon/live_impl.h"

#define EVERY_MS   600000
#define LESSONS_MS 3600000

static void
check_source(struct live *l, size_t i)
{
	struct live_log *s = &l->logs[i];
	struct logtail_status st;
	uint64_t lines, understood;

	logtail_status(l->tail, i, &st);
	lines = st.lines - s->seen_lines;
	understood = s->understood - s->seen_understood;
	s->seen_lines = st.lines;
	s->seen_understood = s->understood;
	/* A quiet log does not undo it. */
	if (lines > 0)
		s->blind = blind_source(lines, understood);
	if (s->blind && lines > 0)
		log_msg(LOG_WARNING,
		    "blind-log: %s: %llu lines in ten minutes and none of them "
		    "understood: is this a mail log?",
		    l->cfg->logs[i], (unsigned long long)lines);
}

/* Lines about what a client did, not about our own mail. */
static uint64_t
about_clients(const struct engine_counts *n)
{
	uint64_t sum = n->kinds[LOG_CONNECT] + n->kinds[LOG_DISCONNECT] +
	    n->kinds[LOG_ACCEPT] + n->kinds[LOG_AUTH_OK];

	for (size_t k = LOG_UNKNOWN_RCPT; k < LOG_KINDS; k++)
		sum += n->kinds[k];
	return sum;
}

/* All that was counted since the last check. */
static struct blind_span
span_of(struct live *l)
{
	struct blind_span *was = &l->alarms.was, now, d;
	struct engine_counts n;

	engine_counts(l->engine, &n);
	now = (struct blind_span){ .syns = n.sessions.syns,
		.handshakes = n.sessions.opened,
		.connects = n.kinds[LOG_CONNECT],
		.about = about_clients(&n),
		.joined = n.joined_port + n.joined_time,
		.orphans = n.orphans };
	d = (struct blind_span){ .captures = l->conf.ifaces_n > 0,
		.logs = l->logs_n > 0,
		.syns = now.syns - was->syns,
		.handshakes = now.handshakes - was->handshakes,
		.connects = now.connects - was->connects,
		.about = now.about - was->about,
		.joined = now.joined - was->joined,
		.orphans = now.orphans - was->orphans };
	*was = now;
	return d;
}

static void
check_wire(struct live *l)
{
	const struct blind_span d = span_of(l);

	l->alarms.view = blind_wire(&l->alarms.memory, &d);
	switch (l->alarms.view) {
	case BLIND_LOG:
		log_msg(LOG_WARNING,
		    "blind-clients: %llu connections and no line about any "
		    "client in any log: is this the log of that server?",
		    (unsigned long long)l->alarms.memory.alone);
		break;
	case BLIND_CAPTURE:
		log_msg(LOG_WARNING,
		    "blind-wire: %llu lines about clients in ten minutes and "
		    "no connection on the wire (%llu SYNs): is this the right "
		    "interface, does it show both directions?",
		    (unsigned long long)d.orphans, (unsigned long long)d.syns);
		break;
	case BLIND_OTHER:
		log_msg(LOG_WARNING,
		    "blind-both: %llu connections and %llu lines about clients "
		    "in ten minutes, but never of the same client: is this the "
		    "log of that server, are the clocks right?",
		    (unsigned long long)d.handshakes,
		    (unsigned long long)d.orphans);
		break;
	case BLIND_NOT:
		break;
	}
}

/* Not blind, but being lied to. */
static void
check_lessons(struct live *l, int64_t mono_ms)
{
	const char *text;

	if (mono_ms < l->alarms.lessons_ms)
		return;
	text = engine_alarm(l->engine);
	if (text == NULL)
		return;
	l->alarms.lessons_ms = mono_ms + LESSONS_MS;
	log_msg(LOG_WARNING,
	    "learned-odd: %s: an unusual site, or does somebody teach zfw "
	    "lies?",
	    text);
}

void
live_alarm_tick(struct live *l, int64_t mono_ms)
{
	if (l->alarms.next_ms == 0)
		l->alarms.next_ms = mono_ms + EVERY_MS;
	if (mono_ms < l->alarms.next_ms)
		return;
	l->alarms.next_ms = mono_ms + EVERY_MS;
	check_wire(l);
	check_lessons(l, mono_ms);
	l->alarms.blind = l->alarms.view != BLIND_NOT;
	for (size_t i = 0; i < l->logs_n; i++) {
		check_source(l, i);
		l->alarms.blind = l->alarms.blind || l->logs[i].blind;
	}
}
