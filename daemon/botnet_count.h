/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * botnet_count - stage 6 of 8: how many different networks, in few bytes
 *
 * Linear counting: each network sets one of m bits, and of n networks about
 * m * (1 - e^(-n/m)) bits are set.  A netset has three such maps: of all
 * networks, of one in 16 and of one in 256, so that 20 networks are counted
 * exactly, nearly, and 100,000 within a tenth.  Which bit is a network's is
 * the caller's (a stable hash), so that all counts agree.  Values without
 * memory of their own; pure, never fails.
 */
#ifndef ZFW_DAEMON_BOTNET_COUNT_H
#define ZFW_DAEMON_BOTNET_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETSET_ALL  64 /* bytes of each map */
#define NETSET_PART 16

struct netset {
	uint8_t all[NETSET_ALL], part[2][NETSET_PART];
};

/*
 * Networks are counted in this period and the one before: adds to `now`.
 * True when neither had it.
 */
bool netset_add(struct netset *now, const struct netset *before, uint32_t hash);
double netset_size(const struct netset *now, const struct netset *before);

/* One map of n bytes, a power of two, at least 8; `before` may be NULL. */
bool bits_add(uint8_t *now, const uint8_t *before, size_t n, uint32_t hash);
/* *full (may be NULL): there are at least so many. */
double
bits_size(const uint8_t *now, const uint8_t *before, size_t n, bool *full);
/* For how many one more new bit stands, now that so many are set. */
double bits_step(const uint8_t *now, size_t n);

#endif
