/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_list - rows -> the biggest groups of each kind
 *
 * First, kind by kind, which are shown: these have numbers, from 1 on.  Then
 * one walk over the rows, those of a network one after the other, sums them
 * up: so a group counts its networks by comparing with the last one.
 */
#include <errno.h>
#include <stdlib.h>

#include "tools/stats_impl.h"
#include "tools/stats_top.h"

#define INDEX    24 /* bits of a row's number, below its hash */
#define ROW      (((uint64_t)1 << INDEX) - 1)
#define AHEAD    16 /* rows that are fetched early */
#define SPEAKERS 4  /* rows of a group that may tell its name */

struct group_sum {
	uint64_t last_net;
	uint64_t hash;
	uint32_t word; /* of the dictionary, or the evidence */
	uint32_t first_s, last_s;
	struct stats_group g;
	struct top busy; /* its rows */
	size_t machines; /* of these that are shown */
};

struct lists {
	struct stats_in *in;
	uint64_t *v, *tmp; /* row_n each */
	uint64_t *zombies; /* a bit a row */
	struct group_sum *sum[STATS_KINDS];
	size_t n[STATS_KINDS];
	struct top_entry *busy; /* the places of all */
	size_t busy_n;
	struct shown { /* of hashed kinds, by hash */
		struct place {
			uint64_t hash;
			uint32_t number; /* 0 = unused */
		} * place;
		size_t mask;
	} shown[HASHED_KINDS];
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
count_runs(const struct lists *l, size_t n, struct top *t)
{
	const uint64_t *v = l->v;
	uint64_t all = 0;

	for (size_t i = 0, end; i < n; i = end, all++) {
		uint64_t zombies = 0;

		for (end = i; end < n && v[end] >> INDEX == v[i] >> INDEX;
		     end++)
			zombies += l->zombies[(v[end] & ROW) / 64] >>
				(v[end] & ROW) % 64 &
			    1;
		top_add(t,
		    (struct top_entry){ zombies, end - i, v[i] >> INDEX });
	}
	return all;
}

static uint32_t
number_of(const struct shown *s, uint64_t hash)
{
	size_t at = hash & s->mask;

	while (s->place[at].number != 0 && s->place[at].hash != hash)
		at = (at + 1) & s->mask;
	return s->place[at].number;
}

static bool
make_table(struct lists *l, enum stats_hashed h)
{
	enum stats_kind k = stats_hashed_kind(h);
	struct shown *s = &l->shown[h];

	s->mask = hash_buckets(l->n[k] * 4 + 1) - 1;
	s->place = calloc(s->mask + 1, sizeof(*s->place));
	for (uint32_t i = 0; s->place != NULL && i < l->n[k]; i++) {
		size_t at = l->sum[k][i].hash & s->mask;

		while (s->place[at].number != 0)
			at = (at + 1) & s->mask;
		s->place[at] = (struct place){ l->sum[k][i].hash, i + 1 };
	}
	return s->place != NULL;
}

/* Leaves the rows in l->v, those of a group side by side. */
static bool
choose_hashed(struct lists *l, enum stats_hashed h, struct top *t)
{
	struct stats_in *in = l->in;
	enum stats_kind k = stats_hashed_kind(h);
	size_t n = 0;

	for (size_t i = 0; i < in->row_n; i++) {
		uint64_t hash = stats_row_hash(&in->row[i], h);

		l->v[n] = hash << INDEX | i;
		n += hash != 0;
	}
	stats_group(l->v, l->tmp, n, INDEX);
	t->n = 0;
	in->out->list[k].all = count_runs(l, n, t);
	return choose(l, k, t) && make_table(l, h);
}

/* ---- the same of few names ---- */

static const enum stats_kind few_kinds[] = { STATS_BOTNET, STATS_COUNTRY,
	STATS_AS, STATS_SYSTEM, STATS_EVIDENCE };

static size_t
words_n(const struct lists *l, enum stats_kind k)
{
	return k == STATS_EVIDENCE ? EVIDENCE_KINDS :
				     (size_t)l->in->dict[k].n + 1;
}

static struct stats_few *
few_of(const struct lists *l, enum stats_kind k, size_t i)
{
	return k == STATS_EVIDENCE ? &l->in->evidence[i] :
				     &l->in->dict[k].word[i].few;
}

static bool
choose_few(struct lists *l, enum stats_kind k, struct top *t)
{
	t->n = 0;
	for (size_t i = 1; i < words_n(l, k); i++) {
		const struct stats_few *f = few_of(l, k, i);

		if (f->machines == 0)
			continue;
		l->in->out->list[k].all++;
		top_add(t, (struct top_entry){ f->zombies, f->machines, i });
	}
	if (!choose(l, k, t))
		return false;
	for (uint32_t i = 0; i < l->n[k]; i++)
		few_of(l, k, l->sum[k][i].word)->number = i + 1;
	return true;
}

static void
note_zombies(struct lists *l)
{
	const struct stats_in *in = l->in;

	for (size_t i = 0; i < in->row_n; i++)
		l->zombies[i / 64] |= (uint64_t)(in->row[i].flags & ROW_ZOMBIE)
		    << i % 64;
}

static bool
choose_all(struct lists *l)
{
	size_t max = l->in->o->top;
	struct top t = { calloc(max + 1, sizeof(struct top_entry)), 0, max };
	bool ok = t.v != NULL;

	note_zombies(l);
	/* Networks last: in their order the rows are summed up. */
	for (unsigned h = HASHED_KINDS; ok && h-- > 0;)
		ok = choose_hashed(l, (enum stats_hashed)h, &t);
	for (size_t i = 0; ok && i < sizeof(few_kinds) / sizeof(few_kinds[0]);
	     i++)
		ok = choose_few(l, few_kinds[i], &t);
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
	l->busy_n = all;
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
sum_word(struct lists *l, enum stats_kind k, uint32_t id, uint64_t net,
    size_t i)
{
	if (id != 0)
		sum_number(l, k, few_of(l, k, id)->number, net, i);
}

static void
sum_row(struct lists *l, uint32_t network, uint64_t net, size_t i)
{
	const struct stats_row *r = &l->in->row[i];

	sum_number(l, STATS_NETWORK, network, net, i);
	for (unsigned h = HASHED_NETWORK + 1; h < HASHED_KINDS; h++) {
		uint64_t hash = stats_row_hash(r, (enum stats_hashed)h);

		if (hash != 0)
			sum_number(l, stats_hashed_kind((enum stats_hashed)h),
			    number_of(&l->shown[h], hash), net, i);
	}
	sum_word(l, STATS_BOTNET, r->botnet, net, i);
	sum_word(l, STATS_COUNTRY, r->country, net, i);
	sum_word(l, STATS_AS, r->as, net, i);
	sum_word(l, STATS_SYSTEM, r->system, net, i);
	for (size_t j = 0; j < sizeof(r->reason); j++)
		sum_word(l, STATS_EVIDENCE, r->reason[j], net, i);
}

/* Those of a network one after the other. */
static void
sum_all(struct lists *l)
{
	const struct stats_in *in = l->in;
	uint64_t last = 0; /* no network has that hash */
	uint32_t number = 0;

	_Static_assert(HASHED_NETWORK == 0, "l->v has the rows by network");
	for (size_t i = 0; i < in->row_n; i++) {
		uint64_t net = l->v[i] >> INDEX;

		if (i + AHEAD < in->row_n)
			__builtin_prefetch(&in->row[l->v[i + AHEAD] & ROW]);
		if (net != last)
			number = number_of(&l->shown[HASHED_NETWORK], net);
		last = net;
		sum_row(l, number, net, l->v[i] & ROW);
	}
}

/* ---- their names and machines ---- */

static bool
is_hashed(enum stats_kind k, enum stats_hashed *h)
{
	for (unsigned i = 0; i < HASHED_KINDS; i++)
		if (stats_hashed_kind((enum stats_hashed)i) == k) {
			*h = (enum stats_hashed)i;
			return true;
		}
	return false;
}

static void
name_word(struct stats_in *in, enum stats_kind k, struct group_sum *s)
{
	const struct stats_word *w;

	if (k == STATS_EVIDENCE) {
		s->g.name = stats_evidence(s->word, &s->g.note);
		return;
	}
	w = &in->dict[k].word[s->word];
	s->g.name = w->name;
	s->g.note = w->note;
	if (k == STATS_SYSTEM)
		s->g.name = stats_copy(in->mem,
		    (struct str){ w->key, w->key_n });
	if (k == STATS_BOTNET && w->first_ms != 0)
		s->g.first_ms = w->first_ms;
}

static size_t
want(const struct lists *l, enum stats_kind k, struct group_sum *s,
    struct stats_want *to)
{
	enum stats_hashed h = HASHED_NETWORK;
	bool name = is_hashed(k, &h);
	size_t n = 0;

	for (size_t i = 0; i < s->busy.n; i++) {
		bool machine = i < s->machines;

		if (machine || (name && i == 0))
			to[n++] = (struct stats_want){
				l->in->row[s->busy.v[i].id].at,
				h,
				s->hash,
				name && i == 0 ? &s->g.name : NULL,
				machine ? &s->g.machine[i] : NULL,
			};
	}
	return n;
}

/* Its record is not there any more: then another of the group tells it. */
static void
name_late(const struct lists *l, enum stats_kind k, struct group_sum *s)
{
	enum stats_hashed h = HASHED_NETWORK;

	if (!is_hashed(k, &h))
		return;
	for (size_t i = 1; i < s->busy.n && s->g.name == NULL; i++)
		stats_tell(l->in,
		    &(struct stats_want){ l->in->row[s->busy.v[i].id].at, h,
			s->hash, &s->g.name, NULL },
		    1);
	if (s->g.name == NULL)
		s->g.name = "?";
}

/* Leaves out machines that are not there any more. */
static void
close_up(struct group_sum *s)
{
	struct stats_machine *m = s->g.machine;

	for (size_t i = 0; i < s->machines; i++)
		if (m[i].key.family != 0)
			m[s->g.machine_n++] = m[i];
}

static bool
prepare(struct lists *l, enum stats_kind k, struct group_sum *s)
{
	top_sort(&s->busy);
	s->g.note = "";
	s->g.first_ms = (int64_t)s->first_s * 1000;
	s->g.last_ms = (int64_t)s->last_s * 1000;
	if (!is_hashed(k, &(enum stats_hashed){ HASHED_NETWORK }))
		name_word(l->in, k, s);
	s->machines = l->in->o->machines;
	if (s->machines > s->busy.n)
		s->machines = s->busy.n;
	if (s->machines > 0)
		s->g.machine = stats_alloc(l->in->mem, s->machines,
		    sizeof(*s->g.machine));
	return s->machines == 0 || s->g.machine != NULL;
}

/* Names and machines of all groups in one walk over the file. */
static bool
tell_all(struct lists *l)
{
	struct stats_want *all = calloc(l->busy_n + 1, sizeof(*all));
	bool ok = all != NULL;
	size_t n = 0;

	for (enum stats_kind k = 0; ok && k < STATS_KINDS; k++)
		for (size_t i = 0; ok && i < l->n[k]; i++) {
			ok = prepare(l, k, &l->sum[k][i]);
			if (ok)
				n += want(l, k, &l->sum[k][i], all + n);
		}
	if (ok)
		stats_tell(l->in, all, n);
	free(all);
	return ok;
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

		name_late(l, k, s);
		close_up(s);
		list->group[list->n++] = s->g;
	}
	if (list->n > 1)
		qsort(list->group, list->n, sizeof(*list->group), by_size);
	return true;
}

static bool
make_all(struct lists *l)
{
	bool ok = choose_all(l) && give_places(l);

	if (ok)
		sum_all(l);
	free(l->v);
	free(l->tmp);
	l->v = l->tmp = NULL;
	ok = ok && tell_all(l);
	for (unsigned k = 0; ok && k < STATS_KINDS; k++)
		ok = finish(l, (enum stats_kind)k);
	return ok;
}

int
stats_lists(struct stats_in *in)
{
	struct lists l = { .in = in };
	bool ok;

	l.v = malloc((in->row_n + 1) * sizeof(*l.v));
	l.tmp = malloc((in->row_n + 1) * sizeof(*l.tmp));
	l.zombies = calloc(in->row_n / 64 + 1, sizeof(*l.zombies));
	ok = l.v != NULL && l.tmp != NULL && l.zombies != NULL && make_all(&l);
	for (unsigned k = 0; k < STATS_KINDS; k++)
		free(l.sum[k]);
	for (unsigned h = 0; h < HASHED_KINDS; h++)
		free(l.shown[h].place);
	free(l.v);
	free(l.tmp);
	free(l.zombies);
	free(l.busy);
	return ok && !in->mem->failed ? 0 : -ENOMEM;
}
