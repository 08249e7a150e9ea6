/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fold - before stage 1: a keyed hash of a few words, for the hot path
 *
 * Multiplies pairs of words that a secret has changed.  Several times faster
 * than SipHash (hash.h) and weaker against somebody who sees what it gives:
 * only for tables in memory, of which nobody outside sees a hash, and where
 * packets that fall together cost time or an entry but never make an answer
 * wrong.  The secret is made from the process's key.  Pure, inline.
 */
#ifndef ZFW_FP_FOLD_H
#define ZFW_FP_FOLD_H

#include "fp/hash.h"

#define FOLD_WORDS 6

struct fold {
	uint64_t secret[FOLD_WORDS + 2];
};

/* `use` tells the tables of one process apart. */
static inline struct fold
fold_init(const struct hash_key *key, uint8_t use)
{
	struct fold f;

	for (uint8_t i = 0; i < FOLD_WORDS + 2; i++) {
		const uint8_t b[2] = { use, i };

		f.secret[i] = hash_keyed(key, b, sizeof(b));
	}
	return f;
}

static inline uint64_t
fold_pair(uint64_t a, uint64_t b)
{
	unsigned __int128 v = (unsigned __int128)a * b;

	return (uint64_t)v ^ (uint64_t)(v >> 64);
}

/* Eight bytes as a word. */
static inline uint64_t
fold_word(const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* Of two words. */
static inline uint64_t
fold_2(const struct fold *f, uint64_t a, uint64_t b)
{
	uint64_t h = fold_pair(a ^ f->secret[0], b ^ f->secret[1]);

	return fold_pair(h ^ f->secret[FOLD_WORDS],
	    f->secret[FOLD_WORDS + 1] | 1);
}

/* Of six. */
static inline uint64_t
fold_6(const struct fold *f, const uint64_t w[FOLD_WORDS])
{
	const uint64_t *s = f->secret;
	uint64_t h = fold_pair(w[0] ^ s[0], w[1] ^ s[1]) ^
	    fold_pair(w[2] ^ s[2], w[3] ^ s[3]) ^
	    fold_pair(w[4] ^ s[4], w[5] ^ s[5]);

	return fold_pair(h ^ s[FOLD_WORDS], s[FOLD_WORDS + 1] | 1);
}

#endif
