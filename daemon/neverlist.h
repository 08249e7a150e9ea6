/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * neverlist - whom the guard refuses to block, whatever the engine says
 *
 * The configuration's networks (built-in ranges less lifted ones, never_block
 * and our own hosts: policy.never and policy.ours), and beside them the host's
 * addresses, default gateways and nameservers, which nothing lifts.  Part of
 * neverblock, which fills it; pure but for its callback.  The second part is
 * filled in sweeps: begin, one neverlist_found() for each, end; what was not
 * found again goes.  The callback tells each address that comes or goes.
 */
#ifndef ZFW_DAEMON_NEVERLIST_H
#define ZFW_DAEMON_NEVERLIST_H

#include "daemon/policy.h"

#define NEVERLIST_OWN_MAX 4096

enum neverlist_kind {
	NEVERLIST_ADDRESS, /* of this host */
	NEVERLIST_GATEWAY, /* of a default route */
	NEVERLIST_NAMESERVER,
	NEVERLIST_KINDS,
};

/* `net` is a /32 or /128. */
typedef void neverlist_cb(void *arg, const struct net *net, bool added);

struct neverlist {
	const struct net_list *fixed[2]; /* borrowed; NULL = none */
	neverlist_cb *cb;                /* may be NULL */
	void *arg;
	size_t own_n;
	struct neverlist_own {
		struct net net;
		uint8_t kind;
		bool found; /* in the running sweep */
	} own[NEVERLIST_OWN_MAX];
};

/* Why any part of `net` may not be blocked, in words; NULL when it may. */
const char *neverlist_why(const struct neverlist *l, const struct net *net);
/* Each address of the second part once, as added. */
void neverlist_each(const struct neverlist *l, neverlist_cb *cb, void *arg);

void neverlist_sweep(struct neverlist *l, enum neverlist_kind kind);
/* 0, or -ENOSPC: there are more than NEVERLIST_OWN_MAX. */
int neverlist_found(struct neverlist *l, enum neverlist_kind kind,
    const struct addr *a);
void neverlist_swept(struct neverlist *l, enum neverlist_kind kind);

/* The `nameserver` lines of a resolv.conf, as a whole sweep: how many. */
int neverlist_resolv(struct neverlist *l, struct str text);

#endif
