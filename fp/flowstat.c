/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/flowstat.h"

#define SCALE_MAX 14 /* what every stack makes of a larger one */

static void
add_u16(uint16_t *n)
{
	if (*n < UINT16_MAX)
		(*n)++;
}

static void
add_u32(uint32_t *n, uint32_t more)
{
	*n = more > UINT32_MAX - *n ? UINT32_MAX : *n + more;
}

static int32_t
seq_diff(uint32_t seq, uint32_t ref)
{
	return (int32_t)(seq - ref);
}

static uint8_t
shift(uint8_t scale)
{
	return scale < SCALE_MAX ? scale : SCALE_MAX;
}

void
flowstat_begin(struct flow *f, const struct flowstat_start *start)
{
	/* Windows are scaled only when both have offered it. */
	bool scaled = start->c_scale != FLOWSTAT_NO_SCALE &&
	    start->s_scale != FLOWSTAT_NO_SCALE;

	memset(f, 0, sizeof(*f));
	f->client.next = f->client.first = f->server.ack = start->c_next;
	f->server.next = f->server.first = f->client.ack = start->s_next;
	f->client.scale = scaled ? shift(start->c_scale) : 0;
	f->server.scale = scaled ? shift(start->s_scale) : 0;
	f->last_us = start->open_us;
}

static void
take_window(struct flowstat_side *s, struct flowstat_track *k,
    const struct traits *p)
{
	uint32_t window = (uint32_t)p->window << k->scale;

	if (p->flags & TCPF_RST)
		return; /* it has no window any more */
	if (s->packets == 1 || window < s->window_min)
		s->window_min = window;
	if (window == 0 && (s->packets == 1 || k->window != 0))
		add_u16(&s->zero_windows);
}

static void
drop_hole(struct flowstat_track *k, size_t i)
{
	k->holes_n--;
	memmove(&k->holes[i], &k->holes[i + 1],
	    (k->holes_n - i) * sizeof(k->holes[0]));
}

/*
 * `other` has heard everything of `k` up to `ack`: what we miss of that, the
 * capture has lost.  Returns the holes that this closes.
 */
static unsigned
take_ack(struct flowstat_track *k, uint32_t ack)
{
	unsigned lost = 0;

	while (k->holes_n > 0 && seq_diff(ack, k->holes[0].to) >= 0) {
		drop_hole(k, 0);
		lost++;
	}
	if (seq_diff(ack, k->next) > 0) {
		k->next = ack;
		lost++;
	}
	if (seq_diff(ack, k->first) > 0)
		k->flight_over = true;
	return lost;
}

/* A bare acknowledgement that says again what the last one said. */
static bool
is_dup_ack(const struct flowstat_track *k, const struct flowstat_track *other,
    const struct traits *p)
{
	return p->payload_len == 0 && p->ack == k->ack &&
	    p->window == k->window &&
	    (p->flags & (TCPF_FIN | TCPF_RST | TCPF_SYN)) == 0 &&
	    seq_diff(other->next, p->ack) > 0;
}

static void
open_hole(struct flowstat_track *k, uint32_t from, uint32_t to, int64_t t_us)
{
	if (k->holes_n == FLOWSTAT_HOLES)
		drop_hole(k, 0);
	k->holes[k->holes_n++] = (struct flowstat_hole){ from, to, t_us };
}

/*
 * Takes [from, to) out of the i-th hole; what is left of it before and behind
 * stays.  Returns how many bytes of it were missing.
 */
static uint32_t
fill(struct flowstat_track *k, size_t i, uint32_t from, uint32_t to)
{
	struct flowstat_hole *h = &k->holes[i];
	struct flowstat_hole rest = { to, h->to, h->t_us };

	if (seq_diff(from, h->from) < 0)
		from = h->from;
	if (seq_diff(to, h->to) > 0)
		to = h->to;
	if (seq_diff(to, from) <= 0)
		return 0;
	h->to = from;
	if (seq_diff(rest.to, to) > 0 && k->holes_n < FLOWSTAT_HOLES) {
		memmove(&k->holes[i + 2], &k->holes[i + 1],
		    (k->holes_n - i - 1U) * sizeof(*h));
		k->holes[i + 1] = rest;
		k->holes_n++;
	}
	if (seq_diff(h->to, h->from) <= 0)
		drop_hole(k, i);
	return to - from;
}

