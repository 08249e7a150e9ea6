/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardapply - the engine's records -> checked -> the kernel -> answered
 *
 * The guard hands in each record it received, in order, and flushes when
 * nothing more is readable now: all that came together goes to the kernel in
 * one transaction of at most NFT_BATCH_MAX.  What guardcheck or the kernel
 * refuses is answered with MSG_REFUSED and logged, at most one line a minute
 * for each reason.  What the kernel may take a moment later is tried again
 * each second before that (guardretry).  MSG_SYNC is answered by MSG_DONE once all before it is
 * applied: 0, or the first error since the last one: -ESHUTDOWN, the table is
 * off; -EPERM, a block that an admin asked for was refused; else what the
 * kernel said.  A refused block that the engine decided on is no error here.
 * While the table is off records are taken and forgotten; the MSG_RESYNC that
 * follows brings all back.  MSG_CHECK is answered by what the kernel has, after
 * all before it.  MSG_CUT is done at once (guardcut).  `now_ms` is monotonic.
 */
#ifndef ZFW_DAEMON_GUARDAPPLY_H
#define ZFW_DAEMON_GUARDAPPLY_H

#include "daemon/guardcheck.h"
#include "daemon/guardcut.h"
#include "daemon/guardsend.h"

struct guardapply_conf {
	struct nft *nft;
	struct guardsend *out;
	struct guardcut *cut;
	struct guardcheck_conf check;
};

struct guardapply_counts {
	uint64_t applied; /* operations that are true in the kernel */
	uint64_t refused[GUARD_BAD + 1], cuts_refused;
	size_t blocks; /* now, both families */
};

struct guardapply;

struct guardapply *guardapply_new(const struct guardapply_conf *c,
    int64_t now_ms); /* NULL: no memory */
void guardapply_free(struct guardapply *a);

/* Other limits, after a reload; those that have a size stay. */
void
guardapply_configure(struct guardapply *a, const struct guardcheck_conf *c);

/* Something that was asked for failed: the next MSG_DONE says so. */
void guardapply_note(struct guardapply *a, int err);

/* These come next: what is known of them is fetched into the cache. */
void guardapply_soon(const struct guardapply *a, const struct msg *m, size_t n);
/* True: it ended a bulk restore. */
bool guardapply_msg(struct guardapply *a, const struct msg *m, int64_t now_ms);
/* -ENOENT: the table is gone; everything else is dealt with. */
int guardapply_flush(struct guardapply *a, int64_t now_ms);

/*
 * The table went or came; `fresh`: its sets are empty.  While it is off, as an
 * admin wants it, no session is ended either.
 */
void guardapply_table(struct guardapply *a, enum msg_table state, bool fresh);
/* Is a bulk restore on its way, one that was asked for? */
bool guardapply_restoring(const struct guardapply *a);
/* A MSG_RESYNC goes out, with that number. */
uint32_t guardapply_resync(struct guardapply *a);
/* An address is never to be blocked from now on: takes its blocks out. */
void
guardapply_spare(struct guardapply *a, const struct net *n, int64_t now_ms);
/*
 * Somebody else made or deleted these elements: what should be there is put
 * back as it was, what should not is deleted.  How many were put right.
 */
size_t guardapply_foreign(struct guardapply *a, const struct nft_op *ops,
    size_t n, int64_t now_ms);
/*
 * The kernel has this element, with so much time left: what is not wanted is
 * deleted, what has another time is renewed.  True when that was to be done.
 */
bool guardapply_audit(struct guardapply *a, const struct nft_op *has,
    int64_t now_ms);
/*
 * Once a second, before a flush: forgets blocks that ran out; tries again what
 * failed; says when a set is full.
 */
void guardapply_tick(struct guardapply *a, int64_t now_ms);
void
guardapply_counts(const struct guardapply *a, struct guardapply_counts *out);

#endif
