/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/traits.h"

#include "fp/link.h"
#include "fp/span.h"

#define IP4_HLEN        20
#define IP4_RESERVED    0x8000
#define IP4_DF          0x4000
#define IP4_MF          0x2000
#define IP4_OFFSET      0x1fff
#define IP6_HLEN        40
#define IP6_FRAG_OFFSET 0xfff8
#define IP_ECN          0x03
#define TCP_HLEN        20

/*
 * Offloading joins segments to packets for which 16 bits are too few, and
 * some drivers leave the length to the hardware: the length is then 0.  No
 * stranger's frame is longer than this on its way here; in a shorter one, 0
 * is a lie, and what is behind the header may be padding.
 */
#define JOINED_MIN 1501

enum ip_proto {
	PROTO_HOPOPTS = 0,
	PROTO_TCP = 6,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_AH = 51,
	PROTO_DSTOPTS = 60,
};

enum tcp_opt {
	OPT_EOL = 0,
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_WS = 3,
	OPT_SOK = 4,
	OPT_SACK = 5,
	OPT_TS = 8,
};

const char *const traits_verdict_name[TRAITS_VERDICTS] = {
	[TRAITS_OK] = "ok",
	[TRAITS_LINK] = "link",
	[TRAITS_NOT_IP] = "not-ip",
	[TRAITS_NOT_TCP] = "not-tcp",
	[TRAITS_FRAGMENT] = "fragment",
	[TRAITS_TRUNCATED] = "truncated",
	[TRAITS_MALFORMED] = "malformed",
};

static uint32_t
ip4_quirks(uint16_t frag, uint16_t id)
{
	uint32_t q = 0;

	if (frag & IP4_DF)
		q |= id != 0 ? Q_DF | Q_ID_NZ : Q_DF;
	else if (id == 0)
		q |= Q_ID_ZERO;
	if (frag & IP4_RESERVED)
		q |= Q_RESERVED;
	return q;
}

/* Bytes of the packet that `s` begins with, by its header or the wire. */
static size_t
ip_length(const struct span *s, size_t said, bool zero)
{
	return zero && s->wire >= JOINED_MIN ? s->wire : said;
}

/*
 * Reads the fixed part and steps over the options.  *fragment is set when
 * this is the first of several fragments.
 */
static enum traits_verdict
read_ip4(struct span *s, struct traits *t, bool *fragment)
{
	enum traits_verdict v = span_need(s, IP4_HLEN);
	struct rd r = span_reader(s, IP4_HLEN);
	size_t hlen, len;
	uint16_t frag;
	uint8_t proto;
	const uint8_t *src, *dst;

	if (v != TRAITS_OK)
		return v;
	hlen = (rd_u8(&r) & 0x0fU) * 4U;
	t->tos = rd_u8(&r);
	t->ip_totlen = rd_be16(&r);
	t->ip_id = rd_be16(&r);
	frag = rd_be16(&r);
	t->ttl = rd_u8(&r);
	proto = rd_u8(&r);
	rd_skip(&r, 2);
	src = rd_take(&r, 4);
	dst = rd_take(&r, 4);
	len = ip_length(s, t->ip_totlen, t->ip_totlen == 0);
	if (hlen < IP4_HLEN || len < hlen || dst == NULL)
		return TRAITS_MALFORMED;
	t->src = addr_v4_bytes(src);
	t->dst = addr_v4_bytes(dst);
	t->ip_optlen = (uint8_t)(hlen - IP4_HLEN);
	t->hdrlen = (uint16_t)hlen;
	t->quirks |= ip4_quirks(frag, t->ip_id);
	if (proto != PROTO_TCP)
		return TRAITS_NOT_TCP;
	if (frag & IP4_OFFSET)
		return TRAITS_FRAGMENT;
	*fragment = (frag & IP4_MF) != 0;
	v = span_cut(s, len);
	t->ip_caplen = (uint32_t)s->r.n;
	if (v == TRAITS_OK)
		v = span_need(s, hlen);
	if (v == TRAITS_OK)
		span_skip(s, hlen);
	return v;
}

/* Bytes of the extension header at `r`, 0 when `proto` is none. */
static size_t
ip6_ext_len(uint8_t proto, struct rd r)
{
	rd_skip(&r, 1);
	switch (proto) {
	case PROTO_HOPOPTS:
	case PROTO_ROUTING:
	case PROTO_DSTOPTS:
		return (rd_u8(&r) + 1U) * 8U;
	case PROTO_FRAGMENT:
		return 8;
	case PROTO_AH:
		return (rd_u8(&r) + 2U) * 4U;
	default:
		return 0;
	}
}

