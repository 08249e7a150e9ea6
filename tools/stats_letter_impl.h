/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_letter_impl - inside stats_letter: what its files share
 *
 * stats_letter.c calls letter_run_find() once, which finds in the history when
 * zfw ran and in which mode (stats_letter_run.c, pure), then letter_head()
 * (stats_letter_head.c), and writes the body itself.  Times are wall clock
 * milliseconds.  A write that fails is found by the file's error flag.
 */
#ifndef ZFW_TOOLS_STATS_LETTER_IMPL_H
#define ZFW_TOOLS_STATS_LETTER_IMPL_H

#include "tools/stats_words.h"

#define LETTER_LINE 512
#define LETTER_HOST "localhost" /* without a name */

struct letter_run {
	int64_t last_ms;   /* until when zfw wrote; 0: not in this time */
	uint8_t mode;      /* enum tally_mode at that time; 0: not known */
	int64_t switch_ms; /* since when that mode; 0: no other in this time */
	/* minutes without zfw, as far as minutes are kept */
	uint32_t missing;
	unsigned gaps;                  /* how many times it was away */
	int64_t gap_from_ms, gap_to_ms; /* the longest one */
};

struct letter {
	const struct stats *s;
	FILE *f;
	bool would; /* nothing was done: shadow mode */
	bool mixed; /* in a part of the time */
	struct letter_run run;
};

void letter_run_find(const struct stats *s, struct letter_run *out);
/* Is it worth a word that zfw was away? */
bool letter_was_away(const struct letter *l);
/* zfw ran, and saw nobody, though once it did. */
bool letter_is_blind(const struct letter *l);
/* Attempts that were, or would have been, kept away. */
uint64_t letter_away(const struct tally *t);
/* No byte of it ends a header; "" becomes `none`. */
const char *
letter_one_line(const char *s, const char *none, char buf[LETTER_LINE]);

void letter_head(const struct letter *l);
void letter_figures(const struct letter *l); /* stats_letter_figures.c */

/* ---- text, in lines of 78 columns (stats_letter.c) ---- */

void letter_para(const struct letter *l, int indent, const char *words);
void letter_say(const struct letter *l, int indent, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void letter_heading(const struct letter *l, const char *words);
const char *letter_s(uint64_t n); /* "s" of more than one */

#endif
