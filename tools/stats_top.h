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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct top_entry {
	uint64_t a, b, id;
};

struct top {
	struct top_entry *v;
	size_t n, max; /* places */
};

static inline bool
top_less(const struct top_entry *x, const struct top_entry *y)
{
	if (x->a != y->a)
		return x->a < y->a;
	if (x->b != y->b)
		return x->b < y->b;
	return x->id > y->id;
}

/* Would it be kept? */
static inline bool
top_takes(const struct top *t, const struct top_entry *e)
{
	return t->n < t->max || (t->max > 0 && top_less(&t->v[0], e));
}

/* top_add() of one that is kept. */
void top_put(struct top *t, struct top_entry e);

static inline void
top_add(struct top *t, struct top_entry e)
{
	if (top_takes(t, &e))
		top_put(t, e);
}

/* The biggest first; nothing may be added then. */
void top_sort(struct top *t);

#endif
