/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_alarm - one line when we are blind: lines that nobody understands, or
 * mail clients on the wire that no log speaks of
 */
#include "daemon/live_impl.h"

#define EVERY_MS     600000
#define LINES_FEW    20 /* fewer say nothing */
#define SESSIONS_FEW 5

static bool
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
	if (lines < LINES_FEW || understood > 0)
		return false;
	log_msg(LOG_WARNING,
	    "blind: %s: %llu lines in ten minutes and none of them "
	    "understood: is this a mail log?",
	    l->cfg->logs[i], (unsigned long long)lines);
	return true;
}

static bool
check_connects(struct live *l)
{
	struct engine_counts n;
	uint64_t sessions, connects;

	engine_counts(l->engine, &n);
	sessions = n.sessions.opened - l->alarms.sessions;
	connects = n.kinds[LOG_CONNECT] - l->alarms.connects;
	l->alarms.sessions = n.sessions.opened;
	l->alarms.connects = n.kinds[LOG_CONNECT];
	if (sessions < SESSIONS_FEW || connects > 0 || l->logs_n == 0)
		return false;
	log_msg(LOG_WARNING,
	    "blind: %llu connections in ten minutes and no connect line in "
	    "any log: is this the log of that server?",
	    (unsigned long long)sessions);
	return true;
}

void
live_alarm_tick(struct live *l, int64_t mono_ms)
{
	bool blind;

	if (l->alarms.next_ms == 0)
		l->alarms.next_ms = mono_ms + EVERY_MS;
	if (mono_ms < l->alarms.next_ms)
		return;
	l->alarms.next_ms = mono_ms + EVERY_MS;
	blind = check_connects(l);
	for (size_t i = 0; i < l->logs_n; i++)
		blind = check_source(l, i) || blind;
	l->alarms.blind = blind;
}
