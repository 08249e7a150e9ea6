/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tsclock - stage 4 of 8: when each host began a connection, for its uptime
 *
 * Remembers when each address sent its latest SYN and SYN+ACK and with which
 * timestamp, in a fixed table with a keyed hash, and lets uptime judge a
 * later packet by them.  Called by zfw-fp; time is the packets'.  Allocates
 * only in tsclock_new(), cannot fail later; a full set of neighbours forgets
 * the longest unseen.
 */
#ifndef ZFW_FP_TSCLOCK_H
#define ZFW_FP_TSCLOCK_H

#include "fp/fold.h"
#include "fp/traits.h"
#include "fp/uptime.h"

struct tsclock;

/* NULL when memory is short. */
struct tsclock *tsclock_new(size_t hosts, const struct hash_key *key);
void tsclock_free(struct tsclock *c); /* NULL is allowed */

/* Where the sender of `t` is; asks the memory for it. */
uint64_t tsclock_place(const struct tsclock *c, const struct traits *t);

/*
 * A SYN or (reply) SYN+ACK: compared with the one before, then remembered in
 * its place.
 */
enum uptime_answer tsclock_begin(struct tsclock *c, uint64_t place,
    const struct traits *t, int64_t t_us, struct uptime_told *out);
/* A later packet of the end that sent the SYN+ACK (reply) or the SYN. */
enum uptime_answer tsclock_more(const struct tsclock *c, bool reply,
    const struct traits *t, int64_t t_us, struct uptime_told *out);

#endif