/*
 * A segment that begins before the expected byte: a copy, or one that fills
 * holes.  Returns its new bytes.
 */
static uint32_t
old_bytes(struct flowstat_side *s, struct flowstat_track *k,
    const struct traits *p, int64_t t_us)
{
	uint32_t to = p->seq + p->payload_len, n = 0;
	bool late = true;

	if (seq_diff(to, k->next) > 0)
		to = k->next;
	for (size_t i = k->holes_n; i > 0; i--) {
		int64_t since_us = t_us - k->holes[i - 1].t_us;
		uint32_t got = fill(k, i - 1, p->seq, to);

		if (got > 0 && since_us >= FLOWSTAT_REORDER_US)
			late = false;
		n += got;
	}
	if (n > 0 && late)
		add_u16(&s->reordered);
	else
		add_u16(&s->retransmitted);
	return n;
}

static bool
is_keepalive(const struct flowstat_track *k, const struct flowstat_track *other,
    const struct traits *p)
{
	return p->payload_len <= 1 && p->seq + 1 == k->next &&
	    (p->flags & (TCPF_FIN | TCPF_RST | TCPF_SYN)) == 0 &&
	    seq_diff(other->ack, k->next) >= 0;
}

/* The payload of one side; returns its new bytes. */
static uint32_t
take_payload(struct flowstat_side *s, struct flowstat_track *k,
    const struct traits *p, int64_t t_us)
{
	uint32_t to = p->seq + p->payload_len, n = 0;
	int32_t ahead = seq_diff(p->seq, k->next);

	if (ahead < 0)
		n += old_bytes(s, k, p, t_us);
	if (ahead > 0)
		open_hole(k, k->next, p->seq, t_us);
	if (seq_diff(to, k->next) > 0) {
		n += to - (ahead > 0 ? p->seq : k->next);
		k->next = to;
	}
	add_u32(&s->bytes, n);
	if (!k->flight_over)
		add_u32(&s->burst, n);
	if (p->payload_len > s->segment_max)
		s->segment_max = p->payload_len;
	return n;
}

/* It has a number of its own. */
static void
take_fin(struct flowstat_side *s, struct flowstat_track *k,
    const struct traits *p, int64_t t_us)
{
	uint32_t at = p->seq + p->payload_len;

	add_u16(&s->fins);
	if (seq_diff(at, k->next) > 0)
		open_hole(k, k->next, at, t_us);
	if (seq_diff(at, k->next) >= 0)
		k->next = at + 1;
}

static void
take_idle(struct flow *f, int64_t t_us)
{
	int64_t gap_us = t_us - f->last_us;

	if (gap_us > UINT32_MAX)
		gap_us = UINT32_MAX;
	if (gap_us > f->stat.idle_max_us)
		f->stat.idle_max_us = (uint32_t)gap_us;
	f->last_us = t_us;
}

uint32_t
flowstat_packet(struct flow *f, const struct traits *p, bool from_client,
    int64_t t_us)
{
	struct flowstat_side *s = from_client ? &f->stat.client :
						&f->stat.server;
	struct flowstat_track *k = from_client ? &f->client : &f->server;
	struct flowstat_track *other = from_client ? &f->server : &f->client;
	uint32_t n = 0;

	take_idle(f, t_us);
	add_u32(&s->packets, 1);
	take_window(s, k, p);
	if (p->flags & TCPF_RST)
		add_u16(&s->resets);
	if (is_keepalive(k, other, p))
		add_u16(&s->keepalives);
	else if (p->payload_len > 0)
		n = take_payload(s, k, p, t_us);
	if (p->flags & TCPF_ACK) {
		unsigned lost;

		if (is_dup_ack(k, other, p))
			add_u16(&s->dup_acks);
		lost = take_ack(other, p->ack);
		while (!from_client && lost-- > 0)
			add_u16(&f->stat.lost_segments);
		if (seq_diff(p->ack, k->ack) > 0)
			k->ack = p->ack;
	}
	if (p->flags & TCPF_FIN)
		take_fin(s, k, p, t_us);
	k->window = p->window;
	return n;
}

void
flowstat_data(struct flow *f, uint32_t n)
{
	struct flowstat *s = &f->stat;

	if (s->data_n < FLOWSTAT_DATA_SEGS)
		s->data[s->data_n++] = n > UINT16_MAX ? UINT16_MAX :
							(uint16_t)n;
}
