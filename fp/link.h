/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * link - stage 2 of 8: from the first byte of a packet to its IP header
 *
 * Steps over the link layer of every kind in enum packet_link: Ethernet with
 * any stack of VLAN tags and LLC/SNAP, PPPoE sessions (behind tags, too) and
 * PPP, Linux cooked captures of both versions, BSD loopback, and nothing at
 * all.  Called by traits_parse() for every packet; pure, and no length of
 * the link layer is trusted: the IP header says how long it is.  Odd input
 * is a verdict.
 */
#ifndef ZFW_FP_LINK_H
#define ZFW_FP_LINK_H

#include "fp/traits.h"

struct link {
	uint32_t hlen;    /* bytes before the IP header, all captured */
	uint16_t ver;     /* 4 or 6 as the link layer calls it; 0: unsaid */
	uint16_t verdict; /* enum traits_verdict */
};

struct link link_read(const struct packet *p);

#endif
