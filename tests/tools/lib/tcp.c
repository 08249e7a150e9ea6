/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/tcp.h"

#include <err.h>
#include <stdlib.h>

#define RTO_US    300000
#define TRIES_MAX 6
#define SEC_US    1000000

static void
transmit(struct conn *c, uint8_t flags, uint32_t seq, const uint8_t *p,
    size_t n)
{
	uint8_t pkt[SEG_MAX];
	struct seg s = { .src = c->src,
		.dst = c->dst,
		.sport = c->sport,
		.dport = c->dport,
		.seq = seq,
		.ack = flags & SEG_ACK ? c->rcv_nxt : 0,
		.flags = flags,
		.window = stack_window(c->st, &c->src),
		.has_ts = c->ts_on,
		.ts_val = (uint32_t)(c->now_us / 1000) | 1,
		.ts_ecr = c->ts_peer,
		.data = p,
		.n = n };

	(void)wire_send(c->wire, &c->dst, pkt,
	    seg_build(c->st, &s, c->ip_id, pkt));
	c->ip_id = (uint16_t)(c->ip_id + 2);
	if (flags & SEG_ACK)
		c->ack_due = false;
}

/* Sends a SYN and sets the timer to the ladder's next rung. */
static void
send_syn(struct conn *c)
{
	char *end;
	double wait_s = strtod(c->rung, &end);

	transmit(c, SEG_SYN, c->snd_una - 1, NULL, 0);
	c->timer_us = 0;
	if (end == c->rung)
		return;
	c->timer_us = c->now_us + (int64_t)(wait_s * SEC_US);
	c->rung = *end == ',' ? end + 1 : end;
}

void
conn_open(struct conn *c, uint32_t iss, uint16_t ip_id, int64_t now_us)
{
	c->state = CONN_SYN;
	c->snd_una = c->snd_nxt = iss + 1;
	c->ip_id = ip_id;
	c->rung = c->st->ladder;
	c->now_us = now_us;
	send_syn(c);
}

void
conn_fini(struct conn *c)
{
	free(c->out);
	c->out = NULL;
}

static void
input_syn(struct conn *c, const struct seg *s)
{
	if ((s->flags & SEG_ACK) == 0 || s->ack != c->snd_una)
		return;
	if (s->flags & SEG_RST) {
		c->state = CONN_REFUSED;
		c->timer_us = 0;
		return;
	}
	if ((s->flags & SEG_SYN) == 0)
		return;
	c->state = CONN_OPEN;
	c->rcv_nxt = s->seq + 1;
	c->peer_mss = s->mss != 0 ? s->mss : 536;
	c->peer_ws = s->has_ws && s->ws <= 14 ? s->ws : 0;
	c->ts_on = s->has_ts && strstr(c->st->layout, "ts") != NULL;
	c->snd_wnd = s->window;
	c->timer_us = 0;
	c->ack_due = true;
}

static void
input_ack(struct conn *c, const struct seg *s)
{
	uint32_t acked = s->ack - c->snd_una;
	uint32_t flight = c->snd_nxt - c->snd_una;

	if ((s->flags & SEG_ACK) == 0)
		return;
	c->snd_wnd = (uint32_t)s->window << c->peer_ws;
	if (acked == 0 || acked > flight)
		return;
	if (acked > c->out_n) {
		c->fin_acked = true;
		acked--;
		c->snd_una++;
	}
	c->out_n -= acked;
	if (c->out_n > 0)
		memmove(c->out, c->out + acked, c->out_n);
	c->snd_una += acked;
	c->tries = 0;
	c->timer_us = c->snd_una != c->snd_nxt ? c->now_us + RTO_US : 0;
}

