/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigword - stage 3 of 8: words and numbers of signature files
 *
 * What the readers of signatures take text apart with: slices of the caller's
 * text, nothing copied, nothing owned, no locale.  Everything is inline, pure
 * and cannot fail otherwise than by saying no.
 */
#ifndef ZFW_FP_SIGWORD_H
#define ZFW_FP_SIGWORD_H

#include "fp/bytes.h"

static inline bool
sigword_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static inline struct str
sigword_trim(struct str s)
{
	s = str_from(s, str_span(s, sigword_is_blank));
	while (s.n > 0 && sigword_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/*
 * Takes the first word, up to `sep`, off the front of `rest`.  True when there
 * was a `sep`, so that another word follows, be it empty.
 */
static inline bool
sigword_cut(struct str *rest, char sep, struct str *word)
{
	const char *at = rest->n == 0 ? NULL : memchr(rest->p, sep, rest->n);

	*word = *rest;
	if (at == NULL) {
		rest->n = 0;
		return false;
	}
	word->n = (size_t)(at - rest->p);
	*rest = str_from(*rest, word->n + 1);
	return true;
}

/*
 * The words of `s`, `max` at most (1 or more): the last one has what is left.
 * Returns how many.
 */
static inline size_t
sigword_split(struct str s, char sep, struct str *words, size_t max)
{
	size_t n = 0;

	while (n + 1 < max && sigword_cut(&s, sep, &words[n]))
		n++;
	if (n + 1 == max)
		words[n] = s;
	return n + 1;
}

/* Digits alone, `min` to `max`. */
static inline bool
sigword_number(struct str s, uint32_t min, uint32_t max, uint32_t *v)
{
	uint64_t sum = 0;

	if (s.n == 0 || str_span(s, char_is_digit) != s.n)
		return false;
	for (size_t i = 0; i < s.n && sum <= max; i++)
		sum = sum * 10 + (uint64_t)(s.p[i] - '0');
	if (sum < min || sum > max)
		return false;
	*v = (uint32_t)sum;
	return true;
}

/* `prefix`, then such a number. */
static inline bool
sigword_prefixed(struct str s, struct str prefix, uint32_t max, uint32_t *v)
{
	return str_starts(s, prefix) &&
	    sigword_number(str_from(s, prefix.n), 0, max, v);
}

#endif
