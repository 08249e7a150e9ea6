/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay_conn.h"

#include <stdlib.h>

#define NIL UINT32_MAX

struct conns {
	struct conn *v;
	uint32_t *buckets;
	size_t mask, max;
	size_t untouched;       /* from here on never used */
	uint32_t free;          /* chained by next */
	uint32_t due, due_last; /* chained by next */
	size_t hand;            /* whom a full table lets go */
	void (*fn)(void *arg, const struct conn *c);
	void *arg;
};

struct conns *
conns_new(size_t max, void (*fn)(void *arg, const struct conn *c), void *arg)
{
	struct conns *t = calloc(1, sizeof(*t));
	size_t n = hash_buckets(max);

	if (t == NULL)
		return NULL;
	t->v = calloc(max, sizeof(*t->v));
	t->buckets = malloc(n * sizeof(*t->buckets));
	if (t->v == NULL || t->buckets == NULL) {
		conns_free(t);
		return NULL;
	}
	memset(t->buckets, 0xff, n * sizeof(*t->buckets));
	t->mask = n - 1;
	t->max = max;
	t->free = t->due = t->due_last = NIL;
	t->fn = fn;
	t->arg = arg;
	return t;
}

void
conns_free(struct conns *t)
{
	if (t == NULL)
		return;
	free(t->v);
	free(t->buckets);
	free(t);
}

static uint32_t *
bucket_of(struct conns *t, const struct addr *key, uint16_t port)
{
	static const struct hash_key fixed; /* as all of a replay */
	uint8_t b[sizeof(*key) + sizeof(port)];

	memcpy(b, key, sizeof(*key));
	memcpy(b + sizeof(*key), &port, sizeof(port));
	return &t->buckets[hash_keyed(&fixed, b, sizeof(b)) & t->mask];
}

uint32_t
conns_id(const struct conns *t, const struct conn *c)
{
	return (uint32_t)(c - t->v);
}

struct conn *
conns_at(struct conns *t, uint32_t id)
{
	return id < t->untouched && t->v[id].used ? &t->v[id] : NULL;
}

struct conn *
conns_find(struct conns *t, const struct addr *client, uint16_t port)
{
	struct addr key = addr_key(client);
	uint32_t i = *bucket_of(t, &key, port);

	while (
	    i != NIL && (t->v[i].port != port || !addr_eq(&t->v[i].key, &key)))
		i = t->v[i].chain;
	return i == NIL ? NULL : &t->v[i];
}

/* Takes it out of the list of those that settle. */
static void
unsettle(struct conns *t, struct conn *c)
{
	uint32_t id = conns_id(t, c), before = NIL, i = t->due;

	for (; i != id; i = t->v[i].next)
		before = i;
	if (before == NIL)
		t->due = c->next;
	else
		t->v[before].next = c->next;
	if (t->due_last == id)
		t->due_last = before;
	c->settling = false;
}

void
conns_end(struct conns *t, struct conn *c)
{
	uint32_t *link = bucket_of(t, &c->key, c->port);
	uint32_t id = conns_id(t, c);

	t->fn(t->arg, c);
	if (c->settling)
		unsettle(t, c);
	while (*link != id)
		link = &t->v[*link].chain;
	*link = c->chain;
	c->used = false;
	c->next = t->free;
	t->free = id;
}

static uint32_t
take(struct conns *t)
{
	uint32_t i;

	if (t->free == NIL && t->untouched == t->max) {
		conns_end(t, &t->v[t->hand]);
		t->hand = (t->hand + 1) % t->max;
	}
	if (t->free == NIL)
		return (uint32_t)t->untouched++;
	i = t->free;
	t->free = t->v[i].next;
	return i;
}

struct conn *
conns_get(struct conns *t, const struct addr *client, uint16_t port)
{
	struct conn *c = conns_find(t, client, port);
	struct addr key = addr_key(client);
	uint32_t i, *bucket;

	if (c != NULL)
		return c;
	i = take(t);
	bucket = bucket_of(t, &key, port);
	c = &t->v[i];
	*c = (struct conn){ .key = key,
		.client = *client,
		.port = port,
		.chain = *bucket,
		.next = NIL,
		.used = true };
	*bucket = i;
	return c;
}

void
conns_settle(struct conns *t, struct conn *c, int64_t due_ms)
{
	uint32_t id = conns_id(t, c);

	if (c->settling)
		return;
	c->settling = true;
	c->due_ms = due_ms;
	c->next = NIL;
	if (t->due_last == NIL)
		t->due = id;
	else
		t->v[t->due_last].next = id;
	t->due_last = id;
}

struct conn *
conns_due(struct conns *t, int64_t now_ms)
{
	return t->due != NIL && t->v[t->due].due_ms <= now_ms ? &t->v[t->due] :
								NULL;
}

void
conns_end_all(struct conns *t)
{
	for (size_t i = 0; i < t->untouched; i++)
		if (t->v[i].used)
			conns_end(t, &t->v[i]);
}
