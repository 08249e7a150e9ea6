/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_list - rows -> the biggest groups of each kind
 *
 * First, kind by kind, which are shown: in place of hashes and words the rows
 * then have numbers of shown groups, from 1 on.  Then one walk over the rows,
 * ordered by network, sums them up: so a group counts its networks by
 * comparing with the last one.
 */
#include <errno.h>
#include <stdlib.h>

#include "daemon/evidence_kind.h"
#include "tools/stats_impl.h"
#include "tools/stats_top.h"

#define INDEX    24 /* bits of a row's number, below its network */
#define AHEAD    16 /* rows that are fetched early */
#define SPEAKERS 4  /* rows of a group that may tell its name */

struct group_sum {
	uint64_t last_net;
	uint64_t hash;
	uint32_t word; /* of the dictionary, or the evidence */
	uint32_t first_s, last_s;
	struct stats_group g;
	struct top busy; /* its rows */
};

struct lists {
	struct stats_in *in;
	uint64_t *v, *tmp; /* row_n each */
	struct group_sum *sum[STATS_KINDS];
	size_t n[STATS_KINDS];
	struct top_entry *busy; /* the places of all */
	struct place { /* shown networks by hash: rows keep theirs, to sort */
		uint64_t hash;
		uint32_t number; /* 0 = unused */
	} * net;
	size_t net_mask;
};

/* ---- which are shown ---- */

static bool
choose(struct lists *l, enum stats_kind k, struct top *t)
{
	l->sum[k] = calloc(t->n + 1, sizeof(*l->sum[k]));
	if (l->sum[k] == NULL)
		return false;
	top_sort(t);
	l->n[k] = t->n;
	for (size_t i = 0; i < t->n; i++) {
		struct group_sum *s = &l->sum[k][i];

		s->g.zombies = (uint32_t)t->v[i].a;
		s->g.machines = (uint32_t)t->v[i].b;
		s->hash = t->v[i].id;
		s->word = (uint32_t)t->v[i].id;
	}
	return true;
}

/* Equal hashes are side by side: a run of them is a group. */
static uint64_t
count_runs(const uint64_t *v, size_t n, struct top *t)
{
	uint64_t all = 0;

	for (size_t i = 0, end; i < n; i = end, all++) {
		uint64_t zombies = 0;

		for (end = i; end < n && v[end] >> 1 == v[i] >> 1; end++)
			zombies += v[end] & 1;
		top_add(t, (struct top_entry){ zombies, end - i, v[i] >> 1 });
	}
	return all;
}

static uint32_t
number_of(const struct place *table, size_t mask, uint64_t hash)
{
	size_t at = hash & mask;

	while (table[at].number != 0 && table[at].hash != hash)
		at = (at + 1) & mask;
	return table[at].number;
}

static struct place *
make_table(const struct lists *l, enum stats_kind k, size_t *mask)
{
	size_t size = hash_buckets(l->n[k] * 4 + 1);
	struct place *table = calloc(size, sizeof(*table));

	*mask = size - 1;
	for (uint32_t i = 0; table != NULL && i < l->n[k]; i++) {
		size_t at = l->sum[k][i].hash & *mask;

		while (table[at].number != 0)
			at = (at + 1) & *mask;
		table[at] = (struct place){ l->sum[k][i].hash, i + 1 };
	}
	return table;
}

static bool
renumber_hashed(struct lists *l, enum stats_hashed h)
{
	struct stats_in *in = l->in;
	size_t mask;
	struct place *table = make_table(l, stats_hashed_kind(h), &mask);

	if (table != NULL && h == HASHED_NETWORK) {
		l->net = table;
		l->net_mask = mask;
		return true;
	}
	for (size_t i = 0; table != NULL && i < in->row_n; i++) {
		uint64_t hash = stats_row_hash(&in->row[i], h);

		in->row[i].lo[h] = hash == 0 ? 0 : number_of(table, mask, hash);
	}
	free(table);
	return table != NULL;
}

