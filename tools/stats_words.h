/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_words - numbers, times and strangers' texts as words for people
 *
 * Shared by the writers of zfw-stats that are not HTML.  Texts from outside
 * become printable: letters of Latin, Greek and Cyrillic stay when the reader
 * can show UTF-8; everything else - controls, escape sequences, invisible
 * characters and those that turn the direction of writing, bytes that are not
 * UTF-8 - is shown as \xNN, byte for byte, and a backslash as two.  So a text
 * has as many columns as characters, and cannot do anything.  Pure; the
 * buffers are the caller's and returned.
 */
#ifndef ZFW_TOOLS_STATS_WORDS_H
#define ZFW_TOOLS_STATS_WORDS_H

#include "tools/stats.h"

#define WORDS_MAX  1024 /* of a text from outside */
#define WORD_SHORT 48   /* of a number or a time */

/* At most `cols` columns (0: as many as there is room for); "..." = cut. */
const char *
words_safe(const char *theirs, bool utf8, size_t cols, char buf[WORDS_MAX]);
/* How many columns such a text has. */
size_t words_cols(const char *safe);

const char *words_num(uint64_t n, char buf[WORD_SHORT]); /* "1,234" */
/* "12 %", "0.3 %"; "" when `all` is 0. */
const char *words_share(uint64_t n, uint64_t all, char buf[WORD_SHORT]);
/* Local, "2026-03-02 10:00"; 0: "-". */
const char *words_time(int64_t t_ms, char buf[WORD_SHORT]);
const char *words_utc(int64_t t_ms, char buf[WORD_SHORT]); /* ISO 8601 */
const char *words_span(int64_t ms, char buf[WORD_SHORT]);  /* "7 days" */
const char *words_mode(const struct stats *s);
/* In lines of that many columns, each behind `indent` blanks. */
void words_wrap(FILE *f, int indent, size_t cols, const char *words);
/* Name of an address key: IPv6 with its /64. */
const char *words_client(const struct addr *key, char buf[ADDR_STRLEN]);

#endif
