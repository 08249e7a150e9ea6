/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardlist - networks that are always blocked: block_file in the kernel
 *
 * The engine, which reads the files, sends all networks at each start and
 * reload; the guard keeps them, takes out of them whatever may never be
 * blocked, and puts the rest into blocklist4/6 in one transaction.  When an
 * address becomes one that may never be blocked it does so again.  In shadow
 * mode the sets are empty.  Errors are logged; the sets stay as they were.
 */
#ifndef ZFW_DAEMON_GUARDLIST_H
#define ZFW_DAEMON_GUARDLIST_H

#include "daemon/neverblock.h"
#include "nft/nft.h"

struct guardlist_conf {
	struct nft *nft;
	const struct policy *policy; /* borrowed: shadow mode, never, ours */
	const struct neverblock *never;
};

struct guardlist { /* embedded in the guard; private */
	struct guardlist_conf conf;
	struct net_list now, next;
	size_t next_room;
	bool receiving;
	bool on;       /* the table is there ... */
	uint64_t hash; /* ... with this list; 0: nobody knows */
};

void guardlist_init(struct guardlist *l, const struct guardlist_conf *c);
void guardlist_fini(struct guardlist *l);
/*
 * The table came or went; nothing is sent.  `fresh`: what is in the sets is
 * not what we put there.
 */
void guardlist_table(struct guardlist *l, bool on, bool fresh);

/* MSG_LIST_BEGIN, _NET, _END: the latter 0 or -errno. */
void guardlist_begin(struct guardlist *l);
void guardlist_net(struct guardlist *l, const struct net *n);
int guardlist_end(struct guardlist *l);
/* That one may never be blocked from now on. */
void guardlist_spare(struct guardlist *l, const struct net *n);

#endif
