/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_prom - Prometheus' text format, for node_exporter's textfile collector
 *
 * Counters are those of all kept history, so that rate() works whatever
 * --since says; gauges of clients and groups are of the time shown.
 */
#include <errno.h>

#include "tools/stats_words.h"

static void
head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
one(FILE *f, const char *name, const char *help, double v)
{
	head(f, name, "gauge", help);
	fprintf(f, "%s %.17g\n", name, v);
}

/* Printable; and as the format wants backslash and quote. */
static void
label(FILE *f, const char *theirs)
{
	char buf[WORDS_MAX];
	const char *s = words_safe(theirs, true, 0, buf);

	for (; *s != '\0'; s++)
		fprintf(f, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
}

static void
totals(FILE *f, const struct stats *s)
{
	char name[64], help[96];

	for (unsigned k = 0; k < TALLY_KINDS; k++) {
		bool gauge = k >= TALLY_TOTALS;

		(void)snprintf(name, sizeof(name), "zfw_%s%s", tally_name[k],
		    gauge ? "" : "_total");
		(void)snprintf(help, sizeof(help), "%s%s.",
		    gauge ? "Now: " : "Since the history began: ",
		    tally_words[k]);
		head(f, name, gauge ? "gauge" : "counter", help);
		fprintf(f, "%s %llu\n", name, (unsigned long long)s->ever.n[k]);
	}
}

static void
clients(FILE *f, const struct stats *s)
{
	const struct {
		const char *what;
		uint64_t n;
	} v[] = { { "seen", s->clients }, { "zombie", s->zombies },
		{ "blocked", s->blocked_now }, { "good", s->good } };

	head(f, "zfw_stats_clients", "gauge",
	    "Clients seen in the time of the report.");
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		fprintf(f, "zfw_stats_clients{state=\"%s\"} %llu\n", v[i].what,
		    (unsigned long long)v[i].n);
	head(f, "zfw_stats_blocked_clients", "gauge",
	    "Clients seen in the time of the report that are blocked now, by "
	    "tier.");
	for (size_t i = 1; i < sizeof(s->tier_n) / sizeof(s->tier_n[0]); i++)
		fprintf(f, "zfw_stats_blocked_clients{tier=\"%zu\"} %llu\n", i,
		    (unsigned long long)s->tier_n[i]);
}

static uint64_t
machines(const struct stats_group *g)
{
	return g->machines;
}

static uint64_t
zombies(const struct stats_group *g)
{
	return g->zombies;
}

static uint64_t
networks(const struct stats_group *g)
{
	return g->networks;
}

static void
groups(FILE *f, const struct stats *s, const char *name, const char *help,
    uint64_t (*of)(const struct stats_group *g))
{
	head(f, name, "gauge", help);
	for (unsigned k = 0; k < STATS_KINDS; k++) {
		if (s->opts.only_kind != NULL &&
		    strcmp(s->opts.only_kind, stats_kind_name[k]) != 0)
			continue;
		for (size_t i = 0; i < s->list[k].n; i++) {
			const struct stats_group *g = &s->list[k].group[i];

			/* Of no name any more, maybe one of several. */
			if (strcmp(g->name, "?") == 0)
				continue;
			fprintf(f, "%s{kind=\"%s\",name=\"", name,
			    stats_kind_name[k]);
			label(f, g->name);
			fprintf(f, "\"} %llu\n", (unsigned long long)of(g));
		}
	}
}

static void
kinds(FILE *f, const struct stats *s)
{
	head(f, "zfw_stats_groups", "gauge",
	    "Different groups of that kind in the time of the report.");
	for (unsigned k = 0; k < STATS_KINDS; k++)
		fprintf(f, "zfw_stats_groups{kind=\"%s\"} %llu\n",
		    stats_kind_name[k], (unsigned long long)s->list[k].all);
}

int
stats_prom(const struct stats *s, FILE *f)
{
	totals(f, s);
	clients(f, s);
	kinds(f, s);
	groups(f, s, "zfw_stats_group_clients",
	    "Clients of the biggest groups.", machines);
	groups(f, s, "zfw_stats_group_zombies", "Of these, ever blocked.",
	    zombies);
	groups(f, s, "zfw_stats_group_networks",
	    "Networks that these clients are in.", networks);
	one(f, "zfw_stats_possible_mistakes",
	    "Blocked clients that speak for themselves.",
	    (double)s->mistake_all);
	one(f, "zfw_stats_up", "Whether zfwd has the store open.",
	    s->daemon_runs);
	one(f, "zfw_stats_bad_records", "Records that could not be read.",
	    (double)s->bad_records);
	one(f, "zfw_stats_period_seconds", "Time that the report is about.",
	    (double)(s->opts.until_ms - s->opts.since_ms) / 1000.0);
	one(f, "zfw_stats_written_timestamp_seconds",
	    "When the report was written.", (double)s->opts.now_ms / 1000.0);
	return ferror(f) ? -EIO : 0;
}
