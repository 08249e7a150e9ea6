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
#include "fp/stack.h"

#define NFT_TABLE        "zfw"
#define NFT_BATCH_MAX    1000   /* elements in one transaction */
#define NFT_COUNTERS_MAX 100000 /* sets up to this size have counters */
#define NFT_PORTS_MAX    16
#define NFT_ALLOW_MAX    65536  /* networks, per address family */
#define NFT_LIST_MAX     131072 /* always blocked; the same */
#define NFT_PRIORITY     (-300) /* raw: before conntrack */
#define NFT_DEVS_MAX     16
#define NFT_AUDIT        10 /* one leaked connection in so many: to the MTA */
#define NFT_FLOW_S       5  /* how long a cut connection's segments end it */

/* How rejected clients get to the front. */
enum nft_front {
	NFT_FRONT_OFF,      /* tier 1 is dropped like the others */
	NFT_FRONT_TPROXY,   /* filter prerouting -150, to 127.0.0.1 and ::1 */
	NFT_FRONT_REDIRECT, /* nat prerouting -110, where the port is DNATed */
};

struct nft_conf {
	uint16_t ports[NFT_PORTS_MAX];
	size_t ports_n;
	uint32_t blocks_max; /* size of each block, stack and reject set */
	bool drop;           /* enforce: the drop rules are there */
	int queue;           /* NFQUEUE number, -1 = no queue rule */
	enum nft_front front;
	bool reject_passes;  /* front OFF, but only gone: rejected ones pass */
	uint16_t front_port; /* of the front's listening sockets */
	/*
	 * One connection in so many goes on to the front, and of these one in
	 * NFT_AUDIT to the MTA; without a front only the latter.  0 = none.
	 */
	uint32_t leak;
	uint32_t leak_seed;
	/*
	 * netdev ingress of these interfaces as well: a second table, `netdev
	 * zfw`, with sets of its own that nft_apply() keeps equal.  None: no
	 * such table.  An interface that is not there is passed over and said
	 * by nft_error().
	 */
	char ingress[NFT_DEVS_MAX][16];
	size_t ingress_n;
};

/* What a kernel may lack; everything else is NFT_CORE. */
enum nft_feature {
	NFT_CORE,
	NFT_STACKS,
	NFT_LEAK,
	NFT_FLOWS,
	NFT_FRONT,
	NFT_NATIVE_QUEUE,
	NFT_XT_QUEUE,
	NFT_INGRESS,
	NFT_FEATURES,
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
 * Makes tables, sets, chains and rules as configured, in one transaction.
 * What is there stays: existing elements keep blocking while rules are
 * replaced; a table that has another layout, or something that is not ours,
 * is replaced whole.  *fresh says that a set is new and empty: send all
 * elements and the allow list again.  Chooses how to queue by asking the
 * kernel.  What this kernel lacks (a queue, tproxy, jhash, netdev ...) is left
 * out, the rest is made, and nft_error() says so, else is empty; asked again
 * after nft_configure().  -ENOTSUP with a sentence when the kernel has no
 * nf_tables.
 */
int nft_install(struct nft *n, bool *fresh);
/* Deletes both tables.  0 also when there was none. */
int nft_remove(struct nft *n);
/* 1 all that should be there is, 0 not, -errno. */
int nft_present(struct nft *n);
enum nft_queue_how nft_queue_how(const struct nft *n);
/* NFT_FRONT_OFF also where the kernel cannot; after nft_install(). */
enum nft_front nft_front_how(const struct nft *n);

/* Bits by enum nft_feature: what nft_install() was refused. */
unsigned nft_lacking(const struct nft *n);
/*
 * Only looks, and changes nothing: 1 = the tables are there as configured, on
 * a kernel that lacks `lacking`; 0 = they are not, nft_error() says how they
 * differ; -errno.  Sets and chains are compared, and how many rules there are.
 */
int nft_look(struct nft *n, unsigned lacking);

enum nft_op_kind { NFT_ADD, NFT_DEL, NFT_RENEW /* delete and add in one */ };
enum nft_action { NFT_DROP, NFT_REJECT /* to the front */ };
/*
 * Which set it goes to: stack4/6 and their twins stack4_nomss/stack6_nomss
 * (`stack` is one, whatever the action), reject4/6 (NFT_REJECT; the set drops
 * instead while there is no front), block6_56 and block6_48 by its bits, else
 * block4/6.  Moving a client from one to another is NFT_DEL and NFT_ADD.
 */
struct nft_op {
	enum nft_op_kind kind;
	enum nft_action action;
	struct net net;     /* IPv4 /32, IPv6 /64; whole drops: /56, /48, too */
	struct stack stack; /* none: the whole address */
	uint32_t timeout_s; /* remaining */
	uint8_t tier;
	uint16_t score;     /* permille */
	uint8_t reasons[4]; /* enum evidence_kind: the comment's words */
};

/*
 * Applies the operations in batches of at most NFT_BATCH_MAX, in order, to
 * both tables.  One that the kernel refuses does not keep the others out.
 * NFT_ADD of one that exists renews it: its time starts anew, its comment and
 * counter too, except among 16 or more NFT_ADDs in one go (a restore), where
 * they may stay.  *done counts those that are now true in the kernel.
 * -ENFILE: a set is full (the others are in).  -ENOENT: a table is gone.
 * -EINVAL: timeout 0, or not a key.  -ENOTSUP: the kernel lacks such sets.
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

/*
 * The same with blocklist4/blocklist6: networks that are dropped whatever else
 * is there, but behind the allow list; NFT_LIST_MAX of a family.  A long list
 * is empty for some tenths of a second meanwhile.
 */
int nft_list_replace(struct nft *n, const struct net *nets, size_t count);

/* Empties all block, stack and reject sets. */
int nft_flush_blocks(struct nft *n);

/*
 * Reads one element: 1 there (its remaining time in *expires_ms), 0 not
 * there, -errno.  UINT64_MAX: somebody made it without a timeout.  With two
 * tables it must be in both, and the shorter time counts.
 */
int nft_get(struct nft *n, const struct nft_op *op, uint64_t *expires_ms);

/*
 * A session of a mail server in another network namespace, where its socket
 * cannot be closed: for NFT_FLOW_S seconds the client's segments to our ports
 * become resets (flow4/6: address . source port).  0 or -errno.
 */
int nft_cut_flow(struct nft *n, const struct addr *client, uint16_t port);

/*
 * The queue rule only works while its lease does: it matches ports that are
 * in the set `queue_ports`, whose elements live NFT_QUEUE_LEASE_S seconds.
 * The guard renews them each second; a guard that hangs or dies loses the
 * queue and mail flows past it.  Does nothing while nft_queue_how() is
 * NFT_QUEUE_OFF.
 */
#define NFT_QUEUE_LEASE_S 3
int nft_queue_renew(struct nft *n);
/* Packets that came to the queue rule since it was made; -ENOENT: no rule. */
int nft_queue_counted(struct nft *n, uint64_t *packets);

/* Element comment, e.g. "tier 1 score 0.981 early-talk, no-rdns". */
const char *nft_comment(const struct nft_op *op, char buf[128]);

#endif