static bool
choose_hashed(struct lists *l, enum stats_hashed h, struct top *t)
{
	struct stats_in *in = l->in;
	enum stats_kind k = stats_hashed_kind(h);
	size_t n = 0;

	for (size_t i = 0; i < in->row_n; i++) {
		const struct stats_row *r = &in->row[i];
		uint64_t hash = stats_row_hash(r, h);

		if (hash != 0)
			l->v[n++] = hash << 1 | (r->flags & ROW_ZOMBIE);
	}
	stats_sort(l->v, l->tmp, n, 1);
	t->n = 0;
	in->out->list[k].all = count_runs(l->v, n, t);
	return choose(l, k, t) && renumber_hashed(l, h);
}

/* ---- the same of few names, all kinds in one walk ---- */

static const enum stats_kind few_kinds[] = { STATS_BOTNET, STATS_COUNTRY,
	STATS_AS, STATS_SYSTEM, STATS_EVIDENCE };

struct few { /* machines and zombies by number, then the shown number */
	uint32_t machines, zombies, number;
};

static void
count_few(const struct stats_in *in, struct few *few[STATS_KINDS])
{
	for (size_t i = 0; i < in->row_n; i++) {
		const struct stats_row *r = &in->row[i];
		const uint32_t z = r->flags & ROW_ZOMBIE;
		struct few *of[] = { &few[STATS_BOTNET][r->botnet],
			&few[STATS_COUNTRY][r->country], &few[STATS_AS][r->as],
			&few[STATS_SYSTEM][r->system],
			&few[STATS_EVIDENCE][r->reason[0]],
			&few[STATS_EVIDENCE][r->reason[1]],
			&few[STATS_EVIDENCE][r->reason[2]],
			&few[STATS_EVIDENCE][r->reason[3]] };

		for (size_t j = 0; j < sizeof(of) / sizeof(of[0]); j++) {
			of[j]->machines++;
			of[j]->zombies += z;
		}
	}
}

static void
renumber_few(struct stats_in *in, struct few *const few[STATS_KINDS])
{
	for (size_t i = 0; i < in->row_n; i++) {
		struct stats_row *r = &in->row[i];

		r->botnet = (uint16_t)few[STATS_BOTNET][r->botnet].number;
		r->country = (uint16_t)few[STATS_COUNTRY][r->country].number;
		r->as = few[STATS_AS][r->as].number;
		r->system = (uint16_t)few[STATS_SYSTEM][r->system].number;
		for (size_t j = 0; j < sizeof(r->reason); j++)
			r->reason[j] =
			    (uint8_t)few[STATS_EVIDENCE][r->reason[j]].number;
	}
}

static size_t
words_n(const struct lists *l, enum stats_kind k)
{
	return k == STATS_EVIDENCE ? EVIDENCE_KINDS :
				     (size_t)l->in->dict[k].n + 1;
}

static bool
choose_one(struct lists *l, enum stats_kind k, struct few *few, struct top *t)
{
	t->n = 0;
	for (size_t i = 1; i < words_n(l, k); i++) {
		if (few[i].machines == 0)
			continue;
		l->in->out->list[k].all++;
		top_add(t,
		    (struct top_entry){ few[i].zombies, few[i].machines, i });
	}
	few[0].number = 0;
	if (!choose(l, k, t))
		return false;
	for (uint32_t i = 0; i < l->n[k]; i++)
		few[l->sum[k][i].word].number = i + 1;
	return true;
}

static bool
choose_few(struct lists *l, struct top *t)
{
	const size_t n = sizeof(few_kinds) / sizeof(few_kinds[0]);
	struct few *few[STATS_KINDS] = { NULL };
	bool ok = true;

	for (size_t i = 0; ok && i < n; i++) {
		enum stats_kind k = few_kinds[i];

		few[k] = calloc(words_n(l, k), sizeof(*few[k]));
		ok = few[k] != NULL;
	}
	if (ok)
		count_few(l->in, few);
	for (size_t i = 0; ok && i < n; i++)
		ok = choose_one(l, few_kinds[i], few[few_kinds[i]], t);
	if (ok)
		renumber_few(l->in, few);
	for (size_t i = 0; i < n; i++)
		free(few[few_kinds[i]]);
	return ok;
}

