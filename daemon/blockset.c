/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/blockset.h"

#include <stdlib.h>

#include "fp/hash.h"

#define SLOTS_MIN 1024

struct slot {
	uint64_t key;     /* the 4 or 8 bytes that matter */
	uint32_t until_s; /* of the monotonic clock */
	uint32_t family;  /* 4, 6, or 0: free */
};

struct blockset {
	struct hash_key secret;
	struct slot *v;
	size_t slots; /* a power of two */
	size_t max;   /* of each family */
	size_t n4, n6;
	size_t hand; /* where the sweep goes on */
};

struct blockset *
blockset_new(size_t max)
{
	struct blockset *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->v = calloc(SLOTS_MIN, sizeof(*b->v));
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

static struct slot
slot_of(const struct net *n)
{
	struct slot s = { .family = n->a.family };

	memcpy(&s.key, n->a.b, n->a.family == 4 ? 4 : 8);
	return s;
}

static size_t
home(const struct blockset *b, const struct slot *s)
{
	uint64_t k[2] = { s->key, s->family };

	return hash_keyed(&b->secret, k, sizeof(k)) & (b->slots - 1);
}

/* Where it is, or the free slot where it would go. */
static size_t
find(const struct blockset *b, const struct slot *s)
{
	size_t i = home(b, s);

	while (b->v[i].family != 0 &&
	    (b->v[i].key != s->key || b->v[i].family != s->family))
		i = (i + 1) & (b->slots - 1);
	return i;
}

static size_t *
counter(struct blockset *b, uint32_t family)
{
	return family == 4 ? &b->n4 : &b->n6;
}

/* Frees a slot and moves up what stood behind it, so that chains hold. */
static void
remove_at(struct blockset *b, size_t hole)
{
	const size_t mask = b->slots - 1;

	(*counter(b, b->v[hole].family))--;
	for (size_t i = (hole + 1) & mask; b->v[i].family != 0;
	     i = (i + 1) & mask) {
		size_t far = (i - home(b, &b->v[i])) & mask;

		if (far < ((i - hole) & mask))
			continue;
		b->v[hole] = b->v[i];
		hole = i;
	}
	b->v[hole].family = 0;
}

static bool
grow(struct blockset *b)
{
	struct slot *old = b->v, *v;
	size_t n = b->slots;

	v = calloc(n * 2, sizeof(*v));
	if (v == NULL)
		return false;
	b->v = v;
	b->slots = n * 2;
	for (size_t i = 0; i < n; i++)
		if (old[i].family != 0)
			b->v[find(b, &old[i])] = old[i];
	free(old);
	return true;
}

/* Forgets it when it is over; true when something is there. */
static bool
alive_at(struct blockset *b, size_t i, uint32_t now_s)
{
	if (b->v[i].family == 0)
		return false;
	if (b->v[i].until_s > now_s)
		return true;
	remove_at(b, i);
	return false;
}

bool
blockset_has(struct blockset *b, const struct net *n, uint32_t now_s)
{
	struct slot s = slot_of(n);

	return alive_at(b, find(b, &s), now_s);
}

bool
blockset_put(struct blockset *b, const struct net *n, uint32_t until_s,
    uint32_t now_s)
{
	struct slot s = slot_of(n);
	size_t i = find(b, &s);

	s.until_s = until_s;
	if (alive_at(b, i, now_s)) {
		b->v[i].until_s = until_s;
		return true;
	}
	if (*counter(b, s.family) >= b->max)
		return false;
	if ((b->n4 + b->n6 + 1) * 10 > b->slots * 7 && !grow(b))
		return false;
	b->v[find(b, &s)] = s;
	(*counter(b, s.family))++;
	return true;
}

void
blockset_del(struct blockset *b, const struct net *n)
{
	struct slot s = slot_of(n);
	size_t i = find(b, &s);

	if (b->v[i].family != 0)
		remove_at(b, i);
}

void
blockset_clear(struct blockset *b)
{
	memset(b->v, 0, b->slots * sizeof(*b->v));
	b->n4 = b->n6 = 0;
}

size_t
blockset_count(const struct blockset *b, uint8_t family)
{
	return family == 4 ? b->n4 : b->n6;
}

void
blockset_sweep(struct blockset *b, size_t n, uint32_t now_s)
{
	while (n-- > 0) {
		b->hand &= b->slots - 1;
		/* What moved up into a freed slot is looked at again. */
		if (b->v[b->hand].family == 0 || alive_at(b, b->hand, now_s))
			b->hand++;
	}
}
