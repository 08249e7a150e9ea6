/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/flowstat: what is counted as what.
 *
 * zt-link: fp/flowstat
 */
#include "tests/zt.h"

#include "fp/flowstat.h"

#define MS  INT64_C(1000)
#define S   (1000 * MS)
#define T0  (1700000000 * S)
#define C0  0xfffffff0U /* so that every longer case wraps */
#define S0  7000U
#define WIN 1000

struct world {
	struct flow f;
	int64_t now_us;
	uint32_t c_ack, s_ack; /* what the sides acknowledge by default */
};

static struct world
world(uint8_t c_scale, uint8_t s_scale)
{
	struct world w = { .now_us = T0 };
	const struct flowstat_start start = { .c_next = C0,
		.s_next = S0,
		.c_scale = c_scale,
		.s_scale = s_scale,
		.open_us = T0 };

	flowstat_begin(&w.f, &start);
	return w;
}

static uint32_t
client(struct world *w, uint32_t at, uint32_t n, uint32_t acks)
{
	const struct traits p = { .flags = TCPF_ACK,
		.seq = C0 + at,
		.ack = S0 + acks,
		.window = WIN,
		.payload_len = n };

	w->now_us += MS;
	return flowstat_packet(&w->f, &p, true, w->now_us);
}

static uint32_t
server(struct world *w, uint32_t at, uint32_t n, uint32_t acks)
{
	const struct traits p = { .flags = TCPF_ACK,
		.seq = S0 + at,
		.ack = C0 + acks,
		.window = WIN,
		.payload_len = n };

	w->now_us += MS;
	return flowstat_packet(&w->f, &p, false, w->now_us);
}

static void
test_plain(void)
{
	struct world w = world(7, 7);
	const struct flowstat *s = &w.f.stat;

	client(&w, 0, 0, 0);
	server(&w, 0, 20, 0);
	client(&w, 0, 30, 20);
	server(&w, 20, 40, 30);
	client(&w, 30, 10, 60);
	ZT_CASE("packets and bytes of both sides",
	    s->client.packets == 3 && s->client.bytes == 40 &&
		s->server.packets == 2 && s->server.bytes == 60);
	ZT_CASE("a tidy dialogue has nothing else",
	    s->client.retransmitted == 0 && s->client.reordered == 0 &&
		s->client.keepalives == 0 && s->client.dup_acks == 0 &&
		s->server.retransmitted == 0 && s->server.dup_acks == 0 &&
		s->lost_segments == 0);
	ZT_CASE("the largest segment",
	    s->client.segment_max == 30 && s->server.segment_max == 40);
	ZT_CASE("the first flight ends with its first acknowledgement",
	    s->client.burst == 30 && s->server.burst == 20);
	w.now_us += 5 * S;
	client(&w, 40, 0, 60);
	client(&w, 40, 0, 60);
	ZT_CASE("the longest silence", s->idle_max_us == 5 * S + MS);
	w.now_us += 10000 * S;
	client(&w, 40, 0, 60);
	ZT_CASE("a silence beyond counting stops at the end",
	    s->idle_max_us == UINT32_MAX);
}

static void
test_copies(void)
{
	struct world w = world(7, 7);
	const struct flowstat_side *c = &w.f.stat.client;

	client(&w, 0, 100, 0);
	ZT_CASE("a copy has no new bytes", client(&w, 0, 100, 0) == 0);
	ZT_CASE("it is a retransmission",
	    c->retransmitted == 1 && c->reordered == 0 && c->bytes == 100);
	ZT_CASE("half a copy, half new", client(&w, 50, 100, 0) == 50);
	ZT_CASE("is one, too", c->retransmitted == 2 && c->bytes == 150);
	server(&w, 0, 0, 150);
	client(&w, 149, 1, 0);
	client(&w, 149, 0, 0);
	ZT_CASE("keepalives, with a byte and without",
	    c->keepalives == 2 && c->retransmitted == 2 && c->bytes == 150);
	client(&w, 150, 1, 0);
	client(&w, 150, 1, 0);
	ZT_CASE("a last byte that nobody has acknowledged is no keepalive",
	    c->keepalives == 2 && c->retransmitted == 3 && c->bytes == 151);

	w = world(7, 7);
	client(&w, (uint32_t)-1, 1, 0);
	ZT_CASE("a keepalive before the first byte",
	    c->keepalives == 1 && c->bytes == 0 && c->retransmitted == 0);
}