static bool
choose_all(struct lists *l)
{
	size_t max = l->in->o->top;
	struct top t = { calloc(max + 1, sizeof(struct top_entry)), 0, max };
	bool ok = t.v != NULL;

	for (unsigned h = 0; ok && h < HASHED_KINDS; h++)
		ok = choose_hashed(l, (enum stats_hashed)h, &t);
	if (ok)
		ok = choose_few(l, &t);
	free(t.v);
	return ok;
}

/* ---- what they sum up to ---- */

static bool
give_places(struct lists *l)
{
	size_t want = l->in->o->machines, all = 0;
	struct top_entry *at;

	if (want < SPEAKERS)
		want = SPEAKERS;
	for (unsigned k = 0; k < STATS_KINDS; k++)
		for (size_t i = 0; i < l->n[k]; i++) {
			struct group_sum *s = &l->sum[k][i];

			s->busy.max = s->g.machines < want ? s->g.machines :
							     want;
			all += s->busy.max;
		}
	at = l->busy = calloc(all + 1, sizeof(*l->busy));
	for (unsigned k = 0; at != NULL && k < STATS_KINDS; k++)
		for (size_t i = 0; i < l->n[k]; i++) {
			l->sum[k][i].busy.v = at;
			at += l->sum[k][i].busy.max;
		}
	return at != NULL;
}

static void
sum_one(struct group_sum *s, const struct stats_row *r, uint64_t net, size_t i)
{
	struct stats_group *g = &s->g;
	uint64_t busy = (uint64_t)r->connects + r->knocks;

	if (s->last_net != net) {
		s->last_net = net;
		g->networks++;
	}
	g->blocked_now += (r->flags & ROW_BLOCKED) != 0;
	g->good += (r->flags & ROW_GOOD) != 0;
	g->connects += r->connects;
	g->knocks += r->knocks;
	g->offences += r->offences;
	if (s->first_s == 0 || r->first_s < s->first_s)
		s->first_s = r->first_s;
	if (r->last_s > s->last_s)
		s->last_s = r->last_s;
	top_add(&s->busy, (struct top_entry){ r->flags & ROW_ZOMBIE, busy, i });
}

static void
sum_number(struct lists *l, enum stats_kind k, uint32_t number, uint64_t net,
    size_t i)
{
	if (number != 0)
		sum_one(&l->sum[k][number - 1], &l->in->row[i], net, i);
}

static void
sum_row(struct lists *l, uint32_t network, uint64_t net, size_t i)
{
	const struct stats_row *r = &l->in->row[i];

	sum_number(l, STATS_NETWORK, network, net, i);
	for (unsigned h = 0; h < HASHED_KINDS; h++)
		if (h != HASHED_NETWORK)
			sum_number(l, stats_hashed_kind((enum stats_hashed)h),
			    r->lo[h], net, i);
	sum_number(l, STATS_BOTNET, r->botnet, net, i);
	sum_number(l, STATS_COUNTRY, r->country, net, i);
	sum_number(l, STATS_AS, r->as, net, i);
	sum_number(l, STATS_SYSTEM, r->system, net, i);
	for (size_t j = 0; j < sizeof(r->reason); j++)
		sum_number(l, STATS_EVIDENCE, r->reason[j], net, i);
}

static void
sum_all(struct lists *l)
{
	const struct stats_in *in = l->in;
	const size_t mask = ((size_t)1 << INDEX) - 1;
	uint64_t last = 0; /* no network has that hash */
	uint32_t number = 0;

	for (size_t i = 0; i < in->row_n; i++)
		l->v[i] = stats_row_hash(&in->row[i], HASHED_NETWORK) << INDEX |
		    i;
	stats_sort(l->v, l->tmp, in->row_n, INDEX);
	for (size_t i = 0; i < in->row_n; i++) {
		uint64_t net = l->v[i] >> INDEX;

		if (i + AHEAD < in->row_n)
			__builtin_prefetch(&in->row[l->v[i + AHEAD] & mask]);
		if (net != last)
			number = number_of(l->net, l->net_mask, net);
		last = net;
		sum_row(l, number, net, l->v[i] & mask);
	}
}

/* ---- their names and machines ---- */

struct told {
	enum stats_kind kind;
	uint64_t hash;
	struct stats_in *in;
	const char *name;
};

