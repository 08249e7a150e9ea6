/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jhash - the hash of nftables' `jhash` expression, computed here alike
 *
 * The kernel lets one connection in N of a blocked client through, chosen by
 * `jhash saddr . sport mod N seed S`.  Engine and replay must know which.
 * jhash_leaks() builds the same bytes as the kernel's registers (address, then
 * port in network order, padded to four bytes) and scales the 32-bit hash as
 * nft does: (hash * mod) >> 32.  Pure.  A value below jhash_scale(.., N) == 0
 * is also what jhash_scale(.., 10 * N) == 0 picks a tenth of.
 */
#ifndef ZFW_FP_JHASH_H
#define ZFW_FP_JHASH_H

#include <stddef.h>

#include "fp/addr.h"

uint32_t jhash_bytes(const void *p, size_t n, uint32_t seed);
/* 0 .. mod - 1 of that client address and port (host order). */
uint32_t
jhash_scale(const struct addr *a, uint16_t port, uint32_t seed, uint32_t mod);

#endif
