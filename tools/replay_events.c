/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay_events - what was understood of each log line */
#include <errno.h>
#include <time.h>

#include "daemon/logjoin.h"
#include "daemon/logjson.h"
#include "tools/logfile.h"
#include "tools/replay.h"

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
	struct logline_conf lc = { { conf->with[0].policy->log_zone_s,
				       conf->with[0].policy->log_year },
		conf->with[0].policy->submission };
	int64_t now_ms = (int64_t)time(NULL) * 1000, line_ms = INT64_MIN;
	struct log_event ev;
	int rc;

	while ((rc = logfile_line(l)) > 0) {
		struct str line = { l->line, l->len };

		if (logline_parse(&lc, line, now_ms, &ev) == LOG_NONE &&
		    patterns_match(conf->with[0].patterns, &lc, line, now_ms,
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
