/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/stack.h"

#include <netinet/in.h>
#include <stdlib.h>

#define HOPS 11 /* how far away everybody is, unless told */

static const struct os_stack stacks[] = {
	{ "linux", 64, HOPS, 1, STACK_ID_RANDOM, 1, 0, 0, 1460, 7,
	    "mss,sok,ts,nop,ws", "1,2,4,8,16" },
	{ "win10", 128, HOPS, 1, STACK_ID_RANDOM, 0, 0, 0, 1460, 8,
	    "mss,nop,ws,nop,nop,sok", "1,2,4,8" },
	{ "win7", 128, HOPS, 1, STACK_ID_RANDOM, 0, 0, 8192, 1460, 8,
	    "mss,nop,ws,nop,nop,sok", "3,6" },
	{ "winxp", 128, HOPS, 1, STACK_ID_RANDOM, 0, 0, 65535, 1460, 0,
	    "mss,nop,nop,sok", "3,6" },
	{ "macos", 64, HOPS, 1, STACK_ID_ZERO, 1, 0, 65535, 1460, 6,
	    "mss,nop,ws,nop,nop,ts,sok,eol+1", "1,1,1,1,1,2,4,8" },
	{ "freebsd", 64, HOPS, 1, STACK_ID_RANDOM, 1, 0, 65535, 1460, 6,
	    "mss,nop,ws,sok,ts", "1,2,4,8" },
	{ "openbsd", 64, HOPS, 1, STACK_ID_RANDOM, 1, 0, 16384, 1460, 6,
	    "mss,nop,nop,sok,nop,ws,nop,nop,ts", "3,6,12" },
	{ "odd", 255, HOPS, 0, STACK_ID_RANDOM, 0, 0, 2048, 1460, 0, "mss",
	    "" },
	{ "raw", 255, HOPS, 0, STACK_ID_ZERO, 0, 0, 1024, 1460, 0, "", "" },
};

const struct os_stack *
stack_at(size_t i)
{
	return i < sizeof(stacks) / sizeof(stacks[0]) ? &stacks[i] : NULL;
}

const struct os_stack *
stack_named(const char *name)
{
	const struct os_stack *st;

	for (size_t i = 0; (st = stack_at(i)) != NULL; i++)
		if (strcmp(st->name, name) == 0)
			return st;
	return NULL;
}

uint16_t
stack_mss(const struct os_stack *st, const struct addr *src)
{
	return (uint16_t)(src->family == 6 ? st->mss - 20 : st->mss);
}

uint16_t
stack_window(const struct os_stack *st, const struct addr *src)
{
	unsigned mss = stack_mss(st, src);

	return (uint16_t)(st->window != 0 ? st->window : 65535 / mss * mss);
}

/* A growing packet; the size of each is known to fit. */
struct wr {
	uint8_t *p;
	size_t n;
};

static void
wr_u8(struct wr *w, unsigned v)
{
	w->p[w->n++] = (uint8_t)v;
}

static void
wr_be16(struct wr *w, unsigned v)
{
	wr_u8(w, v >> 8 & 0xff);
	wr_u8(w, v & 0xff);
}

static void
wr_be32(struct wr *w, uint32_t v)
{
	wr_be16(w, v >> 16);
	wr_be16(w, v & 0xffff);
}

static void
wr_bytes(struct wr *w, const void *p, size_t n)
{
	if (n > 0)
		memcpy(w->p + w->n, p, n);
	w->n += n;
}

static void
wr_timestamp(struct wr *w, const struct seg *s)
{
	wr_be16(w, 8 << 8 | 10);
	wr_be32(w, s->ts_val);
	wr_be32(w, s->ts_ecr);
}

