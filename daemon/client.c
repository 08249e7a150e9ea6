/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "daemon/client.h"

#define HOUR_MS ((int64_t)3600 * 1000)
#define DAY_MS  (24 * HOUR_MS)
#define NIL     UINT32_MAX

void
client_init(struct client *c, const struct addr *key, int64_t now_ms)
{
	memset(c, 0, sizeof(*c));
	c->key = addr_key(key);
	c->first_ms = c->last_ms = now_ms;
}

/*
 * What a client did fades in half a day, and four times slower with each
 * offence, up to 30 days; what it is called and what it sent well, in weeks.
 */
static double
half_life_ms(const struct client *c, enum evidence_kind k)
{
	static const bool slow[EVIDENCE_KINDS] = { [EVIDENCE_RDNS_NONE] = true,
		[EVIDENCE_RDNS_GENERIC] = true,
		[EVIDENCE_RDNS_DYNAMIC] = true,
		[EVIDENCE_HELO_LITERAL] = true,
		[EVIDENCE_HELO_OURS] = true,
		[EVIDENCE_HELO_BAD] = true,
		[EVIDENCE_HELO_DYNAMIC] = true,
		[EVIDENCE_STACK_CLASS] = true,
		[EVIDENCE_ACCEPTED] = true,
		[EVIDENCE_PEER] = true };
	double h = 12.0 * (double)HOUR_MS;

	if (slow[k])
		return 30.0 * (double)DAY_MS;
	for (uint32_t i = 0; i < c->offences && i < 3; i++)
		h *= 4;
	return fmin(h, 30.0 * (double)DAY_MS);
}

double
client_count(const struct client *c, enum evidence_kind k, int64_t now_ms)
{
	const struct client_fact *f = &c->facts[k];

	if (f->last_ms == 0 || f->count <= 0)
		return 0;
	if (now_ms <= f->last_ms)
		return (double)f->count;
	return (double)f->count *
	    exp2(-(double)(now_ms - f->last_ms) / half_life_ms(c, k));
}

void
client_add(struct client *c, enum evidence_kind k, double n, uint8_t value,
    int64_t now_ms)
{
	struct client_fact *f = &c->facts[k];

	f->count = (float)(client_count(c, k, now_ms) + n);
	f->value = value;
	if (now_ms > f->last_ms)
		f->last_ms = now_ms;
	c->dirty = true;
}

void
client_set(struct client *c, enum evidence_kind k, uint8_t value,
    int64_t now_ms)
{
	c->facts[k] = (struct client_fact){ 1, value, now_ms };
	c->dirty = true;
}

void
client_clear(struct client *c, enum evidence_kind k)
{
	if (c->facts[k].last_ms == 0)
		return;
	c->facts[k] = (struct client_fact){ 0, 0, 0 };
	c->dirty = true;
}

void
client_sample(struct client *c, enum evidence_kind k, struct str text,
    int64_t now_ms)
{
	struct client_sample *to = &c->samples[0];
	size_t n = text.n < sizeof(to->text) - 1 ? text.n :
						   sizeof(to->text) - 1;

	/* The same kind's place, else the oldest. */
	for (size_t i = 0; i < CLIENT_SAMPLES; i++) {
		if (c->samples[i].kind == k) {
			to = &c->samples[i];
			break;
		}
		if (c->samples[i].t_ms < to->t_ms)
			to = &c->samples[i];
	}
	to->kind = (uint8_t)k;
	to->t_ms = now_ms;
	memset(to->text, 0, sizeof(to->text));
	if (n > 0)
		memcpy(to->text, text.p, n);
	c->dirty = true;
}

/* ---- the cache: a hash with chains, and a list by last use ---- */

struct slot {
	struct client c;
	uint32_t chain;        /* next in the bucket, or next free */
	uint32_t newer, older; /* by use */
	bool used;
};

struct client_table {
	struct client_table_conf conf;
	struct slot *slots;
	uint32_t *buckets;
	size_t mask, used;
	uint32_t free, newest, oldest;
	size_t untouched; /* slots from here on were never used */
	uint64_t evicted;
};

