/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/model_impl.h"

#define OPEN_HALF 10.0 /* labels that open half of the fence */

struct model *
model_new(const struct hash_key *key)
{
	struct model *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->key = *key;
	model_share_init(m);
	return m;
}

void
model_free(struct model *m)
{
	free(m);
}

double
model_open(double n)
{
	return n > 0 ? n / (n + OPEN_HALF) : 0;
}

/* ---- time ---- */

static void
fade(struct model *m, int64_t hours, int64_t days)
{
	double d = (double)hours / MODEL_DAY_HOURS;
	double factor = exp2(-d / MODEL_HALF_DAYS);

	m->bad *= factor;
	m->good *= factor;
	for (unsigned t = 0; t < MODEL_TABLES; t++)
		model_share_fade(&m->tables[t], factor, days);
	for (unsigned t = 0; t < MODEL_TOKENS; t++)
		model_token_fade(&m->tokens[t],
		    exp2(-d / MODEL_TOKEN_HALF_DAYS), days);
	if (days > 0)
		model_site_clear(m);
}

/*
 * A day or more back: the clock was wrong when that was stored.  What was
 * learned stays, and today begins anew.
 */
void
model_advance(struct model *m, int64_t now_ms)
{
	int64_t hour = now_ms > 0 ? now_ms / MODEL_HOUR_MS : 0;
	int64_t was = m->hour;

	if (hour == was)
		return;
	if (hour > was)
		fade(m, hour - was,
		    hour / MODEL_DAY_HOURS - was / MODEL_DAY_HOURS);
	else if (was - hour < MODEL_DAY_HOURS)
		return;
	else
		model_site_clear(m);
	m->hour = hour;
}

/* ---- questions ---- */

static double
ratio(struct model *m, unsigned table, unsigned v, int64_t now_ms)
{
	struct model_table *t = &m->tables[table];

	model_advance(m, now_ms);
	if (v >= t->n)
		return 0;
	if (t->stale)
		model_share_refresh(t);
	return t->v[v].ratio;
}

double
model_llr(struct model *m, enum model_feature f, unsigned v, int64_t now_ms)
{
	return f < MODEL_FEATURES ? ratio(m, f, v, now_ms) : 0;
}

double
model_rdns_llr(struct model *m, enum model_feature f, enum model_rdns r,
    int64_t now_ms)
{
	return ratio(m, f == MODEL_NAME_V6 ? MODEL_SUM_RDNS_V6 : MODEL_SUM_RDNS,
	    r, now_ms);
}

double
model_helo_llr(struct model *m, enum model_feature f, enum model_helo h,
    int64_t now_ms)
{
	return ratio(m, f == MODEL_NAME_V6 ? MODEL_SUM_HELO_V6 : MODEL_SUM_HELO,
	    h, now_ms);
}

enum model_rtt
model_rtt(uint32_t rtt_us)
{
	static const uint32_t below_ms[] = { 30, 80, 150, 300, 1000 };
	unsigned i = 0;

	while (i < MODEL_RTT_MORE && rtt_us / 1000 >= below_ms[i])
		i++;
	return (enum model_rtt)i;
}

enum model_think
model_think(uint32_t least_us, uint32_t rtt_us)
{
	static const uint32_t below_ms[] = { 5, 50, 250, 1000 };
	uint32_t us = least_us > rtt_us ? least_us - rtt_us : 0;
	unsigned i = 0;

	while (i < MODEL_THINK_MORE && us / 1000 >= below_ms[i])
		i++;
	return (enum model_think)i;
}

void
model_counts(struct model *m, int64_t now_ms, struct model_counts *out)
{
	model_advance(m, now_ms);
	*out = (struct model_counts){ m->bad, m->good, m->taught, m->refused };
}

/* ---- teaching ---- */

