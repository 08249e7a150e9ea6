/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model: what liars can do to it, and what any labels can
 *
 * zt-link: daemon/model daemon/model_share daemon/model_token
 * zt-link: daemon/model_site fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include "daemon/model_prior.h"
#include "tests/unit/daemon/modelworld.h"

#define MILLION 1000000
#define MATCH   (MODEL_RDNS_NAMED * MODEL_HELOS + MODEL_HELO_MATCH)

/* A site that has learned a little of everything, of both kinds. */
static struct model *
taught(void)
{
	struct model *m = model_new(&key);

	for (uint32_t i = 0; i < 600; i++) {
		struct model_lesson l = { 0 };
		struct addr a = site4(100000 + i);

		for (unsigned f = 0; f < MODEL_FEATURES; f++)
			l.value[f] = (uint8_t)(1 +
			    (i * 7 + i / 11) %
				model_values((enum model_feature)f));
		l.token[0] = 1 + i % 40;
		l.token[1] = 1 + i % 30;
		(void)model_teach(m, &l, i % 2 == 0, &a,
		    T0 - 10 * DAY + i % 5 * DAY);
	}
	return m;
}

static void
all_ratios(struct model *m, int64_t t,
    double out[MODEL_FEATURES][MODEL_VALUES_MAX])
{
	for (unsigned f = 0; f < MODEL_FEATURES; f++)
		for (unsigned v = 0; v < MODEL_VALUES_MAX; v++)
			out[f][v] = model_llr(m, (enum model_feature)f, v, t);
}

/* The most that any ratio of a differs from that of b. */
static double
most(double a[MODEL_FEATURES][MODEL_VALUES_MAX],
    double b[MODEL_FEATURES][MODEL_VALUES_MAX])
{
	double d = 0;

	for (unsigned f = 0; f < MODEL_FEATURES; f++)
		for (unsigned v = 0; v < MODEL_VALUES_MAX; v++)
			d = fmax(d, fabs(a[f][v] - b[f][v]));
	return d;
}

/* All hosts of one network, a million times, as clearly as it can. */
static void
one_network(const char *name, const struct addr *first, unsigned host_byte)
{
	static double once[MODEL_FEATURES][MODEL_VALUES_MAX],
	    often[MODEL_FEATURES][MODEL_VALUES_MAX];
	struct model *m = taught(), *o = taught();
	struct model_lesson l = { 0 };
	struct addr a = *first;
	struct model_counts n;
	unsigned heard = 0;
	char text[96];

	for (unsigned f = 0; f < MODEL_FEATURES; f++)
		l.value[f] = (uint8_t)model_values((enum model_feature)f);
	l.value[MODEL_STACK] = SIG_LINUX + 1;
	l.token[0] = l.token[1] = 7;
	(void)model_teach(o, &l, true, first, T0);
	for (uint32_t i = 0; i < MILLION; i++) {
		a.b[host_byte] = (uint8_t)i;
		heard += model_teach(m, &l, true, &a, T0 + i);
	}
	model_counts(m, T0, &n);
	snprintf(text, sizeof(text), "%s is heard once a day", name);
	ZT_CASE(text, heard == 1 && n.refused == MILLION - 1);
	all_ratios(m, T0, often);
	all_ratios(o, T0, once);
	snprintf(text, sizeof(text), "%s: a million lies are one label", name);
	ZT_CASE(text, most(once, often) == 0);
	snprintf(text, sizeof(text), "%s: tokens, too", name);
	ZT_CASE(text,
	    model_token_llr(m, MODEL_TOKEN_SIG, 7, 0, T0) ==
		model_token_llr(o, MODEL_TOKEN_SIG, 7, 0, T0));
	snprintf(text, sizeof(text), "%s may say good on that day, too", name);
	ZT_CASE(text, model_teach(m, &l, false, first, T0));
	snprintf(text, sizeof(text), "%s is heard again tomorrow", name);
	ZT_CASE(text, model_teach(m, &l, true, first, T0 + DAY));
	model_free(m);
	model_free(o);
}

static void
test_one_network(void)
{
	struct addr v4 = addr_v4(0xc6336401),
		    v6 = { 6, { 0x20, 1, 0xd, 0xb8, 0, 7, 1 } };
	struct addr odd = { 0 };
	struct model *m = model_new(&key);
	struct model_lesson l = lesson(MODEL_TLS, 1);

	one_network("a /24", &v4, 3);
	one_network("a /48", &v6, 7);
	ZT_CASE("who has no address teaches nothing",
	    !model_teach(m, &l, true, &odd, T0));
	model_free(m);
}

