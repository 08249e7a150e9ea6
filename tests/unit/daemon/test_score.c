/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * score: terms and their sum, caps, the rule of two families
 *
 * zt-link: daemon/score daemon/score_terms daemon/client daemon/faces @MODEL fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include <math.h>

#include "daemon/names.h"
#include "daemon/score.h"
#include "fp/sigclass.h"
#include "tests/zt.h"

#define T0      ((int64_t)1740988800 * 1000)
#define HOUR    ((int64_t)3600 * 1000)
#define BLOCK_P 0.95

static const struct hash_key model_key = { { 1 } };
static struct model *model;

static struct client
blank(void)
{
	struct addr a = addr_v4(0xc6336407U);
	struct client c;

	if (model == NULL)
		model = model_new(&model_key);
	client_init(&c, &a, T0);
	return c;
}

static void
test_names(void)
{
	for (unsigned k = 1; k < EVIDENCE_KINDS; k++) {
		enum evidence_kind e = (enum evidence_kind)k;
		const char *name = evidence_name(e);

		ZT_CASE("every kind has a name of its own",
		    strcmp(name, "none") != 0 &&
			evidence_by_name((struct str){ name, strlen(name) }) ==
			    e);
		ZT_CASE("and words",
		    strcmp(evidence_text(e), "nothing") != 0 &&
			strlen(evidence_text(e)) > 8);
		ZT_CASE("and a family with a name",
		    strcmp(family_name(evidence_family(e)), "none") != 0);
	}
	ZT_CASE("no kind is none", strcmp(evidence_name(0), "none") == 0);
	ZT_CASE("nor is one past the end",
	    strcmp(evidence_name(EVIDENCE_KINDS), "none") == 0);
	ZT_CASE("a name that nobody has",
	    evidence_by_name(STR("none")) == EVIDENCE_NONE);
	ZT_CASE("an empty name", evidence_by_name(STR("")) == EVIDENCE_NONE);
	ZT_CASE("a family past the end",
	    strcmp(family_name(FAMILIES), "none") == 0);
}

static double
family_sum(const struct score *s, enum family f)
{
	double sum = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->terms[i].family == f)
			sum += s->terms[i].llr;
	return sum;
}

static bool
is_sound(const struct score *s)
{
	static const double caps[FAMILIES] = { 1.5, 4.0, 4.0, 5.0, 4.0, 6.0 };
	double sum = s->prior;

	for (size_t i = 0; i < s->n; i++) {
		sum += s->terms[i].llr;
		if (i > 0 &&
		    fabs(s->terms[i].llr) > fabs(s->terms[i - 1].llr) + 1e-9)
			return false;
	}
	for (unsigned f = 0; f < FAMILIES; f++)
		if (fabs(family_sum(s, (enum family)f)) > caps[f] + 1e-9)
			return false;
	return fabs(sum - s->sum) < 1e-9 &&
	    fabs(s->p - score_probability(s->sum)) < 1e-9 && s->p > 0 &&
	    s->p < 1;
}

static void
test_sums(void)
{
	uint64_t seed = zt_seed;
	bool ok = true;
	int step = 0;
	struct score s;

	for (; ok && step < 5000; step++) {
		struct client c = blank();

		for (unsigned k = 1; k < EVIDENCE_KINDS; k++)
			if (zt_random() % 3 == 0)
				client_add(&c, (enum evidence_kind)k,
				    (double)(zt_random() % 50) / 10,
				    (uint8_t)(zt_random() % 12), T0);
		c.offences = (uint32_t)(zt_random() % 5);
		c.offence_ms = T0 - HOUR;
		score_client(&c, model,
		    T0 + (int64_t)(zt_random() % 1000) * HOUR, &s);
		ok = is_sound(&s);
	}
	if (!ok)
		printf("seed %llu, step %d\n", (unsigned long long)seed, step);
	ZT_CASE("terms add up, keep their caps and their order", ok);
}

static void
test_nothing_known(void)
{
	struct client c = blank();
	struct score s;

	score_client(&c, model, T0, &s);
	ZT_CASE("who is not known has no terms", s.n == 0);
	ZT_CASE("and the benefit of doubt", s.p < 0.5 && s.sum == s.prior);
	ZT_CASE("and no family against it",
	    s.families == 0 && !s.families_agree);
}

struct fact {
	enum evidence_kind k;
	uint8_t value;
	double n;
};

