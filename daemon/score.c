/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "daemon/score.h"

#define PRIOR         (-1.0) /* nats: before anything is known, in doubt */
#define GROUP_WEIGHS  0.6    /* the same; blend() has taken from it */
#define FAMILY_WEIGHS 0.7    /* nats from which a family has a say */
#define SLOPPY        0.03   /* share of servers that are odd in everything */
#define SLOPPY_SHARES 0.4    /* of what a cluster says, against such a one */
#define HELO_WORD     1.0    /* nats of a word that a cluster of it has */
#define TRAPS_ENOUGH  1.24   /* two traps within a day */
#define GOOD_ENOUGH   0.5    /* an accepted mail, hardly faded */

/*
 * Measured on labelled days (docs/ACCURACY.md): traits are not as independent
 * as the sum takes them to be.
 */
#define SLOPE 1.3
#define SHIFT 0.0

#define EVIDENCE_NAME(sym, num, name, fam, text)  [num] = name,
#define EVIDENCE_WORDS(sym, num, name, fam, text) [num] = text,
#define EVIDENCE_FAM(sym, num, name, fam, text)   [num] = FAMILY_##fam,

static const char *const names[EVIDENCE_KINDS] = { EVIDENCE_TABLE(
    EVIDENCE_NAME) };
static const char *const texts[EVIDENCE_KINDS] = { EVIDENCE_TABLE(
    EVIDENCE_WORDS) };
static const uint8_t fams[EVIDENCE_KINDS] = { EVIDENCE_TABLE(EVIDENCE_FAM) };

static const struct {
	const char *name;
	double cap; /* nats that a family can add at most */
} families[FAMILIES] = {
	[FAMILY_STACK] = { "stack", 1.5 },
	[FAMILY_WIRE] = { "wire", 4.0 },
	[FAMILY_NAME] = { "name", 4.0 },
	[FAMILY_RECIPIENT] = { "recipient", 5.0 },
	[FAMILY_GROUP] = { "group", 4.0 },
	[FAMILY_GOOD] = { "good", 6.0 },
};

static bool
confirmed_name(const struct client *c)
{
	return c->rdns[0] != '\0';
}

static void
add_term(struct score *s, enum evidence_kind k, double llr)
{
	if (fabs(llr) < 0.005 || s->n == SCORE_TERMS_MAX)
		return;
	s->terms[s->n++] = (struct score_term){ k, evidence_family(k), llr };
}

/* Strongest first; the kinds in their order among equals. */
static void
sort_terms(struct score *s)
{
	for (size_t i = 1; i < s->n; i++) {
		struct score_term t = s->terms[i];
		size_t at = i;

		for (; at > 0 && fabs(s->terms[at - 1].llr) < fabs(t.llr); at--)
			s->terms[at] = s->terms[at - 1];
		s->terms[at] = t;
	}
}

/* How it speaks and leaves. */
static bool
is_manner(enum evidence_kind k)
{
	switch (k) {
	case EVIDENCE_DIALECT:
	case EVIDENCE_NO_QUIT:
	case EVIDENCE_THINK:
	case EVIDENCE_REACTION:
	case EVIDENCE_PATIENT:
	case EVIDENCE_BARE_LF:
		return true;
	default:
		return false;
	}
}

/*
 * May a family speak up because of this?  Our own blocks, of this client or
 * next door, repeat what others said; and how it speaks and leaves is what it
 * is, not what it does: a badly run server is odd there, too.
 */
static bool
is_witness(const struct score_term *t)
{
	switch (t->kind) {
	case EVIDENCE_HELO_GROUP: /* a word that many say says little */
		return t->llr > HELO_WORD;
	case EVIDENCE_HISTORY:
	case EVIDENCE_NEIGHBOURS:
		return false;
	default:
		return !is_manner(t->kind);
	}
}

/*
 * Traits of what a client is, rather than deeds: names, stack, dialect, pace.
 * A badly run server is odd in all of them together, so that their sum is not
 * the product of independent witnesses: of all mail servers SLOPPY are such,
 * and look in these traits like zombies do.
 */
static bool
is_trait(const struct score_term *t)
{
	return is_manner(t->kind) || t->family == FAMILY_STACK ||
	    t->family == FAMILY_NAME;
}

/* What it shares with others; a badly run server may, too. */
static bool
is_shared(const struct score_term *t)
{
	return t->llr > 0 &&
	    (t->kind == EVIDENCE_BOTNET || t->kind == EVIDENCE_TEMPLATE ||
		t->kind == EVIDENCE_HELO_GROUP ||
		t->kind == EVIDENCE_NEIGHBOURS || t->kind == EVIDENCE_HISTORY);
}

/*
 * The traits together, as a mixture of the two kinds of servers has it: well
 * run, or SLOPPY, which traits do not tell from zombies at all, and what it
 * shares with zombies hardly.
 */
