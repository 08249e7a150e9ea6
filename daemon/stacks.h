/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stacks - stage 6 of 8: which TCP stacks send nothing but spam here
 *
 * The model counts how often a stack was labelled bad and good; this table
 * counts from how many networks the bad ones came, in this month and the one
 * before.  A stack is spam-only when the upper 95 % bound of its good share
 * is below STACKS_GOOD, and at least so many networks showed it.  Told of
 * every bad label by evidence; asked by the engine, which looks once a minute
 * (stacks_look()).  Owned by evidence; pure; fixed memory: a stack that few
 * networks showed makes room for a new one.  Not stored: it counts anew
 * after a start.
 */
#ifndef ZFW_DAEMON_STACKS_H
#define ZFW_DAEMON_STACKS_H

#include "daemon/model.h"

#define STACKS_GOOD 0.005 /* share of good clients that is too much */
#define STACKS_MAX  256
#define STACKS_ONLY 64 /* as many can be spam-only at a time */

struct stacks;

struct stacks *stacks_new(void); /* NULL: memory is short */
void stacks_free(struct stacks *s);

/* A client of that stack (client.h) was labelled bad. */
void stacks_bad(struct stacks *s, uint64_t stack, const struct addr *client,
    int64_t now_ms);
/* Finds out which are spam-only now. */
void stacks_look(struct stacks *s, struct model *m, unsigned networks,
    int64_t now_ms);
/* How many were, at the last look. */
size_t stacks_only_n(const struct stacks *s);
bool stacks_only(const struct stacks *s, uint64_t stack);

/* The most good ones among a hundred percent, with 95 % certainty. */
double stacks_good_share(double bad, double good);

#endif
