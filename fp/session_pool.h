/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session_pool - stage 4 of 8: the memory of session.c, and nobody else's
 *
 * Two pools of fixed size in one array: half-open entries, then open ones
 * (lingering included).  Every entry is in one list, which tells what it is
 * and how old, and a used one in up to three indexes with keyed hashes.
 * Entries are named by number; 0 is none.  Inline, because only session.c
 * includes it.  Panics never, fails only in pool_init().
 */
#ifndef ZFW_FP_SESSION_POOL_H
#define ZFW_FP_SESSION_POOL_H

#include <stdlib.h>

#include "fp/smtp.h"

enum pool_list {
	LIST_FREE_HALF,
	LIST_FREE_OPEN,
	LIST_HALF,   /* by age */
	LIST_OPEN,   /* by the last packet */
	LIST_LINGER, /* by the time of closing */
	LISTS,
};

enum pool_index {
	BY_TUPLE,
	BY_PORT,   /* client address and port, the two pools apart */
	BY_CLIENT, /* client address, open pool only */
	INDEXES,
};

/* Whom an entry is about, as far as an index needs it. */
struct pool_key {
	struct addr client, server;
	uint16_t cport, sport;
};

struct link {
	uint32_t prev, next;
};

struct list {
	uint32_t head, tail; /* oldest, latest */
	size_t n;
};

/* What we need of TCP. */
struct tcp {
	uint32_t isn_c, isn_s;
	uint32_t isn_s_old; /* of the SYN+ACK before the last */
	uint32_t c_next;    /* after the highest byte of the client */
	uint32_t s_next;    /* after the highest byte of ours */
	uint32_t ack;       /* of the client, seen before our SYN+ACK */
	uint32_t syn_data;  /* bytes in the SYN that we acknowledged */
	int64_t synack_us;
	uint8_t synack_n;
	bool has_ack;
	bool greeted; /* the client may have heard something of us */
};

struct entry {
	struct session s;
	struct tcp tcp;
	struct link link; /* in its list */
	struct link chain[INDEXES];
	uint32_t hash[INDEXES];
	uint8_t list;
	bool indexed[INDEXES];
};

struct session_table {
	struct session_conf conf;
	struct session_counts counts;
	size_t half_n, open_n;
	struct entry *entries; /* [1 + half_n + open_n] */
	struct smtp *smtp;     /* [open_n] */
	uint32_t *buckets[INDEXES];
	uint32_t mask;
	struct list lists[LISTS];
};

static inline uint32_t
pool_id(const struct session_table *t, const struct entry *e)
{
	return (uint32_t)(e - t->entries);
}

static inline bool
pool_is_half(const struct session_table *t, const struct entry *e)
{
	return pool_id(t, e) <= t->half_n;
}

static inline struct smtp *
pool_smtp(struct session_table *t, const struct entry *e)
{
	return &t->smtp[pool_id(t, e) - t->half_n - 1];
}

/* The oldest of a list, or NULL. */
static inline struct entry *
pool_oldest(struct session_table *t, enum pool_list which)
{
	uint32_t id = t->lists[which].head;

	return id == 0 ? NULL : &t->entries[id];
}

static inline void
pool_leave_list(struct session_table *t, struct entry *e)
{
	struct list *l = &t->lists[e->list];

	if (e->link.prev != 0)
		t->entries[e->link.prev].link.next = e->link.next;
	else
		l->head = e->link.next;
	if (e->link.next != 0)
		t->entries[e->link.next].link.prev = e->link.prev;
	else
		l->tail = e->link.prev;
	l->n--;
}

static inline void
pool_join_list(struct session_table *t, struct entry *e, enum pool_list which)
{
	struct list *l = &t->lists[which];
	uint32_t id = pool_id(t, e);

	e->list = (uint8_t)which;
	e->link = (struct link){ l->tail, 0 };
	if (l->tail != 0)
		t->entries[l->tail].link.next = id;
	else
		l->head = id;
	l->tail = id;
	l->n++;
}

/* To the end of a list: its latest. */
static inline void
pool_move(struct session_table *t, struct entry *e, enum pool_list which)
{
	pool_leave_list(t, e);
	pool_join_list(t, e, which);
}

static inline uint32_t
pool_hash(const struct session_table *t, enum pool_index which, bool half,
    const struct pool_key *s)
{
	uint8_t b[40] = { 0 };

	b[0] = s->client.family;
	b[1] = (uint8_t)which;
	memcpy(&b[4], s->client.b, 16);
	if (which != BY_CLIENT) {
		b[2] = (uint8_t)(s->cport >> 8);
		b[3] = (uint8_t)s->cport;
	}
	if (which == BY_PORT)
		b[20] = half;
	if (which == BY_TUPLE) {
		b[20] = (uint8_t)(s->sport >> 8);
		b[21] = (uint8_t)s->sport;
		memcpy(&b[24], s->server.b, 16);
	}
	return (uint32_t)hash_keyed(&t->conf.key, b, sizeof(b)) & t->mask;
}

static inline struct entry *
pool_first(struct session_table *t, enum pool_index which, uint32_t hash)
{
	uint32_t id = t->buckets[which][hash];

	return id == 0 ? NULL : &t->entries[id];
}

