/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store_series: chunks of the history in the store
 *
 * zt-link: @STORE daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: kyotocabinet libsodium libm
 */
#include "db/record_series.h"
#include "db/store_series.h"
#include "tests/unit/db/store_dir.h"

#define MIN ((int64_t)60000)
#define DAY (1440 * MIN)
#define NOW (20000 * DAY + 5 * MIN)

static struct tally_chunk
chunk_at(enum tally_step step, int64_t ms, uint32_t n)
{
	struct tally_chunk c = { .first = tally_first_at(step, ms) };

	c.slot[3].modes = TALLY_SHADOW;
	c.slot[3].n[TALLY_CUT] = n;
	return c;
}

static bool
has(struct store *s, enum tally_step step, int64_t ms)
{
	struct tally_chunk c;

	return store_series_get(s, step, tally_first_at(step, ms), &c) == 1;
}

static void
test_put(void)
{
	struct tally_chunk c = chunk_at(TALLY_HOUR, NOW, 5), out;
	struct store *s;

	fresh_dir();
	s = opened();
	ZT_CASE("a chunk that is not there",
	    store_series_get(s, TALLY_HOUR, c.first, &out) == 0);
	ZT_CASE("is put", store_series_put(s, TALLY_HOUR, &c) == 0);
	c.slot[3].n[TALLY_CUT] = 6;
	ZT_CASE("and replaced", store_series_put(s, TALLY_HOUR, &c) == 0);
	store_close(s);
	s = opened();
	ZT_CASE("and found after a restart",
	    store_series_get(s, TALLY_HOUR, c.first, &out) == 1 &&
		memcmp(&c, &out, sizeof(c)) == 0);
	ZT_CASE("another step is another chunk",
	    store_series_get(s, TALLY_DAY, c.first, &out) == 0);
	store_close(s);
}

static void
test_parse(void)
{
	struct tally_chunk c = chunk_at(TALLY_DAY, NOW, 9), out;
	struct record_key k = record_series_key(TALLY_DAY, c.first);
	struct record_key other = record_series_key(TALLY_DAY, c.first + 32);
	uint8_t buf[RECORD_SERIES_MAX];
	size_t n = record_series_encode(&k, &c, buf, sizeof(buf));
	enum tally_step step;

	ZT_CASE("what a scan finds is parsed",
	    store_series_parse(k.b, k.n, buf, n, &step, &out) &&
		step == TALLY_DAY && memcmp(&c, &out, sizeof(c)) == 0);
	ZT_CASE("not under another key",
	    !store_series_parse(other.b, other.n, buf, n, &step, &out));
	ZT_CASE("nor cut short",
	    !store_series_parse(k.b, k.n, buf, n - 1, &step, &out) &&
		!store_series_parse(k.b, k.n - 1, buf, n, &step, &out));
	buf[n / 2] ^= 1;
	ZT_CASE("nor with a bit turned",
	    !store_series_parse(k.b, k.n, buf, n, &step, &out));
	buf[n / 2] ^= 1;
	k.b[1] = TALLY_STEPS;
	ZT_CASE("nor of a step that there is not",
	    !store_series_parse(k.b, k.n, buf, n, &step, &out));
	k.b[0] = 'c';
	ZT_CASE("nor as another record",
	    !store_series_parse(k.b, k.n, buf, n, &step, &out));
}

static void
test_bad(void)
{
	struct tally_chunk c = chunk_at(TALLY_DAY, NOW, 9), out;
	struct store_counts n;
	struct store *s;

	fresh_dir();
	s = opened();
	c.slot[0].modes = 0x80; /* is written, and then no mode */
	ZT_CASE("what cannot be read counts as not there",
	    store_series_put(s, TALLY_DAY, &c) == 0 &&
		store_series_get(s, TALLY_DAY, c.first, &out) == 0);
	store_counts(s, &n);
	ZT_CASE("and is counted", n.undecodable == 1);
	store_close(s);
}

static void
test_sweep(void)
{
	static const struct {
		enum tally_step step;
		int64_t keep_ms, long_ago_ms;
	} steps[] = { { TALLY_MINUTE, DAY, 300 * DAY },
		{ TALLY_HOUR, 31 * DAY, 3000 * DAY },
		{ TALLY_DAY, 3660 * DAY, 19000 * DAY } };
	struct store *s;
	bool kept = true, gone = true, old = true;

	fresh_dir();
	s = opened();
	for (size_t i = 0; i < 3; i++) {
		int64_t at[] = { NOW, NOW - steps[i].keep_ms,
			NOW - steps[i].keep_ms -
			    3 * tally_step_ms[i] * tally_chunk_slots[i],
			NOW - steps[i].long_ago_ms };

		for (size_t k = 0; k < 4; k++) {
			struct tally_chunk c = chunk_at(steps[i].step, at[k],
			    1);

			(void)store_series_put(s, steps[i].step, &c);
		}
	}
	for (int64_t t = NOW; t < NOW + 10 * 60 * MIN; t += MIN)
		if (store_series_sweep(s, NOW) != 0 ||
		    store_series_sweep(s, t) != 0)
			kept = false;
	for (size_t i = 0; i < 3; i++) {
		enum tally_step step = steps[i].step;

		/* Of minutes the clock has gone on by ten hours. */
		kept = kept && has(s, step, NOW) &&
		    (i == 0 || has(s, step, NOW - steps[i].keep_ms));
		gone = gone &&
		    !has(s, step,
			NOW - steps[i].keep_ms -
			    3 * tally_step_ms[i] * tally_chunk_slots[i]);
		old = old && !has(s, step, NOW - steps[i].long_ago_ms);
	}
	ZT_CASE("what is to be kept is kept", kept);
	ZT_CASE("what is too old goes within half a day", gone);
	ZT_CASE("and what is left of long ago", old);
	ZT_CASE("near 1970 there is nothing to sweep",
	    store_series_sweep(s, 5) == 0);
	store_close(s);
	remove_dir();
}

static const struct zt_test tests[] = {
	{ "put", test_put },
	{ "parse", test_parse },
	{ "bad", test_bad },
	{ "sweep", test_sweep },
};

ZT_MAIN("store series", tests)
