/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftchains - how each of our chains is made
 *
 * Internal to nft/, for nftlayout: a chain cannot be moved to another hook,
 * so one that is there must be as we make it.  The rest of what nftchains.c
 * does is in nftlayout.h.  Pure.
 */
#ifndef ZFW_NFT_NFTCHAINS_H
#define ZFW_NFT_NFTCHAINS_H

#include <libnftnl/chain.h>

#include "nft/nftlayout.h"

/* NFT_CHAINS when it is none of ours. */
enum nft_chain_id nftchains_id(enum nft_table_id t, const char *name);
bool nftchains_is(enum nft_table_id t, enum nft_chain_id id,
    const struct nftnl_chain *c);
/* Is the ingress chain hooked to just the interfaces it should be? */
bool nftchains_same_devs(const struct nft *n, const struct nftnl_chain *c);

#endif
