/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "daemon/blocks.h"

#define NIL UINT32_MAX

struct slot {
	struct block b;
	uint32_t bucket; /* whose chain it is in */
	uint32_t chain;  /* the next slot there */
	uint32_t at;     /* its place in the heap */
};

/* Slots 0..n-1 are in use; heap[] is those numbers, the earliest first. */
struct blocks {
	struct hash_key key;
	struct slot *slots;
	uint32_t *heap;
	uint32_t *buckets; /* slot of the first of the chain */
	size_t n, max, mask;
};

struct blocks *
blocks_new(size_t max, const struct hash_key *key)
{
	struct blocks *b = calloc(1, sizeof(*b));
	size_t n = 64;

	if (b == NULL)
		return NULL;
	while (n < max)
		n *= 2;
	b->key = *key;
	b->max = max;
	b->mask = n - 1;
	b->slots = calloc(max, sizeof(*b->slots));
	b->heap = calloc(max, sizeof(*b->heap));
	b->buckets = malloc(n * sizeof(*b->buckets));
	if (b->slots == NULL || b->heap == NULL || b->buckets == NULL) {
		blocks_free(b);
		return NULL;
	}
	memset(b->buckets, 0xff, n * sizeof(*b->buckets));
	return b;
}

void
blocks_free(struct blocks *b)
{
	if (b == NULL)
		return;
	free(b->slots);
	free(b->heap);
	free(b->buckets);
	free(b);
}

size_t
blocks_n(const struct blocks *b)
{
	return b->n;
}

/* ---- the hash ---- */

static uint32_t
bucket_of(const struct blocks *b, const struct addr *key)
{
	return (uint32_t)(hash_keyed(&b->key, key, sizeof(*key)) & b->mask);
}

static uint32_t
find(const struct blocks *b, const struct addr *key)
{
	uint32_t i = b->buckets[bucket_of(b, key)];

	while (i != NIL && !addr_eq(&b->slots[i].b.key, key))
		i = b->slots[i].chain;
	return i;
}

/* The link (bucket or chain) that holds slot `i`. */
static uint32_t *
link_to(struct blocks *b, uint32_t i)
{
	uint32_t *l = &b->buckets[b->slots[i].bucket];

	while (*l != i)
		l = &b->slots[*l].chain;
	return l;
}

/* ---- the heap ---- */

static void
place(struct blocks *b, uint32_t at, uint32_t slot)
{
	b->heap[at] = slot;
	b->slots[slot].at = at;
}

static bool
earlier(const struct blocks *b, uint32_t i, uint32_t j)
{
	const struct block *x = &b->slots[i].b, *y = &b->slots[j].b;

	if (x->next_ms != y->next_ms)
		return x->next_ms < y->next_ms;
	return addr_cmp(&x->key, &y->key) < 0; /* so that replays agree */
}

/* Puts `slot` where it belongs, from the free place `at` upwards. */
static void
sift_up(struct blocks *b, uint32_t at, uint32_t slot)
{
	while (at > 0 && earlier(b, slot, b->heap[(at - 1) / 2])) {
		place(b, at, b->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	place(b, at, slot);
}

static void
sift_down(struct blocks *b, uint32_t at, uint32_t slot)
{
	for (;;) {
		uint32_t kid = 2 * at + 1;

		if (kid + 1 < b->n &&
		    earlier(b, b->heap[kid + 1], b->heap[kid]))
			kid++;
		if (kid >= b->n || !earlier(b, b->heap[kid], slot))
			break;
		place(b, at, b->heap[kid]);
		at = kid;
	}
	place(b, at, slot);
}

/* The time of the slot at that place has changed. */
static void
sift(struct blocks *b, uint32_t at)
{
	uint32_t slot = b->heap[at];

	sift_up(b, at, slot);
	sift_down(b, b->slots[slot].at, slot);
}

/* ---- */

const struct block *
blocks_find(const struct blocks *b, const struct addr *key)
{
	uint32_t i = find(b, key);

	return i == NIL ? NULL : &b->slots[i].b;
}

bool
blocks_put(struct blocks *b, const struct block *v)
{
	uint32_t i = find(b, &v->key);

	if (i == NIL) {
		if (b->n == b->max)
			return false;
		i = (uint32_t)b->n++;
		b->slots[i].bucket = bucket_of(b, &v->key);
		b->slots[i].chain = b->buckets[b->slots[i].bucket];
		b->buckets[b->slots[i].bucket] = i;
		place(b, i, i);
	}
	b->slots[i].b = *v;
	sift(b, b->slots[i].at);
	return true;
}

bool
blocks_del(struct blocks *b, const struct addr *key)
{
	uint32_t i = find(b, key), last, at, moved;

	if (i == NIL)
		return false;
	*link_to(b, i) = b->slots[i].chain;
	last = (uint32_t)--b->n;
	at = b->slots[i].at;
	moved = b->heap[last];
	if (at != last) { /* its place in the heap is the last one's now */
		place(b, at, moved);
		sift(b, at);
	}
	if (i != last) { /* and so is its slot */
		*link_to(b, last) = i;
		b->slots[i] = b->slots[last];
		b->heap[b->slots[i].at] = i;
	}
	return true;
}

const struct block *
blocks_next(const struct blocks *b)
{
	return b->n == 0 ? NULL : &b->slots[b->heap[0]].b;
}

const struct block *
blocks_at(const struct blocks *b, size_t i)
{
	return &b->slots[i].b;
}
