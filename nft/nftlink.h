/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftlink - which of the configured interfaces are there
 *
 * Internal to nft/.  Recent kernels take a chain on an interface that does
 * not exist without a word, older ones refuse the whole transaction: so they
 * are asked first, over rtnetlink.  Answers come at once.
 */
#ifndef ZFW_NFT_NFTLINK_H
#define ZFW_NFT_NFTLINK_H

#include "nft/nftpriv.h"

int nftlink_open(struct nft *n); /* 0 or -errno */
void nftlink_close(struct nft *n);
/* Fills n->devs; a sentence about those that are not there goes to `says`. */
void nftlink_look(struct nft *n, char *says, size_t room);

#endif
