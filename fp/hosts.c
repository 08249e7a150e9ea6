/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/hosts.h"

#include <stdlib.h>

#define SLOTS_MIN 8

/* A known host's SYN: believed when its handshake is complete. */
struct waiting {
	bool is;
	uint32_t ts; /* 0 = none */
	int64_t t_us;
	struct host_os os;
};

/* Entries are named by number; 0 is none. */
struct entry {
	struct host h;
	struct waiting waiting;
	uint32_t syn_seq; /* of the latest SYN */
	uint16_t syn_port;
	uint32_t bucket, chain; /* next in the bucket */
	uint32_t prev, next;    /* in its list: older, later */
};

struct list {
	uint32_t oldest, latest;
	size_t n;
};

struct hosts {
	struct hash_key key;
	struct entry *entries; /* [1 + slots]; those after `used` are free */
	size_t slots, used, known_max;
	uint32_t *buckets;
	size_t mask;
	struct list lists[2]; /* strangers, known: by the last SYN */
	uint64_t evicted, demoted;
	struct entry *last; /* the one of the call before */
};

struct hosts *
hosts_new(size_t slots, const struct hash_key *key)
{
	struct hosts *h;
	size_t buckets;

	if (slots < SLOTS_MIN)
		slots = SLOTS_MIN;
	if (slots > UINT32_MAX / 4)
		return NULL;
	buckets = hash_buckets(slots);
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->key = *key;
	h->slots = slots;
	h->known_max = slots - slots / 8;
	h->mask = buckets - 1;
	h->entries = calloc(slots + 1, sizeof(*h->entries));
	h->buckets = calloc(buckets, sizeof(*h->buckets));
	if (h->entries == NULL || h->buckets == NULL) {
		hosts_free(h);
		return NULL;
	}
	return h;
}

void
hosts_free(struct hosts *h)
{
	if (h == NULL)
		return;
	free(h->entries);
	free(h->buckets);
	free(h);
}

/* ---- table ---- */

static uint32_t
id_of(const struct hosts *h, const struct entry *e)
{
	return (uint32_t)(e - h->entries);
}

static void
list_leave(struct hosts *h, struct entry *e)
{
	struct list *l = &h->lists[e->h.known];

	if (e->prev != 0)
		h->entries[e->prev].next = e->next;
	else
		l->oldest = e->next;
	if (e->next != 0)
		h->entries[e->next].prev = e->prev;
	else
		l->latest = e->prev;
	l->n--;
}

/* As the latest. */
static void
list_join(struct hosts *h, struct entry *e)
{
	struct list *l = &h->lists[e->h.known];
	uint32_t id = id_of(h, e);

	e->prev = l->latest;
	e->next = 0;
	if (l->latest != 0)
		h->entries[l->latest].next = id;
	else
		l->oldest = id;
	l->latest = id;
	l->n++;
}

static void
touch(struct hosts *h, struct entry *e, int64_t t_us)
{
	if (t_us > e->h.last_us)
		e->h.last_us = t_us;
	list_leave(h, e);
	list_join(h, e);
}

static uint32_t
bucket_of(const struct hosts *h, const struct addr *a)
{
	uint8_t b[17];

	b[0] = a->family;
	memcpy(&b[1], a->b, sizeof(a->b));
	return (uint32_t)(hash_keyed(&h->key, b, sizeof(b)) & h->mask);
}

static struct entry *
find_in(const struct hosts *h, uint32_t bucket, const struct addr *a)
{
	uint32_t id = h->buckets[bucket];

	while (id != 0 && !addr_eq(&h->entries[id].h.addr, a))
		id = h->entries[id].chain;
	return id == 0 ? NULL : &h->entries[id];
}

/* An entry that was evicted has another address, or none. */
static struct entry *
find(struct hosts *h, const struct addr *a)
{
	struct entry *e = h->last;

	if (e != NULL && addr_eq(&e->h.addr, a))
		return e;
	e = find_in(h, bucket_of(h, a), a);
	if (e != NULL)
		h->last = e;
	return e;
}

static void
bucket_leave(struct hosts *h, const struct entry *e)
{
	uint32_t id = id_of(h, e), *at = &h->buckets[e->bucket];

	while (*at != id)
		at = &h->entries[*at].chain;
	*at = e->chain;
}

/* The oldest stranger goes; its entry is in no list. */
static struct entry *
evict(struct hosts *h)
{
	struct entry *e = &h->entries[h->lists[false].oldest];

	bucket_leave(h, e);
	list_leave(h, e);
	h->evicted++;
	return e;
}

static struct entry *
insert(struct hosts *h, const struct addr *a, int64_t t_us)
{
	struct entry *e;

	/* Of a full table at least an eighth are strangers. */
	e = h->used < h->slots ? &h->entries[++h->used] : evict(h);
	memset(e, 0, sizeof(*e));
	e->h.addr = *a;
	e->h.first_us = e->h.last_us = t_us;
	e->bucket = bucket_of(h, a);
	e->chain = h->buckets[e->bucket];
	h->buckets[e->bucket] = id_of(h, e);
	list_join(h, e);
	h->last = e;
	return e;
}

static void
set_known(struct hosts *h, struct entry *e, bool known)
{
	list_leave(h, e);
	e->h.known = known;
	list_join(h, e);
}

static void
promote(struct hosts *h, struct entry *e)
{
	if (h->lists[true].n == h->known_max) {
		set_known(h, &h->entries[h->lists[true].oldest], false);
		h->demoted++;
	}
	set_known(h, e, true);
}

/* ---- what a SYN tells ---- */

/*
 * Versions of one system do not count as different, since a path or a
 * setting may make the difference; old and new Windows do.
 */
