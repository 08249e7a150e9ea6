/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/day/oracle.h"

#include <err.h>
#include <stdlib.h>

#define COME_MAX 200

struct oracle {
	const struct world *w;
	/* log share of each value, of each kind */
	float share[FEATURES][VALUES_MAX][KINDS_MAX];
	float helo[RDNSS][HELOS][KINDS_MAX];
	float sort[ERRANDS][KINDS_MAX]; /* of errands that begin alike */
	/* log of how many clients of the kind come so often or more */
	float come[COME_MAX][KINDS_MAX];
};

static float
log_share(double p)
{
	return (float)(p > 0 ? log(p) : -40);
}

/* Mail with a sender, without one: what follows is seen later. */
static bool
alike(enum errand a, enum errand b)
{
	const unsigned mail = 1u << E_DELIVER | 1u << E_HARVEST;
	const unsigned null = 1u << E_BOUNCE | 1u << E_CALLOUT;
	const unsigned both = 1u << a | 1u << b;

	return a == b || (both & mail) == both || (both & null) == both;
}

static void
learn_shares(struct oracle *o, unsigned k)
{
	const struct kind *kind = &o->w->kinds[k];

	for (unsigned f = 0; f < FEATURES; f++)
		for (unsigned v = 0; v < feature_values(o->w, f); v++)
			o->share[f][v][k] = log_share(
			    kind_share(o->w, kind, f, v));
	for (unsigned e = 0; e < ERRANDS; e++) {
		double sum = 0;

		for (unsigned i = 0; i < ERRANDS; i++)
			if (alike(e, i))
				sum += kind_share(o->w, kind, F_ERRAND, i);
		o->sort[e][k] = log_share(sum);
	}
	for (unsigned r = 0; r < RDNSS; r++)
		for (unsigned h = 0; h < HELOS; h++)
			o->helo[r][h][k] = log_share(
			    kind_helo_share(o->w, kind, h, r));
}

struct oracle *
oracle_new(const struct plan *p)
{
	struct oracle *o = calloc(1, sizeof(*o));

	if (o == NULL)
		err(1, "memory");
	o->w = p->world;
	for (size_t i = 0; i < p->clients_n; i++) {
		const struct client *c = &p->clients[i];

		for (unsigned n = 0; n < COME_MAX && n < c->sessions_n; n++)
			o->come[n][c->kind]++;
	}
	for (unsigned k = 0; k < o->w->kinds_n; k++) {
		learn_shares(o, k);
		for (unsigned n = 0; n < COME_MAX; n++)
			o->come[n][k] = log_share(o->come[n][k]);
	}
	return o;
}

void
oracle_free(struct oracle *o)
{
	free(o);
}

void
oracle_begin(struct oracle *o, struct client *c)
{
	(void)o;
	c->played++;
}

void
oracle_see(struct oracle *o, struct client *c, enum feature f, unsigned v)
{
	const float *share = f == F_HELO ? o->helo[c->v[F_RDNS]][v] :
					   o->share[f][v];

	/* A client's own features tell nothing more the second time. */
	if (f < F_CLIENT && (c->seen >> f & 1) != 0)
		return;
	if (f < F_CLIENT)
		c->seen |= 1u << f;
	for (unsigned k = 0; k < o->w->kinds_n; k++)
		c->ll[k] += share[k];
}

void
oracle_see_errand(struct oracle *o, struct client *c, enum errand e, bool done)
{
	const float *share = o->share[F_ERRAND][e], *sort = o->sort[e];

	for (unsigned k = 0; k < o->w->kinds_n; k++)
		c->ll[k] += done ? share[k] - sort[k] : sort[k];
}

/* log of a sum, without overflow */
static double
log_add(double a, double b)
{
	double hi = a > b ? a : b, lo = a > b ? b : a;

	return hi + log1p(exp(lo - hi));
}

float
oracle_odds(const struct oracle *o, const struct client *c)
{
	unsigned n = c->played < COME_MAX ? c->played - 1 : COME_MAX - 1;
	double sum[CLASSES] = { -1e9, -1e9, -1e9 };

	for (unsigned k = 0; k < o->w->kinds_n; k++) {
		double l = (double)o->come[n][k] + (double)c->ll[k];
		enum class class = o->w->kinds[k].class;

		sum[class] = log_add(sum[class], l);
	}
	return (float)(sum[CLASS_ZOMBIE] - sum[CLASS_GOOD]);
}
