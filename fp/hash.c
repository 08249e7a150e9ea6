/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/hash.h"

#include <endian.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert(sizeof(((struct hash_key *)0)->k) == crypto_shorthash_KEYBYTES,
    "SipHash takes a key of 16 bytes");
_Static_assert(crypto_shorthash_BYTES == sizeof(uint64_t),
    "SipHash gives 8 bytes");

/* Part of the store's format: never change. */
static const struct hash_key stable_key = { { 'z', 'f', 'w', ' ', 's', 't', 'a',
    'b', 'l', 'e', ' ', 'k', 'e', 'y', ' ', '1' } };

struct hash_key
hash_key_random(void)
{
	struct hash_key k;

	if (sodium_init() < 0) {
		fputs("hash: no randomness from the system\n", stderr);
		abort();
	}
	randombytes_buf(k.k, sizeof(k.k));
	return k;
}

uint64_t
hash_keyed(const struct hash_key *k, const void *p, size_t n)
{
	uint8_t h[crypto_shorthash_BYTES];
	uint64_t v;

	crypto_shorthash(h, p, n, k->k);
	memcpy(&v, h, sizeof(v));
	return le64toh(v);
}

uint64_t
hash_stable(const void *p, size_t n)
{
	return hash_keyed(&stable_key, p, n);
}
