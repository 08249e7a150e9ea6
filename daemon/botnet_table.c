/* SPDX-License-Identifier: GPL-3.0-or-later */
/* botnet_table - where clusters, seeds and owned names are kept */
#include <stdlib.h>

#include "daemon/botnet_impl.h"

#define FORGET_MS  (BOTNET_DAYS * BOTNET_DAY_MS)
#define FORGET_S   (FORGET_MS / 1000)
#define OWNED_BITS 48

/* Sets of clusters and of seeds: the whole is 7 MB, touched when needed. */
static const struct {
	size_t sets, seed_sets;
} sizes[BOTNET_KINDS] = {
	[BOTNET_HELO] = { 384, 4096 },
	[BOTNET_TEMPLATE] = { 256, 2048 },
	[BOTNET_WAY] = { 384, 1024 },
	[BOTNET_SENDER] = { 256, 6144 },
	[BOTNET_RDNS] = { 512, 2048 },
};

bool
botnet_tables_new(struct botnets *b)
{
	for (size_t k = 0; k < BOTNET_KINDS; k++) {
		struct shelf *s = &b->shelf[k];
		size_t n = sizes[k].sets * BOTNET_WAYS;

		s->sets = sizes[k].sets;
		s->seed_sets = sizes[k].seed_sets;
		s->keys = calloc(n, sizeof(*s->keys));
		s->clusters = calloc(n, sizeof(*s->clusters));
		s->seeds = calloc(s->seed_sets * BOTNET_WAYS,
		    sizeof(*s->seeds));
		if (s->keys == NULL || s->clusters == NULL || s->seeds == NULL)
			return false;
	}
	b->owned = calloc(BOTNET_OWNED_SETS * BOTNET_OWNED_WAYS,
	    sizeof(*b->owned));
	b->recent = calloc(BOTNET_RECENT, sizeof(*b->recent));
	b->base = calloc(1, sizeof(*b->base));
	return b->owned != NULL && b->recent != NULL && b->base != NULL;
}

void
botnet_tables_free(struct botnets *b)
{
	for (size_t k = 0; k < BOTNET_KINDS; k++) {
		free(b->shelf[k].keys);
		free(b->shelf[k].clusters);
		free(b->shelf[k].seeds);
	}
	free(b->owned);
	free(b->recent);
	free(b->base);
}

void
botnet_tables_clear(struct botnets *b)
{
	for (size_t k = 0; k < BOTNET_KINDS; k++) {
		struct shelf *s = &b->shelf[k];

		for (size_t i = 0; i < s->sets * BOTNET_WAYS; i++)
			s->keys[i] = 0;
		for (size_t i = 0; i < s->seed_sets * BOTNET_WAYS; i++)
			if (s->seeds[i].last_s != 0)
				s->seeds[i] = (struct seed){ 0 };
	}
	for (size_t i = 0; i < BOTNET_OWNED_SETS * BOTNET_OWNED_WAYS; i++)
		if (b->owned[i].when != 0)
			b->owned[i] = (struct owned){ 0 };
	memset(b->recent, 0, BOTNET_RECENT * sizeof(*b->recent));
	*b->base = (struct botnet_base){ 0 };
	b->by_name_ms = 0;
}

/* The set that a key lies in, of so many. */
static size_t
set_of(const struct botnets *b, uint64_t key, size_t sets)
{
	return hash_keyed(&b->conf.key, &key, sizeof(key)) % sets;
}

/* ---- clusters ---- */

struct cluster *
botnet_find(struct botnets *b, enum botnet_kind k, uint64_t key, int64_t now_ms)
{
	struct shelf *s = &b->shelf[k];
	size_t at = set_of(b, key, s->sets) * BOTNET_WAYS;

	for (size_t i = at; i < at + BOTNET_WAYS; i++) {
		if (s->keys[i] != key)
			continue;
		if (now_ms - s->clusters[i].last_ms <= FORGET_MS)
			return &s->clusters[i];
		s->keys[i] = 0;
	}
	return NULL;
}

/* Has it become something, or is it just three networks? */
static bool
matters(const struct botnets *b, const struct cluster *cl)
{
	return cl->networks >= (float)b->conf.group_networks ||
	    cl->label[BOTNET_GOOD] >= 1 || cl->label[BOTNET_BAD] >= 1;
}

static bool
goes_before(const struct botnets *b, const struct cluster *x,
    const struct cluster *y)
{
	bool mx = matters(b, x), my = matters(b, y);

	return mx != my ? my : x->last_ms < y->last_ms;
}

