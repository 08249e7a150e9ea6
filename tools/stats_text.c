/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats_text - for terminals: fits the width, ASCII but for the bars */
#include <errno.h>

#include "tools/stats_words.h"

#define WIDTH      80
#define WIDTH_MIN  80
#define WIDTH_MAX  200
#define HOURS      24
#define DAYS       7
#define EIGHTHS    8
#define COL_CLIENT 26
#define COL_TIME   16

struct text {
	const struct stats *s;
	FILE *f;
	size_t width;
};

static void
heading(const struct text *t, const char *words, size_t shown, uint64_t all)
{
	char n[WORD_SHORT];

	fprintf(t->f, "\n%s", words);
	if (shown < all)
		fprintf(t->f, " (%zu of %s)", shown, words_num(all, n));
	fputc('\n', t->f);
}

/* Text in so many columns, with blanks behind. */
static void
column(const struct text *t, const char *theirs, size_t cols)
{
	char buf[WORDS_MAX];
	const char *safe = words_safe(theirs, t->s->opts.utf8, cols, buf);

	fprintf(t->f, "%s%*s", safe, (int)(cols - words_cols(safe)), "");
}

/* ---- what happened ---- */

struct line {
	const char *words;
	enum tally_kind kind;
	enum tally_kind of; /* its share of that; TALLY_KINDS: none */
};

static const struct line lines[] = {
	{ "connections", TALLY_CONNECTS, TALLY_KINDS },
	{ "  from zombies", TALLY_ZOMBIE, TALLY_CONNECTS },
	{ "  that delivered mail", TALLY_GOOD, TALLY_CONNECTS },
	{ "messages accepted", TALLY_MESSAGES, TALLY_KINDS },
	{ "recipients refused, traps", TALLY_RCPT_BAD, TALLY_KINDS },
	{ "talked before the greeting", TALLY_EARLY, TALLY_KINDS },
	{ "attempts prevented", TALLY_PREVENTED, TALLY_KINDS },
	{ "  by a block_file", TALLY_LISTED, TALLY_PREVENTED },
	{ "attempts rejected with a reason", TALLY_REJECTED, TALLY_KINDS },
	{ "attempts let through to the front", TALLY_LEAKED, TALLY_KINDS },
	{ "attempts let through as a sample", TALLY_AUDITED, TALLY_KINDS },
	{ "SYNs refused for their stack", TALLY_INLINE, TALLY_KINDS },
	{ "sessions cut", TALLY_CUT, TALLY_KINDS },
	{ "clients never seen before", TALLY_CLIENTS, TALLY_KINDS },
	{ "blocked for the first time", TALLY_FIRST, TALLY_KINDS },
	{ "blocked again", TALLY_AGAIN, TALLY_KINDS },
	{ "blocked by hand", TALLY_ADMIN, TALLY_KINDS },
	{ "let out by good mail or a login", TALLY_LIFTED, TALLY_KINDS },
	{ "let out by a click", TALLY_CLICKS, TALLY_KINDS },
	{ "let out by the admin", TALLY_PARDONED, TALLY_KINDS },
	{ "possible mistakes", TALLY_MISTAKES, TALLY_KINDS },
	{ "blocks that ran out", TALLY_ENDED, TALLY_KINDS },
	{ "  client back like a mail server", TALLY_BACK, TALLY_ENDED },
};

static void
happened(const struct text *t)
{
	const struct stats *s = t->s;
	char n[WORD_SHORT], share[WORD_SHORT];

	if (s->first_ms == 0) {
		fputs("\nThere is no history yet.\n", t->f);
		return;
	}
	fprintf(t->f, "\n%s%*s\n", "What happened", s->before_known ? 62 : 0,
	    s->before_known ? "the time before" : "");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const struct line *l = &lines[i];

		fprintf(t->f, "  %-34s%13s", l->words,
		    words_num(s->total.n[l->kind], n));
		if (l->of != TALLY_KINDS || s->before_known)
			fprintf(t->f, "%9s",
			    l->of == TALLY_KINDS ?
				"" :
				words_share(s->total.n[l->kind],
				    s->total.n[l->of], share));
		if (s->before_known)
			fprintf(t->f, "%17s",
			    words_num(s->before.n[l->kind], n));
		fputc('\n', t->f);
	}
	fprintf(t->f, "  %-34s%13s   of all that tried to connect\n",
	    "kept away",
	    words_share(s->total.n[TALLY_PREVENTED] +
		    s->total.n[TALLY_REJECTED],
		s->total.n[TALLY_PREVENTED] + s->total.n[TALLY_REJECTED] +
		    s->total.n[TALLY_CONNECTS],
		share));
}

