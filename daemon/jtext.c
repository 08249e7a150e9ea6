/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/jtext.h"

#define TEXT_MAX 4096

/* How many bytes the UTF-8 character at `p` has; 0: it is none. */
static size_t
utf8_len(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	uint32_t v;

	if (len == 1)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4 || len > n)
		return 0;
	v = p[0] & (0xffU >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (p[i] & 0x3fU);
	}
	/* overlong, surrogate, beyond the last plane */
	if ((len == 3 && v < 0x800) || (len == 4 && v < 0x10000) ||
	    (v >= 0xd800 && v <= 0xdfff) || v > 0x10ffff)
		return 0;
	return len;
}

json_t *
jtext(const char *s)
{
	static const char bad[] = "\xef\xbf\xbd"; /* U+FFFD */
	char out[TEXT_MAX * 3];
	size_t n = strnlen(s, TEXT_MAX - 1), at = 0;

	for (size_t i = 0; i < n;) {
		size_t len = utf8_len((const unsigned char *)s + i, n - i);

		if (len == 0) {
			memcpy(out + at, bad, 3);
			at += 3;
			i++;
			continue;
		}
		memcpy(out + at, s + i, len);
		at += len;
		i += len;
	}
	return json_stringn(out, at);
}

json_t *
jtext_addr(const struct addr *a)
{
	char buf[ADDR_STRLEN];

	return json_string(addr_print(a, buf));
}

json_t *
jtext_net(const struct net *n)
{
	char buf[ADDR_STRLEN];

	if (n->a.family == 4 && n->bits == 32)
		return jtext_addr(&n->a);
	return json_string(net_print(n, buf));
}

json_t *
jtext_time(int64_t t_ms)
{
	return t_ms <= 0 ? json_null() : json_integer(t_ms / 1000);
}
