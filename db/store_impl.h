/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store_impl - what the files of the store share; nobody else includes it
 *
 * Values as bytes, by key: timed and guarded calls into Kyoto Cabinet.  0 or
 * -errno; -ENOENT for a key that is not there.
 */
#ifndef ZFW_DB_STORE_IMPL_H
#define ZFW_DB_STORE_IMPL_H

#include "db/record.h"
#include "db/store.h"
#include "db/storefile.h"

struct store {
	struct storefile f;
	uint64_t undecodable, slow;
	bool later; /* a client of a later version of zfw was met */
};

int store_raw_put(struct store *s, const struct record_key *k, void *value,
    size_t n);
int store_raw_del(struct store *s, const struct record_key *k);
/*
 * A value of any size, to be freed with kcfree(); NULL with 0 (there is none)
 * or -errno in *e.
 */
char *
store_raw_take(struct store *s, const struct record_key *k, size_t *n, int *e);

#endif