static void
test_holes(void)
{
	struct world w = world(7, 7);
	const struct flowstat_side *c = &w.f.stat.client;

	client(&w, 100, 100, 0);
	ZT_CASE("what comes too early is new", c->bytes == 100);
	ZT_CASE("and so is what it had overtaken",
	    client(&w, 0, 100, 0) == 100);
	ZT_CASE("which only came late",
	    c->reordered == 1 && c->retransmitted == 0 && c->bytes == 200);
	client(&w, 300, 100, 0);
	w.now_us += 200 * MS;
	client(&w, 200, 100, 0);
	ZT_CASE("after a while it was sent again",
	    c->reordered == 1 && c->retransmitted == 1 && c->bytes == 400);
	server(&w, 0, 0, 400);
	ZT_CASE("nothing was lost", w.f.stat.lost_segments == 0);

	client(&w, 500, 100, 0);
	client(&w, 700, 100, 0);
	client(&w, 400, 20, 0);
	client(&w, 480, 20, 0);
	client(&w, 420, 60, 0);
	ZT_CASE("a hole filled from both ends and then whole",
	    c->bytes == 700 && w.f.client.holes_n == 1);
	server(&w, 0, 0, 800);
	ZT_CASE("an acknowledged hole was lost to us",
	    w.f.stat.lost_segments == 1 && w.f.client.holes_n == 0);
	server(&w, 0, 0, 1000);
	ZT_CASE("so was what is acknowledged and never showed",
	    w.f.stat.lost_segments == 2);
	client(&w, 1000, 50, 0);
	ZT_CASE("and the numbers go on behind it",
	    c->bytes == 750 && w.f.client.holes_n == 0);
	client(&w, 0, 1050, 0);
	ZT_CASE("a copy of everything", c->bytes == 750);
}

static void
test_many_holes(void)
{
	struct world w = world(7, 7);
	uint32_t i;

	for (i = 1; i < 100; i++)
		client(&w, i * 200, 100, 0);
	ZT_CASE("more holes than there is room for: the oldest are let go",
	    w.f.client.holes_n == FLOWSTAT_HOLES);
	for (i = 0; i < 99; i++)
		client(&w, i * 200 + 100, 100, 0);
	ZT_CASE("those that are left can be filled",
	    w.f.client.holes_n == 0 &&
		w.f.stat.client.bytes == (99 + FLOWSTAT_HOLES) * 100);
	for (i = 0; i < 70000; i++)
		client(&w, 0, 100, 0);
	ZT_CASE("counts stop at their end",
	    w.f.stat.client.retransmitted == UINT16_MAX);
}

static void
test_windows(void)
{
	struct world w = world(7, 3);
	const struct flowstat *s = &w.f.stat;
	struct traits p = { .flags = TCPF_ACK, .seq = C0, .ack = S0 };

	client(&w, 0, 0, 0);
	server(&w, 0, 10, 0);
	ZT_CASE("windows are scaled by each side's shift",
	    s->client.window_min == WIN << 7 &&
		s->server.window_min == WIN << 3);
	flowstat_packet(&w.f, &p, true, w.now_us);
	flowstat_packet(&w.f, &p, true, w.now_us);
	client(&w, 0, 0, 10);
	p.ack = S0 + 10;
	flowstat_packet(&w.f, &p, true, w.now_us);
	ZT_CASE("a window that closes twice",
	    s->client.zero_windows == 2 && s->client.window_min == 0);
	p.flags = TCPF_RST;
	w = world(7, 3);
	client(&w, 0, 0, 0);
	flowstat_packet(&w.f, &p, true, w.now_us);
	ZT_CASE("a reset closes no window",
	    s->client.zero_windows == 0 && s->client.resets == 1 &&
		s->client.window_min == WIN << 7);
	w = world(7, FLOWSTAT_NO_SCALE);
	client(&w, 0, 0, 0);
	ZT_CASE("scaling needs both sides", s->client.window_min == WIN);
	w = world(200, 0);
	client(&w, 0, 0, 0);
	ZT_CASE("nobody shifts by more than fourteen",
	    s->client.window_min == WIN << 14);
}

