/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/dnscache.h"

#include <stdlib.h>

#define WAYS 8

struct dnscache {
	struct hash_key key;
	size_t sets; /* a power of two */
	struct dnscache_entry e[];
};

struct dnscache *
dnscache_new(size_t slots, const struct hash_key *key)
{
	size_t sets = hash_buckets((slots + WAYS - 1) / WAYS);
	struct dnscache *c = calloc(1,
	    sizeof(*c) + sets * WAYS * sizeof(*c->e));

	if (c == NULL)
		return NULL;
	c->key = *key;
	c->sets = sets;
	return c;
}

void
dnscache_free(struct dnscache *c)
{
	free(c);
}

static struct dnscache_entry *
set_of(struct dnscache *c, const struct addr *a)
{
	uint64_t h = hash_keyed(&c->key, a, sizeof(*a));

	return &c->e[(h & (c->sets - 1)) * WAYS];
}

static bool
is_over(const struct dnscache_entry *e, int64_t now_ms)
{
	return e->state == DNSCACHE_FREE ||
	    (e->state == DNSCACHE_KNOWN && e->until_ms <= now_ms);
}

struct dnscache_entry *
dnscache_get(struct dnscache *c, const struct addr *a, int64_t now_ms)
{
	struct dnscache_entry *e = set_of(c, a);

	for (size_t i = 0; i < WAYS; i++)
		if (addr_eq(&e[i].addr, a))
			return is_over(&e[i], now_ms) ? NULL : &e[i];
	return NULL;
}

/* The one to give up; NULL: none may be. */
static struct dnscache_entry *
victim(struct dnscache_entry *set, int64_t now_ms)
{
	struct dnscache_entry *best = NULL;

	for (size_t i = 0; i < WAYS; i++) {
		if (is_over(&set[i], now_ms))
			return &set[i];
		if (set[i].state == DNSCACHE_KNOWN &&
		    (best == NULL || set[i].until_ms < best->until_ms))
			best = &set[i];
	}
	return best;
}

struct dnscache_entry *
dnscache_take(struct dnscache *c, const struct addr *a, int64_t now_ms)
{
	struct dnscache_entry *set = set_of(c, a), *e = NULL;

	for (size_t i = 0; i < WAYS && e == NULL; i++)
		if (set[i].state != DNSCACHE_FREE && addr_eq(&set[i].addr, a))
			e = &set[i];
	if (e == NULL)
		e = victim(set, now_ms);
	if (e == NULL)
		return NULL;
	if (e->state != DNSCACHE_WAITING || !addr_eq(&e->addr, a))
		*e = (struct dnscache_entry){ .state = DNSCACHE_WAITING,
			.addr = *a };
	return e;
}