struct cluster *
botnet_make(struct botnets *b, enum botnet_kind k, uint64_t key, int64_t now_ms)
{
	struct shelf *s = &b->shelf[k];
	size_t at = set_of(b, key, s->sets) * BOTNET_WAYS, take = at;

	for (size_t i = at; i < at + BOTNET_WAYS; i++) {
		if (s->keys[i] == 0 || s->keys[i] == key) {
			take = i;
			break;
		}
		if (goes_before(b, &s->clusters[i], &s->clusters[take]))
			take = i;
	}
	s->keys[take] = key;
	s->clusters[take] = (struct cluster){ .kind = (uint8_t)k,
		.first_ms = now_ms,
		.last_ms = now_ms,
		.faded_ms = now_ms,
		.stale = true };
	botnet_age(&s->clusters[take], now_ms);
	return &s->clusters[take];
}

/* ---- seeds ---- */

static struct seed *
seed_set(struct botnets *b, enum botnet_kind k, uint64_t key)
{
	struct shelf *s = &b->shelf[k];

	return &s->seeds[set_of(b, key, s->seed_sets) * BOTNET_WAYS];
}

static struct seed *
find_in(struct seed *set, uint64_t key, int64_t now_ms)
{
	for (size_t i = 0; i < BOTNET_WAYS; i++)
		if (set[i].last_s != 0 && set[i].tag == key >> 32 &&
		    now_ms / 1000 - set[i].last_s <= FORGET_S)
			return &set[i];
	return NULL;
}

struct seed *
botnet_seed_find(struct botnets *b, enum botnet_kind k, uint64_t key,
    int64_t now_ms)
{
	return find_in(seed_set(b, k, key), key, now_ms);
}

struct seed *
botnet_seed_make(struct botnets *b, enum botnet_kind k, uint64_t key,
    int64_t now_ms)
{
	struct seed *set = seed_set(b, k, key), *e = find_in(set, key, now_ms);
	uint32_t now_s = (uint32_t)(now_ms / 1000);

	if (e == NULL) {
		e = set;
		for (size_t i = 1; i < BOTNET_WAYS; i++)
			if (set[i].last_s < e->last_s)
				e = &set[i];
		*e = (struct seed){ .tag = (uint32_t)(key >> 32),
			.first_s = now_s };
	}
	e->last_s = now_s;
	return e;
}

/* ---- owned names ---- */

static struct owned *
owned_set(const struct botnets *b, struct owned o)
{
	uint64_t key = (uint64_t)o.hi << 32 | o.lo;

	return &b->owned[set_of(b, key, BOTNET_OWNED_SETS) * BOTNET_OWNED_WAYS];
}

static struct owned
owned_key(uint64_t key)
{
	return (
	    struct owned){ .lo = (uint32_t)key, .hi = (uint16_t)(key >> 32) };
}

/* A day, and below it whether the name was confirmed on another one, too. */
static uint16_t
owned_when(int64_t now_ms, bool proven)
{
	return (uint16_t)(((unsigned)(now_ms / BOTNET_DAY_MS) << 1 & 0xfffe) |
	    proven);
}

static struct owned *
owned_find(const struct botnets *b, struct owned o)
{
	struct owned *set = owned_set(b, o);

	for (size_t i = 0; i < BOTNET_OWNED_WAYS; i++)
		if (set[i].when != 0 && set[i].lo == o.lo && set[i].hi == o.hi)
			return &set[i];
	return NULL;
}

bool
botnet_owned(const struct botnets *b, uint64_t key, int64_t now_ms)
{
	const struct owned *o = owned_find(b, owned_key(key));

	return o != NULL &&
	    (owned_when(now_ms, false) >> 1) - (o->when >> 1) <= BOTNET_DAYS;
}

void
botnet_own_put(struct botnets *b, struct owned o)
{
	struct owned *set = owned_set(b, o), *e = owned_find(b, o);

	if (e == NULL) {
		e = set;
		/* First those that were confirmed on one day only. */
		for (size_t i = 1; i < BOTNET_OWNED_WAYS; i++)
			if ((set[i].when & 1) != (e->when & 1) ?
				(e->when & 1) != 0 :
				set[i].when < e->when)
				e = &set[i];
	}
	*e = o;
}

void
botnet_own(struct botnets *b, uint64_t key, int64_t now_ms)
{
	struct owned o = owned_key(key);
	const struct owned *e = owned_find(b, o);
	uint16_t today = owned_when(now_ms, false);

	if (e != NULL && e->when >> 1 == today >> 1)
		return;
	o.when = owned_when(now_ms, e != NULL);
	botnet_own_put(b, o);
}
