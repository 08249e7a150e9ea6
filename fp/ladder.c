/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/ladder.h"

#define DS_US       100000
#define PATIENCE_US 10000000 /* by then every stack has sent again */
/* What is due after one second comes a little later, never earlier. */
#define SECOND_MIN_DS 9
#define SECOND_MAX_DS 13
#define SLOW_MIN_DS   25
#define SLOW_MAX_DS   36
/* Twice the last, in tenths: timers are coarse, and so are tenths. */
#define TWICE_MIN 17
#define TWICE_MAX 24

const char *const ladder_class_name[LADDER_CLASSES] = {
	[LADDER_UNTRIED] = "untried",
	[LADDER_NEVER] = "never",
	[LADDER_SHORT] = "short",
	[LADDER_UNLIKE] = "unlike",
	[LADDER_DOUBLING] = "doubling",
	[LADDER_LINEAR] = "linear",
	[LADDER_APPLE] = "apple",
	[LADDER_SLOW] = "slow",
	[LADDER_SLOW_WIN] = "slow-windows",
	[LADDER_REFUSED] = "refused",
};

static bool
asks_ecn(const struct traits *t)
{
	return (t->flags & (TCPF_ECE | TCPF_CWR)) != 0;
}

void
ladder_begin(struct ladder_first *f, const struct traits *syn)
{
	*f = (struct ladder_first){ .window = syn->window,
		.has_ws = syn->has_ws,
		.has_ts = syn->has_ts,
		.has_sok = syn->has_sok,
		.ecn = asks_ecn(syn),
		.opts_n = syn->opts_n };
}

static uint8_t
changes(const struct ladder_first *f, const struct traits *syn)
{
	uint8_t c = 0;

	if (f->has_ws && !syn->has_ws)
		c |= LADDER_LOST_WS;
	if (f->has_ts && !syn->has_ts)
		c |= LADDER_LOST_TS;
	if (f->has_sok && !syn->has_sok)
		c |= LADDER_LOST_SOK;
	if (f->ecn && !asks_ecn(syn))
		c |= LADDER_LOST_ECN;
	if (f->window != syn->window)
		c |= LADDER_OTHER_WINDOW;
	if (f->opts_n != syn->opts_n)
		c |= LADDER_OTHER_LAYOUT;
	return c;
}

static uint16_t
tenths(int64_t us)
{
	if (us < 0)
		return 0;
	us = (us + DS_US / 2) / DS_US;
	return us > UINT16_MAX ? UINT16_MAX : (uint16_t)us;
}

void
ladder_step(struct ladder *l, const struct ladder_first *f,
    const struct traits *syn, int64_t gap_us)
{
	uint8_t c = changes(f, syn);

	if (l->n < LADDER_STEPS)
		l->gap_ds[l->n] = tenths(gap_us);
	if (l->n < UINT8_MAX)
		l->n++;
	l->changes |= c;
	l->refused = l->refused || l->reset;
	if ((c & LADDER_LOST_WS) && l->ws_lost_at == 0)
		l->ws_lost_at = l->n;
}

static bool
is_second(uint16_t ds)
{
	return ds >= SECOND_MIN_DS && ds <= SECOND_MAX_DS;
}

static bool
is_twice(uint16_t ds, uint16_t before)
{
	unsigned v = ds * 10U;

	return v >= before * (unsigned)TWICE_MIN &&
	    v <= before * (unsigned)TWICE_MAX;
}

/* Does each gap from `from` on double the one before it? */
static bool
doubles(const struct ladder *l, size_t from, size_t n)
{
	for (size_t i = from; i < n; i++)
		if (!is_twice(l->gap_ds[i], l->gap_ds[i - 1]))
			return false;
	return true;
}

/* Begins with a second: how many of them, and what comes then? */
static enum ladder_class
judge_second(const struct ladder *l, size_t n, bool answered, int64_t waited_us)
{
	const uint8_t lost = LADDER_LOST_WS | LADDER_LOST_TS | LADDER_LOST_SOK;
	size_t flat = 1;

	while (flat < n && is_second(l->gap_ds[flat]))
		flat++;
	if (!doubles(l, flat, n))
		return LADDER_UNLIKE;
	if (flat > 1)
		return l->changes & lost ? LADDER_APPLE : LADDER_LINEAR;
	if (n > 1)
		return LADDER_DOUBLING;
	/* One second: the others would have sent again after another. */
	return answered && waited_us > SECOND_MAX_DS * DS_US ? LADDER_DOUBLING :
							       LADDER_SHORT;
}

static enum ladder_class
judge_slow(const struct ladder *l, size_t n)
{
	/* In a virtual machine the first of them can take eight seconds. */
	bool third = l->ws_lost_at == 2 && doubles(l, 1, n);
	uint16_t first = l->gap_ds[0];

	if (third && first >= SLOW_MIN_DS)
		return LADDER_SLOW_WIN;
	if (first < SLOW_MIN_DS || first > SLOW_MAX_DS || !doubles(l, 1, n))
		return LADDER_UNLIKE;
	return LADDER_SLOW;
}

enum ladder_class
ladder_judge(const struct ladder *l, bool answered, int64_t waited_us)
{
	size_t n = l->n < LADDER_STEPS ? l->n : LADDER_STEPS;

	if (n == 0)
		return answered || l->reset || waited_us < PATIENCE_US ?
		    LADDER_UNTRIED :
		    LADDER_NEVER;
	if (l->refused)
		return LADDER_REFUSED;
	if (is_second(l->gap_ds[0]))
		return judge_second(l, n, answered, waited_us);
	return judge_slow(l, n);
}
