/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/store_series.h"

#include "db/record_series.h"
#include "db/store_impl.h"

#define SWEEP_N    16 /* of a step and call */
#define SWEEP_BACK 8192

int
store_series_put(struct store *s, enum tally_step step,
    const struct tally_chunk *c)
{
	struct record_key k = record_series_key(step, c->first);
	uint8_t buf[RECORD_SERIES_MAX];
	size_t n = record_series_encode(&k, c, buf, sizeof(buf));

	return n == 0 ? -EMSGSIZE : store_raw_put(s, &k, buf, n);
}

int
store_series_get(struct store *s, enum tally_step step, uint32_t first,
    struct tally_chunk *out)
{
	struct record_key k = record_series_key(step, first);
	size_t n = 0;
	bool good;
	int e;
	char *value = store_raw_take(s, &k, &n, &e);

	if (value == NULL)
		return e;
	good = record_series_decode(&k, value, n, out);
	if (!good)
		s->undecodable++;
	kcfree(value);
	return good;
}

/*
 * What else could be there is not looked for: each call tries a few of the
 * numbers that are too old, the next call others.  Whoever calls once a minute
 * is round in half a day.
 */
static int
sweep_step(struct store *s, enum tally_step step, int64_t now_ms)
{
	uint32_t slots = tally_chunk_slots[step];
	uint32_t turn = tally_slot_at(TALLY_MINUTE, now_ms) * (SWEEP_N - 1);
	uint32_t old = tally_keep_slots[step] / slots + 1; /* chunks */
	uint32_t now = tally_slot_at(step, now_ms) / slots;

	for (uint32_t i = 0; i < SWEEP_N; i++) {
		/* The first that is too old always, the others in turn. */
		uint32_t back = old + 1 +
		    (i == 0 ? 0 : (turn + i) % SWEEP_BACK);
		struct record_key k;
		int e;

		if (back > now)
			continue;
		k = record_series_key(step, (now - back) * slots);
		e = store_raw_del(s, &k);
		if (e != 0 && e != -ENOENT)
			return e;
	}
	return 0;
}

int
store_series_sweep(struct store *s, int64_t now_ms)
{
	int e = 0;

	for (unsigned i = 0; i < TALLY_STEPS && e == 0; i++)
		e = sweep_step(s, (enum tally_step)i, now_ms);
	return e;
}

/* ---- a history ---- */

/* What the store has of that chunk, else an empty one. */
static int
fill_in(struct store *s, struct tally_history *h, enum tally_step step)
{
	uint32_t first = h->chunk[step].first;
	int e = store_series_get(s, step, first, &h->chunk[step]);

	h->chunk[step].first = first;
	return e < 0 ? e : 0;
}

int
store_series_load(struct store *s, struct tally_history *h, int64_t now_ms)
{
	int e = 0;

	tally_history_init(h, now_ms);
	for (unsigned i = 0; i < TALLY_STEPS && e == 0; i++)
		e = fill_in(s, h, (enum tally_step)i);
	return e;
}

int
store_series_add(struct store *s, struct tally_history *h,
    const struct tally *totals, enum tally_mode mode, int64_t now_ms)
{
	struct tally_chunk full;
	enum tally_step step;
	int e = 0;

	while (tally_history_add(h, totals, mode, now_ms, &step, &full)) {
		int put = store_series_put(s, step, &full);
		int get = fill_in(s, h, step);

		e = e != 0 ? e : put != 0 ? put : get;
	}
	return e;
}

int
store_series_save(struct store *s, const struct tally_history *h)
{
	int e = 0;

	for (unsigned i = 0; i < TALLY_STEPS && e == 0; i++)
		e = store_series_put(s, (enum tally_step)i, &h->chunk[i]);
	return e;
}
