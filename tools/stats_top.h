/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_top - the biggest of many, in bounded memory
 *
 * A heap with the least of the kept ones in front.  Bigger is what has the
 * bigger `a`, then `b`, then the smaller `id`: so the result is the same in
 * whatever order they come.  The caller owns the places.
 */
#ifndef ZFW_TOOLS_STATS_TOP_H
#define ZFW_TOOLS_STATS_TOP_H

#include <stddef.h>
#include <stdint.h>

struct top_entry {
	uint64_t a, b, id;
};

struct top {
	struct top_entry *v;
	size_t n, max; /* places */
};

void top_add(struct top *t, struct top_entry e);
/* The biggest first; nothing may be added then. */
void top_sort(struct top *t);

#endif
