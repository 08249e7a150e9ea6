/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/day/who.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_S    1740960000 /* 2025-03-03, a Monday */
#define OTHERS     0.02       /* share of the connections */
#define MIXED      3          /* infected PCs behind mail servers */
#define GREY_AGAIN 0.15       /* of zombies that we told to come again */
#define EDGE_US    1200000000ll

/* How often zombies' addresses come in four weeks. */
static const double tries_share[] = { 60, 17, 7, 4, 8, 4 };

static void
add_session(struct plan *p, const struct client *c, int64_t t_us, bool calm)
{
	/* Whole sessions belong to the day that they began in. */
	int64_t in_day = (t_us - p->start_us) % DAY_US;

	if (in_day > DAY_US - EDGE_US)
		t_us -= EDGE_US;
	if (p->sessions_n == p->sessions_max) {
		p->sessions_max = p->sessions_max * 2 + 4096;
		p->sessions = reallocarray(p->sessions, p->sessions_max,
		    sizeof(*p->sessions));
		if (p->sessions == NULL)
			err(1, "memory");
	}
	p->sessions[p->sessions_n++] = (struct session){ .t_us = t_us,
		.client = (uint32_t)(c - p->clients),
		.calm = calm };
	p->clients[c - p->clients].sessions_n++;
}

/* ---- when ---- */

static int64_t
run_us(const struct plan *p)
{
	return (int64_t)p->opt->days * DAY_US;
}

/* A moment of the day: office hours see five times as much as the night. */
static int64_t
office_us(struct dice *d)
{
	for (;;) {
		double h = dice_unit(d) * 24;
		double much = h > 7 && h < 19 ? 1 : h > 5 && h < 23 ? 0.5 : 0.2;

		if (dice_yes(d, much))
			return (int64_t)(h * 3600e6);
	}
}

static unsigned
poisson(struct dice *d, double mean)
{
	unsigned n = 0;

	for (double t = dice_exp(d); t < mean; t += dice_exp(d))
		n++;
	return n;
}

static void
good_day(struct plan *p, struct client *c, int64_t day_us, unsigned n,
    struct dice *d)
{
	enum rhythm r = p->world->kinds[c->kind].rhythm;
	int64_t t = day_us + office_us(d);

	for (unsigned i = 0; i < n; i++) {
		if (r == RHYTHM_OFFICE)
			t = day_us + office_us(d);
		else if (r == RHYTHM_STEADY || dice_yes(d, 0.1))
			t = day_us + (int64_t)(dice_unit(d) * 86400e6);
		else
			t += (int64_t)(dice_exp(d) * 40e6);
		if (t < day_us + DAY_US)
			add_session(p, c, t, false);
	}
}

/* Comes as often as its kind does, some more and some less. */
static void
regular(struct plan *p, uint32_t at, double per_day, struct dice *d)
{
	double mine = per_day * exp(0.7 * dice_normal(d) - 0.245);

	for (unsigned day = 0; day < p->opt->days; day++)
		good_day(p, &p->clients[at],
		    p->start_us + (int64_t)day * DAY_US, poisson(d, mine), d);
}

static void
plan_regular(struct plan *p, unsigned kind, double conns, unsigned n)
{
	struct dice d = dice_fork(&p->dice, 1000 + kind);

	for (unsigned i = 0; i < n; i++) {
		struct dice own = dice_fork(&d, i);

		who_make(p, kind, &own);
		regular(p, (uint32_t)p->clients_n - 1, conns / n, &own);
	}
}

static unsigned
tries(struct dice *d)
{
	unsigned i = dice_pick(d, tries_share, 6);

	if (i < 4)
		return i + 1;
	return i == 4 ? 5 + dice_below(d, 6) : 11 + dice_below(d, 20);
}

/* A botnet is on for some hours, then off for as long. */
struct campaign {
	int64_t from_us[64], to_us[64];
	unsigned n;
};

static void
make_campaign(const struct plan *p, enum rhythm r, struct campaign *c,
    struct dice *d)
{
	int64_t t = (int64_t)(dice_unit(d) * 10 * 3600e6);

	c->n = 0;
	if (r != RHYTHM_CAMPAIGN) {
		c->from_us[0] = 0;
		c->to_us[0] = run_us(p);
		c->n = 1;
		return;
	}
	while (c->n < 64 && (t < run_us(p) || c->n == 0)) {
		int64_t on = (int64_t)((4 + dice_unit(d) * 14) * 3600e6);

		c->from_us[c->n] = t < run_us(p) ? t : 0;
		c->to_us[c->n] = t + on < run_us(p) ? t + on : run_us(p);
		c->n++;
		t += on + (int64_t)((3 + dice_unit(d) * 14) * 3600e6);
	}
}

