/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/link.h"

#include "fp/span.h"

#define ETHER_HLEN 14
#define VLAN_HLEN  4
#define SNAP_HLEN  8
#define SLL_HLEN   16
#define SLL2_HLEN  20
#define NULL_HLEN  4
#define PPPOE_HLEN 6

/* Up to here a type is a length, or says what Linux cooked calls LLC. */
#define LENGTH_MAX 1500

enum ether_type {
	TYPE_IP4 = 0x0800,
	TYPE_VLAN = 0x8100,    /* 802.1Q */
	TYPE_VLAN_AD = 0x88a8, /* 802.1ad */
	TYPE_VLAN_91 = 0x9100, /* before there was 802.1ad */
	TYPE_VLAN_92 = 0x9200,
	TYPE_IP6 = 0x86dd,
	TYPE_PPPOE = 0x8864, /* the session; its discovery is 0x8863 */
};

enum ppp_proto {
	PPP_IP4 = 0x0021,
	PPP_IP6 = 0x0057,
	PPP_HDLC = 0xff03, /* address and control, in front of the protocol */
};

/* AF_INET is 2 everywhere; AF_INET6 depends on who wrote the file. */
enum null_family {
	NULL_INET = 2,
	NULL_INET6_LINUX = 10,
	NULL_INET6_NETBSD = 24, /* OpenBSD, too */
	NULL_INET6_FREEBSD = 28,
	NULL_INET6_DARWIN = 30,
};

static inline uint16_t
peek_be16(struct rd r, size_t at)
{
	rd_skip(&r, at);
	return rd_be16(&r);
}

/* One protocol byte is enough when it is odd; none of two begins so. */
static enum traits_verdict
read_ppp(struct span *s, unsigned *ver)
{
	enum traits_verdict v = span_need(s, 2);
	struct rd peek = s->r;
	uint16_t proto;

	if (v != TRAITS_OK)
		return v;
	if (rd_be16(&peek) == PPP_HDLC) {
		span_skip(s, 2);
		v = span_need(s, 2);
		if (v != TRAITS_OK)
			return v;
	}
	peek = s->r;
	proto = rd_u8(&peek);
	if (proto & 1)
		span_skip(s, 1);
	else
		proto = span_be16(s);
	if (proto != PPP_IP4 && proto != PPP_IP6)
		return TRAITS_NOT_IP;
	*ver = proto == PPP_IP4 ? 4 : 6;
	return TRAITS_OK;
}

static enum traits_verdict
read_pppoe(struct span *s, unsigned *ver)
{
	enum traits_verdict v = span_need(s, PPPOE_HLEN);
	struct rd r = s->r;

	if (v != TRAITS_OK)
		return v;
	/* Version 1, type 1, and code 0: a session's data. */
	if (rd_be16(&r) != 0x1100)
		return TRAITS_NOT_IP;
	span_skip(s, PPPOE_HLEN);
	return read_ppp(s, ver);
}

/* The type that ends LLC with SNAP; 0 for any other LLC. */
static uint16_t
snap_type(struct rd r)
{
	/* aa aa 03, then the organisation 00 00 00, which means types. */
	if (rd_be32(&r) != 0xaaaa0300 || rd_be16(&r) != 0)
		return 0;
	return rd_be16(&r);
}

/* What stands behind the type that ends a header of `n` bytes, and on. */
static enum traits_verdict
read_types(struct span *s, size_t n, uint16_t type, unsigned *ver)
{
	for (;;) {
		enum traits_verdict v;

		span_skip(s, n);
		switch (type) {
		case TYPE_IP4:
			*ver = 4;
			return TRAITS_OK;
		case TYPE_IP6:
			*ver = 6;
			return TRAITS_OK;
		case TYPE_PPPOE:
			return read_pppoe(s, ver);
		case TYPE_VLAN:
		case TYPE_VLAN_AD:
		case TYPE_VLAN_91:
		case TYPE_VLAN_92:
			n = VLAN_HLEN;
			break;
		default:
			if (type == 0 || type > LENGTH_MAX)
				return TRAITS_NOT_IP;
			n = SNAP_HLEN;
		}
		v = span_need(s, n);
		if (v != TRAITS_OK)
			return v;
		type = n == VLAN_HLEN ? peek_be16(s->r, VLAN_HLEN - 2) :
					snap_type(s->r);
	}
}

/* A header of `n` bytes, with the type in its bytes `at` and `at` + 1. */
static inline enum traits_verdict
read_header(struct span *s, size_t n, size_t at, unsigned *ver)
{
	enum traits_verdict v = span_need(s, n);

	if (v != TRAITS_OK)
		return v;
	return read_types(s, n, peek_be16(s->r, at), ver);
}

/* The byte order is the writer's; a family fits into one byte. */
static enum traits_verdict
read_null(struct span *s, unsigned *ver)
{
	enum traits_verdict v = span_need(s, NULL_HLEN);
	struct rd r = s->r;
	uint32_t family = rd_be32(&r);

	if (v != TRAITS_OK)
		return v;
	span_skip(s, NULL_HLEN);
	if ((family & 0x00ffffff) == 0)
		family >>= 24;
	switch (family) {
	case NULL_INET:
		*ver = 4;
		return TRAITS_OK;
	case NULL_INET6_LINUX:
	case NULL_INET6_NETBSD:
	case NULL_INET6_FREEBSD:
	case NULL_INET6_DARWIN:
		*ver = 6;
		return TRAITS_OK;
	default:
		return TRAITS_NOT_IP;
	}
}

static inline enum traits_verdict
read_link(enum packet_link link, struct span *s, unsigned *ver)
{
	switch (link) {
	case PACKET_ETHERNET:
		return read_header(s, ETHER_HLEN, ETHER_HLEN - 2, ver);
	case PACKET_RAW:
		return TRAITS_OK;
	case PACKET_SLL:
		return read_header(s, SLL_HLEN, SLL_HLEN - 2, ver);
	case PACKET_SLL2:
		return read_header(s, SLL2_HLEN, 0, ver);
	case PACKET_NULL:
		return read_null(s, ver);
	case PACKET_PPP:
		return read_ppp(s, ver);
	case PACKET_PPPOE:
		return read_pppoe(s, ver);
	case PACKET_OTHER:
		break;
	}
	return TRAITS_LINK;
}

struct link
link_read(const struct packet *p)
{
	struct span s = span_init(p);
	unsigned ver = 0;
	enum traits_verdict v = read_link(p->link, &s, &ver);

	return (struct link){ p->caplen - (uint32_t)s.r.n, (uint16_t)ver,
		(uint16_t)v };
}
