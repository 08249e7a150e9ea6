/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/session_pool.h"

#include <stdlib.h>

/* Before the first: of free ones, the latest is taken first. */
static void
push_free(struct session_table *t, struct entry *e, enum pool_list which)
{
	struct list *l = &t->lists[which];
	uint32_t id = pool_id(t, e);

	e->list = (uint8_t)which;
	e->link = (struct link){ 0, l->head };
	if (l->head != 0)
		t->entries[l->head].link.prev = id;
	else
		l->tail = id;
	l->head = id;
	l->n++;
}

static void
join_list(struct session_table *t, struct entry *e, enum pool_list which)
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

bool
pool_init(struct session_table *t, const struct session_conf *conf)
{
	size_t max = UINT32_MAX / 4, buckets, total;

	t->half_n = conf->half_open_max < 1 ? 1 : conf->half_open_max;
	t->open_n = conf->open_max < 1 ? 1 : conf->open_max;
	t->live_n = conf->live_max < 1 || conf->live_max > t->open_n ?
	    t->open_n :
	    conf->live_max;
	if (t->half_n > max || t->open_n > max)
		return false;
	t->fold = fold_init(&conf->key, 's');
	total = t->half_n + t->open_n;
	buckets = hash_buckets(total);
	t->mask = (uint32_t)(buckets - 1);
	t->entries = calloc(total + 1, sizeof(*t->entries));
	t->half = calloc(t->half_n, sizeof(*t->half));
	t->helo = calloc(t->open_n, sizeof(*t->helo));
	t->live = calloc(t->live_n + 1, sizeof(*t->live));
	t->reorder = reorder_new(conf->reorder_slots);
	if (t->entries == NULL || t->half == NULL || t->helo == NULL ||
	    t->live == NULL || t->reorder == NULL)
		return false;
	for (int i = 0; i < INDEXES; i++) {
		t->buckets[i] = calloc(buckets, sizeof(*t->buckets[i]));
		if (t->buckets[i] == NULL)
			return false;
	}
	return true;
}

void
pool_fini(struct session_table *t)
{
	free(t->entries);
	free(t->half);
	free(t->helo);
	free(t->live);
	reorder_free(t->reorder);
	for (int i = 0; i < INDEXES; i++)
		free(t->buckets[i]);
}

static void
leave_list(struct session_table *t, struct entry *e)
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

void
pool_move(struct session_table *t, struct entry *e, enum pool_list which)
{
	leave_list(t, e);
	join_list(t, e, which);
}

/* One that was never used, NULL: all were. */
static struct entry *
fresh(struct session_table *t, bool half)
{
	if (half)
		return t->half_used_n == t->half_n ?
		    NULL :
		    &t->entries[++t->half_used_n];
	return t->open_used_n == t->open_n ?
	    NULL :
	    &t->entries[t->half_n + ++t->open_used_n];
}

struct entry *
pool_take(struct session_table *t, enum pool_list which)
{
	bool half = which == LIST_HALF;
	struct entry *e = pool_oldest(t,
	    half ? LIST_FREE_HALF : LIST_FREE_OPEN);

	if (e != NULL)
		leave_list(t, e);
	else
		e = fresh(t, half);
	if (e != NULL)
		join_list(t, e, which);
	return e;
}

bool
pool_open_is_full(const struct session_table *t)
{
	return t->lists[LIST_FREE_OPEN].n == 0 && t->open_used_n == t->open_n;
}

bool
pool_live_is_full(const struct session_table *t)
{
	return t->live_free == 0 && t->live_used_n == t->live_n;
}

bool
pool_take_live(struct session_table *t, struct entry *e)
{
	uint32_t id = t->live_free;

	if (pool_live_is_full(t))
		return false;
	if (id == 0)
		id = ++t->live_used_n;
	else
		t->live_free = t->live[id].free;
	e->live = &t->live[id];
	e->tcp = &e->live->tcp;
	return true;
}

static void
give_live(struct session_table *t, struct entry *e)
{
	struct live *l = e->live;

	if (l == NULL)
		return;
	e->live = NULL;
	e->tcp = NULL;
	e->s.dlg = NULL;
	e->s.flow = NULL;
	e->s.sig.text = e->s.os = "";
	l->free = t->live_free;
	t->live_free = (uint32_t)(l - t->live);
}

void
pool_settle(struct session_table *t)
{
	struct entry *e;

	while ((e = pool_oldest(t, LIST_OVER)) != NULL) {
		give_live(t, e);
		pool_move(t, e,
		    e->s.cut && e->s.end == SESSION_END_SILENCE ? LIST_STUB :
								  LIST_LINGER);
	}
}

static uint64_t
word(const uint8_t b[8])
{
	uint64_t w;

	memcpy(&w, b, sizeof(w));
	return w;
}

/*
 * Once for each packet and index: SipHash took a tenth of the whole.  To make
 * one chain long, a stranger would have to know the secret.
 */
