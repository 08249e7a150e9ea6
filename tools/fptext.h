/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fptext - beside all stages: numbers and addresses as text, fast
 *
 * Writers for the hot path of zfw-fp: each puts text at `p`, where the caller
 * has made room (FPTEXT_ADDR bytes for an address, FPTEXT_NUM for a number),
 * and returns the place behind it; nothing is terminated.  They may write
 * beyond what they return, within that room.  Pure but for struct
 * fptext_table, which the caller makes once.
 */
#ifndef ZFW_TOOLS_FPTEXT_H
#define ZFW_TOOLS_FPTEXT_H

#include "fp/addr.h"

#define FPTEXT_ADDR 48
#define FPTEXT_NUM  24

/* All 256 octets with a dot behind: text, and how long it is. */
struct fptext_table {
	char octet[256][4];
	uint8_t octet_n[256];
};

/* 00 to 99 */
extern const char fptext_pairs[201];

void fptext_init(struct fptext_table *t);

static inline char *
fptext_mem(char *p, const void *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}

#define FPTEXT_BLOCK 32

/*
 * The same without a call, in whole blocks: both sides must have room for `n`
 * rounded up to the next one.
 */
static inline char *
fptext_block(char *p, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i += FPTEXT_BLOCK)
		memcpy(p + i, s + i, FPTEXT_BLOCK);
	return p + n;
}

/* The same for what is mostly longer than one block, but not than two. */
static inline char *
fptext_blocks(char *p, const char *s, size_t n)
{
	memcpy(p, s, 2 * FPTEXT_BLOCK);
	for (size_t i = 2 * FPTEXT_BLOCK; i < n; i += FPTEXT_BLOCK)
		memcpy(p + i, s + i, FPTEXT_BLOCK);
	return p + n;
}

#define FPTEXT_LIT(p, lit) fptext_mem((p), (lit), sizeof(lit) - 1)

/* As decimal. */
char *fptext_num(char *p, uint64_t v);
/* The lowest `digits` decimal digits, with leading zeros. */
char *fptext_pad(char *p, uint64_t v, unsigned digits);
/* As "%.2f" would have it; 0.01 to 65536. */
char *fptext_fixed2(char *p, double v);
/* 16 hexadecimal digits. */
char *fptext_hex(char *p, uint64_t v);
/* Below 256. */
static inline char *
fptext_byte(char *p, const struct fptext_table *tab, uint8_t v)
{
	memcpy(p, tab->octet[v], 4);
	return p + tab->octet_n[v] - 1;
}

static inline char *
fptext_v4(char *p, const struct fptext_table *tab, const uint8_t b[4])
{
	for (size_t i = 0; i < 4; i++) {
		memcpy(p, tab->octet[b[i]], 4);
		p += tab->octet_n[b[i]];
	}
	return p - 1;
}

/* Clients' ports have five digits nearly always. */
static inline char *
fptext_port(char *p, uint16_t v)
{
	if (v < 10000)
		return fptext_num(p, v);
	*p = (char)('0' + v / 10000);
	memcpy(p + 1, &fptext_pairs[2 * (v / 100 % 100)], 2);
	memcpy(p + 3, &fptext_pairs[2 * (v % 100)], 2);
	return p + 5;
}

/* Those that are not of IPv4, for the next two. */
char *fptext_addr_other(char *p, const struct addr *a);
char *fptext_addr_long_other(char *p, const struct addr *a);

/* As addr_print() does. */
static inline char *
fptext_addr(char *p, const struct fptext_table *tab, const struct addr *a)
{
	return a->family == 4 ? fptext_v4(p, tab, a->b) :
				fptext_addr_other(p, a);
}

/* As p0f does: an IPv6 address with all its zeros. */
static inline char *
fptext_addr_long(char *p, const struct fptext_table *tab, const struct addr *a)
{
	return a->family == 4 ? fptext_v4(p, tab, a->b) :
				fptext_addr_long_other(p, a);
}

#endif
