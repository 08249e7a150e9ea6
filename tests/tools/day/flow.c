/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/day/flow.h"

#include <stdlib.h>

#define DELAYED_ACK_US 40000
#define LAZY_ACK       2896 /* we acknowledge every other full segment */
#define BAD_LINES      0.04
#define LOST_SYNACK    0.006
#define LOST_ACK       0.12 /* on a bad line */
#define OVERTAKEN      0.04

/* Our server: next door, so nothing is taken off its TTL. */
static const struct os_stack ours = { "ours", 64, 0, 1, STACK_ID_RANDOM, 0, 0,
	0, 1460, 7, "mss,sok,ts,nop,ws", "" };
static const struct os_stack ours_old = { "ours", 64, 0, 1, STACK_ID_RANDOM, 0,
	0, 0, 1460, 7, "mss,nop,nop,sok,nop,ws", "" };

void
flow_init(struct flow *f, struct out *out, const struct client *c,
    struct dice *dice)
{
	static const uint8_t six[16] = { 0x20, 1, 0xd, 0xb8, 0xff,
		0xff, [15] = 0x25 };
	uint64_t bits = dice_bits(dice);

	*f = (struct flow){ .out = out, .c = c, .dice = dice };
	f->server = c->a.family == 4 ? addr_v4(SERVER_V4) : addr_v6_bytes(six);
	f->cseq = (uint32_t)bits;
	f->sseq = (uint32_t)(bits >> 32);
	f->cid = (uint16_t)dice_bits(dice);
	f->sid = (uint16_t)dice_bits(dice);
	f->sts = (uint32_t)dice_bits(dice);
	f->ts = strstr(c->st.layout, "ts") != NULL;
	f->bad_line = dice_yes(dice, BAD_LINES);
	f->rtt_us = (int64_t)(c->rtt_us * (0.97 + 0.06 * dice_unit(dice)));
}

/* Writes one segment as the capture sees it at t_us. */
static void
segment(struct flow *f, bool client, int64_t t_us, uint8_t flags, uint32_t seq,
    const void *p, size_t n)
{
	const struct os_stack *st = client ? &f->c->st :
	    f->ts                          ? &ours :
					     &ours_old;
	uint8_t ip[SEG_MAX];
	bool first = client && flags == SEG_SYN;
	struct seg s = { .src = client ? f->c->a : f->server,
		.dst = client ? f->server : f->c->a,
		.sport = client ? f->port : 25,
		.dport = client ? 25 : f->port,
		.seq = seq,
		.ack = first ? 0 :
		    client   ? f->sseq :
			       f->cseq,
		.flags = flags,
		.has_ts = f->ts,
		.data = p,
		.n = n };
	uint32_t mine = (uint32_t)(t_us / 1000);

	s.window = flags & SEG_SYN ? stack_window(st, &s.src) : 501;
	s.ts_val = mine + (client ? f->c->ts_base : f->sts);
	s.ts_ecr = first ? 0 : client ? f->sts + mine : f->c->ts_base + mine;
	if (client)
		f->cid = (uint16_t)(f->cid + 2);
	else
		f->sid = (uint16_t)(f->sid + 2);
	out_packet(f->out, t_us, ip,
	    seg_build(st, &s, client ? f->cid : f->sid, ip));
}

static void
syn_ack(struct flow *f)
{
	uint32_t seq = f->sseq;

	f->cseq++;
	segment(f, false, f->t_us + 40, SEG_SYN | SEG_ACK, seq, NULL, 0);
	f->cseq--;
}

void
flow_forged(struct flow *f)
{
	segment(f, true, f->t_us, SEG_SYN, f->cseq, NULL, 0);
	syn_ack(f);
}

void
flow_open(struct flow *f)
{
	const char *rung = f->c->st.ladder;
	char *end;
	double wait_s = strtod(rung, &end);

	flow_forged(f);
	/* Our answer got lost: the client asks once more. */
	if (end != rung && dice_yes(f->dice, LOST_SYNACK)) {
		f->t_us += (int64_t)(wait_s * 1e6);
		flow_forged(f);
	}
	f->cseq++;
	f->sseq++;
	f->t_us += f->rtt_us;
	segment(f, true, f->t_us, SEG_ACK, f->cseq, NULL, 0);
	f->heard_us = 0;
}

