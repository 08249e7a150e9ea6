/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * attempts - stage 8 of 8: which SYNs that were stopped are sent again
 *
 * A stack that gets no answer sends its SYN again, some six times in two
 * minutes: one attempt to connect.  Known by addresses, ports and sequence
 * number, in a fixed table of 32 kB; a full set forgets the one seen longest
 * ago, whose next copy then counts as a new attempt (a flood: thousands of
 * attempts in ATTEMPTS_MS).  Owned by the engine, called for each such SYN;
 * pure.
 */
#ifndef ZFW_DAEMON_ATTEMPTS_H
#define ZFW_DAEMON_ATTEMPTS_H

#include "fp/hash.h"
#include "fp/traits.h"

#define ATTEMPTS_MAX 4096
#define ATTEMPTS_MS  130000 /* since its last copy: twice the longest wait */

struct attempts;

struct attempts *attempts_new(const struct hash_key *key); /* NULL: no memory */
void attempts_free(struct attempts *a);
/* Is it a copy of one that came before?  Remembers it. */
bool
attempts_again(struct attempts *a, const struct traits *syn, int64_t now_ms);

#endif
