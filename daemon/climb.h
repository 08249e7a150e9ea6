/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * climb - stage 8 of 8: IPv6 networks that are bad as a whole
 *
 * Whoever has a /56 or a /48 has hundreds of /64s to come from.  Counts the
 * blocked /64s of each /56 and the blocked /56s of each /48: from CLIMB_MANY
 * on the network above them is blocked as one, until fewer than that many of
 * them are left by their own times.  So what is climbed follows from the
 * blocks alone and needs no record of its own.  A network in which anybody is
 * good, or of which somebody lifted a block, is spoilt: it never climbs, until
 * the next start.  Fixed tables, taken at once and touched as needed; one that
 * is full counts no more and, when it is that of the spoilt, nothing climbs any
 * more.  Owned by the engine; pure.  Times are wall clock milliseconds.
 */
#ifndef ZFW_DAEMON_CLIMB_H
#define ZFW_DAEMON_CLIMB_H

#include "fp/addr.h"
#include "fp/hash.h"

#define CLIMB_MANY   4
#define CLIMB_NETS   8192 /* counted at a time */
#define CLIMB_SPOILT 65536
#define CLIMB_UP     1024 /* blocked as a whole at a time */
#define CLIMB_KIDS   8    /* that are remembered of each: those that last */

struct climb_up { /* a network that is blocked as a whole */
	struct net net;
	int64_t from_ms, until_ms;
	uint8_t tier;
	uint16_t score; /* permille */
	uint8_t reasons[4];
};

struct climb;

struct climb *climb_new(const struct hash_key *key);
void climb_free(struct climb *c);

/*
 * A /64 (or a /56 that climbed) is blocked until then.  True: its network is
 * to be blocked as a whole, or for longer; *up has its net and time, and the
 * caller fills in the rest: climb_set().
 */
bool climb_add(struct climb *c, const struct net *kid, int64_t until_ms,
    int64_t now_ms, struct climb_up *up);
/* False: there are CLIMB_UP already. */
bool climb_set(struct climb *c, const struct climb_up *up);

/* The network over that address which is blocked as a whole; NULL = none. */
const struct climb_up *climb_find(const struct climb *c, const struct addr *a);
/* Of 0 .. climb_n() - 1, in no order; changes move them. */
size_t climb_n(const struct climb *c);
const struct climb_up *climb_at(const struct climb *c, size_t i);

/* Takes one out whose time is over; false = none. */
bool climb_over(struct climb *c, int64_t now_ms, struct climb_up *out);
/*
 * Somebody in that network (any length) is good, or was let out: takes out one
 * network that is blocked over it or in it.  False: none (left); it is spoilt
 * from then on.
 */
bool climb_spoil(struct climb *c, const struct net *net, struct climb_up *out);

#endif
