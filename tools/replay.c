/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/logjoin.h"
#include "daemon/logjson.h"
#include "fp/capture.h"
#include "fp/recorder.h"
#include "tools/logfile.h"
#include "tools/replay.h"
#include "tools/replay_out.h"

#define MARK_SETS 8192
#define MARK_WAYS 16
#define TICK_MS   1000

/*
 * A line that the recording notes comes twice, once from the recording and
 * once from the log file: whichever is first is applied, the other passed
 * over.  Counts per line hash, in sets that hold far more than the lines of
 * the second or two between the halves.
 */
struct mark {
	uint64_t hash;
	int ahead; /* >0: the recording's came first; <0: the log's */
};

struct marks {
	struct mark v[MARK_SETS][MARK_WAYS];
	size_t next; /* the way to give up when a set is full */
};

struct replay {
	struct replay_conf *conf;
	struct engine *engine;
	struct replay_out out;
	struct capture *caps[REPLAY_FILES_MAX];
	struct packet head[REPLAY_FILES_MAX];
	bool have[REPLAY_FILES_MAX];
	struct logfile logs[REPLAY_FILES_MAX];
	struct marks *marks; /* NULL: the captures hold none */
	int64_t now_ms, next_tick_ms;
	char *err;
};

/* The sentence that the caller of replay_run() prints. */
static int
fail(struct replay *r, const char *what, const char *why)
{
	snprintf(r->err, REPLAY_ERRLEN, "%s%s%s", what, why[0] ? ": " : "",
	    why);
	return -1;
}

/* Does any capture hold marks; and when does the first packet come? */
static int
look_ahead(struct replay *r, bool *marks, int64_t *first_us)
{
	char err[CAPTURE_ERRLEN];
	const char *line;
	size_t n;

	*marks = false;
	*first_us = INT64_MAX;
	for (size_t i = 0; i < r->conf->pcaps_n; i++) {
		struct capture *c = capture_open_file(r->conf->pcaps[i], err);
		struct packet p;

		if (c == NULL)
			return fail(r, err, "");
		while (capture_next(c, &p) == CAPTURE_PACKET) {
			if (p.t_us < *first_us)
				*first_us = p.t_us;
			if (p.link != PACKET_RAW)
				break; /* not a recording of ours */
			*marks = *marks || recorder_is_mark(&p, &line, &n);
		}
		capture_close(c);
	}
	return 0;
}

static int
open_all(struct replay *r)
{
	char err[CAPTURE_ERRLEN];
	int rc;

	for (size_t i = 0; i < r->conf->pcaps_n; i++)
		if ((r->caps[i] = capture_open_file(r->conf->pcaps[i], err)) ==
		    NULL)
			return fail(r, err, "");
	for (size_t i = 0; i < r->conf->logs_n; i++)
		if ((rc = logfile_open(&r->logs[i], r->conf->logs[i])) != 0)
			return fail(r, r->conf->logs[i], strerror(-rc));
	return 0;
}

static struct mark *
mark_of(struct marks *m, uint64_t hash)
{
	struct mark *set = m->v[hash % MARK_SETS], *unused = NULL;

	for (size_t i = 0; i < MARK_WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
		if (set[i].ahead == 0)
			unused = &set[i];
	}
	if (unused == NULL)
		unused = &set[m->next++ % MARK_WAYS];
	*unused = (struct mark){ hash, 0 };
	return unused;
}

/* True: the other half of this line was applied before; pass it over. */
static bool
mark_pairs(struct marks *m, const char *line, size_t n, int side)
{
	struct mark *mark = mark_of(m, hash_stable(line, n) | 1);

	mark->ahead += side;
	return side > 0 ? mark->ahead <= 0 : mark->ahead >= 0;
}

static void
tick_until(struct replay *r, int64_t t_ms)
{
	if (r->next_tick_ms == 0)
		r->next_tick_ms = t_ms + TICK_MS;
	/* A long silence needs no tick for each of its seconds. */
	if (t_ms - r->next_tick_ms > 3600 * (int64_t)TICK_MS)
		r->next_tick_ms = t_ms - 3600 * (int64_t)TICK_MS;
	for (; r->next_tick_ms <= t_ms; r->next_tick_ms += TICK_MS)
		engine_tick(r->engine, r->next_tick_ms);
	if (t_ms > r->now_ms)
		r->now_ms = t_ms;
}

static void
apply_packet(struct replay *r, const struct packet *p)
{
	const char *line;
	size_t n;

	tick_until(r, p->t_us / 1000);
	if (r->marks == NULL || !recorder_is_mark(p, &line, &n)) {
		engine_packet(r->engine, p);
		return;
	}
	if (r->conf->logs_n > 0 && mark_pairs(r->marks, line, n, 1))
		return;
	engine_line(r->engine, (struct str){ line, n }, p->t_us / 1000);
}

static void
apply_line(struct replay *r, struct logfile *l)
{
	int64_t t_ms = l->due_ms > r->now_ms ? l->due_ms : r->now_ms;

	l->have = false;
	tick_until(r, t_ms);
	if (r->marks != NULL && mark_pairs(r->marks, l->line, l->len, -1))
		return;
	engine_line(r->engine, (struct str){ l->line, l->len }, t_ms);
}