/* One word of a layout; false when it is none. */
static bool
wr_option(struct wr *w, const char *word, size_t n, const struct os_stack *st,
    const struct seg *s)
{
	struct str o = { word, n };

	if (str_eq(o, STR("mss"))) {
		wr_be16(w, 2 << 8 | 4);
		wr_be16(w, stack_mss(st, &s->src));
	} else if (str_eq(o, STR("nop"))) {
		wr_u8(w, 1);
	} else if (str_eq(o, STR("ws"))) {
		wr_be16(w, 3 << 8 | 3);
		wr_u8(w, st->ws);
	} else if (str_eq(o, STR("sok"))) {
		wr_be16(w, 4 << 8 | 2);
	} else if (str_eq(o, STR("ts"))) {
		wr_timestamp(w, s);
	} else if (str_starts(o, STR("eol+"))) {
		for (int i = atoi(word + 4); i >= 0 && w->n < 40; i--)
			wr_u8(w, 0);
	} else {
		return false;
	}
	return true;
}

/* All options of a SYN, padded; 0 bytes on error, with *ok false. */
static size_t
syn_options(const struct os_stack *st, const struct seg *s, uint8_t out[64],
    bool *ok)
{
	struct wr w = { out, 0 };
	const char *p = st->layout;

	*ok = true;
	while (*p != '\0' && *ok) {
		size_t n = strcspn(p, ",");

		*ok = w.n <= 40 && wr_option(&w, p, n, st, s);
		p += n + (p[n] == ',');
	}
	while (w.n % 4 != 0)
		wr_u8(&w, 0);
	*ok = *ok && w.n <= 40;
	return *ok ? w.n : 0;
}

bool
stack_layout_ok(const char *layout)
{
	struct os_stack st = stacks[0];
	struct seg s = { .src = addr_v4(0) };
	uint8_t buf[64];
	bool ok;

	if (strlen(layout) >= sizeof(st.layout))
		return false;
	strcpy(st.layout, layout);
	(void)syn_options(&st, &s, buf, &ok);
	return ok;
}

static uint32_t
sum16(const uint8_t *p, size_t n, uint32_t sum)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	if (n % 2 != 0)
		sum += (uint32_t)p[n - 1] << 8;
	return sum;
}

