/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * score - stage 7 of 8: evidence -> probability, with every term kept
 *
 * L = prior + the terms, each a log likelihood ratio that the model knows or
 * that stands in score_terms.c, a family's sum clipped to its cap;
 * P = sigmoid(slope * L + shift), fitted so that the probability holds
 * (docs/ACCURACY.md).  A missing feature adds nothing.
 * Called by the engine at each new piece of evidence; pure, but for the
 * model's own caches.
 */
#ifndef ZFW_DAEMON_SCORE_H
#define ZFW_DAEMON_SCORE_H

#include "daemon/client.h"

#define SCORE_TERMS_MAX 40

struct score_term {
	enum evidence_kind kind;
	enum family family;
	double llr; /* nats, after the family's cap */
};

struct score {
	double prior, sum; /* nats; sum includes the prior */
	double p;          /* 0..1 */
	size_t n;
	struct score_term terms[SCORE_TERMS_MAX]; /* strongest first */
	unsigned families;   /* bad ones that carry weight, as bits */
	bool families_agree; /* >= 2, one of them of deeds; or `trapped` */
	bool trapped;        /* traps convict it, whatever the sum is */
	bool immune;         /* allow list, profile, login */
	enum evidence_kind immune_by;
};

void score_client(const struct client *c, struct model *m, int64_t now_ms,
    struct score *out);

/*
 * What one fact says, in nats; 0 = nothing.  `m` learns nothing by it.
 */
double score_term(const struct client *c, enum evidence_kind k, struct model *m,
    int64_t now_ms);

/* P of a sum. */
double score_probability(double sum);

const char *evidence_name(enum evidence_kind k); /* "early-talk" */
const char *evidence_text(enum evidence_kind k); /* "talks before ..." */
enum family evidence_family(enum evidence_kind k);
const char *family_name(enum family f);
/* 0 = no such name */
enum evidence_kind evidence_by_name(struct str name);

#endif