static void
blend(struct score *s)
{
	double traits = 0, shared = 0, sum, blended, share;

	for (size_t i = 0; i < s->n; i++) {
		traits += is_trait(&s->terms[i]) ? s->terms[i].llr : 0;
		shared += is_shared(&s->terms[i]) ? s->terms[i].llr : 0;
	}
	sum = traits + shared;
	if (sum <= 0)
		return;
	blended = -log(
	    (1 - SLOPPY) * exp(-sum) + SLOPPY * exp(-SLOPPY_SHARES * shared));
	share = fmin(fmax(blended / sum, 0), 1);
	for (size_t i = 0; i < s->n; i++)
		if (is_trait(&s->terms[i]) || is_shared(&s->terms[i]))
			s->terms[i].llr *= share;
}

/* Clips each family to its cap, in proportion. */
static void
clip(struct score *s)
{
	double total[FAMILIES] = { 0 };

	for (size_t i = 0; i < s->n; i++)
		total[s->terms[i].family] += s->terms[i].llr;
	for (size_t i = 0; i < s->n; i++) {
		struct score_term *t = &s->terms[i];

		if (fabs(total[t->family]) > families[t->family].cap)
			t->llr *= families[t->family].cap /
			    fabs(total[t->family]);
	}
}

static void
add_up(struct score *s)
{
	double witness[FAMILIES] = { 0 };

	clip(s);
	blend(s);
	clip(s); /* what was blended away may have held the rest down */
	s->sum = s->prior;
	for (size_t i = 0; i < s->n; i++) {
		s->sum += s->terms[i].llr;
		if (is_witness(&s->terms[i]))
			witness[s->terms[i].family] += s->terms[i].llr;
	}
	for (unsigned f = 0; f < FAMILIES; f++)
		if (f != FAMILY_GOOD &&
		    witness[f] >=
			(f == FAMILY_GROUP ? GROUP_WEIGHS : FAMILY_WEIGHS))
			s->families |= 1U << f;
	s->p = score_probability(s->sum);
	sort_terms(s);
}

/*
 * Two traps are enough alone, for somebody of whom we know neither a name nor
 * wanted mail; for others a trap is one piece of evidence among many.
 */
static bool
trapped(const struct client *c, int64_t now_ms)
{
	return client_count(c, EVIDENCE_TRAP_RCPT, now_ms) >= TRAPS_ENOUGH &&
	    !confirmed_name(c) && c->good_mails == 0 &&
	    client_count(c, EVIDENCE_ACCEPTED, now_ms) < GOOD_ENOUGH;
}

/* Two families, and one of them tells of what it does, or of its like. */
static bool
agree(const struct score *s)
{
	const unsigned deeds = 1U << FAMILY_WIRE | 1U << FAMILY_RECIPIENT |
	    1U << FAMILY_GROUP;

	return __builtin_popcount(s->families) >= 2 &&
	    (s->families & deeds) != 0;
}

double
score_probability(double sum)
{
	return 1 / (1 + exp(-(SLOPE * sum + SHIFT)));
}

void
score_client(const struct client *c, struct model *m, int64_t now_ms,
    struct score *out)
{
	out->prior = PRIOR;
	out->n = 0;
	out->families = 0;
	out->immune = false;
	out->immune_by = EVIDENCE_NONE;
	for (unsigned k = 1; k < EVIDENCE_KINDS; k++)
		if (c->facts[k].last_ms != 0 || k == EVIDENCE_HISTORY ||
		    k == EVIDENCE_STACK_RECORD)
			add_term(out, (enum evidence_kind)k,
			    score_term(c, (enum evidence_kind)k, m, now_ms));
	add_up(out);
	out->trapped = trapped(c, now_ms);
	out->families_agree = out->trapped || agree(out);
}

const char *
evidence_name(enum evidence_kind k)
{
	return k > 0 && k < EVIDENCE_KINDS && names[k] != NULL ? names[k] :
								 "none";
}

const char *
evidence_text(enum evidence_kind k)
{
	return k > 0 && k < EVIDENCE_KINDS && texts[k] != NULL ? texts[k] :
								 "nothing";
}

enum family
evidence_family(enum evidence_kind k)
{
	return k > 0 && k < EVIDENCE_KINDS ? (enum family)fams[k] : FAMILY_GOOD;
}

const char *
family_name(enum family f)
{
	return f < FAMILIES ? families[f].name : "none";
}

enum evidence_kind
evidence_by_name(struct str name)
{
	for (unsigned k = 1; k < EVIDENCE_KINDS; k++)
		if (names[k] != NULL &&
		    str_eq(name, (struct str){ names[k], strlen(names[k]) }))
			return (enum evidence_kind)k;
	return EVIDENCE_NONE;
}
