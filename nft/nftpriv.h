/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftpriv - what a `struct nft` is made of
 *
 * Internal to nft/: shared by the files that install the tables, change
 * elements and replace the allow list.  nft_fail() keeps the sentence that
 * nft_error() returns and gives back its `err`, so that a failure is one
 * line where it happens.  What a kernel may lack is a feature: the messages
 * that need it are marked with it, and one that is refused takes only its
 * feature out of the next try.
 */
#ifndef ZFW_NFT_NFTPRIV_H
#define ZFW_NFT_NFTPRIV_H

#include <netinet/in.h> /* before: */
#include <linux/netfilter.h>

#include "nft/nft.h"
#include "nft/nftbatch.h"

enum nft_set_id {
	NFT_SET_ALLOW4,
	NFT_SET_ALLOW6,
	NFT_SET_LIST4,
	NFT_SET_LIST6,
	NFT_SET_BLOCK4,
	NFT_SET_BLOCK6,
	NFT_SET_BLOCK6_56,
	NFT_SET_BLOCK6_48,
	NFT_SET_STACK4,
	NFT_SET_STACK4_NOMSS,
	NFT_SET_STACK6,
	NFT_SET_STACK6_NOMSS,
	NFT_SET_REJECT4, /* from here on not at ingress */
	NFT_SET_REJECT6,
	NFT_SET_FLOW4,
	NFT_SET_FLOW6,
	NFT_SET_QUEUE_PORTS,
	NFT_SETS,
};

enum nft_table_id { NFT_INET, NFT_NETDEV, NFT_TABLES };

#define NFT_MSGS_MAX 256 /* in the batch that installs */

enum nft_readd { NFT_READD_UNKNOWN, NFT_READD_RENEWS, NFT_READD_KEEPS };

struct nft {
	struct nft_conf conf;
	struct nftbatch batch;
	struct mnl_socket *route; /* asked for interfaces */
	enum nft_queue_how how;
	bool ingress;   /* the second table is kept equal */
	unsigned lacks; /* bits by enum nft_feature: refused by this kernel */
	enum nft_readd readd; /* what adding an element again does to it */
	bool allow_none[2];   /* IPv4, IPv6: that list is known to be empty */
	bool list_none[2];
	unsigned expect_there; /* batches whose NFT_ADDs will be renewals */
	char error[512];
	int results[NFT_BATCH_MAX]; /* of the last nft_apply() */
	size_t results_n;
	/* While installing. */
	enum nft_feature feature;
	uint8_t msg_feature[NFT_MSGS_MAX];
	uint32_t anon_id;
	char devs[NFT_DEVS_MAX][16]; /* those of conf.ingress that are there */
	size_t devs_n;
};

int nft_fail(struct nft *n, int err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The better of those that the kernel is not known to lack. */
enum nft_queue_how nft_best_queue(const struct nft *n);
int nft_apply_failed(struct nft *n, int err); /* with the usual sentences */

static inline bool
nft_has(const struct nft *n, enum nft_feature f)
{
	return (n->lacks & 1U << f) == 0;
}

static inline bool
nft_fronts(const struct nft *n)
{
	return n->conf.front != NFT_FRONT_OFF && n->conf.drop &&
	    nft_has(n, NFT_FRONT);
}

static inline uint8_t
nft_family(enum nft_table_id t)
{
	return t == NFT_INET ? NFPROTO_INET : NFPROTO_NETDEV;
}

/* nftbatch_put(), marked with the feature that is being installed. */
int nft_put(struct nft *n, struct nlmsghdr *nlh);

#endif
