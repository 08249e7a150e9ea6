/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_csv - RFC 4180: one table, all rows with the same columns
 *
 * Names of strangers begin with a quote (') where a spreadsheet would take
 * them for a formula.
 */
#include <errno.h>

#include "tools/stats_words.h"

#define EOL "\r\n"

static bool
is_formula(const char *s)
{
	return *s != '\0' && strchr("=+-@", *s) != NULL;
}

static void
text(FILE *f, const char *theirs)
{
	char buf[WORDS_MAX];
	const char *s = words_safe(theirs, true, 0, buf);

	fprintf(f, "\"%s", is_formula(s) ? "'" : "");
	for (; *s != '\0'; s++)
		fprintf(f, "%s%c", *s == '"' ? "\"" : "", *s);
	fputc('"', f);
}

static void
times(FILE *f, int64_t first_ms, int64_t last_ms)
{
	char a[WORD_SHORT] = "", b[WORD_SHORT] = "";

	fprintf(f, "%s,%s" EOL, first_ms > 0 ? words_utc(first_ms, a) : "",
	    last_ms > 0 ? words_utc(last_ms, b) : "");
}

static void
value(FILE *f, const char *kind, const char *name, uint64_t n)
{
	fprintf(f, "%s,%s,%llu,,,,,,,,,,," EOL, kind, name,
	    (unsigned long long)n);
}

static void
tally(FILE *f, const char *kind, const char *name, const struct tally *t)
{
	char full[64];

	for (unsigned k = 0; k < TALLY_KINDS; k++) {
		(void)snprintf(full, sizeof(full), "%s%s%s", name,
		    *name == '\0' ? "" : " ", tally_name[k]);
		value(f, kind, full, t->n[k]);
	}
}

static void
group(FILE *f, const char *kind, const struct stats_group *g)
{
	fprintf(f, "%s,", kind);
	text(f, g->name);
	fputs(",,", f);
	text(f, g->note);
	fprintf(f, ",%u,%u,%u,%u,%u,%llu,%llu,%llu,", g->machines, g->networks,
	    g->zombies, g->blocked_now, g->good,
	    (unsigned long long)g->connects, (unsigned long long)g->knocks,
	    (unsigned long long)g->offences);
	times(f, g->first_ms, g->last_ms);
}

static void
clocks(FILE *f, const struct stats *s)
{
	char name[8];

	for (unsigned i = 0; i < 24; i++) {
		(void)snprintf(name, sizeof(name), "%02u", i);
		value(f, "hours-of", name, s->hour_n[i]);
		tally(f, "hour", name, &s->by_hour[i]);
	}
	for (unsigned i = 0; i < 7; i++) {
		(void)snprintf(name, sizeof(name), "%u", i);
		value(f, "hours-of-weekday", name, s->weekday_n[i]);
		tally(f, "weekday", name, &s->by_weekday[i]);
	}
}

static void
mistakes(FILE *f, const struct stats *s)
{
	for (size_t i = 0; i < s->mistake_n; i++) {
		const struct stats_mistake *m = &s->mistake[i];
		char who[ADDR_STRLEN];

		fprintf(f, "mistake,\"%s\",%u,", words_client(&m->who.key, who),
		    m->good_mails);
		text(f, m->why);
		fprintf(f, ",,,,%u,%u,%u,%u,%u,", m->who.blocked, m->who.good,
		    m->who.connects, m->who.knocks, m->who.offences);
		times(f, m->who.first_ms, m->who.last_ms);
	}
}

static void
all_machines(FILE *f, const struct stats_group *g)
{
	for (size_t i = 0; i < g->machine_n; i++) {
		const struct stats_machine *m = &g->machine[i];
		char who[ADDR_STRLEN];

		fprintf(f, "machine,\"%s\",%u,", words_client(&m->key, who),
		    m->messages);
		text(f, m->rdns[0] != '\0' ? m->rdns : m->helo);
		fprintf(f, ",1,1,%u,%u,%u,%u,%u,%u,", m->tier > 0, m->blocked,
		    m->good, m->connects, m->knocks, m->offences);
		times(f, m->first_ms, m->last_ms);
	}
}

static void
lists(FILE *f, const struct stats *s)
{
	for (unsigned k = 0; k < STATS_KINDS; k++) {
		bool asked = s->opts.only_kind == NULL ||
		    strcmp(s->opts.only_kind, stats_kind_name[k]) == 0;

		for (size_t i = 0; asked && i < s->list[k].n; i++) {
			group(f, stats_kind_name[k], &s->list[k].group[i]);
			if (s->opts.only_name != NULL)
				all_machines(f, &s->list[k].group[i]);
		}
	}
}

int
stats_csv(const struct stats *s, FILE *f)
{
	fputs("kind,name,value,note,machines,networks,zombies,blocked_now,"
	      "good,connections,knocks,offences,first_seen,last_seen" EOL,
	    f);
	if (s->opts.only_kind == NULL) {
		value(f, "clients", "seen", s->clients);
		value(f, "clients", "zombies", s->zombies);
		value(f, "clients", "blocked_now", s->blocked_now);
		value(f, "clients", "good", s->good);
		value(f, "clients", "connections", s->connects);
		value(f, "clients", "knocks", s->knocks);
		tally(f, "total", "", &s->total);
		if (s->before_known)
			tally(f, "before", "", &s->before);
		clocks(f, s);
		mistakes(f, s);
	}
	lists(f, s);
	return ferror(f) ? -EIO : 0;
}
