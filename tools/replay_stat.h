/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_stat - how good and how calibrated a judge is, in figures
 *
 * Shares with 95 % bounds: the exact ones of Clopper and Pearson, which hold
 * at least that often however small the share, and Wilson's, which are right
 * on average.  And calibration: probabilities with what turned out to be true
 * go in one by one, the Brier score, its three parts and a table of bins with
 * equally many come out.  Bins are made from cells of 0.01 nats, so memory is
 * fixed.  Pure; no errors.  Used by replay's report.
 */
#ifndef ZFW_TOOLS_REPLAY_STAT_H
#define ZFW_TOOLS_REPLAY_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stat_bounds {
	double low, high; /* shares, 0..1 */
};

/* Of k among n; 0..1 when n is 0. */
struct stat_bounds stat_exact(uint64_t k, uint64_t n);
struct stat_bounds stat_wilson(uint64_t k, uint64_t n);

/* The regularized incomplete beta function I_x(a, b); a, b > 0. */
double stat_beta(double x, double a, double b);

#define STAT_BINS  15
#define STAT_TAILS 2
#define STAT_CELLS 2400

/* Probabilities at which a judge blocks: how often is it wrong above them? */
extern const double stat_tail_p[STAT_TAILS];

struct stat_cell {
	uint64_t n, bad;
	double p; /* their sum */
};

struct stat_calib { /* all zero: empty */
	uint64_t n, bad;
	double square, nats; /* sums of squared error and of log loss */
	uint64_t tail_n[STAT_TAILS], tail_good[STAT_TAILS];
	struct stat_cell cell[STAT_CELLS];
};

/* `p` that it is bad, and whether it is. */
void stat_calib_add(struct stat_calib *c, double p, bool bad);

struct stat_bin {
	uint64_t n, bad;
	double p; /* mean */
};
/* Non-empty bins, the lowest first; how many. */
size_t
stat_calib_bins(const struct stat_calib *c, struct stat_bin bins[STAT_BINS]);

struct stat_brier {
	double score; /* mean squared error: 0 is perfect */
	/* of the bins: score is about reliability - resolution + uncertainty */
	double reliability, resolution, uncertainty;
	double log_loss;          /* nats, mean */
	double calibration_error; /* mean distance of bin and its share */
};
struct stat_brier stat_calib_brier(const struct stat_calib *c);

#endif
