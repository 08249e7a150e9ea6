/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reorder - stage 4 of 8: segments that came before their turn
 *
 * One pool of fixed slots for all streams (a stream is one direction of one
 * session).  A segment behind a hole is copied into slots and comes out again
 * in the order of its sequence numbers: when the hole is filled, or when the
 * caller gives up waiting.  Nobody can take the room of the others: a stream
 * holds at most REORDER_STREAM_SLOTS, and a full pool names its oldest stream
 * (reorder_oldest), which the caller then empties.  Used by session only;
 * owns its slots, allocates in reorder_new() alone.  Times are capture time.
 */
#ifndef ZFW_FP_REORDER_H
#define ZFW_FP_REORDER_H

#include "fp/traits.h"

#define REORDER_SLOTS        512
#define REORDER_SLOT_BYTES   2048
#define REORDER_STREAM_SLOTS 32 /* a merged segment takes several */

struct reorder;

/* Kept by the owner of the stream; zero is an empty one. */
struct reorder_stream {
	uint32_t head; /* its first slot, 0 = none */
	uint16_t n;
};

enum reorder_verdict {
	REORDER_HELD,
	REORDER_STREAM_FULL, /* its own share is used up */
	REORDER_POOL_FULL,
};

/* NULL when memory is short; 0 slots are REORDER_SLOTS. */
struct reorder *reorder_new(size_t slots);
void reorder_free(struct reorder *r);

/*
 * Keeps a segment of the stream that `owner` stands for, whole or not at all;
 * a copy of what is held takes no room.
 */
enum reorder_verdict reorder_hold(struct reorder *r, struct reorder_stream *s,
    uint32_t owner, const struct traits *p, int64_t t_us);

/*
 * Takes the segment with the lowest number, if it begins at `next` or before
 * (or wherever, with `gap`).  Only seq, ack, flags, window and payload of
 * *out are set; the payload is borrowed until the next reorder_hold().
 */
bool reorder_take(struct reorder *r, struct reorder_stream *s, uint32_t next,
    bool gap, struct traits *out);

/* The lowest number that is held of the stream; false when none is. */
bool reorder_first(const struct reorder *r, const struct reorder_stream *s,
    uint32_t *seq);

/* Whose segment is held longest, and since when; false when none is held. */
bool reorder_oldest(const struct reorder *r, uint32_t *owner, int64_t *t_us);

size_t reorder_held(const struct reorder *r);

#endif
