/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_letter - the daily letter: plain text, 78 columns
 *
 * What a human should know comes first: what is wrong, possible mistakes, who
 * was let out; then figures beside those of the time before and of a week
 * ago.  What is not known, or 0 throughout, is left out.
 */
#include <errno.h>
#include <stdarg.h>

#include "tools/stats_letter_impl.h"

#define COLUMNS  78
#define LIST_MAX 10 /* of each list */
#define HOUR_MS  INT64_C(3600000)
#define DAY_MS   (24 * HOUR_MS)
#define WATCH_MS (7 * DAY_MS) /* in shadow mode, before it is switched on */

/* ---- text ---- */

void
letter_para(const struct letter *l, int indent, const char *words)
{
	words_wrap(l->f, indent, COLUMNS, words);
}

void
letter_say(const struct letter *l, int indent, const char *fmt, ...)
{
	char line[2 * WORDS_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	letter_para(l, indent, line);
}

void
letter_heading(const struct letter *l, const char *words)
{
	fprintf(l->f, "\n%s\n", words);
	for (size_t i = 0; i < words_cols(words); i++)
		fputc('-', l->f);
	fputc('\n', l->f);
}

const char *
letter_s(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void
more(const struct letter *l, uint64_t all, size_t shown)
{
	char n[WORD_SHORT];

	if (all > shown)
		fprintf(l->f,
		    "  and %s more: zfw-stats --format csv --top 1000\n",
		    words_num(all - shown, n));
}

static void
client_line(const struct letter *l, const struct stats_machine *m)
{
	char who[ADDR_STRLEN], name[WORDS_MAX];
	size_t used;

	fprintf(l->f, "  %s", words_client(&m->key, who));
	used = strlen(who) + 4;
	if (m->rdns[0] != '\0')
		fprintf(l->f, "  %s",
		    words_safe(m->rdns, true, COLUMNS - used, name));
	fputc('\n', l->f);
}

/* ---- what it is about ---- */

/* Watch for a week; then the mistakes decide. */
static void
shadow(const struct letter *l)
{
	const struct stats *s = l->s;
	int64_t watched_ms = s->opts.until_ms - s->first_ms;
	char span[WORD_SHORT];

	if (l->run.mode == TALLY_ENFORCE)
		return;
	if (s->opts.enforce)
		letter_para(l, 0,
		    "zfwd.conf says mode = \"enforce\" by now: if `zfwctl "
		    "status` does not, `zfwctl reload` switches it on.");
	else if (s->first_ms > 0 && watched_ms < WATCH_MS)
		letter_say(l, 0,
		    "It has watched for %s. Give it a week, look at the "
		    "possible mistakes, and decide then.",
		    words_span(watched_ms / HOUR_MS > 0 ?
			    watched_ms / HOUR_MS * HOUR_MS :
			    watched_ms,
			span));
	else
		letter_para(l, 0,
		    s->mistake_all > 0 ?
			"Look at the possible mistakes below. When you agree "
			"with the rest, set mode = \"enforce\" in zfwd.conf "
			"and `zfwctl reload`." :
			"When you agree with it, set mode = \"enforce\" in "
			"zfwd.conf and `zfwctl reload`.");
}

static void
mode(const struct letter *l)
{
	char at[WORD_SHORT];

	if (!l->would && !l->mixed)
		return;
	fputc('\n', l->f);
	if (l->would)
		letter_para(l, 0,
		    "Shadow mode: nobody was blocked. All below is what would "
		    "have been.");
	else if (l->run.switch_ms == 0)
		letter_para(l, 0,
		    "For a part of that time zfw was in shadow mode, where "
		    "nobody was blocked.");
	else
		letter_say(l, 0,
		    l->run.mode == TALLY_ENFORCE ?
			"zfw enforces since %s. Before, it was in shadow mode: "
			"nobody was blocked, and figures of then are of what "
			"would have been." :
			"zfw is in shadow mode since %s: nobody is blocked, "
			"and figures since then are of what would have been.",
		    words_time(l->run.switch_ms, at));
	shadow(l);
}

static void
opening(const struct letter *l)
{
	const struct stats *s = l->s;
	char host[LETTER_LINE], safe[WORDS_MAX], from[WORD_SHORT],
	    until[WORD_SHORT];
	bool young = s->first_ms > s->opts.since_ms &&
	    s->first_ms < s->opts.until_ms;

	(void)letter_one_line(s->opts.host, LETTER_HOST, host);
	letter_say(l, 0, "zfw on %.200s, from %s%s to %s.",
	    words_safe(host, true, 0, safe),
	    words_time(young ? s->first_ms : s->opts.since_ms, from),
	    young ? ", when it began," : "",
	    words_time(s->opts.until_ms, until));
	mode(l);
}

/* ---- what is wrong ---- */

static void
away(const struct letter *l)
{
	const struct letter_run *r = &l->run;
	char span[WORD_SHORT], from[WORD_SHORT], to[WORD_SHORT];

	letter_say(l, 0,
	    "zfwd did not run, or wrote nothing, for %s%s from %s to %s.",
	    words_span((int64_t)r->missing * 60000, span),
	    r->gaps > 1 ? " in all; the longest time was" : ",",
	    words_time(r->gap_from_ms, from), words_time(r->gap_to_ms, to));
}

/* It was away once, until now: since when is said already. */
static bool
ended_once(const struct letter *l)
{
	return l->run.gaps == 1 && l->run.last_ms == l->run.gap_from_ms;
}

static void
wrong(const struct letter *l)
{
	const struct stats *s = l->s;
	bool blind = letter_is_blind(l), gone = letter_was_away(l);
	char at[WORD_SHORT], n[WORD_SHORT];

	if (s->daemon_runs && !gone && !blind && s->bad_records == 0 &&
	    s->modes != 0)
		return;
	letter_heading(l, "Something is wrong");
	if (!s->daemon_runs)
		letter_say(l, 0,
		    "zfwd is not running%s%s. The system's log may say "
		    "why: `journalctl -u zfwd`.",
		    l->run.last_ms > 0 ? ", and wrote last at " : "",
		    l->run.last_ms > 0 ? words_time(l->run.last_ms, at) : "");
	if (s->modes == 0)
		letter_para(l, 0,
		    s->first_ms == 0   ? "It has not counted anything yet." :
			s->daemon_runs ? "zfwd runs now, but did not in all "
					 "that time." :
					 "It did not run in all that time.");
	else if (gone && !(ended_once(l) && !s->daemon_runs))
		away(l);
	if (blind)
		letter_para(l, 0,
		    "Not a single connection was seen. Is zfw looking at the "
		    "right interface and port? `zfwctl status` says what it "
		    "sees.");
	if (s->bad_records > 0)
		letter_say(l, 0,
		    "%s record%s of the store %s damaged; `zfwctl check-db` "
		    "says more.",
		    words_num(s->bad_records, n), letter_s(s->bad_records),
		    s->bad_records == 1 ? "is" : "are");
}

/* ---- mistakes, and who was let out ---- */

static void
mistake(const struct letter *l, const struct stats_mistake *m)
{
	char why[WORDS_MAX], at[WORD_SHORT];
	bool would = m->who.shadow || l->would;

	client_line(l, &m->who);
	letter_para(l, 6, words_safe(m->why, true, 0, why));
	if (m->who.blocked)
		letter_say(l, 6, "%s until %s",
		    would ? "would be blocked" : "still blocked,",
		    words_time(m->who.block_until_ms, at));
	else
		letter_para(l, 6,
		    would ? "would be free by now" : "not blocked any more");
}

static void
mistakes(const struct letter *l)
{
	const struct stats *s = l->s;
	size_t n = s->mistake_n < LIST_MAX ? s->mistake_n : LIST_MAX;
	bool one = s->mistake_all == 1;
	char line[LETTER_LINE], num[WORD_SHORT];

	if (n == 0 && s->modes == 0)
		return;
	if (n == 0) {
		fputc('\n', l->f);
		letter_say(l, 0,
		    "Possible mistakes: none. Nothing speaks for anybody that "
		    "%s blocked.",
		    l->would ? "zfw would have" : "was");
		return;
	}
	(void)snprintf(line, sizeof(line), "Possible mistakes: %s",
	    words_num(s->mistake_all, num));
	letter_heading(l, line);
	letter_say(l, 0, "%s, though something speaks for %s%s:",
	    l->would ? one ? "zfw would have blocked it" :
			     "zfw would have blocked them" :
		one  ? "It was blocked" :
		       "They were blocked",
	    one ? "it" : "them", one ? "" : ". The likeliest come first");
	for (size_t i = 0; i < n; i++)
		mistake(l, &s->mistake[i]);
	more(l, s->mistake_all, n);
	letter_para(l, 0,
	    "`zfwctl why ADDRESS` says why; `zfw-whitelist add ADDRESS` lets "
	    "it in for good.");
}

/* A click may have been of a client that is forgotten, or a second one. */
static void
clicks(const struct letter *l)
{
	const struct stats *s = l->s;
	uint64_t shown = 0, all = s->total.n[TALLY_CLICKS];
	char line[LETTER_LINE], n[WORD_SHORT], t[WORD_SHORT];

	if (all == 0)
		return;
	(void)snprintf(line, sizeof(line), "Let out by a click: %s",
	    words_num(all, n));
	letter_heading(l, line);
	for (size_t i = 0; i < s->mistake_n && shown < LIST_MAX; i++) {
		const struct stats_mistake *m = &s->mistake[i];

		if (m->click_ms < s->opts.since_ms)
			continue;
		client_line(l, &m->who);
		fprintf(l->f, "      at %s\n", words_time(m->click_ms, t));
		shown++;
	}
	if (shown == 0)
		letter_para(l, 0, "Of clients that are not blocked any more.");
	else if (all > shown)
		letter_say(l, 2, "and %s more click%s, of these or of others",
		    words_num(all - shown, n), letter_s(all - shown));
}

static void
new_botnets(const struct letter *l)
{
	const struct stats *s = l->s;
	size_t n = s->new_botnet_n < LIST_MAX ? s->new_botnet_n : LIST_MAX;
	char line[LETTER_LINE], name[WORDS_MAX], note[WORDS_MAX];

	if (n == 0)
		return;
	(void)snprintf(line, sizeof(line), "New botnets: %zu", s->new_botnet_n);
	letter_heading(l, line);
	for (size_t i = 0; i < n; i++) {
		const struct stats_group *g = &s->new_botnet[i];

		fprintf(l->f, "  %s\n",
		    words_safe(g->name, true, COLUMNS - 2, name));
		(void)snprintf(line, sizeof(line),
		    "%u machine%s in %u network%s, %u zombie%s; %.200s",
		    g->machines, letter_s(g->machines), g->networks,
		    letter_s(g->networks), g->zombies, letter_s(g->zombies),
		    words_safe(g->note, true, 200, note));
		letter_para(l, 6, line);
	}
	more(l, s->new_botnet_n, n);
}

static void
closing(const struct letter *l)
{
	fputc('\n', l->f);
	letter_para(l, 0,
	    "More: `zfw-stats`; as a page with plots: `zfw-stats --format html "
	    "--out FILE`.");
	letter_para(l, 0, "Who gets this letter: letter_to in zfwd.conf.");
}

int
stats_letter(const struct stats *s, FILE *f)
{
	struct letter l = { .s = s,
		.f = f,
		.would = s->modes == TALLY_SHADOW,
		.mixed = s->modes == (TALLY_SHADOW | TALLY_ENFORCE) };

	letter_run_find(s, &l.run);
	letter_head(&l);
	opening(&l);
	wrong(&l);
	mistakes(&l);
	clicks(&l);
	new_botnets(&l);
	letter_figures(&l);
	closing(&l);
	return ferror(f) ? -EIO : 0;
}
