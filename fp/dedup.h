/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dedup - stage 2 of 8: a packet seen twice counts once
 *
 * Bridges, VLANs, bonds, and NFQUEUE beside libpcap, show one packet several
 * times within milliseconds.  Remembers keyed hashes of the last packets'
 * first IP bytes (without TTL and header checksum; the TCP checksum speaks
 * for the rest) in a fixed table and says whether the same came within
 * DEDUP_WINDOW_US.  A TCP retransmission is not a copy: the shortest that a
 * client makes is much later.  Owns its table; the oldest of four neighbours
 * makes room.
 */
#ifndef ZFW_FP_DEDUP_H
#define ZFW_FP_DEDUP_H

#include "fp/hash.h"
#include "fp/traits.h"

#define DEDUP_WINDOW_US 50000

struct dedup;

struct dedup *dedup_new(size_t slots, const struct hash_key *key);
void dedup_free(struct dedup *d);
/* True: a copy of a packet that was seen less than the window ago. */
bool dedup_seen(struct dedup *d, const struct traits *t, int64_t t_us);

#endif
