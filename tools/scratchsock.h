/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scratchsock - the sockets of tools/scratch
 *
 * Internal to tools/scratch: listeners of the made-up mail server and front,
 * and the ends of the wire.  All are non-blocking and the caller's to close.
 * Results are a descriptor or -errno.
 */
#ifndef ZFW_TOOLS_SCRATCHSOCK_H
#define ZFW_TOOLS_SCRATCHSOCK_H

#include "tools/frame.h"

struct addr scratchsock_address(const char *text);
/* Port 0: any.  Transparent: for what tproxy hands over. */
int scratchsock_listen(const char *at, uint16_t port, bool transparent);
/* The port of a listener, or -errno. */
int scratchsock_port(int fd);
/* All packets of an interface, with their Ethernet headers. */
int scratchsock_packet(const char *iface);
/* Accepts until the session of that client comes; false: not there. */
bool scratchsock_accept(int fd, const struct frame *client, int *out);

#endif
