/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats_json - the keys stand in zfw-stats(8); times are seconds since 1970 */
#include <errno.h>

#include "daemon/jtext.h"
#include "tools/stats_words.h"

#define FORMAT 1
#define HOURS  24
#define DAYS   7

static void
put(json_t *o, const char *key, json_t *v)
{
	(void)json_object_set_new(o, key, v == NULL ? json_null() : v);
}

static json_t *
number(uint64_t n)
{
	return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

static json_t *
tally(const struct tally *t)
{
	json_t *o = json_object();

	for (unsigned k = 0; k < TALLY_KINDS; k++)
		put(o, tally_name[k], number(t->n[k]));
	return o;
}

static json_t *
modes(unsigned modes)
{
	json_t *a = json_array();

	if (modes & TALLY_SHADOW)
		(void)json_array_append_new(a, json_string("shadow"));
	if (modes & TALLY_ENFORCE)
		(void)json_array_append_new(a, json_string("enforce"));
	return a;
}

static json_t *
machine(const struct stats_machine *m)
{
	char who[ADDR_STRLEN];
	json_t *o = json_object();

	put(o, "client", json_string(words_client(&m->key, who)));
	put(o, "first", jtext_time(m->first_ms));
	put(o, "last", jtext_time(m->last_ms));
	put(o, "knock", jtext_time(m->knock_ms));
	put(o, "block_until", jtext_time(m->block_until_ms));
	put(o, "connections", number(m->connects));
	put(o, "knocks", number(m->knocks));
	put(o, "offences", number(m->offences));
	put(o, "messages", number(m->messages));
	put(o, "score", json_real(m->score_permille / 1000.0));
	put(o, "tier", number(m->tier));
	put(o, "blocked", json_boolean(m->blocked));
	put(o, "shadow", json_boolean(m->shadow));
	put(o, "good", json_boolean(m->good));
	put(o, "rdns", jtext(m->rdns));
	put(o, "helo", jtext(m->helo));
	put(o, "signature", jtext(m->sig));
	put(o, "system", jtext(m->os));
	return o;
}

static json_t *
group(const struct stats_group *g)
{
	json_t *o = json_object(), *list = json_array();

	put(o, "name", jtext(g->name));
	put(o, "note", jtext(g->note));
	put(o, "machines", number(g->machines));
	put(o, "networks", number(g->networks));
	put(o, "zombies", number(g->zombies));
	put(o, "blocked_now", number(g->blocked_now));
	put(o, "good", number(g->good));
	put(o, "connections", number(g->connects));
	put(o, "knocks", number(g->knocks));
	put(o, "offences", number(g->offences));
	put(o, "first", jtext_time(g->first_ms));
	put(o, "last", jtext_time(g->last_ms));
	for (size_t i = 0; i < g->machine_n; i++)
		(void)json_array_append_new(list, machine(&g->machine[i]));
	put(o, "machine", list);
	return o;
}

static json_t *
lists(const struct stats *s)
{
	json_t *o = json_object();

	for (unsigned k = 0; k < STATS_KINDS; k++) {
		const struct stats_list *l = &s->list[k];
		json_t *one, *groups;

		/* Of one group the others tell what its members are, too. */
		if (s->opts.only_kind != NULL && s->opts.only_name == NULL &&
		    strcmp(s->opts.only_kind, stats_kind_name[k]) != 0)
			continue;
		one = json_object();
		groups = json_array();
		for (size_t i = 0; i < l->n; i++)
			(void)json_array_append_new(groups,
			    group(&l->group[i]));
		put(one, "all", number(l->all));
		put(one, "groups", groups);
		put(o, stats_kind_name[k], one);
	}
	return o;
}

static json_t *
mistakes(const struct stats *s)
{
	json_t *a = json_array();

	for (size_t i = 0; i < s->mistake_n; i++) {
		const struct stats_mistake *m = &s->mistake[i];
		json_t *o = machine(&m->who);

		put(o, "why", jtext(m->why));
		put(o, "good_mails", number(m->good_mails));
		put(o, "click", jtext_time(m->click_ms));
		(void)json_array_append_new(a, o);
	}
	return a;
}

static json_t *
clients(const struct stats *s)
{
	json_t *o = json_object(), *tiers = json_array();

	put(o, "seen", number(s->clients));
	put(o, "zombies", number(s->zombies));
	put(o, "blocked_now", number(s->blocked_now));
	put(o, "good", number(s->good));
	put(o, "connections", number(s->connects));
	put(o, "knocks", number(s->knocks));
	for (size_t i = 1; i < sizeof(s->tier_n) / sizeof(s->tier_n[0]); i++)
		(void)json_array_append_new(tiers, number(s->tier_n[i]));
	put(o, "blocked_by_tier", tiers);
	return o;
}

/* Slots in which zfw ran. */
static json_t *
series(const struct stats_series *v)
{
	json_t *a = json_array();

	for (size_t i = 0; i < v->n; i++) {
		json_t *o;

		if (v->slot[i].modes == 0)
			continue;
		o = json_object();
		put(o, "t",
		    number((uint64_t)(v->first + i) *
			(uint64_t)(tally_step_ms[v->step] / 1000)));
		put(o, "modes", modes(v->slot[i].modes));
		for (unsigned k = 0; k < TALLY_KINDS; k++)
			if (v->slot[i].n[k] != 0)
				put(o, tally_name[k], number(v->slot[i].n[k]));
		(void)json_array_append_new(a, o);
	}
	return a;
}

static json_t *
clocks(const struct tally *t, const uint32_t *hours, size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *o = tally(&t[i]);

		put(o, "hours", number(hours[i]));
		(void)json_array_append_new(a, o);
	}
	return a;
}