static void
count_cell(struct model *m, enum model_feature f, unsigned v, bool bad,
    double n)
{
	unsigned six = f == MODEL_NAME_V6 ? MODEL_SUM_RDNS_V6 - MODEL_SUM_RDNS :
					    0;

	model_share_count(&m->tables[f], v, bad, n);
	model_share_count(&m->tables[MODEL_SUM_RDNS + six], v / MODEL_HELOS,
	    bad, n);
	model_share_count(&m->tables[MODEL_SUM_HELO + six], v % MODEL_HELOS,
	    bad, n);
}

/*
 * Who has a good name is never labelled as bad for what anybody may do by
 * mistake.  So bad labels cannot tell how many zombies have one: that share
 * stays as shipped, each label of another row counting for the rest.
 */
static void
count_name(struct model *m, enum model_feature f, unsigned v, bool bad)
{
	const unsigned named = MODEL_RDNS_NAMED * MODEL_HELOS;
	const struct model_table *t = &m->tables[f];
	double rest = 1;

	if (v >= t->n || t->v[v].qz == 0)
		return;
	for (unsigned i = named; bad && v < named && i < t->n; i++) {
		count_cell(m, f, i, true, t->v[i].qz);
		rest -= t->v[i].qz;
	}
	count_cell(m, f, v, bad, rest);
}

bool
model_teach(struct model *m, const struct model_lesson *lesson, bool bad,
    const struct addr *client, int64_t now_ms)
{
	model_advance(m, now_ms);
	if (!model_site_take(m, bad, client)) {
		m->refused++;
		return false;
	}
	m->taught++;
	if (bad)
		m->bad++;
	else
		m->good++;
	for (unsigned f = 0; f < MODEL_FEATURES; f++) {
		unsigned v = lesson->value[f] - 1U;

		if (lesson->value[f] == 0)
			continue;
		if (f == MODEL_NAME || f == MODEL_NAME_V6)
			count_name(m, (enum model_feature)f, v, bad);
		else
			model_share_count(&m->tables[f], v, bad, 1);
	}
	for (unsigned t = 0; t < MODEL_TOKENS; t++)
		model_token_count(m, (enum model_token)t, lesson->token[t],
		    bad);
	return true;
}

/* ---- the alarm ---- */

#define ALARM_LABELS  50   /* fewer of a kind say nothing */
#define ALARM_CROSSED 0.25 /* nats beyond zero */
#define ALARM_SERVERS 0.2  /* of servers have what marks servers */
#define ALARM_ZOMBIES 0.1

/* By the bare counts: inside the fence some could never cross. */
static bool
crossed(const struct model_table *t, const struct model_value *v)
{
	double raw = model_share_raw(t, v);

	if (v->shipped < -0.25 && v->qg >= ALARM_SERVERS)
		return raw > ALARM_CROSSED;
	if (v->shipped > 1 && v->qz >= ALARM_ZOMBIES)
		return raw < -ALARM_CROSSED;
	return false;
}

static const char *
tell(struct model *m, enum model_feature f, unsigned i)
{
	const struct model_table *t = &m->tables[f];
	const struct model_value *v = &t->v[i];

	(void)snprintf(m->alarm, sizeof(m->alarm),
	    "%s %s, as a rule a mark of %s, was seen of %.0f %% of the zombies "
	    "and %.0f %% of the mail servers here",
	    model_feature_name(f), model_value_name(f, i),
	    v->shipped < 0 ? "mail servers" : "zombies", 100 * v->bad / t->bad,
	    100 * v->good / t->good);
	return m->alarm;
}

const char *
model_alarm(struct model *m, int64_t now_ms)
{
	model_advance(m, now_ms);
	for (unsigned f = 0; f < MODEL_FEATURES; f++) {
		const struct model_table *t = &m->tables[f];

		if (t->bad < ALARM_LABELS || t->good < ALARM_LABELS)
			continue;
		for (unsigned v = 0; v < t->n; v++)
			if (t->v[v].qz != 0 && crossed(t, &t->v[v]))
				return tell(m, (enum model_feature)f, v);
	}
	return NULL;
}
