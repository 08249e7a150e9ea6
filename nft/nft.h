/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nft - the kernel table `inet zfw`: what is in it and how it is changed
 *
 * Builds and applies libnftnl/libmnl batches: the table with its sets, chains
 * and rules as docs/ARCHITECTURE.md shows them, and set elements.  Used by
 * the guard, and by zfwctl and zfw-whitelist when no daemon runs.  Needs
 * CAP_NET_ADMIN.  Replies are always read; ENOENT and EEXIST of elements are
 * not failures.  Results are 0 or -errno; nft_error() has the sentence.
 * Never lists a set with many elements.
 */
#ifndef ZFW_NFT_NFT_H
#define ZFW_NFT_NFT_H

#include "fp/addr.h"

#define NFT_TABLE        "zfw"
#define NFT_BATCH_MAX    1000   /* elements in one transaction */
#define NFT_COUNTERS_MAX 100000 /* sets up to this size have counters */
#define NFT_PORTS_MAX    16
#define NFT_ALLOW_MAX    65536  /* networks, per address family */
#define NFT_PRIORITY     (-300) /* raw: before conntrack */

struct nft_conf {
	uint16_t ports[NFT_PORTS_MAX];
	size_t ports_n;
	uint32_t blocks_max; /* size of block4 and of block6 */
	bool drop;           /* enforce: the drop rules are there */
	int queue;           /* NFQUEUE number, -1 = no queue rule */
};

enum nft_queue_how { NFT_QUEUE_OFF, NFT_QUEUE_NATIVE, NFT_QUEUE_XT };

struct nft;

/*
 * Opens the netlink socket.  NULL with errno set (EINVAL: that configuration
 * makes no sense; EPROTONOSUPPORT: a kernel without nfnetlink).
 */
struct nft *nft_open(const struct nft_conf *conf);
void nft_close(struct nft *n);
/* For the next nft_install(): 0 or -EINVAL. */
int nft_configure(struct nft *n, const struct nft_conf *conf);
const char *nft_error(const struct nft *n);
/* Our address on netlink: tells our own changes from others'. */
uint32_t nft_portid(const struct nft *n);

/*
 * Makes table, sets, chains and rules as configured, in one transaction.
 * What is there stays: existing elements keep blocking while rules are
 * replaced; a table that has another layout, or something that is not ours,
 * is replaced whole.  *fresh says that a set is new and empty: send all
 * elements and the allow list again.  Chooses how to queue by asking the
 * kernel; where a queue is wanted and the kernel has none the rest is made,
 * nft_queue_how() is NFT_QUEUE_OFF and nft_error() says so.  -ENOTSUP with a
 * sentence when the kernel has no nf_tables.
 */
int nft_install(struct nft *n, bool *fresh);
/* Deletes the table.  0 also when there was none. */
int nft_remove(struct nft *n);
/* 1 there, 0 not, -errno. */
int nft_present(struct nft *n);
enum nft_queue_how nft_queue_how(const struct nft *n);

enum nft_op_kind { NFT_ADD, NFT_DEL, NFT_RENEW /* delete and add in one */ };
struct nft_op {
	enum nft_op_kind kind;
	struct net net;     /* IPv4 /32 or IPv6 /64 */
	uint32_t timeout_s; /* remaining */
	uint8_t tier;
	uint16_t score;     /* permille */
	uint8_t reasons[4]; /* enum evidence_kind: the comment's words */
};

/*
 * Applies the operations in batches of at most NFT_BATCH_MAX, in order.  One
 * that the kernel refuses does not keep the others out.  NFT_ADD of one that
 * exists renews it: its time, comment and counter start anew.  *done counts
 * those that are now true in the kernel.  -ENFILE: a set is full (the others
 * are in).  -ENOENT: the table is gone.  -EINVAL: timeout 0, or not a key.
 */
int
nft_apply(struct nft *n, const struct nft_op *ops, size_t count, size_t *done);
/*
 * The i-th operation of the last nft_apply(), when that had no more than
 * NFT_BATCH_MAX: 0 or -errno.  -ENODATA otherwise.
 */
int nft_result(const struct nft *n, size_t i);

/*
 * Replaces allow4/allow6 by these networks (made disjoint), in one go.
 * -ENFILE: more than NFT_ALLOW_MAX of a family; nothing was changed.
 */
int nft_allow_replace(struct nft *n, const struct net *nets, size_t count);

/* Empties block4/block6. */
int nft_flush_blocks(struct nft *n);

/*
 * Reads one element: 1 there (its remaining time in *expires_ms), 0 not
 * there, -errno.  UINT64_MAX: somebody made it without a timeout.
 */
int nft_get(struct nft *n, const struct net *net, uint64_t *expires_ms);

/*
 * The queue rule only works while its lease does: it matches ports that are
 * in the set `queue_ports`, whose elements live NFT_QUEUE_LEASE_S seconds.
 * The guard renews them each second; a guard that hangs or dies loses the
 * queue and mail flows past it.  Does nothing while nft_queue_how() is
 * NFT_QUEUE_OFF.
 */
#define NFT_QUEUE_LEASE_S 3
int nft_queue_renew(struct nft *n);

/* Element comment, e.g. "tier 1 score 0.981 early-talk, no-rdns". */
const char *nft_comment(const struct nft_op *op, char buf[128]);

#endif
