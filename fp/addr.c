/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/addr.h"

#include <arpa/inet.h>
#include <endian.h>
#include <stdio.h>

#define V4_BITS     32
#define V6_BITS     128
#define V4_STRLEN   16 /* of the longest dotted quad, with NUL */
#define MAPPED_BITS 96 /* of ::ffff:0:0/96, where IPv4 is mapped */

static const uint8_t mapped[MAPPED_BITS / 8] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0xff, 0xff };

static unsigned
family_bits(uint8_t family)
{
	switch (family) {
	case 4:
		return V4_BITS;
	case 6:
		return V6_BITS;
	default:
		return 0;
	}
}

struct addr
addr_v4(uint32_t host_order)
{
	const uint8_t b[4] = { (uint8_t)(host_order >> 24),
		(uint8_t)(host_order >> 16), (uint8_t)(host_order >> 8),
		(uint8_t)host_order };

	return addr_v4_bytes(b);
}

struct addr
addr_v6_bytes(const uint8_t b[16])
{
	struct addr a = { .family = 6 };

	if (memcmp(b, mapped, sizeof(mapped)) == 0)
		return addr_v4_bytes(&b[sizeof(mapped)]);
	memcpy(a.b, b, 16);
	return a;
}

/* Eight bytes as a number, the first one lowest. */
static inline uint64_t
load_8(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

/* Which of eight bytes are no digits: bit i for byte i. */
static inline unsigned
no_digits(uint64_t v)
{
	uint64_t x = v ^ UINT64_C(0x3030303030303030);

	x |= (x & UINT64_C(0x7f7f7f7f7f7f7f7f)) + UINT64_C(0x7676767676767676);
	x &= UINT64_C(0x8080808080808080);
	return (unsigned)(x * UINT64_C(0x0002040810204081) >> 56);
}

/* The `n` digits, one to three, that end before p[end]; above 255: no octet. */
static inline uint32_t
octet(const char *p, unsigned end, unsigned n)
{
	static const uint8_t least[4] = { 0, 0, 10, 100 };
	uint32_t ones = (uint32_t)(p[end - 1] - '0');
	uint32_t tens = n > 1 ? (uint32_t)(p[end - 2] - '0') : 0;
	uint32_t hundreds = n > 2 ? (uint32_t)(p[end - 3] - '0') : 0;
	uint32_t v = ones + tens * 10 + hundreds * 100;

	return v < least[n] ? UINT32_MAX : v; /* a leading zero */
}

/*
 * A dotted quad at the front of `n` bytes, 8 or more: how long it is, 0 =
 * there is none.  It is what inet_pton() takes.  Without a branch for each
 * byte: an address is in nearly every line of a log, and none is like
 * another.
 */
static inline size_t __attribute__((always_inline))
scan_quad(const char *p, size_t n, uint32_t *v)
{
	uint64_t hi = n >= 16 ? load_8(p + 8) :
	    n > 8             ? load_8(p + n - 8) >> 8 * (16 - n) :
				0;
	/* Where the octets end; a NUL is no digit. */
	unsigned stops = no_digits(load_8(p)) | no_digits(hi) << 8 | 1U << 16;
	unsigned e0, e1, e2, e3;
	uint32_t v0, v1, v2, v3;

	e0 = (unsigned)__builtin_ctz(stops);
	stops &= stops - 1;
	e1 = (unsigned)__builtin_ctz(stops | 1U << 17);
	stops &= stops - 1;
	e2 = (unsigned)__builtin_ctz(stops | 1U << 18);
	stops &= stops - 1;
	e3 = (unsigned)__builtin_ctz(stops | 1U << 19);
	/* One to three digits each; so all of them are within 16 bytes. */
	if (e0 - 1 > 2 || e1 - e0 - 2 > 2 || e2 - e1 - 2 > 2 ||
	    e3 - e2 - 2 > 2 || p[e0] != '.' || p[e1] != '.' || p[e2] != '.')
		return 0;
	v0 = octet(p, e0, e0);
	v1 = octet(p, e1, e1 - e0 - 1);
	v2 = octet(p, e2, e2 - e1 - 1);
	v3 = octet(p, e3, e3 - e2 - 1);
	if ((v0 | v1 | v2 | v3) > UINT8_MAX)
		return 0;
	*v = v0 << 24 | v1 << 16 | v2 << 8 | v3;
	return e3;
}

static size_t __attribute__((noinline))
scan_short(struct str s, uint32_t *host_order)
{
	char text[8] = "";

	if (s.n > 0)
		memcpy(text, s.p, s.n);
	return scan_quad(text, sizeof(text), host_order);
}

size_t
addr_scan_v4(struct str s, uint32_t *host_order)
{
	return s.n < 8 ? scan_short(s, host_order) :
			 scan_quad(s.p, s.n, host_order);
}

/* Parses; *folded tells a v4-mapped IPv6 address from plain IPv4. */
static bool
parse_text(struct str s, struct addr *out, bool *folded)
{
	static const char prefix[] = "IPv6:";
	char text[ADDR_STRLEN];
	uint32_t v4;
	uint8_t b[16];
	bool literal;

	*folded = false;
	if (s.n < V4_STRLEN && s.n > 0 && addr_scan_v4(s, &v4) == s.n) {
		addr_set_v4(out, v4);
		return true;
	}
	literal = s.n >= sizeof(prefix) - 1 &&
	    strncasecmp(s.p, prefix, sizeof(prefix) - 1) == 0;
	if (literal) {
		s.p += sizeof(prefix) - 1;
		s.n -= sizeof(prefix) - 1;
	}
	if (s.n == 0 || s.n >= sizeof(text) || memchr(s.p, 0, s.n) != NULL)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET6, text, b) != 1)
		return false;
	*out = addr_v6_bytes(b);
	*folded = out->family == 4;
	return true;
}

