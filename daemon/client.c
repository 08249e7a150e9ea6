/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "daemon/client.h"
#include "fp/fold.h"

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
		[EVIDENCE_PEER] = true,
		[EVIDENCE_NAMED] = true,
		[EVIDENCE_END_USER] = true,
		[EVIDENCE_POOL] = true,
		[EVIDENCE_RTT] = true,
		[EVIDENCE_DIALECT] = true,
		[EVIDENCE_REPORTED_HAM] = true };
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
	faces_note(&c->faces, k, n, now_ms);
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

/*
 * Notes lie one behind the other: kind, length of the text, time (eight bytes,
 * as the machine has them: they are stored field by field), text.
 */
#define NOTE_HEAD 10

size_t
client_sample_next(const struct client *c, size_t at, struct client_sample *out)
{
	size_t end = c->notes_n < CLIENT_NOTES_MAX ? c->notes_n :
						     CLIENT_NOTES_MAX;
	const uint8_t *p = c->notes + at;

	if (at + NOTE_HEAD > end || p[1] >= CLIENT_SAMPLE_MAX ||
	    at + NOTE_HEAD + p[1] > end)
		return 0;
	out->kind = (enum evidence_kind)p[0];
	memcpy(&out->t_ms, p + 2, sizeof(out->t_ms));
	out->text = (struct str){ (const char *)p + NOTE_HEAD, p[1] };
	return at + NOTE_HEAD + p[1];
}

bool
client_sample_get(const struct client *c, enum evidence_kind k,
    struct client_sample *out)
{
	size_t at = 0;

	while ((at = client_sample_next(c, at, out)) != 0)
		if (out->kind == k)
			return true;
	return false;
}

/* Takes out the note of that kind, or the oldest of all if `k` is NONE. */
static void
drop_note(struct client *c, enum evidence_kind k)
{
	struct client_sample s;
	size_t at = 0, next, from = 0, to = 0;
	int64_t oldest_ms = INT64_MAX;

	for (; (next = client_sample_next(c, at, &s)) != 0; at = next) {
		if (k != EVIDENCE_NONE ? s.kind != k :
					 to > 0 && s.t_ms >= oldest_ms)
			continue;
		oldest_ms = s.t_ms;
		from = at;
		to = next;
	}
	memmove(c->notes + from, c->notes + to, c->notes_n - to);
	c->notes_n = (uint16_t)(c->notes_n - (to - from));
	memset(c->notes + c->notes_n, 0, to - from);
}

void
client_sample(struct client *c, enum evidence_kind k, struct str text,
    int64_t now_ms)
{
	size_t n = text.n < CLIENT_SAMPLE_MAX - 1 ? text.n :
						    CLIENT_SAMPLE_MAX - 1;
	uint8_t *p;

	if (c->notes_n > CLIENT_NOTES_MAX)
		c->notes_n = 0; /* damaged */
	drop_note(c, k);
	while (c->notes_n + NOTE_HEAD + n > CLIENT_NOTES_MAX)
		drop_note(c, EVIDENCE_NONE);
	p = c->notes + c->notes_n;
	p[0] = (uint8_t)k;
	p[1] = (uint8_t)n;
	memcpy(p + 2, &now_ms, sizeof(now_ms));
	if (n > 0)
		memcpy(p + NOTE_HEAD, text.p, n);
	c->notes_n = (uint16_t)(c->notes_n + NOTE_HEAD + n);
	c->dirty = true;
}

struct client_visit *
client_visit(struct client *c, int64_t open_ms, uint16_t port)
{
	for (size_t i = 0; i < CLIENT_VISITS; i++)
		if (c->visits[i].open_ms == open_ms &&
		    c->visits[i].port == port)
			return &c->visits[i];
	return NULL;
}

