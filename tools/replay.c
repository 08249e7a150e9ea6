/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "daemon/dnstell.h"
#include "fp/capture.h"
#include "fp/recorder.h"
#include "tools/logfile.h"
#include "tools/replay_marks.h"
#include "tools/replay_report.h"

#define HALF_YEAR_MS ((int64_t)182 * 86400 * 1000)
#define TICK_MS      1000
#define SILENCE_MS   (3600 * (int64_t)TICK_MS)
#define AHEAD_MAX    65536 /* packets in which a recording must have a mark */
#define MARKED_MS    1000  /* how long before its mark a line was written */

static const char *const policy_name[REPLAY_POLICIES] = { "as configured",
	"what if" };

struct replay {
	struct replay_conf *conf;
	struct world worlds[REPLAY_POLICIES];
	struct replay_out out;
	struct diff *diff; /* NULL: one policy */
	struct truth truth;
	struct capture *caps[REPLAY_FILES_MAX];
	struct packet head[REPLAY_FILES_MAX];
	bool have[REPLAY_FILES_MAX];
	struct logfile logs[REPLAY_FILES_MAX];
	struct state *state; /* NULL: nothing stays */
	struct marks *marks; /* NULL: no capture can hold any */
	bool marked;         /* one does */
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

/* ---- opening ---- */

/* Can it hold marks?  What cannot be read twice is taken to. */
static bool
may_have_marks(struct replay *r, const char *path)
{
	char err[CAPTURE_ERRLEN];
	struct stat st;
	struct capture *c;
	struct packet p;
	const char *line;
	size_t n;
	bool found = false;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return true;
	c = capture_open_file(path, err);
	for (unsigned i = 0; c != NULL && !found && i < AHEAD_MAX; i++) {
		if (capture_next(c, &p) != CAPTURE_PACKET ||
		    p.link != PACKET_RAW)
			break; /* not a recording of ours */
		found = recorder_is_mark(&p, &line, &n);
	}
	capture_close(c);
	r->marked = r->marked || found;
	return found;
}

/* The next packet of a capture into its head; 0 or -1. */
static int
fill_capture(struct replay *r, size_t i)
{
	if (r->have[i] || r->caps[i] == NULL)
		return 0;
	switch (capture_next(r->caps[i], &r->head[i])) {
	case CAPTURE_PACKET:
		r->have[i] = true;
		return 0;
	case CAPTURE_ERROR:
		return fail(r, capture_error(r->caps[i]), "");
	default:
		capture_close(r->caps[i]);
		r->caps[i] = NULL;
		return 0;
	}
}

/* All captures, and when the first packet comes: INT64_MAX without one. */
static int
open_captures(struct replay *r, int64_t *first_us)
{
	char err[CAPTURE_ERRLEN];

	*first_us = INT64_MAX;
	for (size_t i = 0; i < r->conf->pcaps_n; i++) {
		const char *path = r->conf->pcaps[i];
		bool marks = may_have_marks(r, path);

		if ((r->caps[i] = capture_open_file(path, err)) == NULL)
			return fail(r, err, "");
		if (fill_capture(r, i) != 0)
			return -1;
		if (!r->have[i])
			continue;
		if (r->head[i].t_us < *first_us)
			*first_us = r->head[i].t_us;
		if (marks && r->head[i].link == PACKET_RAW &&
		    r->marks == NULL && (r->marks = marks_new()) == NULL)
			return fail(r, strerror(ENOMEM), "");
	}
	return 0;
}

static int
open_logs(struct replay *r)
{
	for (size_t i = 0; i < r->conf->logs_n; i++) {
		int rc = logfile_open(&r->logs[i], r->conf->logs[i]);

		if (rc != 0)
			return fail(r, r->conf->logs[i], strerror(-rc));
	}
	return 0;
}

static int
open_worlds(struct replay *r, int64_t first_us)
{
	struct replay_conf *conf = r->conf;
	/* A line of a session that began before the capture has no witness. */
	struct world_conf wc = { .witness = conf->pcaps_n > 0,
		.witness_from_ms = conf->pcaps_n > 0 ? first_us / 1000 - 1000 :
						       0,
		.truth = conf->truth_path != NULL ? &r->truth : NULL };
	char err[STATE_ERRLEN];

	if (conf->state_dir != NULL &&
	    (r->state = state_open(conf->state_dir,
		 !conf->with[0].policy->enforce, err)) == NULL)
		return fail(r, err, "");
	wc.state = r->state;
	if (conf->policies_n > 1 && (r->diff = diff_new()) == NULL)
		return fail(r, strerror(ENOMEM), "");
	r->out = (struct replay_out){ .f = conf->out, .jsonl = conf->jsonl };
	wc.diff = r->diff;
	wc.out = r->diff == NULL ? &r->out : NULL;
	for (size_t i = 0; i < conf->policies_n; i++) {
		wc.with = conf->with[i];
		wc.which = i;
		wc.explain = i == 0 && conf->explain.n > 0 ? &conf->explain :
							     NULL;
		if (!world_init(&r->worlds[i], &wc))
			return fail(r, strerror(ENOMEM), "");
	}
	conf->explain.policy = conf->with[0].policy;
	return 0;
}

/* ---- time, packets, lines: to every world ---- */

static void
tick_until(struct replay *r, int64_t t_ms)
{
	if (r->next_tick_ms == 0)
		r->next_tick_ms = t_ms + TICK_MS;
	/* A long silence needs no tick for each of its seconds. */
	if (t_ms - r->next_tick_ms > SILENCE_MS)
		r->next_tick_ms = t_ms - SILENCE_MS;
	for (; r->next_tick_ms <= t_ms; r->next_tick_ms += TICK_MS)
		for (size_t i = 0; i < r->conf->policies_n; i++)
			world_tick(&r->worlds[i], r->next_tick_ms);
	if (t_ms > r->now_ms)
		r->now_ms = t_ms;
}

static void
give_line(struct replay *r, struct str line, int64_t t_ms)
{
	for (size_t i = 0; i < r->conf->policies_n; i++)
		world_line(&r->worlds[i], line, t_ms);
}

static void
apply_packet(struct replay *r, const struct packet *p)
{
	struct str line;

	tick_until(r, p->t_us / 1000);
	if (r->marks == NULL || !recorder_is_mark(p, &line.p, &line.n)) {
		for (size_t i = 0; i < r->conf->policies_n; i++)
			world_packet(&r->worlds[i], p);
		return;
	}
	r->marked = true;
	if (dnsmark_is(line)) { /* no log has it: DNS said it */
		for (size_t i = 0; i < r->conf->policies_n; i++)
			(void)dnstell_line(r->worlds[i].engine, line,
			    p->t_us / 1000);
		return;
	}
	if (r->conf->logs_n > 0 && marks_pair(r->marks, line, MARKS_RECORDING))
		return;
	give_line(r, line, p->t_us / 1000);
}

static void
apply_line(struct replay *r, struct logfile *l)
{
	int64_t t_ms = l->due_ms > r->now_ms ? l->due_ms : r->now_ms;
	struct str line = { l->line, l->len };

	l->have = false;
	tick_until(r, t_ms);
	if (r->marks == NULL || !marks_pair(r->marks, line, MARKS_LOG))
		give_line(r, line, t_ms);
}

/* ---- merging ---- */

/* Fills the heads of all sources; -1 when one cannot be read. */
static int
fill(struct replay *r, const struct logtime_conf *tc, int64_t ref_ms)
{
	for (size_t i = 0; i < r->conf->pcaps_n; i++)
		if (fill_capture(r, i) != 0)
			return -1;
	for (size_t i = 0; i < r->conf->logs_n; i++) {
		int rc = logfile_next(&r->logs[i], tc,
		    ref_ms > r->now_ms ? ref_ms : r->now_ms + HALF_YEAR_MS,
		    r->marked ? MARKED_MS : 0);

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
run(struct replay *r)
{
	const struct policy *p = r->conf->with[0].policy;
	struct logtime_conf tc = { p->log_zone_s, p->log_year };
	int64_t first_us, ref_ms;

	if (r->conf->truth_path != NULL &&
	    truth_read(&r->truth, r->conf->truth_path, r->err) != 0)
		return -1;
	if (open_captures(r, &first_us) != 0 || open_logs(r) != 0 ||
	    open_worlds(r, first_us) != 0)
		return -1;
	/*
	 * A stamp without a year is of the year that brings it nearest to the
	 * capture: the next day's log is open as well, and not a year old.
	 */
	ref_ms = first_us == INT64_MAX ? (int64_t)time(NULL) * 1000 :
					 first_us / 1000 + HALF_YEAR_MS;
	for (;;) {
		if (fill(r, &tc, ref_ms) != 0)
			return -1;
		if (!step(r))
			return 0;
	}
}

/* ---- what is told at the end ---- */

static int
write_report(struct replay *r, const struct report *rep)
{
	const char *path = r->conf->report_path;
	FILE *f = fopen(path, "we");
	json_t *o = f == NULL ? NULL : report_json(rep);
	bool ok = o != NULL &&
	    json_dumpf(o, f,
		JSON_PRESERVE_ORDER | JSON_INDENT(1) |
		    JSON_REAL_PRECISION(10)) == 0 &&
	    fputc('\n', f) != EOF;

	json_decref(o);
	if (f != NULL && fclose(f) != 0)
		ok = false;
	return ok ? 0 : fail(r, path, strerror(errno));
}

static int
tell_report(struct replay *r, FILE *summary)
{
	struct report rep = { .path = r->conf->truth_path,
		.truth = &r->truth,
		.n = r->conf->policies_n };

	for (size_t i = 0; i < rep.n; i++) {
		rep.effect[i] = r->worlds[i].effect;
		rep.name[i] = policy_name[i];
	}
	report_text(&rep, summary);
	return r->conf->report_path != NULL ? write_report(r, &rep) : 0;
}

static void
tell_diff(struct replay *r)
{
	struct diff_print p = { .changes = r->conf->changes,
		.changes_n = r->conf->changes_n,
		.truth = r->conf->truth_path != NULL ? &r->truth : NULL,
		.json = r->conf->jsonl,
		.out = r->conf->out };

	for (size_t i = 0; i < REPLAY_POLICIES; i++) {
		p.name[i] = policy_name[i];
		p.engine[i] = r->worlds[i].engine;
	}
	diff_print(r->diff, &p);
}

/* `rc` is how the run went; what was read before an error is told, too. */
static int
tell(struct replay *r, FILE *summary, int rc)
{
	for (size_t i = 0; i < r->conf->policies_n; i++) {
		struct world *w = &r->worlds[i];

		world_end(w);
		if (i == 0)
			replay_out_summary(w->engine, world_clients(w),
			    summary);
		if (spill_error(w->spill) != NULL && rc == 0)
			rc = fail(r, spill_error(w->spill), "");
		if (state_error(w->conf.state) != NULL && rc == 0)
			rc = fail(r, state_error(w->conf.state), "");
	}
	if (r->diff != NULL) {
		tell_diff(r);
		if (diff_failed(r->diff) && rc == 0)
			rc = fail(r, strerror(ENOMEM), "");
	}
	if (r->conf->truth_path != NULL && tell_report(r, summary) != 0)
		rc = -1;
	return rc;
}

int
replay_run(struct replay_conf *conf, FILE *summary, char err[REPLAY_ERRLEN])
{
	struct replay *r = calloc(1, sizeof(*r));
	int rc;

	if (r == NULL) {
		snprintf(err, REPLAY_ERRLEN, "%s", strerror(ENOMEM));
		return -1;
	}
	r->conf = conf;
	r->err = err;
	rc = run(r);
	if (r->worlds[conf->policies_n - 1].engine != NULL)
		rc = tell(r, summary, rc);
	for (size_t i = 0; i < REPLAY_FILES_MAX; i++) {
		capture_close(r->caps[i]);
		logfile_close(&r->logs[i]);
	}
	for (size_t i = 0; i < REPLAY_POLICIES; i++)
		world_fini(&r->worlds[i]);
	state_close(r->state);
	diff_free(r->diff);
	truth_free(&r->truth);
	marks_free(r->marks);
	free(r);
	return rc;
}
