/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <time.h>

#include "tools/stats_svg.h"

#define HOUR_MS INT64_C(3600000)

/* Longer times are not shown in that step. */
static const int64_t most_ms[TALLY_STEPS] = {
	[TALLY_MINUTE] = 36 * HOUR_MS,
	[TALLY_HOUR] = 40 * 24 * HOUR_MS,
	[TALLY_DAY] = INT64_MAX,
};

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void
svg_range_of(const struct stats *s, enum tally_step step, struct svg_range *out)
{
	const struct stats_series *in = &s->series[step];
	int64_t step_ms = tally_step_ms[step], t = in->first * step_ms;
	size_t skip = 0, n = in->n;

	while (skip < n && t + step_ms <= s->opts.since_ms) {
		skip++;
		t += step_ms;
	}
	while (n > skip &&
	    t + (int64_t)(n - skip - 1) * step_ms >= s->opts.until_ms)
		n--;
	/* Before the history began there is nothing to show. */
	while (skip < n && in->slot[skip].modes == 0) {
		skip++;
		t += step_ms;
	}
	*out = (struct svg_range){ .slot = in->slot + skip,
		.n = n - skip,
		.from_ms = t,
		.step_ms = step_ms,
		.until_ms = s->opts.until_ms,
		.step = step };
}

/* The finest step that covers nearly all that any step covers. */
bool
svg_range_pick(const struct stats *s, struct svg_range *out)
{
	int64_t span_ms = s->opts.until_ms -
	    later(s->opts.since_ms, s->first_ms);
	struct svg_range r[TALLY_STEPS];
	int64_t most = 0;

	for (int k = 0; k < TALLY_STEPS; k++) {
		svg_range_of(s, (enum tally_step)k, &r[k]);
		if (span_ms <= most_ms[k])
			most = later(most, (int64_t)r[k].n * r[k].step_ms);
	}
	for (int k = 0; k < TALLY_STEPS; k++) {
		int64_t covered = (int64_t)r[k].n * r[k].step_ms;

		if (span_ms > most_ms[k] || covered == 0)
			continue;
		/* A slot is more than the time that is asked for of it. */
		if (covered >= most - most / 10 - r[k].step_ms ||
		    covered >= span_ms - span_ms / 10) {
			*out = r[k];
			return true;
		}
	}
	return false;
}

uint8_t
svg_modes(const struct svg_range *r)
{
	uint8_t modes = 0;

	for (size_t i = 0; i < r->n; i++)
		modes |= r->slot[i].modes;
	return modes;
}

/* ---- bins ---- */

static bool
same_bin(enum tally_step step, const struct tm *a, const struct tm *b)
{
	if (a->tm_year != b->tm_year || a->tm_mon != b->tm_mon)
		return false;
	if (step == TALLY_DAY)
		return true;
	if (a->tm_mday != b->tm_mday)
		return false;
	/* In autumn an hour comes twice. */
	return step == TALLY_HOUR ||
	    (a->tm_hour == b->tm_hour && a->tm_isdst == b->tm_isdst);
}

size_t
svg_bins(const struct svg_range *r, struct svg_bin bin[SVG_BINS_MAX])
{
	struct tm last = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		int64_t t_ms = r->from_ms + (int64_t)i * r->step_ms;
		time_t t = (time_t)(t_ms / 1000);
		struct tm tm;

		if (localtime_r(&t, &tm) == NULL)
			continue;
		if (n == 0 || !same_bin(r->step, &tm, &last)) {
			if (n == SVG_BINS_MAX)
				break;
			bin[n++] = (struct svg_bin){ .from_ms = t_ms };
			last = tm;
		}
		bin[n - 1].to_ms = t_ms + r->step_ms;
		bin[n - 1].modes |= r->slot[i].modes;
		for (int k = 0; k < TALLY_KINDS; k++)
			bin[n - 1].n[k] += r->slot[i].n[k];
	}
	return n;
}

const char *
svg_bin_name(enum tally_step step)
{
	static const char *const names[TALLY_STEPS] = {
		[TALLY_MINUTE] = "%a %-d %b, %H:00",
		[TALLY_HOUR] = "%a %-d %b",
		[TALLY_DAY] = "%B %Y",
	};

	return names[step];
}
