/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nfqueue - stage 1 of 8: SYNs that the kernel queued for us
 *
 * The other capture source, run by the guard.  Binds one queue with fail-open
 * and a copy range of NFQUEUE_COPY bytes, hands each packet (PACKET_RAW, with
 * its time) to a callback which says the verdict, and sends the verdicts in
 * batches where order allows.  Never blocks.  Errors are -errno; EPERM on
 * bind means that another process has the queue.
 */
#ifndef ZFW_FP_NFQUEUE_H
#define ZFW_FP_NFQUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "fp/packet.h"

#define NFQUEUE_COPY 256

struct nfqueue;
struct nfqueue_counts {
	uint64_t packets, accepted, dropped, overruns, errors;
	uint64_t waited, late; /* told NFQUEUE_LATER; of these never answered */
	size_t waiting;        /* now */
};

enum nfqueue_verdict {
	NFQUEUE_DROP,
	NFQUEUE_ACCEPT,
	NFQUEUE_LATER, /* nfqueue_answer() will say, until the deadline */
};
/*
 * `id` names the packet to nfqueue_answer().  Packets that wait are kept by
 * number only; one that is not answered within NFQUEUE_WAIT_MS is accepted by
 * nfqueue_tick(), and counted as late.
 */
#define NFQUEUE_WAIT_MS 20
typedef enum nfqueue_verdict
nfqueue_cb(void *arg, const struct packet *p, uint32_t id);

/* NULL with errno set. */
struct nfqueue *nfqueue_open(uint16_t num, nfqueue_cb *cb, void *arg);
void nfqueue_close(struct nfqueue *q);
int nfqueue_fd(const struct nfqueue *q);
/* Reads and answers a bounded number; 0 or -errno. */
int nfqueue_read(struct nfqueue *q);
/*
 * The verdict on a packet that waits; one that is not known (any more) is
 * passed over.  Sent by the next nfqueue_send(), batched.
 */
void nfqueue_answer(struct nfqueue *q, uint32_t id, bool accept);
int nfqueue_send(struct nfqueue *q); /* 0 or -errno */
/* Accepts what has waited too long; `now_ms` monotonic.  Every few ms. */
int nfqueue_tick(struct nfqueue *q, int64_t now_ms);
void nfqueue_counts(const struct nfqueue *q, struct nfqueue_counts *out);

#endif