static bool
tell_name(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	struct told *t = arg;
	struct record_brief b;
	char buf[STATS_TEXT_MAX];

	if (record_brief(key, key_n, value, n, &b) &&
	    stats_name_hash(&t->in->key, t->kind, &b) == t->hash)
		t->name = stats_copy(t->in->mem, stats_name(t->kind, &b, buf));
	return true;
}

/* One of the group tells it, if its record is still what it was. */
static const char *
hashed_name(struct stats_in *in, enum stats_kind k, const struct group_sum *s)
{
	struct told t = { k, s->hash, in, NULL };

	for (size_t i = 0; i < s->busy.n && t.name == NULL; i++)
		(void)scan_read(in->scan,
		    (uint64_t)in->row[s->busy.v[i].id].at * STATS_AT, tell_name,
		    &t);
	return t.name == NULL ? "?" : t.name;
}

static void
name_group(struct stats_in *in, enum stats_kind k, struct group_sum *s)
{
	const struct stats_word *w;

	s->g.note = "";
	switch (k) {
	case STATS_EVIDENCE:
		s->g.name = stats_evidence(s->word, &s->g.note);
		break;
	case STATS_BOTNET:
	case STATS_COUNTRY:
	case STATS_AS:
		w = &in->dict[k].word[s->word];
		s->g.name = w->name;
		s->g.note = w->note;
		break;
	case STATS_SYSTEM:
		w = &in->dict[k].word[s->word];
		s->g.name = stats_copy(in->mem,
		    (struct str){ w->key, w->key_n });
		break;
	default:
		s->g.name = hashed_name(in, k, s);
		break;
	}
}

static bool
take_machines(struct stats_in *in, struct group_sum *s)
{
	size_t n = s->busy.n < in->o->machines ? s->busy.n : in->o->machines;
	struct stats_group *g = &s->g;

	if (n == 0)
		return true;
	g->machine = stats_alloc(in->mem, n, sizeof(*g->machine));
	for (size_t i = 0; g->machine != NULL && i < n; i++) {
		const struct stats_row *r = &in->row[s->busy.v[i].id];

		if (stats_machine_read(in, (uint64_t)r->at * STATS_AT,
			&g->machine[g->machine_n]))
			g->machine_n++;
	}
	return g->machine != NULL;
}

static int
by_size(const void *x, const void *y)
{
	const struct stats_group *a = x, *b = y;

	if (a->zombies != b->zombies)
		return a->zombies < b->zombies ? 1 : -1;
	if (a->machines != b->machines)
		return a->machines < b->machines ? 1 : -1;
	return strcmp(a->name, b->name);
}

static bool
finish(struct lists *l, enum stats_kind k)
{
	struct stats_list *list = &l->in->out->list[k];

	list->group = stats_alloc(l->in->mem, l->n[k], sizeof(*list->group));
	if (list->group == NULL)
		return false;
	for (size_t i = 0; i < l->n[k]; i++) {
		struct group_sum *s = &l->sum[k][i];

		top_sort(&s->busy);
		name_group(l->in, k, s);
		s->g.first_ms = (int64_t)s->first_s * 1000;
		s->g.last_ms = (int64_t)s->last_s * 1000;
		if (k == STATS_BOTNET &&
		    l->in->dict[k].word[s->word].first_ms != 0)
			s->g.first_ms = l->in->dict[k].word[s->word].first_ms;
		if (!take_machines(l->in, s))
			return false;
		list->group[list->n++] = s->g;
	}
	if (list->n > 1)
		qsort(list->group, list->n, sizeof(*list->group), by_size);
	return true;
}

int
stats_lists(struct stats_in *in)
{
	struct lists l = { .in = in };
	bool ok;

	l.v = calloc(in->row_n + 1, sizeof(*l.v));
	l.tmp = calloc(in->row_n + 1, sizeof(*l.tmp));
	ok = l.v != NULL && l.tmp != NULL && choose_all(&l) && give_places(&l);
	if (ok)
		sum_all(&l);
	free(l.v);
	free(l.tmp);
	for (unsigned k = 0; k < STATS_KINDS; k++) {
		if (ok)
			ok = finish(&l, (enum stats_kind)k);
		free(l.sum[k]);
	}
	free(l.busy);
	free(l.net);
	return ok && !in->mem->failed ? 0 : -ENOMEM;
}
