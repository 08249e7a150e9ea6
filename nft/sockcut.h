/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sockcut - closes a TCP socket of this machine from outside
 *
 * SOCK_DESTROY over sock_diag: both ends are reset at once.  Used by the
 * guard for sessions of convicted clients.  The socket is opened while root;
 * each call needs CAP_NET_ADMIN.  Only finds sockets of our own network
 * namespace: -ENOENT for others (then nft_cut_flow()).  -EOPNOTSUPP: a kernel
 * without CONFIG_INET_DIAG_DESTROY.  Waits for the kernel's answer, which
 * comes at once.
 */
#ifndef ZFW_NFT_SOCKCUT_H
#define ZFW_NFT_SOCKCUT_H

#include "fp/addr.h"

struct sockcut;

struct sockcut *sockcut_open(void); /* NULL with errno set */
void sockcut_close(struct sockcut *c);
/*
 * The session as the client sees it: its address and port, and the server's.
 * 0 or -errno.  Sockets that listen on :: hold IPv4 sessions, too: found by
 * the IPv4 addresses.
 */
int sockcut(struct sockcut *c, const struct addr *client, uint16_t cport,
    const struct addr *server, uint16_t sport);

#endif
