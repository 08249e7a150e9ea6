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

/* How much of the time from `from_ms` on it shows. */
static int64_t
covered(const struct svg_range *r, int64_t from_ms)
{
	int64_t end = r->from_ms + (int64_t)r->n * r->step_ms;
	int64_t begin = later(from_ms, r->from_ms);

	if (end > r->until_ms)
		end = r->until_ms;
	return r->n == 0 || end < begin ? 0 : end - begin;
}

/*
 * The finest step that covers nearly all that any step covers.  A day's slot
 * begins at its midnight: what is before the history is not counted.
 */
bool
svg_range_pick(const struct stats *s, struct svg_range *out)
{
	int64_t from_ms = later(s->opts.since_ms, s->first_ms);
	int64_t span_ms = s->opts.until_ms - from_ms, most = 0;
	struct svg_range r[TALLY_STEPS];

	for (int k = 0; k < TALLY_STEPS; k++) {
		svg_range_of(s, (enum tally_step)k, &r[k]);
		if (span_ms <= most_ms[k])
			most = later(most, covered(&r[k], from_ms));
	}
	for (int k = 0; k < TALLY_STEPS; k++) {
		if (span_ms > most_ms[k] || r[k].n == 0 ||
		    covered(&r[k], from_ms) < most - most / 10)
			continue;
		*out = r[k];
		return true;
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

enum svg_unit
svg_unit_of(const struct svg_range *r)
{
	switch (r->step) {
	case TALLY_MINUTE:
		return r->n <= 180 ? SVG_MINUTES : SVG_HOURS;
	case TALLY_HOUR:
		return r->n <= 72 ? SVG_HOURS : SVG_DAYS;
	default:
		return r->n <= 62 ? SVG_DAYS : SVG_MONTHS;
	}
}

static bool
same_bin(enum svg_unit unit, const struct tm *a, const struct tm *b)
{
	if (a->tm_year != b->tm_year || a->tm_mon != b->tm_mon)
		return false;
	if (unit == SVG_MONTHS)
		return true;
	if (a->tm_mday != b->tm_mday)
		return false;
	if (unit == SVG_DAYS)
		return true;
	/* In autumn an hour comes twice. */
	if (a->tm_hour != b->tm_hour || a->tm_isdst != b->tm_isdst)
		return false;
	return unit == SVG_HOURS ||
	    a->tm_min / SVG_MINUTES_N == b->tm_min / SVG_MINUTES_N;
}

size_t
svg_bins(const struct svg_range *r, struct svg_bin bin[SVG_BINS_MAX])
{
	enum svg_unit unit = svg_unit_of(r);
	struct tm last = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		int64_t t_ms = r->from_ms + (int64_t)i * r->step_ms;
		time_t t = (time_t)(t_ms / 1000);
		struct tm tm;

		if (localtime_r(&t, &tm) == NULL)
			continue;
		if (n == 0 || !same_bin(unit, &tm, &last)) {
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
svg_bin_name(enum svg_unit unit)
{
	static const char *const names[SVG_UNITS] = {
		[SVG_MINUTES] = "%a %-d %b, %H:%M",
		[SVG_HOURS] = "%a %-d %b, %H:00",
		[SVG_DAYS] = "%a %-d %b",
		[SVG_MONTHS] = "%B %Y",
	};

	return names[unit];
}
