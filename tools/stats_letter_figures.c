/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was counted, beside the time before and a week ago. */
#include "tools/stats_letter_impl.h"

#define LABEL_COLS  34
#define HOUR_MS     INT64_C(3600000)
#define DAY_MS      (24 * HOUR_MS)
#define ATTACK_MIN  200 /* attempts; less is chance */
#define ATTACK_FOLD 2   /* of the time before */

struct column {
	const struct tally *t;
	const char *words, *of_a_day;
};

/* Those that are known; how many. */
static size_t
columns(const struct stats *s, struct column out[3])
{
	size_t n = 0;

	out[n++] = (struct column){ &s->total, "this time", "last day" };
	if (s->before_known)
		out[n++] = (struct column){ &s->before, "before",
			"day before" };
	if (s->week_known)
		out[n++] = (struct column){ &s->week, "a week ago",
			"week before" };
	return n;
}

static uint64_t
sum(const struct tally *t, const enum tally_kind kind[2])
{
	return t->n[kind[0]] + (kind[1] == TALLY_KINDS ? 0 : t->n[kind[1]]);
}

static void
figure(const struct letter *l, const char *words, const enum tally_kind kind[2],
    bool always)
{
	struct column of[3];
	size_t n = columns(l->s, of);
	uint64_t all = 0;
	char num[WORD_SHORT];

	for (size_t i = 0; i < n; i++)
		all += sum(of[i].t, kind);
	if (all == 0 && !always)
		return;
	fprintf(l->f, "  %-*s", LABEL_COLS, words);
	for (size_t i = 0; i < n; i++)
		fprintf(l->f, "%14s", words_num(sum(of[i].t, kind), num));
	fputc('\n', l->f);
}

static bool
is_day(const struct letter *l)
{
	int64_t len_ms = l->s->opts.until_ms - l->s->opts.since_ms;

	return len_ms >= DAY_MS - HOUR_MS && len_ms <= DAY_MS + HOUR_MS;
}

static void
figures_head(const struct letter *l)
{
	bool day = is_day(l);
	struct column of[3];
	size_t n = columns(l->s, of);

	fprintf(l->f, "  %-*s", LABEL_COLS, "");
	for (size_t i = 0; i < n; i++)
		fprintf(l->f, "%14s", day ? of[i].of_a_day : of[i].words);
	fputc('\n', l->f);
}

/* The hour with most attempts; 0: hours are not known. */
static uint64_t
busiest(const struct stats *s, int64_t *at_ms)
{
	const struct stats_series *v = &s->series[TALLY_HOUR];
	uint64_t most = 0;

	for (size_t i = 0; i < v->n; i++) {
		int64_t at = (int64_t)(v->first + i) * HOUR_MS;
		uint64_t n = (uint64_t)v->slot[i].n[TALLY_PREVENTED] +
		    v->slot[i].n[TALLY_REJECTED];

		if (at + HOUR_MS > s->opts.since_ms && at < s->opts.until_ms &&
		    n > most) {
			most = n;
			*at_ms = at;
		}
	}
	return most;
}

/* Much more than before: how much, and when most of it came. */
static void
attack(const struct letter *l)
{
	const struct stats *s = l->s;
	uint64_t now = letter_away(&s->total), was = letter_away(&s->before),
		 peak;
	char n[WORD_SHORT], at[WORD_SHORT];
	int64_t at_ms = 0;

	if (!s->before_known || was == 0 || now < ATTACK_MIN ||
	    now / was < ATTACK_FOLD)
		return;
	peak = busiest(s, &at_ms);
	letter_say(l, 0, "%s times as many attempts as %s%s%s.",
	    words_num(now / was, n),
	    is_day(l) ? "the day before" : "in as long a time before",
	    peak > 0 ? "; the most came in the hour from " : "",
	    peak > 0 ? words_time(at_ms, at) : "");
	fputc('\n', l->f);
}

static void
table(const struct letter *l)
{
	static const struct {
		const char *words;
		enum tally_kind kind[2];
		bool always;
	} rows[] = {
		{ "attempts dropped or refused",
		    { TALLY_PREVENTED, TALLY_REJECTED }, true },
		{ "sessions cut", { TALLY_CUT, TALLY_KINDS }, false },
		{ "connections", { TALLY_CONNECTS, TALLY_KINDS }, true },
		{ "  from zombies", { TALLY_ZOMBIE, TALLY_KINDS }, false },
		{ "  that delivered mail", { TALLY_GOOD, TALLY_KINDS }, false },
		{ "messages accepted", { TALLY_MESSAGES, TALLY_KINDS }, false },
		{ "new blocks", { TALLY_FIRST, TALLY_AGAIN }, false },
		{ "let out by mail, login or admin",
		    { TALLY_LIFTED, TALLY_PARDONED }, false },
		{ "let out by a click", { TALLY_CLICKS, TALLY_KINDS }, false },
	};

	if (l->s->modes == 0)
		return;
	letter_heading(l,
	    l->would     ? "What would have been prevented" :
		l->mixed ? "What was prevented, or would have been" :
			   "What was prevented");
	attack(l);
	figures_head(l);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		figure(l, rows[i].words, rows[i].kind, rows[i].always);
}

static void
blocked_now(const struct letter *l)
{
	const struct stats *s = l->s;
	uint64_t n = letter_away(&s->total), now = s->blocked_now;
	bool would = l->would || l->run.mode == TALLY_SHADOW;
	char share[WORD_SHORT], num[WORD_SHORT], all[64] = "Nobody";

	if (s->modes == 0 && now == 0)
		return;
	if (now > 0)
		(void)snprintf(all, sizeof(all), "%s client%s",
		    words_num(now, num), letter_s(now));
	fputc('\n', l->f);
	if (n > 0)
		letter_say(l, 0,
		    "%s of all attempts to connect %s kept away%s.",
		    words_share(n, n + s->total.n[TALLY_CONNECTS], share),
		    l->would ? "would have been" : "were",
		    l->mixed ? ", or would have been" : "");
	letter_say(l, 0, "%s %s blocked now.", all,
	    would        ? "would be" :
		now <= 1 ? "is" :
			   "are");
}

static void
came_back(const struct letter *l)
{
	uint64_t ended = l->s->total.n[TALLY_ENDED],
		 n = l->s->total.n[TALLY_BACK];
	char a[WORD_SHORT], b[WORD_SHORT];

	if (ended == 0)
		return;
	if (n == 0)
		letter_say(l, 0,
		    "%s block%s ran out; no such client tried again within "
		    "hours, as mail servers do.",
		    words_num(ended, a), letter_s(ended));
	else
		letter_say(l, 0,
		    "%s block%s ran out; in %s of them the client tried again "
		    "within hours, as mail servers do.",
		    words_num(ended, a), letter_s(ended), words_num(n, b));
}

void
letter_figures(const struct letter *l)
{
	table(l);
	blocked_now(l);
	came_back(l);
}
