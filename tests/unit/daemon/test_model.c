/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model: shipped ratios, learning, fading, sums
 *
 * zt-link: daemon/model daemon/model_share daemon/model_token
 * zt-link: daemon/model_site fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include "daemon/model_prior.h"
#include "tests/unit/daemon/modelworld.h"

static void
test_shares(void)
{
	for (unsigned f = 0; f < MODEL_FEATURES; f++) {
		const struct model_prior *p = &model_priors[f];
		double qz = 0, qg = 0;
		char name[96];
		bool whole = p->name != NULL && p->strength >= 50;

		for (unsigned v = 0; v < MODEL_VALUES_MAX; v++) {
			bool there = p->v[v].name != NULL;

			whole = whole && there == (p->v[v].qz > 0) &&
			    there == (p->v[v].qg > 0);
			qz += p->v[v].qz;
			qg += p->v[v].qg;
		}
		snprintf(name, sizeof(name),
		    "the shares of %s add up to one (%.6f, %.6f)",
		    model_feature_name((enum model_feature)f), qz, qg);
		ZT_CASE(name, near(qz, 1, 1e-9) && near(qg, 1, 1e-9));
		snprintf(name, sizeof(name), "the rows of %s are whole",
		    model_feature_name((enum model_feature)f));
		ZT_CASE(name, whole);
	}
}

static const struct {
	const char *name;
	enum model_feature f;
	unsigned v;
	double min, max;
} expected[] = {
	{ "Windows is hardly a sign", MODEL_STACK, SIG_WINDOWS, .25, .35 },
	{ "old Windows is one", MODEL_STACK, SIG_OLD_WINDOWS, 1.4, 1.6 },
	{ "Linux speaks for a server", MODEL_STACK, SIG_LINUX, -.35, -.25 },
	{ "an odd stack is a sign", MODEL_STACK, SIG_ODD, .75, .85 },
	{ "early talk is a strong sign", MODEL_GREETING, 1, 3.5, 4.5 },
	{ "waiting says little", MODEL_GREETING, 0, -.4, -.2 },
	{ "HELO alone is a sign", MODEL_HELLO, DIALOGUE_HELLO_HELO, 1.8, 2.4 },
	{ "lower case verbs are about +1", MODEL_CASE, DIALOGUE_CASE_LOWER, .8,
	    1.2 },
	{ "a blank behind FROM: is about +1", MODEL_MAIL_PATH,
	    DIALOGUE_PATH_SPACE, .8, 1.2 },
	{ "a path without brackets is about +1.5", MODEL_MAIL_PATH,
	    DIALOGUE_PATH_BARE, 1.3, 1.7 },
	{ "bare line feeds are about +1", MODEL_EOL, DIALOGUE_EOL_LF, .8, 1.2 },
	{ "TLS speaks for a server", MODEL_TLS, 1, -1.8, -1.4 },
	{ "an own confirmed name speaks for a server", MODEL_NAME,
	    MODEL_RDNS_NAMED *MODEL_HELOS + MODEL_HELO_MATCH, -2.6, -2.2 },
	{ "our own name as HELO is about +5", MODEL_NAME,
	    MODEL_RDNS_NONE *MODEL_HELOS + MODEL_HELO_OURS, 4.7, 5.3 },
	{ "no name and another HELO: servers do that", MODEL_NAME,
	    MODEL_RDNS_NONE *MODEL_HELOS + MODEL_HELO_FQDN, 2.0, 2.8 },
	{ "no name weighs less with IPv6", MODEL_NAME_V6,
	    MODEL_RDNS_NONE *MODEL_HELOS + MODEL_HELO_FQDN, .3, .9 },
	{ "nobody without a name can say it", MODEL_NAME,
	    MODEL_RDNS_NONE *MODEL_HELOS + MODEL_HELO_MATCH, 0, 0 },
	{ "an unknown stack says nothing", MODEL_STACK, SIG_UNKNOWN, 0, 0 },
	{ "what is out of range says nothing", MODEL_STACK, 200, 0, 0 },
	{ "a feature that is none says nothing", MODEL_FEATURES, 0, 0, 0 },
};

