/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The head of the letter: RFC 5322, with From as cron has it.  "root" without
 * a domain is made whole by sendmail, which knows best under what name this
 * host sends mail; a host's own name is often not one that mail comes from.
 * Headers are of our own words but for the host's name and the address, whose
 * bytes cannot end a line.
 */
#include <time.h>

#include "tools/stats_letter_impl.h"

#define FROM   "zfw <root>"
#define TO     "root"
#define DAY_MS INT64_C(86400000)

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

const char *
letter_one_line(const char *s, const char *none, char buf[LETTER_LINE])
{
	size_t n = 0;

	for (; s != NULL && *s != '\0' && n + 1 < LETTER_LINE; s++)
		if ((unsigned char)*s >= 0x20 && *s != 0x7f)
			buf[n++] = *s;
	buf[n] = '\0';
	return n == 0 ? strcpy(buf, none) : buf;
}

/* ---- the subject: what is wrong, who was wronged, what was done ---- */

static bool
wrong(const struct letter *l, char *out, size_t max)
{
	char span[WORD_SHORT];

	if (!l->s->daemon_runs)
		(void)snprintf(out, max, "zfwd is not running");
	else if (l->s->modes == 0)
		(void)snprintf(out, max, "zfwd did not run");
	else if (letter_is_blind(l))
		(void)snprintf(out, max, "no connection seen");
	else if (letter_was_away(l))
		(void)snprintf(out, max, "zfwd was away for %s",
		    words_span((int64_t)l->run.missing * 60000, span));
	else
		return false;
	return true;
}

static void
done(const struct letter *l, char *out, size_t max)
{
	uint64_t n = letter_away(&l->s->total);
	const struct letter_run *r = &l->run;
	char num[WORD_SHORT], at[WORD_SHORT];

	if (r->switch_ms > 0) {
		bool today = r->switch_ms > l->s->opts.until_ms - DAY_MS;

		(void)words_time(r->switch_ms, at);
		/* The date of today says nothing: "2026-03-02 10:00". */
		(void)snprintf(out, max, "%s since %s",
		    r->mode == TALLY_ENFORCE ? "enforcing" : "in shadow mode",
		    today && strlen(at) > 11 ? at + 11 : at);
	} else if (n == 0)
		(void)snprintf(out, max, "nothing to stop");
	else
		(void)snprintf(out, max, "%s attempt%s %sstopped",
		    words_num(n, num), n == 1 ? "" : "s",
		    l->would ? "would have been " : "");
}

static void
subject(const struct letter *l)
{
	char host[LETTER_LINE], bad[96] = "", marks[96] = "", what[96] = "",
				num[WORD_SHORT], line[2 * LETTER_LINE];
	uint64_t n = l->s->mistake_all;

	if (n > 0)
		(void)snprintf(marks, sizeof(marks), "%s possible mistake%s",
		    words_num(n, num), n == 1 ? "" : "s");
	if (l->s->modes != 0)
		done(l, what, sizeof(what));
	/* Nothing to stop is no news beside what is wrong. */
	if (wrong(l, bad, sizeof(bad)) && letter_away(&l->s->total) == 0)
		what[0] = '\0';
	(void)snprintf(line, sizeof(line), "zfw on %s%s: %s%s%s%s%s",
	    letter_one_line(l->s->opts.host, LETTER_HOST, host),
	    l->would ? " (shadow mode)" : "", bad,
	    bad[0] != '\0' && marks[0] != '\0' ? ", " : "", marks,
	    (bad[0] != '\0' || marks[0] != '\0') && what[0] != '\0' ? ", " : "",
	    what);
	header(l->f, "Subject", line);
}

void
letter_head(const struct letter *l)
{
	time_t now = (time_t)(l->s->opts.now_ms / 1000);
	char to[LETTER_LINE], date[64] = "";
	struct tm tm;

	if (localtime_r(&now, &tm) != NULL)
		(void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S %z",
		    &tm);
	header(l->f, "From", FROM);
	header(l->f, "To", letter_one_line(l->s->opts.to, TO, to));
	subject(l);
	header(l->f, "Date", date);
	fputs("MIME-Version: 1.0\n"
	      "Content-Type: text/plain; charset=utf-8\n"
	      "Content-Transfer-Encoding: 8bit\n"
	      "Auto-Submitted: auto-generated\n"
	      "\n",
	    l->f);
}
