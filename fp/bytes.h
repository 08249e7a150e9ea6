/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bytes - before stage 1: the one reader of untrusted bytes
 *
 * A cursor over a borrowed buffer with a sticky error: a read past the end
 * gives 0, sets `bad` and stays there, so a parser reads on and asks once.
 * `struct str` is a borrowed slice of text, never NUL-terminated.  Everything
 * is inline, owns nothing and cannot fail otherwise.  No other file does
 * pointer arithmetic on packet bytes.
 */
#ifndef ZFW_FP_BYTES_H
#define ZFW_FP_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd {
	const uint8_t *p; /* next byte */
	size_t n;         /* bytes left */
	bool bad;         /* a read went past the end */
};

struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str){ (lit), sizeof(lit) - 1 })

static inline struct rd
rd_init(const void *p, size_t n)
{
	return (struct rd){ p, n, false };
}

/* Borrows `n` bytes and moves on; NULL (and bad) when there are fewer. */
static inline const uint8_t *
rd_take(struct rd *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || n > r->n) {
		r->bad = true;
		r->n = 0;
		return NULL;
	}
	r->p += n;
	r->n -= n;
	return p;
}

static inline void
rd_skip(struct rd *r, size_t n)
{
	(void)rd_take(r, n);
}

static inline uint8_t
rd_u8(struct rd *r)
{
	const uint8_t *p = rd_take(r, 1);

	return p == NULL ? 0 : p[0];
}

static inline uint16_t
rd_be16(struct rd *r)
{
	const uint8_t *p = rd_take(r, 2);

	return p == NULL ? 0 : (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t
rd_be32(struct rd *r)
{
	uint32_t hi = rd_be16(r);

	return hi << 16 | rd_be16(r);
}

/* A reader of the next `n` bytes only; bad when there are fewer. */
static inline struct rd
rd_sub(struct rd *r, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	if (p == NULL)
		return (struct rd){ NULL, 0, true };
	return (struct rd){ p, n, false };
}

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && memcmp(s.p, prefix.p, prefix.n) == 0;
}

/* What is left of `s` after its first `at` bytes; it has so many. */
static inline struct str
str_from(struct str s, size_t at)
{
	return (struct str){ s.p + at, s.n - at };
}

/* ASCII only: no locale has a say in what a log line means. */
static inline bool
char_is_digit(char c)
{
	return (unsigned)(c - '0') < 10;
}

static inline bool
char_is_letter(char c)
{
	return (unsigned)((c | 0x20) - 'a') < 26;
}

static inline bool
char_is_hex(char c)
{
	return char_is_digit(c) || (unsigned)((c | 0x20) - 'a') < 6;
}

/* How many bytes at the front of `s` are of that kind. */
static inline size_t
str_span(struct str s, bool (*is)(char))
{
	size_t i = 0;

	while (i < s.n && is(s.p[i]))
		i++;
	return i;
}

static inline char
char_lower(char c)
{
	return char_is_letter(c) ? (char)(c | 0x20) : c;
}

static inline bool
str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (char_lower(a.p[i]) != char_lower(b.p[i]))
			return false;
	return true;
}

#endif
