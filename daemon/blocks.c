/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <endian.h>
#include <stdlib.h>

#include "daemon/blocks.h"
#include "fp/fold.h"

#define NIL        UINT32_MAX
#define PER_BUCKET 4 /* at most, on average */
#define AT_MASK    ((1U << 25) - 1)

/*
 * A million of these are held at a time: 32 bytes each.  The key is an IPv4
 * address or the first half of an IPv6 one.
 */
struct slot {
	uint64_t key;
	uint64_t until_ms : 43, tier : 4, score : 10, reason0 : 6, reject : 1;
	uint64_t next_ms : 43, reason1 : 6, reason2 : 6, reason3 : 6,
	    narrow : 1, told : 1, own_top : 1;
	uint32_t chain;            /* the next slot of the bucket */
	uint32_t at : 25, own : 7; /* its place in the heap, twice; odd: IPv6 */
};

_Static_assert(sizeof(struct slot) == 32, "a million of these");

static uint32_t
at_of(const struct slot *s)
{
	uint32_t at = s->at;

	return at / 2;
}

/* What is lent to the caller of each function. */
struct lent {
	struct block find, next, at;
};

/* Slots 0..n-1 are in use; heap[] is those numbers, the earliest first. */
struct blocks {
	struct fold fold;
	struct slot *slots;
	uint32_t *heap;
	uint32_t *buckets; /* slot of the first of the chain */
	struct lent *lent;
	size_t n, max, mask;
	size_t tiers[BLOCKS_TIERS]; /* how many of each */
};

