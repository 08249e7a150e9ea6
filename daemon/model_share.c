/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_share - features: the shares of their values, and what they say */
#include <math.h>

#include "daemon/model_impl.h"
#include "daemon/model_prior.h"

/* However rare a value is, this many labels of it stand behind its shares. */
#define RARE 4.0

static void
init_value(struct model_value *v, double qz, double qg, double strength)
{
	v->qz = qz;
	v->qg = qg;
	if (qz == 0 || qg == 0)
		return;
	v->strength = fmax(strength, RARE / fmin(qz, qg));
	v->shipped = v->yesterday = v->ratio = log(qz / qg);
}

static void
init_table(struct model_table *t, enum model_feature f)
{
	const struct model_prior *p = &model_priors[f];

	t->n = model_values(f);
	for (unsigned v = 0; v < t->n; v++) {
		init_value(&t->v[v], p->v[v].qz, p->v[v].qg, p->strength);
		t->v[v].hard = p->v[v].hard;
	}
}

/* The sum of n cells from `first` on: as hard as all of them are. */
static void
init_sum(struct model_value *v, const struct model_table *from, unsigned first,
    unsigned step, unsigned n)
{
	double qz = 0, qg = 0;
	bool hard = true;

	for (; n > 0; n--, first += step) {
		const struct model_value *cell = &from->v[first];

		qz += cell->qz;
		qg += cell->qg;
		hard = hard && (cell->hard || cell->qz == 0);
	}
	init_value(v, qz, qg, model_priors[MODEL_NAME].strength);
	v->hard = hard;
}

static void
init_sums(struct model *m, enum model_feature name, unsigned rdns,
    unsigned helo)
{
	struct model_table *r = &m->tables[rdns], *h = &m->tables[helo];

	r->n = MODEL_RDNSS;
	h->n = MODEL_HELOS;
	for (unsigned i = 0; i < r->n; i++)
		init_sum(&r->v[i], &m->tables[name], i * MODEL_HELOS, 1,
		    MODEL_HELOS);
	for (unsigned i = 0; i < h->n; i++)
		init_sum(&h->v[i], &m->tables[name], i, MODEL_HELOS,
		    MODEL_RDNSS);
}

void
model_share_init(struct model *m)
{
	for (unsigned f = 0; f < MODEL_FEATURES; f++)
		init_table(&m->tables[f], (enum model_feature)f);
	init_sums(m, MODEL_NAME, MODEL_SUM_RDNS, MODEL_SUM_HELO);
	init_sums(m, MODEL_NAME_V6, MODEL_SUM_RDNS_V6, MODEL_SUM_HELO_V6);
}

/* ---- what the table says ---- */

const char *
model_feature_name(enum model_feature f)
{
	return f < MODEL_FEATURES ? model_priors[f].name : "none";
}

unsigned
model_values(enum model_feature f)
{
	unsigned n = f < MODEL_FEATURES ? MODEL_VALUES_MAX : 0;

	while (n > 0 && model_priors[f].v[n - 1].name == NULL)
		n--;
	return n;
}

const char *
model_value_name(enum model_feature f, unsigned v)
{
	const char *name = f < MODEL_FEATURES && v < MODEL_VALUES_MAX ?
	    model_priors[f].v[v].name :
	    NULL;

	return name == NULL ? "none" : name;
}

double
model_shipped(enum model_feature f, unsigned v)
{
	if (f >= MODEL_FEATURES || v >= MODEL_VALUES_MAX ||
	    model_priors[f].v[v].name == NULL)
		return 0;
	return log(model_priors[f].v[v].qz / model_priors[f].v[v].qg);
}

/* ---- learning ---- */

void
model_share_count(struct model_table *t, unsigned v, bool bad, double n)
{
	if (v >= t->n || t->v[v].qz == 0)
		return;
	if (bad) {
		t->bad += n;
		t->v[v].bad += n;
	} else {
		t->good += n;
		t->v[v].good += n;
	}
	t->stale = true;
}

double
model_share_raw(const struct model_table *t, const struct model_value *v)
{
	double a = v->strength;

	return log((v->bad + a * v->qz) / (t->bad + a) /
	    ((v->good + a * v->qg) / (t->good + a)));
}

/*
 * What everybody has says nothing about zombies: a value becomes worse only as
 * far as good clients with another value are known, and better only as far as
 * such bad ones are.  So bad labels alone make nothing worse, good ones alone
 * nothing better.
 */
static double
within(const struct model_table *t, const struct model_value *v)
{
	double up = v->shipped + MODEL_FENCE * model_open(t->good - v->good);
	double down = v->hard ?
	    v->shipped :
	    v->shipped - MODEL_FENCE * model_open(t->bad - v->bad);

	return fmin(fmax(model_share_raw(t, v), down), up);
}

void
model_share_refresh(struct model_table *t)
{
	for (unsigned i = 0; i < t->n; i++) {
		struct model_value *v = &t->v[i];

		if (v->qz != 0)
			v->ratio = model_near(within(t, v), v->yesterday,
			    MODEL_DRIFT_DAY);
	}
	t->stale = false;
}

void
model_share_fade(struct model_table *t, double factor, int64_t days)
{
	if (t->stale)
		model_share_refresh(t);
	t->bad *= factor;
	t->good *= factor;
	for (unsigned i = 0; i < t->n; i++) {
		t->v[i].bad *= factor;
		t->v[i].good *= factor;
	}
	for (unsigned i = 0; i < t->n && days > 0; i++) {
		struct model_value *v = &t->v[i];

		/* In the days between it would have moved on. */
		if (v->qz != 0)
			v->yesterday = model_near(within(t, v), v->ratio,
			    MODEL_DRIFT_DAY * (double)(days - 1));
	}
	t->stale = true;
}
