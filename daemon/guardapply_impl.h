/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardapply_impl - what guardapply.c (what the engine says) and
 * guardrepair.c (what is put right without it) share
 *
 * For these files only.
 */
#ifndef ZFW_DAEMON_GUARDAPPLY_IMPL_H
#define ZFW_DAEMON_GUARDAPPLY_IMPL_H

#include "daemon/blockset.h"
#include "daemon/guardallow.h"
#include "daemon/guardapply.h"
#include "daemon/guardretry.h"
#include "daemon/log.h"

struct guardapply {
	struct nft *nft;
	struct guardsend *out;
	struct guardcut *cut;
	struct guardcheck check;
	struct blockset *blocks;
	struct net moving; /* unblocked in this flush; family 0: none */
	bool full_said;
	bool on;
	bool off;  /* by an admin */
	bool lost; /* the kernel said that the table is gone */
	int err;   /* first since the last MSG_SYNC, or 0 */
	struct nft_op ops[NFT_BATCH_MAX];
	size_t ops_n;
	struct guardretry retry;
	struct guardallow allow;
	struct guardapply_counts counts;
	struct log_limit limits[GUARD_BAD + 1], retry_limit;
	struct log_limit cut_limits[GUARD_BAD + 1];
};

/* As the kernel counts timeouts. */
static inline uint32_t
guardapply_s(int64_t now_ms)
{
	return (uint32_t)(now_ms / 1000);
}

/* guardapply.c: to be done with the next flush. */
void
guardapply_add(struct guardapply *a, const struct nft_op *op, int64_t now_ms);
/* guardrepair.c: what the kernel did not take. */
void guardapply_retry(struct guardapply *a, int64_t now_ms);

#endif
