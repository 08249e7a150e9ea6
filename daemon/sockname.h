/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sockname - addresses as the socket calls want them
 *
 * The two families in one value, for bind(), connect() and getsockname().
 * Ports in host order.  Pure.
 */
#ifndef ZFW_DAEMON_SOCKNAME_H
#define ZFW_DAEMON_SOCKNAME_H

#include <arpa/inet.h>
#include <netinet/in.h>

#include "fp/addr.h"

union sockname {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Fills *n and returns its length. */
static inline socklen_t
sockname_set(union sockname *n, const struct addr *a, uint16_t port)
{
	memset(n, 0, sizeof(*n));
	if (a->family == 4) {
		n->v4.sin_family = AF_INET;
		n->v4.sin_port = htons(port);
		memcpy(&n->v4.sin_addr, a->b, 4);
		return sizeof(n->v4);
	}
	n->v6.sin6_family = AF_INET6;
	n->v6.sin6_port = htons(port);
	memcpy(&n->v6.sin6_addr, a->b, 16);
	return sizeof(n->v6);
}

static inline uint16_t
sockname_port(const union sockname *n)
{
	return ntohs(
	    n->any.sa_family == AF_INET ? n->v4.sin_port : n->v6.sin6_port);
}

#endif
