/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_tally - the engine's totals into the history in the store
 *
 * Counted in once a second, stored once a minute, and whenever an hour, a day
 * or a month of it is over: who is killed loses a minute of statistics.
 */
#include "daemon/jtext.h"
#include "daemon/live_impl.h"

#define STORE_MS 60000

static void
told(struct live *l, int rc)
{
	if (rc < 0)
		live_out_store_error(l, "statistics", rc);
}

static void
count_in(struct live *l)
{
	struct tally t = *engine_tally(l->engine);
	struct store_counts n;

	store_counts(l->conf.store, &n);
	t.n[TALLY_STORED_NOW] = n.records;
	told(l,
	    store_series_add(l->conf.store, &l->tally.h, &t,
		l->policy->enforce ? TALLY_ENFORCE : TALLY_SHADOW,
		live_wall_ms()));
}

void
live_tally_load(struct live *l)
{
	l->tally.next_ms = live_mono_ms() + STORE_MS;
	told(l, store_series_load(l->conf.store, &l->tally.h, live_wall_ms()));
}

void
live_tally_tick(struct live *l, int64_t mono_ms)
{
	count_in(l);
	if (mono_ms < l->tally.next_ms)
		return;
	l->tally.next_ms = mono_ms + STORE_MS;
	told(l, store_series_save(l->conf.store, &l->tally.h));
	told(l, store_series_sweep(l->conf.store, live_wall_ms()));
}

void
live_tally_save_all(struct live *l)
{
	count_in(l);
	told(l, store_series_save(l->conf.store, &l->tally.h));
}

/* ---- for `zfwctl status` ---- */

static json_t *
sum_json(const struct tally *t)
{
	json_t *o = json_object();

	for (size_t k = 0; k < TALLY_TOTALS; k++)
		json_object_set_new(o, tally_name[k],
		    json_integer((json_int_t)t->n[k]));
	return o;
}

/* The slots of that chunk that begin in the hour before now. */
static void
add_minutes(struct tally *t, const struct tally_chunk *c, uint32_t now)
{
	for (uint32_t i = 0; i < tally_chunk_slots[TALLY_MINUTE]; i++)
		if (c->first + i <= now && now - (c->first + i) < 60)
			tally_slot_sum(t, &c->slot[i]);
}

json_t *
live_tally_status(struct live *l)
{
	const struct tally_chunk *c = l->tally.h.chunk;
	int64_t now_ms = live_wall_ms();
	uint32_t now = tally_slot_at(TALLY_MINUTE, now_ms);
	uint32_t day = tally_slot_at(TALLY_DAY, now_ms) - c[TALLY_DAY].first;
	struct tally hour = { { 0 } }, today = { { 0 } };
	struct tally_chunk before = { 0 };

	count_in(l);
	if (c[TALLY_MINUTE].first >= 60)
		told(l,
		    store_series_get(l->conf.store, TALLY_MINUTE,
			c[TALLY_MINUTE].first - 60, &before));
	add_minutes(&hour, &before, now);
	add_minutes(&hour, &c[TALLY_MINUTE], now);
	if (day < tally_chunk_slots[TALLY_DAY])
		tally_slot_sum(&today, &c[TALLY_DAY].slot[day]);
	return json_pack("{s:o,s:o}", "hour", sum_json(&hour), "today",
	    sum_json(&today));
}
