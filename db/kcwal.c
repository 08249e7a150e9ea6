/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/kcwal.h"

#include <errno.h>
#include <stdlib.h>

#define MARK_MSG 0xee
/* The first message is always that: the numbers in the head. */
#define HEAD_AT 32
#define HEAD_N  16

static uint64_t
rd_be64(struct rd *r)
{
	uint64_t hi = rd_be32(r);

	return hi << 32 | rd_be32(r);
}

static bool
next(struct rd *r, struct kcwal_msg *m)
{
	uint64_t n;

	if (rd_u8(r) != MARK_MSG)
		return false;
	m->at = rd_be64(r);
	n = rd_be64(r);
	if (n > r->n || m->at > INT64_MAX - n)
		return false;
	m->old = (struct str){ (const char *)rd_take(r, (size_t)n), (size_t)n };
	return !r->bad;
}

static bool
add(struct kcwal *w, const struct kcwal_msg *m)
{
	struct kcwal_msg *more;
	size_t max = w->max == 0 ? 64 : w->max * 2;

	if (w->n == w->max) {
		more = realloc(w->msg, max * sizeof(*more));
		if (more == NULL)
			return false;
		w->msg = more;
		w->max = max;
	}
	w->msg[w->n++] = *m;
	return true;
}

int
kcwal_parse(struct kcwal *w, const void *p, size_t n)
{
	struct rd r = rd_init(p, n);
	const uint8_t *magic = rd_take(&r, 4);
	struct kcwal_msg m;

	w->n = 0;
	w->size = rd_be64(&r);
	if (r.bad || memcmp(magic, "KW\n", 4) != 0)
		return 0;
	while (next(&r, &m)) {
		if (w->n == 0 && (m.at != HEAD_AT || m.old.n != HEAD_N))
			return 0;
		if (!add(w, &m))
			return -ENOMEM;
	}
	/* The first is written before anything is changed. */
	return w->n >= 2;
}

void
kcwal_fini(struct kcwal *w)
{
	free(w->msg);
	*w = (struct kcwal){ 0 };
}

bool
kcwal_torn(const struct kcwal_msg *last, struct str now)
{
	size_t n = last->old.n;

	while (n > 0 && last->old.p[n - 1] == 0)
		n--;
	if (n == last->old.n)
		return false;
	return n == 0 || (n <= now.n && memcmp(last->old.p, now.p, n) == 0);
}

void
kcwal_undo(const struct kcwal *w, uint64_t at, void *p, size_t n)
{
	/* Backwards: the first that is said of a place is the oldest. */
	for (size_t i = w->n; i-- > 0;) {
		const struct kcwal_msg *m = &w->msg[i];
		uint64_t from = m->at > at ? m->at : at;
		uint64_t to = m->at + m->old.n < at + n ? m->at + m->old.n :
							  at + n;

		if (from < to)
			memcpy((uint8_t *)p + (from - at),
			    m->old.p + (from - m->at), (size_t)(to - from));
	}
}
