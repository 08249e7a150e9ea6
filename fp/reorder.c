/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/reorder.h"

#include <stdlib.h>

struct slot {
	uint32_t after;        /* the next of its stream, or of the free ones */
	uint32_t older, newer; /* by age, all streams together */
	uint32_t owner;
	uint32_t seq, ack;
	uint32_t len, cap; /* of the payload, and of what is kept of it */
	uint16_t flags, window;
	int64_t t_us;
	uint8_t bytes[REORDER_SLOT_BYTES];
};

struct reorder {
	struct slot *slots; /* [1 + n]; 0 is none */
	size_t n, held_n;
	uint32_t used_n; /* slots that were ever used: memory stays untouched */
	uint32_t free;   /* of these */
	uint32_t oldest, newest;
};

struct reorder *
reorder_new(size_t slots)
{
	struct reorder *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->n = slots == 0 ? REORDER_SLOTS : slots;
	if (r->n < UINT32_MAX / 2)
		r->slots = calloc(r->n + 1, sizeof(*r->slots));
	if (r->slots == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
reorder_free(struct reorder *r)
{
	if (r == NULL)
		return;
	free(r->slots);
	free(r);
}

static int32_t
seq_diff(uint32_t seq, uint32_t ref)
{
	return (int32_t)(seq - ref);
}

/* A free slot, as the newest of all; there is one. */
static uint32_t
take_slot(struct reorder *r)
{
	uint32_t id = r->free != 0 ? r->free : ++r->used_n;
	struct slot *s = &r->slots[id];

	r->free = s->after; /* 0 in a slot that was never used */
	s->older = r->newest;
	s->newer = 0;
	if (r->newest != 0)
		r->slots[r->newest].newer = id;
	else
		r->oldest = id;
	r->newest = id;
	r->held_n++;
	return id;
}

static void
free_slot(struct reorder *r, uint32_t id)
{
	struct slot *s = &r->slots[id];

	if (s->older != 0)
		r->slots[s->older].newer = s->newer;
	else
		r->oldest = s->newer;
	if (s->newer != 0)
		r->slots[s->newer].older = s->older;
	else
		r->newest = s->older;
	s->after = r->free;
	r->free = id;
	r->held_n--;
}

/* Into its stream, behind those that begin before it or with it. */
static void
insert(struct reorder *r, struct reorder_stream *st, uint32_t id)
{
	uint32_t *at = &st->head;

	while (*at != 0 && seq_diff(r->slots[*at].seq, r->slots[id].seq) <= 0)
		at = &r->slots[*at].after;
	r->slots[id].after = *at;
	*at = id;
	st->n++;
}

/* Is all of it held already? */
static bool
is_held(const struct reorder *r, const struct reorder_stream *st,
    const struct traits *p)
{
	for (uint32_t id = st->head; id != 0; id = r->slots[id].after) {
		const struct slot *s = &r->slots[id];

		if (seq_diff(p->seq, s->seq) >= 0 &&
		    seq_diff(p->seq + p->payload_len, s->seq + s->len) <= 0 &&
		    s->cap == s->len && (p->flags & ~s->flags & TCPF_FIN) == 0)
			return true;
	}
	return false;
}

static size_t
slots_for(const struct traits *p)
{
	size_t n = (p->payload_cap + REORDER_SLOT_BYTES - 1U) /
	    REORDER_SLOT_BYTES;

	return n == 0 ? 1 : n;
}

enum reorder_verdict
reorder_hold(struct reorder *r, struct reorder_stream *st, uint32_t owner,
    const struct traits *p, int64_t t_us)
{
	struct rd bytes = rd_init(p->payload, p->payload_cap);
	size_t want = slots_for(p);
	uint32_t left = p->payload_len;

	if (is_held(r, st, p))
		return REORDER_HELD;
	if (st->n + want > REORDER_STREAM_SLOTS)
		return REORDER_STREAM_FULL;
	if (r->n - r->held_n < want)
		return REORDER_POOL_FULL;
	for (size_t i = 0; i < want; i++) {
		uint32_t id = take_slot(r);
		struct slot *s = &r->slots[id];
		bool last = i + 1 == want;

		s->cap = bytes.n < REORDER_SLOT_BYTES ? (uint32_t)bytes.n :
							REORDER_SLOT_BYTES;
		s->len = last ? left : s->cap;
		s->seq = p->seq + (p->payload_len - left);
		s->ack = p->ack;
		s->flags = last ? p->flags : p->flags & (uint16_t)~TCPF_FIN;
		s->window = p->window;
		s->owner = owner;
		s->t_us = t_us;
		if (s->cap > 0)
			memcpy(s->bytes, rd_take(&bytes, s->cap), s->cap);
		left -= s->len;
		insert(r, st, id);
	}
	return REORDER_HELD;
}

bool
reorder_take(struct reorder *r, struct reorder_stream *st, uint32_t next,
    bool gap, struct traits *out)
{
	uint32_t id = st->head;
	struct slot *s = &r->slots[id];

	if (id == 0 || (!gap && seq_diff(s->seq, next) > 0))
		return false;
	st->head = s->after;
	st->n--;
	*out = (struct traits){ .seq = s->seq,
		.ack = s->ack,
		.flags = s->flags,
		.window = s->window,
		.payload = s->bytes,
		.payload_cap = s->cap,
		.payload_len = s->len };
	free_slot(r, id);
	return true;
}

bool
reorder_first(const struct reorder *r, const struct reorder_stream *st,
    uint32_t *seq)
{
	*seq = r->slots[st->head].seq;
	return st->head != 0;
}

bool
reorder_oldest(const struct reorder *r, uint32_t *owner, int64_t *t_us)
{
	if (r->oldest == 0)
		return false;
	*owner = r->slots[r->oldest].owner;
	*t_us = r->slots[r->oldest].t_us;
	return true;
}

size_t
reorder_held(const struct reorder *r)
{
	return r->held_n;
}