static inline struct entry *
pool_next(struct session_table *t, enum pool_index which, struct entry *e)
{
	uint32_t id = e->chain[which].next;

	return id == 0 ? NULL : &t->entries[id];
}

/* At the head of its chain: the latest is found first. */
static inline void
pool_index_one(struct session_table *t, struct entry *e, enum pool_index which)
{
	const struct pool_key key = { e->s.client, e->s.server, e->s.cport,
		e->s.sport };
	uint32_t hash = pool_hash(t, which, pool_is_half(t, e), &key);
	uint32_t *head = &t->buckets[which][hash];

	e->hash[which] = hash;
	e->indexed[which] = true;
	e->chain[which] = (struct link){ 0, *head };
	if (*head != 0)
		t->entries[*head].chain[which].prev = pool_id(t, e);
	*head = pool_id(t, e);
}

static inline void
pool_index_all(struct session_table *t, struct entry *e)
{
	pool_index_one(t, e, BY_TUPLE);
	pool_index_one(t, e, BY_PORT);
	if (!pool_is_half(t, e))
		pool_index_one(t, e, BY_CLIENT);
}

static inline void
pool_unindex_one(struct session_table *t, struct entry *e,
    enum pool_index which)
{
	struct link *l = &e->chain[which];

	if (l->prev != 0)
		t->entries[l->prev].chain[which].next = l->next;
	else
		t->buckets[which][e->hash[which]] = l->next;
	if (l->next != 0)
		t->entries[l->next].chain[which].prev = l->prev;
	e->indexed[which] = false;
}

/* Back to the free entries of its pool. */
static inline void
pool_release(struct session_table *t, struct entry *e)
{
	for (int i = 0; i < INDEXES; i++)
		if (e->indexed[i])
			pool_unindex_one(t, e, (enum pool_index)i);
	pool_move(t, e, pool_is_half(t, e) ? LIST_FREE_HALF : LIST_FREE_OPEN);
}

static inline void
pool_fini(struct session_table *t)
{
	free(t->entries);
	free(t->smtp);
	for (int i = 0; i < INDEXES; i++)
		free(t->buckets[i]);
}

static inline bool
pool_init(struct session_table *t, const struct session_conf *conf)
{
	size_t max = UINT32_MAX / 4, buckets = 16, total;

	t->half_n = conf->half_open_max < 1 ? 1 : conf->half_open_max;
	t->open_n = conf->open_max < 1 ? 1 : conf->open_max;
	if (t->half_n > max || t->open_n > max)
		return false;
	total = t->half_n + t->open_n;
	while (buckets < total)
		buckets *= 2;
	t->mask = (uint32_t)(buckets - 1);
	t->entries = calloc(total + 1, sizeof(*t->entries));
	t->smtp = calloc(t->open_n, sizeof(*t->smtp));
	if (t->entries == NULL || t->smtp == NULL)
		return false;
	for (int i = 0; i < INDEXES; i++) {
		t->buckets[i] = calloc(buckets, sizeof(*t->buckets[i]));
		if (t->buckets[i] == NULL)
			return false;
	}
	for (size_t i = 1; i <= total; i++)
		pool_join_list(t, &t->entries[i],
		    i <= t->half_n ? LIST_FREE_HALF : LIST_FREE_OPEN);
	return true;
}

/* The entries of one 4-tuple: one of each pool at most is current. */
struct pool_pair {
	struct entry *half, *open;
};

static inline struct pool_key
pool_key(const struct traits *p, bool to_server)
{
	if (to_server)
		return (struct pool_key){ p->src, p->dst, p->sport, p->dport };
	return (struct pool_key){ p->dst, p->src, p->dport, p->sport };
}

static inline bool
pool_is_of(const struct session *s, const struct pool_key *k)
{
	return s->cport == k->cport && s->sport == k->sport &&
	    addr_eq(&s->client, &k->client) && addr_eq(&s->server, &k->server);
}

static inline struct pool_pair
pool_find_pair(struct session_table *t, const struct traits *p, bool to_server)
{
	struct pool_pair found = { NULL, NULL };
	const struct pool_key key = pool_key(p, to_server);
	struct entry *e;

	e = pool_first(t, BY_TUPLE, pool_hash(t, BY_TUPLE, false, &key));
	for (; e != NULL; e = pool_next(t, BY_TUPLE, e)) {
		struct entry **slot = pool_is_half(t, e) ? &found.half :
							   &found.open;

		if (*slot == NULL && pool_is_of(&e->s, &key))
			*slot = e;
		if (found.half != NULL && found.open != NULL)
			break;
	}
	return found;
}

static inline struct entry *
pool_find_port(struct session_table *t, const struct pool_key *key, bool half,
    int max)
{
	struct entry *e = pool_first(t, BY_PORT,
	    pool_hash(t, BY_PORT, half, key));

	for (; e != NULL && max > 0; e = pool_next(t, BY_PORT, e), max--)
		if (e->s.cport == key->cport && pool_is_half(t, e) == half &&
		    addr_eq(&e->s.client, &key->client))
			return e;
	return NULL;
}

#endif
