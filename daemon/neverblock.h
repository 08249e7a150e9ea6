/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * neverblock - the guard's never-block list, kept current
 *
 * Owns a neverlist and a rtnetlink socket (no privilege needed).  Opening
 * reads the addresses, default gateways and nameservers of the host; later
 * notifications only say that it is time to look: then all addresses, or all
 * routes, are read anew, so a lost notification or a replaced route does no
 * harm.  neverblock_read() is called when the descriptor is readable, does a
 * bounded slice and never blocks.  Results are 0 or -errno; an error leaves
 * the list as it was and the next change tries again.
 */
#ifndef ZFW_DAEMON_NEVERBLOCK_H
#define ZFW_DAEMON_NEVERBLOCK_H

#include "daemon/neverlist.h"

struct config;
struct neverblock;

/*
 * The callback hears of what comes and goes after this; neverblock_each()
 * has what is there.  The config is borrowed.  NULL with errno set.
 */
struct neverblock *
neverblock_open(const struct config *c, neverlist_cb *cb, void *arg);
void neverblock_close(struct neverblock *nb);
int neverblock_fd(const struct neverblock *nb);
/* -ENOSPC: the host has more than NEVERLIST_OWN_MAX addresses. */
int neverblock_read(struct neverblock *nb);

/* Is any part of `net` on the list?  And why, in words, or NULL. */
bool neverblock_has(const struct neverblock *nb, const struct net *net);
const char *neverblock_why(const struct neverblock *nb, const struct net *net);
/* The host's addresses, default gateways and nameservers, as added. */
void neverblock_each(const struct neverblock *nb, neverlist_cb *cb, void *arg);

#endif
