/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * knocks - stage 8 of 8: who knocks while it is blocked, without its record
 *
 * A blocked client's record is seldom in memory, and a flood of SYNs from a
 * million of them must not read and write the store for each.  So they are
 * counted here, in a fixed table, and added to the record when that is at
 * hand: knocks_take().  A full set forgets the entry that knocked longest
 * ago.  Owned by the engine; pure; taken at once, touched as needed.
 */
#ifndef ZFW_DAEMON_KNOCKS_H
#define ZFW_DAEMON_KNOCKS_H

#include "fp/addr.h"
#include "fp/hash.h"

#define KNOCKS_MAX   32768
#define KNOCKS_LOOKS 10

struct knock {
	struct addr key;    /* of the client; family 0 = unused */
	uint16_t late_port; /* see late_n */
	uint32_t n;         /* SYNs */
	int64_t until_ms;   /* of the block in whose last part ... */
	uint16_t late_n;    /* ... so many connections were tried, the last
				from late_port */
	uint16_t own_port;  /* of its last SYN of the stack that offended */
	/* seconds since 1970, and since the first: see engine_tally_knock() */
	uint32_t last_s, first_s;
	uint16_t mid_s, later_s;
};

struct knocks;

struct knocks *knocks_new(const struct hash_key *key); /* NULL: no memory */
void knocks_free(struct knocks *k);
/* Borrowed until the next call: its entry, made if there is none. */
struct knock *
knocks_of(struct knocks *k, const struct addr *key, int64_t now_ms);
/* Takes the client's out; false = none. */
bool knocks_take(struct knocks *k, const struct addr *key, struct knock *out);
/*
 * May a record be looked at because of a knock?  KNOCKS_LOOKS at once, and so
 * many a second.
 */
bool knocks_may_look(struct knocks *k, int64_t now_ms);

#endif