static void
test_shipped(void)
{
	struct model *m = model_new(&key);
	unsigned same = 0, all = 0;

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		double l = model_shipped(expected[i].f, expected[i].v);

		ZT_CASE(expected[i].name,
		    l >= expected[i].min && l <= expected[i].max);
	}
	for (unsigned f = 0; f <= MODEL_FEATURES; f++)
		for (unsigned v = 0; v < 40; v++, all++)
			same += near(model_llr(m, (enum model_feature)f, v, T0),
			    model_shipped((enum model_feature)f, v), 1e-9);
	ZT_CASE("a new model says what is shipped", same == all);
	model_free(m);
	model_free(NULL);
}

/* However badly a server is run: its name alone is not enough. */
static void
test_sloppy(void)
{
	double worst = 0;

	for (unsigned v = 0; v < MODEL_NAME_CELLS; v++)
		if (!model_priors[MODEL_NAME].v[v].hard)
			worst = fmax(worst, model_shipped(MODEL_NAME, v));
	ZT_CASE("a bad name is at most about +3", worst > 2.5 && worst < 3.1);
	for (unsigned v = 0; v < MODEL_NAME_CELLS; v++)
		if (v % MODEL_HELOS != MODEL_HELO_OURS)
			ZT_CASE("with IPv6 not even that",
			    model_shipped(MODEL_NAME_V6, v) < 2.6);
}

static void
test_learning(void)
{
	struct model *m = model_new(&key);
	double linux_was = model_shipped(MODEL_STACK, SIG_LINUX);
	struct model_counts n;

	/* Here Windows are the servers, and bots run Linux. */
	for (int d = 0; d < 6; d++) {
		teach_v(m, MODEL_STACK, SIG_LINUX, true, 0, 200, T0 + d * DAY);
		teach_v(m, MODEL_STACK, SIG_WINDOWS, false, 500, 200,
		    T0 + d * DAY);
	}
	ZT_CASE("what zombies have here speaks against it",
	    model_llr(m, MODEL_STACK, SIG_LINUX, T0 + 6 * DAY) >
		linux_was + 1.3);
	ZT_CASE("what servers have here speaks for it",
	    model_llr(m, MODEL_STACK, SIG_WINDOWS, T0 + 6 * DAY) <
		model_shipped(MODEL_STACK, SIG_WINDOWS) - 1.3);
	ZT_CASE("other features are not touched",
	    model_llr(m, MODEL_TLS, 1, T0 + 6 * DAY) ==
		model_shipped(MODEL_TLS, 1));
	model_counts(m, T0 + 6 * DAY, &n);
	ZT_CASE("labels are counted",
	    n.taught == 2400 && n.refused == 0 && n.bad > 900 && n.bad < 1200 &&
		n.good > 900 && n.good < 1200);
	model_free(m);
}

/* The formula, with numbers worked out by hand. */
static void
test_formula(void)
{
	struct model *m = model_new(&key);
	double want = log(
	    (60 + 100 * .85) / (90 + 100.) / ((40 + 100 * .26) / (100 + 100.)));

	teach_v(m, MODEL_TLS, 0, true, 0, 60, T0);
	teach_v(m, MODEL_TLS, 1, true, 60, 30, T0);
	teach_v(m, MODEL_TLS, 0, false, 200, 40, T0);
	teach_v(m, MODEL_TLS, 1, false, 240, 60, T0);
	ZT_CASE("60 of 90 zombies and 40 of 100 servers without TLS",
	    near(model_llr(m, MODEL_TLS, 0, T0), want, 1e-9));
	model_free(m);
}

static void
test_few(void)
{
	struct model *m = model_new(&key);
	unsigned v = model_name_cell(MODEL_RDNS_DYNAMIC, MODEL_HELO_LITERAL);

	teach_v(m, MODEL_TLS, 1, true, 0, 3, T0);
	teach_v(m, MODEL_TLS, 0, false, 0, 10, T0);
	ZT_CASE("a handful of labels moves hardly anything",
	    near(model_llr(m, MODEL_TLS, 1, T0), model_shipped(MODEL_TLS, 1),
		.35));
	teach_v(m, MODEL_NAME, 0, true, 100, 50, T0);
	teach_v(m, MODEL_NAME, v, false, 100, 1, T0);
	ZT_CASE("nor does a single one of a rare value",
	    near(model_llr(m, MODEL_NAME, v, T0), model_shipped(MODEL_NAME, v),
		.25));
	model_free(m);
}