static void
input_data(struct conn *c, const struct seg *s)
{
	uint32_t old = c->rcv_nxt - s->seq;
	bool fin = (s->flags & SEG_FIN) != 0;
	size_t n;

	if (s->n == 0 && !fin)
		return;
	c->ack_due = true;
	if (old > s->n) /* a hole before it, or nothing new */
		return;
	n = s->n - old;
	if (n > sizeof(c->in) - c->in_n)
		return; /* the owner is slow; it comes again */
	if (n > 0)
		memcpy(c->in + c->in_n, s->data + old, n);
	c->in_n += n;
	c->rcv_nxt += (uint32_t)n;
	if (fin && !c->peer_fin) {
		c->rcv_nxt++;
		c->peer_fin = true;
	}
}

void
conn_input(struct conn *c, const struct seg *s, int64_t now_us)
{
	c->now_us = now_us;
	if (s->has_ts)
		c->ts_peer = s->ts_val;
	if (c->state == CONN_SYN) {
		input_syn(c, s);
		return;
	}
	if (c->state != CONN_OPEN)
		return;
	if (s->flags & SEG_RST) {
		c->state = CONN_RESET;
		c->timer_us = 0;
		return;
	}
	if (s->flags & SEG_SYN) { /* our ACK was lost */
		c->ack_due = true;
		return;
	}
	input_ack(c, s);
	input_data(c, s);
}

void
conn_timer(struct conn *c, int64_t now_us)
{
	c->now_us = now_us;
	c->timer_us = 0;
	if (c->state == CONN_SYN) {
		send_syn(c);
	} else if (c->state == CONN_OPEN) {
		if (++c->tries > TRIES_MAX) {
			c->state = CONN_GONE;
			return;
		}
		c->snd_nxt = c->snd_una;
		conn_flush(c, now_us);
	}
}

void
conn_write(struct conn *c, const void *p, size_t n)
{
	if (c->out_n + n > c->out_cap) {
		c->out_cap = (c->out_n + n) * 2;
		c->out = realloc(c->out, c->out_cap);
		if (c->out == NULL)
			err(1, "memory");
	}
	if (n > 0)
		memcpy(c->out + c->out_n, p, n);
	c->out_n += n;
}

/* The next data segment, or FIN; false when there is nothing (or no room). */
static bool
send_next(struct conn *c)
{
	size_t sent = c->snd_nxt - c->snd_una, n;
	size_t max = c->ts_on ? SEG_DATA_MAX - 40 : SEG_DATA_MAX - 20;

	if (sent > c->out_n) /* our FIN is out */
		return false;
	n = c->out_n - sent;
	if (n == 0) {
		if (!c->fin || c->fin_acked)
			return false;
		transmit(c, SEG_FIN | SEG_ACK, c->snd_nxt++, NULL, 0);
		return true;
	}
	if (n > max)
		n = max;
	if (n > c->peer_mss)
		n = c->peer_mss;
	if (sent + n > c->snd_wnd)
		return false;
	transmit(c, SEG_PSH | SEG_ACK, c->snd_nxt, c->out + sent, n);
	c->snd_nxt += (uint32_t)n;
	return true;
}

void
conn_flush(struct conn *c, int64_t now_us)
{
	c->now_us = now_us;
	if (c->state != CONN_OPEN)
		return;
	while (send_next(c))
		;
	conn_ack(c);
	if (c->timer_us == 0 && (c->snd_nxt != c->snd_una || c->out_n > 0))
		c->timer_us = now_us + ((int64_t)RTO_US << c->tries);
}

void
conn_ack(struct conn *c)
{
	if (c->ack_due && c->state == CONN_OPEN)
		transmit(c, SEG_ACK, c->snd_nxt, NULL, 0);
}

void
conn_rst(struct conn *c)
{
	if (c->state == CONN_OPEN)
		transmit(c, SEG_RST | SEG_ACK, c->snd_nxt, NULL, 0);
	c->state = CONN_GONE;
	c->timer_us = 0;
}

bool
conn_idle(const struct conn *c)
{
	return c->out_n == 0 && (!c->fin || c->fin_acked);
}
