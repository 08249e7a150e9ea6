/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/reorder: order, room, age, and that what goes in comes out.
 *
 * zt-link: fp/reorder
 */
#include "tests/zt.h"

#include "fp/reorder.h"

#define BASE 0xffffff00U /* so that longer cases wrap */
#define BIG  300000

static uint8_t data[BIG];

static struct traits
seg(uint32_t at, uint32_t len)
{
	return (struct traits){ .seq = BASE + at,
		.ack = 5,
		.flags = TCPF_ACK,
		.window = 9,
		.payload = &data[at],
		.payload_cap = len,
		.payload_len = len };
}

/* Takes all that follows on from `next`; what came out, or UINT32_MAX. */
static uint32_t
drain(struct reorder *r, struct reorder_stream *s, uint32_t next, bool gap)
{
	struct traits t;

	while (reorder_take(r, s, BASE + next, gap, &t)) {
		uint32_t at = t.seq - BASE;

		if (t.payload_cap > t.payload_len ||
		    memcmp(t.payload, &data[at], t.payload_cap) != 0)
			return UINT32_MAX;
		next = at + t.payload_len;
	}
	return next;
}

static void
test_order(void)
{
	struct reorder *r = reorder_new(8);
	struct reorder_stream s = { 0 };
	struct traits t, p = seg(30, 10);
	uint32_t first = 0;

	ZT_CASE("nothing is held at first",
	    !reorder_first(r, &s, &first) &&
		!reorder_take(r, &s, BASE, true, &t) && reorder_held(r) == 0);
	reorder_hold(r, &s, 1, &p, 0);
	p = seg(10, 10);
	reorder_hold(r, &s, 1, &p, 0);
	p = seg(20, 10);
	reorder_hold(r, &s, 1, &p, 0);
	ZT_CASE("the lowest is known",
	    reorder_first(r, &s, &first) && first == BASE + 10);
	ZT_CASE("before the hole is filled nothing comes out",
	    !reorder_take(r, &s, BASE, false, &t) && s.n == 3);
	ZT_CASE("a segment comes out as it went in",
	    reorder_take(r, &s, BASE + 10, false, &t) && t.seq == BASE + 10 &&
		t.ack == 5 && t.flags == TCPF_ACK && t.window == 9 &&
		t.payload_len == 10 && t.payload_cap == 10);
	ZT_CASE("the others in order", drain(r, &s, 20, false) == 40);
	ZT_CASE("then all slots are free", s.n == 0 && reorder_held(r) == 0);
	p = seg(100, 10);
	reorder_hold(r, &s, 1, &p, 0);
	ZT_CASE("whoever gives up gets it with the gap",
	    drain(r, &s, 0, true) == 110 && reorder_held(r) == 0);
	reorder_free(r);
}

static void
test_copies(void)
{
	struct reorder *r = reorder_new(8);
	struct reorder_stream s = { 0 };
	struct traits p = seg(10, 10), t;

	reorder_hold(r, &s, 1, &p, 0);
	reorder_hold(r, &s, 1, &p, 0);
	p = seg(12, 4);
	ZT_CASE("a copy takes no room",
	    reorder_hold(r, &s, 1, &p, 0) == REORDER_HELD && s.n == 1);
	p = seg(15, 10);
	reorder_hold(r, &s, 1, &p, 0);
	ZT_CASE("an overlap is kept",
	    s.n == 2 && drain(r, &s, 10, false) == 25);
	p = seg(40, 0);
	p.flags |= TCPF_FIN;
	reorder_hold(r, &s, 1, &p, 0);
	ZT_CASE("a FIN alone is held, too",
	    s.n == 1 && reorder_take(r, &s, BASE + 40, false, &t) &&
		(t.flags & TCPF_FIN) && t.payload_len == 0);
	p = seg(40, 10);
	reorder_hold(r, &s, 1, &p, 0);
	p.flags |= TCPF_FIN;
	reorder_hold(r, &s, 1, &p, 0);
	ZT_CASE("a copy that brings a FIN is no copy", s.n == 2);
	reorder_free(r);
}

