/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blocked - tests only: the i-th blocked client of a bench
 *
 * Every bench tool means the same million clients by their numbers: one that
 * fills sets and one that sends SYNs agree without telling each other.  The
 * numbers are spread over all of 240.0.0.0/4, because a million addresses do
 * not fit into the prefixes for documentation, and over the /64s of
 * 2001:db8::/32.  Pure.
 */
#ifndef ZFW_TESTS_TOOLS_BLOCKED_H
#define ZFW_TESTS_TOOLS_BLOCKED_H

#include "fp/addr.h"

#define BLOCKED_MAX  (1u << 27)
#define BLOCKED_ODD  0x9e3779b1u /* so that neighbours lie far apart */
#define BLOCKED_V4   0xf0000000u
#define BLOCKED_V4M  0x0fffffffu
#define BLOCKED_V6_0 0x2001
#define BLOCKED_V6_1 0x0db8

static inline uint32_t
blocked_v4(uint32_t i)
{
	return BLOCKED_V4 | ((i * BLOCKED_ODD) & BLOCKED_V4M);
}

static inline struct addr
blocked_addr(unsigned family, uint32_t i)
{
	uint32_t v = i * BLOCKED_ODD;
	uint8_t b[16] = { 0x20, 0x01, 0x0d, 0xb8, (uint8_t)(v >> 24),
		(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };

	return family == 4 ? addr_v4(blocked_v4(i)) : addr_v6_bytes(b);
}

#endif
