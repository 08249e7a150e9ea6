/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/record_series.h"

#include "db/store_series.h"
#include "fp/le.h"

#define KEY_N 6

struct record_key
record_series_key(enum tally_step step, uint32_t first)
{
	struct record_key k = { .b = { 's', (uint8_t)step } };
	struct wr w = wr_init(k.b + 2, KEY_N - 2);

	wr_le32(&w, first);
	k.n = KEY_N;
	return k;
}

bool
record_series_key_parse(const void *key, size_t n, struct record_key *out)
{
	if (n != KEY_N)
		return false;
	out->n = n;
	memcpy(out->b, key, n);
	return out->b[0] == 's' && out->b[1] < TALLY_STEPS;
}

size_t
record_series_encode(const struct record_key *key, const struct tally_chunk *c,
    void *out, size_t max)
{
	uint8_t chunk[TALLY_CHUNK_BYTES];
	size_t n = tally_chunk_encode((enum tally_step)key->b[1], c, chunk,
	    sizeof(chunk));
	struct wr w = record_begin(out, max);

	wr_bytes(&w, chunk, n);
	return n == 0 ? 0 : record_seal(key, &w);
}

bool
record_series_decode(const struct record_key *key, const void *in, size_t n,
    struct tally_chunk *out)
{
	struct rd r = record_open(key, in, n);
	struct rd k = rd_init(key->b + 2, KEY_N - 2);
	uint32_t first = rd_le32(&k);

	if (!r.bad &&
	    tally_chunk_decode((enum tally_step)key->b[1], r.p, r.n, out) &&
	    out->first == first)
		return true;
	memset(out, 0, sizeof(*out));
	return false;
}

bool
store_series_parse(const void *key, size_t key_n, const void *value, size_t n,
    enum tally_step *step, struct tally_chunk *out)
{
	struct record_key k;

	if (!record_series_key_parse(key, key_n, &k))
		return false;
	*step = (enum tally_step)k.b[1];
	return record_series_decode(&k, value, n, out);
}
