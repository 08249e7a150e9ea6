/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pkt - TCP packets for the tests of fp/, built from fields or hex
 *
 * pkt_build() fills a caller's buffer with a raw IPv4 or IPv6 packet whose
 * lengths are right; a test then breaks what it wants broken.  Checksums stay
 * zero: nothing of ours looks at them.
 */
#ifndef ZFW_TESTS_UNIT_FP_PKT_H
#define ZFW_TESTS_UNIT_FP_PKT_H

#include "fp/traits.h"

#include <stdio.h>
#include <stdlib.h>

#define PKT_MAX 4096

struct pkt {
	const char *src, *dst; /* default 192.0.2.7, 198.51.100.1 */
	uint16_t sport, dport; /* default 40000, 25 */
	uint32_t seq, ack;
	uint16_t flags; /* enum traits_tcp_flag */
	uint16_t window;
	uint8_t ttl; /* default 64 */
	uint8_t tos;
	uint16_t id, frag;
	const char *opts;    /* hex */
	const char *payload; /* text */
	size_t payload_n;    /* default strlen(payload) */
};

static inline size_t
pkt_hex(const char *hex, uint8_t *out)
{
	size_t n = 0;

	for (; hex != NULL && *hex != '\0'; hex++) {
		const char digits[3] = { hex[0], hex[1], '\0' };

		if (*hex == ' ')
			continue;
		out[n++] = (uint8_t)strtoul(digits, NULL, 16);
		hex++;
	}
	return n;
}

static inline struct addr
pkt_addr(const char *text)
{
	struct addr a = { 0 };

	if (!addr_parse((struct str){ text, strlen(text) }, &a)) {
		printf("pkt: not an address: %s\n", text);
		exit(2);
	}
	return a;
}

static inline void
pkt_be16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void
pkt_be32(uint8_t *p, uint32_t v)
{
	pkt_be16(p, v >> 16);
	pkt_be16(p + 2, v & 0xffff);
}

/* The IP header; returns its length. */
static inline size_t
pkt_ip(const struct pkt *k, uint8_t *b, size_t tcp_n)
{
	struct addr src = pkt_addr(k->src ? k->src : "192.0.2.7");
	struct addr dst = pkt_addr(k->dst ? k->dst : "198.51.100.1");
	uint8_t ttl = k->ttl ? k->ttl : 64;

	memset(b, 0, 40);
	if (src.family == 6) {
		b[0] = (uint8_t)(0x60 | k->tos >> 4);
		b[1] = (uint8_t)(k->tos << 4);
		pkt_be16(&b[4], tcp_n);
		b[6] = 6;
		b[7] = ttl;
		memcpy(&b[8], src.b, 16);
		memcpy(&b[24], dst.b, 16);
		return 40;
	}
	b[0] = 0x45;
	b[1] = k->tos;
	pkt_be16(&b[2], 20 + tcp_n);
	pkt_be16(&b[4], k->id);
	pkt_be16(&b[6], k->frag);
	b[8] = ttl;
	b[9] = 6;
	memcpy(&b[12], src.b, 4);
	memcpy(&b[16], dst.b, 4);
	return 20;
}

static inline struct packet
pkt_build(const struct pkt *k, uint8_t b[PKT_MAX], int64_t t_us)
{
	uint8_t tcp[PKT_MAX - 40] = { 0 };
	size_t opts = pkt_hex(k->opts, &tcp[20]), n = 20 + opts, ip, len;
	size_t data = k->payload_n;

	if (data == 0 && k->payload != NULL)
		data = strlen(k->payload);
	pkt_be16(&tcp[0], k->sport ? k->sport : 40000);
	pkt_be16(&tcp[2], k->dport ? k->dport : 25);
	pkt_be32(&tcp[4], k->seq);
	pkt_be32(&tcp[8], k->ack);
	pkt_be16(&tcp[12], n / 4 << 12 | k->flags);
	pkt_be16(&tcp[14], k->window);
	if (data > 0)
		memcpy(&tcp[n], k->payload, data);
	n += data;
	ip = pkt_ip(k, b, n);
	memcpy(&b[ip], tcp, n);
	len = ip + n;
	return (
	    struct packet){ t_us, b, (uint32_t)len, (uint32_t)len, PACKET_RAW };
}

#endif
