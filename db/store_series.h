/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store_series - chunks of the history of tally.h in the store
 *
 * Keys: 's', the step, and the number of the chunk's first slot.  Written by
 * the engine (or replay) once a minute, read by it at its start and by tools
 * through scan.h.  Errors are those of store.h.
 */
#ifndef ZFW_DB_STORE_SERIES_H
#define ZFW_DB_STORE_SERIES_H

#include "daemon/tally.h"
#include "db/store.h"

int store_series_put(struct store *s, enum tally_step step,
    const struct tally_chunk *c);
/* 1 found, 0 not there or not decodable (then counted), -errno. */
int store_series_get(struct store *s, enum tally_step step, uint32_t first,
    struct tally_chunk *out);
/* Deletes the chunks that tally_keep_slots no longer keeps; a few at a time. */
int store_series_sweep(struct store *s, int64_t now_ms);

/*
 * A history in the store: the current chunks as they are there, all that came
 * since counted in (chunks that are over are stored), and the current ones
 * stored.  On an error the history itself goes on.
 */
int store_series_load(struct store *s, struct tally_history *h, int64_t now_ms);
int store_series_add(struct store *s, struct tally_history *h,
    const struct tally *totals, enum tally_mode mode, int64_t now_ms);
int store_series_save(struct store *s, const struct tally_history *h);

/* What scan.h finds: false when it is no chunk.  In record_series.c. */
bool store_series_parse(const void *key, size_t key_n, const void *value,
    size_t n, enum tally_step *step, struct tally_chunk *out);

#endif
