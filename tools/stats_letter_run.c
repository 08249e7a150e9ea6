/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/stats_letter_impl.h"

#define MINUTE_MS 60000
#define AWAY_MIN  3 /* minutes without zfw that are worth a word */

static int64_t
slot_ms(const struct stats_series *v, size_t i)
{
	return (int64_t)(v->first + i) * tally_step_ms[v->step];
}

/* ---- when it did not run ---- */

static bool
ran_at(const struct stats_series *v, int64_t t_ms)
{
	int64_t i = t_ms / MINUTE_MS - (int64_t)v->first;

	return i >= 0 && i < (int64_t)v->n && v->slot[i].modes != 0;
}

/*
 * From when on a minute that is not there is one without zfw.  Where hours say
 * that it ran, and there are no minutes of them, minutes are not known.
 */
static int64_t
known_from(const struct stats *s)
{
	const struct stats_series *m = &s->series[TALLY_MINUTE],
				  *h = &s->series[TALLY_HOUR];
	int64_t t_ms = s->opts.until_ms -
	    (int64_t)tally_keep_slots[TALLY_MINUTE] * MINUTE_MS;

	if (t_ms < s->opts.since_ms)
		t_ms = s->opts.since_ms;
	if (t_ms < s->first_ms)
		t_ms = s->first_ms;
	for (size_t i = 0; i < h->n; i++)
		if (h->slot[i].modes != 0 && slot_ms(h, i) >= t_ms &&
		    slot_ms(h, i + 1) <= slot_ms(m, 0))
			return slot_ms(m, 0);
	return (t_ms + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS;
}

/* The minute that is being written, and the one before, may not be there. */
static void
find_gaps(const struct stats *s, struct letter_run *out)
{
	int64_t t_ms, begin_ms = 0;

	if (s->series[TALLY_MINUTE].n == 0)
		return;
	t_ms = known_from(s);
	for (bool before = true; t_ms + 2 * MINUTE_MS < s->opts.until_ms;
	     t_ms += MINUTE_MS) {
		bool ran = ran_at(&s->series[TALLY_MINUTE], t_ms);

		if (before && !ran) {
			begin_ms = t_ms;
			out->gaps++;
		}
		before = ran;
		if (ran)
			continue;
		out->missing++;
		if (t_ms + MINUTE_MS - begin_ms >
		    out->gap_to_ms - out->gap_from_ms) {
			out->gap_from_ms = begin_ms;
			out->gap_to_ms = t_ms + MINUTE_MS;
		}
	}
}

/* ---- in which mode ---- */

/* Until when it wrote, and in which mode at last, as far as one step says. */
static bool
find_last(const struct stats *s, const struct stats_series *v,
    struct letter_run *out)
{
	for (size_t i = v->n; i-- > 0;) {
		int64_t at = slot_ms(v, i), end = at + tally_step_ms[v->step];
		uint8_t m = v->slot[i].modes;

		if (end <= s->opts.since_ms)
			return out->last_ms > 0;
		if (m == 0 || at >= s->opts.until_ms)
			continue;
		if (out->last_ms == 0)
			out->last_ms = end < s->opts.until_ms ?
			    end :
			    s->opts.until_ms;
		if (m == TALLY_SHADOW || m == TALLY_ENFORCE) {
			/* Of a slot of both at the end it was the other. */
			out->mode = out->mode == 0 ? m : out->mode ^ m;
			return true;
		}
		out->mode = TALLY_SHADOW | TALLY_ENFORCE;
	}
	return out->last_ms > 0;
}

/* Since when that mode; false: longer than that step says. */
static bool
find_switch(const struct stats *s, const struct stats_series *v,
    struct letter_run *out)
{
	int64_t since_ms = 0;

	for (size_t i = v->n; i-- > 0;) {
		int64_t at = slot_ms(v, i), end = at + tally_step_ms[v->step];
		uint8_t m = v->slot[i].modes;

		if (end <= s->opts.since_ms)
			return false;
		if (m == 0 || at >= s->opts.until_ms)
			continue;
		if ((m & ~out->mode) == 0) {
			since_ms = at;
			continue;
		}
		out->switch_ms = m == (TALLY_SHADOW | TALLY_ENFORCE) ||
			since_ms == 0 ?
		    at :
		    since_ms;
		return true;
	}
	return false;
}

void
letter_run_find(const struct stats *s, struct letter_run *out)
{
	*out = (struct letter_run){ 0 };
	if (s->modes == 0)
		return;
	find_gaps(s, out);
	for (int k = 0; k < TALLY_STEPS; k++)
		if (find_last(s, &s->series[k], out))
			break;
	if (out->mode == (TALLY_SHADOW | TALLY_ENFORCE))
		out->mode = 0;
	if (s->modes != (TALLY_SHADOW | TALLY_ENFORCE) || out->mode == 0)
		return;
	for (int k = 0; k < TALLY_STEPS; k++)
		if (find_switch(s, &s->series[k], out))
			break;
}

bool
letter_was_away(const struct letter *l)
{
	return l->run.missing >= AWAY_MIN;
}

bool
letter_is_blind(const struct letter *l)
{
	const struct stats *s = l->s;

	return s->modes != 0 && s->total.n[TALLY_CONNECTS] == 0 &&
	    letter_away(&s->total) == 0 && s->ever.n[TALLY_CONNECTS] > 0;
}

uint64_t
letter_away(const struct tally *t)
{
	return t->n[TALLY_PREVENTED] + t->n[TALLY_REJECTED];
}