struct client_table *
client_table_new(const struct client_table_conf *conf)
{
	struct client_table *t = calloc(1, sizeof(*t));
	size_t n = 64;

	if (t == NULL)
		return NULL;
	while (n < conf->max)
		n *= 2;
	t->conf = *conf;
	t->mask = n - 1;
	t->free = t->newest = t->oldest = NIL;
	/* calloc: pages of slots that are never used cost nothing */
	t->slots = calloc(conf->max, sizeof(*t->slots));
	t->buckets = malloc(n * sizeof(*t->buckets));
	if (t->slots == NULL || t->buckets == NULL) {
		client_table_free(t);
		return NULL;
	}
	memset(t->buckets, 0xff, n * sizeof(*t->buckets));
	return t;
}

void
client_table_free(struct client_table *t)
{
	if (t == NULL)
		return;
	free(t->slots);
	free(t->buckets);
	free(t);
}

static uint32_t *
bucket_of(struct client_table *t, const struct addr *key)
{
	uint64_t h = hash_keyed(&t->conf.key, key, sizeof(*key));

	return &t->buckets[h & t->mask];
}

static uint32_t
find(struct client_table *t, const struct addr *key)
{
	uint32_t i = *bucket_of(t, key);

	while (i != NIL && !addr_eq(&t->slots[i].c.key, key))
		i = t->slots[i].chain;
	return i;
}

static void
use_unlink(struct client_table *t, uint32_t i)
{
	struct slot *s = &t->slots[i];

	if (s->newer != NIL)
		t->slots[s->newer].older = s->older;
	else
		t->newest = s->older;
	if (s->older != NIL)
		t->slots[s->older].newer = s->newer;
	else
		t->oldest = s->newer;
}

static void
use_newest(struct client_table *t, uint32_t i)
{
	struct slot *s = &t->slots[i];

	s->newer = NIL;
	s->older = t->newest;
	if (t->newest != NIL)
		t->slots[t->newest].newer = i;
	t->newest = i;
	if (t->oldest == NIL)
		t->oldest = i;
}

static void
evict_oldest(struct client_table *t)
{
	uint32_t i = t->oldest;
	struct slot *s = &t->slots[i];
	uint32_t *link = bucket_of(t, &s->c.key);

	if (s->c.dirty && t->conf.evict != NULL)
		t->conf.evict(t->conf.arg, &s->c);
	while (*link != i)
		link = &t->slots[*link].chain;
	*link = s->chain;
	use_unlink(t, i);
	s->used = false;
	s->chain = t->free;
	t->free = i;
	t->used--;
	t->evicted++;
}

static uint32_t
take_slot(struct client_table *t)
{
	uint32_t i;

	if (t->free == NIL && t->untouched == t->conf.max)
		evict_oldest(t);
	if (t->free != NIL) {
		i = t->free;
		t->free = t->slots[i].chain;
	} else {
		i = (uint32_t)t->untouched++;
	}
	t->used++;
	t->slots[i].used = true;
	return i;
}

static struct client *
lookup(struct client_table *t, const struct addr *a, bool make, int64_t now_ms)
{
	struct addr key = addr_key(a);
	uint32_t i = find(t, &key), *bucket;
	struct client stored;
	bool have;

	if (i != NIL) {
		use_unlink(t, i);
		use_newest(t, i);
		return &t->slots[i].c;
	}
	have = t->conf.load != NULL && t->conf.load(t->conf.arg, &key, &stored);
	if (!have && !make)
		return NULL;
	i = take_slot(t);
	if (have) {
		t->slots[i].c = stored;
		t->slots[i].c.key = key;
		t->slots[i].c.dirty = false;
	} else {
		client_init(&t->slots[i].c, &key, now_ms);
	}
	bucket = bucket_of(t, &key);
	t->slots[i].chain = *bucket;
	*bucket = i;
	use_newest(t, i);
	return &t->slots[i].c;
}

struct client *
client_get(struct client_table *t, const struct addr *a, int64_t now_ms)
{
	return lookup(t, a, true, now_ms);
}

struct client *
client_peek(struct client_table *t, const struct addr *a)
{
	return lookup(t, a, false, 0);
}

size_t
client_walk(struct client_table *t, size_t cursor, size_t slots,
    void (*fn)(void *arg, struct client *c), void *arg)
{
	for (size_t n = 0; n < slots && cursor < t->untouched; n++, cursor++)
		if (t->slots[cursor].used)
			fn(arg, &t->slots[cursor].c);
	return cursor < t->untouched ? cursor : 0;
}

void
client_table_counts(const struct client_table *t, size_t *used,
    uint64_t *evicted)
{
	*used = t->used;
	*evicted = t->evicted;
}
