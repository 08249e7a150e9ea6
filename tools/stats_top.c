/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/stats_top.h"

#include <stdbool.h>
#include <stdlib.h>

static bool
less(const struct top_entry *x, const struct top_entry *y)
{
	if (x->a != y->a)
		return x->a < y->a;
	if (x->b != y->b)
		return x->b < y->b;
	return x->id > y->id;
}

static void
down(struct top *t, size_t i)
{
	for (;;) {
		size_t least = i, kid = 2 * i + 1;
		struct top_entry e;

		if (kid < t->n && less(&t->v[kid], &t->v[least]))
			least = kid;
		if (kid + 1 < t->n && less(&t->v[kid + 1], &t->v[least]))
			least = kid + 1;
		if (least == i)
			return;
		e = t->v[i];
		t->v[i] = t->v[least];
		t->v[least] = e;
		i = least;
	}
}

static void
up(struct top *t, size_t i)
{
	while (i > 0 && less(&t->v[i], &t->v[(i - 1) / 2])) {
		struct top_entry e = t->v[i];

		t->v[i] = t->v[(i - 1) / 2];
		t->v[(i - 1) / 2] = e;
		i = (i - 1) / 2;
	}
}

void
top_add(struct top *t, struct top_entry e)
{
	if (t->n < t->max) {
		t->v[t->n++] = e;
		up(t, t->n - 1);
	} else if (t->max > 0 && less(&t->v[0], &e)) {
		t->v[0] = e;
		down(t, 0);
	}
}

static int
bigger_first(const void *x, const void *y)
{
	return less(x, y) ? 1 : less(y, x) ? -1 : 0;
}

void
top_sort(struct top *t)
{
	if (t->n > 1)
		qsort(t->v, t->n, sizeof(*t->v), bigger_first);
}
