/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardcheck - may the engine have what it asks for?
 *
 * The guard's judgement of each record, before anything reaches the kernel:
 * an exact prefix, a sane tier, nobody on the never-block list, within the
 * size cap, and within the rate cap for clients that are blocked anew.  The engine parses
 * strangers' bytes, so nothing that it says is believed.  Called by
 * guardapply for every record.  Pure: `now_ms` is monotonic, whether a block
 * is there already and how many there are is told by the caller.  Doubtful
 * cases are refused: then mail passes.
 *
 * What may be blocked: an IPv4 address or an IPv6 /64, rejected or dropped;
 * one stack of these, dropped; an IPv6 /56 or /48 as a whole, dropped.
 *
 * Cuts are judged likewise: one session to one of our ports, of somebody who
 * may be blocked, in enforce mode, within a rate cap of their own.
 *
 * A bulk restore passes the rate cap.  It is accepted once for each time
 * that the guard asked for one (MSG_RESYNC), and only for as many records
 * as can be in the sets.
 */
#ifndef ZFW_DAEMON_GUARDCHECK_H
#define ZFW_DAEMON_GUARDCHECK_H

#include "daemon/msg.h"
#include "nft/nft.h"

enum guard_verdict {
	GUARD_OK,
	GUARD_NEVER = MSG_REFUSED_NEVER,
	GUARD_FULL = MSG_REFUSED_FULL,
	GUARD_RATE = MSG_REFUSED_RATE,
	GUARD_SHADOW = MSG_REFUSED_SHADOW,
	GUARD_KERNEL = MSG_REFUSED_KERNEL,
	GUARD_BAD = 16, /* no sane engine says that; not answered */
};

struct guardcheck_conf {
	bool enforce;      /* false: shadow, no block at all */
	uint32_t lease_s;  /* no timeout is longer */
	uint32_t rate;     /* new blocks a minute */
	uint32_t cut_rate; /* cuts a minute */
	size_t blocks_max; /* of each family */
	/* Does the network touch the never-block list? */
	bool (*never)(void *arg, const struct net *n);
	void *arg;
	uint16_t ports[NFT_PORTS_MAX]; /* of ours: only these are cut */
	size_t ports_n;
};

struct guardcheck_bucket { /* private */
	uint64_t level;    /* in 1/60000 */
	int64_t filled_ms; /* when it was last topped up */
};

struct guardcheck { /* embedded in its owner; private */
	struct guardcheck_conf conf;
	struct guardcheck_bucket blocks, cuts;
	uint32_t asked;      /* number of the last restore asked for ... */
	uint32_t begun;      /* ... and of the last one that began */
	bool restoring;      /* between RESTORE_BEGIN and _END */
	size_t restore_left; /* records that this one may still bring */
};

/* What the caller knows of the block in question. */
struct guardcheck_seen {
	bool known;  /* it is in its set already */
	bool client; /* its network is blocked, or was until just now */
	size_t have; /* blocks of that family now */
};

void guardcheck_init(struct guardcheck *g, const struct guardcheck_conf *c,
    int64_t now_ms);

/* Other limits; `blocks_max` stays, and so does what the buckets have. */
void
guardcheck_configure(struct guardcheck *g, const struct guardcheck_conf *c);

/* MSG_BLOCK or MSG_RENEW: GUARD_OK fills *op. */
enum guard_verdict guardcheck_block(struct guardcheck *g, const struct msg *m,
    const struct guardcheck_seen *seen, int64_t now_ms, struct nft_op *op);
/* MSG_UNBLOCK: only its shape matters. */
enum guard_verdict guardcheck_unblock(const struct msg *m, struct nft_op *op);

/* MSG_CHECK: the same; its kind means nothing. */
enum guard_verdict guardcheck_key(const struct msg *m, struct nft_op *op);
/* MSG_CUT. */
enum guard_verdict
guardcheck_cut(struct guardcheck *g, const struct msg *m, int64_t now_ms);

/*
 * The guard sends a MSG_RESYNC of that number: one restore may come.  Two may be
 * under way, and the engine begin with the first or only with the second.
 */
uint32_t guardcheck_resync(struct guardcheck *g);
/* False: nobody asked for it, or none had begun. */
bool guardcheck_restore_begin(struct guardcheck *g, uint32_t seq);
bool guardcheck_restore_end(struct guardcheck *g);

#endif
