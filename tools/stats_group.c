/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_group - equal hashes side by side
 *
 * Order is not needed, so one walk throws the numbers into 2,048 heaps by a
 * mix of their hash, and a small table, which stays in the cache, brings those
 * of one hash together in each heap.  A heap of too many different hashes is
 * sorted.
 */
#include "tools/stats_impl.h"

#define DIGIT_BITS  11
#define DIGIT_N     (1U << DIGIT_BITS)
#define SORT_PASSES 4
#define HEAP_N      DIGIT_N
#define MIX         0x9e3779b97f4a7c15ULL
#define PLACES_MAX  4096U /* of the table; at most half are used */

/* ---- sorting ---- */

static void
sort_pass(const uint64_t *from, uint64_t *to, size_t n, unsigned shift)
{
	uint32_t at[DIGIT_N] = { 0 }, sum = 0;

	for (size_t i = 0; i < n; i++)
		at[from[i] >> shift & (DIGIT_N - 1)]++;
	for (unsigned d = 0; d < DIGIT_N; d++) {
		uint32_t here = at[d];

		at[d] = sum;
		sum += here;
	}
	for (size_t i = 0; i < n; i++)
		to[at[from[i] >> shift & (DIGIT_N - 1)]++] = from[i];
}

void
stats_sort(uint64_t *v, uint64_t *tmp, size_t n, unsigned low)
{
	_Static_assert(SORT_PASSES % 2 == 0, "the result is in v again");
	for (unsigned p = 0; p < SORT_PASSES; p += 2) {
		sort_pass(v, tmp, n, low + p * DIGIT_BITS);
		sort_pass(tmp, v, n, low + (p + 1) * DIGIT_BITS);
	}
}

/* ---- grouping ---- */

struct place {
	uint64_t hash; /* 0 = unused */
	size_t n;      /* how many have it; later where the next one goes */
};

struct table {
	struct place place[PLACES_MAX];
	uint16_t used[PLACES_MAX / 2];
	uint32_t used_n, mask;
};

static uint64_t
mixed(uint64_t hash)
{
	return hash * MIX;
}

static struct place *
place_of(struct table *t, uint64_t hash)
{
	/* Not the bits that chose the heap. */
	uint32_t at = (uint32_t)(mixed(hash) >> 32) & t->mask;

	while (t->place[at].hash != 0 && t->place[at].hash != hash)
		at = (at + 1) & t->mask;
	return &t->place[at];
}

/* How many there are of each hash; false: too many different ones. */
static bool
count(struct table *t, const uint64_t *v, size_t n, unsigned low)
{
	uint32_t places = (uint32_t)hash_buckets(n * 2);

	t->mask = (places < PLACES_MAX ? places : PLACES_MAX) - 1;
	t->used_n = 0;
	memset(t->place, 0, ((size_t)t->mask + 1) * sizeof(t->place[0]));
	for (size_t i = 0; i < n; i++) {
		struct place *p = place_of(t, v[i] >> low);

		if (p->n++ > 0)
			continue;
		if (t->used_n == PLACES_MAX / 2)
			return false;
		p->hash = v[i] >> low;
		t->used[t->used_n++] = (uint16_t)(p - t->place);
	}
	return true;
}

static void
group_heap(struct table *t, uint64_t *from, uint64_t *to, size_t n,
    unsigned low)
{
	size_t sum = 0;

	if (!count(t, from, n, low)) {
		stats_sort(from, to, n, low);
		memcpy(to, from, n * sizeof(*to));
		return;
	}
	for (uint32_t i = 0; i < t->used_n; i++) {
		size_t here = t->place[t->used[i]].n;

		t->place[t->used[i]].n = sum;
		sum += here;
	}
	for (size_t i = 0; i < n; i++)
		to[place_of(t, from[i] >> low)->n++] = from[i];
}

void
stats_group(uint64_t *v, uint64_t *tmp, size_t n, unsigned low)
{
	struct table t STATS_UNSET;
	uint32_t end[HEAP_N] = { 0 }, sum = 0;

	for (size_t i = 0; i < n; i++)
		end[mixed(v[i] >> low) >> (64 - DIGIT_BITS)]++;
	for (unsigned h = 0; h < HEAP_N; h++) {
		uint32_t here = end[h];

		end[h] = sum;
		sum += here;
	}
	for (size_t i = 0; i < n; i++)
		tmp[end[mixed(v[i] >> low) >> (64 - DIGIT_BITS)]++] = v[i];
	sum = 0;
	for (unsigned h = 0; h < HEAP_N; sum = end[h++])
		group_heap(&t, tmp + sum, v + sum, end[h] - sum, low);
}