static int64_t
campaign_us(const struct campaign *c, struct dice *d)
{
	double len[64];
	unsigned i;

	for (i = 0; i < c->n; i++)
		len[i] = (double)(c->to_us[i] - c->from_us[i]);
	i = dice_pick(d, len, c->n);
	return c->from_us[i] + (int64_t)(dice_unit(d) * len[i]);
}

static void
zombie_tries(struct plan *p, const struct client *c, int64_t t_us,
    struct dice *d)
{
	double mean_us;

	for (unsigned n = tries(d); n > 0 && t_us < run_us(p); n--) {
		add_session(p, c, p->start_us + t_us, false);
		/* Mostly within the hour, else within days. */
		mean_us = dice_yes(d, 0.4) ? 1200e6 : 36 * 3600e6;
		t_us += (int64_t)(dice_exp(d) * mean_us);
	}
}

static void
plan_zombies(struct plan *p, unsigned kind, double conns)
{
	struct dice d = dice_fork(&p->dice, 2000 + kind);
	size_t end = p->sessions_n + (size_t)conns;
	struct campaign on;

	make_campaign(p, p->world->kinds[kind].rhythm, &on, &d);
	for (unsigned i = 0; p->sessions_n < end; i++) {
		struct dice own = dice_fork(&d, i);
		int64_t t = campaign_us(&on, &own);

		zombie_tries(p, who_make(p, kind, &own), t, &own);
	}
}

/* Rented addresses: each is used for a day or so. */
static void
plan_rented(struct plan *p, unsigned kind, double conns)
{
	const struct kind *k = &p->world->kinds[kind];
	struct dice d = dice_fork(&p->dice, 3000 + kind);
	size_t end = p->sessions_n + (size_t)conns;
	struct campaign on;

	make_campaign(p, k->rhythm, &on, &d);
	for (unsigned i = 0; p->sessions_n < end; i++) {
		struct dice own = dice_fork(&d, i);
		int64_t t = campaign_us(&on, &own);
		const struct client *c = who_make(p, kind, &own);

		for (unsigned n = 1 + poisson(&own, k->per_day);
		     n > 0 && t < run_us(p); n--) {
			add_session(p, c, p->start_us + t, false);
			t += (int64_t)(dice_exp(&own) * 2 * 3600e6);
		}
	}
}

/* One clean mail or two a day, and then thirty an hour. */
static void
plan_sleepers(struct plan *p, unsigned kind, double conns)
{
	struct dice d = dice_fork(&p->dice, 4000 + kind);
	size_t end = p->sessions_n + (size_t)conns;

	for (unsigned i = 0; p->sessions_n < end; i++) {
		struct dice own = dice_fork(&d, i);
		const struct client *c = who_make(p, kind, &own);
		double days = 2 + dice_unit(&own) * 3;
		int64_t storm = (int64_t)(days * (double)DAY_US), t;

		for (t = 0; t < storm && t < run_us(p);) {
			t += (int64_t)(dice_exp(&own) * 0.7 * 86400e6);
			if (t < storm && t < run_us(p))
				add_session(p, c, p->start_us + t, true);
		}
		t = storm;
		for (unsigned n = 0; n < 30 && t < run_us(p); n++) {
			add_session(p, c, p->start_us + t, false);
			t += (int64_t)(dice_exp(&own) * 120e6);
		}
	}
}

/* A PC that is infected, behind the address of a good server. */
static void
plan_mixed(struct plan *p)
{
	struct dice d = dice_fork(&p->dice, 5000);
	unsigned kind = 0, made = 0;

	while (kind + 1 < p->world->kinds_n &&
	    p->world->kinds[kind].class != CLASS_ZOMBIE)
		kind++;
	for (size_t i = 0; i < p->clients_n && made < MIXED; i++) {
		const struct kind *k = &p->world->kinds[p->clients[i].kind];
		struct client *pc;

		if (k->class != CLASS_GOOD || !k->peers ||
		    p->clients[i].sessions_n < 5 || dice_yes(&d, 0.7))
			continue;
		pc = who_new(p, kind);
		pc->a = p->clients[i].a;
		who_dress(p, pc, &d);
		memcpy(pc->rdns, p->clients[i].rdns, NAME_BYTES);
		pc->v[F_RDNS] = p->clients[i].v[F_RDNS];
		p->clients[i].mixed = pc->mixed = true;
		for (unsigned n = 0; n < 12; n++)
			add_session(p, pc,
			    p->start_us +
				(int64_t)(dice_unit(&d) * (double)run_us(p)),
			    false);
		made++;
	}
}

static int
by_time(const void *va, const void *vb)
{
	const struct session *a = va, *b = vb;

	if (a->t_us != b->t_us)
		return a->t_us < b->t_us ? -1 : 1;
	return a->client < b->client ? -1 : a->client > b->client;
}

