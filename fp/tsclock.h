/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tsclock - stage 4 of 8: a host's uptime from two of its TCP timestamps
 *
 * Remembers when each address sent its latest SYN and SYN+ACK and with which
 * timestamp, in a fixed table with a keyed hash, and tells from a later
 * packet how fast its clock runs and for how long it has run.  The rules are
 * those by which p0f writes its uptime lines: at least 25 ms and 5 ticks, at
 * most ten minutes, 0.7 to 1500 ticks a second.  An uptime is only as true as
 * the clock is honest: current systems begin at a random number.  Called by
 * zfw-fp; time is the packets'.  Allocates only in tsclock_new(), cannot
 * fail later; a full set of neighbours forgets the longest unseen.
 */
#ifndef ZFW_FP_TSCLOCK_H
#define ZFW_FP_TSCLOCK_H

#include "fp/fold.h"
#include "fp/traits.h"

struct tsclock;

enum tsclock_answer {
	TSCLOCK_WAIT, /* not yet */
	TSCLOCK_BAD,  /* not a clock */
	TSCLOCK_TOLD, /* *out is set */
};

struct tsclock_up {
	double raw_hz;     /* as measured */
	uint16_t hz;       /* the usual rate near it */
	uint16_t mod_days; /* the clock comes round after so many */
	uint32_t minutes;
};

/* NULL when memory is short. */
struct tsclock *tsclock_new(size_t hosts, const struct hash_key *key);
void tsclock_free(struct tsclock *c); /* NULL is allowed */

/* Where the sender of `t` is; asks the memory for it. */
uint64_t tsclock_place(const struct tsclock *c, const struct traits *t);

/*
 * A SYN or (reply) SYN+ACK: compared with the one before, then remembered in
 * its place.
 */
enum tsclock_answer tsclock_begin(struct tsclock *c, uint64_t place,
    const struct traits *t, int64_t t_us, struct tsclock_up *out);
/* A later packet of the end that sent the SYN+ACK (reply) or the SYN. */
enum tsclock_answer tsclock_more(const struct tsclock *c, bool reply,
    const struct traits *t, int64_t t_us, struct tsclock_up *out);

#endif
