/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftwork - element changes of one transaction
 *
 * Internal to nft/.  nftbulk packs hundreds into a message, and the kernel
 * takes all or none; nftwork sends one message per change, so that the kernel
 * names each that failed and the others go in with the next round.  `count`
 * is at most nftwork_room(); results are 0 or -errno for each.
 */
#ifndef ZFW_NFT_NFTWORK_H
#define ZFW_NFT_NFTWORK_H

#include "nft/nftelem.h"

/* Operations that fit into one transaction: half when there are two tables. */
static inline size_t
nftwork_room(const struct nft *n)
{
	return n->ingress ? NFT_BATCH_MAX / 2 : NFT_BATCH_MAX;
}

void nftwork_ops(struct nft *n, const struct nft_op *ops, size_t count,
    int *results);
/* Puts these elements there, whether they are or not. */
void nftwork_elems(struct nft *n, const struct elem *elems, size_t count,
    int *results);

/* True: all went in (or could not be, by themselves).  False: use nftwork. */
bool nftbulk_ops(struct nft *n, const struct nft_op *ops, size_t count,
    int *results);

#endif
