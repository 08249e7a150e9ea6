/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jhash - which connections of a blocked client are let through
 *
 * One in N, and the kernel's rules, the engine and replay must all choose the
 * same.  A choice has two parts.  The class is a few bits of the source port;
 * a rule compares them at next to no cost, so that of most SYNs the kernel
 * need not compute anything.  Within the class it is nftables' `jhash saddr .
 * sport mod M seed S`: its result is 0.  jhash_scale() builds the same bytes
 * as the kernel's registers (address, then port in network order, padded to
 * four bytes) and scales the 32-bit hash as nft does: (hash * mod) >> 32.  So
 * what one in 10 * M picks, one in M picks, too.  Both parts are the same in
 * all SYNs of a connection, however often it sends them.  Pure.
 *
 * The lowest bit of the port is in no class: Linux gives its connections even
 * ports first.  Who knows the class may keep to it and is let through as many
 * times more often as there are classes; that is no news to who takes the
 * same port again once it got through.
 */
#ifndef ZFW_FP_JHASH_H
#define ZFW_FP_JHASH_H

#include <stdbool.h>
#include <stddef.h>

#include "fp/addr.h"

#define JHASH_CLASSES_MAX 16

uint32_t jhash_bytes(const void *p, size_t n, uint32_t seed);
/* 0 .. mod - 1 of that client address and port (host order). */
uint32_t
jhash_scale(const struct addr *a, uint16_t port, uint32_t seed, uint32_t mod);

struct jhash_pick {
	uint16_t mask, bits; /* the port's, host order; mask 0: all ports */
	uint32_t mod, seed;
};

/*
 * One in `times` of those that one in about `one_in` would pick, neither 0.
 * With M in each of C classes it is C * M: `one_in` itself below 8, and at most
 * an eighth more or less.
 */
struct jhash_pick jhash_pick_of(uint32_t one_in, uint32_t times, uint32_t seed);
bool
jhash_picks(const struct jhash_pick *p, const struct addr *a, uint16_t port);

#endif
