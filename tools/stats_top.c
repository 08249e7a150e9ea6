/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/stats_top.h"

#include <stdlib.h>

static void
down(struct top *t, size_t i)
{
	for (;;) {
		size_t least = i, kid = 2 * i + 1;
		struct top_entry e;

		if (kid < t->n && top_less(&t->v[kid], &t->v[least]))
			least = kid;
		if (kid + 1 < t->n && top_less(&t->v[kid + 1], &t->v[least]))
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
	while (i > 0 && top_less(&t->v[i], &t->v[(i - 1) / 2])) {
		struct top_entry e = t->v[i];

		t->v[i] = t->v[(i - 1) / 2];
		t->v[(i - 1) / 2] = e;
		i = (i - 1) / 2;
	}
}

void
top_put(struct top *t, struct top_entry e)
{
	if (t->n < t->max) {
		t->v[t->n++] = e;
		up(t, t->n - 1);
	} else {
		t->v[0] = e;
		down(t, 0);
	}
}

static int
bigger_first(const void *x, const void *y)
{
	return top_less(x, y) ? 1 : top_less(y, x) ? -1 : 0;
}

void
top_sort(struct top *t)
{
	if (t->n > 1)
		qsort(t->v, t->n, sizeof(*t->v), bigger_first);
}
