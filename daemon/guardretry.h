/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardretry - elements that the kernel did not take, to be tried again
 *
 * Short of memory, or interrupted, the kernel refuses what it takes a moment
 * later.  guardapply puts each operation that failed here and takes all of
 * them a second later; one that fails GUARDRETRY_TRIES times is given back to
 * it as refused.  One entry for each element (network, stack, action), the
 * last operation counts.  Bounded; pure.
 */
#ifndef ZFW_DAEMON_GUARDRETRY_H
#define ZFW_DAEMON_GUARDRETRY_H

#include "nft/nft.h"

#define GUARDRETRY_TRIES 3 /* besides the first */
#define GUARDRETRY_MAX   NFT_BATCH_MAX

struct guardretry { /* embedded in guardapply; private */
	struct nft_op ops[GUARDRETRY_MAX];
	uint8_t tries[GUARDRETRY_MAX];
	bool waits[GUARDRETRY_MAX];
	size_t n;
};

/* It failed with this; false: it will not be tried again. */
bool guardretry_put(struct guardretry *r, const struct nft_op *op, int err);
/*
 * All that wait, as they were put.  Those that were taken before and have not
 * failed since are forgotten.
 */
size_t guardretry_take(struct guardretry *r, struct nft_op out[GUARDRETRY_MAX]);
void guardretry_clear(struct guardretry *r);

#endif
