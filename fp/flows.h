/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flows - stage 4 of 8: which connection a packet belongs to, for printing
 *
 * A fixed table of 32 bytes a connection that says which SYN is new and which
 * was sent again, which SYN+ACK is the first answer to it, and for how long
 * timestamps are of interest.  The rules are p0f's, so that a log has the
 * lines that p0f would write: a connection begins with a SYN and ends with a
 * FIN, a RST, its first payload (unless an HTTP request begins with it), or
 * FLOWS_AGE_S after it began, which is looked at every FLOWS_SWEEP packets.
 * Called by zfw-fp for every TCP packet, in time order.
 *
 * Entries are found by 32 bits of a keyed hash (fold.h) beyond those that
 * choose the place.  Two connections that agree in all of them are taken for one: the
 * second SYN then begins a connection as it should, and what comes later of
 * the first is no longer told.  A full set of neighbours drops the oldest and
 * counts it.  Allocates only in flows_new(), cannot fail later.
 */
#ifndef ZFW_FP_FLOWS_H
#define ZFW_FP_FLOWS_H

#include "fp/fold.h"
#include "fp/traits.h"

#define FLOWS_AGE_S 30
#define FLOWS_SWEEP 50

struct flows;
struct flows_entry; /* one connection; borrowed until the next flows_packet() */

/* Where a packet's connection is looked for, and from which end it comes. */
struct flows_place {
	uint64_t hash;
	bool low; /* sent by the end with the lower address and port */
};

enum flows_what {
	FLOWS_NOTHING,
	FLOWS_SYN,   /* a connection begins */
	FLOWS_COPY,  /* its SYN once more: see copy_n, gap_ms */
	FLOWS_REPLY, /* the first SYN+ACK */
	FLOWS_STRAY, /* a SYN+ACK whose SYN was not seen */
	FLOWS_MORE,  /* a later packet, in sequence */
	FLOWS_WHATS,
};

struct flows_seen {
	enum flows_what what;
	bool to_server;
	bool opened;              /* MORE: it completes the handshake */
	bool clock_due;           /* its side's uptime has not been told yet */
	uint8_t copy_n;           /* COPY: the first copy is 1; stops at 255 */
	uint32_t gap_ms;          /* COPY: since the one before */
	uint16_t peer_mss;        /* REPLY: of the SYN, 0 = none */
	struct flows_entry *flow; /* NULL for NOTHING and STRAY */
};

struct flows_counts {
	uint64_t begun, evicted;
};

/* NULL when memory is short. */
struct flows *flows_new(size_t slots, const struct hash_key *key);
void flows_free(struct flows *f); /* NULL is allowed */

/* Once for every TCP packet, also for one that traits_parse() refuses. */
void flows_tick(struct flows *f, int64_t t_us);

/* Asks the memory for the entry; other work may be done meanwhile. */
struct flows_place flows_place(const struct flows *f, const struct traits *t);
void flows_packet(struct flows *f, struct flows_place at,
    const struct traits *t, int64_t t_us, struct flows_seen *out);

/* No more of this connection (p0f does not follow userland tools). */
void flows_drop(struct flows_entry *f);
/* The uptime of that side was told, or cannot be. */
void flows_clock_done(struct flows_entry *f, bool to_server);

void flows_counts(const struct flows *f, struct flows_counts *out);

#endif