static uint32_t
hash(const struct session_table *t, enum pool_index which, bool half,
    const struct pool_key *s)
{
	uint64_t w[FOLD_WORDS] = { word(&s->client.b[0]),
		word(&s->client.b[8]) };

	if (which == BY_CLIENT)
		w[1] = 0; /* an IPv6 /64 is one client */
	w[4] = (uint64_t)which << 8 | s->client.family;
	if (which != BY_CLIENT)
		w[4] |= (uint64_t)s->cport << 16;
	if (which == BY_PORT)
		w[4] |= (uint64_t)half << 48;
	if (which == BY_TUPLE) {
		w[2] = word(&s->server.b[0]);
		w[3] = word(&s->server.b[8]);
		w[4] |= (uint64_t)s->sport << 32;
	}
	return (uint32_t)fold_6(&t->fold, w) & t->mask;
}

static struct entry *
first(struct session_table *t, enum pool_index which, uint32_t bucket)
{
	uint32_t id = t->buckets[which][bucket];

	return id == 0 ? NULL : &t->entries[id];
}

static struct entry *
next(struct session_table *t, enum pool_index which, const struct entry *e)
{
	uint32_t id = e->chain[which].next;

	return id == 0 ? NULL : &t->entries[id];
}

static void
index_one(struct session_table *t, struct entry *e, enum pool_index which,
    uint32_t bucket)
{
	uint32_t *head = &t->buckets[which][bucket];

	e->hash[which] = bucket;
	e->indexed[which] = true;
	e->chain[which] = (struct link){ 0, *head };
	if (*head != 0)
		t->entries[*head].chain[which].prev = pool_id(t, e);
	*head = pool_id(t, e);
}

void
pool_index_all(struct session_table *t, struct entry *e, uint32_t tuple)
{
	const struct pool_key key = { .client = e->s.client,
		.cport = e->s.cport };
	bool half = pool_is_half(t, e);

	index_one(t, e, BY_TUPLE, tuple);
	index_one(t, e, BY_PORT, hash(t, BY_PORT, half, &key));
	if (!half)
		index_one(t, e, BY_CLIENT, hash(t, BY_CLIENT, half, &key));
}

void
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

void
pool_unindex_all(struct session_table *t, struct entry *e)
{
	for (int i = 0; i < INDEXES; i++)
		if (e->indexed[i])
			pool_unindex_one(t, e, (enum pool_index)i);
}

void
pool_release(struct session_table *t, struct entry *e)
{
	pool_unindex_all(t, e);
	give_live(t, e);
	leave_list(t, e);
	push_free(t, e, pool_is_half(t, e) ? LIST_FREE_HALF : LIST_FREE_OPEN);
}

static struct pool_key
key_of(const struct traits *p, bool to_server)
{
	if (to_server)
		return (struct pool_key){ p->src, p->dst, p->sport, p->dport };
	return (struct pool_key){ p->dst, p->src, p->dport, p->sport };
}

static bool
is_of(const struct session *s, const struct pool_key *k)
{
	return s->cport == k->cport && s->sport == k->sport &&
	    addr_eq(&s->client, &k->client) && addr_eq(&s->server, &k->server);
}

struct pool_pair
pool_find_pair(struct session_table *t, const struct traits *p, bool to_server)
{
	const struct pool_key key = key_of(p, to_server);
	struct pool_pair found = { .tuple = hash(t, BY_TUPLE, false, &key) };
	struct entry *e = first(t, BY_TUPLE, found.tuple);

	for (; e != NULL; e = next(t, BY_TUPLE, e)) {
		struct entry **slot = pool_is_half(t, e) ? &found.half :
							   &found.open;

		if (*slot == NULL && is_of(&e->s, &key))
			*slot = e;
		if (found.half != NULL && found.open != NULL)
			break;
	}
	return found;
}

static bool
has_port(const struct entry *e, const struct pool_key *key)
{
	return e->s.cport == key->cport && addr_eq(&e->s.client, &key->client);
}

struct entry *
pool_find_port(struct session_table *t, const struct pool_key *key, bool half,
    int max)
{
	struct entry *e = first(t, BY_PORT, hash(t, BY_PORT, half, key));

	for (; e != NULL && max > 0; e = next(t, BY_PORT, e), max--)
		if (pool_is_half(t, e) == half && has_port(e, key))
			return e;
	return NULL;
}

struct entry *
pool_find_uncut(struct session_table *t, const struct pool_key *key, int max)
{
	struct entry *e = first(t, BY_PORT, hash(t, BY_PORT, false, key));

	for (; e != NULL && max > 0; e = next(t, BY_PORT, e), max--)
		if (e->s.state == SESSION_OPEN && !e->s.cut && has_port(e, key))
			return e;
	return NULL;
}

struct entry *
pool_first_client(struct session_table *t, const struct addr *client)
{
	const struct pool_key key = { .client = *client };

	return first(t, BY_CLIENT, hash(t, BY_CLIENT, false, &key));
}

struct entry *
pool_next_client(struct session_table *t, const struct entry *e)
{
	return next(t, BY_CLIENT, e);
}
