/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/botnet_count.h"

#include <math.h>
#include <string.h>

#define FULL     0.9 /* of a map's bits: then the next map counts better */
#define STEP_MAX 8.0
#define SHIFT    4 /* each map takes one in 16 of the one before */

/* Eight bytes at a time: maps are as long. */
static unsigned
bits_set(const uint8_t *now, const uint8_t *before, size_t n)
{
	unsigned set = 0;

	for (size_t i = 0; i < n; i += 8) {
		uint64_t a, b = 0;

		memcpy(&a, now + i, 8);
		if (before != NULL)
			memcpy(&b, before + i, 8);
		set += (unsigned)__builtin_popcountll(a | b);
	}
	return set;
}

bool
bits_add(uint8_t *now, const uint8_t *before, size_t n, uint32_t hash)
{
	size_t byte = hash / 8 % n;
	uint8_t bit = (uint8_t)(1U << hash % 8);
	bool known = (now[byte] & bit) != 0 ||
	    (before != NULL && (before[byte] & bit) != 0);

	now[byte] |= bit;
	return !known;
}

double
bits_size(const uint8_t *now, const uint8_t *before, size_t n, bool *full)
{
	double m = (double)n * 8, set = bits_set(now, before, n);

	if (full != NULL)
		*full = set > FULL * m;
	return m * log(m / (m - (set < m ? set : m - 1)));
}

double
bits_step(const uint8_t *now, size_t n)
{
	double m = (double)n * 8, left = m - bits_set(now, NULL, n);

	return left * STEP_MAX <= m ? STEP_MAX : m / left;
}

bool
netset_add(struct netset *now, const struct netset *before, uint32_t hash)
{
	bool new = bits_add(now->all, before->all, NETSET_ALL, hash);

	/* Which map by the upper bits, which bit in it by the middle ones. */
	for (unsigned i = 0; i < 2; i++)
		if (hash >> (32 - SHIFT * (i + 1)) == 0)
			new |= bits_add(now->part[i], before->part[i],
			    NETSET_PART, hash >> 9);
	return new;
}

double
netset_size(const struct netset *now, const struct netset *before)
{
	bool full;
	double least, n = bits_size(now->all, before->all, NETSET_ALL, &full);

	for (unsigned i = 0; i < 2 && full; i++) {
		least = n;
		n = bits_size(now->part[i], before->part[i], NETSET_PART,
			&full) *
		    (1U << SHIFT * (i + 1));
		if (n < least)
			n = least;
	}
	return n;
}
