/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftlayout - which sets and chains our tables have, and what is there now
 *
 * Internal to nft/.  One table of sets and one of chains serve both ways: to
 * make them and to judge those that the kernel has.  Reads descriptions only,
 * never elements.  Results are 0 or -errno.
 */
#ifndef ZFW_NFT_NFTLAYOUT_H
#define ZFW_NFT_NFTLAYOUT_H

#include "nft/nftpriv.h"

enum nft_chain_id {
	NFT_CHAIN_HOOK,        /* prerouting, or ingress */
	NFT_CHAIN_SYNS,        /* SYNs to our ports, from there */
	NFT_CHAIN_SAMPLE,      /* is this SYN one that leaks? */
	NFT_CHAIN_SPARED,      /* it is: no block holds it */
	NFT_CHAIN_FLOWS,       /* sessions that were cut */
	NFT_CHAIN_FRONT,       /* hook for tproxy */
	NFT_CHAIN_FRONT_NAT,   /* hook for redirect */
	NFT_CHAIN_FRONT_INPUT, /* who may reach the front's port */
	NFT_CHAIN_TO_FRONT,    /* SYNs from there */
	NFT_CHAIN_LEAKED,      /* those that the leak let through */
	NFT_CHAINS,
};

struct nftlayout {
	bool table;
	bool have[NFT_SETS];
	bool chain[NFT_CHAINS];
	bool moved; /* the ingress chain has other interfaces */
	bool other; /* something in it is not ours or made differently */
};

/* What the kernel has now, judged by the configuration. */
int nftlayout_read(struct nft *n, enum nft_table_id t, struct nftlayout *lay);
/* Is the table there: 1, 0 or -errno. */
int nftlayout_table(struct nft *n, enum nft_table_id t);

const char *nftlayout_set_name(enum nft_set_id id);
/* NFT_SETS when it is none of ours. */
enum nft_set_id nftlayout_set_id(const char *name);
/* Should that table have this set, as configured and as the kernel can? */
bool
nftlayout_wants(const struct nft *n, enum nft_table_id t, enum nft_set_id id);
/* Of a whole address, network or stack that is refused, in either table. */
static inline bool
nftlayout_is_block(enum nft_set_id id)
{
	return id >= NFT_SET_BLOCK4 && id <= NFT_SET_REJECT6;
}
static inline bool
nftlayout_in(enum nft_table_id t, enum nft_set_id id)
{
	return t == NFT_INET || id < NFT_SET_REJECT4;
}
/* Adds the message that makes (or deletes) this set. */
void nftlayout_put_set(struct nft *n, enum nft_set_id id);
void nftlayout_del_set(struct nft *n, enum nft_set_id id);

const char *nftlayout_chain_name(enum nft_table_id t, enum nft_chain_id id);
bool nftlayout_wants_chain(const struct nft *n, enum nft_table_id t,
    enum nft_chain_id id);
void
nftlayout_put_chain(struct nft *n, enum nft_table_id t, enum nft_chain_id id);
void
nftlayout_del_chain(struct nft *n, enum nft_table_id t, enum nft_chain_id id);

#endif