bool
addr_parse(struct str s, struct addr *out)
{
	bool folded;

	return parse_text(s, out, &folded);
}

/* One to three digits, no leading zero. */
static bool
parse_bits(struct str s, unsigned *out)
{
	unsigned v = 0;

	if (s.n == 0 || s.n > 3 || (s.n > 1 && s.p[0] == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (unsigned)(s.p[i] - '0');
	}
	*out = v;
	return true;
}

bool
net_parse(struct str s, struct net *out)
{
	const char *slash = s.n == 0 ? NULL : memchr(s.p, '/', s.n);
	struct str left = s;
	struct addr a;
	unsigned bits;
	bool folded;

	if (slash != NULL)
		left.n = (size_t)(slash - s.p);
	if (!parse_text(left, &a, &folded))
		return false;
	bits = family_bits(a.family);
	if (slash != NULL) {
		struct str right = { slash + 1, s.n - left.n - 1 };
		unsigned max = folded ? V6_BITS : bits;

		if (!parse_bits(right, &bits) || bits > max)
			return false;
		if (folded && bits < MAPPED_BITS)
			return false;
		if (folded)
			bits -= MAPPED_BITS;
	}
	struct net n = net_of(&a, bits);

	if (!addr_eq(&n.a, &a))
		return false;
	*out = n;
	return true;
}

const char *
addr_print(const struct addr *a, char buf[ADDR_STRLEN])
{
	int af = a->family == 4 ? AF_INET : AF_INET6;

	if (a->family == 0 || inet_ntop(af, a->b, buf, ADDR_STRLEN) == NULL)
		memcpy(buf, "none", sizeof("none"));
	return buf;
}

const char *
net_print(const struct net *n, char buf[ADDR_STRLEN])
{
	size_t len;

	addr_print(&n->a, buf);
	len = strlen(buf);
	if (n->bits != family_bits(n->a.family))
		snprintf(&buf[len], ADDR_STRLEN - len, "/%u",
		    (unsigned)n->bits);
	return buf;
}

int
addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->b, b->b, sizeof(a->b));
}

struct addr
addr_mask(const struct addr *a, unsigned bits)
{
	struct addr m = { .family = a->family };
	unsigned max = family_bits(a->family), whole;

	if (bits > max)
		bits = max;
	whole = bits / 8;
	memcpy(m.b, a->b, whole);
	if (bits % 8 != 0)
		m.b[whole] = (uint8_t)(a->b[whole] & 0xff00U >> bits % 8);
	return m;
}

struct addr
addr_key_v6(const struct addr *a)
{
	return addr_mask(a, 64);
}

struct net
addr_key_net(const struct addr *a)
{
	return net_of(a, a->family == 6 ? 64 : V4_BITS);
}

struct addr
addr_site(const struct addr *a)
{
	return addr_mask(a, a->family == 6 ? 48 : 24);
}

struct net
net_of(const struct addr *a, unsigned bits)
{
	unsigned max = family_bits(a->family);
	uint8_t n = (uint8_t)(bits > max ? max : bits);

	return (struct net){ addr_mask(a, n), n };
}

bool
net_has_rest(const struct net *n, const struct addr *a)
{
	unsigned bits = n->bits, i = 0;

	if (bits > family_bits(a->family))
		return false;
	for (; bits >= 8; bits -= 8, i++)
		if (a->b[i] != n->a.b[i])
			return false;
	return bits == 0 || ((a->b[i] ^ n->a.b[i]) & 0xff00U >> bits) == 0;
}

bool
net_covers(const struct net *outer, const struct net *inner)
{
	return outer->bits <= inner->bits && net_has(outer, &inner->a);
}
