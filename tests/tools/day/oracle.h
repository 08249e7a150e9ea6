/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * oracle - tests only: what could be known at best
 *
 * The generator knows how often every kind of client shows every value, so it
 * can say exactly how likely what was seen so far is for zombies and for good
 * clients: over the features of kind.h, all sessions of the client and this
 * one up to a stage.  Not told to it: the kind, the label, times of day, and
 * the neighbourhood.  A kind's weight among those that came n times is the
 * number of its clients that do so in the whole run.  Log odds in nats.
 */
#ifndef ZFW_TESTS_TOOLS_DAY_ORACLE_H
#define ZFW_TESTS_TOOLS_DAY_ORACLE_H

#include "tests/tools/day/plan.h"

enum oracle_stage {
	ORACLE_SYN,   /* history, stack, segment size */
	ORACLE_OPEN,  /* round trip */
	ORACLE_GREET, /* reverse name, waits or not */
	ORACLE_HELO,  /* HELO */
	ORACLE_RCPT,  /* dialect, pace, recipients: before DATA */
	ORACLE_CLOSE, /* what the filter said, how it left */
	ORACLE_STAGES,
};

struct oracle;

struct oracle *oracle_new(const struct plan *p);
void oracle_free(struct oracle *o);
/* The client comes once more. */
void oracle_begin(struct oracle *o, struct client *c);
/* It has shown the value `v` of a feature. */
void oracle_see(struct oracle *o, struct client *c, enum feature f, unsigned v);
/*
 * What it is after: before DATA nobody knows whether mail will follow, so
 * `done` false tells only so much.
 */
void
oracle_see_errand(struct oracle *o, struct client *c, enum errand e, bool done);
/* The log odds that it is a zombie, by all it has shown. */
float oracle_odds(const struct oracle *o, const struct client *c);

#endif