static uint16_t
sum_end(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
patch_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* The TCP part at out[ip_n]; its length is returned. */
static size_t
put_tcp(const struct os_stack *st, const struct seg *s, uint8_t *out)
{
	uint8_t opts[64];
	struct wr o = { opts, 0 };
	struct wr w = { out, 0 };
	bool syn = (s->flags & SEG_SYN) != 0, ok;
	unsigned flags = s->flags | (syn && st->ecn ? 0xc0 : 0);
	size_t addrs = s->src.family == 4 ? 4 : 16;
	uint32_t sum;

	if (syn) {
		o.n = syn_options(st, s, opts, &ok);
	} else if (s->has_ts) {
		wr_be16(&o, 1 << 8 | 1);
		wr_timestamp(&o, s);
	}
	wr_be16(&w, s->sport);
	wr_be16(&w, s->dport);
	wr_be32(&w, s->seq);
	wr_be32(&w, s->ack);
	wr_be16(&w, (unsigned)(5 + o.n / 4) << 12 | flags);
	wr_be16(&w, s->window);
	wr_be32(&w, 0);
	wr_bytes(&w, opts, o.n);
	wr_bytes(&w, s->data, s->n);
	sum = sum16(s->src.b, addrs, IPPROTO_TCP + (uint32_t)w.n);
	sum = sum16(out, w.n, sum16(s->dst.b, addrs, sum));
	patch_be16(out + 16, sum_end(sum));
	return w.n;
}

static size_t
put_ipv4(const struct os_stack *st, const struct seg *s, uint16_t ip_id,
    uint8_t *out)
{
	struct wr w = { out, 0 };
	size_t n = 20 + put_tcp(st, s, out + 20);

	wr_be16(&w, 0x4500);
	wr_be16(&w, (unsigned)n);
	wr_be16(&w, st->id == STACK_ID_ZERO ? 0 : ip_id | 1u);
	wr_be16(&w, st->df ? 0x4000 : 0);
	wr_u8(&w, st->ttl - st->hops);
	wr_u8(&w, IPPROTO_TCP);
	wr_be16(&w, 0);
	wr_bytes(&w, s->src.b, 4);
	wr_bytes(&w, s->dst.b, 4);
	patch_be16(out + 10, sum_end(sum16(out, 20, 0)));
	return n;
}

static size_t
put_ipv6(const struct os_stack *st, const struct seg *s, uint16_t ip_id,
    uint8_t *out)
{
	struct wr w = { out, 0 };
	size_t n = put_tcp(st, s, out + 40);

	wr_be32(&w, 0x60000000u | (st->flow ? ip_id | 1u : 0));
	wr_be16(&w, (unsigned)n);
	wr_u8(&w, IPPROTO_TCP);
	wr_u8(&w, st->ttl - st->hops);
	wr_bytes(&w, s->src.b, 16);
	wr_bytes(&w, s->dst.b, 16);
	return 40 + n;
}

size_t
seg_build(const struct os_stack *st, const struct seg *s, uint16_t ip_id,
    uint8_t out[SEG_MAX])
{
	return s->src.family == 4 ? put_ipv4(st, s, ip_id, out) :
				    put_ipv6(st, s, ip_id, out);
}

/* Reads the IP header; leaves `r` at the TCP header, its end cut off. */
static bool
read_ip(struct rd *r, struct seg *out)
{
	uint8_t first = rd_u8(r), ihl = (first & 15) * 4;
	unsigned len;

	if (first >> 4 == 4) {
		rd_skip(r, 1);
		len = rd_be16(r);
		rd_skip(r, 8);
		const uint8_t *a = rd_take(r, 8);

		if (a == NULL || ihl < 20 || len < ihl)
			return false;
		out->src = addr_v4_bytes(a);
		out->dst = addr_v4_bytes(a + 4);
		rd_skip(r, ihl - 20u);
		*r = rd_sub(r, len - ihl);
	} else if (first >> 4 == 6) {
		rd_skip(r, 3);
		len = rd_be16(r);
		rd_skip(r, 2);
		const uint8_t *a = rd_take(r, 32);

		if (a == NULL)
			return false;
		out->src = addr_v6_bytes(a);
		out->dst = addr_v6_bytes(a + 16);
		*r = rd_sub(r, len);
	} else {
		return false;
	}
	return !r->bad;
}

static void
read_options(struct rd r, struct seg *out)
{
	while (r.n > 0 && !r.bad) {
		uint8_t kind = rd_u8(&r);
		struct rd o;

		if (kind == 0)
			return;
		if (kind == 1)
			continue;
		o = rd_sub(&r, (size_t)(uint8_t)(rd_u8(&r) - 2));
		if (kind == 2) {
			out->mss = rd_be16(&o);
		} else if (kind == 3) {
			out->ws = rd_u8(&o);
			out->has_ws = true;
		} else if (kind == 8) {
			out->ts_val = rd_be32(&o);
			out->ts_ecr = rd_be32(&o);
			out->has_ts = true;
		}
	}
}

bool
seg_parse(const uint8_t *ip, size_t n, struct seg *out)
{
	struct rd r = rd_init(ip, n);
	uint16_t off;

	*out = (struct seg){ .sport = 0 };
	if (!read_ip(&r, out))
		return false;
	out->sport = rd_be16(&r);
	out->dport = rd_be16(&r);
	out->seq = rd_be32(&r);
	out->ack = rd_be32(&r);
	off = rd_be16(&r);
	out->flags = (uint8_t)(off & 0xff);
	out->window = rd_be16(&r);
	rd_skip(&r, 4);
	if (off >> 12 < 5)
		return false;
	read_options(rd_sub(&r, (off >> 12) * 4u - 20), out);
	out->data = r.p;
	out->n = r.n;
	return !r.bad;
}
