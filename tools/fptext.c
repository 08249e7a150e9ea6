/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/fptext.h"

const char fptext_pairs[201] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

static const char hex[] = "0123456789abcdef";

void
fptext_init(struct fptext_table *t)
{
	for (unsigned v = 0; v < 256; v++) {
		char *p = fptext_num(t->octet[v], v);

		t->octet_n[v] = (uint8_t)(p - t->octet[v] + 1);
		*p = '.';
	}
}

static char *
pair(char *p, size_t v)
{
	return fptext_mem(p, &fptext_pairs[2 * v], 2);
}

char *
fptext_num(char *p, uint64_t v)
{
	char digits[20];
	size_t i = sizeof(digits);

	while (v >= 100) {
		i -= 2;
		pair(&digits[i], (size_t)(v % 100));
		v /= 100;
	}
	if (v >= 10) {
		i -= 2;
		pair(&digits[i], (size_t)v);
	} else {
		digits[--i] = (char)('0' + v);
	}
	return fptext_mem(p, &digits[i], sizeof(digits) - i);
}

char *
fptext_pad(char *p, uint64_t v, unsigned digits)
{
	for (unsigned i = digits; i-- > 0; v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + digits;
}

/*
 * Exact, ties to even: the hundredths of a double with at most 53 bits behind
 * its point fit into 64 bits before they are cut.
 */
char *
fptext_fixed2(char *p, double v)
{
	const unsigned mantissa = 52, bias = 1023;
	uint64_t bits, hundredths, rest, half;
	unsigned shift;

	memcpy(&bits, &v, sizeof(bits));
	shift = mantissa + bias - (unsigned)(bits >> mantissa);
	bits = (bits & ((1ULL << mantissa) - 1)) | 1ULL << mantissa;
	hundredths = bits * 100 >> shift;
	rest = bits * 100 & ((1ULL << shift) - 1);
	half = 1ULL << (shift - 1);
	if (rest > half || (rest == half && (hundredths & 1)))
		hundredths++;
	p = fptext_num(p, hundredths / 100);
	*p++ = '.';
	return fptext_pad(p, hundredths % 100, 2);
}

char *
fptext_hex(char *p, uint64_t v)
{
	for (unsigned i = 16; i-- > 0; v >>= 4)
		p[i] = hex[v & 15];
	return p + 16;
}

/* Sixteen bits without leading zeros. */
static inline char *
group(char *p, unsigned v)
{
	if (v > 0xfff)
		*p++ = hex[v >> 12];
	if (v > 0xff)
		*p++ = hex[v >> 8 & 15];
	if (v > 0xf)
		*p++ = hex[v >> 4 & 15];
	*p++ = hex[v & 15];
	return p;
}

static unsigned
group_at(const struct addr *a, size_t i)
{
	return (unsigned)a->b[2 * i] << 8 | a->b[2 * i + 1];
}

/* The longest run of two zero groups or more, the first of equal ones. */
static size_t
zero_run(const struct addr *a, size_t *len)
{
	size_t best = 8, n = 0;

	*len = 1;
	for (size_t i = 0; i < 8; i++) {
		n = group_at(a, i) == 0 ? n + 1 : 0;
		if (n > *len) {
			*len = n;
			best = i + 1 - n;
		}
	}
	return best;
}

static char *
short_v6(char *p, const struct addr *a)
{
	size_t len, from = zero_run(a, &len);

	for (size_t i = 0; i < 8; i++) {
		if (i == from) {
			p = FPTEXT_LIT(p, "::");
			i += len - 1;
			continue;
		}
		if (i > 0 && p[-1] != ':')
			*p++ = ':';
		p = group(p, group_at(a, i));
	}
	return p;
}

char *
fptext_addr_other(char *p, const struct addr *a)
{
	static const uint8_t zero[12];
	char buf[ADDR_STRLEN];

	if (a->family == 6 && memcmp(a->b, zero, sizeof(zero)) != 0)
		return short_v6(p, a);
	/* Rare forms: none, and those with an IPv4 address inside. */
	addr_print(a, buf);
	return fptext_mem(p, buf, strlen(buf));
}

char *
fptext_addr_long_other(char *p, const struct addr *a)
{
	if (a->family != 6)
		return fptext_addr_other(p, a);
	for (size_t i = 0; i < 8; i++) {
		p = group(p, group_at(a, i));
		*p++ = ':';
	}
	return p - 1;
}
