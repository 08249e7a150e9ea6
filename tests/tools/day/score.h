/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * score - tests only: what zfw-replay did on days of daygen, counted
 *
 * Reads DIR/sessions.tsv, DIR/truth, DIR/out.jsonl (what zfw-replay printed
 * with --format jsonl) and DIR/report.json (--report; may be absent) of one run, marks each session that was prevented or
 * cut, and adds to a tally.  The oracle's limit is chosen over all runs that
 * are counted together.  Owned by the caller; ends the program on files that
 * are not what they should be.
 */
#ifndef ZFW_TESTS_TOOLS_DAY_SCORE_H
#define ZFW_TESTS_TOOLS_DAY_SCORE_H

#include "fp/addr.h"

#define SCORE_DAYS  28
#define SCORE_KINDS 64
#define SCORE_ODDS  6

enum score_class { SCORE_GOOD, SCORE_ZOMBIE, SCORE_OTHER };

struct score_session {
	double t, end, data, sent; /* seconds */
	struct addr key;
	uint16_t port;
	uint8_t class, kind; /* index into the tally's kinds */
	bool mixed, named, message, passed, dropped, cut;
	unsigned nth, day, run;
	unsigned rcpts_ok;
	double cut_t;
	float odds[SCORE_ODDS];
	float most; /* the oracle's highest before DATA */
};

struct score_kind {
	char name[48]; /* good:server */
	unsigned n, dropped, cut;
	unsigned first, first_cut; /* first sessions with a message */
	unsigned messages, arrived;
};

struct score_tally {
	struct score_session *s; /* all runs; owned */
	size_t n, max;
	struct score_kind kinds[SCORE_KINDS];
	unsigned kinds_n, runs, days;
	unsigned victims, victims_blocked;
	double brier_sum, brier_n; /* of zfw, as zfw-replay says */
	unsigned good_servers, good_blocked, learned_blocked, mixed_blocked;
};

void score_run(struct score_tally *t, const char *dir);
/* Once, when all runs are in. */
void score_finish(struct score_tally *t);
void score_free(struct score_tally *t);

/* Is `b`, behind `a` once score_run() has read them, of the same client? */
bool score_same(const struct score_tally *t, const struct score_session *a,
    const struct score_session *b);

/* What anybody did with the sessions: zfw, or the oracle. */
struct score_result {
	unsigned good, good_hit, worst_good, worst_hit; /* of the worst day */
	unsigned mixed_good, mixed_hit;
	unsigned first, first_cut;  /* zombies' first with a message */
	unsigned after, prevented;  /* zombies' later ones */
	unsigned messages, arrived; /* zombies' */
	unsigned passed;            /* ... that the filter took, too */
};
void score_zfw(const struct score_tally *t, struct score_result *out);
/* The same of one day of all runs. */
void
score_day(const struct score_tally *t, unsigned day, struct score_result *out);
/* Mean squared error of the oracle's probabilities at the sessions' ends. */
double score_oracle_brier(const struct score_tally *t);
/* The oracle with that many good connections hit at most, of 1. */
void score_oracle(const struct score_tally *t, double rate,
    struct score_result *out);

/* Upper end of the one-sided 95 % interval for k of n (Clopper-Pearson). */
double score_bound(unsigned k, unsigned n);

#endif
