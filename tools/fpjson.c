/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/fpjson.h"

static const char hex[] = "0123456789abcdef";

/*
 * The length of the UTF-8 sequence that begins here, 0 when it is none: not
 * cut short, not longer than it need be, no surrogate, not above U+10FFFF.
 */
static size_t
utf8(const uint8_t *s, size_t n)
{
	uint8_t c = s[0], low = 0x80, high = 0xbf;
	size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

	if (c < 0xc2 || c > 0xf4 || n < len)
		return 0;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return len;
}

static char *
escape(char *p, uint8_t c)
{
	p = FPTEXT_LIT(p, "\\u00");
	*p++ = hex[c >> 4];
	*p++ = hex[c & 15];
	return p;
}

char *
fpjson_text(char *p, const char *s, size_t n)
{
	const uint8_t *b = (const uint8_t *)s;

	*p++ = '"';
	for (size_t i = 0; i < n; i++) {
		size_t len;

		if (b[i] == '"' || b[i] == '\\') {
			*p++ = '\\';
			*p++ = s[i];
		} else if (b[i] >= 0x20 && b[i] < 0x7f) {
			*p++ = s[i];
		} else if (b[i] >= 0x80 && (len = utf8(&b[i], n - i)) > 0) {
			p = fptext_mem(p, &s[i], len);
			i += len - 1;
		} else {
			p = escape(p, b[i]);
		}
	}
	*p++ = '"';
	return p;
}

char *
fpjson_string(char *p, const char *s)
{
	return s == NULL ? FPTEXT_LIT(p, "null") : fpjson_text(p, s, strlen(s));
}

char *
fpjson_ms(char *p, int64_t us)
{
	if (us < 0) {
		*p++ = '-';
		us = -us;
	}
	p = fptext_num(p, (uint64_t)us / 1000);
	*p++ = '.';
	return fptext_pad(p, (uint64_t)us % 1000, 3);
}

char *
fpjson_field(char *p, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)s[i];

		if (c >= 0x20 && c < 0x7f && c != '|' && c != '\\') {
			*p++ = s[i];
			continue;
		}
		*p++ = '\\';
		*p++ = 'x';
		*p++ = hex[c >> 4];
		*p++ = hex[c & 15];
	}
	return p;
}
