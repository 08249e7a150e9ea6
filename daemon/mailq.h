/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mailq - stage 6 of 8: queue ids -> the client that sent the message
 *
 * Joins the lines of one message by its queue id, and keeps accepted mail
 * back until it has settled: only what nothing contradicted (a content
 * filter's verdict) for so long counts as good.  Two fixed rings; the oldest
 * entry falls out and is counted.  Pure; owned by evidence.
 */
#ifndef ZFW_DAEMON_MAILQ_H
#define ZFW_DAEMON_MAILQ_H

#include "fp/addr.h"
#include "fp/hash.h"
#include "fp/stack.h"

#define MAILQ_IDS     16384
#define MAILQ_PENDING 65536

struct mail {
	uint64_t id; /* keyed hash of the queue id, 0 = unused */
	struct addr client;
	int64_t t_ms;
	uint64_t sig;       /* the stack that it came from, 0 = not known ... */
	struct stack stack; /* ... and as a narrow block knows it, */
	uint32_t helo;      /* and faces.h */
	uint32_t nrcpt;
	bool null_sender, spoilt, queued;
	bool submission; /* one of our users': never evidence against */
	bool untold;     /* the packets do not show its recipients */
	uint16_t port;   /* of its session, 0 = not known */
};

struct mailq;

struct mailq *mailq_new(const struct hash_key *key, uint32_t settle_s);
void mailq_free(struct mailq *q);

/* A client's message got this id.  Borrowed: the caller adds what it knows. */
struct mail *mailq_begin(struct mailq *q, struct str qid,
    const struct addr *client, int64_t t_ms);
/* Borrowed; NULL = not ours, or long ago. */
struct mail *mailq_find(struct mailq *q, struct str qid);
/* From now on they take so long to settle. */
void mailq_settle(struct mailq *q, uint32_t settle_s);
/* The message is in the queue for good: it starts to settle. */
void mailq_queued(struct mailq *q, struct mail *m, uint32_t nrcpt,
    bool null_sender, int64_t t_ms);
/* The next settled and unspoilt message; false = none now. */
bool mailq_settled(struct mailq *q, int64_t now_ms, struct mail *out);

#endif
