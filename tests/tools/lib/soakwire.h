/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * soakwire - tests only: both ends of a gateway, in one process
 *
 * Two packet sockets in two network namespaces: one where the clients are and
 * one where the mail server is, with the gateway between them.  IP packets
 * go out in batches; what is read is only what tells something: at the server
 * SYNs and RSTs that the gateway let through, at the clients what did not
 * come from our server (whose packets have traffic class SOAKWIRE_CLASS).
 * Used by soakgen; one object, owned by main.  0 or -errno.
 */
#ifndef ZFW_TESTS_TOOLS_SOAKWIRE_H
#define ZFW_TESTS_TOOLS_SOAKWIRE_H

#include "tests/tools/lib/stack.h"

#define SOAKWIRE_BATCH 64
#define SOAKWIRE_CLASS 0x20
#define SOAKWIRE_IN    65600 /* GRO makes long packets */

enum soakwire_end { SOAK_WORLD, SOAK_MX };

struct soakwire_out {
	unsigned n;
	uint16_t len[SOAKWIRE_BATCH];
	uint8_t ip[SOAKWIRE_BATCH][SEG_MAX];
};

struct soakwire {
	struct {
		int fd, ifindex;
		uint8_t mac[6]; /* of the gateway */
		struct soakwire_out out;
		uint64_t refused; /* packets that the interface did not take */
	} end[2];
	uint8_t in[SOAKWIRE_IN];
};

/* `where` is NAMESPACE-FILE,INTERFACE,GATEWAY-MAC. */
int soakwire_open(struct soakwire *w, enum soakwire_end end, const char *where);

/* The packet is seg_build()'s; it leaves at the next flush. */
void soakwire_send(struct soakwire *w, enum soakwire_end end,
    const struct os_stack *st, const struct seg *s, uint16_t ip_id);
void soakwire_flush(struct soakwire *w);

/* The next segment that has come to an end; false when there is none.  Its
 * data is good until the next call. */
bool soakwire_recv(struct soakwire *w, enum soakwire_end end, struct seg *out);

#endif