static json_t *
history(const struct stats *s)
{
	json_t *o = json_object();

	put(o, "since", jtext_time(s->first_ms));
	put(o, "modes", modes(s->modes));
	put(o, "total", tally(&s->total));
	put(o, "before", s->before_known ? tally(&s->before) : json_null());
	put(o, "week_before", s->week_known ? tally(&s->week) : json_null());
	put(o, "ever", tally(&s->ever));
	put(o, "by_hour", clocks(s->by_hour, s->hour_n, HOURS));
	put(o, "by_weekday", clocks(s->by_weekday, s->weekday_n, DAYS));
	put(o, "minutes", series(&s->series[TALLY_MINUTE]));
	put(o, "hours", series(&s->series[TALLY_HOUR]));
	put(o, "days", series(&s->series[TALLY_DAY]));
	return o;
}

static json_t *
new_botnets(const struct stats *s)
{
	json_t *a = json_array();

	for (size_t i = 0; i < s->new_botnet_n; i++)
		(void)json_array_append_new(a, jtext(s->new_botnet[i].name));
	return a;
}

int
stats_json(const struct stats *s, FILE *f)
{
	json_t *o = json_object();
	int rc;

	put(o, "format", number(FORMAT));
	put(o, "version", json_string(ZFW_VERSION));
	put(o, "now", jtext_time(s->opts.now_ms));
	put(o, "since", jtext_time(s->opts.since_ms));
	put(o, "until", jtext_time(s->opts.until_ms));
	put(o, "zfwd_runs", json_boolean(s->daemon_runs));
	put(o, "bad_records", number(s->bad_records));
	put(o, "clients", clients(s));
	put(o, "history", history(s));
	put(o, "lists", lists(s));
	put(o, "mistakes_all", number(s->mistake_all));
	put(o, "mistakes", mistakes(s));
	put(o, "new_botnets", new_botnets(s));
	rc = json_dumpf(o, f, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	json_decref(o);
	fputc('\n', f);
	return rc != 0 || ferror(f) ? -EIO : 0;
}
