/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftsets - how each of our sets is made
 *
 * Internal to nft/, for nftlayout: is a set of the kernel as we would make
 * it?  The rest of what nftsets.c does is in nftlayout.h.  Pure.
 */
#ifndef ZFW_NFT_NFTSETS_H
#define ZFW_NFT_NFTSETS_H

#include <libnftnl/set.h>

#include "nft/nftpriv.h"

bool
nftsets_is(const struct nft *n, enum nft_set_id id, const struct nftnl_set *s);

#endif