/* Walks the extension headers up to TCP. */
static enum traits_verdict
read_ip6_ext(struct span *s, struct traits *t, uint8_t proto, bool *fragment)
{
	while (proto != PROTO_TCP) {
		size_t n = ip6_ext_len(proto, s->r);
		enum traits_verdict v = span_need(s, n == 0 ? 0 : 2);
		struct rd r = s->r;
		uint16_t frag;

		if (n == 0)
			return TRAITS_NOT_TCP;
		if (v == TRAITS_OK)
			v = span_need(s, n);
		if (v != TRAITS_OK)
			return *fragment ? TRAITS_FRAGMENT : v;
		if (t->hdrlen + n > UINT16_MAX)
			return TRAITS_MALFORMED;
		if (proto == PROTO_FRAGMENT) {
			rd_skip(&r, 2);
			frag = rd_be16(&r);
			if (frag & IP6_FRAG_OFFSET)
				return TRAITS_FRAGMENT;
			/* The last bit is "more"; without it: atomic. */
			*fragment = *fragment || (frag & 1) != 0;
		}
		proto = rd_u8(&(struct rd){ s->r.p, s->r.n, s->r.bad });
		t->hdrlen = (uint16_t)(t->hdrlen + n);
		span_skip(s, n);
	}
	return TRAITS_OK;
}

static enum traits_verdict
read_ip6(struct span *s, struct traits *t, bool *fragment)
{
	enum traits_verdict v = span_need(s, IP6_HLEN);
	struct rd r = span_reader(s, IP6_HLEN);
	uint32_t first;
	uint8_t proto;
	const uint8_t *src, *dst;

	if (v != TRAITS_OK)
		return v;
	first = rd_be32(&r);
	t->tos = (uint8_t)(first >> 20);
	if (first & 0xfffffU)
		t->quirks |= Q_FLOW;
	t->ip_totlen = rd_be16(&r);
	proto = rd_u8(&r);
	t->ttl = rd_u8(&r);
	src = rd_take(&r, 16);
	dst = rd_take(&r, 16);
	if (dst == NULL)
		return TRAITS_MALFORMED;
	t->src = addr_v6_bytes(src);
	t->dst = addr_v6_bytes(dst);
	t->hdrlen = IP6_HLEN;
	v = span_cut(s,
	    ip_length(s, IP6_HLEN + (size_t)t->ip_totlen, t->ip_totlen == 0));
	t->ip_caplen = (uint32_t)s->r.n;
	if (v != TRAITS_OK)
		return v;
	span_skip(s, IP6_HLEN);
	return read_ip6_ext(s, t, proto, fragment);
}

static void
read_eol(struct rd *r, struct traits *t)
{
	t->eol_pad = (uint8_t)r->n;
	while (r->n > 0)
		if (rd_u8(r) != 0)
			t->quirks |= Q_EOL_NZ;
}

/*
 * Is the value of an option there of which we know the size?  A wrong length
 * byte is a quirk, yet the stacks that read it (and p0f) go by the size they
 * know.
 */
static inline bool
has_known(struct rd *r, struct traits *t, uint8_t size)
{
	if (r->n < size - 1U) {
		r->bad = true;
		return false;
	}
	if (rd_u8(r) != size)
		t->quirks |= Q_BAD;
	return true;
}

static inline void
read_mss(struct rd *r, struct traits *t)
{
	if (!has_known(r, t, 4))
		return;
	t->mss = rd_be16(r);
	t->has_mss = true;
}

static inline void
read_scale(struct rd *r, struct traits *t)
{
	if (!has_known(r, t, 3))
		return;
	t->wscale = rd_u8(r);
	t->has_ws = true;
	if (t->wscale > 14)
		t->quirks |= Q_EXWS;
}

static inline void
read_stamps(struct rd *r, struct traits *t)
{
	if (!has_known(r, t, 10))
		return;
	t->ts_val = rd_be32(r);
	t->ts_ecr = rd_be32(r);
	t->has_ts = true;
	if (t->ts_val == 0)
		t->quirks |= Q_TS_ZERO;
	if (traits_is_syn(t) && t->ts_ecr != 0)
		t->quirks |= Q_PEER_TS_NZ;
}

/* An option that is stepped over by its length byte. */
static void
skip_option(struct rd *r, uint8_t min, uint8_t max)
{
	uint8_t len = rd_u8(r);

	if (len < min || len > max)
		r->bad = true;
	else
		rd_skip(r, len - 2U);
}

static inline void
read_option(struct rd *r, struct traits *t, uint8_t kind)
{
	switch (kind) {
	case OPT_EOL:
		read_eol(r, t);
		break;
	case OPT_NOP:
		break;
	case OPT_MSS:
		read_mss(r, t);
		break;
	case OPT_WS:
		read_scale(r, t);
		break;
	case OPT_SOK:
		t->has_sok |= has_known(r, t, 2);
		break;
	case OPT_TS:
		read_stamps(r, t);
		break;
	case OPT_SACK:
		skip_option(r, 10, 34);
		break;
	default:
		skip_option(r, 2, 40);
		break;
	}
}

