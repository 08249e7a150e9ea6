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

#include "fp/packet.h"

#define NFQUEUE_COPY 256

struct nfqueue;
struct nfqueue_counts {
	uint64_t packets, accepted, dropped, overruns, errors;
};

/* True: accept. */
typedef bool nfqueue_cb(void *arg, const struct packet *p);

/* NULL with errno set. */
struct nfqueue *nfqueue_open(uint16_t num, nfqueue_cb *cb, void *arg);
void nfqueue_close(struct nfqueue *q);
int nfqueue_fd(const struct nfqueue *q);
/* Reads and answers a bounded number; 0 or -errno. */
int nfqueue_read(struct nfqueue *q);
void nfqueue_counts(const struct nfqueue *q, struct nfqueue_counts *out);

#endif
