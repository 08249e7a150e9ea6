/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * packet - stage 1: what every capture source hands on
 *
 * One shape for libpcap (live or file) and NFQUEUE.  `data` is borrowed and
 * lives until the next read from the source.  Times are wall clock
 * microseconds since 1970, as the kernel or the file stamped them.  What
 * stands before the IP header is fp/link's matter.
 */
#ifndef ZFW_FP_PACKET_H
#define ZFW_FP_PACKET_H

#include <stdint.h>

enum packet_link {
	PACKET_ETHERNET, /* with any stack of tags, PPPoE, LLC/SNAP */
	PACKET_RAW,      /* starts at the IP header */
	PACKET_SLL,      /* Linux cooked, as the device `any` has it */
	PACKET_SLL2,     /* the same, version 2 */
	PACKET_NULL,     /* BSD loopback: an address family of 4 bytes */
	PACKET_PPP,      /* with or without the HDLC bytes ff 03 */
	PACKET_PPPOE,    /* starts at the PPPoE header */
	PACKET_OTHER,    /* a link type that we do not read (counted) */
};

struct packet {
	int64_t t_us;
	const uint8_t *data;
	uint32_t caplen;  /* bytes in data */
	uint32_t wirelen; /* bytes on the wire, >= caplen */
	enum packet_link link;
};

#endif
