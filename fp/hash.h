/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hash - before stage 1: keyed hashes (SipHash-2-4 from libsodium)
 *
 * For every table whose keys strangers choose.  The key is made once per
 * process by hash_key_random(), or fixed (all zero) in replay and tests so
 * that two runs give the same bytes.  Signature keys that are *stored* use
 * hash_stable(), which has a constant key and never changes.
 */
#ifndef ZFW_FP_HASH_H
#define ZFW_FP_HASH_H

#include "fp/bytes.h"

struct hash_key {
	uint8_t k[16];
};

/* Calls sodium_init(); panics when the system has no entropy. */
struct hash_key hash_key_random(void);
uint64_t hash_keyed(const struct hash_key *k, const void *p, size_t n);
uint64_t hash_stable(const void *p, size_t n);

/* The power of two that is `n` or more, within reason. */
static inline size_t
hash_buckets(size_t n)
{
	size_t buckets = 1;

	while (buckets < n && buckets < SIZE_MAX / 1024)
		buckets *= 2;
	return buckets;
}

#endif
