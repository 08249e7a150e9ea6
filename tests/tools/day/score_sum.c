/* SPDX-License-Identifier: GPL-3.0-or-later */
/* score_sum - what was read, counted: zfw, and the oracle beside it */
#include <err.h>
#include <math.h>
#include <stdlib.h>

#include "tests/tools/day/score.h"

static bool
arrives(const struct score_session *s)
{
	return !s->dropped && !(s->cut && s->cut_t < s->sent);
}

static void
count_kind(struct score_kind *k, const struct score_session *s)
{
	bool in = arrives(s);

	k->n++;
	k->dropped += s->dropped;
	k->cut += !s->dropped && s->cut;
	k->first += s->nth == 1 && s->message;
	k->first_cut += s->nth == 1 && s->message && !in;
	k->messages += s->message;
	k->arrived += s->message && in;
}

/* How sure the oracle was before DATA, at most. */
static void
look_back(struct score_tally *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct score_session *s = &t->s[i];

		s->most = s->odds[0];
		for (unsigned k = 1; k + 1 < SCORE_ODDS; k++)
			if (s->odds[k] > s->most)
				s->most = s->odds[k];
	}
}

void
score_finish(struct score_tally *t)
{
	for (size_t i = 0; i < t->n; i++) {
		count_kind(&t->kinds[t->s[i].kind], &t->s[i]);
		t->good_servers += t->s[i].class == SCORE_GOOD &&
		    !t->s[i].mixed && t->s[i].nth == 1;
	}
	look_back(t);
}

void
score_free(struct score_tally *t)
{
	free(t->s);
}

struct day {
	unsigned good, hit;
};

static void
count_good(struct score_result *r, const struct score_session *s, bool hit,
    struct day *days)
{
	if (s->mixed) {
		r->mixed_good++;
		r->mixed_hit += hit;
		return;
	}
	r->good++;
	r->good_hit += hit;
	days[s->day].good++;
	days[s->day].hit += hit;
}

static void
count_zombie(struct score_result *r, const struct score_session *s,
    bool prevented, bool in)
{
	if (s->mixed)
		return;
	if (s->nth > 1) {
		r->after++;
		r->prevented += prevented;
	}
	if (s->nth == 1 && s->message) {
		r->first++;
		r->first_cut += !in;
	}
	r->messages += s->message;
	r->arrived += s->message && in;
	r->passed += s->passed && in;
}

static void
worst_day(struct score_result *r, const struct day *days, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (days[i].good > 0 &&
		    (r->worst_good == 0 ||
			(double)days[i].hit / days[i].good >
			    (double)r->worst_hit / r->worst_good)) {
			r->worst_good = days[i].good;
			r->worst_hit = days[i].hit;
		}
}

/* By zfw, or by the oracle with a limit; one day, or all. */
static void
count_all(const struct score_tally *t, const float *limit, unsigned day,
    struct score_result *r)
{
	struct day *days = calloc((size_t)t->runs * SCORE_DAYS + 1,
	    sizeof(*days));

	if (days == NULL)
		err(1, "memory");
	*r = (struct score_result){ .good = 0 };
	for (size_t i = 0; i < t->n; i++) {
		const struct score_session *s = &t->s[i];
		bool hit = limit ? s->most > *limit : s->dropped || s->cut;
		bool in = limit ? !hit : arrives(s);
		if (day < SCORE_DAYS && s->day != day)
			continue;
		/* By what the SYN and all sessions before it say. */
		bool prevented = limit ? s->odds[0] > *limit : s->dropped;

		if (s->class == SCORE_GOOD)
			count_good(r, s, hit,
			    days + (size_t)s->run * SCORE_DAYS);
		else if (s->class == SCORE_ZOMBIE)
			count_zombie(r, s, prevented, in);
	}
	worst_day(r, days, (size_t)t->runs * SCORE_DAYS);
	free(days);
}

void
score_zfw(const struct score_tally *t, struct score_result *out)
{
	count_all(t, NULL, SCORE_DAYS, out);
}

void
score_day(const struct score_tally *t, unsigned day, struct score_result *out)
{
	count_all(t, NULL, day, out);
}

double
score_oracle_brier(const struct score_tally *t)
{
	double sum = 0, n = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct score_session *s = &t->s[i];
		double p, y = s->class == SCORE_ZOMBIE;

		if (s->mixed || s->class == SCORE_OTHER)
			continue;
		p = 1 / (1 + exp(-(double)s->odds[SCORE_ODDS - 1]));
		sum += (p - y) * (p - y);
		n++;
	}
	return n > 0 ? sum / n : 0;
}

static int
downwards(const void *va, const void *vb)
{
	const float a = *(const float *)va, b = *(const float *)vb;

	return a > b ? -1 : a < b;
}

void
score_oracle(const struct score_tally *t, double rate, struct score_result *out)
{
	float *most = calloc(t->n + 1, sizeof(*most)), limit;
	size_t n = 0, allowed;

	if (most == NULL)
		err(1, "memory");
	for (size_t i = 0; i < t->n; i++)
		if (t->s[i].class == SCORE_GOOD && !t->s[i].mixed)
			most[n++] = t->s[i].most;
	qsort(most, n, sizeof(*most), downwards);
	allowed = (size_t)(rate * (double)n);
	limit = allowed < n ? most[allowed] : -1e9F;
	free(most);
	count_all(t, &limit, SCORE_DAYS, out);
}

/* P(at most k of n) when each has the probability p */
static double
at_most(unsigned k, unsigned n, double p)
{
	double term = n * log1p(-p), sum = exp(term);

	for (unsigned i = 0; i < k; i++) {
		term += log((double)(n - i) / (i + 1)) + log(p) - log1p(-p);
		sum += exp(term);
	}
	return sum;
}

double
score_bound(unsigned k, unsigned n)
{
	double lo = 0, hi = 1;

	if (k >= n)
		return 1;
	for (int i = 0; i < 60; i++) {
		double mid = (lo + hi) / 2;

		if (at_most(k, n, mid) > 0.05)
			lo = mid;
		else
			hi = mid;
	}
	return hi;
}