void
flow_server(struct flow *f, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t at = 0; at < n;) {
		size_t max = f->c->st.mss - 60, len = n - at;

		len = len > max ? max : len;
		segment(f, false, f->t_us, SEG_PSH | SEG_ACK, f->sseq, b + at,
		    len);
		f->sseq += (uint32_t)len;
		at += len;
	}
	f->heard_us = f->t_us + f->rtt_us;
	f->up_bytes = 0;
}

/* The client acknowledges on its own what it will not answer soon. */
static void
lone_ack(struct flow *f, int64_t until_us)
{
	int64_t at = f->heard_us + DELAYED_ACK_US;

	if (f->heard_us != 0 && at < until_us)
		segment(f, true, at, SEG_ACK, f->cseq, NULL, 0);
	f->heard_us = 0;
}

/* One segment of the client's, on lines as they are. */
static void
client_segment(struct flow *f, const uint8_t *p, size_t n)
{
	segment(f, true, f->t_us, SEG_PSH | SEG_ACK, f->cseq, p, n);
	/* Our acknowledgement is lost: it comes again. */
	if (f->bad_line && dice_yes(f->dice, LOST_ACK))
		segment(f, true,
		    f->t_us + f->rtt_us + dice_us(f->dice, 200, 400),
		    SEG_PSH | SEG_ACK, f->cseq, p, n);
	f->cseq += (uint32_t)n;
	f->up_bytes += (uint32_t)n;
	if (f->up_bytes >= LAZY_ACK) {
		segment(f, false, f->t_us + 60, SEG_ACK, f->sseq, NULL, 0);
		f->up_bytes = 0;
	}
}

/* Two that follow each other, the second arrives first. */
static void
swapped(struct flow *f, const uint8_t *p, size_t a, size_t b)
{
	segment(f, true, f->t_us, SEG_PSH | SEG_ACK, f->cseq + (uint32_t)a,
	    p + a, b);
	segment(f, true, f->t_us + 700, SEG_PSH | SEG_ACK, f->cseq, p, a);
	f->cseq += (uint32_t)(a + b);
	f->t_us += 700;
	f->up_bytes = 0;
	segment(f, false, f->t_us + 60, SEG_ACK, f->sseq, NULL, 0);
}

void
flow_client_now(struct flow *f, const void *p, size_t n)
{
	const uint8_t *b = p;
	size_t max = f->c->st.mss - 60;

	lone_ack(f, f->t_us);
	for (size_t at = 0; at < n;) {
		size_t len = n - at > max ? max : n - at;
		size_t next = n - at - len > max ? max : n - at - len;

		if (next > 0 && f->bad_line && dice_yes(f->dice, OVERTAKEN)) {
			swapped(f, b + at, len, next);
			at += len + next;
			continue;
		}
		client_segment(f, b + at, len);
		f->t_us += 150;
		at += len;
	}
}

void
flow_client(struct flow *f, int64_t think_us, const void *p, size_t n)
{
	f->t_us += f->rtt_us + think_us;
	if (n > 0)
		flow_client_now(f, p, n);
	else
		lone_ack(f, INT64_MAX);
}

void
flow_end(struct flow *f, enum flow_end how)
{
	lone_ack(f, f->t_us);
	switch (how) {
	case FLOW_SERVER:
		segment(f, false, f->t_us, SEG_FIN | SEG_ACK, f->sseq++, NULL,
		    0);
		f->t_us += f->rtt_us;
		segment(f, true, f->t_us, SEG_FIN | SEG_ACK, f->cseq++, NULL,
		    0);
		f->t_us += 50;
		segment(f, false, f->t_us, SEG_ACK, f->sseq, NULL, 0);
		break;
	case FLOW_CLIENT:
		segment(f, true, f->t_us, SEG_FIN | SEG_ACK, f->cseq++, NULL,
		    0);
		f->t_us += 300;
		segment(f, false, f->t_us, SEG_FIN | SEG_ACK, f->sseq++, NULL,
		    0);
		segment(f, true, f->t_us + f->rtt_us, SEG_ACK, f->cseq, NULL,
		    0);
		break;
	case FLOW_RESET:
		segment(f, true, f->t_us, SEG_RST | SEG_ACK, f->cseq, NULL, 0);
		break;
	default:
		break;
	}
}