static void
test_acks(void)
{
	struct world w = world(7, 7);
	const struct flowstat_side *s = &w.f.stat.server;

	client(&w, 0, 100, 0);
	server(&w, 0, 0, 100);
	server(&w, 0, 0, 100);
	ZT_CASE("an acknowledgement of everything is never a duplicate",
	    s->dup_acks == 0);
	client(&w, 200, 100, 0);
	server(&w, 0, 0, 100);
	client(&w, 300, 100, 0);
	server(&w, 0, 0, 100);
	ZT_CASE("two duplicates for two segments behind a hole",
	    s->dup_acks == 2);
	server(&w, 0, 10, 100);
	ZT_CASE("one with payload is none", s->dup_acks == 2);
	client(&w, 100, 100, 0);
	server(&w, 10, 0, 400);
	server(&w, 10, 0, 100);
	ZT_CASE("nor one that was overtaken",
	    s->dup_acks == 2 && w.f.stat.lost_segments == 0);
}

static void
test_ends(void)
{
	struct world w = world(7, 7);
	struct traits fin = { .flags = TCPF_FIN | TCPF_ACK,
		.seq = C0 + 10,
		.ack = S0 };

	client(&w, 0, 10, 0);
	flowstat_packet(&w.f, &fin, true, w.now_us);
	server(&w, 0, 0, 11);
	ZT_CASE("a FIN takes a number",
	    w.f.stat.client.fins == 1 && w.f.stat.lost_segments == 0);
	flowstat_packet(&w.f, &fin, true, w.now_us);
	ZT_CASE("another one takes no other", w.f.client.next == C0 + 11);

	w = world(7, 7);
	flowstat_packet(&w.f, &fin, true, w.now_us);
	client(&w, 0, 10, 0);
	server(&w, 0, 0, 11);
	ZT_CASE("a FIN that overtakes",
	    w.f.stat.lost_segments == 0 && w.f.stat.client.reordered == 1 &&
		w.f.stat.client.bytes == 10);
}

static void
test_big(void)
{
	struct world w = world(7, 7);
	const struct flowstat *s = &w.f.stat;

	client(&w, 0, 65000, 0);
	client(&w, 65000, 200000, 0);
	ZT_CASE("segments that the card has merged, over 64 KB",
	    s->client.segment_max == 200000 && s->client.bytes == 265000 &&
		s->client.packets == 2);
	flowstat_data(&w.f, 200000);
	flowstat_data(&w.f, 1460);
	ZT_CASE("sizes in a body stop at their type's end",
	    s->data_n == 2 && s->data[0] == UINT16_MAX && s->data[1] == 1460);
	for (int i = 0; i < 100; i++)
		flowstat_data(&w.f, 1);
	ZT_CASE("only the first are kept",
	    s->data_n == FLOWSTAT_DATA_SEGS && s->data[1] == 1460);
}

/* Any order of overlapping segments: each byte counts once. */
static void
test_random(void)
{
	bool ok = true;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int round = 0; round < 2000 && ok; round++) {
		struct world w = world(7, 7);
		bool seen[64] = { false };
		uint32_t bytes = 0;

		for (int i = 0; i < 12; i++) {
			uint32_t at = (uint32_t)(zt_random() % 60);
			uint32_t n = 1 + (uint32_t)(zt_random() % 4);

			client(&w, at, n, 0);
			for (uint32_t k = at; k < at + n; k++) {
				bytes += !seen[k];
				seen[k] = true;
			}
		}
		/* Some may be let go, when there are too many holes. */
		ok = w.f.stat.client.bytes <= bytes &&
		    w.f.client.holes_n <= FLOWSTAT_HOLES;
		for (int i = 1; i < w.f.client.holes_n; i++)
			ok = ok &&
			    (int32_t)(w.f.client.holes[i].from -
				w.f.client.holes[i - 1].to) > 0;
	}
	ZT_CASE("noise never counts a byte twice", ok);
}

static const struct zt_test tests[] = {
	{ "plain", test_plain },
	{ "copies", test_copies },
	{ "holes", test_holes },
	{ "many holes", test_many_holes },
	{ "windows", test_windows },
	{ "acknowledgements", test_acks },
	{ "ends", test_ends },
	{ "big segments", test_big },
	{ "noise", test_random },
};

ZT_MAIN("flowstat", tests)
