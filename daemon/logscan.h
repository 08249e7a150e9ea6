/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logscan - stage 5 of 8: the few steps that every log parser is made of
 *
 * Each takes something off the front of a slice and says whether it was
 * there; where it was not, the slice stays as it is.  A parser is a chain of
 * such steps from the left, so it can never pick up an address from text to
 * the right of what it expects.  All are linear in what they look at, pure,
 * without memory, and know nothing of any one MTA.  Called by the parsers of
 * logline only.
 */
#ifndef ZFW_DAEMON_LOGSCAN_H
#define ZFW_DAEMON_LOGSCAN_H

#include <endian.h>

#include "daemon/logline.h"

/*
 * Of a longer message some syslog may have cut off the end, and with it the
 * true relay that stands behind a forged one.
 */
#define SCAN_WHOLE_MAX 900

static inline bool
scan_eat(struct str *s, struct str prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	*s = str_from(*s, prefix.n);
	return true;
}

/*
 * The same with a `prefix` of a table, of four bytes at least: these tell it
 * from nearly all else, without a call.
 */
static inline bool
scan_starts(struct str s, struct str prefix)
{
	return s.n >= 4 && memcmp(s.p, prefix.p, 4) == 0 &&
	    str_starts(s, prefix);
}

/* Up to the first `end`, which is taken off too but is not in *out. */
static inline bool
scan_upto(struct str *s, char end, struct str *out)
{
	const char *e = s->n == 0 ? NULL : memchr(s->p, end, s->n);

	if (e == NULL)
		return false;
	*out = (struct str){ s->p, (size_t)(e - s->p) };
	*s = str_from(*s, out->n + 1);
	return true;
}

/* The same up to the first `needle`. */
bool scan_upto_str(struct str *s, struct str needle, struct str *out);

/* Does `needle` stand anywhere in it?  The second ignores case. */
bool scan_has(struct str s, struct str needle);
bool scan_has_nocase(struct str s, struct str lower_needle);

/*
 * For many words in one text: which pairs of letters it has, more or less, so
 * that most words are known not to be there.  Words have two letters at least.
 */
struct scan_text {
	struct str s;
	uint64_t pairs;
};

static inline uint64_t
scan_pair(const char *p)
{
	return UINT64_C(1) << (((unsigned)(p[0] | 0x20) * 5 +
				   (unsigned)(p[1] | 0x20)) &
		   63);
}

static inline struct scan_text
scan_text(struct str s)
{
	struct scan_text t = { s, 0 };

	for (size_t i = 1; i < s.n; i++)
		t.pairs |= scan_pair(s.p + i - 1);
	return t;
}

static inline bool
scan_has_word(const struct scan_text *t, struct str lower_word)
{
	return (t->pairs & scan_pair(lower_word.p)) != 0 &&
	    scan_has_nocase(t->s, lower_word);
}

/* One to nine digits. */
static inline bool
scan_uint(struct str *s, uint32_t *v)
{
	uint32_t sum = 0;
	size_t i = 0;

	for (; i < s->n && char_is_digit(s->p[i]); i++) {
		if (i == 9)
			return false;
		sum = sum * 10 + (uint32_t)(s->p[i] - '0');
	}
	if (i == 0)
		return false;
	*v = sum;
	*s = str_from(*s, i);
	return true;
}

/* How many digits stand at the front of eight bytes. */
static inline unsigned
scan_digits(uint64_t first_lowest)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t x = first_lowest ^ ones * '0'; /* digits are 0..9 now */
	uint64_t ends = (((x & ones * 0x7f) + ones * 0x76) | x) & ones << 7;

	return ends == 0 ? 8 : (unsigned)__builtin_ctzll(ends) / 8;
}

/*
 * The same without a branch for each digit: for numbers of which no two are
 * of one length.
 */
static inline bool
scan_number(struct str *s, uint32_t *v)
{
	uint64_t x;
	unsigned n;

	if (s->n < sizeof(x))
		return scan_uint(s, v);
	memcpy(&x, s->p, sizeof(x));
	x = le64toh(x);
	n = scan_digits(x);
	if (n == 0 || n == 8)
		return scan_uint(s, v);
	/* Eight digits, the first of them 0; pairs, fours, all. */
	x = (x ^ UINT64_C(0x3030303030303030)) << (64 - 8 * n);
	x = x * 2561 >> 8 & UINT64_C(0x00ff00ff00ff00ff);
	x = x * 6553601 >> 16 & UINT64_C(0x0000ffff0000ffff);
	*v = (uint32_t)(x * UINT64_C(42949672960001) >> 32);
	*s = str_from(*s, n);
	return true;
}

/*
 * `<...>`, without the brackets in *out.  A quoted local part may hold '>'
 * and anything else: its end is looked for first.
 */
bool scan_mailbox(struct str *s, struct str *out);

/*
 * `NAME[ADDRESS]` or `NAME[ADDRESS]:PORT`.  NAME is what a host name may be
 * made of and nothing else: no blank, bracket or colon.  That is how the
 * bracket is known to be the MTA's own although NAME is from the client's
 * DNS.  Sets client, port, name and rdns_none of *ev, only if all was there.
 */
bool scan_namaddr(struct str *s, struct log_event *ev);

/*
 * `NAME [ADDRESS]`, `[ADDRESS]` or that twice, with ` (may be forged)` behind it, as
 * Sendmail has it.  The same rule for NAME.  Sets client, name, rdns_none and
 * rdns_unconfirmed of *ev, only if the address was there.
 */
bool scan_name_addr(struct str *s, struct log_event *ev);

/* `[ADDRESS]:PORT` into client and port of *ev. */
bool scan_sockaddr(struct str *s, struct log_event *ev);

/*
 * An enhanced status code and the blank behind it, `5.1.1 `; all zero when
 * there is none.
 */
struct scan_dsn {
	uint32_t cls, subject, detail;
};
struct scan_dsn scan_dsn(struct str *s);

#endif