/* All clients seem near by behind a proxy: no sign of anything. */
static void
test_one_sided(void)
{
	struct model *m = model_new(&key);
	double was = model_shipped(MODEL_RTT, MODEL_RTT_30);

	for (int d = 0; d < 30; d++)
		teach_v(m, MODEL_RTT, MODEL_RTT_30, true, 0, 500, T0 + d * DAY);
	ZT_CASE("bad labels alone convict nobody",
	    model_llr(m, MODEL_RTT, MODEL_RTT_30, T0 + 30 * DAY) <= was);
	for (int d = 30; d < 60; d++)
		teach_v(m, MODEL_RTT, MODEL_RTT_30, false, 0, 20, T0 + d * DAY);
	ZT_CASE("nor do good ones with the same",
	    model_llr(m, MODEL_RTT, MODEL_RTT_30, T0 + 60 * DAY) <= was);
	for (int d = 60; d < 90; d++)
		teach_v(m, MODEL_TLS, 0, false, 0, 500, T0 + d * DAY);
	ZT_CASE("good labels alone acquit nobody",
	    near(model_llr(m, MODEL_TLS, 0, T0 + 90 * DAY),
		model_shipped(MODEL_TLS, 0), 1e-9));
	ZT_CASE("nor do they convict who is not like them",
	    near(model_llr(m, MODEL_TLS, 1, T0 + 90 * DAY),
		model_shipped(MODEL_TLS, 1), MODEL_FENCE));
	model_free(m);
}

static void
test_forgetting(void)
{
	struct model *m = model_new(&key);
	double was = model_shipped(MODEL_TLS, 1), now;
	struct model_counts n;

	for (int d = 0; d < 4; d++) {
		teach_v(m, MODEL_TLS, 1, true, 0, 25, T0 + d * DAY);
		teach_v(m, MODEL_TLS, 0, false, 0, 25, T0 + d * DAY);
	}
	model_counts(m, T0 + 3 * DAY + 14 * DAY, &n);
	ZT_CASE("labels count half after two weeks", n.bad > 44 && n.bad < 48);
	now = model_llr(m, MODEL_TLS, 1, T0 + 17 * DAY);
	ZT_CASE("and what they taught is still there", now > was + .7);
	now = model_llr(m, MODEL_TLS, 1, T0 + 63 * DAY);
	ZT_CASE("sixty days later it is near the shipped ratio",
	    near(now, was, .35));
	now = model_llr(m, MODEL_TLS, 1, T0 + 200 * DAY);
	ZT_CASE("half a year later it is the shipped ratio",
	    near(now, was, .01));
	model_free(m);
}

static void
test_sums(void)
{
	struct model *m = model_new(&key);
	double none = model_rdns_llr(m, MODEL_NAME, MODEL_RDNS_NONE, T0);
	double named = model_rdns_llr(m, MODEL_NAME, MODEL_RDNS_NAMED, T0);
	double ours = model_helo_llr(m, MODEL_NAME, MODEL_HELO_OURS, T0);

	ZT_CASE("no name, HELO not known", near(none, log(.39 / .02867), 1e-6));
	ZT_CASE("a good name, HELO not known",
	    near(named, log(.31 / .93413), 1e-6));
	ZT_CASE("our name as HELO, its own not known",
	    ours > 4.5 && ours < 5.5);
	ZT_CASE("no name says less with IPv6",
	    model_rdns_llr(m, MODEL_NAME_V6, MODEL_RDNS_NONE, T0) < none - 1);
	ZT_CASE("out of range says nothing",
	    model_rdns_llr(m, MODEL_NAME, MODEL_RDNSS, T0) == 0 &&
		model_helo_llr(m, MODEL_NAME, MODEL_HELOS, T0) == 0);
	for (int d = 0; d < 5; d++) {
		teach_v(m, MODEL_NAME,
		    model_name_cell(MODEL_RDNS_NONE, MODEL_HELO_ODD), false, 0,
		    20, T0 + d * DAY);
		teach_v(m, MODEL_NAME,
		    model_name_cell(MODEL_RDNS_NAMED, MODEL_HELO_MATCH), false,
		    20, 80, T0 + d * DAY);
		teach_v(m, MODEL_NAME,
		    model_name_cell(MODEL_RDNS_GENERIC, MODEL_HELO_FQDN), true,
		    0, 100, T0 + d * DAY);
	}
	ZT_CASE("many servers without a name: the row learns it",
	    model_rdns_llr(m, MODEL_NAME, MODEL_RDNS_NONE, T0 + 5 * DAY) <
		none - 1);
	ZT_CASE("and the column, and not that of IPv6",
	    model_helo_llr(m, MODEL_NAME, MODEL_HELO_ODD, T0 + 5 * DAY) <
		    model_helo_llr(m, MODEL_NAME_V6, MODEL_HELO_ODD,
			T0 + 5 * DAY) &&
		model_rdns_llr(m, MODEL_NAME_V6, MODEL_RDNS_NONE,
		    T0 + 5 * DAY) < none - 1 &&
		near(model_rdns_llr(m, MODEL_NAME_V6, MODEL_RDNS_NONE,
			 T0 + 5 * DAY),
		    log(.62 / .22625), 1e-6));
	model_free(m);
}

