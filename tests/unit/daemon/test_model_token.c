/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model: TCP signatures and dialects
 *
 * zt-link: daemon/model daemon/model_share daemon/model_token
 * zt-link: daemon/model_site fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include "tests/unit/daemon/modelworld.h"

#define SIG MODEL_TOKEN_SIG

static double
llr(struct model *m, uint64_t token, double base, int64_t t)
{
	return model_token_llr(m, SIG, token, base, t);
}

static void
test_base(void)
{
	struct model *m = model_new(&key);
	double bad, good;

	ZT_CASE("one never seen is what is known without it",
	    llr(m, 5, -.3, T0) == -.3 && llr(m, 0, 1.5, T0) == 1.5);
	model_token_counts(m, SIG, 5, T0, &bad, &good);
	ZT_CASE("and has no labels", bad == 0 && good == 0);
	teach_token(m, SIG, 5, true, 0, 1, T0);
	ZT_CASE("one label alone changes nothing",
	    near(llr(m, 5, -.3, T0), -.3, .01));
	model_token_counts(m, SIG, 5, T0, &bad, &good);
	ZT_CASE("but is counted", bad == 1 && good == 0);
	model_token_counts(m, MODEL_TOKEN_DIALECT, 5, T0, &bad, &good);
	ZT_CASE("dialects are another table", bad == 0);
	ZT_CASE("no such table", llr(m, 5, NAN, T0) != 0);
	model_free(m);
}

static void
test_learning(void)
{
	struct model *m = model_new(&key);

	for (int d = 0; d < 6; d++) {
		teach_token(m, SIG, 1, true, 0, 40, T0 + d * DAY);
		teach_token(m, SIG, 2, true, 100, 40, T0 + d * DAY);
		teach_token(m, SIG, 2, false, 200, 40, T0 + d * DAY);
		teach_token(m, SIG, 3, false, 300, 40, T0 + d * DAY);
	}
	ZT_CASE("a stack of zombies only is worse by the fence",
	    near(llr(m, 1, -.3, T0 + 6 * DAY), -.3 + MODEL_FENCE, .1));
	ZT_CASE("one of servers only is better by the fence",
	    near(llr(m, 3, .3, T0 + 6 * DAY), .3 - MODEL_FENCE, .1));
	ZT_CASE("one that is both is neither",
	    near(llr(m, 2, 0, T0 + 6 * DAY), 0, .05));
	ZT_CASE("what the base says already is not said twice",
	    llr(m, 1, 3.0, T0 + 6 * DAY) < 3.0 + MODEL_FENCE - .3);
	ZT_CASE("half a year later it is nearly forgotten",
	    near(llr(m, 1, -.3, T0 + 250 * DAY), -.3, .3));
	model_free(m);
}

static void
test_drift(void)
{
	struct model *m = model_new(&key);
	double was = 0;
	bool slow = true;

	for (int d = 0; d < 5; d++) {
		double now;

		teach_token(m, SIG, 1, true, 0, 500, T0 + d * DAY);
		teach_token(m, SIG, 2, false, 600, 500, T0 + d * DAY);
		now = llr(m, 1, 0, T0 + d * DAY);
		if (fabs(now - was) > MODEL_DRIFT_DAY + 1e-6)
			slow = false;
		was = now;
	}
	ZT_CASE("a stack gets worse by half a nat a day at most",
	    slow && was > 1.3);
	model_free(m);
}

/* Ten times as many zombies as servers are known: 50 bad ones are no sign. */
static void
test_unequal(void)
{
	struct model *m = model_new(&key);

	teach_token(m, SIG, 9, true, 0, 3000, T0);
	teach_token(m, SIG, 8, false, 3000, 300, T0);
	teach_token(m, SIG, 1, true, 4000, 30, T0);
	ZT_CASE("where bad labels abound, a few bad ones convict nobody",
	    llr(m, 1, 0, T0) < .6);
	teach_token(m, SIG, 2, false, 5000, 20, T0);
	ZT_CASE("but twenty good ones acquit", llr(m, 2, 0, T0) < -.45);
	model_free(m);
}

static void
test_one_sided(void)
{
	struct model *m = model_new(&key);

	for (int d = 0; d < 10; d++)
		teach_token(m, SIG, 1, true, 0, 500, T0 + d * DAY);
	ZT_CASE("bad labels alone convict no stack",
	    near(llr(m, 1, -.3, T0 + 10 * DAY), -.3, 1e-6));
	teach_token(m, SIG, 1, false, 0, 500, T0 + 10 * DAY);
	ZT_CASE("nor when the servers have the same",
	    llr(m, 1, -.3, T0 + 12 * DAY) <= -.3 + 1e-6);
	model_free(m);
}

/* Strangers can invent as many stacks as they have networks. */
static void
test_flood(void)
{
	struct model *m = model_new(&key);
	double bad, good, before, after;
	unsigned there = 0;

	for (int d = 0; d < 5; d++) {
		teach_token(m, SIG, 1, true, 0, 60, T0 + d * DAY);
		teach_token(m, SIG, 2, false, 100, 60, T0 + d * DAY);
	}
	before = llr(m, 1, 0, T0 + 5 * DAY);
	for (uint32_t i = 0; i < 12000; i++)
		teach_token(m, SIG, 1000 + i, true, 1000 + i, 1, T0 + 5 * DAY);
	after = llr(m, 1, 0, T0 + 5 * DAY);
	model_token_counts(m, SIG, 1, T0 + 5 * DAY, &bad, &good);
	ZT_CASE("a flood of invented stacks does not push out a known one",
	    bad > 200 && before > 1.2 && after > .5);
	for (uint32_t i = 0; i < 12000; i++) {
		model_token_counts(m, SIG, 1000 + i, T0 + 5 * DAY, &bad, &good);
		there += bad > 0;
	}
	ZT_CASE("and has no more room than there is",
	    there > 3000 && there <= 4096);
	model_free(m);
}

static void
test_monotone(void)
{
	unsigned wrong = 0, odd = 0;

	for (unsigned round = 0; round < 300; round++) {
		struct model *m = model_new(&key);
		double base = (double)(zt_random() % 8000) / 1000 - 4;
		uint32_t at = 0;

		for (unsigned k = 0; k < 6; k++) {
			uint32_t n = (uint32_t)(zt_random() % 200);

			teach_token(m, SIG, 1 + zt_random() % 3,
			    zt_random() % 2, at, n, T0);
			at += n;
		}
		for (unsigned k = 0; k < 20; k++) {
			bool is_bad = zt_random() % 2;
			double was, now, bad, good;

			model_token_counts(m, SIG, 1, T0, &bad, &good);
			was = llr(m, 1, base, T0);
			teach_token(m, SIG, 1, is_bad, at++, 1, T0);
			now = llr(m, 1, base, T0);
			odd += isfinite(now) == 0;
			wrong += is_bad ? now < was - 1e-6 : now > was + 1e-6;
		}
		model_free(m);
	}
	ZT_CASE("ratios are numbers after random lessons", odd == 0);
	ZT_CASE("no label moves its token the wrong way", wrong == 0);
}

static const struct zt_test tests[] = {
	{ "base", test_base },
	{ "learning", test_learning },
	{ "drift", test_drift },
	{ "unequal", test_unequal },
	{ "one sided", test_one_sided },
	{ "flood", test_flood },
	{ "monotone", test_monotone },
};
ZT_MAIN("model_token", tests)