static void
clients(const struct text *t)
{
	const struct stats *s = t->s;
	const struct {
		const char *words;
		uint64_t n;
	} rows[] = {
		{ "clients", s->clients },
		{ "  ever blocked (zombies)", s->zombies },
		{ "  blocked now", s->blocked_now },
		{ "  delivered accepted mail", s->good },
		{ "connections in all their time", s->connects },
		{ "attempts while blocked", s->knocks },
	};
	char n[WORD_SHORT], share[WORD_SHORT];

	fputs("\nClients seen in that time\n", t->f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fprintf(t->f, "  %-34s%13s%s%s\n", rows[i].words,
		    words_num(rows[i].n, n), i == 0 || i > 3 ? "" : "   ",
		    i == 0 || i > 3 ?
			"" :
			words_share(rows[i].n, s->clients, share));
	if (s->blocked_now == 0)
		return;
	fputs("  by tier:", t->f);
	for (size_t i = 1; i < sizeof(s->tier_n) / sizeof(s->tier_n[0]); i++)
		if (s->tier_n[i] > 0)
			fprintf(t->f, "  %zu: %s", i,
			    words_num(s->tier_n[i], n));
	fputc('\n', t->f);
}

/* ---- by hour and weekday ---- */

static void
bar(const struct text *t, double share, size_t cols)
{
	static const char *const parts[EIGHTHS] = { "", "\xe2\x96\x8f",
		"\xe2\x96\x8e", "\xe2\x96\x8d", "\xe2\x96\x8c", "\xe2\x96\x8b",
		"\xe2\x96\x8a", "\xe2\x96\x89" };
	size_t eighths = (size_t)(share * (double)(cols * EIGHTHS) + 0.5);

	if (!t->s->opts.utf8)
		eighths = (eighths + EIGHTHS / 2) / EIGHTHS * EIGHTHS;
	for (size_t i = 0; i < eighths / EIGHTHS; i++)
		fputs(t->s->opts.utf8 ? "\xe2\x96\x88" : "#", t->f);
	fputs(parts[eighths % EIGHTHS], t->f);
}

static double
per_hour(const struct tally *v, uint32_t hours, bool bad)
{
	uint64_t n = bad ?
	    v->n[TALLY_ZOMBIE] + v->n[TALLY_PREVENTED] + v->n[TALLY_REJECTED] :
	    v->n[TALLY_GOOD];

	return hours == 0 ? 0 : (double)n / hours;
}

struct clock_row {
	const char *label;
	double bad, good;
	bool known;
};

static void
clock_table(const struct text *t, const struct clock_row *v, size_t n)
{
	size_t cols = t->width - 32;
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = v[i].bad > most ? v[i].bad : most;
	for (size_t i = 0; i < n; i++) {
		fprintf(t->f, "  %-4s", v[i].label);
		if (!v[i].known) {
			fputs("           -          -\n", t->f);
			continue;
		}
		fprintf(t->f, "%12.1f%11.1f", v[i].bad, v[i].good);
		if (most > 0 && v[i].bad > 0) {
			fputs("  ", t->f);
			bar(t, v[i].bad / most, cols);
		}
		fputc('\n', t->f);
	}
}

static void
clocks(const struct text *t)
{
	static const char *const days[DAYS] = { "Sun", "Mon", "Tue", "Wed",
		"Thu", "Fri", "Sat" };
	const struct stats *s = t->s;
	struct clock_row row[HOURS];
	char label[HOURS][4];
	uint64_t hours = 0;

	for (size_t i = 0; i < HOURS; i++) {
		(void)snprintf(label[i], sizeof(label[i]), "%02u",
		    (unsigned)(i % HOURS));
		row[i] = (struct clock_row){ label[i],
			per_hour(&s->by_hour[i], s->hour_n[i], true),
			per_hour(&s->by_hour[i], s->hour_n[i], false),
			s->hour_n[i] > 0 };
		hours += s->hour_n[i];
	}
	if (hours < 2)
		return;
	fputs("\nPer hour, by the hour of the day\n", t->f);
	fprintf(t->f, "  %-4s%12s%11s\n", "hour", "bad", "good mail");
	clock_table(t, row, HOURS);
	if (hours < (uint64_t)2 * HOURS)
		return;
	for (size_t i = 0; i < DAYS; i++) {
		size_t d = (i + 1) % DAYS; /* Monday first */

		row[i] = (struct clock_row){ days[d],
			per_hour(&s->by_weekday[d], s->weekday_n[d], true),
			per_hour(&s->by_weekday[d], s->weekday_n[d], false),
			s->weekday_n[d] > 0 };
	}
	fputs("\nPer hour, by the day of the week\n", t->f);
	clock_table(t, row, DAYS);
}

/* ---- lists ---- */

static void
machines(const struct text *t, const struct stats_machine *m, size_t n)
{
	char who[ADDR_STRLEN], time[WORD_SHORT];
	size_t rest = t->width - (COL_CLIENT + 2 * (COL_TIME + 2) + 14);

	fprintf(t->f, "  %-*s%-*s%-*s%10s  %s\n", COL_CLIENT, "CLIENT",
	    COL_TIME + 2, "FIRST SEEN", COL_TIME + 2, "LAST SEEN", "CONN+SYN",
	    t->width >= 100 ? "NAME" : "");
	for (size_t i = 0; i < n; i++) {
		fprintf(t->f, "  %-*s", COL_CLIENT,
		    words_client(&m[i].key, who));
		fprintf(t->f, "%-*s", COL_TIME + 2,
		    words_time(m[i].first_ms, time));
		fprintf(t->f, "%-*s", COL_TIME + 2,
		    words_time(m[i].last_ms, time));
		fprintf(t->f, "%10llu%c",
		    (unsigned long long)m[i].connects + m[i].knocks,
		    m[i].blocked ? '*' : ' ');
		if (t->width >= 100) {
			fputc(' ', t->f);
			column(t, m[i].rdns[0] != '\0' ? m[i].rdns : m[i].helo,
			    rest);
		}
		fputc('\n', t->f);
	}
}

static void
list(const struct text *t, enum stats_kind k)
{
	const struct stats_list *l = &t->s->list[k];
	size_t cols = t->width - 54;
	char time[WORD_SHORT], name[256];

	if (l->all == 0)
		return;
	heading(t, stats_kind_title[k], l->n, l->all);
	fprintf(t->f, "  %-*s%9s%9s%9s%6s  %s\n", (int)cols, "", "ZOMBIES",
	    "CLIENTS", "NETWORKS", "GOOD", "LAST SEEN");
	for (size_t i = 0; i < l->n; i++) {
		const struct stats_group *g = &l->group[i];

		fputs("  ", t->f);
		if (k == STATS_COUNTRY || k == STATS_AS) {
			(void)snprintf(name, sizeof(name), "%.20s %.200s",
			    g->name, g->note);
			column(t, name, cols - 1);
		} else
			column(t, g->name, cols - 1);
		fprintf(t->f, " %9u%9u%9u%6u  %s\n", g->zombies, g->machines,
		    g->networks, g->good, words_time(g->last_ms, time));
	}
}

static void
mistakes(const struct text *t)
{
	const struct stats *s = t->s;
	char who[ADDR_STRLEN], buf[WORDS_MAX];

	if (s->mistake_n == 0)
		return;
	heading(t, "Blocked, and maybe by mistake: the likeliest first",
	    s->mistake_n, s->mistake_all);
	for (size_t i = 0; i < s->mistake_n; i++) {
		const struct stats_mistake *m = &s->mistake[i];

		fprintf(t->f, "  %-*s%s\n", COL_CLIENT,
		    words_client(&m->who.key, who),
		    words_safe(m->who.rdns[0] != '\0' ? m->who.rdns :
							"(no name)",
			s->opts.utf8, t->width - COL_CLIENT - 2, buf));
		words_wrap(t->f, 6, t->width,
		    words_safe(m->why, s->opts.utf8, 0, buf));
	}
	fputs("  `zfwctl why CLIENT` explains; `zfw-whitelist add CLIENT` lets "
	      "it in.\n",
	    t->f);
}

static void
new_botnets(const struct text *t)
{
	const struct stats *s = t->s;
	char time[WORD_SHORT], buf[WORDS_MAX], note[WORDS_MAX];

	if (s->new_botnet_n == 0)
		return;
	heading(t, "New botnets", s->new_botnet_n, s->new_botnet_n);
	for (size_t i = 0; i < s->new_botnet_n; i++) {
		const struct stats_group *g = &s->new_botnet[i];

		fprintf(t->f, "  %s  ", words_time(g->first_ms, time));
		fprintf(t->f, "%s\n",
		    words_safe(g->name, s->opts.utf8, t->width - COL_TIME - 4,
			buf));
		(void)snprintf(note, sizeof(note),
		    "%u machines, %u networks; %.400s", g->machines,
		    g->networks, words_safe(g->note, s->opts.utf8, 0, buf));
		words_wrap(t->f, COL_TIME + 4, t->width, note);
	}
}

/* ---- the whole ---- */

static void
head(const struct text *t)
{
	const struct stats *s = t->s;
	char from[WORD_SHORT], until[WORD_SHORT], span[WORD_SHORT];

	fprintf(t->f, "zfw, %s to %s: %s\n", words_time(s->opts.since_ms, from),
	    words_time(s->opts.until_ms, until),
	    words_span(s->opts.until_ms - s->opts.since_ms, span));
	fprintf(t->f, "%s", words_mode(s));
	fprintf(t->f, "\n%s",
	    s->daemon_runs ? "zfwd is running" : "zfwd is not running");
	if (s->first_ms > 0)
		fprintf(t->f, "; history since %s",
		    words_time(s->first_ms, from));
	fputc('\n', t->f);
	if (s->bad_records > 0)
		fprintf(t->f, "%llu records of the store are damaged\n",
		    (unsigned long long)s->bad_records);
}

static int
kind_asked(const struct stats *s)
{
	for (int k = 0; s->opts.only_kind != NULL && k < STATS_KINDS; k++)
		if (strcmp(s->opts.only_kind, stats_kind_name[k]) == 0)
			return k;
	return -1;
}

/* Is it what was asked for?  A network may have been asked for as a whole. */
static bool
is_asked(const struct stats *s, enum stats_kind k, const struct stats_group *g)
{
	const char *name = s->opts.only_name;

	return k == STATS_NETWORK || k == STATS_BOTNET ||
	    str_eq_nocase((struct str){ name, strlen(name) },
		(struct str){ g->name, strlen(g->name) });
}

static void
one_group(const struct text *t, enum stats_kind k)
{
	const struct stats_list *l = &t->s->list[k];
	char buf[WORDS_MAX];

	if (t->s->clients == 0) {
		fprintf(t->f, "\nNo client of %s %s\n", stats_kind_name[k],
		    words_safe(t->s->opts.only_name, t->s->opts.utf8, 0, buf));
		return;
	}
	for (size_t i = 0; i < l->n; i++) {
		const struct stats_group *g = &l->group[i];

		if (!is_asked(t->s, k, g))
			continue;
		fprintf(t->f, "\n%s\n",
		    words_safe(g->name, t->s->opts.utf8, t->width, buf));
		if (g->note[0] != '\0')
			fprintf(t->f, "%s\n",
			    words_safe(g->note, t->s->opts.utf8, t->width,
				buf));
		fprintf(t->f, "%u clients in %u networks, %u zombies\n",
		    g->machines, g->networks, g->zombies);
		machines(t, g->machine, g->machine_n);
	}
	fputs("  * blocked now\n", t->f);
}

int
stats_text(const struct stats *s, FILE *f)
{
	struct text t = { s, f, s->opts.width == 0 ? WIDTH : s->opts.width };
	int k = kind_asked(s);

	if (t.width < WIDTH_MIN)
		t.width = WIDTH_MIN;
	if (t.width > WIDTH_MAX)
		t.width = WIDTH_MAX;
	head(&t);
	if (k >= 0 && s->opts.only_name != NULL)
		one_group(&t, (enum stats_kind)k);
	else if (k >= 0)
		list(&t, (enum stats_kind)k);
	else {
		mistakes(&t);
		happened(&t);
		clients(&t);
		new_botnets(&t);
		clocks(&t);
		for (unsigned i = 0; i < STATS_KINDS; i++)
			list(&t, (enum stats_kind)i);
	}
	return ferror(f) ? -EIO : 0;
}
