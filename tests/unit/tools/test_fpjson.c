/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of tools/fpjson: a stranger's text cannot leave its string.
 *
 * zt-link: tools/fpjson tools/fptext fp/addr
 */
#include "tests/zt.h"

#include "tools/fpjson.h"

static const struct {
	const char *name, *text, *json, *field;
} cases[] = {
	{ "plain text stays", "mx.example", "\"mx.example\"", "mx.example" },
	{ "nothing is an empty string", "", "\"\"", "" },
	{ "quotes and backslashes are escaped", "a\"b\\c", "\"a\\\"b\\\\c\"",
	    "a\"b\\x5cc" },
	{ "control bytes have numbers", "a\nb\x01\x7f",
	    "\"a\\u000ab\\u0001\\u007f\"", "a\\x0ab\\x01\\x7f" },
	{ "a bar does not end a field", "a|b", "\"a|b\"", "a\\x7cb" },
	{ "UTF-8 of two bytes stays", "\xc3\xa9", "\"\xc3\xa9\"",
	    "\\xc3\\xa9" },
	{ "UTF-8 of three bytes stays", "\xe2\x82\xac", "\"\xe2\x82\xac\"",
	    "\\xe2\\x82\\xac" },
	{ "UTF-8 of four bytes stays", "\xf0\x9f\x98\x80",
	    "\"\xf0\x9f\x98\x80\"", "\\xf0\\x9f\\x98\\x80" },
	{ "a stray byte has a number", "a\xff", "\"a\\u00ff\"", "a\\xff" },
	{ "a sequence cut short is bytes", "\xe2\x82", "\"\\u00e2\\u0082\"",
	    "\\xe2\\x82" },
	{ "two bytes where one would do are bytes", "\xc0\xaf",
	    "\"\\u00c0\\u00af\"", "\\xc0\\xaf" },
	{ "three bytes where two would do are bytes", "\xe0\x80\xaf",
	    "\"\\u00e0\\u0080\\u00af\"", "\\xe0\\x80\\xaf" },
	{ "a surrogate is bytes", "\xed\xa0\x80", "\"\\u00ed\\u00a0\\u0080\"",
	    "\\xed\\xa0\\x80" },
	{ "beyond Unicode is bytes", "\xf4\x90\x80\x80",
	    "\"\\u00f4\\u0090\\u0080\\u0080\"", "\\xf4\\x90\\x80\\x80" },
	{ "a sequence that another byte breaks is bytes", "\xe2\x28\xa1",
	    "\"\\u00e2(\\u00a1\"", "\\xe2(\\xa1" },
};

static bool
is(const char *want, const char *from, const char *end)
{
	return (size_t)(end - from) == strlen(want) &&
	    memcmp(want, from, strlen(want)) == 0;
}

static void
test_text(void)
{
	char p[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *s = cases[i].text;

		ZT_CASE(cases[i].name,
		    is(cases[i].json, p, fpjson_text(p, s, strlen(s))) &&
			is(cases[i].field, p, fpjson_field(p, s, strlen(s))));
	}
	ZT_CASE("a NUL is escaped as any other byte",
	    is("\"a\\u0000b\"", p, fpjson_text(p, "a\0b", 3)));
	ZT_CASE("no string is null", is("null", p, fpjson_string(p, NULL)));
}

/* Whatever comes in: within the room, and nothing that ends the string. */
static void
test_any_bytes(void)
{
	char in[40], p[FPJSON_GROWTH * sizeof(in) + 2];
	bool fine = true;

	for (int i = 0; i < 100000 && fine; i++) {
		size_t n = zt_random() % (sizeof(in) + 1);
		char *end;

		for (size_t k = 0; k < n; k++)
			in[k] = (char)zt_random();
		end = fpjson_text(p, in, n);
		fine = end <= p + FPJSON_GROWTH * n + 2 && end[-1] == '"';
		for (const char *s = p + 1; fine && s < end - 1; s++) {
			if (*s == '\\')
				s++;
			else
				fine = *s != '"' && (uint8_t)*s >= 0x20;
		}
		end = fpjson_field(p, in, n);
		for (const char *s = p; fine && s < end; s++)
			fine = *s >= 0x20 && *s < 0x7f && *s != '|';
	}
	ZT_CASE("random bytes stay within their string", fine);
}

static void
test_times(void)
{
	char p[FPTEXT_NUM];

	ZT_CASE("microseconds are thousandths",
	    is("1.005", p, fpjson_ms(p, 1005)));
	ZT_CASE("nothing is zero", is("0.000", p, fpjson_ms(p, 0)));
	ZT_CASE("time can go back", is("-2.500", p, fpjson_ms(p, -2500)));
}

static const struct zt_test tests[] = {
	{ "text", test_text },
	{ "any bytes", test_any_bytes },
	{ "times", test_times },
};

ZT_MAIN("fpjson", tests)
