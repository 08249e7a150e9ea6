/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dayscore - what zfw-replay did on days that daygen made, as a table
 *
 * zt-link: fp/addr tests/tools/day/score tests/tools/day/score_sum
 * zt-libs: libm
 *
 * `dayscore [--row NAME | --oracle NAME] [--days] [--kinds] DIR...`: each DIR
 * holds truth, sessions.tsv, out.jsonl and maybe report.json of one run; all are counted
 * together.  docs/ACCURACY.md says
 * what the figures mean.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/tools/day/score.h"

static double
percent(unsigned a, unsigned b)
{
	return b > 0 ? 100.0 * a / b : 0;
}

static void
print_kinds(const struct score_tally *t)
{
	puts("kind                     conns dropped    cut |  first  cut%  | "
	     " mails arrived%");
	for (unsigned i = 0; i < t->kinds_n; i++) {
		const struct score_kind *k = &t->kinds[i];

		printf("%-22s %7u %7u %6u | %6u %5.1f  | %6u %5.1f\n", k->name,
		    k->n, k->dropped, k->cut, k->first,
		    percent(k->first_cut, k->first), k->messages,
		    percent(k->arrived, k->messages));
	}
}

static void
print_oracle(const struct score_tally *t, const char *name, double rate)
{
	struct score_result o;

	score_oracle(t, rate, &o);
	printf("oracle at %-8s  hit %.4f %%, first cut %.1f %%, prevented "
	       "%.1f %%, arrive %.1f %%\n",
	    name, percent(o.good_hit, o.good), percent(o.first_cut, o.first),
	    percent(o.prevented, o.after), percent(o.arrived, o.messages));
}

static void
print_figures(const struct score_tally *t, const struct score_result *r)
{
	printf("runs              %u of %u days\n", t->runs, t->days);
	printf("good connections  %u of %u hit: %.4f %% (95 %%: %.4f %%); "
	       "worst day %.3f %% (%u of %u)\n",
	    r->good_hit, r->good, percent(r->good_hit, r->good),
	    100 * score_bound(r->good_hit, r->good),
	    percent(r->worst_hit, r->worst_good), r->worst_hit, r->worst_good);
	printf("good servers      %u of %u blocked, %u of them learned\n",
	    t->good_blocked, t->good_servers, t->learned_blocked);
	printf("victims           %u of %u blocked\n", t->victims_blocked,
	    t->victims);
	printf("behind one NAT    %u of %u good connections hit, %u blocks\n",
	    r->mixed_hit, r->mixed_good, t->mixed_blocked);
	printf("first sessions    %u of %u with a message cut before it: %.1f "
	       "%%\n",
	    r->first_cut, r->first, percent(r->first_cut, r->first));
	printf("later connections %u of %u prevented: %.1f %%\n", r->prevented,
	    r->after, percent(r->prevented, r->after));
	printf("spam messages     %u of %u arrive: %.1f %% (%u pass the "
	       "filter)\n",
	    r->arrived, r->messages, percent(r->arrived, r->messages),
	    r->passed);
}

static void
print_days(const struct score_tally *t)
{
	puts("\n| day | good hit / of | first cut % | prevented % | arrive % |"
	     "\n|---|---|---|---|---|");
	for (unsigned d = 0; d < t->days; d++) {
		struct score_result r;

		score_day(t, d, &r);
		printf("| %u | %u / %u | %.1f | %.1f | %.1f |\n", d + 1,
		    r.good_hit, r.good, percent(r.first_cut, r.first),
		    percent(r.prevented, r.after),
		    percent(r.arrived, r.messages));
	}
}

static void
print_header(void)
{
	puts("| world, sloppy | good hit / of | % (95 %) | worst day % | "
	     "learned, victims | NAT | first cut % | prevented % | arrive % | "
	     "Brier | oracle: first, prev., arrive, Brier |\n"
	     "|---|---|---|---|---|---|---|---|---|---|---|");
}

static void
print_row(const struct score_tally *t, const struct score_result *r,
    const char *name)
{
	double rate = r->good > 0 ? (double)r->good_hit / r->good : 0;
	struct score_result o;

	/* Beside an oracle that hits as many, but not fewer than 0.05 %. */
	score_oracle(t, rate > 0.0005 ? rate : 0.0005, &o);
	printf("| %s | %u / %u | %.3f (%.3f) | %.3f | %u, %u | %u / %u | %.1f "
	       "| "
	       "%.1f | %.1f | ",
	    name, r->good_hit, r->good, percent(r->good_hit, r->good),
	    100 * score_bound(r->good_hit, r->good),
	    percent(r->worst_hit, r->worst_good), t->learned_blocked,
	    t->victims_blocked, r->mixed_hit, r->mixed_good,
	    percent(r->first_cut, r->first), percent(r->prevented, r->after),
	    percent(r->arrived, r->messages));
	if (t->brier_n > 0)
		printf("%.4f", t->brier_sum / t->brier_n);
	printf(" | %.1f, %.1f, %.1f, %.4f |\n", percent(o.first_cut, o.first),
	    percent(o.prevented, o.after), percent(o.arrived, o.messages),
	    score_oracle_brier(t));
}

/* What could be known at best, at two rates of good connections hit. */
static void
print_oracle_row(const struct score_tally *t, const char *name)
{
	static const double rates[] = { 0.0005, 0.003 };
	struct score_result o;

	printf("| %s |", name);
	for (size_t i = 0; i < 2; i++) {
		score_oracle(t, rates[i], &o);
		printf(" %.1f, %.1f, %.1f |", percent(o.first_cut, o.first),
		    percent(o.prevented, o.after),
		    percent(o.arrived, o.messages));
	}
	printf(" %.4f |\n", score_oracle_brier(t));
}

static void
print_all(const struct score_tally *t, const struct score_result *r)
{
	print_figures(t, r);
	if (t->brier_n > 0)
		printf("Brier score       %.4f\n", t->brier_sum / t->brier_n);
	printf("oracle's Brier    %.4f\n", score_oracle_brier(t));
	print_oracle(t, "its rate",
	    r->good > 0 ? (double)r->good_hit / r->good : 0);
	print_oracle(t, "0.05 %", 0.0005);
	print_oracle(t, "0.3 %", 0.003);
}

int
main(int argc, char **argv)
{
	struct score_tally t = { .n = 0 };
	struct score_result r;
	const char *row = NULL, *oracle = NULL;
	bool kinds = false, days = false;

	if (argc == 2 && strcmp(argv[1], "--header") == 0) {
		print_header();
		return 0;
	}
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--kinds") == 0)
			kinds = true;
		else if (strcmp(argv[i], "--days") == 0)
			days = true;
		else if (strcmp(argv[i], "--row") == 0 && i + 1 < argc)
			row = argv[++i];
		else if (strcmp(argv[i], "--oracle") == 0 && i + 1 < argc)
			oracle = argv[++i];
		else
			score_run(&t, argv[i]);
	}
	if (t.runs == 0)
		errx(2,
		    "usage: dayscore [--row NAME] [--days] [--kinds] "
		    "DIR...\n       dayscore --header");
	score_finish(&t);
	score_zfw(&t, &r);
	if (row != NULL)
		print_row(&t, &r, row);
	else if (oracle != NULL)
		print_oracle_row(&t, oracle);
	else if (!days && !kinds)
		print_all(&t, &r);
	if (days)
		print_days(&t);
	if (kinds)
		print_kinds(&t);
	score_free(&t);
	return 0;
}
