/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay_stat.h"

#include <math.h>

#define Z95          1.959963984540054 /* of a normal distribution */
#define TAIL95       0.025             /* on each side */
#define TERMS_MAX    100000            /* of the continued fraction */
#define TINY         1e-300
#define CELLS_NATS   0.01
#define NATS_MAX     (STAT_CELLS / 2 * CELLS_NATS)
#define LOSS_P_LEAST 1e-9 /* nobody is surer than that */

const double stat_tail_p[STAT_TAILS] = { 0.99, 0.999 };

/* ---- shares ---- */

static double
not_zero(double x)
{
	return fabs(x) < TINY ? TINY : x;
}

/*
 * The continued fraction of the incomplete beta function, from its front by
 * the method of Lentz.  Converges fast for x below (a + 1) / (a + b + 2).
 */
static double
beta_fraction(double x, double a, double b)
{
	double c = 1, d = 1 / not_zero(1 - (a + b) * x / (a + 1)), f = d;

	for (int m = 1; m < TERMS_MAX; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x /
		    ((a + 2 * m) * (a + 2 * m + 1));
		double step;

		d = 1 / not_zero(1 + even * d);
		c = not_zero(1 + even / c);
		f *= c * d;
		d = 1 / not_zero(1 + odd * d);
		c = not_zero(1 + odd / c);
		step = c * d;
		f *= step;
		if (fabs(step - 1) < 1e-14)
			break;
	}
	return f;
}

static double
log_gamma(double x)
{
	int sign;

	return lgamma_r(x, &sign);
}

double
stat_beta(double x, double a, double b)
{
	double front;

	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) +
	    a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(x, a, b) / a;
	return 1 - front * beta_fraction(1 - x, b, a) / b;
}

/* The x with I_x(a, b) = want. */
static double
beta_inverse(double want, double a, double b)
{
	double low = 0, high = 1;

	for (int i = 0; i < 100; i++) {
		double x = (low + high) / 2;

		if (stat_beta(x, a, b) < want)
			low = x;
		else
			high = x;
	}
	return (low + high) / 2;
}

struct stat_bounds
stat_exact(uint64_t k, uint64_t n)
{
	double x = (double)k, all = (double)n;
	struct stat_bounds b = { 0, 1 };

	if (k > 0 && n > 0)
		b.low = beta_inverse(TAIL95, x, all - x + 1);
	if (k < n)
		b.high = beta_inverse(1 - TAIL95, x + 1, all - x);
	return b;
}

struct stat_bounds
stat_wilson(uint64_t k, uint64_t n)
{
	double all = (double)n, z2 = Z95 * Z95, p, middle, half;

	if (n == 0)
		return (struct stat_bounds){ 0, 1 };
	p = (double)k / all;
	middle = (p + z2 / (2 * all)) / (1 + z2 / all);
	half = Z95 * sqrt(p * (1 - p) / all + z2 / (4 * all * all)) /
	    (1 + z2 / all);
	return (struct stat_bounds){ fmax(0, middle - half),
		fmin(1, middle + half) };
}

/* ---- calibration ---- */

static struct stat_cell *
cell_of(struct stat_calib *c, double p)
{
	double nats = log(p) - log1p(-p);
	double at;

	if (!(nats > -NATS_MAX)) /* also p = 0 */
		nats = -NATS_MAX;
	at = (nats + NATS_MAX) / CELLS_NATS;
	return &c->cell[at < STAT_CELLS - 1 ? (size_t)at : STAT_CELLS - 1];
}

void
stat_calib_add(struct stat_calib *c, double p, bool bad)
{
	struct stat_cell *cell;
	double truth = bad ? 1 : 0;

	p = fmin(1, fmax(0, p));
	cell = cell_of(c, p);
	c->n++;
	c->bad += bad;
	c->square += (p - truth) * (p - truth);
	c->nats -= log(fmax(LOSS_P_LEAST, bad ? p : 1 - p));
	for (int i = 0; i < STAT_TAILS; i++)
		if (p >= stat_tail_p[i]) {
			c->tail_n[i]++;
			c->tail_good[i] += !bad;
		}
	cell->n++;
	cell->bad += bad;
	cell->p += p;
}

size_t
stat_calib_bins(const struct stat_calib *c, struct stat_bin bins[STAT_BINS])
{
	struct stat_bin bin = { 0 };
	uint64_t seen = 0, full = 1; /* shares of the whole */
	size_t n = 0;

	for (size_t i = 0; i < STAT_CELLS; i++) {
		bin.n += c->cell[i].n;
		bin.bad += c->cell[i].bad;
		bin.p += c->cell[i].p;
		seen += c->cell[i].n;
		if (bin.n == 0 || seen * STAT_BINS < c->n * full)
			continue;
		/* A big cell may have filled several. */
		full = seen * STAT_BINS / c->n + 1;
		bin.p /= (double)bin.n;
		bins[n++] = bin;
		bin = (struct stat_bin){ 0 };
	}
	return n;
}

struct stat_brier
stat_calib_brier(const struct stat_calib *c)
{
	struct stat_brier b = { 0 };
	struct stat_bin bins[STAT_BINS];
	size_t n = stat_calib_bins(c, bins);
	double all = (double)c->n, base;

	if (c->n == 0)
		return b;
	base = (double)c->bad / all;
	b.score = c->square / all;
	b.log_loss = c->nats / all;
	b.uncertainty = base * (1 - base);
	for (size_t i = 0; i < n; i++) {
		double share = (double)bins[i].bad / (double)bins[i].n;
		double weight = (double)bins[i].n / all;
		double off = bins[i].p - share, far = share - base;

		b.reliability += weight * off * off;
		b.resolution += weight * far * far;
		b.calibration_error += weight * fabs(off);
	}
	return b;
}
