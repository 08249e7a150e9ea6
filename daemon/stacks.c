/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/stacks.h"

#include <math.h>
#include <stdlib.h>

#include "daemon/botnet_count.h"

#define PERIOD_MS ((int64_t)30 * 86400 * 1000)
#define Z         1.645 /* of 95 %, one side */

struct entry {
	uint64_t stack; /* 0 = unused */
	struct netset now, before;
};

struct stacks {
	struct entry e[STACKS_MAX];
	uint64_t only[STACKS_ONLY];
	size_t only_n;
	int64_t period;
};

struct stacks *
stacks_new(void)
{
	return calloc(1, sizeof(struct stacks));
}

void
stacks_free(struct stacks *s)
{
	free(s);
}

static void
turn(struct stacks *s, int64_t now_ms)
{
	int64_t period = now_ms / PERIOD_MS;

	if (s->period == period)
		return;
	for (size_t i = 0; i < STACKS_MAX; i++) {
		struct entry *e = &s->e[i];

		e->before = s->period + 1 == period ? e->now :
						      (struct netset){ 0 };
		e->now = (struct netset){ 0 };
	}
	s->period = period;
}

/* The one of that stack; else the one that the fewest networks showed. */
static struct entry *
place(struct stacks *s, uint64_t stack)
{
	struct entry *least = &s->e[0];
	double n = INFINITY;

	for (size_t i = 0; i < STACKS_MAX; i++) {
		struct entry *e = &s->e[i];
		double size;

		if (e->stack == stack)
			return e;
		size = e->stack == 0 ? -1 : netset_size(&e->now, &e->before);
		if (size < n) {
			least = e;
			n = size;
		}
	}
	*least = (struct entry){ .stack = stack };
	return least;
}

void
stacks_bad(struct stacks *s, uint64_t stack, const struct addr *client,
    int64_t now_ms)
{
	struct addr site = addr_site(client);
	struct entry *e;

	if (stack == 0)
		return;
	turn(s, now_ms);
	e = place(s, stack);
	(void)netset_add(&e->now, &e->before,
	    (uint32_t)hash_stable(&site, sizeof(site)));
}

/*
 * Upper bound of a Poisson mean of which `good` were seen (Wilson and
 * Hilferty's way to the chi-square quantile), of all that were seen.
 */
double
stacks_good_share(double bad, double good)
{
	double k = fmax(good, 0) + 1, n = fmax(bad, 0) + fmax(good, 0);
	double most = k * pow(1 - 1 / (9 * k) + Z / (3 * sqrt(k)), 3);

	return n <= most ? 1 : most / n;
}

void
stacks_look(struct stacks *s, struct model *m, unsigned networks,
    int64_t now_ms)
{
	turn(s, now_ms);
	s->only_n = 0;
	for (size_t i = 0; i < STACKS_MAX && s->only_n < STACKS_ONLY; i++) {
		const struct entry *e = &s->e[i];
		double bad, good;

		if (e->stack == 0 ||
		    netset_size(&e->now, &e->before) < networks)
			continue;
		model_token_counts(m, MODEL_TOKEN_SIG, e->stack, now_ms, &bad,
		    &good);
		if (stacks_good_share(bad, good) < STACKS_GOOD)
			s->only[s->only_n++] = e->stack;
	}
}

size_t
stacks_only_n(const struct stacks *s)
{
	return s->only_n;
}

bool
stacks_only(const struct stacks *s, uint64_t stack)
{
	for (size_t i = 0; stack != 0 && i < s->only_n; i++)
		if (s->only[i] == stack)
			return true;
	return false;
}
