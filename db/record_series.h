/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record_series - chunks of the history as stored values
 *
 * As record.h, for the keys 's', step, number of the first slot (four bytes,
 * little-endian).  Pure, and apart from the store: tools that read its file
 * link this and no library.
 */
#ifndef ZFW_DB_RECORD_SERIES_H
#define ZFW_DB_RECORD_SERIES_H

#include "daemon/tally.h"
#include "db/record.h"

#define RECORD_SERIES_MAX (TALLY_CHUNK_BYTES + 1 + RECORD_CHECK)

struct record_key record_series_key(enum tally_step step, uint32_t first);
/* False: not the key of a chunk. */
bool record_series_key_parse(const void *key, size_t n, struct record_key *out);
/* Bytes written; 0 = no room. */
size_t record_series_encode(const struct record_key *key,
    const struct tally_chunk *c, void *out, size_t max);
bool record_series_decode(const struct record_key *key, const void *in,
    size_t n, struct tally_chunk *out);

#endif
