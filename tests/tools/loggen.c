/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loggen - a mixed log of any length for the benches
 *
 * zt-link: tests/tools/lib/logmix tests/tools/lib/logmix_postfix
 * zt-link: tests/tools/lib/logmix_others
 *
 * `loggen LINES > LOG`: what six mail servers write into one file, some
 * twenty lines a second, sessions interleaved: two Postfix gateways (one with
 * BSD stamps and client ports, one with RFC 3339 stamps and long queue ids),
 * Exim, Sendmail, OpenSMTPD, Haraka.  It gets more rubbish than mail, as all
 * do.  Always the same.  With --shares it prints instead how many of LINES
 * lines each service writes.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/lib/logmix.h"

#define START_S   36000 /* of 2 March 2026 */
#define GAP_US    80000 /* between two lines, at most */
#define SLOTS     48    /* sessions at a time */
#define SERVICES  64
#define NAME_SIZE 40

enum stamp { BSD, RFC3339, EXIM, HARAKA };

/* The shares are of sessions. */
static const struct source {
	unsigned upto; /* of 100 */
	enum stamp stamp;
	const char *host; /* NULL: the file is its own */
	const char *name;
} sources[] = {
	{ 50, BSD, "mx", NULL },
	{ 78, RFC3339, "mx2", NULL },
	{ 86, EXIM, NULL, "exim" },
	{ 92, BSD, "relay", NULL },
	{ 97, RFC3339, "out", NULL },
	{ 100, HARAKA, NULL, "haraka" },
};

struct gen {
	uint64_t seed, t_us;
	unsigned long n, max;
	unsigned sessions;
	struct {
		const struct source *from;
		struct logmix m;
	} slot[SLOTS];
};

struct shares {
	unsigned long all, n[SERVICES];
	char name[SERVICES][NAME_SIZE];
};

static void
fill(struct gen *g, size_t i)
{
	struct logmix *m = &g->slot[i].m;
	const struct source *s = sources;
	unsigned k;

	m->at = m->n = 0;
	m->number = g->sessions++;
	for (k = logmix_rnd(m, 100); k >= s->upto; s++)
		;
	g->slot[i].from = s;
	switch (s - sources) {
	case 0:
	case 1:
		logmix_postfix(m, s == sources, s != sources);
		return;
	case 2:
		logmix_exim(m);
		return;
	case 3:
		logmix_sendmail(m);
		return;
	case 4:
		logmix_opensmtpd(m);
		return;
	default:
		logmix_haraka(m);
	}
}

/* The stamp and the host of the next line. */
static void
head(const struct gen *g, const struct source *s)
{
	unsigned long us = g->t_us % 1000000, t = g->t_us / 1000000;
	unsigned long day = 2 + t / 86400, h = t / 3600 % 24;
	unsigned long min = t / 60 % 60, sec = t % 60;

	switch (s->stamp) {
	case BSD:
		printf("Mar %2lu %02lu:%02lu:%02lu", day, h, min, sec);
		break;
	case RFC3339:
		printf("2026-03-%02luT%02lu:%02lu:%02lu.%06lu+00:00", day, h,
		    min, sec, us);
		break;
	case EXIM:
		printf("2026-03-%02lu %02lu:%02lu:%02lu", day, h, min, sec);
		break;
	case HARAKA:
		printf("2026-03-%02luT%02lu:%02lu:%02lu.%03luZ", day, h, min,
		    sec, us / 1000);
	}
	printf(" %s%s", s->host != NULL ? s->host : "",
	    s->host != NULL ? " " : "");
}

/* `postfix/smtpd`, or the name of the source where lines have no tag. */
static void
count(struct shares *sh, const struct source *s, const char *line)
{
	size_t n = s->name != NULL ? strlen(s->name) : strcspn(line, "[:");
	const char *name = s->name != NULL ? s->name : line;
	size_t i = 0;

	if (n >= NAME_SIZE)
		n = NAME_SIZE - 1;
	while (i < SERVICES - 1 && sh->n[i] > 0 &&
	    (strncmp(sh->name[i], name, n) != 0 || sh->name[i][n] != '\0'))
		i++;
	memcpy(sh->name[i], name, n);
	sh->n[i]++;
	sh->all++;
}

static void
next_line(struct gen *g, struct shares *sh)
{
	struct logmix *any = &g->slot[0].m;
	size_t i = logmix_rnd(any, SLOTS), n;
	struct logmix *m = &g->slot[i].m;

	while (m->at == m->n)
		fill(g, i);
	n = strcspn(m->text + m->at, "\n") + 1;
	g->t_us += logmix_rnd(any, GAP_US);
	if (sh != NULL) {
		count(sh, g->slot[i].from, m->text + m->at);
	} else {
		head(g, g->slot[i].from);
		fwrite(m->text + m->at, 1, n, stdout);
	}
	m->at += n;
	g->n++;
}

static void
print_shares(const struct shares *sh)
{
	for (size_t i = 0; i < SERVICES && sh->n[i] > 0; i++)
		printf("%-28s %5.2f %%\n", sh->name[i],
		    100.0 * (double)sh->n[i] / (double)sh->all);
}

int
main(int argc, char **argv)
{
	static struct gen g = { .seed = 0x9e3779b97f4a7c15,
		.t_us = START_S * UINT64_C(1000000) };
	static struct shares shares;
	bool only = argc == 3 && strcmp(argv[2], "--shares") == 0;

	g.max = argc >= 2 ? strtoul(argv[1], NULL, 10) : 0;
	if (g.max == 0 || (argc != 2 && !only)) {
		fputs("usage: loggen LINES [--shares]\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < SLOTS; i++)
		g.slot[i].m.seed = &g.seed;
	while (g.n < g.max)
		next_line(&g, only ? &shares : NULL);
	print_shares(&shares);
	return 0;
}
