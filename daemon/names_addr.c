/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/names_addr.h"

#define NAME_MAX_BYTES   255
#define V6_GROUPS_MIN    3 /* 16-bit groups that make an IPv6 address known */
#define OCTET_DIGITS_MIN 4 /* of two octets that stand apart */

static uint32_t
hex_value(char c)
{
	return char_is_digit(c) ? (uint32_t)(c - '0') :
				  (uint32_t)((c | 0x20) - 'a' + 10);
}

struct octets {
	const uint8_t *b;
	uint8_t used;    /* bit i: octet i was found */
	unsigned found;  /* how many */
	unsigned digits; /* bytes that they took together */
	size_t last_end; /* where the latest one ended in the name */
	bool touch;      /* two stood side by side */
};

/* A number of at most three digits is any octet not used yet. */
static void
octet_try(struct octets *o, struct str name, struct str run, size_t at)
{
	unsigned v = 0;

	for (size_t i = 0; i < run.n; i++)
		v = v * 10 + (unsigned)(run.p[i] - '0');
	for (unsigned i = 0; i < 4; i++) {
		if (o->b[i] != v || (o->used >> i & 1) != 0)
			continue;
		o->used = (uint8_t)(o->used | 1u << i);
		if (o->found > 0 && at == o->last_end + 1 &&
		    !char_is_letter(name.p[at - 1]))
			o->touch = true;
		o->found++;
		o->digits += (unsigned)run.n;
		o->last_end = at + run.n;
		return;
	}
}

/* Two octets are enough if they are not just two small numbers somewhere. */
static bool
octets_enough(const struct octets *o)
{
	return o->found > 2 ||
	    (o->found == 2 && (o->touch || o->digits >= OCTET_DIGITS_MIN));
}

/* Writes octet `v` with at least `width` digits; returns how many. */
static size_t
put_octet(char *out, unsigned v, unsigned width)
{
	size_t n = 0;

	if (v >= 100 || width == 3)
		out[n++] = (char)('0' + v / 100);
	if (v >= 10 || width == 3)
		out[n++] = (char)('0' + v / 10 % 10);
	out[n++] = (char)('0' + v % 10);
	return n;
}

/* Are all four octets in the run of digits, glued together? */
static bool
glued(struct str run, const uint8_t b[4], unsigned width)
{
	static const uint8_t orders[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 } };
	char text[12];

	for (unsigned o = 0; o < 2; o++) {
		size_t n = 0;

		for (unsigned i = 0; i < 4; i++)
			n += put_octet(text + n, b[orders[o][i]], width);
		if (n >= 6 && run.n >= n &&
		    memmem(run.p, run.n, text, n) != NULL)
			return true;
	}
	return false;
}

/* `109168232131`, `061238241086`, `1839787139` */
static bool
long_run_is_v4(struct str run, const uint8_t b[4])
{
	uint32_t want = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	    (uint32_t)b[2] << 8 | b[3];
	uint64_t v = 0;

	if (glued(run, b, 1) || glued(run, b, 3))
		return true;
	if (run.n > 10)
		return false;
	for (size_t i = 0; i < run.n; i++)
		v = v * 10 + (uint64_t)(run.p[i] - '0');
	return run.n >= 8 && v == want;
}

static bool
has_decimal_v4(struct str name, const uint8_t b[4])
{
	struct octets o = { .b = b };

	for (size_t i = 0; i < name.n;) {
		struct str run = str_from(name, i);

		run.n = str_span(run, char_is_digit);
		if (run.n == 0) {
			i++;
			continue;
		}
		if (run.n <= 3)
			octet_try(&o, name, run, i);
		else if (long_run_is_v4(run, b))
			return true;
		i += run.n;
	}
	return octets_enough(&o);
}

/* The `n` bytes in hexadecimal anywhere in the name, forwards or reversed? */
static bool
has_hex(struct str name, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i + 2 * n <= name.n; i++) {
		bool fwd = true, rev = true;

		for (size_t k = 0; k < n && (fwd || rev); k++) {
			const char *p = name.p + i + 2 * k;
			uint32_t v = 256;

			if (char_is_hex(p[0]) && char_is_hex(p[1]))
				v = hex_value(p[0]) << 4 | hex_value(p[1]);
			fwd = fwd && v == b[k];
			rev = rev && v == b[n - 1 - k];
		}
		if (fwd || rev)
			return true;
	}
	return false;
}

/* `3e-c6-ec-81`: at least three pairs, one with a letter in it. */
static bool
has_hex_pairs(struct str name, const uint8_t b[4])
{
	unsigned used = 0, found = 0;
	bool letter = false;

	for (size_t i = 0; i + 2 <= name.n; i++) {
		const char *p = name.p + i;
		bool edges = (i == 0 ||
				 !(char_is_hex(p[-1]) ||
				     char_is_letter(p[-1]))) &&
		    (i + 2 == name.n ||
			!(char_is_hex(p[2]) || char_is_letter(p[2])));

		if (!edges || !char_is_hex(p[0]) || !char_is_hex(p[1]))
			continue;
		for (unsigned k = 0; k < 4; k++) {
			if (b[k] != (hex_value(p[0]) << 4 | hex_value(p[1])) ||
			    (used >> k & 1) != 0)
				continue;
			used |= 1u << k;
			found++;
			letter |= char_is_letter(p[0]) || char_is_letter(p[1]);
			break;
		}
	}
	return found >= 3 && letter;
}

/* Three or more of the 16-bit groups that are not zero, each once. */
static bool
has_v6_groups(struct str name, const uint8_t b[16])
{
	unsigned used = 0, found = 0;

	for (size_t i = 0; i < name.n;) {
		struct str run = str_from(name, i);
		uint32_t v = 0;

		run.n = str_span(run, char_is_hex);
		for (size_t k = 0; k < run.n && run.n <= 4; k++)
			v = v << 4 | hex_value(run.p[k]);
		for (unsigned k = 0; k < 8 && v != 0; k++) {
			if ((uint32_t)(b[2 * k] << 8 | b[2 * k + 1]) != v ||
			    (used >> k & 1) != 0)
				continue;
			used |= 1u << k;
			found++;
			break;
		}
		i += run.n == 0 ? 1 : run.n;
	}
	return found >= V6_GROUPS_MIN;
}

/* Both halves count: the network's 8 bytes, and the host's if not ::1. */
static bool
has_v6(struct str name, const uint8_t b[16])
{
	static const uint8_t zero[6];

	return has_v6_groups(name, b) || has_hex(name, b, 8) ||
	    (memcmp(b + 8, zero, sizeof(zero)) != 0 && has_hex(name, b + 8, 8));
}

bool
name_has_addr(struct str name, const struct addr *a)
{
	if (name.n > NAME_MAX_BYTES)
		name.n = NAME_MAX_BYTES;
	if (a->family == 4)
		return has_decimal_v4(name, a->b) || has_hex(name, a->b, 4) ||
		    has_hex_pairs(name, a->b);
	return a->family == 6 && has_v6(name, a->b);
}
