/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts of strangers become harmless and keep their width; numbers and times
 * as people write them.
 *
 * zt-link: tools/stats_words tools/stats_when
 * zt-link: @CONFIG daemon/log daemon/tally fp/addr
 * zt-libs: libconfuse
 */
#include <time.h>

#include "tests/zt.h"
#include "tools/stats_when.h"
#include "tools/stats_words.h"

#define NOW ((int64_t)1772445600 * 1000) /* 2026-03-02 10:00 UTC */

static const struct {
	const char *name, *in;
	bool utf8;
	size_t cols;
	const char *want;
} safe[] = {
	{ "plain text stays", "mail.example.org", true, 0, "mail.example.org" },
	{ "an escape sequence is shown", "\033[31mred", true, 0,
	    "\\x1b[31mred" },
	{ "a C1 control of UTF-8 is shown", "\302\233m", true, 0,
	    "\\xc2\\x9bm" },
	{ "a line end is shown", "a\r\nb", true, 0, "a\\x0d\\x0ab" },
	{ "a backslash is two", "\\x1b", true, 0, "\\\\x1b" },
	{ "letters of Latin and Cyrillic stay", "B\303\274\320\237", true, 0,
	    "B\303\274\320\237" },
	{ "... but not where only ASCII can be shown", "B\303\274", false, 0,
	    "B\\xc3\\xbc" },
	{ "what turns the direction is shown", "\342\200\256x", true, 0,
	    "\\xe2\\x80\\xaex" },
	{ "a soft hyphen is shown", "\302\255", true, 0, "\\xc2\\xad" },
	{ "a combining mark is shown", "e\314\201", true, 0, "e\\xcc\\x81" },
	{ "bytes that are no UTF-8 are shown", "\377\303", true, 0,
	    "\\xff\\xc3" },
	{ "overlong ones, too", "\300\257", true, 0, "\\xc0\\xaf" },
	{ "a text that fits exactly is whole", "abcdef", true, 6, "abcdef" },
	{ "a longer one ends in dots", "abcdefg", true, 6, "abc..." },
	{ "nothing is cut within an escape", "ab\033cdef", true, 6, "ab..." },
	{ "a letter of two bytes is one column", "\303\274\303\274\303\274abc",
	    true, 6, "\303\274\303\274\303\274abc" },
	{ "of too few columns nothing is left", "abc", true, 2, "" },
};

static void
test_safe(void)
{
	char buf[WORDS_MAX], *longest = malloc(5001);

	for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
		ZT_CASE(safe[i].name,
		    strcmp(words_safe(safe[i].in, safe[i].utf8, safe[i].cols,
			       buf),
			safe[i].want) == 0);
	memset(longest, '\377', 5000);
	longest[5000] = '\0';
	(void)words_safe(longest, true, 0, buf);
	ZT_CASE("the longest text fits",
	    strlen(buf) < WORDS_MAX &&
		strcmp(buf + strlen(buf) - 3, "...") == 0);
	free(longest);
}

static void
test_random(void)
{
	unsigned bad = 0;

	printf("# seed %llu\n", (unsigned long long)zt_seed);
	for (unsigned i = 0; i < 20000; i++) {
		char in[64], buf[WORDS_MAX];
		size_t n = zt_random() % sizeof(in), cols = zt_random() % 40;

		for (size_t k = 0; k < n; k++)
			in[k] = (char)(1 + zt_random() % 255);
		in[n == 0 ? 0 : n - 1] = '\0';
		(void)words_safe(in, zt_random() % 2 == 0, cols, buf);
		if (cols > 0 && words_cols(buf) > cols)
			bad++;
		for (const char *p = buf; *p != '\0'; p++)
			bad += (unsigned char)*p < 0x20 || *p == 0x7f;
	}
	ZT_CASE("no text is wider than its column or has a control", bad == 0);
}

static void
test_numbers(void)
{
	char b[WORD_SHORT];

	ZT_CASE("thousands are apart",
	    strcmp(words_num(1234567, b), "1,234,567") == 0);
	ZT_CASE("... the biggest, too",
	    strcmp(words_num(UINT64_MAX, b), "18,446,744,073,709,551,615") ==
		0);
	ZT_CASE("three figures are not", strcmp(words_num(999, b), "999") == 0);
	ZT_CASE("a small share has a decimal",
	    strcmp(words_share(1, 300, b), "0.3 %") == 0);
	ZT_CASE("a big one has none",
	    strcmp(words_share(299, 300, b), "100 %") == 0);
	ZT_CASE("a share of nothing is nothing",
	    words_share(0, 0, b)[0] == '\0');
	ZT_CASE("36 hours are no day",
	    strcmp(words_span((int64_t)36 * 3600000, b), "36 hours") == 0);
	ZT_CASE("a day is one",
	    strcmp(words_span((int64_t)86400000, b), "1 day") == 0);
	ZT_CASE("never is a dash", strcmp(words_time(0, b), "-") == 0);
}

static const struct {
	const char *name, *text;
	bool ok;
	int64_t want_ms;
} when[] = {
	{ "a length is so long ago", "7d", true,
	    NOW - (int64_t)7 * 86400 * 1000 },
	{ "minutes", "90min", true, NOW - (int64_t)90 * 60 * 1000 },
	{ "now", "now", true, NOW },
	{ "a date is its midnight", "2026-03-02", true,
	    NOW - (int64_t)10 * 3600 * 1000 },
	{ "with a time of day", "2026-03-02 10:00", true, NOW },
	{ "with a T and seconds", "2026-03-02T10:00:01", true, NOW + 1000 },
	{ "seconds since 1970", "@1772445600", true, NOW },
	{ "30 February is none", "2026-02-30", false, 0 },
	{ "hour 24 is none", "2026-03-02 24:00", false, 0 },
	{ "a word is none", "yesterday", false, 0 },
	{ "a number without a unit is none", "7", false, 0 },
	{ "nothing is none", "", false, 0 },
	{ "something behind it is none", "2026-03-02 10:00x", false, 0 },
	{ "too many seconds are none", "@999999999999", false, 0 },
	{ "@ alone is none", "@", false, 0 },
	{ "before 1970 is none", "30000d", false, 0 },
};

static void
test_when(void)
{
	for (size_t i = 0; i < sizeof(when) / sizeof(when[0]); i++) {
		int64_t got_ms = -1;
		bool ok = stats_when(when[i].text, NOW, &got_ms);

		ZT_CASE(when[i].name,
		    ok == when[i].ok && (!ok || got_ms == when[i].want_ms));
	}
}

static const struct zt_test tests[] = {
	{ "safe", test_safe },
	{ "random", test_random },
	{ "numbers", test_numbers },
	{ "when", test_when },
};

int
main(int argc, char **argv)
{
	(void)setenv("TZ", "UTC0", 1);
	tzset();
	return zt_main(argc, argv, "stats_words", tests,
	    sizeof(tests) / sizeof(tests[0]));
}