static uint8_t
kind_of(const struct sigcache_hit *hit)
{
	const struct sigdb_match *m = &hit->match;

	if (hit->cls != SIG_ODD && hit->cls != SIG_UNKNOWN)
		return (uint8_t)(1 + hit->cls);
	if (m->best != NULL && m->cand_n == 0 &&
	    m->best->family == SIGDB_F_OTHER)
		return UINT8_MAX;
	return 0;
}

static void
set_text(char out[HOSTS_TEXTLEN], const char *s)
{
	size_t n = s == NULL ? 0 : strnlen(s, HOSTS_TEXTLEN - 1);

	memset(out, 0, HOSTS_TEXTLEN);
	if (n > 0)
		memcpy(out, s, n);
}

static struct host_os
os_of(const struct hosts_look *look)
{
	const struct sigcache_hit *hit = look->hit;
	const struct sigdb_match *m = &hit->match;
	struct host_os os = { .key = hit->sig.key,
		.cls = hit->cls,
		.kind = kind_of(hit),
		.dist = hit->sig.dist };

	set_text(os.link, look->link);
	if (m->best == NULL)
		return os;
	os.grade = m->grade;
	os.generic = m->generic;
	os.fuzzy = m->fuzzy || m->shape;
	os.dist = m->dist;
	set_text(os.name, m->best->name);
	set_text(os.flavor, m->best->flavor);
	return os;
}

/* The latest of them that says what system it is. */
static uint8_t
kind_before(const struct host *h)
{
	for (size_t i = 0; i < h->stacks_n; i++)
		if (h->stacks[i].kind != 0)
			return h->stacks[i].kind;
	return 0;
}

static bool
kind_lately(const struct host *h, uint8_t kind, int64_t t_us)
{
	for (size_t i = 0; i < h->stacks_n; i++)
		if (h->stacks[i].kind == kind &&
		    t_us - h->stacks[i].last_us < HOSTS_SHARE_US)
			return true;
	return false;
}

/* To the front; a new one pushes the last out. */
static void
stack_seen(struct host *h, const struct host_os *os, int64_t t_us)
{
	struct host_stack s = { os->key, os->cls, os->kind, t_us, t_us };
	size_t i = 0;

	while (i < h->stacks_n && h->stacks[i].key != os->key)
		i++;
	if (i < h->stacks_n)
		s.first_us = h->stacks[i].first_us;
	else if (h->stacks_n < HOSTS_STACKS)
		h->stacks_n++;
	else
		i--;
	memmove(&h->stacks[1], &h->stacks[0], i * sizeof(s));
	h->stacks[0] = s;
}

/* A SYN that is believed. */
static void
apply_os(struct host *h, const struct host_os *os, int64_t t_us)
{
	uint8_t before = kind_before(h);
	bool other = before != 0 && os->kind != 0 && before != os->kind;
	struct host_os old = h->os;

	if (other && kind_lately(h, os->kind, t_us))
		h->share_us = t_us;
	else if (other)
		h->change_us = t_us;
	if (other)
		h->up = (struct uptime){ 0 };
	stack_seen(h, os, t_us);
	h->os = *os;
	if (os->name[0] != '\0' || other)
		return;
	memcpy(h->os.name, old.name, sizeof(old.name));
	memcpy(h->os.flavor, old.flavor, sizeof(old.flavor));
	h->os.grade = old.grade;
	h->os.generic = old.generic;
	h->os.fuzzy = old.fuzzy;
}

static void
believe(struct entry *e)
{
	struct waiting *w = &e->waiting;

	w->is = false;
	apply_os(&e->h, &w->os, w->t_us);
	uptime_syn(&e->h.up, e->syn_port, w->ts, w->t_us);
}

/* ---- what the caller sees ---- */

void
hosts_syn(struct hosts *h, const struct traits *t,
    const struct hosts_look *look, int64_t t_us)
{
	struct entry *e = find(h, &t->src);
	bool fresh = e == NULL;

	if (fresh)
		e = insert(h, &t->src, t_us);
	else
		touch(h, e, t_us);
	if (!fresh && e->syn_port == t->sport && e->syn_seq == t->seq)
		return;
	e->syn_port = t->sport;
	e->syn_seq = t->seq;
	e->h.conn_n += e->h.conn_n < UINT32_MAX;
	e->waiting = (struct waiting){ true, t->ts_val, t_us, os_of(look) };
	if (!e->h.known)
		believe(e);
}

void
hosts_open(struct hosts *h, const struct addr *addr, uint16_t port,
    int64_t t_us)
{
	struct entry *e = find(h, addr);

	if (e == NULL)
		return;
	touch(h, e, t_us);
	if (e->h.known) {
		if (e->waiting.is && e->syn_port == port)
			believe(e);
		return;
	}
	promote(h, e);
	if (e->syn_port != port)
		return;
	/* What SYNs said before may have been forged. */
	e->h.stacks_n = 1;
	e->h.change_us = e->h.share_us = 0;
}

void
hosts_packet(struct hosts *h, const struct traits *t, int64_t t_us)
{
	struct entry *e;

	if (t->ts_val == 0)
		return;
	e = find(h, &t->src);
	if (e != NULL)
		uptime_packet(&e->h.up, t->sport, t->ts_val, t_us);
}

const struct host *
hosts_get(const struct hosts *h, const struct addr *addr)
{
	const struct entry *e = find_in(h, bucket_of(h, addr), addr);

	return e == NULL ? NULL : &e->h;
}

void
hosts_counts(const struct hosts *h, struct hosts_counts *out)
{
	*out = (struct hosts_counts){ h->lists[false].n, h->lists[true].n,
		h->evicted, h->demoted };
}
