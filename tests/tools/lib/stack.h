/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stack - tests only: TCP stacks by name, and TCP segments as bytes
 *
 * A `struct os_stack` says what a SYN of some operating system looks like;
 * seg_build() turns a segment into an IPv4 or IPv6 packet in that style,
 * seg_parse() reads what comes back.  Pure values, no memory, no clock.
 */
#ifndef ZFW_TESTS_TOOLS_STACK_H
#define ZFW_TESTS_TOOLS_STACK_H

#include "fp/addr.h"

#define STACK_TEXT   64
#define SEG_DATA_MAX 1460
#define SEG_MAX      1600

enum stack_id { STACK_ID_ZERO, STACK_ID_RANDOM };

struct os_stack {
	const char *name;
	unsigned ttl;    /* initial */
	unsigned hops;   /* how far away it is: taken off the TTL */
	unsigned df;     /* IPv4: don't fragment */
	unsigned id;     /* IPv4: enum stack_id */
	unsigned flow;   /* IPv6: has a flow label */
	unsigned ecn;    /* SYN asks for ECN */
	unsigned window; /* of the SYN; 0: most whole MSS in 65535 */
	unsigned mss;    /* over IPv4; 20 less over IPv6 */
	unsigned ws;
	char layout[STACK_TEXT]; /* mss,nop,ws,sok,ts,eol+N */
	char ladder[STACK_TEXT]; /* seconds between SYNs, "1,2,4"; "" = one */
};

enum { SEG_FIN = 1, SEG_SYN = 2, SEG_RST = 4, SEG_PSH = 8, SEG_ACK = 16 };

struct seg {
	struct addr src, dst;
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint8_t flags;
	uint16_t window;
	uint16_t mss;        /* read: 0 = absent */
	bool has_ts, has_ws; /* read: the option is there; write: has_ts */
	uint8_t ws;
	uint32_t ts_val, ts_ecr;
	const uint8_t *data;
	size_t n;
};

/* NULL when there is no stack of that name. */
const struct os_stack *stack_named(const char *name);
/* The i-th stack, NULL after the last: for help texts. */
const struct os_stack *stack_at(size_t i);
uint16_t stack_mss(const struct os_stack *st, const struct addr *src);
uint16_t stack_window(const struct os_stack *st, const struct addr *src);
/* False when a word of the layout is unknown or it is too long. */
bool stack_layout_ok(const char *layout);

/*
 * Writes the packet and returns its length.  A SYN gets the stack's options,
 * others a timestamp when has_ts.  `n` must not be over SEG_DATA_MAX.
 */
size_t seg_build(const struct os_stack *st, const struct seg *s, uint16_t ip_id,
    uint8_t out[SEG_MAX]);

/* False when it is not a whole TCP packet; `data` borrows from `ip`. */
bool seg_parse(const uint8_t *ip, size_t n, struct seg *out);

#endif
