/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/day/kind.h"

#define ODD 0.003 /* clients that are like none of their kind */

const char *const feature_name[FEATURES] = {
	[F_STACK] = "stack",
	[F_PATH] = "path",
	[F_RTT] = "rtt",
	[F_RDNS] = "rdns",
	[F_HELO] = "helo",
	[F_DIALECT] = "dialect",
	[F_TLS] = "tls",
	[F_EARLY] = "early",
	[F_THINK] = "think",
	[F_ERRAND] = "errand",
	[F_RCPTS] = "rcpts",
	[F_LEAVE] = "leave",
	[F_FILTER] = "filter",
	[F_RCPT] = "rcpt",
};

const struct world *
world_get(unsigned n)
{
	switch (n) {
	case 1:
		return &world_one;
	case 2:
		return &world_two;
	case 3:
		return &world_three;
	default:
		return NULL;
	}
}

unsigned
feature_values(const struct world *w, enum feature f)
{
	switch (f) {
	case F_STACK:
		return w->stacks_n;
	case F_PATH:
		return PATHS;
	case F_RTT:
		return RTTS;
	case F_RDNS:
		return RDNSS;
	case F_HELO:
		return HELOS;
	case F_DIALECT:
		return w->dialects_n;
	case F_THINK:
		return THINKS;
	case F_ERRAND:
		return ERRANDS;
	case F_RCPTS:
		return RCPTSS;
	case F_LEAVE:
		return LEAVES;
	case F_RCPT:
		return RCPT_OUTCOMES;
	default:
		return 2; /* yes or no */
	}
}

double
kind_share(const struct world *w, const struct kind *k, enum feature f,
    unsigned v)
{
	unsigned n = feature_values(w, f);
	double sum = 0;

	if (f == F_FILTER)
		return v ? k->refused : 1 - k->refused;
	for (unsigned i = 0; i < n; i++)
		sum += k->w[f][i];
	if (sum <= 0)
		return 1.0 / n;
	/* What a session does is in its tables to the last digit. */
	if (f >= F_EARLY)
		return k->w[f][v] / sum;
	return (1 - ODD) * k->w[f][v] / sum + ODD / n;
}

enum helo
helo_of(enum helo wanted, enum rdns rdns)
{
	return wanted == HELO_OWN && rdns == RDNS_NONE ? HELO_LABEL : wanted;
}

double
kind_helo_share(const struct world *w, const struct kind *k, enum helo seen,
    enum rdns rdns)
{
	double p = 0;

	for (unsigned i = 0; i < HELOS; i++)
		if (helo_of(i, rdns) == seen)
			p += kind_share(w, k, F_HELO, i);
	return p;
}
