/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wire - tests only: whole IP packets to and from the network
 *
 * Sends prepared IP packets from any source address by AF_PACKET and receives
 * all TCP packets that arrive in this network namespace.  The next hop and
 * its hardware address come from rtnetlink.  Refuses every destination that
 * is not loopback or a documentation range: this tool forges addresses.
 * Needs root.  Used by ztraffic; one object, owned by main.
 */
#ifndef ZFW_TESTS_TOOLS_WIRE_H
#define ZFW_TESTS_TOOLS_WIRE_H

#include <net/ethernet.h>

#include "fp/addr.h"

#define WIRE_ROUTES 8
#define WIRE_PACKET 65600 /* GRO makes long ones */

struct wire_route {
	struct addr dst;
	int ifindex;
	uint8_t mac[ETHER_ADDR_LEN];
};

struct wire {
	int fd;
	struct wire_route routes[WIRE_ROUTES];
	size_t routes_n;
};

/* Loopback or documentation range? */
bool wire_allowed(const struct addr *a);

/* 0 or -errno. */
int wire_open(struct wire *w);
void wire_close(struct wire *w);

/* Finds next hop and hardware address; waits up to 2 s.  0 or -errno. */
int wire_resolve(struct wire *w, const struct addr *dst);

/* One packet to a resolved destination.  0 or -errno. */
int wire_send(struct wire *w, const struct addr *dst, const void *ip, size_t n);

/* The next packet that arrived: its length, or 0 when there is none. */
size_t wire_recv(struct wire *w, uint8_t buf[WIRE_PACKET]);

#endif