static const struct {
	const char *name;
	struct fact facts[6];
	const char *rdns;
	bool agree, block; /* block: agree and over the limit */
} family_cases[] = {
	{ "a stack alone", { { EVIDENCE_STACK_CLASS, SIG_OLD_WINDOWS, 1 } }, "",
	    false, false },
	{ "a name alone",
	    { { EVIDENCE_RDNS_NONE, 0, 1 },
		{ EVIDENCE_HELO_LITERAL, HELO_BARE_IP, 1 } },
	    "", false, false },
	{ "early talk alone", { { EVIDENCE_EARLY_TALK, 0, 3 } }, "mx.a.example",
	    false, false },
	{ "early talk and no name",
	    { { EVIDENCE_EARLY_TALK, 0, 1 }, { EVIDENCE_RDNS_NONE, 0, 1 } }, "",
	    true, true },
	{ "an odd stack and no name are what it is, not what it does",
	    { { EVIDENCE_STACK_CLASS, SIG_ODD, 1 },
		{ EVIDENCE_RDNS_NONE, 0, 1 } },
	    "", false, false },
	{ "Windows is no witness",
	    { { EVIDENCE_STACK_CLASS, SIG_WINDOWS, 1 },
		{ EVIDENCE_RDNS_NONE, 0, 1 },
		{ EVIDENCE_HELO_LITERAL, HELO_BARE_IP, 1 } },
	    "", false, false },
	{ "one wrong address is no witness",
	    { { EVIDENCE_UNKNOWN_RCPT, 0, 1 }, { EVIDENCE_RDNS_NONE, 0, 1 },
		{ EVIDENCE_HELO_LITERAL, HELO_BARE_IP, 1 } },
	    "", false, false },
	{ "four are one",
	    { { EVIDENCE_UNKNOWN_RCPT, 0, 4 }, { EVIDENCE_RDNS_NONE, 0, 1 } },
	    "", true, true },
	{ "being blocked before is no witness",
	    { { EVIDENCE_NEIGHBOURS, 0, 1 }, { EVIDENCE_RDNS_NONE, 0, 1 } }, "",
	    false, false },
	{ "two traps without a name are enough",
	    { { EVIDENCE_TRAP_RCPT, 0, 2 } }, "", true, true },
	{ "so are two a day apart, when more speaks against it",
	    { { EVIDENCE_TRAP_RCPT, 0, 1.25 }, { EVIDENCE_RDNS_NONE, 0, 0.4 },
		{ EVIDENCE_STACK_CLASS, SIG_OLD_WINDOWS, 1 } },
	    "", true, true },
	{ "one is not", { { EVIDENCE_TRAP_RCPT, 0, 1 } }, "", false, false },
	{ "nor two of one with a name", { { EVIDENCE_TRAP_RCPT, 0, 2 } },
	    "mx.a.example", false, false },
	{ "nor of one whose mail was accepted",
	    { { EVIDENCE_TRAP_RCPT, 0, 2 }, { EVIDENCE_ACCEPTED, 0, 1 } }, "",
	    false, false },
	{ "a botnet's HELO and no name",
	    { { EVIDENCE_HELO_GROUP, 0, 3 }, { EVIDENCE_RDNS_NONE, 0, 1 },
		{ EVIDENCE_HELO_BAD, HELO_SINGLE, 1 } },
	    "", true, true },
	{ "two kinds in one family are one witness",
	    { { EVIDENCE_UNKNOWN_RCPT, 0, 5 }, { EVIDENCE_RELAY_PROBE, 0, 1 },
		{ EVIDENCE_RATE, 0, 1 } },
	    "mx.a.example", false, false },
};

/* As evidence would have written it. */
static void
add_fact(struct client *c, const struct fact *f)
{
	client_add(c, f->k, f->n, f->value, T0);
	switch (f->k) {
	case EVIDENCE_STACK_CLASS:
		c->value[MODEL_STACK] = (uint8_t)(f->value + 1);
		break;
	case EVIDENCE_RDNS_NONE:
		c->name_class = NAME_NONE;
		break;
	case EVIDENCE_NAMED:
		c->name_class = NAME_SERVER;
		break;
	case EVIDENCE_HELO_LITERAL:
	case EVIDENCE_HELO_BAD:
		c->helo_class = f->value;
		break;
	default:
		break;
	}
}

static void
test_families(void)
{
	for (size_t i = 0; i < sizeof(family_cases) / sizeof(family_cases[0]);
	     i++) {
		struct client c = blank();
		struct score s;

		for (size_t f = 0; family_cases[i].facts[f].n > 0; f++)
			add_fact(&c, &family_cases[i].facts[f]);
		snprintf(c.rdns, sizeof(c.rdns), "%s", family_cases[i].rdns);
		score_client(&c, model, T0, &s);
		ZT_CASE(family_cases[i].name,
		    s.families_agree == family_cases[i].agree &&
			(s.families_agree && s.p >= BLOCK_P) ==
			    family_cases[i].block);
	}
}

static void
test_history(void)
{
	struct client c = blank();
	struct score young, old;

	c.offences = 2;
	c.offence_ms = T0;
	score_client(&c, model, T0, &young);
	score_client(&c, model, T0 + 28 * 24 * HOUR, &old);
	ZT_CASE("offences are remembered", young.sum > young.prior + 0.15);
	ZT_CASE("and fade", old.sum < young.sum - 0.1);
	ZT_CASE("but are no witness", young.families == 0);
	score_client(&c, model, T0 - 24 * HOUR, &old);
	ZT_CASE("one of the future is one of now", old.sum == young.sum);
}

static const struct zt_test tests[] = {
	{ "names", test_names },
	{ "sums", test_sums },
	{ "nothing_known", test_nothing_known },
	{ "families", test_families },
	{ "history", test_history },
};
ZT_MAIN("score", tests)