/* Everything that marks servers, said of zombies, and the other way round. */
static struct model_lesson
lie(bool bad)
{
	struct model_lesson l = { 0 };

	for (unsigned f = 0; f < MODEL_FEATURES; f++) {
		unsigned pick = 0;

		for (unsigned v = 0; v < model_values((enum model_feature)f);
		     v++) {
			double d = model_shipped((enum model_feature)f, v) -
			    model_shipped((enum model_feature)f, pick);

			if (bad ? d < 0 : d > 0)
				pick = v;
		}
		l.value[f] = (uint8_t)(pick + 1);
	}
	l.token[0] = bad ? 1 : 2;
	l.token[1] = bad ? 1 : 2;
	return l;
}

struct army {
	bool inside, hard, slow, finite;
	double moved;
};

static void
check_army(struct army *y, double was[MODEL_FEATURES][MODEL_VALUES_MAX],
    double now[MODEL_FEATURES][MODEL_VALUES_MAX])
{
	for (unsigned f = 0; f < MODEL_FEATURES; f++)
		for (unsigned v = 0; v < MODEL_VALUES_MAX; v++) {
			double shipped = model_shipped((enum model_feature)f,
			    v);
			double off = now[f][v] - shipped;

			y->moved = fmax(y->moved, fabs(off));
			if (fabs(off) > MODEL_FENCE + 1e-9)
				y->inside = false;
			if (model_priors[f].v[v].hard && off < -1e-9)
				y->hard = false;
			if (fabs(now[f][v] - was[f][v]) >
			    MODEL_DRIFT_DAY + 1e-9)
				y->slow = false;
			if (!isfinite(now[f][v]))
				y->finite = false;
		}
}

static void
test_army(void)
{
	static double was[MODEL_FEATURES][MODEL_VALUES_MAX],
	    now[MODEL_FEATURES][MODEL_VALUES_MAX];
	struct model *m = model_new(&key);
	struct model_lesson l[2] = { lie(false), lie(true) };
	struct army y = { true, true, true, true, 0 };
	double token = 0;

	all_ratios(m, T0, was);
	for (int d = 0; d < 40; d++) {
		/* In the last minute of each day, and in the first. */
		for (uint32_t i = 0; i < 2000; i++) {
			struct addr a = site4(i);

			(void)model_teach(m, &l[i % 2], i % 2, &a,
			    T0 + d * DAY + (d % 2 ? 1 : DAY - 1));
		}
		all_ratios(m, T0 + (d + 1) * DAY - 1, now);
		check_army(&y, was, now);
		memcpy(was, now, sizeof(was));
		token = fmax(token,
		    fabs(model_token_llr(m, MODEL_TOKEN_SIG, 1, -.3,
			     T0 + (d + 1) * DAY - 1) +
			.3));
	}
	ZT_CASE("a thousand networks lie for weeks: nothing leaves the fence",
	    y.inside);
	ZT_CASE("what is hard does not get better", y.hard);
	ZT_CASE("nothing moves by more than half a nat a day", y.slow);
	ZT_CASE("all ratios are numbers", y.finite);
	ZT_CASE("but they do move it: the test is one", y.moved > 1.2);
	ZT_CASE("tokens have the same fence", token <= MODEL_FENCE + 1e-6);
	model_free(m);
}

static void
test_full(void)
{
	struct model *m = model_new(&key);
	struct model_counts n;
	unsigned heard = teach_v(m, MODEL_TLS, 1, true, 0, 40000, T0);

	model_counts(m, T0, &n);
	ZT_CASE("more networks a day than there is room are not heard",
	    heard > 10000 && heard < 16384 && n.refused == 40000 - heard);
	ZT_CASE("the other label has its own room",
	    teach_v(m, MODEL_TLS, 0, false, 0, 5000, T0) == 5000);
	ZT_CASE("none of them is heard twice",
	    teach_v(m, MODEL_TLS, 1, true, 0, 40000, T0 + 1) == 0);
	ZT_CASE("tomorrow there is room again",
	    teach_v(m, MODEL_TLS, 1, true, 30000, 5000, T0 + DAY) == 5000);
	model_free(m);
}

