/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zs_people - what people and DNS tell the engine of a scenario, and what it
 * has learned
 */
#include <math.h>
#include <stdlib.h>

#include "daemon/engine_impl.h"
#include "tests/tools/lib/zs.h"

/* ---- the admin ---- */

void
zs_admin_block(struct zs *z, struct zs_words *w)
{
	struct net n = zs_net(z, zs_next(z, w, "an address"));

	if (!zs_is(w, "for"))
		zs_die(z, "block ADDRESS for TIME");
	zs_start(z);
	z->rc = engine_admin_block(z->engine, &n,
	    (uint32_t)(zs_duration(z, zs_next(z, w, "a time")) / 1000000),
	    z->now_us / 1000);
}

void
zs_admin_unblock(struct zs *z, struct zs_words *w)
{
	struct net n = zs_net(z, zs_next(z, w, "an address"));

	zs_start(z);
	z->rc = engine_admin_unblock(z->engine, &n, z->now_us / 1000);
}

void
zs_admin_allow(struct zs *z, struct zs_words *w)
{
	struct net n[ZS_WORDS_MAX];
	size_t k = 0;

	while (zs_more(w))
		n[k++] = zs_net(z, zs_next(z, w, "an address"));
	zs_start(z);
	z->rc = engine_allow_set(z->engine, n, k, z->now_us / 1000);
}

/* listed NET...: more of a block_file, whenever that is */
void
zs_listed(struct zs *z, struct zs_words *w)
{
	struct net n;

	if (z->listed == NULL)
		z->listed = netlist_new();
	while (zs_more(w)) {
		n = zs_net(z, zs_next(z, w, "a network"));
		if (z->listed == NULL ||
		    netlist_add(z->listed, &n, STR("")) != 0)
			zs_die(z, "out of memory");
	}
	zs_start(z);
	z->config->policy.listed = z->listed;
}

void
zs_own(struct zs *z, struct zs_words *w)
{
	struct net n = zs_net(z, zs_next(z, w, "an address"));

	zs_start(z);
	engine_never_add(z->engine, &n);
}

/* report ADDRESS spam|ham */
void
zs_report(struct zs *z, struct zs_words *w)
{
	struct addr a = zs_addr(z, zs_next(z, w, "an address"));
	bool spam = zs_is(w, "spam");

	if (!spam && !zs_is(w, "ham"))
		zs_die(z, "report ADDRESS spam or ham");
	zs_start(z);
	z->rc = engine_report(z->engine, &a, spam, z->now_us / 1000);
}

/* ---- DNS ---- */

/* dns ADDRESS name N | nameless | listed ZONE NATS */
void
zs_dns(struct zs *z, struct zs_words *w)
{
	struct addr a = zs_addr(z, zs_next(z, w, "an address"));
	int64_t now_ms = z->now_us / 1000;
	const char *text = "";

	zs_start(z);
	if (zs_is(w, "listed")) {
		text = zs_next(z, w, "a zone");
		engine_dns_listed(z->engine, &a,
		    (struct str){ text, strlen(text) },
		    atof(zs_next(z, w, "its weight")), now_ms);
		return;
	}
	if (zs_is(w, "name"))
		text = zs_next(z, w, "a name");
	else if (!zs_is(w, "nameless"))
		zs_die(z, "dns ADDRESS name N, nameless, or listed ZONE NATS");
	engine_dns_name(z->engine, &a, (struct str){ text, strlen(text) },
	    now_ms);
}

void
zs_expect_asked(struct zs *z, struct zs_words *w, bool no)
{
	const char *word = zs_next(z, w, "an address");
	struct addr a = zs_addr(z, word);
	bool asked = false;

	for (size_t i = 0; i < z->asked_n; i++)
		asked = asked || addr_eq(&z->asked[i], &a);
	zs_check(z, asked != no, "the name of %s was %sasked for", word,
	    asked ? "" : "not ");
}

/* ---- what was learned ---- */

/* expect botnet NAME [networks N] */
void
zs_expect_botnet(struct zs *z, struct zs_words *w, bool no)
{
	static struct botnet_info all[256];
	const char *name = zs_next(z, w, "a name");
	size_t n = engine_botnets(z->engine, all, 256), i = 0;

	while (i < n && strcmp(all[i].hit.name, name) != 0)
		i++;
	if (!zs_check(z, (i < n) != no, "%s botnet %s among %zu",
		no ? "there is a" : "no", name, n)) {
		for (i = 0; i < n; i++)
			printf("     %s\n", all[i].hit.name);
		w->at = w->n;
		return;
	}
	if (!no && zs_is(w, "networks")) {
		long want = zs_number(z, zs_next(z, w, "a number"));

		zs_check(z, labs((long)all[i].hit.networks - want) <= 1,
		    "it is of %u networks", all[i].hit.networks);
	}
}

static double
ratio(const struct zs *z, const char *feature, const char *value, double *base)
{
	struct model *m = evidence_model(z->engine->evidence);

	for (unsigned f = 0; f < MODEL_FEATURES; f++) {
		enum model_feature mf = (enum model_feature)f;

		if (strcmp(model_feature_name(mf), feature) != 0)
			continue;
		for (unsigned v = 0; v < model_values(mf); v++)
			if (strcmp(model_value_name(mf, v), value) == 0) {
				*base = model_shipped(mf, v);
				return model_llr(m, mf, v, z->now_us / 1000);
			}
	}
	zs_die(z, "the model has no %s %s", feature, value);
}

/* expect [no] ratio FEATURE VALUE within NATS: of what is shipped */
void
zs_expect_ratio(struct zs *z, struct zs_words *w, bool no)
{
	const char *feature = zs_next(z, w, "a feature");
	const char *value = zs_next(z, w, "a value");
	double base, l = ratio(z, feature, value, &base), nats;

	if (!zs_is(w, "within"))
		zs_die(z, "within what?");
	nats = atof(zs_next(z, w, "nats"));
	zs_check(z, (fabs(l - base) <= nats) != no, "%s %s is %+.2f, was %+.2f",
	    feature, value, l, base);
}

/* expect [no] alarm: somebody seems to teach us wrong */
void
zs_expect_alarm(struct zs *z, struct zs_words *w, bool no)
{
	const char *what = engine_alarm(z->engine);

	(void)w;
	zs_check(z, (what != NULL) != no, "the alarm is %s",
	    what == NULL ? "silent" : what);
}

/* expect labels bad|good N: what the model was taught, faded */
void
zs_expect_labels(struct zs *z, struct zs_words *w, bool no)
{
	bool bad = zs_is(w, "bad");
	struct model_counts n;
	double got;
	long want;

	if (!bad && !zs_is(w, "good"))
		zs_die(z, "labels bad or good?");
	want = zs_number(z, zs_next(z, w, "a number"));
	model_counts(evidence_model(z->engine->evidence), z->now_us / 1000, &n);
	got = bad ? n.bad : n.good;
	zs_check(z, (fabs(got - (double)want) < 0.5) != no, "there are %.2f",
	    got);
}
