/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * offline - the allow list while no daemon runs: store and kernel, by hand
 *
 * For zfw-whitelist.  Opens the store as the user who owns it, so that the
 * daemon finds its files as it left them, and changes the kernel as root.
 * What was done is done when a call returns 0; otherwise -errno with a
 * sentence in `err`.
 */
#ifndef ZFW_TOOLS_OFFLINE_H
#define ZFW_TOOLS_OFFLINE_H

#include "daemon/config.h"
#include "db/store.h"

#define OFFLINE_ERRLEN 512

struct offline {
	const struct config *config;
	struct store *store;
	bool table;    /* set by each change: a kernel table was there */
	size_t lifted; /* by offline_add() */
	char err[OFFLINE_ERRLEN];
};

int offline_open(struct offline *o, const struct config *c);
void offline_close(struct offline *o);

int offline_add(struct offline *o, const struct store_allow *a);
int offline_del(struct offline *o, const struct net *net); /* -ENOENT */
int offline_list(struct offline *o,
    void (*fn)(void *arg, const struct store_allow *a), void *arg);

#endif
