/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/blockset.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "fp/hash.h"

#define SLOTS_MIN 1024
#define HUGE_PAGE ((size_t)2 << 20)

/* What a slot holds besides its address; 0 = it is free. */
enum {
	KIND_4 = 1, /* a /32 */
	KIND_64,    /* and networks of IPv6 */
	KIND_56,
	KIND_48,
	KIND_MASK = 7,
	REJECT = 8,
	HAS_MSS = 16,
	TIER_SHIFT = 5, /* what is above is no part of the key */
	TIER_MASK = 15,
	SCORE_SHIFT = 9, /* percent */
	KEY_MASK = (1 << TIER_SHIFT) - 1,
};

struct slot {
	uint32_t key[2];  /* the 4 or 8 bytes that matter */
	uint32_t until_s; /* of the monotonic clock */
	uint16_t len, window, mss;
	uint16_t flags;
};

struct blockset {
	struct hash_key secret;
	struct slot *v;
	size_t slots; /* a power of two */
	size_t max;   /* of each family */
	size_t n4, n6;
	size_t hand; /* where the sweep goes on */
};

/* Free slots.  In a big table most look-ups are misses, fewer on big pages. */
static struct slot *
new_slots(size_t n)
{
	const size_t bytes = n * sizeof(struct slot);
	void *v;

	if (bytes < HUGE_PAGE)
		return calloc(1, bytes);
	if (posix_memalign(&v, HUGE_PAGE, bytes) != 0)
		return NULL;
	(void)madvise(v, bytes, MADV_HUGEPAGE);
	memset(v, 0, bytes);
	return v;
}

struct blockset *
blockset_new(size_t max)
{
	struct blockset *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->v = new_slots(SLOTS_MIN);
	if (b->v == NULL) {
		free(b);
		return NULL;
	}
	b->slots = SLOTS_MIN;
	b->max = max;
	b->secret = hash_key_random();
	return b;
}

void
blockset_free(struct blockset *b)
{
	if (b == NULL)
		return;
	free(b->v);
	free(b);
}

static uint8_t
kind_of(const struct net *n)
{
	if (n->a.family == 4)
		return KIND_4;
	return n->bits == 48 ? KIND_48 : n->bits == 56 ? KIND_56 : KIND_64;
}

static struct slot
slot_of(const struct nft_op *op)
{
	struct slot s = { .flags = kind_of(&op->net) };

	memcpy(s.key, op->net.a.b, op->net.a.family == 4 ? 4 : 8);
	s.len = op->stack.len;
	s.window = op->stack.window;
	s.mss = op->stack.mss;
	if (op->stack.has_mss)
		s.flags |= HAS_MSS;
	if (op->action == NFT_REJECT)
		s.flags |= REJECT;
	return s;
}

static uint8_t
family(const struct slot *s)
{
	return (s->flags & KIND_MASK) == KIND_4 ? 4 : 6;
}

/* The operation that deletes it. */
static struct nft_op
op_of(const struct slot *s)
{
	static const uint8_t bits[] = { 0, 32, 64, 56, 48 };
	struct nft_op op = { .kind = NFT_DEL };

	op.net.a.family = family(s);
	op.net.bits = bits[s->flags & KIND_MASK];
	memcpy(op.net.a.b, s->key, op.net.a.family == 4 ? 4 : 8);
	op.stack = (struct stack){ s->len, s->window, s->mss,
		(s->flags & HAS_MSS) != 0 };
	op.action = s->flags & REJECT ? NFT_REJECT : NFT_DROP;
	op.tier = (uint8_t)(s->flags >> TIER_SHIFT & TIER_MASK);
	op.score = (uint16_t)((s->flags >> SCORE_SHIFT) * 10);
	return op;
}

static bool
same_net(const struct slot *a, const struct slot *b)
{
	return a->key[0] == b->key[0] && a->key[1] == b->key[1] &&
	    (a->flags & KIND_MASK) == (b->flags & KIND_MASK);
}

static bool
same_key(const struct slot *a, const struct slot *b)
{
	return same_net(a, b) && a->len == b->len && a->window == b->window &&
	    a->mss == b->mss && ((a->flags ^ b->flags) & KEY_MASK) == 0;
}

/* By the network alone: all its blocks stand in one chain. */
static size_t
home(const struct blockset *b, const struct slot *s)
{
	uint32_t k[3] = { s->key[0], s->key[1], s->flags & KIND_MASK };

	return hash_keyed(&b->secret, k, sizeof(k)) & (b->slots - 1);
}

void
blockset_soon(const struct blockset *b, const struct net *n)
{
	struct slot s = slot_of(&(struct nft_op){ .net = *n });

	__builtin_prefetch(&b->v[home(b, &s)]);
}

/* Where it is, or the free slot where it would go. */
static size_t
find(const struct blockset *b, const struct slot *s)
{
	size_t i = home(b, s);

	while (b->v[i].flags != 0 && !same_key(&b->v[i], s))
		i = (i + 1) & (b->slots - 1);
	return i;
}

static size_t *
counter(struct blockset *b, const struct slot *s)
{
	return family(s) == 4 ? &b->n4 : &b->n6;
}

