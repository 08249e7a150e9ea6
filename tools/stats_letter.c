/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_letter - the daily letter: RFC 5322, plain text, 78 columns
 *
 * What a human should know comes first: what is wrong, possible mistakes, who
 * was let out; then figures beside those of the time before and of a week
 * ago.  Headers are of our own words but for the host's name and the address,
 * whose bytes cannot end a line.
 */
#include <errno.h>
#include <time.h>

#include "tools/stats_words.h"

#define COLUMNS    78
#define LIST_MAX   10 /* of each list */
#define MINUTE_MS  60000
#define LINE_MAX_  512
#define GAP_MIN    3 /* minutes without zfw that are worth a word */
#define HOST       "localhost"
#define TO         "root"
#define LABEL_COLS 34

struct letter {
	const struct stats *s;
	FILE *f;
	bool would; /* nothing was done: shadow mode */
};

/* ---- headers ---- */

/* Printable ASCII as it is; anything else as RFC 2047 has it. */
static void
header(FILE *f, const char *name, const char *value)
{
	bool plain = true;
	size_t cols = strlen(name) + 2;

	for (const char *p = value; *p != '\0'; p++)
		plain = plain && *p >= 0x20 && *p < 0x7f;
	fprintf(f, "%s: ", name);
	if (plain && strlen(value) + cols <= 900) {
		fprintf(f, "%s\n", value);
		return;
	}
	fputs("=?utf-8?q?", f);
	cols += 10;
	for (const char *p = value; *p != '\0'; p++) {
		/* Not within a character. */
		if (cols > 60 && ((unsigned char)*p & 0xc0) != 0x80) {
			fputs("?=\n =?utf-8?q?", f);
			cols = 11;
		}
		if (char_is_letter(*p) || char_is_digit(*p)) {
			fputc(*p, f);
			cols++;
		} else {
			fprintf(f, "=%02X", (unsigned char)*p);
			cols += 3;
		}
	}
	fputs("?=\n", f);
}

/* No byte of it ends a header; "" becomes `none`. */
static const char *
one_line(const char *s, const char *none, char buf[LINE_MAX_])
{
	size_t n = 0;

	for (; s != NULL && *s != '\0' && n + 1 < LINE_MAX_; s++)
		if ((unsigned char)*s >= 0x20 && *s != 0x7f)
			buf[n++] = *s;
	buf[n] = '\0';
	return n == 0 ? strcpy(buf, none) : buf;
}

static void
headers(const struct letter *l)
{
	const struct stats *s = l->s;
	uint64_t away = s->total.n[TALLY_PREVENTED] +
	    s->total.n[TALLY_REJECTED];
	char host[LINE_MAX_], to[LINE_MAX_], line[2 * LINE_MAX_], n[WORD_SHORT],
	    m[WORD_SHORT], date[64] = "";
	time_t now = (time_t)(s->opts.now_ms / 1000);
	struct tm tm;

	(void)one_line(s->opts.host, HOST, host);
	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S %z",
		    &tm);
	(void)snprintf(line, sizeof(line), "zfw <root@%s>", host);
	header(l->f, "From", line);
	header(l->f, "To", one_line(s->opts.to, TO, to));
	if (s->mistake_all > 0)
		(void)snprintf(line, sizeof(line),
		    "zfw on %s: %s possible mistake%s, %s attempts %s", host,
		    words_num(s->mistake_all, n),
		    s->mistake_all == 1 ? "" : "s", words_num(away, m),
		    l->would ? "to stop" : "stopped");
	else
		(void)snprintf(line, sizeof(line), "zfw on %s: %s attempts %s",
		    host, words_num(away, m), l->would ? "to stop" : "stopped");
	header(l->f, "Subject", line);
	header(l->f, "Date", date);
	fputs("MIME-Version: 1.0\n"
	      "Content-Type: text/plain; charset=utf-8\n"
	      "Content-Transfer-Encoding: 8bit\n"
	      "Auto-Submitted: auto-generated\n"
	      "\n",
	    l->f);
}

/* ---- text ---- */

static void
para(const struct letter *l, int indent, const char *words)
{
	words_wrap(l->f, indent, COLUMNS, words);
}

static void
heading(const struct letter *l, const char *words)
{
	fprintf(l->f, "\n%s\n", words);
	for (size_t i = 0; i < strlen(words); i++)
		fputc('-', l->f);
	fputc('\n', l->f);
}

