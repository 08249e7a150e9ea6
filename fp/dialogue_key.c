/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/dialogue.h"

#include "fp/hash.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define KEY_VERSION 1 /* what the bytes of a key are; stored keys have it */
#define KEY_BYTES   16
#define RCPT_KEY    ((KEY_VERSION) | 0x80) /* the other kind of key */

uint64_t
dialogue_key(const struct dialogue *d)
{
	const uint32_t flags = d->flags & ~DIALOGUE_NOT_IN_KEY;
	const uint8_t b[KEY_BYTES] = { KEY_VERSION, d->hello, d->verb_case,
		d->word_case, d->mail_path, d->rcpt_path, d->eol, d->cut,
		d->name, d->on_4xx, d->on_5xx, d->leave, (uint8_t)(flags >> 24),
		(uint8_t)(flags >> 16), (uint8_t)(flags >> 8), (uint8_t)flags };
	uint64_t h;

	/* Every whole line has an end. */
	if (d->eol == DIALOGUE_EOL_NONE)
		return 0;
	h = hash_stable(b, sizeof(b));
	return h == 0 ? 1 : h;
}

void
dialogue_mark_rcpt(struct dialogue *d)
{
	const uint32_t flags = d->flags & ~DIALOGUE_NOT_IN_RCPT_KEY;
	const uint8_t b[] = { RCPT_KEY, d->hello, d->verb_case, d->word_case,
		d->mail_path, d->rcpt_path, d->eol, d->cut,
		(uint8_t)(flags >> 24), (uint8_t)(flags >> 16),
		(uint8_t)(flags >> 8), (uint8_t)flags };

	if (d->rcpt_key != 0)
		return;
	d->rcpt_key = hash_stable(b, sizeof(b));
	if (d->rcpt_key == 0)
		d->rcpt_key = 1;
}

uint64_t
dialogue_key_rcpt(const struct dialogue *d)
{
	return d->rcpt_key;
}

struct out {
	char *p;
	size_t n;
};