/* Frees a slot and moves up what stood behind it, so that chains hold. */
static void
remove_at(struct blockset *b, size_t hole)
{
	const size_t mask = b->slots - 1;

	(*counter(b, &b->v[hole]))--;
	for (size_t i = (hole + 1) & mask; b->v[i].flags != 0;
	     i = (i + 1) & mask) {
		size_t far = (i - home(b, &b->v[i])) & mask;

		if (far < ((i - hole) & mask))
			continue;
		b->v[hole] = b->v[i];
		hole = i;
	}
	b->v[hole].flags = 0;
}

static bool
grow(struct blockset *b)
{
	struct slot *old = b->v, *v;
	size_t n = b->slots;

	v = new_slots(n * 2);
	if (v == NULL)
		return false;
	b->v = v;
	b->slots = n * 2;
	for (size_t i = 0; i < n; i++)
		if (old[i].flags != 0)
			b->v[find(b, &old[i])] = old[i];
	free(old);
	return true;
}

/* Forgets it when it is over; true when something is there. */
static bool
alive_at(struct blockset *b, size_t i, uint32_t now_s)
{
	if (b->v[i].flags == 0)
		return false;
	if (b->v[i].until_s > now_s)
		return true;
	remove_at(b, i);
	return false;
}

bool
blockset_has(struct blockset *b, const struct nft_op *key, uint32_t now_s)
{
	struct slot s = slot_of(key);

	return alive_at(b, find(b, &s), now_s);
}

bool
blockset_get(struct blockset *b, const struct nft_op *key, uint32_t now_s,
    struct nft_op *out)
{
	struct slot s = slot_of(key);
	size_t i = find(b, &s);

	if (!alive_at(b, i, now_s))
		return false;
	*out = op_of(&b->v[i]);
	out->kind = NFT_RENEW;
	out->timeout_s = b->v[i].until_s - now_s;
	return true;
}

/* As find(); *n counts the blocks of the very network that it passed. */
static size_t
find_counting(const struct blockset *b, const struct slot *s, size_t *n)
{
	size_t i = home(b, s);

	*n = 0;
	while (b->v[i].flags != 0 && !same_key(&b->v[i], s)) {
		*n += same_net(&b->v[i], s);
		i = (i + 1) & (b->slots - 1);
	}
	return i;
}

bool
blockset_put(struct blockset *b, const struct nft_op *key, uint32_t until_s,
    uint32_t now_s)
{
	struct slot s = slot_of(key);
	size_t of_net, i = find_counting(b, &s, &of_net);

	s.until_s = until_s;
	s.flags |= (uint16_t)(key->tier << TIER_SHIFT |
	    key->score / 10 << SCORE_SHIFT);
	/* One that has run out is begun anew where it stands. */
	if (b->v[i].flags != 0) {
		b->v[i] = s;
		return true;
	}
	(void)now_s;
	if (*counter(b, &s) >= b->max)
		return false;
	/* Whole: dropped or rejected.  A longer chain would cost too much. */
	if (of_net >= BLOCKSET_STACKS + 2)
		return false;
	if ((b->n4 + b->n6 + 1) * 10 > b->slots * 7) {
		if (!grow(b))
			return false;
		i = find(b, &s);
	}
	b->v[i] = s;
	(*counter(b, &s))++;
	return true;
}

void
blockset_del(struct blockset *b, const struct nft_op *key)
{
	struct slot s = slot_of(key);
	size_t i = find(b, &s);

	if (b->v[i].flags != 0)
		remove_at(b, i);
}

bool
blockset_of_net(struct blockset *b, const struct net *n, uint32_t now_s)
{
	struct slot s = slot_of(&(struct nft_op){ .net = *n });

	for (size_t i = home(b, &s); b->v[i].flags != 0;
	     i = (i + 1) & (b->slots - 1))
		if (same_net(&b->v[i], &s) && b->v[i].until_s > now_s)
			return true;
	return false;
}

size_t
blockset_of(struct blockset *b, const struct addr *a,
    struct nft_op out[BLOCKSET_OF_MAX])
{
	static const uint8_t bits6[] = { 64, 56, 48 };
	const size_t sizes = a->family == 4 ? 1 : 3;
	size_t n = 0;

	for (size_t k = 0; k < sizes; k++) {
		struct nft_op op = { .net.bits = a->family == 4 ? 32 :
								  bits6[k] };
		struct slot s;

		op.net.a = addr_mask(a, op.net.bits);
		s = slot_of(&op);
		for (size_t i = home(b, &s);
		     b->v[i].flags != 0 && n < BLOCKSET_OF_MAX;
		     i = (i + 1) & (b->slots - 1))
			if (same_net(&b->v[i], &s))
				out[n++] = op_of(&b->v[i]);
	}
	return n;
}

void
blockset_clear(struct blockset *b)
{
	memset(b->v, 0, b->slots * sizeof(*b->v));
	b->n4 = b->n6 = 0;
}

size_t
blockset_count(const struct blockset *b, uint8_t of)
{
	return of == 4 ? b->n4 : b->n6;
}

void
blockset_sweep(struct blockset *b, size_t n, uint32_t now_s)
{
	while (n-- > 0) {
		b->hand &= b->slots - 1;
		/* What moved up into a freed slot is looked at again. */
		if (b->v[b->hand].flags == 0 || alive_at(b, b->hand, now_s))
			b->hand++;
	}
}
