/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_tell - names of groups and their machines, read again from the store
 *
 * A busy machine stands in many groups: all that is wanted of a record is
 * taken from it at once, and records are read in the order of the file.
 */
#include <stdlib.h>

#include "tools/stats_impl.h"

void
stats_machine(struct stats_in *in, const struct record_brief *b,
    struct stats_machine *m)
{
	*m = (struct stats_machine){ .key = b->key,
		.first_ms = b->first_ms,
		.last_ms = b->last_ms,
		.knock_ms = b->knock_ms,
		.block_until_ms = b->block_until_ms,
		.connects = b->connects,
		.knocks = b->knocks,
		.offences = b->offences,
		.messages = b->good_mails,
		.score_permille = b->score_permille,
		.tier = b->tier,
		.blocked = b->block_until_ms > in->o->now_ms,
		.shadow = b->shadow,
		.good = b->good_mails > 0,
		.rdns = stats_copy(in->mem, b->rdns),
		.helo = stats_copy(in->mem, b->helo),
		.sig = stats_copy(in->mem, b->sig),
		.os = stats_copy(in->mem, b->os) };
}

struct telling {
	struct stats_in *in;
	const struct stats_want *want;
	size_t n;
};

static const char *
name_of(struct stats_in *in, const struct stats_want *w,
    const struct record_brief *b)
{
	char buf[STATS_TEXT_MAX];

	if (stats_name_hash(&in->key, w->kind, b) != w->hash)
		return NULL;
	return stats_copy(in->mem,
	    stats_name(stats_hashed_kind(w->kind), b, buf));
}

static bool
on_record(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	struct telling *t = arg;
	struct stats_machine *m = NULL;
	struct record_brief b;

	if (!record_brief(key, key_n, value, n, &b))
		return true;
	for (size_t i = 0; i < t->n; i++) {
		const struct stats_want *w = &t->want[i];

		if (w->name != NULL && *w->name == NULL)
			*w->name = name_of(t->in, w, &b);
		if (w->machine == NULL)
			continue;
		if (m == NULL)
			stats_machine(t->in, &b, w->machine);
		else
			*w->machine = *m;
		m = w->machine;
	}
	return true;
}

static int
by_place(const void *x, const void *y)
{
	const struct stats_want *a = x, *b = y;

	return a->at < b->at ? -1 : a->at > b->at;
}

void
stats_tell(struct stats_in *in, struct stats_want *want, size_t n)
{
	if (n > 1)
		qsort(want, n, sizeof(*want), by_place);
	for (size_t i = 0, end; i < n; i = end) {
		struct telling t = { in, &want[i], 0 };

		for (end = i; end < n && want[end].at == want[i].at;)
			end++;
		t.n = end - i;
		/* One that is not there any more tells nothing. */
		(void)scan_read(in->scan, (uint64_t)want[i].at * STATS_AT,
		    on_record, &t);
	}
}
