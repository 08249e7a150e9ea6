/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Test packets: the reader that strangers' packets go through understands
 * them, and their checksums are right.
 *
 * zt-link: tools/frame fp/traits fp/link fp/addr
 */
#include "tests/zt.h"

#include "fp/traits.h"
#include "tools/frame.h"

static struct addr
addr(const char *text)
{
	struct addr a = { 0 };

	(void)addr_parse((struct str){ text, strlen(text) }, &a);
	return a;
}

static struct frame
syn(bool v6)
{
	return (struct frame){
		.src = addr(v6 ? "2001:db8:1::5" : "192.0.2.5"),
		.dst = addr(v6 ? "2001:db8:ffff::1" : "198.51.100.1"),
		.sport = 40001,
		.dport = 25,
		.seq = 0x01020304,
		.flags = TCPF_SYN,
		.window = 64240,
		.mss = 1460,
		.nops = 2,
	};
}

static bool
parse(const uint8_t *p, size_t n, struct traits *t)
{
	const struct packet pkt = { .data = p,
		.caplen = (uint32_t)n,
		.wirelen = (uint32_t)n,
		.link = PACKET_ETHERNET };

	return traits_parse(&pkt, t) == TRAITS_OK;
}

/* 0 when sum and all that is summed up fit; computed another way. */
static unsigned
checksum(const uint8_t *p, size_t n, unsigned start)
{
	uint64_t s = start;

	for (size_t i = 0; i + 1 < n; i += 2)
		s += (unsigned)p[i] * 256u + p[i + 1];
	if (n % 2 == 1)
		s += (unsigned)p[n - 1] * 256u;
	return (unsigned)(s % 0xffff);
}

static unsigned
tcp_sum(const struct frame *f, const uint8_t *tcp, size_t n)
{
	const size_t a = f->src.family == 4 ? 4 : 16;

	return checksum(tcp, n,
	    6 + (unsigned)n + checksum(f->src.b, a, 0) +
		checksum(f->dst.b, a, 0));
}

static void
test_whole(void)
{
	struct stack want = { 0, 64240, 1460, true }, a, b;
	uint8_t out[FRAME_MAX];
	struct traits t;

	for (int v6 = 0; v6 <= 1; v6++) {
		struct frame f = syn(v6);
		const size_t ip = v6 ? 40 : 20;
		size_t n = frame_build(&f, out);

		ZT_CASE("a SYN is read as it was meant",
		    parse(out, n, &t) && addr_eq(&t.src, &f.src) &&
			addr_eq(&t.dst, &f.dst) && t.sport == 40001 &&
			t.dport == 25 && traits_is_syn(&t) &&
			t.seq == 0x01020304 && t.window == 64240);
		a = traits_stack(&t);
		b = frame_stack(&f);
		want.len = v6 ? 32 : 52;
		ZT_CASE("its stack is what a narrow block is limited to",
		    stack_eq(&a, &want) && stack_eq(&b, &want));
		ZT_CASE("the IPv4 checksum is right",
		    v6 || checksum(out + 14, 20, 0) == 0);
		ZT_CASE("the TCP checksum is right",
		    tcp_sum(&f, out + 14 + ip, n - 14 - ip) == 0);
		f.mss = 0;
		n = frame_build(&f, out);
		ZT_CASE("without MSS there is none",
		    parse(out, n, &t) && !t.has_mss &&
			!frame_stack(&f).has_mss);
		f.data = "QUIT\r\n1";
		f.flags = TCPF_ACK | TCPF_PSH;
		n = frame_build(&f, out);
		ZT_CASE("data of an odd length is whole and summed up",
		    parse(out, n, &t) && t.payload_len == 7 &&
			memcmp(t.payload, f.data, 7) == 0 &&
			tcp_sum(&f, out + 14 + ip, n - 14 - ip) == 0);
	}
}

static void
test_ext_header(void)
{
	struct frame f = syn(true);
	uint8_t out[FRAME_MAX];
	struct traits t = { 0 };
	struct stack a, b;
	size_t n;

	f.ext_header = true;
	n = frame_build(&f, out);
	ZT_CASE("an extension header stands before TCP",
	    n == 14 + 40 + 8 + 32 && out[14 + 6] == 60 && parse(out, n, &t) &&
		traits_is_syn(&t));
	a = traits_stack(&t);
	b = frame_stack(&f);
	ZT_CASE("and counts in the length", stack_eq(&a, &b));
}

static void
test_fragments(void)
{
	uint8_t out[2][FRAME_MAX], all[FRAME_MAX];
	size_t bytes[2];

	for (int v6 = 0; v6 <= 1; v6++) {
		struct frame f = syn(v6);
		const size_t ip = v6 ? 48 : 20;
		size_t a, b;

		ZT_CASE("two fragments",
		    frame_fragment(&f, FRAME_SPLIT, out, bytes));
		a = bytes[0] - 14 - ip;
		b = bytes[1] - 14 - ip;
		memcpy(all, out[0] + 14 + ip, a);
		memcpy(all + a, out[1] + 14 + ip, b);
		ZT_CASE("make up the segment",
		    a == FRAME_SPLIT && a + b == 32 &&
			tcp_sum(&f, all, 32) == 0);
		ZT_CASE("the second begins where the first ends, as the last",
		    v6 ?
			out[1][14 + 43] == FRAME_SPLIT && out[0][14 + 43] == 1 :
			out[1][14 + 7] == FRAME_SPLIT / 8 &&
			    out[0][14 + 6] == 0x20 && out[1][14 + 6] == 0);
		ZT_CASE("a split inside a unit of eight is refused",
		    !frame_fragment(&f, 20, out, bytes));
		ZT_CASE("so is one behind the end",
		    !frame_fragment(&f, 32, out, bytes));
	}
}

static void
test_room(void)
{
	struct frame f = syn(true);
	uint8_t out[FRAME_MAX];
	char data[FRAME_MAX + 1];

	memset(data, 'x', FRAME_MAX);
	data[FRAME_MAX] = '\0';
	f.data = data;
	ZT_CASE("what does not fit is not built", frame_build(&f, out) == 0);
	f.data = data + FRAME_MAX - (FRAME_MAX - 14 - 40 - 32);
	ZT_CASE("what just fits is", frame_build(&f, out) == FRAME_MAX);
}

static const struct zt_test tests[] = {
	{ "whole", test_whole },
	{ "extension header", test_ext_header },
	{ "fragments", test_fragments },
	{ "room", test_room },
};
ZT_MAIN("frame", tests)
