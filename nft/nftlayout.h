/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftlayout - which sets `inet zfw` has, and what is there already
 *
 * Internal to nft/.  One table of sets serves both ways: to make a set and to
 * judge one that the kernel has.  Reads descriptions only, never elements.
 * Results are 0 or -errno.
 */
#ifndef ZFW_NFT_NFTLAYOUT_H
#define ZFW_NFT_NFTLAYOUT_H

#include "nft/nftpriv.h"

#define NFTLAYOUT_CHAIN "prerouting" /* the hook */
#define NFTLAYOUT_SYNS  "smtp"       /* SYNs to SMTP ports, from there */

struct nftlayout {
	bool table;
	bool have[NFT_SETS];
	bool other; /* something in it is not ours or made differently */
};

/* What the kernel has now, judged by the configuration. */
int nftlayout_read(struct nft *n, struct nftlayout *lay);
const char *nftlayout_set_name(enum nft_set_id id);
/* Adds the message that makes (or deletes) this set; returns its number. */
int nftlayout_put_set(struct nft *n, enum nft_set_id id);
int nftlayout_del_set(struct nft *n, enum nft_set_id id);

#endif
