/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_sip - SipHash-1-3 of names, for tables that are thrown away again
 *
 * Half the work of the SipHash-2-4 of fp/hash.h, which the store's records
 * need and a table of one run does not; keyed all the same, since strangers
 * choose the names.  Called by the readers of statistics some five times for
 * each of a million clients, so it is inline.  Pure; cannot fail.
 */
#ifndef ZFW_TOOLS_STATS_SIP_H
#define ZFW_TOOLS_STATS_SIP_H

#include <endian.h>

#include "fp/hash.h"

struct stats_sip {
	uint64_t a, b, c, d;
};

static inline uint64_t
stats_sip_turn(uint64_t v, unsigned n)
{
	return v << n | v >> (64 - n);
}

static inline void
stats_sip_round(struct stats_sip *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = stats_sip_turn(s->b, 13) ^ s->a;
	s->d = stats_sip_turn(s->d, 16) ^ s->c;
	s->a = stats_sip_turn(s->a, 32) + s->d;
	s->c += s->b;
	s->d = stats_sip_turn(s->d, 21) ^ s->a;
	s->b = stats_sip_turn(s->b, 17) ^ s->c;
	s->c = stats_sip_turn(s->c, 32);
}

static inline void
stats_sip_word(struct stats_sip *s, uint64_t word)
{
	s->d ^= word;
	stats_sip_round(s);
	s->a ^= word;
}

static inline uint64_t
stats_sip_load(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline uint64_t
stats_sip(const struct hash_key *key, const void *p, size_t n)
{
	const uint64_t k0 = stats_sip_load(key->k),
		       k1 = stats_sip_load(key->k + 8);
	struct stats_sip s = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573 };
	struct str in = { p, n };
	uint64_t last = (uint64_t)n << 56;

	for (; in.n >= 8; in = str_from(in, 8))
		stats_sip_word(&s, stats_sip_load(in.p));
	/* What is left, by the last eight bytes if there are so many. */
	if (n >= 8 && in.n > 0)
		last |= stats_sip_load(in.p + in.n - 8) >> (64 - 8 * in.n);
	for (size_t i = 0; n < 8 && i < in.n; i++)
		last |= (uint64_t)(uint8_t)in.p[i] << (8 * i);
	stats_sip_word(&s, last);
	s.c ^= 0xff;
	for (unsigned i = 0; i < 3; i++)
		stats_sip_round(&s);
	return s.a ^ s.b ^ s.c ^ s.d;
}

#endif
