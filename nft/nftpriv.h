/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftpriv - what a `struct nft` is made of
 *
 * Internal to nft/: shared by the files that install the table, change
 * elements and replace the allow list.  nft_fail() keeps the sentence that
 * nft_error() returns and gives back its `err`, so that a failure is one
 * line where it happens.
 */
#ifndef ZFW_NFT_NFTPRIV_H
#define ZFW_NFT_NFTPRIV_H

#include "nft/nft.h"
#include "nft/nftbatch.h"

enum nft_set_id {
	NFT_SET_ALLOW4,
	NFT_SET_ALLOW6,
	NFT_SET_BLOCK4,
	NFT_SET_BLOCK6,
	NFT_SET_QUEUE_PORTS,
	NFT_SETS,
};

struct nft {
	struct nft_conf conf;
	struct nftbatch batch;
	enum nft_queue_how how;
	unsigned expect_there; /* batches whose NFT_ADDs will be renewals */
	char error[256];
	int results[NFT_BATCH_MAX]; /* of the last nft_apply() */
	size_t results_n;
};

int nft_fail(struct nft *n, int err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
