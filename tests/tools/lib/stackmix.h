/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stackmix - tests only: any number of hosts with the stacks of the world
 *
 * For the benches: some forty TCP stacks as they are met at a mail gateway,
 * with the segment sizes and distances of real paths.  Host `i` always has
 * the same address, stack, segment size and distance.  Its address is from
 * the documentation prefixes as far as they reach; 198.51.100.0/24 and
 * 203.0.113.0/24 have only 512 addresses (in 192.0.2.0/24 is the server), so
 * the other IPv4 hosts are in 198.18.0.0/15 (benchmarks, RFC 2544).  Pure
 * values, no memory, no clock.
 */
#ifndef ZFW_TESTS_TOOLS_STACKMIX_H
#define ZFW_TESTS_TOOLS_STACKMIX_H

#include "tests/tools/lib/stack.h"

/* So many IPv4 hosts have an address of their own. */
#define STACKMIX_V4_DOCS  512u
#define STACKMIX_V4_BENCH 131072u
#define STACKMIX_V4_MAX   (STACKMIX_V4_DOCS + STACKMIX_V4_BENCH)

struct stackmix_host {
	struct addr addr;
	struct os_stack st; /* with the window, MSS and distance of this host */
	uint32_t ts_base;   /* its clock for timestamps, when time was 0 */
	bool ts_zero;       /* it sends a timestamp of 0 */
};

/* 2001:db8::/32 is never short of addresses. */
struct addr stackmix_v4(uint32_t i); /* below STACKMIX_V4_MAX */
struct addr stackmix_v6(uint32_t i);
struct addr stackmix_v4_bench(uint32_t i); /* 198.18.0.0/15 alone */

void
stackmix_host(const struct addr *addr, uint32_t i, struct stackmix_host *out);

/* A SYN to a port, at now_ms of the host's own time; its length. */
size_t stackmix_syn(const struct stackmix_host *h, const struct addr *dst,
    uint16_t sport, uint16_t dport, uint32_t now_ms, uint8_t out[SEG_MAX]);

/* 64 well mixed bits of a number. */
uint64_t stackmix_bits(uint64_t x);

#endif