/* Fills the heads of all sources; -1 when one cannot be read. */
static int
fill(struct replay *r, const struct logtime_conf *tc, int64_t ref_ms)
{
	for (size_t i = 0; i < r->conf->pcaps_n; i++) {
		if (r->have[i] || r->caps[i] == NULL)
			continue;
		switch (capture_next(r->caps[i], &r->head[i])) {
		case CAPTURE_PACKET:
			r->have[i] = true;
			break;
		case CAPTURE_ERROR:
			return fail(r, capture_error(r->caps[i]), "");
		default:
			capture_close(r->caps[i]);
			r->caps[i] = NULL;
		}
	}
	for (size_t i = 0; i < r->conf->logs_n; i++) {
		int rc = logfile_next(&r->logs[i], tc,
		    ref_ms > r->now_ms ? ref_ms : r->now_ms,
		    r->marks != NULL ? 1000 : 0);

		if (rc < 0)
			return fail(r, r->logs[i].path, strerror(-rc));
	}
	return 0;
}

/* Applies the earliest head; false when there is none.  Packets first. */
static bool
step(struct replay *r)
{
	int64_t best = INT64_MAX;
	size_t at = SIZE_MAX;

	for (size_t i = 0; i < r->conf->pcaps_n; i++)
		if (r->have[i] && r->head[i].t_us / 1000 < best) {
			best = r->head[i].t_us / 1000;
			at = i;
		}
	for (size_t i = 0; i < r->conf->logs_n; i++)
		if (r->logs[i].have && r->logs[i].due_ms < best) {
			best = r->logs[i].due_ms;
			at = REPLAY_FILES_MAX + i;
		}
	if (at == SIZE_MAX)
		return false;
	if (at >= REPLAY_FILES_MAX) {
		apply_line(r, &r->logs[at - REPLAY_FILES_MAX]);
	} else {
		r->have[at] = false;
		apply_packet(r, &r->head[at]);
	}
	return true;
}

static int
run(struct replay *r, struct engine_conf *ec)
{
	const struct policy *p = r->conf->policy;
	struct logtime_conf tc = { p->log_zone_s, p->log_year };
	int64_t first_us, ref_ms;
	bool marks;

	if (look_ahead(r, &marks, &first_us) != 0 || open_all(r) != 0)
		return -1;
	ref_ms = first_us == INT64_MAX ? (int64_t)time(NULL) * 1000 :
					 first_us / 1000;
	/* A line of a session that began before the capture has no witness. */
	ec->witness = r->conf->pcaps_n > 0;
	ec->witness_from_ms = ec->witness ? first_us / 1000 - 1000 : 0;
	if (marks && (r->marks = calloc(1, sizeof(*r->marks))) == NULL)
		return fail(r, strerror(ENOMEM), "");
	r->engine = engine_new(ec);
	if (r->engine == NULL)
		return fail(r, strerror(ENOMEM), "");
	for (;;) {
		if (fill(r, &tc, ref_ms) != 0)
			return -1;
		if (!step(r))
			return 0;
	}
}

int
replay_run(struct replay_conf *conf, FILE *summary, char err[REPLAY_ERRLEN])
{
	struct replay *r = calloc(1, sizeof(*r));
	struct engine_conf ec = { .policy = conf->policy, .sigs = conf->sigs };
	int rc;

	if (r == NULL) {
		snprintf(err, REPLAY_ERRLEN, "%s", strerror(ENOMEM));
		return -1;
	}
	conf->policy->enforce = true;
	r->conf = conf;
	r->err = err;
	r->out = (struct replay_out){ .f = conf->out, .jsonl = conf->jsonl };
	ec.arg = &r->out;
	ec.out = replay_out_event;
	rc = run(r, &ec);
	if (r->engine != NULL)
		replay_out_summary(&r->out, r->engine, summary);
	for (size_t i = 0; i < REPLAY_FILES_MAX; i++) {
		capture_close(r->caps[i]);
		logfile_close(&r->logs[i]);
	}
	engine_free(r->engine);
	free(r->marks);
	free(r);
	return rc;
}

static void
put_event(FILE *f, const struct log_event *ev, unsigned long line)
{
	char json[LOG_LINE_MAX * 8];
	size_t n = logjson_print(ev, line, json, sizeof(json));

	if (n == 0)
		return;
	json[n] = '\n'; /* in place of the NUL */
	(void)fwrite(json, 1, n + 1, f);
}

/* Returns as logfile_line() does: 0 at the end. */
static int
events_of(const struct replay_conf *conf, struct logfile *l, struct logjoin *j)
{
	struct logline_conf lc = { { conf->policy->log_zone_s,
				       conf->policy->log_year },
		conf->policy->submission };
	int64_t now_ms = (int64_t)time(NULL) * 1000, line_ms = INT64_MIN;
	struct log_event ev;
	int rc;

	while ((rc = logfile_line(l)) > 0) {
		if (logline_parse(&lc, (struct str){ l->line, l->len }, now_ms,
			&ev) == LOG_NONE)
			continue;
		if (ev.t_ms > line_ms)
			line_ms = ev.t_ms;
		if (logjoin_see(j, &ev, line_ms) != LOG_NONE)
			put_event(conf->out, &ev, l->number);
		while (logjoin_next(j, &ev))
			put_event(conf->out, &ev, l->number);
	}
	return rc;
}

int
replay_events(struct replay_conf *conf, char err[REPLAY_ERRLEN])
{
	struct logjoin *j = logjoin_new(LOGJOIN_ENTRIES,
	    &(struct hash_key){ 0 });
	const char *what = "events";
	int rc = j == NULL ? -ENOMEM : 0;

	for (size_t i = 0; i < conf->logs_n && rc == 0; i++) {
		struct logfile l;

		what = conf->logs[i];
		if ((rc = logfile_open(&l, what)) == 0)
			rc = events_of(conf, &l, j);
		logfile_close(&l);
	}
	logjoin_free(j);
	if (rc < 0)
		snprintf(err, REPLAY_ERRLEN, "%s: %s", what, strerror(-rc));
	return rc < 0 ? -1 : 0;
}
