/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftwatch - notices when somebody else changes our table
 *
 * A socket in the NFNLGRP_NFTABLES group.  nftwatch_read() drains it and says
 * what a foreign process did to `inet zfw`; our own changes (told by the
 * netlink port ids given) and other tables' are passed over.  ENOBUFS, i.e.
 * lost events, is NFTWATCH_LOOK: go and see.  Non-blocking; owned by the
 * guard.
 */
#ifndef ZFW_NFT_NFTWATCH_H
#define ZFW_NFT_NFTWATCH_H

#include <stdint.h>

enum nftwatch_what {
	NFTWATCH_NOTHING,
	NFTWATCH_CHANGED, /* a chain, rule, set or element of ours, by others */
	NFTWATCH_DELETED, /* the table */
	NFTWATCH_LOOK,    /* events were lost */
};

struct nft;
struct nftwatch;

struct nftwatch *nftwatch_open(void); /* NULL with errno set */
void nftwatch_close(struct nftwatch *w);
int nftwatch_fd(const struct nftwatch *w);
enum nftwatch_what nftwatch_read(struct nftwatch *w, const struct nft *own);

#endif
