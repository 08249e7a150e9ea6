/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_stat: bounds and scores against known values and closed forms
 *
 * zt-link: tools/replay_stat
 * zt-libs: libm
 */
#include <math.h>

#include "tests/zt.h"
#include "tools/replay_stat.h"

static bool
near(double a, double b, double within)
{
	return fabs(a - b) <= within;
}

/*
 * None and all have closed forms; the others are the exact bounds that
 * textbooks print for these figures.
 */
static const struct {
	const char *name;
	uint64_t k, n;
	double low, high, within;
} exact[] = {
	{ "none of 10: the upper bound is 1 - 0.025^(1/10)", 0, 10, 0,
	    0.30849711, 1e-8 },
	{ "all of 10: the lower bound mirrors it", 10, 10, 0.69150289, 1,
	    1e-8 },
	{ "1 of 10", 1, 10, 0.00252858, 0.44501612, 1e-7 },
	{ "5 of 10", 5, 10, 0.18708603, 0.81291397, 1e-7 },
	{ "4 of 20", 4, 20, 0.05733400, 0.43661400, 1e-6 },
	{ "10 of 100", 10, 100, 0.04900469, 0.17622260, 1e-7 },
	{ "81 of 263", 81, 263, 0.25271, 0.36762, 3e-5 },
	{ "none of 7376: about 3.69 / n", 0, 7376, 0, 0.00050000, 1e-7 },
	{ "nothing is known of nothing", 0, 0, 0, 1, 0 },
}, wilson[] = {
	{ "none of 10: z2 / (n + z2)", 0, 10, 0, 0.27753280, 1e-7 },
	{ "5 of 10", 5, 10, 0.23659309, 0.76340691, 1e-7 },
	{ "81 of 263", 81, 263, 0.25527, 0.36621, 3e-5 },
	{ "15 of 148", 15, 148, 0.06238, 0.16050, 3e-5 },
	{ "nothing is known of nothing", 0, 0, 0, 1, 0 },
};

static void
test_bounds(void)
{
	for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++) {
		struct stat_bounds b = stat_exact(exact[i].k, exact[i].n);

		ZT_CASE(exact[i].name,
		    near(b.low, exact[i].low, exact[i].within) &&
			near(b.high, exact[i].high, exact[i].within));
	}
	for (size_t i = 0; i < sizeof(wilson) / sizeof(wilson[0]); i++) {
		struct stat_bounds b = stat_wilson(wilson[i].k, wilson[i].n);

		ZT_CASE(wilson[i].name,
		    near(b.low, wilson[i].low, wilson[i].within) &&
			near(b.high, wilson[i].high, wilson[i].within));
	}
}

/* I_x(a, b) for whole a and b is a sum of binomial probabilities. */
static double
beta_by_sum(double x, int a, int b)
{
	int n = a + b - 1;
	double sum = 0;

	for (int k = a; k <= n; k++) {
		double c = 1;

		for (int i = 1; i <= k; i++)
			c *= (double)(n - k + i) / i;
		sum += c * pow(x, k) * pow(1 - x, n - k);
	}
	return sum;
}

static void
test_beta(void)
{
	bool sums = true, mirror = true, rises = true;

	for (int a = 1; a <= 20; a++)
		for (int b = 1; b <= 20; b++)
			for (int i = 1; i < 20; i++) {
				double x = i / 20.0;
				double v = stat_beta(x, a, b);

				sums &= near(v, beta_by_sum(x, a, b), 1e-12);
				mirror &= near(v, 1 - stat_beta(1 - x, b, a),
				    1e-12);
				rises &= v >= stat_beta(x - 0.05, a, b);
			}
	ZT_CASE("I_x(a, b) is the binomial sum", sums);
	ZT_CASE("I_x(a, b) = 1 - I_1-x(b, a)", mirror);
	ZT_CASE("I_x(a, b) never falls with x", rises);
	ZT_CASE("I_x(a, a) is half at the middle, with large a, too",
	    near(stat_beta(0.5, 1e6, 1e6), 0.5, 1e-9));
	ZT_CASE("I_x(1, b) is 1 - (1 - x)^b",
	    near(stat_beta(1e-6, 1, 1e6), 1 - exp(1e6 * log1p(-1e-6)), 1e-9));
}

/*
 * What bounds are for: among all samples that a share can give, those whose
 * bounds miss it have at most 5 % of the probability.
 */
static double
coverage(double p, int n)
{
	double in = 0;

	for (int k = 0; k <= n; k++) {
		struct stat_bounds b = stat_exact((uint64_t)k, (uint64_t)n);
		double c = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);

		if (p >= b.low && p <= b.high)
			in += exp(c + k * log(p) + (n - k) * log1p(-p));
	}
	return in;
}

