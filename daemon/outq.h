/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outq - records on their way from the engine to the guard
 *
 * A ring of OUTQ_MAX records, sent in order in messages of up to MSG_MAX,
 * never blocking.  New blocks may fill all but OUTQ_KEEP places; one that
 * finds no room is dropped and counted, and the owner repairs that later
 * from the engine's own state.  Unblocks are never dropped: what the ring
 * cannot take (an unblock of a whole network) waits in a list that grows, and
 * until that is empty no block gets in before them.  Owned by live.c.
 */
#ifndef ZFW_DAEMON_OUTQ_H
#define ZFW_DAEMON_OUTQ_H

#include "daemon/msg.h"

#define OUTQ_MAX  4096
#define OUTQ_KEEP 1024

struct outq {
	struct msg *ring;
	size_t head, n;   /* oldest, how many */
	struct msg *late; /* unblocks that wait for the ring */
	size_t late_at, late_n, late_max;
	uint64_t sent, dropped;
};

bool outq_init(struct outq *q); /* false: memory is short */
void outq_fini(struct outq *q);
/* How many more places records that block somebody may take. */
size_t outq_room(const struct outq *q);
/* False when the record was dropped. */
bool outq_push(struct outq *q, const struct msg *m);
/* All handed to the socket. */
static inline bool
outq_idle(const struct outq *q)
{
	return q->n == 0 && q->late_n == q->late_at;
}
/* 0, -EAGAIN some are left, or another -errno of the socket. */
int outq_flush(struct outq *q, int sock);

#endif