struct client_visit *
client_visit_new(struct client *c, int64_t open_ms, uint16_t port)
{
	struct client_visit *v = c->visits;

	memmove(v + 1, v, sizeof(*v) * (CLIENT_VISITS - 1));
	*v = (struct client_visit){ .open_ms = open_ms, .port = port };
	for (size_t i = 0; i < CLIENT_STAGES; i++)
		v->p_permille[i] = UINT16_MAX;
	c->dirty = true;
	return v;
}

/* ---- the cache: a hash with chains, and a list by last use ---- */

/* Apart from the records: whoever looks for one passes by many others. */
struct slot {
	struct addr key;
	uint32_t chain;        /* next in the bucket, or next free */
	uint32_t newer, older; /* by use */
	bool used;
};

struct client_table {
	struct client_table_conf conf;
	struct fold fold;
	struct slot *slots;
	struct client *clients; /* each in its slot */
	struct client *stored;  /* for who asks without making one */
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
	size_t n = hash_buckets(conf->max < 64 ? 64 : conf->max);

	if (t == NULL)
		return NULL;
	t->conf = *conf;
	t->fold = fold_init(&conf->key, 'l');
	t->mask = n - 1;
	t->free = t->newest = t->oldest = NIL;
	/* calloc: pages of slots that are never used cost nothing */
	t->slots = calloc(conf->max, sizeof(*t->slots));
	t->clients = calloc(conf->max, sizeof(*t->clients));
	t->stored = malloc(sizeof(*t->stored));
	t->buckets = malloc(n * sizeof(*t->buckets));
	if (t->slots == NULL || t->clients == NULL || t->stored == NULL ||
	    t->buckets == NULL) {
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
	free(t->clients);
	free(t->stored);
	free(t->buckets);
	free(t);
}

static uint32_t *
bucket_of(struct client_table *t, const struct addr *key)
{
	uint64_t h = fold_2(&t->fold, fold_word(&key->b[0]),
	    fold_word(&key->b[8]) ^ key->family);

	return &t->buckets[h & t->mask];
}

static uint32_t
find(struct client_table *t, const struct addr *key)
{
	uint32_t i = *bucket_of(t, key);

	while (i != NIL && !addr_eq(&t->slots[i].key, key))
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
	uint32_t *link = bucket_of(t, &s->key);

	if (t->clients[i].dirty && t->conf.evict != NULL)
		t->conf.evict(t->conf.arg, &t->clients[i]);
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
fetch(struct client_table *t, const struct addr *key, bool make, int64_t now_ms)
{
	uint32_t i = make ? take_slot(t) : NIL, *bucket;
	struct client *c = make ? &t->clients[i] : t->stored;
	bool have = t->conf.load != NULL && t->conf.load(t->conf.arg, key, c);

	if (!have && !make)
		return NULL;
	if (!make) {
		i = take_slot(t);
		t->clients[i] = *t->stored;
		c = &t->clients[i];
	}
	t->slots[i].key = *key;
	if (have) {
		c->key = *key;
		c->dirty = false;
	} else {
		client_init(c, key, now_ms);
	}
	bucket = bucket_of(t, key);
	t->slots[i].chain = *bucket;
	*bucket = i;
	use_newest(t, i);
	return c;
}

static struct client *
lookup(struct client_table *t, const struct addr *a, bool make, int64_t now_ms)
{
	struct addr key = addr_key(a);
	uint32_t i = t->newest;

	/* A line is about one client, who is asked for several times. */
	if (i != NIL && addr_eq(&t->slots[i].key, &key))
		return &t->clients[i];
	i = find(t, &key);
	if (i == NIL)
		return fetch(t, &key, make, now_ms);
	use_unlink(t, i);
	use_newest(t, i);
	return &t->clients[i];
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
			fn(arg, &t->clients[cursor]);
	return cursor < t->untouched ? cursor : 0;
}

void
client_table_counts(const struct client_table *t, size_t *used,
    uint64_t *evicted)
{
	*used = t->used;
	*evicted = t->evicted;
}
