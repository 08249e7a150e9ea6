/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_time - what the clock ends in a session table, and searches in it */
#include "fp/session_impl.h"

#define TICK_MAX  1024 /* entries of each list that one tick ends */
#define FIND_MAX  1024 /* sessions of one client that a search reads */
#define HALF_FIND 8    /* half-open entries that a search reads */

static bool
is_over(int64_t since_us, uint32_t limit_s, int64_t now_us)
{
	return now_us - since_us >= (int64_t)limit_s * 1000000;
}

/* The time of a half-open entry is over. */
static void
expire(struct session_table *t, struct entry *e, int64_t now_us)
{
	struct session *s = &e->s;

	if (s->state == SESSION_SYN && !s->one_sided) {
		s->ladder_class = (uint8_t)ladder_judge(&s->ladder, false,
		    now_us - e->tcp->copy_us);
		s->state = SESSION_CLOSED;
		s->end = SESSION_END_SILENCE;
		s->close_us = now_us;
		session_tell(t, SESSION_EV_UNANSWERED, e);
	}
	pool_release(t, e);
}

static void
end_silent(struct session_table *t, enum pool_list which, uint32_t limit_s,
    int64_t now_us)
{
	struct entry *e = pool_oldest(t, which);

	for (int i = 0; i < TICK_MAX && e != NULL; i++) {
		if (!is_over(e->s.last_us, limit_s, now_us))
			break;
		session_end(t, e, SESSION_END_SILENCE, now_us);
		e = pool_oldest(t, which);
	}
}

static void
forget(struct session_table *t, enum pool_list which, uint32_t limit_s,
    int64_t now_us)
{
	struct entry *e = pool_oldest(t, which);

	for (int i = 0; i < TICK_MAX && e != NULL; i++) {
		if (!is_over(e->s.close_us, limit_s, now_us))
			break;
		pool_release(t, e);
		e = pool_oldest(t, which);
	}
}

void
session_tick(struct session_table *t, int64_t now_us)
{
	const struct session_conf *c = &t->conf;
	struct entry *e;

	session_hold_tick(t, now_us);
	for (int i = 0; i < TICK_MAX; i++) {
		e = pool_oldest(t, LIST_HALF);
		if (e == NULL || !is_over(e->s.syn_us, c->half_open_s, now_us))
			break;
		expire(t, e, now_us);
	}
	end_silent(t, LIST_OPEN, c->silence_s, now_us);
	end_silent(t, LIST_CUT, c->cut_s, now_us);
	pool_settle(t);
	forget(t, LIST_LINGER, c->linger_s, now_us);
	/* As long as lines of it can come: who waits for it gives up, too. */
	forget(t, LIST_STUB,
	    c->silence_s > c->linger_s ? c->silence_s : c->linger_s, now_us);
}

static void
not_after(int64_t *t_us, int64_t now_us)
{
	if (*t_us > now_us)
		*t_us = now_us;
}

void
session_clock_back(struct session_table *t, int64_t now_us)
{
	const uint32_t open = (uint32_t)t->half_n + 1;
	struct entry *e;

	for (e = &t->entries[1]; e <= &t->entries[t->half_used_n]; e++) {
		not_after(&e->s.syn_us, now_us);
		if (e->tcp != NULL)
			not_after(&e->tcp->copy_us, now_us);
	}
	for (uint32_t i = 0; i < t->open_used_n; i++) {
		e = &t->entries[open + i];
		not_after(&e->s.last_us, now_us);
		not_after(&e->s.close_us, now_us);
	}
}

const struct session *
session_find(struct session_table *t, const struct addr *client, uint16_t cport)
{
	const struct pool_key key = { .client = *client, .cport = cport };
	struct entry *e = pool_find_port(t, &key, false, FIND_MAX);

	if (e == NULL)
		e = pool_find_port(t, &key, true, HALF_FIND);
	return e == NULL ? NULL : &e->s;
}

const struct session *
session_find_at(struct session_table *t, const struct addr *client,
    int64_t from_us, int64_t to_us)
{
	struct entry *e = pool_first_client(t, client);

	for (int i = 0; e != NULL && i < FIND_MAX; i++) {
		const struct session *s = &e->s;

		if (addr_eq(&s->client, client) && s->open_us <= to_us &&
		    (s->state == SESSION_OPEN || s->close_us >= from_us))
			return s;
		e = pool_next_client(t, e);
	}
	return NULL;
}

bool
session_cut(struct session_table *t, const struct addr *client, uint16_t cport)
{
	const struct pool_key key = { .client = *client, .cport = cport };
	struct entry *e = pool_find_uncut(t, &key, FIND_MAX);

	if (e == NULL)
		return false;
	e->s.cut = true;
	pool_move(t, e, LIST_CUT);
	return true;
}

size_t
session_open_of(struct session_table *t, const struct addr *key,
    const struct session **out, size_t n)
{
	struct entry *e = pool_first_client(t, key);
	size_t found = 0;

	for (int i = 0; e != NULL && i < FIND_MAX && found < n; i++) {
		struct addr a = addr_key(&e->s.client);

		if (e->s.state == SESSION_OPEN && !e->s.cut && addr_eq(&a, key))
			out[found++] = &e->s;
		e = pool_next_client(t, e);
	}
	return found;
}

const struct session *
session_find_key(struct session_table *t, const struct addr *key,
    uint16_t cport)
{
	struct entry *e = pool_first_client(t, key);

	for (int i = 0; e != NULL && i < FIND_MAX; i++) {
		struct addr a = addr_key(&e->s.client);

		if (e->s.cport == cport && addr_eq(&a, key))
			return &e->s;
		e = pool_next_client(t, e);
	}
	return NULL;
}

void
session_note(struct session_table *t, const struct session *s, uint8_t bits)
{
	/* It is lent from this table, and so is its entry's. */
	struct entry *e = (struct entry *)((uintptr_t)s -
	    offsetof(struct entry, s));

	(void)t;
	e->s.note |= bits;
}

void
session_counts(const struct session_table *t, struct session_counts *out)
{
	*out = t->counts;
	out->half_open_now = t->lists[LIST_HALF].n;
	out->open_now = t->lists[LIST_OPEN].n + t->lists[LIST_CUT].n;
	out->held_now = reorder_held(t->reorder);
}