static void __attribute__((format(printf, 2, 3)))
say(struct out *o, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (o->n > 0 && o->n < DIALOGUE_TEXT - 1)
		o->p[o->n++] = ' ';
	va_start(ap, fmt);
	n = vsnprintf(&o->p[o->n], DIALOGUE_TEXT - o->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		o->n += (size_t)n;
	if (o->n >= DIALOGUE_TEXT)
		o->n = DIALOGUE_TEXT - 1;
}

/* The word of a category, unless there is none. */
static void
say_word(struct out *o, const char *const *names, unsigned i)
{
	if (i != 0)
		say(o, "%s", names[i]);
}

/* FROM:< as the client has it: its case, its blanks (as _), its bracket. */
static void
say_path(struct out *o, const char *word, unsigned form)
{
	static const char *const tails[DIALOGUE_PATHS] = {
		[DIALOGUE_PATH_PLAIN] = ":<",
		[DIALOGUE_PATH_SPACE] = ":_<",
		[DIALOGUE_PATH_BEFORE] = "_:<",
		[DIALOGUE_PATH_BARE] = ":",
		[DIALOGUE_PATH_BARE_SPACE] = ":_",
		[DIALOGUE_PATH_OTHER] = "?",
		[DIALOGUE_PATH_MIXED] = "*",
	};

	if (form != DIALOGUE_PATH_NONE)
		say(o, "%s%s", word, tails[form]);
}

static const char *const hello_name[DIALOGUE_HELLOS] = {
	[DIALOGUE_HELLO_EHLO] = "ehlo",
	[DIALOGUE_HELLO_HELO] = "helo",
	[DIALOGUE_HELLO_FALLBACK] = "ehlo-then-helo",
	[DIALOGUE_HELLO_BOTH] = "ehlo-and-helo",
	[DIALOGUE_HELLO_TWICE] = "hello-twice",
	[DIALOGUE_HELLO_SKIPPED] = "no-hello",
};

static const char *const case_name[DIALOGUE_CASES] = {
	[DIALOGUE_CASE_UPPER] = "upper",
	[DIALOGUE_CASE_LOWER] = "lower",
	[DIALOGUE_CASE_TITLE] = "title",
	[DIALOGUE_CASE_MIXED] = "mixed",
};

/* The two words, in each case; NONE when no word was where it belongs. */
static const char *const path_word[DIALOGUE_CASES][2] = {
	[DIALOGUE_CASE_NONE] = { "mail", "rcpt" },
	[DIALOGUE_CASE_UPPER] = { "FROM", "TO" },
	[DIALOGUE_CASE_LOWER] = { "from", "to" },
	[DIALOGUE_CASE_TITLE] = { "From", "To" },
	[DIALOGUE_CASE_MIXED] = { "fRoM", "tO" },
};

static const char *const eol_name[DIALOGUE_EOLS] = {
	[DIALOGUE_EOL_CRLF] = "crlf",
	[DIALOGUE_EOL_LF] = "lf",
	[DIALOGUE_EOL_MIXED] = "crlf-lf",
};

static const char *const cut_name[DIALOGUE_CUTS] = {
	[DIALOGUE_CUT_WHOLE] = "whole",
	[DIALOGUE_CUT_GLUED] = "glued",
	[DIALOGUE_CUT_SPLIT] = "split",
	[DIALOGUE_CUT_BYTES] = "bytes",
};

static const char *const name_name[DIALOGUE_NAMES] = {
	[DIALOGUE_NAME_EMPTY] = "nameless",
	[DIALOGUE_NAME_FQDN] = "fqdn",
	[DIALOGUE_NAME_LITERAL] = "literal",
	[DIALOGUE_NAME_BARE_ADDR] = "bare-addr",
	[DIALOGUE_NAME_LABEL] = "label",
	[DIALOGUE_NAME_LOCALHOST] = "localhost",
	[DIALOGUE_NAME_PRIVATE] = "private",
	[DIALOGUE_NAME_DIGITS] = "addr-in-name",
	[DIALOGUE_NAME_BAD] = "bad-name",
};

static const char *const react_name[DIALOGUE_REACTS] = {
	[DIALOGUE_REACT_NEXT] = "next",
	[DIALOGUE_REACT_RSET] = "rset",
	[DIALOGUE_REACT_QUIT] = "quit",
	[DIALOGUE_REACT_RETRY] = "retry",
	[DIALOGUE_REACT_DATA] = "data",
	[DIALOGUE_REACT_OTHER] = "other",
	[DIALOGUE_REACT_SPEW] = "spew",
	[DIALOGUE_REACT_CLOSE] = "close",
};

static const char *const leave_name[DIALOGUE_LEAVES] = {
	[DIALOGUE_LEAVE_QUIT] = "quit",
	[DIALOGUE_LEAVE_FIN] = "drop",
	[DIALOGUE_LEAVE_RST] = "reset",
};

static const struct {
	uint32_t flag;
	const char *name;
} flag_name[] = {
	{ DIALOGUE_EARLY, "early" },
	{ DIALOGUE_PIPELINED, "pipelined" },
	{ DIALOGUE_MAY_PIPE, "may-pipe" },
	{ DIALOGUE_TRAILING, "trailing" },
	{ DIALOGUE_SPACED, "spaced" },
	{ DIALOGUE_PARAMS, "params" },
	{ DIALOGUE_RSET_FIRST, "rset-first" },
	{ DIALOGUE_RSET_BETWEEN, "rset-between" },
	{ DIALOGUE_RSET_QUIT, "rset-quit" },
	{ DIALOGUE_NOOP, "noop" },
	{ DIALOGUE_VRFY, "vrfy" },
	{ DIALOGUE_HTTP, "http" },
	{ DIALOGUE_UNKNOWN, "unknown" },
	{ DIALOGUE_EMPTY, "empty" },
	{ DIALOGUE_STARTTLS, "starttls" },
	{ DIALOGUE_AUTH, "auth" },
	{ DIALOGUE_DATA_EARLY, "data-early" },
	{ DIALOGUE_BDAT, "bdat" },
};

const char *
dialogue_text(const struct dialogue *d, char buf[DIALOGUE_TEXT])
{
	struct out o = { buf, 0 };

	buf[0] = '\0';
	if (d->eol == DIALOGUE_EOL_NONE)
		return buf;
	say_word(&o, hello_name, d->hello);
	say_word(&o, case_name, d->verb_case);
	say_path(&o, path_word[d->word_case][0], d->mail_path);
	say_path(&o, path_word[d->word_case][1], d->rcpt_path);
	say_word(&o, eol_name, d->eol);
	say_word(&o, cut_name, d->cut);
	say_word(&o, name_name, d->name);
	if (d->on_4xx != DIALOGUE_REACT_NONE)
		say(&o, "4xx=%s", react_name[d->on_4xx]);
	if (d->on_5xx != DIALOGUE_REACT_NONE)
		say(&o, "5xx=%s", react_name[d->on_5xx]);
	say_word(&o, leave_name, d->leave);
	for (size_t i = 0; i < sizeof(flag_name) / sizeof(flag_name[0]); i++)
		if (d->flags & flag_name[i].flag)
			say(&o, "%s", flag_name[i].name);
	return buf;
}

void
dialogue_time(struct dialogue_times *t, int64_t us)
{
	uint32_t v = us < 0 ? 0 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;

	if (t->n == UINT16_MAX)
		return;
	if (t->n == 0 || v < t->min_us)
		t->min_us = v;
	if (v > t->max_us)
		t->max_us = v;
	t->n++;
	t->sum_us += v;
	t->sum2 += (double)v * v;
}

double
dialogue_deviation_ms(const struct dialogue_times *t)
{
	double mean, var;

	if (t->n < 2)
		return 0;
	mean = (double)t->sum_us / t->n;
	var = (t->sum2 - mean * (double)t->sum_us) / (t->n - 1);
	return var > 0 ? sqrt(var) / 1000 : 0;
}