/*
 * One more bad label of a value never lowers its ratio, one more good label
 * never raises it, whatever was taught before.  (A bad label of a name other
 * than NAMED counts for two thirds, so it lowers what is nearly all there is.)
 */
static void
test_monotone(void)
{
	unsigned wrong = 0, odd = 0, moved = 0;

	for (unsigned round = 0; round < 300; round++) {
		struct model *m = model_new(&key);
		enum model_feature f = (enum model_feature)(
		    zt_random() % MODEL_FEATURES);
		unsigned values = model_values(f), v;
		uint32_t at = 0;

		for (unsigned k = 0; k < 6; k++) {
			uint32_t n = (uint32_t)(zt_random() % 200);

			teach_v(m, f, (unsigned)(zt_random() % values),
			    zt_random() % 2, at, n, T0);
			at += n;
		}
		v = (unsigned)(zt_random() % values);
		for (unsigned k = 0; k < 20; k++) {
			bool bad = zt_random() % 2;
			double was = model_llr(m, f, v, T0), now;

			teach_v(m, f, v, bad, at++, 1, T0);
			now = model_llr(m, f, v, T0);
			odd += isfinite(now) == 0;
			moved += fabs(now - was) > 1e-12;
			if (bad && f >= MODEL_NAME &&
			    v / MODEL_HELOS != MODEL_RDNS_NAMED)
				continue;
			wrong += bad ? now < was - 1e-12 : now > was + 1e-12;
		}
		model_free(m);
	}
	ZT_CASE("ratios are numbers after random lessons", odd == 0);
	ZT_CASE("no label moves its value the wrong way", wrong == 0);
	ZT_CASE("and many move it", moved > 1000);
}

static void
test_alarm(void)
{
	struct model *m = model_new(&key);
	const char *text;

	ZT_CASE("a new model has no alarm", model_alarm(m, T0) == NULL);
	teach_v(m, MODEL_STACK, SIG_LINUX, false, 0, 80, T0);
	teach_v(m, MODEL_STACK, SIG_WINDOWS, false, 80, 40, T0);
	teach_v(m, MODEL_STACK, SIG_LINUX, true, 200, 60, T0);
	teach_v(m, MODEL_STACK, SIG_WINDOWS, true, 300, 60, T0);
	ZT_CASE("zombies with Linux are no alarm", model_alarm(m, T0) == NULL);
	teach_v(m, MODEL_STACK, SIG_LINUX, true, 1000, 3000, T0);
	text = model_alarm(m, T0);
	ZT_CASE("zombies that are nearly all Linux, unlike servers, are one",
	    text != NULL && strstr(text, "stack linux") != NULL &&
		strstr(text, "mail servers") != NULL &&
		strstr(text, "98 %") != NULL && strstr(text, "67 %") != NULL);
	ZT_CASE("they fade", model_alarm(m, T0 + 300 * DAY) == NULL);
	model_free(m);

	m = model_new(&key);
	teach_v(m, MODEL_NAME, MATCH, true, 0, 1500, T0);
	teach_v(m, MODEL_NAME, MATCH, false, 2000, 60, T0);
	teach_v(m, MODEL_NAME, MATCH + 1, false, 2060, 40, T0);
	text = model_alarm(m, T0);
	ZT_CASE("zombies with servers' names are one",
	    text != NULL && strstr(text, "name named/match") != NULL);
	model_free(m);

	m = model_new(&key);
	teach_v(m, MODEL_HELLO, DIALOGUE_HELLO_HELO, false, 0, 400, T0);
	teach_v(m, MODEL_HELLO, DIALOGUE_HELLO_EHLO, false, 400, 600, T0);
	teach_v(m, MODEL_HELLO, DIALOGUE_HELLO_HELO, true, 2000, 20, T0);
	teach_v(m, MODEL_HELLO, DIALOGUE_HELLO_EHLO, true, 2050, 130, T0);
	text = model_alarm(m, T0);
	ZT_CASE("servers that look like zombies are one",
	    text != NULL && strstr(text, "hello helo") != NULL &&
		strstr(text, "mark of zombies") != NULL);
	model_free(m);
}

static const struct zt_test tests[] = {
	{ "one network", test_one_network },
	{ "army", test_army },
	{ "full", test_full },
	{ "monotone", test_monotone },
	{ "alarm", test_alarm },
};
ZT_MAIN("model_poison", tests)
