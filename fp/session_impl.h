/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session_impl - stage 4 of 8: what the parts of session share
 *
 * session.c makes the table, tells packets apart and leads entries to the end
 * of their handshake; session_flow.c follows the open ones; session_time.c
 * ends what is old, and searches.  Included by these only.
 */
#ifndef ZFW_FP_SESSION_IMPL_H
#define ZFW_FP_SESSION_IMPL_H

#include "fp/session_pool.h"

#define WINDOW_MAX (1 << 20) /* how far from the expected a packet counts */

/* How far `seq` lies after `ref`; negative when before. */
static inline int32_t
seq_diff(uint32_t seq, uint32_t ref)
{
	return (int32_t)(seq - ref);
}

static inline bool
seq_near(uint32_t seq, uint32_t ref)
{
	int32_t d = seq_diff(seq, ref);

	return d < WINDOW_MAX && d > -WINDOW_MAX;
}

void session_tell(struct session_table *t, enum session_event ev,
    const struct entry *e);

/* ---- session_flow.c ---- */

/* `e` has just been taken from the pool and has its handshake behind it. */
void session_begin(struct session_table *t, struct entry *e, int64_t now_us);
/*
 * Hands on what is held of the session, tells CLOSE and lets it linger;
 * nothing when it is over already.
 */
void session_end(struct session_table *t, struct entry *e, enum session_end end,
    int64_t now_us);
/* A packet of an open session; afterwards it may be over. */
void session_from_client(struct session_table *t, struct entry *e,
    const struct traits *p, int64_t now_us);
void session_from_server(struct session_table *t, struct entry *e,
    const struct traits *p, int64_t now_us);
/* Our payload, in order; also before the session is open. */
void session_server_payload(struct session_table *t, struct entry *e,
    const struct traits *p, int64_t now_us);
/* Gives up waiting for what has been missing for too long. */
void session_hold_tick(struct session_table *t, int64_t now_us);

#endif