struct blocks *
blocks_new(size_t max, const struct hash_key *key)
{
	struct blocks *b = calloc(1, sizeof(*b));
	size_t n = hash_buckets(max / PER_BUCKET + 1);

	if (b == NULL || max > BLOCKS_MAX) {
		free(b);
		return NULL;
	}
	b->fold = fold_init(key, 'b');
	b->max = max;
	b->mask = n - 1;
	b->slots = calloc(max, sizeof(*b->slots));
	b->heap = calloc(max, sizeof(*b->heap));
	b->buckets = malloc(n * sizeof(*b->buckets));
	b->lent = calloc(1, sizeof(*b->lent));
	if (b->slots == NULL || b->heap == NULL || b->buckets == NULL ||
	    b->lent == NULL) {
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
	free(b->lent);
	free(b);
}

uint8_t
block_own(const struct stack *s)
{
	uint64_t x = (uint64_t)s->len << 48 | (uint64_t)s->window << 32 |
	    (uint64_t)s->has_mss << 16 | (s->has_mss ? s->mss : 0U);

	if (stack_none(s))
		return 0;
	x *= 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93ULL;
	return (uint8_t)(1 + (x >> 32) % UINT8_MAX);
}

size_t
blocks_n(const struct blocks *b)
{
	return b->n;
}

/* ---- slots ---- */

static uint64_t
pack(const struct addr *a)
{
	uint64_t key;

	memcpy(&key, a->b, sizeof(key));
	key = be64toh(key);
	return a->family == 6 ? key : key >> 32;
}

static bool
is_v6(const struct slot *s)
{
	return s->at & 1;
}

static const struct block *
lend(const struct slot *s, struct block *to)
{
	uint64_t key = s->key;

	*to = (struct block){ .until_ms = (int64_t)s->until_ms,
		.next_ms = (int64_t)s->next_ms,
		.tier = (uint8_t)s->tier,
		.reject = s->reject,
		.narrow = s->narrow,
		.told = s->told,
		.own = (uint8_t)(s->own_top << 7 | s->own),
		.score = (uint16_t)s->score,
		.reasons = { s->reason0, s->reason1, s->reason2, s->reason3 } };
	to->key.family = is_v6(s) ? 6 : 4;
	for (unsigned i = is_v6(s) ? 8 : 4; i-- > 0; key >>= 8)
		to->key.b[i] = (uint8_t)key;
	return to;
}

/* ---- the hash ---- */

static uint32_t
bucket_of(const struct blocks *b, uint64_t key, bool v6)
{
	return (uint32_t)(fold_2(&b->fold, key, v6) & b->mask);
}

static uint32_t
find(const struct blocks *b, const struct addr *a)
{
	uint64_t key = pack(a);
	bool v6 = a->family == 6;
	uint32_t i = b->buckets[bucket_of(b, key, v6)];

	while (
	    i != NIL && (b->slots[i].key != key || is_v6(&b->slots[i]) != v6))
		i = b->slots[i].chain;
	return i;
}

/* The link (bucket or chain) that holds slot `i`. */
static uint32_t *
link_to(struct blocks *b, uint32_t i)
{
	const struct slot *s = &b->slots[i];
	uint32_t *l = &b->buckets[bucket_of(b, s->key, is_v6(s))];

	while (*l != i)
		l = &b->slots[*l].chain;
	return l;
}

/* ---- the heap ---- */

static void
place(struct blocks *b, uint32_t at, uint32_t slot)
{
	b->heap[at] = slot;
	b->slots[slot].at = (at << 1 | is_v6(&b->slots[slot])) & AT_MASK;
}

static bool
earlier(const struct blocks *b, uint32_t i, uint32_t j)
{
	const struct slot *x = &b->slots[i], *y = &b->slots[j];

	if (x->next_ms != y->next_ms)
		return x->next_ms < y->next_ms;
	/* By address, so that replays agree. */
	if (is_v6(x) != is_v6(y))
		return is_v6(y);
	return x->key < y->key;
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
	sift_down(b, at_of(&b->slots[slot]), slot);
}

/* ---- */

const struct block *
blocks_find(const struct blocks *b, const struct addr *key)
{
	uint32_t i = find(b, key);

	return i == NIL ? NULL : lend(&b->slots[i], &b->lent->find);
}

static uint64_t
cut_ms(int64_t ms)
{
	if (ms < 0)
		return 0;
	return ms > BLOCKS_MS_MAX ? (uint64_t)BLOCKS_MS_MAX : (uint64_t)ms;
}

static void
fill(struct slot *s, const struct block *v)
{
	s->until_ms = cut_ms(v->until_ms) & (uint64_t)BLOCKS_MS_MAX;
	s->next_ms = cut_ms(v->next_ms) & (uint64_t)BLOCKS_MS_MAX;
	s->tier = v->tier & 15U;
	s->reject = v->reject;
	s->narrow = v->narrow;
	s->told = v->told;
	s->own = v->own & 127U;
	s->own_top = v->own >> 7 & 1U;
	s->score = v->score & 1023U;
	s->reason0 = v->reasons[0] & 63U;
	s->reason1 = v->reasons[1] & 63U;
	s->reason2 = v->reasons[2] & 63U;
	s->reason3 = v->reasons[3] & 63U;
}

bool
blocks_has(const struct blocks *b, const struct addr *key)
{
	return find(b, key) != NIL;
}

bool
blocks_put(struct blocks *b, const struct block *v)
{
	uint32_t i = find(b, &v->key);
	struct slot *s;

	if (i == NIL) {
		uint32_t *bucket;

		if (b->n == b->max)
			return false;
		i = (uint32_t)b->n++;
		b->slots[i] = (struct slot){ .key = pack(&v->key),
			.at = v->key.family == 6 };
		bucket = &b->buckets[bucket_of(b, b->slots[i].key,
		    v->key.family == 6)];
		b->slots[i].chain = *bucket;
		*bucket = i;
		place(b, i, i);
	} else {
		b->tiers[b->slots[i].tier]--;
	}
	s = &b->slots[i];
	fill(s, v);
	b->tiers[s->tier]++;
	sift(b, at_of(s));
	return true;
}

bool
blocks_del(struct blocks *b, const struct addr *key)
{
	uint32_t i = find(b, key), last, at, moved;

	if (i == NIL)
		return false;
	*link_to(b, i) = b->slots[i].chain;
	b->tiers[b->slots[i].tier]--;
	last = (uint32_t)--b->n;
	at = at_of(&b->slots[i]);
	moved = b->heap[last];
	if (at != last) { /* its place in the heap is the last one's now */
		place(b, at, moved);
		sift(b, at);
	}
	if (i != last) { /* and so is its slot */
		*link_to(b, last) = i;
		b->slots[i] = b->slots[last];
		b->heap[b->slots[i].at / 2] = i;
	}
	return true;
}

size_t
blocks_of_tier(const struct blocks *b, unsigned tier)
{
	return tier < BLOCKS_TIERS ? b->tiers[tier] : 0;
}

const struct block *
blocks_next(const struct blocks *b)
{
	return b->n == 0 ? NULL : lend(&b->slots[b->heap[0]], &b->lent->next);
}

int64_t
blocks_next_ms(const struct blocks *b)
{
	return b->n == 0 ? INT64_MAX : b->slots[b->heap[0]].next_ms;
}

const struct block *
blocks_at(const struct blocks *b, size_t i)
{
	return lend(&b->slots[i], &b->lent->at);
}

void
blocks_tell(struct blocks *b, size_t i)
{
	b->slots[i].told = true;
}
