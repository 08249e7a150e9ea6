/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stack - the fields of a SYN that a narrow block is limited to
 *
 * A block of an address may be narrowed to the SYNs of one kind of machine
 * behind it.  What tells them apart is what the kernel can look up: length of
 * the packet, window, and the MSS option.  A plain value; compared field by
 * field.  Length is the IPv4 total length or the IPv6 payload length: Linux
 * and Windows both offer window 64240 and MSS 1460, and differ in length.
 */
#ifndef ZFW_FP_STACK_H
#define ZFW_FP_STACK_H

#include <stdbool.h>
#include <stdint.h>

struct stack {
	uint16_t len;    /* 0 = no stack: the whole address */
	uint16_t window; /* as on the wire, not scaled */
	uint16_t mss;    /* only when has_mss */
	bool has_mss;
};

static inline bool
stack_none(const struct stack *s)
{
	return s->len == 0;
}

static inline bool
stack_eq(const struct stack *a, const struct stack *b)
{
	return a->len == b->len && a->window == b->window &&
	    a->has_mss == b->has_mss && (!a->has_mss || a->mss == b->mss);
}

#endif
