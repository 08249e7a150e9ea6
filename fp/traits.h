/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * traits - stage 2 of 8: packet bytes -> IP and TCP traits
 *
 * Reads one IPv4 or IPv6 packet behind any link layer of fp/link, extension
 * headers included, and never trusts a length; segments that offloading
 * joined may be longer than 64 KB.  Called for every captured packet; pure,
 * no memory.  Odd input is a verdict for the caller to count, not an error.
 * Slices borrow from the packet.
 */
#ifndef ZFW_FP_TRAITS_H
#define ZFW_FP_TRAITS_H

#include "fp/addr.h"
#include "fp/packet.h"
#include "fp/stack.h"

#define TRAITS_OPTS_MAX 24 /* as p0f: at most so many in a layout */

enum traits_verdict {
	TRAITS_OK,
	TRAITS_LINK,      /* not a link layer that we read */
	TRAITS_NOT_IP,    /* ARP, ... */
	TRAITS_NOT_TCP,   /* UDP, ICMP, ... */
	TRAITS_FRAGMENT,  /* not the first fragment, or too little of it */
	TRAITS_TRUNCATED, /* cut short by the snaplen or by its own lengths */
	TRAITS_MALFORMED, /* lengths contradict each other */
	TRAITS_VERDICTS,
};
extern const char *const traits_verdict_name[TRAITS_VERDICTS];

enum traits_tcp_flag {
	TCPF_FIN = 0x01,
	TCPF_SYN = 0x02,
	TCPF_RST = 0x04,
	TCPF_PSH = 0x08,
	TCPF_ACK = 0x10,
	TCPF_URG = 0x20,
	TCPF_ECE = 0x40,
	TCPF_CWR = 0x80,
	TCPF_NS = 0x100,
};

/* p0f 3 quirks, as bits, in the order in which they are printed */
enum traits_quirk {
	Q_DF = 1 << 0,
	Q_ID_NZ = 1 << 1,       /* id+ */
	Q_ID_ZERO = 1 << 2,     /* id- */
	Q_ECN = 1 << 3,         /* ecn */
	Q_RESERVED = 1 << 4,    /* 0+ */
	Q_FLOW = 1 << 5,        /* flow */
	Q_SEQ_ZERO = 1 << 6,    /* seq- */
	Q_ACK_NZ = 1 << 7,      /* ack+ */
	Q_ACK_ZERO = 1 << 8,    /* ack- */
	Q_URG_NZ = 1 << 9,      /* uptr+ */
	Q_URG = 1 << 10,        /* urgf+ */
	Q_PUSH = 1 << 11,       /* pushf+ */
	Q_TS_ZERO = 1 << 12,    /* ts1- */
	Q_PEER_TS_NZ = 1 << 13, /* ts2+ */
	Q_EOL_NZ = 1 << 14,     /* opt+ */
	Q_EXWS = 1 << 15,       /* exws */
	Q_BAD = 1 << 16,        /* bad */
};

struct traits {
	struct addr src, dst;
	uint16_t sport, dport;
	uint8_t ver; /* 4 or 6 */
	uint8_t ttl; /* or hop limit */
	uint8_t tos;
	uint8_t ip_optlen;  /* IPv4 option bytes */
	uint16_t ip_totlen; /* IPv4 total, IPv6 payload length; 0: joined */
	uint16_t ip_id;
	uint16_t hdrlen; /* IP (with options, extensions) + TCP header */
	uint16_t flags;  /* enum traits_tcp_flag */
	uint32_t seq, ack;
	uint16_t window;
	uint16_t mss;   /* meaningful when has_mss */
	uint8_t wscale; /* meaningful when has_ws */
	bool has_mss, has_ws, has_ts, has_sok;
	uint32_t ts_val, ts_ecr;
	uint8_t opts_n;
	uint8_t
	    opts[TRAITS_OPTS_MAX]; /* option kinds in order; 0 = EOL, last */
	uint8_t eol_pad;           /* option bytes after the EOL byte */
	uint32_t quirks;           /* enum traits_quirk */
	const uint8_t *payload;    /* what was captured of it */
	uint32_t payload_cap;      /* bytes there */
	uint32_t payload_len;      /* bytes by the IP header */
	const uint8_t *ip;         /* where the IP header starts ... */
	uint32_t ip_caplen;        /* ... and how much of it is there */
};

enum traits_verdict traits_parse(const struct packet *p, struct traits *t);

/* What a narrow block knows the SYN by. */
static inline struct stack
traits_stack(const struct traits *t)
{
	return (struct stack){ t->ip_totlen, t->window,
		(uint16_t)(t->has_mss ? t->mss : 0), t->has_mss };
}

/* SYN without FIN, RST, ACK: what the block sets are matched on. */
static inline bool
traits_is_syn(const struct traits *t)
{
	return (t->flags & (TCPF_FIN | TCPF_SYN | TCPF_RST | TCPF_ACK)) ==
	    TCPF_SYN;
}

#endif