static void
test_big(void)
{
	struct reorder *r = reorder_new(100);
	struct reorder_stream s = { 0 };
	struct traits p = seg(10, 65000), t;

	p.flags |= TCPF_FIN;
	ZT_CASE("a merged segment takes several slots",
	    reorder_hold(r, &s, 1, &p, 0) == REORDER_HELD && s.n == 32);
	ZT_CASE("and comes out whole", drain(r, &s, 10, false) == 65010);
	p = seg(10, 66000);
	ZT_CASE("one that is too big is refused whole",
	    reorder_hold(r, &s, 1, &p, 0) == REORDER_STREAM_FULL && s.n == 0 &&
		reorder_held(r) == 0);
	p = seg(10, 200000);
	p.payload_cap = 96;
	p.flags |= TCPF_FIN;
	ZT_CASE("one that the snaplen has cut keeps its length",
	    reorder_hold(r, &s, 1, &p, 0) == REORDER_HELD && s.n == 1 &&
		reorder_take(r, &s, BASE + 10, false, &t) &&
		t.payload_len == 200000 && t.payload_cap == 96);
	p = seg(10, 5000);
	p.flags |= TCPF_FIN;
	reorder_hold(r, &s, 1, &p, 0);
	ZT_CASE("only the last part has the FIN",
	    reorder_take(r, &s, BASE + 10, false, &t) &&
		!(t.flags & TCPF_FIN) &&
		reorder_take(r, &s, BASE + 3000, false, &t) &&
		!(t.flags & TCPF_FIN) &&
		reorder_take(r, &s, BASE + 5000, false, &t) &&
		(t.flags & TCPF_FIN) && t.payload_len == 904);
	reorder_free(r);
}

static void
test_room(void)
{
	struct reorder *r = reorder_new(40);
	struct reorder_stream a = { 0 }, b = { 0 };
	struct traits p;
	uint32_t owner = 0;
	int64_t t_us = 0;
	bool ok = true;

	ZT_CASE("an empty pool has no oldest",
	    !reorder_oldest(r, &owner, &t_us));
	for (uint32_t i = 0; i < REORDER_STREAM_SLOTS; i++) {
		p = seg(10 + i * 20, 10);
		ok = ok && reorder_hold(r, &a, 7, &p, 100 + i) == REORDER_HELD;
	}
	p = seg(5000, 10);
	ZT_CASE("a stream has its share and no more",
	    ok && reorder_hold(r, &a, 7, &p, 200) == REORDER_STREAM_FULL);
	for (uint32_t i = 0; i < 8; i++) {
		p = seg(10 + i * 20, 10);
		ok = ok && reorder_hold(r, &b, 9, &p, 300 + i) == REORDER_HELD;
	}
	ZT_CASE("the others have what is left, and copies take nothing",
	    ok && reorder_held(r) == 40 &&
		reorder_hold(r, &b, 9, &p, 310) == REORDER_HELD &&
		reorder_held(r) == 40);
	p = seg(5000, 10);
	ZT_CASE("a full pool takes no more",
	    reorder_hold(r, &b, 9, &p, 400) == REORDER_POOL_FULL);
	ZT_CASE("it names the oldest",
	    reorder_oldest(r, &owner, &t_us) && owner == 7 && t_us == 100);
	drain(r, &a, 0, true);
	ZT_CASE("when that is emptied, the next",
	    reorder_oldest(r, &owner, &t_us) && owner == 9 && t_us == 300 &&
		reorder_hold(r, &b, 9, &p, 400) == REORDER_HELD);
	reorder_free(r);
	r = reorder_new(0);
	for (uint32_t i = 0; i < REORDER_SLOTS; i++) {
		struct reorder_stream one = { 0 };

		p = seg(i, 1);
		ok = ok && reorder_hold(r, &one, i, &p, 0) == REORDER_HELD;
	}
	ZT_CASE("without a number it has the usual size",
	    ok && reorder_held(r) == REORDER_SLOTS &&
		reorder_hold(r, &(struct reorder_stream){ 0 }, 1, &p, 0) ==
		    REORDER_POOL_FULL);
	reorder_free(r);
}

/* Segments of several streams at random: every stream gets its bytes. */
static void
test_random(void)
{
	struct reorder *r = reorder_new(64);
	struct reorder_stream s[4] = { { 0 } };
	uint32_t next[4] = { 0 };
	bool ok = true;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 200000 && ok; i++) {
		uint32_t k = (uint32_t)(zt_random() % 4);
		uint32_t len = (uint32_t)(zt_random() % 4000);
		uint32_t ahead = (uint32_t)(zt_random() % 9000), sum = 0;
		struct traits p;

		if (next[k] > BIG - 20000) {
			ok = drain(r, &s[k], 0, true) != UINT32_MAX;
			next[k] = 0;
		}
		p = seg(next[k] + ahead, len);
		if (!reorder_hold(r, &s[k], k, &p, i) || zt_random() % 8 == 0) {
			uint32_t to = drain(r, &s[k], next[k],
			    zt_random() % 2 == 0);

			ok = ok && to != UINT32_MAX;
			next[k] = to;
		}
		for (int j = 0; j < 4; j++)
			sum += s[j].n;
		ok = ok && sum == reorder_held(r);
	}
	ZT_CASE("noise loses no slot and mixes no bytes", ok);
	reorder_free(r);
}

static const struct zt_test tests[] = {
	{ "order", test_order },
	{ "copies", test_copies },
	{ "big segments", test_big },
	{ "room", test_room },
	{ "noise", test_random },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	return zt_main(argc, argv, "reorder", tests,
	    sizeof(tests) / sizeof(tests[0]));
}
