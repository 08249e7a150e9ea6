/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * addr - before stage 1: IP addresses, networks and client keys
 *
 * Values, passed by copy or borrowed pointer; no memory, no I/O, no failure
 * beyond "that is not an address".  Used by every stage.  An IPv4 address is
 * the first four bytes of `b`, the rest zero, so that whole structs compare;
 * an IPv4-mapped IPv6 address (::ffff:a.b.c.d) is always folded to IPv4.
 */
#ifndef ZFW_FP_ADDR_H
#define ZFW_FP_ADDR_H

#include "fp/bytes.h"

#define ADDR_STRLEN 48 /* of the longest address or network, with NUL */

struct addr {
	uint8_t family; /* 4, 6, or 0: none */
	uint8_t b[16];  /* network order */
};

struct net {
	struct addr a; /* host bits are zero */
	uint8_t bits;  /* prefix length: 0..32 or 0..128 */
};

struct addr addr_v4(uint32_t host_order);
static inline struct addr
addr_v4_bytes(const uint8_t b[4])
{
	struct addr a = { .family = 4 };

	memcpy(a.b, b, 4);
	return a;
}
/* In place: a copy that is read back at once costs more than the address. */
static inline void
addr_set_v4(struct addr *a, uint32_t host_order)
{
	a->family = 4;
	a->b[0] = (uint8_t)(host_order >> 24);
	a->b[1] = (uint8_t)(host_order >> 16);
	a->b[2] = (uint8_t)(host_order >> 8);
	a->b[3] = (uint8_t)host_order;
	memset(a->b + 4, 0, sizeof(a->b) - 4);
}
struct addr addr_v6_bytes(const uint8_t b[16]); /* folds v4-mapped */

/*
 * Reads a whole slice as an address.  Takes dotted quads without leading
 * zeros and RFC 4291 text; an "IPv6:" prefix is allowed (mail literals), a
 * zone id is not.  False, `out` untouched, when it is anything else.
 */
bool addr_parse(struct str s, struct addr *out);

/*
 * A dotted quad at the front of `s`, as long as it goes: how many bytes it is,
 * 0 (the number untouched) when there is none.
 */
size_t addr_scan_v4(struct str s, uint32_t *host_order);

/* ADDRESS or ADDRESS/BITS.  Host bits that are set are an error (false). */
bool net_parse(struct str s, struct net *out);

/* Both write at most ADDR_STRLEN bytes and return `buf`. */
const char *addr_print(const struct addr *a, char buf[ADDR_STRLEN]);
const char *net_print(const struct net *n, char buf[ADDR_STRLEN]);

static inline bool
addr_eq(const struct addr *a, const struct addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}
int addr_cmp(const struct addr *a, const struct addr *b);

/* The address with all but its first `bits` bits cleared. */
struct addr addr_mask(const struct addr *a, unsigned bits);

/* Whom we remember and block: an IPv4 address, an IPv6 /64 (address masked). */
struct addr addr_key_v6(const struct addr *a);
static inline struct addr
addr_key(const struct addr *a)
{
	return a->family == 4 ? *a : addr_key_v6(a);
}
/* The key as a network: /32 or /64. */
struct net addr_key_net(const struct addr *a);
/* "Unrelated networks" are counted by this: IPv4 /24, IPv6 /48. */
struct addr addr_site(const struct addr *a);

struct net net_of(const struct addr *a, unsigned bits);
bool net_has_rest(const struct net *n, const struct addr *a);
/* The first byte tells nearly always: lists of nets are walked. */
static inline bool
net_has(const struct net *n, const struct addr *a)
{
	return a->family == n->a.family && a->family != 0 &&
	    (n->bits < 8 || a->b[0] == n->a.b[0]) && net_has_rest(n, a);
}
/* Does `outer` contain all of `inner`? */
bool net_covers(const struct net *outer, const struct net *inner);

#endif
