/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/frame.h"

#define TCP_BYTES  20
#define PROTO_TCP  6
#define PROTO_FRAG 44
#define PROTO_DEST 60
#define MORE       0x2000 /* in the IPv4 fragment field */
#define FRAME_ID   0x5a66 /* of the two fragments */

const uint8_t frame_server_mac[6] = { 2, 0, 0, 0, 0, 1 };
const uint8_t frame_client_mac[6] = { 2, 0, 0, 0, 0, 2 };

struct out { /* bytes as they come; too many: full */
	uint8_t *p;
	size_t n;
	bool full;
};

static void
put(struct out *o, const void *p, size_t n)
{
	if (o->n + n > FRAME_MAX) {
		o->full = true;
		return;
	}
	if (n > 0)
		memcpy(o->p + o->n, p, n);
	o->n += n;
}

static void
put8(struct out *o, unsigned v)
{
	const uint8_t b = (uint8_t)v;

	put(o, &b, 1);
}

static void
put16(struct out *o, unsigned v)
{
	put8(o, v >> 8);
	put8(o, v);
}

static void
put32(struct out *o, uint32_t v)
{
	put16(o, v >> 16);
	put16(o, v);
}

/* The Internet checksum, begun elsewhere. */
static uint32_t
sum(uint32_t s, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	return s;
}

static uint16_t
fold(uint32_t s)
{
	while (s > 0xffff)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

static void
set16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static size_t
addr_bytes(const struct frame *f)
{
	return f->src.family == 4 ? 4 : 16;
}

static size_t
tcp_bytes(const struct frame *f)
{
	return TCP_BYTES + (f->mss > 0 ? 4U : 0U) + 4U * f->nops;
}

/* The TCP segment alone. */
static void
put_tcp(struct out *o, const struct frame *f)
{
	const size_t at = o->n, data = f->data == NULL ? 0 : strlen(f->data);
	const size_t n = tcp_bytes(f) + data;
	uint32_t s = PROTO_TCP + (uint32_t)n;

	put16(o, f->sport);
	put16(o, f->dport);
	put32(o, f->seq);
	put32(o, f->ack);
	put16(o, (unsigned)(tcp_bytes(f) / 4) << 12 | f->flags);
	put16(o, f->window);
	put32(o, 0); /* checksum, urgent pointer */
	if (f->mss > 0) {
		put16(o, 0x0204);
		put16(o, f->mss);
	}
	for (unsigned i = 0; i < f->nops; i++)
		put32(o, 0x01010101);
	put(o, f->data, data);
	if (o->full)
		return;
	s = sum(s, f->src.b, addr_bytes(f));
	s = sum(s, f->dst.b, addr_bytes(f));
	set16(o->p + at + 16, fold(sum(s, o->p + at, n)));
}

static void
put_ether(struct out *o, const struct frame *f)
{
	put(o, frame_server_mac, 6);
	put(o, frame_client_mac, 6);
	put16(o, f->src.family == 4 ? 0x0800 : 0x86dd);
}

/* The header before `payload` bytes; `frag` is its fragment field. */
static void
put_ip4(struct out *o, const struct frame *f, size_t payload, unsigned frag)
{
	const size_t at = o->n;

	put16(o, 0x4500);
	put16(o, (unsigned)(20 + payload));
	put16(o, FRAME_ID);
	put16(o, frag);
	put16(o, 64 << 8 | PROTO_TCP);
	put16(o, 0);
	put(o, f->src.b, 4);
	put(o, f->dst.b, 4);
	if (!o->full)
		set16(o->p + at + 10, fold(sum(0, o->p + at, 20)));
}

static void
put_ip6(struct out *o, const struct frame *f, size_t payload, unsigned next)
{
	put32(o, 0x60000000);
	put16(o, (unsigned)payload);
	put16(o, next << 8 | 64);
	put(o, f->src.b, 16);
	put(o, f->dst.b, 16);
}

static void
put_ip(struct out *o, const struct frame *f, size_t payload)
{
	put_ether(o, f);
	if (f->src.family == 4) {
		put_ip4(o, f, payload, 0x4000);
	} else if (!f->ext_header) {
		put_ip6(o, f, payload, PROTO_TCP);
	} else {
		put_ip6(o, f, payload + 8, PROTO_DEST);
		put16(o, PROTO_TCP << 8);
		put16(o, 0x0104); /* padding to eight bytes */
		put32(o, 0);
	}
}

static size_t
segment_bytes(const struct frame *f)
{
	return tcp_bytes(f) + (f->data == NULL ? 0 : strlen(f->data));
}

size_t
frame_build(const struct frame *f, uint8_t out[FRAME_MAX])
{
	struct out o = { .p = out };

	put_ip(&o, f, segment_bytes(f));
	put_tcp(&o, f);
	return o.full ? 0 : o.n;
}

static void
put_fragment(struct out *o, const struct frame *f, size_t from, size_t bytes)
{
	const bool more = from == 0;

	put_ether(o, f);
	if (f->src.family == 4) {
		put_ip4(o, f, bytes, (unsigned)(from / 8) | (more ? MORE : 0U));
		return;
	}
	put_ip6(o, f, bytes + 8, PROTO_FRAG);
	put16(o, PROTO_TCP << 8);
	put16(o, (unsigned)from | (more ? 1U : 0U));
	put32(o, FRAME_ID);
}

bool
frame_fragment(const struct frame *f, size_t first, uint8_t out[2][FRAME_MAX],
    size_t bytes[2])
{
	const size_t n = segment_bytes(f);
	uint8_t segment[FRAME_MAX];
	struct out s = { .p = segment };

	put_tcp(&s, f);
	if (s.full || first % 8 != 0 || first == 0 || first >= n)
		return false;
	for (size_t i = 0; i < 2; i++) {
		const size_t from = i == 0 ? 0 : first;
		const size_t part = i == 0 ? first : n - first;
		struct out o = { .p = out[i] };

		put_fragment(&o, f, from, part);
		put(&o, segment + from, part);
		if (o.full)
			return false;
		bytes[i] = o.n;
	}
	return true;
}

struct stack
frame_stack(const struct frame *f)
{
	const size_t len = tcp_bytes(f) + (f->src.family == 4 ? 20 : 0) +
	    (f->ext_header && f->src.family == 6 ? 8U : 0U);

	return (struct stack){ .len = (uint16_t)len,
		.window = f->window,
		.mss = f->mss,
		.has_mss = f->mss > 0 };
}
