/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/doubt.h"

static struct doubt *
find(struct doubts *d, const struct doubt *is)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].at == is->at && d->v[i].hash == is->hash)
			return &d->v[i];
	return NULL;
}

struct doubt *
doubt_met(struct doubts *d, const struct doubt *is)
{
	struct doubt *there = find(d, is);

	return there != NULL && there->pass == is->pass ? there : NULL;
}

void
doubt_add(struct doubts *d, const struct doubt *is)
{
	struct doubt *there = find(d, is);
	unsigned looks = 0;

	if (there == NULL && d->n == DOUBT_MAX) {
		d->more++;
		return;
	}
	if (there == NULL)
		there = &d->v[d->n++];
	else
		looks = there->looks;
	*there = *is;
	/* A look that could not see what is under way proves nothing. */
	there->looks = looks + !is->blind;
}

void
doubt_end(struct doubts *d, unsigned pass)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].pass == pass)
			d->v[n++] = d->v[i];
	d->n = n;
}

struct doubt_sum
doubt_sum(const struct doubts *d)
{
	struct doubt_sum s = { .unsure = d->more };

	for (size_t i = 0; i < d->n; i++) {
		if (d->v[i].looks < DOUBT_LOOKS) {
			s.unsure++;
			continue;
		}
		s.bad += d->v[i].bad;
		s.lost += d->v[i].lost;
	}
	return s;
}
