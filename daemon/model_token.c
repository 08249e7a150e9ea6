/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model_token - values that nobody can list: TCP signatures and dialects
 *
 * What is learned of one moves the ratio of what is known without it, the
 * base.  With R = bad / good labels of all tokens, one that is as the base
 * says would be bad e^base * R times as often as good.  That is put in as a
 * prior of STRENGTH labels of whichever kind would be the rarer one, so that
 * it takes some of those, or the lack of many expected, to move anything:
 *
 *   l = log[(bad + az) / (good + ag)] - log R,  az / ag = e^base * R
 *
 * Sets of a few entries; a new token takes the place of a worn one only.
 */
#include <math.h>

#include "daemon/model_impl.h"

#define STRENGTH 5.0  /* 10 in all where both kinds are as frequent */
#define TOTALS   10.0 /* labels of each kind that we begin with */
#define WORN     0.05 /* labels, nats: less is forgotten */

static struct model_entry *
set_of(struct model *m, enum model_token t, uint64_t key)
{
	size_t set = hash_keyed(&m->key, &key, sizeof(key)) % MODEL_SETS;

	return &m->tokens[t].e[set * MODEL_WAYS];
}

static struct model_entry *
find(struct model *m, enum model_token t, uint64_t key)
{
	struct model_entry *set;

	if (t >= MODEL_TOKENS || key == 0)
		return NULL;
	set = set_of(m, t, key);
	for (size_t i = 0; i < MODEL_WAYS; i++)
		if (set[i].key == key)
			return &set[i];
	return NULL;
}

static float
weight(const struct model_entry *e)
{
	return e->key == 0 ? 0 : e->bad + e->good;
}

static struct model_entry *
lightest(struct model *m, enum model_token t, uint64_t key)
{
	struct model_entry *set = set_of(m, t, key), *e = set;

	for (size_t i = 1; i < MODEL_WAYS; i++)
		if (weight(&set[i]) < weight(e))
			e = &set[i];
	return e;
}

/* NULL: no room yet, but what has it is worth one label less. */
static struct model_entry *
make(struct model *m, enum model_token t, uint64_t key)
{
	struct model_entry *e = lightest(m, t, key);
	float w = weight(e);

	if (w > 1) {
		e->bad *= (w - 1) / w;
		e->good *= (w - 1) / w;
		return NULL;
	}
	*e = (struct model_entry){ .key = key };
	return e;
}

void
model_token_count(struct model *m, enum model_token t, uint64_t key, bool bad)
{
	struct model_entry *e;

	if (key == 0)
		return;
	if (bad)
		m->tokens[t].all.bad++;
	else
		m->tokens[t].all.good++;
	e = find(m, t, key);
	if (e == NULL)
		e = make(m, t, key);
	if (e == NULL)
		return;
	if (bad)
		e->bad++;
	else
		e->good++;
}

/* How far it moves the base, as model_share.c does with a ratio. */
static double
moves(const struct model_totals *t, const struct model_entry *e)
{
	double base = (double)e->base, bad = (double)e->bad,
	       good = (double)e->good;
	double r = (t->bad + TOTALS) / (t->good + TOTALS);
	double odds = exp(base) * r;
	double az = STRENGTH * fmax(1, odds), ag = STRENGTH * fmax(1, 1 / odds);
	double d = log((bad + az) / (good + ag)) - log(r) - base;

	d = fmin(d, MODEL_FENCE * model_open(t->good - good));
	return fmax(d, -MODEL_FENCE * model_open(t->bad - bad));
}

double
model_token_llr(struct model *m, enum model_token t, uint64_t key, double base,
    int64_t now_ms)
{
	struct model_entry *e;

	model_advance(m, now_ms);
	e = find(m, t, key);
	if (e == NULL || !(fabs(base) <= MODEL_BASE_MAX))
		return base;
	e->base = (float)base;
	return base +
	    model_near(moves(&m->tokens[t].all, e), (double)e->yesterday,
		MODEL_DRIFT_DAY);
}

void
model_token_counts(struct model *m, enum model_token t, uint64_t key,
    int64_t now_ms, double *bad, double *good)
{
	struct model_entry *e;

	model_advance(m, now_ms);
	e = find(m, t, key);
	*bad = e == NULL ? 0 : (double)e->bad;
	*good = e == NULL ? 0 : (double)e->good;
}

/* In the days between it would have moved on. */
static void
new_day(struct model_entry *e, double was, double now, int64_t days)
{
	e->yesterday = (float)model_near(now, was,
	    MODEL_DRIFT_DAY * (double)(days - 1));
	if (weight(e) < (float)WORN && fabs((double)e->yesterday) < WORN)
		*e = (struct model_entry){ 0 };
}

void
model_token_fade(struct model_tokens *t, double factor, int64_t days)
{
	struct model_totals old = t->all;

	t->all.bad *= factor;
	t->all.good *= factor;
	for (size_t i = 0; i < MODEL_SETS * MODEL_WAYS; i++) {
		struct model_entry *e = &t->e[i];
		double was = 0;

		if (e->key == 0)
			continue;
		if (days > 0)
			was = model_near(moves(&old, e), (double)e->yesterday,
			    MODEL_DRIFT_DAY);
		e->bad *= (float)factor;
		e->good *= (float)factor;
		if (days > 0)
			new_day(e, was, moves(&t->all, e), days);
	}
}

bool
model_token_put(struct model *m, enum model_token t,
    const struct model_entry *e)
{
	struct model_entry *at;

	if (e->key == 0 || find(m, t, e->key) != NULL)
		return false;
	at = lightest(m, t, e->key);
	if (weight(at) == 0 || weight(at) < weight(e))
		*at = *e;
	return true;
}
