/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_series - chunks of the history -> slots in order, and sums of them
 *
 * A time is summed in the finest step that is still kept from its begin on;
 * what is older than all hours comes from whole days before.
 */
#include <stdlib.h>
#include <time.h>

#include "tools/stats_impl.h"

#define WEEK_MS ((int64_t)7 * 86400 * 1000)

struct stats_series_in {
	struct {
		uint32_t first; /* slot[0] */
		size_t n;
		struct tally_slot *slot;
	} step[TALLY_STEPS];
};

static uint32_t
slot_of(enum tally_step step, int64_t t_ms)
{
	int64_t n = t_ms <= 0 ? 0 : t_ms / tally_step_ms[step];

	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

bool
stats_series_new(struct stats_in *in)
{
	struct stats_series_in *s = calloc(1, sizeof(*s));

	in->series = s;
	for (unsigned i = 0; s != NULL && i < TALLY_STEPS; i++) {
		uint32_t last = slot_of((enum tally_step)i,
		    in->o->until_ms - 1);

		s->step[i].n = tally_keep_slots[i];
		s->step[i].first = last + 1 > tally_keep_slots[i] ?
		    last + 1 - tally_keep_slots[i] :
		    0;
		s->step[i].slot = stats_alloc(in->mem, s->step[i].n,
		    sizeof(struct tally_slot));
	}
	return s != NULL && !in->mem->failed;
}

void
stats_series_free(struct stats_in *in)
{
	free(in->series);
	in->series = NULL;
}

void
stats_series_add(struct stats_in *in, enum tally_step step,
    const struct tally_chunk *c)
{
	struct stats_series_in *s = in->series;

	for (uint32_t i = 0; i < tally_chunk_slots[step]; i++) {
		uint32_t number = c->first + i;

		if (c->slot[i].modes != 0 && number >= s->step[step].first &&
		    number - s->step[step].first < s->step[step].n)
			s->step[step].slot[number - s->step[step].first] =
			    c->slot[i];
	}
}

/* ---- sums ---- */

static void
add_slot(struct tally *t, const struct tally_slot *slot)
{
	for (unsigned k = 0; k < TALLY_TOTALS; k++)
		t->n[k] += slot->n[k];
	for (unsigned k = TALLY_TOTALS; k < TALLY_KINDS; k++)
		t->n[k] = slot->n[k];
}

/* Slots that begin in the time; which modes there were, 0 = none. */
static uint8_t
sum_step(const struct stats *s, enum tally_step step, int64_t from_ms,
    int64_t until_ms, struct tally *t)
{
	const struct stats_series *v = &s->series[step];
	uint8_t modes = 0;

	for (size_t i = 0; i < v->n; i++) {
		int64_t at = (int64_t)(v->first + i) * tally_step_ms[step];

		/* The slot that the begin is in counts, too. */
		if (at + tally_step_ms[step] <= from_ms || at >= until_ms ||
		    v->slot[i].modes == 0)
			continue;
		modes |= v->slot[i].modes;
		add_slot(t, &v->slot[i]);
	}
	return modes;
}

static int64_t
kept_from(const struct stats *s, enum tally_step step)
{
	return ((int64_t)slot_of(step, s->opts.until_ms - 1) + 1 -
		   (int64_t)tally_keep_slots[step]) *
	    tally_step_ms[step];
}

static uint8_t
sum_time(const struct stats *s, int64_t from_ms, int64_t until_ms,
    struct tally *t)
{
	int64_t day = tally_step_ms[TALLY_DAY], hours_ms;
	uint8_t modes = 0;

	*t = (struct tally){ 0 };
	if (from_ms >= kept_from(s, TALLY_MINUTE))
		return sum_step(s, TALLY_MINUTE, from_ms, until_ms, t);
	/* From the first day on that all hours are there of. */
	hours_ms = (kept_from(s, TALLY_HOUR) + day - 1) / day * day;
	if (from_ms < hours_ms)
		modes = sum_step(s, TALLY_DAY, from_ms,
		    hours_ms < until_ms ? hours_ms : until_ms, t);
	else
		hours_ms = from_ms;
	return (
	    uint8_t)(modes | sum_step(s, TALLY_HOUR, hours_ms, until_ms, t));
}

static void
by_local_time(struct stats *s)
{
	const struct stats_series *v = &s->series[TALLY_HOUR];

	for (size_t i = 0; i < v->n; i++) {
		int64_t at_ms = (int64_t)(v->first + i) *
		    tally_step_ms[TALLY_HOUR];
		time_t at = (time_t)(at_ms / 1000);
		struct tm tm;

		if (v->slot[i].modes == 0 || at_ms >= s->opts.until_ms ||
		    at_ms + tally_step_ms[TALLY_HOUR] <= s->opts.since_ms ||
		    localtime_r(&at, &tm) == NULL)
			continue;
		add_slot(&s->by_hour[tm.tm_hour], &v->slot[i]);
		add_slot(&s->by_weekday[tm.tm_wday], &v->slot[i]);
		s->hour_n[tm.tm_hour]++;
		s->weekday_n[tm.tm_wday]++;
	}
}

/*
 * Where the history begins: a day begins at its midnight, whenever zfw did, so
 * a finer step says it better if it is kept that far back.
 */
static void
find_first(struct stats *s)
{
	for (unsigned i = TALLY_STEPS; i-- > 0;) {
		const struct stats_series *v = &s->series[i];
		int64_t at = (int64_t)v->first * tally_step_ms[i];

		if (v->n > 0 &&
		    (s->first_ms == 0 || at < s->first_ms ||
			kept_from(s, (enum tally_step)i) <= s->first_ms))
			s->first_ms = at;
	}
}

void
stats_series_end(struct stats_in *in)
{
	struct stats *s = in->out;
	int64_t len = s->opts.until_ms - s->opts.since_ms;

	for (unsigned i = 0; i < TALLY_STEPS; i++) {
		struct stats_series *v = &s->series[i];

		v->step = (enum tally_step)i;
		v->first = in->series->step[i].first;
		v->slot = in->series->step[i].slot;
		v->n = in->series->step[i].n;
		for (; v->n > 0 && v->slot[0].modes == 0; v->n--, v->slot++)
			v->first++;
	}
	s->modes = sum_time(s, s->opts.since_ms, s->opts.until_ms, &s->total);
	s->before_known = sum_time(s, s->opts.since_ms - len, s->opts.since_ms,
			      &s->before) != 0;
	s->week_known = sum_time(s, s->opts.since_ms - WEEK_MS,
			    s->opts.until_ms - WEEK_MS, &s->week) != 0;
	(void)sum_step(s, TALLY_DAY, 0, INT64_MAX, &s->ever);
	by_local_time(s);
	find_first(s);
}