static void
test_coverage(void)
{
	double least = 1;

	for (int i = 1; i < 100; i++)
		least = fmin(least, coverage(i / 100.0, 40));
	ZT_CASE("exact bounds hold at least 95 times in 100", least >= 0.95);
	ZT_CASE("and not always", least < 0.99);
}

static struct stat_calib calib; /* too big for a stack */

static void
test_brier(void)
{
	struct stat_brier b;

	memset(&calib, 0, sizeof(calib));
	b = stat_calib_brier(&calib);
	ZT_CASE("nothing has no score", b.score == 0 && b.log_loss == 0);
	stat_calib_add(&calib, 0.9, true);
	stat_calib_add(&calib, 0.8, true);
	stat_calib_add(&calib, 0.3, false);
	stat_calib_add(&calib, 0.4, true);
	b = stat_calib_brier(&calib);
	ZT_CASE("the score is the mean squared error",
	    near(b.score, (0.01 + 0.04 + 0.09 + 0.36) / 4, 1e-12));
	ZT_CASE("the log loss is the mean of -log of what was right",
	    near(b.log_loss, -(log(0.9) + log(0.8) + log(0.7) + log(0.4)) / 4,
		1e-12));
	ZT_CASE("uncertainty is that of the share",
	    near(b.uncertainty, 0.75 * 0.25, 1e-12));
	memset(&calib, 0, sizeof(calib));
	stat_calib_add(&calib, 1, true);
	stat_calib_add(&calib, 0, false);
	b = stat_calib_brier(&calib);
	ZT_CASE("who is sure and right has no error",
	    b.score == 0 && b.reliability == 0 &&
		near(b.resolution, b.uncertainty, 1e-12));
	stat_calib_add(&calib, 1, false);
	ZT_CASE("who is sure and wrong loses much, but not all",
	    stat_calib_brier(&calib).log_loss > 5 &&
		isfinite(stat_calib_brier(&calib).log_loss));
}

/* A judge who is right as often as he says, and one who is too sure. */
static void
test_reliability(void)
{
	struct stat_bin bins[STAT_BINS];
	struct stat_brier b;
	bool mass = true, inside = true;
	size_t n;

	memset(&calib, 0, sizeof(calib));
	for (int i = 0; i < 60000; i++) {
		double p = (double)(zt_random() >> 11) / 0x1p53;

		stat_calib_add(&calib, p,
		    (double)(zt_random() >> 11) / 0x1p53 < p);
	}
	n = stat_calib_bins(&calib, bins);
	ZT_CASE("60,000 probabilities fill all bins", n == STAT_BINS);
	for (size_t i = 0; i < n; i++) {
		struct stat_bounds w = stat_wilson(bins[i].bad, bins[i].n);

		mass &= bins[i].n > 3700 && bins[i].n < 4300;
		inside &= bins[i].p > w.low - 0.01 && bins[i].p < w.high + 0.01;
	}
	ZT_CASE("bins have equal mass, to a cell", mass);
	ZT_CASE("and who is calibrated is in their bounds", inside);
	b = stat_calib_brier(&calib);
	ZT_CASE("calibrated and even: the score is 1/6",
	    near(b.score, 1.0 / 6, 0.005));
	ZT_CASE("its parts add up to it",
	    near(b.reliability - b.resolution + b.uncertainty, b.score, 0.002));
	ZT_CASE("and its reliability is nearly 0", b.reliability < 0.001);
}

static void
test_tails(void)
{
	struct stat_bin bins[STAT_BINS];
	size_t n;

	memset(&calib, 0, sizeof(calib));
	for (int i = 0; i < 1000; i++)
		stat_calib_add(&calib, 0.995, i >= 5);
	for (int i = 0; i < 500; i++)
		stat_calib_add(&calib, 0.9995, i >= 1);
	stat_calib_add(&calib, 0.98, false);
	ZT_CASE("from 0.99 on: all but one, 6 of them good",
	    calib.tail_n[0] == 1500 && calib.tail_good[0] == 6);
	ZT_CASE("from 0.999 on: the surest, 1 of them good",
	    calib.tail_n[1] == 500 && calib.tail_good[1] == 1);
	n = stat_calib_bins(&calib, bins);
	ZT_CASE("three values make no more than three bins", n <= 3);
	ZT_CASE("and lose nobody",
	    bins[0].n + bins[1].n + (n > 2 ? bins[2].n : 0) == 1501);
	stat_calib_add(&calib, NAN, true);
	stat_calib_add(&calib, 2, true);
	ZT_CASE("what is no probability harms nobody", calib.n == 1503);
}

static const struct zt_test tests[] = {
	{ "bounds", test_bounds },
	{ "beta", test_beta },
	{ "coverage", test_coverage },
	{ "brier", test_brier },
	{ "reliability", test_reliability },
	{ "tails", test_tails },
};
ZT_MAIN("replay_stat", tests)
