/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rand - tests only: the dice of daygen
 *
 * A small generator of numbers that are the same for the same seed on every
 * machine.  Its state is the caller's, by value; forking one by name gives
 * independent dice, so that a change in one place does not move all others.
 */
#ifndef ZFW_TESTS_TOOLS_DAY_RAND_H
#define ZFW_TESTS_TOOLS_DAY_RAND_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
	uint64_t s;
};

static inline uint64_t
dice_bits(struct dice *d)
{
	uint64_t x = d->s += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static inline struct dice
dice_fork(const struct dice *d, uint64_t name)
{
	struct dice n = { d->s ^ (name + 1) * 0xd6e8feb86659fd93 };

	n.s = dice_bits(&n);
	return n;
}

/* 0 to n - 1 */
static inline unsigned
dice_below(struct dice *d, unsigned n)
{
	return (unsigned)((dice_bits(d) >> 32) * n >> 32);
}

/* 0 <= x < 1 */
static inline double
dice_unit(struct dice *d)
{
	return (double)(dice_bits(d) >> 11) / 9007199254740992.0;
}

static inline int64_t
dice_us(struct dice *d, double lo_ms, double hi_ms)
{
	return (int64_t)((lo_ms + (hi_ms - lo_ms) * dice_unit(d)) * 1000);
}

static inline int
dice_yes(struct dice *d, double p)
{
	return dice_unit(d) < p;
}

/* Of mean 1, with a long tail. */
static inline double
dice_exp(struct dice *d)
{
	return -log(1 - dice_unit(d));
}

static inline double
dice_normal(struct dice *d)
{
	double r = sqrt(2 * dice_exp(d));

	return r * cos(6.283185307179586 * dice_unit(d));
}

/* An index, by shares that need not add up to anything. */
static inline unsigned
dice_pick(struct dice *d, const double *share, unsigned n)
{
	double sum = 0, at;
	unsigned i = 0;

	for (unsigned k = 0; k < n; k++)
		sum += share[k];
	at = dice_unit(d) * sum;
	while (i + 1 < n && at >= share[i])
		at -= share[i++];
	while (i > 0 && share[i] <= 0) /* rounding ran over the end */
		i--;
	return i;
}

#endif
