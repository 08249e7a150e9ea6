/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardallow - the allow list, as the engine sends it
 *
 * The networks come one by one between a begin and an end, and replace the
 * old list in one transaction.  A list that is too long, or a kernel that
 * refuses it, leaves the old one in place.  Owned by guardapply; logs what
 * went wrong and returns it.
 */
#ifndef ZFW_DAEMON_GUARDALLOW_H
#define ZFW_DAEMON_GUARDALLOW_H

#include "nft/nft.h"

struct guardallow { /* embedded in guardapply; private */
	struct net *v;
	size_t n, room;
	bool receiving; /* between begin and end, no error so far */
};

void guardallow_fini(struct guardallow *l);
void guardallow_begin(struct guardallow *l);
int guardallow_net(struct guardallow *l, const struct net *n); /* 0, -ENFILE */
/* `on`: the table is there.  0 or -errno. */
int guardallow_end(struct guardallow *l, struct nft *nft, bool on);

#endif
