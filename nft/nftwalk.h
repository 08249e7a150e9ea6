/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftwalk - reads what is in our block sets, a piece at a time
 *
 * A dump costs the kernel time in proportion to the square of the set: a
 * million elements take it half a minute.  So nobody waits for one: the owner
 * reads a piece of some hundred elements, does something else, and reads the
 * next.  A piece was made while the one before it was read; what comes or goes
 * meanwhile may be told or not.  Has a socket of its own, on which nothing
 * else is said.  Used by the guard (guardaudit).
 */
#ifndef ZFW_NFT_NFTWALK_H
#define ZFW_NFT_NFTWALK_H

#include "nft/nft.h"

#define NFTWALK_FOREVER UINT32_MAX /* timeout_s of one without a timeout */

struct nftwalk;

struct nftwalk *nftwalk_open(void); /* NULL with errno set */
void nftwalk_close(struct nftwalk *w);

/* All sets of both tables from now on; also in the middle of a walk. */
void nftwalk_begin(struct nftwalk *w);
/*
 * One piece: `fn` is told each element as NFT_DEL, with the seconds that it
 * has left.  1: go on, 0: that was all, -errno: the walk is over early.
 */
int nftwalk_step(struct nftwalk *w,
    void (*fn)(void *arg, const struct nft_op *op), void *arg);

#endif
