/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "daemon/names.h"
#include "daemon/score.h"
#include "fp/sigclass.h"

#define PRIOR           (-1.0) /* nats: before anything is known, in doubt */
#define FAMILY_WEIGHS   0.7    /* nats from which a family has a say */
#define UNKNOWN_EACH    0.8
#define UNKNOWN_MAX     3.5
#define TYPO            0.5  /* of the unknown recipients are mistakes */
#define TRAPS_ENOUGH    1.24 /* two traps within a day */
#define GOOD_ENOUGH     0.5  /* an accepted mail, hardly faded */
#define HISTORY_HALF_MS ((int64_t)14 * 86400 * 1000)

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
	[FAMILY_WIRE] = { "wire", 3.5 },
	[FAMILY_NAME] = { "name", 3.0 },
	[FAMILY_RECIPIENT] = { "recipient", 5.0 },
	[FAMILY_GROUP] = { "group", 3.0 },
	[FAMILY_GOOD] = { "good", 6.0 },
};

/*
 * Weights of facts that are true or not: starting points from published base
 * rates (docs/ARCHITECTURE.md), moved towards doubt.
 */
static const double weights[EVIDENCE_KINDS] = {
	[EVIDENCE_STACK_MANY] = 0.2,
	[EVIDENCE_EARLY_TALK] = 2.8,
	[EVIDENCE_PIPELINING] = 1.2,
	[EVIDENCE_NON_SMTP] = 1.0,
	[EVIDENCE_BARE_LF] = 0.8,
	[EVIDENCE_NO_QUIT] = 0.2,
	[EVIDENCE_RDNS_NONE] = 1.6,
	[EVIDENCE_RDNS_GENERIC] = 0.8,
	[EVIDENCE_RDNS_DYNAMIC] = 1.6,
	[EVIDENCE_HELO_OURS] = 2.5,
	[EVIDENCE_HELO_DYNAMIC] = 1.5,
	[EVIDENCE_HELO_CHANGES] = 1.0,
	[EVIDENCE_LISTED] = 2.0,
	[EVIDENCE_RELAY_PROBE] = 1.5,
	[EVIDENCE_RATE] = 0.8,
	[EVIDENCE_HELO_GROUP] = 3.0,
	[EVIDENCE_NEIGHBOURS] = 0.7,
	[EVIDENCE_PEER] = -2.0,
};

static const double stack_weights[SIG_CLASSES] = {
	[SIG_WINDOWS] = 0.3,
	[SIG_OLD_WINDOWS] = 1.5,
	[SIG_LINUX] = -0.3,
	[SIG_BSD] = -0.3,
	[SIG_APPLE] = 0.3,
	[SIG_ODD] = 0.8,
};

static double
helo_weight(enum evidence_kind k, uint8_t cls)
{
	if (k == EVIDENCE_HELO_LITERAL)
		return cls == HELO_LITERAL ? 1.0 : 2.0;
	return cls == HELO_BAD ? 1.5 : 0.9;
}

static bool
confirmed_name(const struct client *c)
{
	return c->rdns[0] != '\0';
}

/* What one fact says, in nats; 0 = nothing. */
static double
fact_llr(const struct client *c, enum evidence_kind k, int64_t now_ms)
{
	const struct client_fact *f = &c->facts[k];
	double n = client_count(c, k, now_ms);

	if (k == EVIDENCE_STACK_RECORD) /* the count is the learned ratio */
		return f->last_ms == 0 ? 0 : (double)f->count;
	if (n <= 0.05)
		return 0;
	switch (k) {
	case EVIDENCE_STACK_CLASS:
		return f->value < SIG_CLASSES ? stack_weights[f->value] : 0;
	case EVIDENCE_HELO_LITERAL:
	case EVIDENCE_HELO_BAD:
		return helo_weight(k, f->value) * fmin(n, 1);
	case EVIDENCE_ACCEPTED: /* who has no name may just have got through */
		return (confirmed_name(c) ? -1.5 : -0.7) * fmin(n, 1);
	case EVIDENCE_LISTED: /* spam from a real server is not our matter */
		return c->name_class == NAME_HOST ||
			c->name_class == NAME_SERVER ?
		    0 :
		    weights[k] * fmin(n, 1);
	case EVIDENCE_UNKNOWN_RCPT:
		/* One is a typing error, and no witness. */
		return fmin(UNKNOWN_EACH * fmax(n - TYPO, n * TYPO),
		    UNKNOWN_MAX);
	case EVIDENCE_TRAP_RCPT:
		return fmin(2.0 * n, 4.5);
	default:
		return weights[k] * fmin(n, 1);
	}
}

static double
history_llr(const struct client *c, int64_t now_ms)
{
	double age = (double)(now_ms - c->offence_ms);

	if (c->offences == 0)
		return 0;
	return 0.5 * fmin((double)c->offences, 3) *
	    exp2(-fmax(age, 0) / (double)HISTORY_HALF_MS);
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

/* Our own blocks, of this client or next door, repeat what others said. */
static bool
is_witness(enum evidence_kind k)
{
	return k != EVIDENCE_HISTORY && k != EVIDENCE_NEIGHBOURS;
}

/* Clips each family to its cap, in proportion, and adds up. */
static void
add_up(struct score *s)
{
	double total[FAMILIES] = { 0 }, witness[FAMILIES] = { 0 };

	for (size_t i = 0; i < s->n; i++) {
		total[s->terms[i].family] += s->terms[i].llr;
		if (is_witness(s->terms[i].kind))
			witness[s->terms[i].family] += s->terms[i].llr;
	}
	s->sum = s->prior;
	for (size_t i = 0; i < s->n; i++) {
		struct score_term *t = &s->terms[i];

		if (fabs(total[t->family]) > families[t->family].cap)
			t->llr *= families[t->family].cap /
			    fabs(total[t->family]);
		s->sum += t->llr;
	}
	for (unsigned f = 0; f < FAMILIES; f++)
		if (f != FAMILY_GOOD && witness[f] >= FAMILY_WEIGHS)
			s->families |= 1U << f;
	s->p = 1 / (1 + exp(-s->sum));
	sort_terms(s);
}

static bool
agree(const struct score *s, const struct client *c, int64_t now_ms)
{
	unsigned unforgeable = s->families & ~(1U << FAMILY_STACK);

	if (__builtin_popcount(s->families) >= 2 && unforgeable != 0)
		return true;
	return client_count(c, EVIDENCE_TRAP_RCPT, now_ms) >= TRAPS_ENOUGH &&
	    !confirmed_name(c) && c->good_mails == 0 &&
	    client_count(c, EVIDENCE_ACCEPTED, now_ms) < GOOD_ENOUGH;
}

void
score_client(const struct client *c, int64_t now_ms, struct score *out)
{
	*out = (struct score){ .prior = PRIOR };
	for (unsigned k = 1; k < EVIDENCE_KINDS; k++) {
		if (k == EVIDENCE_HISTORY)
			add_term(out, EVIDENCE_HISTORY, history_llr(c, now_ms));
		else
			add_term(out, (enum evidence_kind)k,
			    fact_llr(c, (enum evidence_kind)k, now_ms));
	}
	add_up(out);
	out->families_agree = agree(out, c, now_ms);
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