static void
sort_sessions(struct plan *p)
{
	if (p->sessions_n > 0)
		qsort(p->sessions, p->sessions_n, sizeof(*p->sessions),
		    by_time);
}

/* Who has no reverse name may be greylisted; servers come again. */
static void
plan_grey(struct plan *p)
{
	struct dice d = dice_fork(&p->dice, 8000);
	size_t n = p->sessions_n;
	bool *seen = calloc(p->clients_n + 1, sizeof(*seen));

	if (seen == NULL)
		err(1, "memory");
	for (size_t i = 0; i < n; i++) {
		struct session *s = &p->sessions[i];
		const struct client *c = &p->clients[s->client];
		enum class class = p->world->kinds[c->kind].class;
		int64_t t_us = s->t_us + dice_us(&d, 4 * 60e3, 40 * 60e3);

		if (seen[s->client] || c->v[F_RDNS] != RDNS_NONE)
			continue;
		seen[s->client] = true;
		if (!dice_yes(&d, p->opt->grey / 100))
			continue;
		s->grey = true;
		if (dice_yes(&d, class == CLASS_GOOD ? 1 : GREY_AGAIN) &&
		    (t_us - p->start_us) % DAY_US < DAY_US - EDGE_US &&
		    t_us - p->start_us < run_us(p))
			add_session(p, c, t_us, s->calm);
	}
	free(seen);
	sort_sessions(p);
}

/* ---- how many ---- */

static bool
wanted(const struct options *o, const struct kind *k)
{
	const char *p = o->only;
	size_t n = strlen(k->name);

	if (p == NULL || k->class != CLASS_ZOMBIE)
		return true;
	while ((p = strstr(p, k->name)) != NULL) {
		if ((p == o->only || p[-1] == ',') &&
		    (p[n] == ',' || p[n] == '\0'))
			return true;
		p += n;
	}
	return false;
}

static double
share_of_class(const struct plan *p, const struct kind *k)
{
	double sum = 0;

	for (unsigned i = 0; i < p->world->kinds_n; i++)
		if (p->world->kinds[i].class == k->class &&
		    wanted(p->opt, &p->world->kinds[i]))
			sum += p->world->kinds[i].share;
	return sum > 0 && wanted(p->opt, k) ? k->share / sum : 0;
}

static double
class_conns(const struct plan *p, enum class c)
{
	double zombies = p->opt->scale * p->opt->zombies / 100;

	if (c == CLASS_ZOMBIE)
		return zombies;
	return (p->opt->scale - zombies) *
	    (c == CLASS_OTHER ? OTHERS * 5 : 1 - OTHERS * 5);
}

static void
plan_kind(struct plan *p, unsigned i)
{
	const struct kind *k = &p->world->kinds[i];
	double conns = class_conns(p, k->class) * share_of_class(p, k);
	double all = conns * p->opt->days;

	if (k->sloppy || conns <= 0)
		return;
	if (k->class != CLASS_ZOMBIE) {
		double n = k->pool > 0 ? k->pool : conns / k->per_day;

		plan_regular(p, i, conns, n < 1 ? 1 : (unsigned)(n + 0.5));
	} else if (k->per_day <= 0) {
		plan_zombies(p, i, all);
	} else if (k->rhythm == RHYTHM_SLEEPER) {
		plan_sleepers(p, i, all);
	} else {
		plan_rented(p, i, all);
	}
}

static void
plan_sloppy(struct plan *p)
{
	unsigned kinds = 0;
	double good = 0;

	for (unsigned i = 0; i < p->world->kinds_n; i++)
		kinds += p->world->kinds[i].sloppy != 0;
	for (size_t i = 0; i < p->clients_n; i++)
		good += p->world->kinds[p->clients[i].kind].class == CLASS_GOOD;
	for (unsigned i = 0; i < p->world->kinds_n; i++) {
		const struct kind *k = &p->world->kinds[i];
		double n = good * p->opt->sloppy / 100 / kinds;

		if (k->sloppy)
			plan_regular(p, i, n * k->per_day,
			    n < 1 ? 1 : (unsigned)(n + 0.5));
	}
}

void
plan_make(struct plan *p, const struct options *opt)
{
	*p = (struct plan){ .opt = opt,
		.world = world_get(opt->world),
		.dice = { opt->seed * 7919 + opt->world },
		.start_us = START_S * 1000000ll };
	who_init(p);
	for (unsigned i = 0; i < p->world->kinds_n; i++)
		plan_kind(p, i);
	plan_sloppy(p);
	plan_mixed(p);
	sort_sessions(p);
	plan_grey(p);
}

void
plan_fini(struct plan *p)
{
	free(p->clients);
	free(p->sessions);
	free(p->used4);
	free(p->used6);
}