static void
read_options(struct rd r, struct traits *t)
{
	size_t n = 0;

	while (r.n > 0 && !r.bad && n < TRAITS_OPTS_MAX) {
		uint8_t kind = rd_u8(&r);

		t->opts[n++] = kind;
		read_option(&r, t, kind);
	}
	t->opts_n = (uint8_t)n;
	if (r.bad || r.n > 0)
		t->quirks |= Q_BAD;
}

static uint32_t
tcp_quirks(const struct traits *t, uint16_t urg_ptr)
{
	uint32_t q = 0;

	if ((t->flags & (TCPF_ECE | TCPF_CWR | TCPF_NS)) || (t->tos & IP_ECN))
		q |= Q_ECN;
	if (t->seq == 0)
		q |= Q_SEQ_ZERO;
	if (t->flags & TCPF_ACK)
		q |= t->ack == 0 ? Q_ACK_ZERO : 0;
	else if (t->ack != 0 && !(t->flags & TCPF_RST))
		q |= Q_ACK_NZ;
	if (t->flags & TCPF_URG)
		q |= Q_URG;
	else if (urg_ptr != 0)
		q |= Q_URG_NZ;
	if (t->flags & TCPF_PSH)
		q |= Q_PUSH;
	return q;
}

static enum traits_verdict
read_tcp(struct span *s, struct traits *t)
{
	enum traits_verdict v = span_need(s, TCP_HLEN);
	struct rd r = span_reader(s, TCP_HLEN);
	unsigned offset;
	size_t hlen;

	if (v != TRAITS_OK)
		return v;
	t->sport = rd_be16(&r);
	t->dport = rd_be16(&r);
	t->seq = rd_be32(&r);
	t->ack = rd_be32(&r);
	offset = rd_be16(&r);
	t->flags = offset & 0x1ff;
	t->window = rd_be16(&r);
	rd_skip(&r, 2);
	t->quirks |= tcp_quirks(t, rd_be16(&r));
	hlen = (offset >> 12) * 4U;
	if (hlen < TCP_HLEN)
		return TRAITS_MALFORMED;
	span_skip(s, TCP_HLEN);
	v = span_need(s, hlen - TCP_HLEN);
	if (v != TRAITS_OK)
		return v;
	t->hdrlen = (uint16_t)(t->hdrlen + hlen);
	read_options(span_reader(s, hlen - TCP_HLEN), t);
	span_skip(s, hlen - TCP_HLEN);
	t->payload = s->r.p;
	t->payload_cap = (uint32_t)s->r.n;
	t->payload_len = (uint32_t)s->wire;
	return TRAITS_OK;
}

/* Leaves the span at the IP header, whose version link and header agree on. */
static inline enum traits_verdict
read_link(const struct packet *p, struct span *s, unsigned *ver)
{
	struct link l = { 0, 0, TRAITS_OK };
	enum traits_verdict v;
	struct rd peek;

	*s = span_init(p);
	if (p->link != PACKET_RAW)
		l = link_read(p);
	if (l.verdict != TRAITS_OK)
		return (enum traits_verdict)l.verdict;
	span_skip(s, l.hlen);
	v = span_need(s, 1);
	if (v != TRAITS_OK)
		return v;
	peek = s->r;
	*ver = rd_u8(&peek) >> 4;
	if (l.ver != 0 && *ver != l.ver)
		return TRAITS_MALFORMED;
	return *ver == 4 || *ver == 6 ? TRAITS_OK : TRAITS_NOT_IP;
}

/*
 * By pieces: of one memset() gcc makes a string instruction, which would
 * take a quarter of the time of traits_parse().
 */
static inline void
clear(struct traits *t)
{
	char *at = (char *)t;
	size_t n = sizeof(*t);

	for (; n > 64; n -= 64, at += 64)
		memset(at, 0, 64);
	memset(at, 0, n);
}

enum traits_verdict
traits_parse(const struct packet *p, struct traits *t)
{
	enum traits_verdict v;
	struct span s;
	unsigned ver;
	bool fragment = false;

	clear(t);
	v = read_link(p, &s, &ver);
	if (v != TRAITS_OK)
		return v;
	t->ver = (uint8_t)ver;
	t->ip = s.r.p;
	t->ip_caplen = (uint32_t)s.r.n;
	v = ver == 4 ? read_ip4(&s, t, &fragment) : read_ip6(&s, t, &fragment);
	if (v != TRAITS_OK)
		return v;
	v = read_tcp(&s, t);
	/* A first fragment that ends within the header hides something. */
	if (v == TRAITS_MALFORMED && fragment)
		return TRAITS_FRAGMENT;
	return v;
}