/* Bad labels are never of clients with a good name: that is no news. */
static void
test_named_unseen(void)
{
	struct model *m = model_new(&key);
	unsigned match = model_name_cell(MODEL_RDNS_NAMED, MODEL_HELO_MATCH);
	unsigned other = model_name_cell(MODEL_RDNS_NAMED, MODEL_HELO_FQDN);

	for (int d = 0; d < 20; d++) {
		teach_v(m, MODEL_NAME,
		    model_name_cell(MODEL_RDNS_DYNAMIC, MODEL_HELO_FQDN), true,
		    0, 500, T0 + d * DAY);
		teach_v(m, MODEL_NAME, match, false, 0, 70, T0 + d * DAY);
		teach_v(m, MODEL_NAME, other, false, 70, 30, T0 + d * DAY);
	}
	ZT_CASE("labels without any named one do not say that none is named",
	    near(model_llr(m, MODEL_NAME, match, T0 + 20 * DAY),
		model_shipped(MODEL_NAME, match), .15) &&
		near(model_rdns_llr(m, MODEL_NAME, MODEL_RDNS_NAMED,
			 T0 + 20 * DAY),
		    log(.31 / .93413), .15));
	model_free(m);
}

static void
test_bins(void)
{
	ZT_CASE("29.9 ms", model_rtt(29999) == MODEL_RTT_30);
	ZT_CASE("30 ms", model_rtt(30000) == MODEL_RTT_80);
	ZT_CASE("299 ms", model_rtt(299000) == MODEL_RTT_300);
	ZT_CASE("999 ms", model_rtt(999000) == MODEL_RTT_1000);
	ZT_CASE("a second", model_rtt(1000000) == MODEL_RTT_MORE);
	ZT_CASE("an hour", model_rtt(UINT32_MAX) == MODEL_RTT_MORE);
	ZT_CASE("thinks for less than the round trip",
	    model_think(20000, 30000) == MODEL_THINK_5);
	ZT_CASE("thinks for 49 ms",
	    model_think(79000, 30000) == MODEL_THINK_50);
	ZT_CASE("thinks for 50 ms",
	    model_think(80000, 30000) == MODEL_THINK_250);
	ZT_CASE("thinks for a second",
	    model_think(1000000, 0) == MODEL_THINK_MORE);
}

static void
test_time(void)
{
	struct model *m = model_new(&key);
	struct model_counts n;

	ZT_CASE("it is taught today",
	    teach_v(m, MODEL_TLS, 1, true, 0, 10, T0) == 10);
	ZT_CASE("an hour back is still today",
	    teach_v(m, MODEL_TLS, 1, true, 0, 10, T0 - 3600000) == 0);
	model_counts(m, T0 - DAY, &n);
	ZT_CASE("time that goes back brings nothing back", n.bad == 10);
	ZT_CASE("a clock that was set right: today begins anew",
	    teach_v(m, MODEL_TLS, 1, true, 0, 10, T0 - 400 * DAY) == 10);
	ZT_CASE("times before 1970 do no harm",
	    isfinite(model_llr(m, MODEL_TLS, 1, -5)) &&
		isfinite(model_llr(m, MODEL_TLS, 1, INT64_MIN)) &&
		isfinite(model_llr(m, MODEL_TLS, 1, INT64_MAX)));
	model_free(m);
}

static const struct zt_test tests[] = {
	{ "shares", test_shares },
	{ "shipped", test_shipped },
	{ "sloppy", test_sloppy },
	{ "learning", test_learning },
	{ "formula", test_formula },
	{ "few", test_few },
	{ "one sided", test_one_sided },
	{ "forgetting", test_forgetting },
	{ "sums", test_sums },
	{ "named unseen", test_named_unseen },
	{ "bins", test_bins },
	{ "time", test_time },
};
ZT_MAIN("model", tests)