static void
more(const struct letter *l, uint64_t all, size_t shown)
{
	char n[WORD_SHORT];

	if (all > shown)
		fprintf(l->f, "  and %s more; see zfw-stats(8)\n",
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

/* ---- what is wrong ---- */

/* Minutes of the time in which zfw did not run, as far as they are kept. */
static uint32_t
gap(const struct stats *s)
{
	const struct stats_series *v = &s->series[TALLY_MINUTE];
	uint32_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		int64_t at = (int64_t)(v->first + i) * MINUTE_MS;

		if (at >= s->opts.since_ms &&
		    at + 2 * MINUTE_MS < s->opts.until_ms)
			n += v->slot[i].modes == 0;
	}
	return n;
}

static void
wrong(const struct letter *l)
{
	const struct stats *s = l->s;
	uint32_t minutes = gap(s);
	bool blind = s->modes != 0 && s->total.n[TALLY_CONNECTS] == 0 &&
	    s->ever.n[TALLY_CONNECTS] > 0;
	char line[LINE_MAX_], span[WORD_SHORT];

	if (s->daemon_runs && minutes < GAP_MIN && !blind &&
	    s->bad_records == 0 && s->modes != 0)
		return;
	heading(l, "Something is wrong");
	if (!s->daemon_runs)
		para(l, 0, "zfwd is not running.");
	if (s->modes == 0)
		para(l, 0, "zfwd did not run in all that time.");
	else if (minutes >= GAP_MIN) {
		(void)snprintf(line, sizeof(line),
		    "zfwd did not run, or wrote nothing, for %s.",
		    words_span((int64_t)minutes * MINUTE_MS, span));
		para(l, 0, line);
	}
	if (blind)
		para(l, 0,
		    "Not a single connection was seen. Is zfw looking at the "
		    "right interface and port? `zfwctl status` says what it "
		    "sees.");
	if (s->bad_records > 0) {
		(void)snprintf(line, sizeof(line),
		    "%llu records of the store are damaged; `zfwctl check-db` "
		    "says more.",
		    (unsigned long long)s->bad_records);
		para(l, 0, line);
	}
}

/* ---- mistakes, and who was let out ---- */

static void
mistakes(const struct letter *l)
{
	const struct stats *s = l->s;
	size_t n = s->mistake_n < LIST_MAX ? s->mistake_n : LIST_MAX;
	char line[LINE_MAX_], num[WORD_SHORT], why[WORDS_MAX];

	if (n == 0) {
		heading(l, "Possible mistakes: none");
		para(l, 0,
		    l->would ? "Nothing speaks for anybody that zfw would have "
			       "blocked." :
			       "Nothing speaks for anybody that was blocked.");
		return;
	}
	(void)snprintf(line, sizeof(line), "Possible mistakes: %s",
	    words_num(s->mistake_all, num));
	heading(l, line);
	para(l, 0,
	    l->would ? "zfw would have blocked these, though there is "
		       "something to be said for them. The likeliest mistakes "
		       "come first:" :
		       "These were blocked, though there is something to be "
		       "said for them. The likeliest mistakes come first:");
	for (size_t i = 0; i < n; i++) {
		client_line(l, &s->mistake[i].who);
		para(l, 6, words_safe(s->mistake[i].why, true, 0, why));
	}
	more(l, s->mistake_all, n);
	para(l, 0,
	    "`zfwctl why ADDRESS` says why; `zfw-whitelist add ADDRESS` lets "
	    "it in for good.");
}

static void
clicks(const struct letter *l)
{
	const struct stats *s = l->s;
	uint64_t shown = 0, all = s->total.n[TALLY_CLICKS];
	char line[LINE_MAX_], n[WORD_SHORT], t[WORD_SHORT];

	if (all == 0)
		return;
	(void)snprintf(line, sizeof(line), "Let out by a click: %s",
	    words_num(all, n));
	heading(l, line);
	for (size_t i = 0; i < s->mistake_n && shown < LIST_MAX; i++) {
		const struct stats_mistake *m = &s->mistake[i];

		if (m->click_ms < s->opts.since_ms)
			continue;
		client_line(l, &m->who);
		fprintf(l->f, "      at %s\n", words_time(m->click_ms, t));
		shown++;
	}
	more(l, all, shown);
}

/* ---- figures ---- */

static void
figure(const struct letter *l, const char *words, const enum tally_kind kind[2])
{
	const struct stats *s = l->s;
	const struct {
		const struct tally *t;
		bool known;
	} of[] = { { &s->total, true }, { &s->before, s->before_known },
		{ &s->week, s->week_known } };
	char n[WORD_SHORT];

	fprintf(l->f, "  %-*s", LABEL_COLS, words);
	for (size_t i = 0; i < 3; i++) {
		uint64_t v = of[i].t->n[kind[0]] +
		    (kind[1] == TALLY_KINDS ? 0 : of[i].t->n[kind[1]]);

		fprintf(l->f, "%14s", of[i].known ? words_num(v, n) : "-");
	}
	fputc('\n', l->f);
}

static void
figures(const struct letter *l)
{
	static const struct {
		const char *words;
		enum tally_kind kind[2];
	} rows[] = {
		{ "attempts dropped or refused",
		    { TALLY_PREVENTED, TALLY_REJECTED } },
		{ "sessions cut", { TALLY_CUT, TALLY_KINDS } },
		{ "connections", { TALLY_CONNECTS, TALLY_KINDS } },
		{ "  from zombies", { TALLY_ZOMBIE, TALLY_KINDS } },
		{ "  that delivered mail", { TALLY_GOOD, TALLY_KINDS } },
		{ "messages accepted", { TALLY_MESSAGES, TALLY_KINDS } },
		{ "new blocks", { TALLY_FIRST, TALLY_AGAIN } },
		{ "let out by mail, login or admin",
		    { TALLY_LIFTED, TALLY_PARDONED } },
		{ "let out by a click", { TALLY_CLICKS, TALLY_KINDS } },
	};

	heading(l,
	    l->would ? "What would have been prevented" : "What was prevented");
	fprintf(l->f, "  %-*s%14s%14s%14s\n", LABEL_COLS, "", "this time",
	    "before", "a week ago");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		figure(l, rows[i].words, rows[i].kind);
}

static void
blocked_now(const struct letter *l)
{
	const struct stats *s = l->s;
	uint64_t away = s->total.n[TALLY_PREVENTED] +
	    s->total.n[TALLY_REJECTED];
	char line[LINE_MAX_], a[WORD_SHORT], b[WORD_SHORT], c[WORD_SHORT];

	(void)snprintf(line, sizeof(line),
	    "%s of all that tried to connect %s "
	    "kept away. %s clients are %s now.",
	    away == 0 ? "Nobody" :
			words_share(away, away + s->total.n[TALLY_CONNECTS], a),
	    l->would ? "would have been" : "was", words_num(s->blocked_now, b),
	    l->would ? "on the list" : "blocked");
	fputc('\n', l->f);
	para(l, 0, line);
	if (s->total.n[TALLY_ENDED] == 0)
		return;
	(void)snprintf(line, sizeof(line),
	    "Of %s blocks that ran out, %s had a client that had tried again "
	    "within hours, as mail servers do.",
	    words_num(s->total.n[TALLY_ENDED], b),
	    words_num(s->total.n[TALLY_BACK], c));
	para(l, 0, line);
}

static void
new_botnets(const struct letter *l)
{
	const struct stats *s = l->s;
	size_t n = s->new_botnet_n < LIST_MAX ? s->new_botnet_n : LIST_MAX;
	char line[LINE_MAX_], name[WORDS_MAX], note[WORDS_MAX];

	if (n == 0)
		return;
	(void)snprintf(line, sizeof(line), "New botnets: %zu", s->new_botnet_n);
	heading(l, line);
	for (size_t i = 0; i < n; i++) {
		const struct stats_group *g = &s->new_botnet[i];

		fprintf(l->f, "  %s\n",
		    words_safe(g->name, true, COLUMNS - 2, name));
		(void)snprintf(line, sizeof(line),
		    "%u machines in %u networks, %u zombies; %.200s",
		    g->machines, g->networks, g->zombies,
		    words_safe(g->note, true, 200, note));
		para(l, 6, line);
	}
	more(l, s->new_botnet_n, n);
}

static void
opening(const struct letter *l)
{
	const struct stats *s = l->s;
	char line[LINE_MAX_], host[LINE_MAX_], safe[WORDS_MAX],
	    from[WORD_SHORT], until[WORD_SHORT];

	(void)one_line(s->opts.host, HOST, host);
	(void)snprintf(line, sizeof(line), "zfw on %.200s, from %s to %s.",
	    words_safe(host, true, 0, safe), words_time(s->opts.since_ms, from),
	    words_time(s->opts.until_ms, until));
	para(l, 0, line);
	if (l->would)
		para(l, 0,
		    "Shadow mode: nobody was blocked. All below is what would "
		    "have been. When you agree with it, set mode = \"enforce\" "
		    "in zfwd.conf and reload.");
	else if (s->modes == (TALLY_SHADOW | TALLY_ENFORCE))
		para(l, 0,
		    "For a part of that time zfw was in shadow mode, where "
		    "nobody was blocked.");
}

int
stats_letter(const struct stats *s, FILE *f)
{
	struct letter l = { s, f, s->modes == TALLY_SHADOW };

	headers(&l);
	opening(&l);
	wrong(&l);
	mistakes(&l);
	clicks(&l);
	new_botnets(&l);
	figures(&l);
	blocked_now(&l);
	return ferror(f) ? -EIO : 0;
}
