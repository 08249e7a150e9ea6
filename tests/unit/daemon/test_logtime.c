/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/logtime
 */
#include "daemon/logtime.h"
#include "tests/zt.h"

#include <time.h>

#define HOUR 3600

/* date -u -d '2026-11-22 03:48:24' +%s, and so on */
#define NOV_22 1795319304
#define NOW_MS ((NOV_22 + 60) * 1000LL)

static const struct {
	const char *name;
	const char *line;
	struct logtime_conf conf;
	int64_t now_ms, want_ms;
	size_t want_n;
	bool whole;
} cases[] = {
	// clang-format off
	{ "classic stamp of a moment ago", "Nov 22 03:48:24 mx x",
	    { 0, 0 }, NOW_MS, NOV_22 * 1000LL, 15, true },
	{ "a day with one figure is padded with a blank",
	    "Nov  2 03:48:24 mx x",
	    { 0, 0 }, NOW_MS, (NOV_22 - 20 * 86400) * 1000LL, 15, true },
	{ "or with a zero", "Nov 02 03:48:24 mx x",
	    { 0, 0 }, NOW_MS, (NOV_22 - 20 * 86400) * 1000LL, 15, true },
	{ "classic stamps are local time", "Nov 22 04:48:24 mx x",
	    { HOUR, 0 }, NOW_MS, NOV_22 * 1000LL, 15, true },
	{ "west of Greenwich too", "Nov 21 22:48:24 mx x",
	    { -5 * HOUR, 0 }, NOW_MS, NOV_22 * 1000LL, 15, true },
	{ "December read in January is of last year",
	    "Dec 31 23:59:59 mx x",
	    { 0, 0 }, 1798761600000 /* 2027-01-01 */, 1798761599000, 15, true },
	{ "one day ahead of us is still today's year",
	    "Jan  1 00:00:00 mx x",
	    { 0, 0 }, 1798761599000, 1798761600000, 15, true },
	{ "more than a day ahead is last year",
	    "Nov 24 00:00:00 mx x",
	    { 0, 0 }, NOW_MS, 1763942400000 /* 2025-11-24 */, 15, true },
	{ "29 February is in the latest leap year",
	    "Feb 29 12:00:00 mx x",
	    { 0, 0 }, NOW_MS, 1709208000000 /* 2024 */, 15, true },
	{ "and not in a given year that has none", "Feb 29 12:00:00 mx x",
	    { 0, 2026 }, NOW_MS, 0, 0, true },
	{ "a given year wins over now", "Nov 22 03:48:24 mx x",
	    { 0, 2024 }, NOW_MS, 1732247304000, 15, true },
	{ "1 March of a leap year", "Mar  1 00:00:00 x",
	    { 0, 2024 }, NOW_MS, 1709251200000, 15, true },
	{ "a leap second", "Dec 31 23:59:60 x",
	    { 0, 2026 }, NOW_MS, 1798761600000, 15, true },
	{ "classic with a fraction", "Nov 22 03:48:24.250 mx x",
	    { 0, 0 }, NOW_MS, NOV_22 * 1000LL + 250, 19, false },
	{ "nothing after the stamp", "Nov 22 03:48:24",
	    { 0, 0 }, NOW_MS, NOV_22 * 1000LL, 15, true },
	{ "RFC 3339 with microseconds and a zone",
	    "2026-11-22T04:48:24.123456+01:00 mx x",
	    { 0, 0 }, 0, NOV_22 * 1000LL + 123, 32, false },
	{ "RFC 3339 in Zulu time", "2026-11-22T03:48:24Z mx x",
	    { 5 * HOUR, 0 }, 0, NOV_22 * 1000LL, 20, true },
	{ "a western zone with minutes", "2026-11-22T00:18:24-03:30 mx",
	    { 0, 0 }, 0, NOV_22 * 1000LL, 25, true },
	{ "a zone without a colon", "2026-11-22T04:48:24+0100 mx",
	    { 0, 0 }, 0, NOV_22 * 1000LL, 24, true },
	{ "no zone: the one given", "2026-11-22 04:48:24 mx",
	    { HOUR, 0 }, 0, NOV_22 * 1000LL, 19, true },
	{ "a fraction of one figure", "2026-11-22T03:48:24.5Z mx",
	    { 0, 0 }, 0, NOV_22 * 1000LL + 500, 22, false },
	{ "the year given is not for full dates", "2026-11-22T03:48:24Z mx",
	    { 0, 2020 }, 0, NOV_22 * 1000LL, 20, true },
	{ "the beginning of time", "1970-01-01T00:00:00Z x",
	    { 0, 0 }, 0, 0, 20, true },
	{ "the end of it", "9999-12-31T23:59:59Z x",
	    { 0, 0 }, 0, 253402300799000, 20, true },
	{ "TAI64N: 2^62 + 10 s, and nanoseconds",
	    "@400000006a0000002222222e x",
	    { 5 * HOUR, 2020 }, 0, 0x6a000000LL * 1000 - 10000 + 572, 25,
	    false },
	{ "the label in tai64n's own manual, by a clock of no leap seconds",
	    "@4000000037c219bf2ef02e94 mark", { 0, 0 }, 0, 935467445787, 25,
	    false },
	{ "the last nanosecond is still of its millisecond",
	    "@400000000000000a3b9ac9ff x", { 0, 0 }, 0, 999, 25, false },
	{ "the first millisecond begins with its nanosecond",
	    "@400000000000000a000f4240 x", { 0, 0 }, 0, 1, 25, false },
	{ "and not one before", "@400000000000000a000f423f x",
	    { 0, 0 }, 0, 0, 25, false },
	{ "small and large figures", "@400000006A00000A00000000 x",
	    { 0, 0 }, 0, 0x6a000000LL * 1000, 25, false },
	{ "TAI64 has whole seconds", "@400000006a00000a x",
	    { 0, 0 }, 0, 0x6a000000LL * 1000, 17, true },
	{ "a label before 1970", "@4000000000000009000000ff x",
	    { 0, 0 }, 0, 0, 0, true },
	{ "a label after the last year", "@40000100000000000000ffff x",
	    { 0, 0 }, 0, 0, 0, true },
	{ "a second has no more nanoseconds", "@400000006a00000a3b9aca00 x",
	    { 0, 0 }, 0, 0, 0, true },
	{ "a label cut short", "@400000006a00000", { 0, 0 }, 0, 0, 0, true },
	{ "nanoseconds cut short", "@400000006a00000a3b9aca",
	    { 0, 0 }, 0, 0, 0, true },
	{ "a figure too many", "@400000006a00000a3b9ac9ff0 x",
	    { 0, 0 }, 0, 0, 0, true },
	{ "no figures", "@", { 0, 0 }, 0, 0, 0, true },
	{ "no month of that name", "Nox 22 03:48:24 mx x",
	    { 0, 0 }, NOW_MS, 0, 0, true },
	{ "31 November", "Nov 31 03:48:24 mx x",
	    { 0, 0 }, NOW_MS, 0, 0, true },
	{ "day 0", "Nov  0 03:48:24 mx x", { 0, 0 }, NOW_MS, 0, 0, true },
	{ "letters for a day", "Nov ab 03:48:24 mx x",
	    { 0, 0 }, NOW_MS, 0, 0, true },
	{ "hour 24", "Nov 22 24:00:00 mx x", { 0, 0 }, NOW_MS, 0, 0, true },
	{ "minute 60", "Nov 22 23:60:00 mx x", { 0, 0 }, NOW_MS, 0, 0, true },
	{ "no colons", "Nov 22 23.59.00 mx x", { 0, 0 }, NOW_MS, 0, 0, true },
	{ "too short", "Nov 22 03:48:2", { 0, 0 }, NOW_MS, 0, 0, true },
	{ "empty", "", { 0, 0 }, NOW_MS, 0, 0, true },
	{ "29 February 2026 in full", "2026-02-29T00:00:00Z x",
	    { 0, 0 }, 0, 0, 0, true },
	{ "1900 was no leap year but is before time anyway",
	    "1900-02-28T00:00:00Z x", { 0, 0 }, 0, 0, 0, true },
	{ "a zone of half its length", "2026-11-22T03:48:24+01: mx",
	    { 0, 0 }, 0, 0, 0, true },
	{ "a zone of letters", "2026-11-22T03:48:24+aa:bb mx",
	    { 0, 0 }, 0, 0, 0, true },
	{ "a clock before 1970", "Nov 22 03:48:24 mx x",
	    { 0, 0 }, INT64_MIN, 0, 0, true },
	// clang-format on
};

static void
test_logtime_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t t_ms = 0;
		bool whole = true;
		struct str line = { cases[i].line, strlen(cases[i].line) };
		size_t n = logtime_parse(&cases[i].conf, line, cases[i].now_ms,
		    &t_ms, &whole);
		bool ok = n == cases[i].want_n &&
		    (n == 0 ||
			(t_ms == cases[i].want_ms && whole == cases[i].whole));

		if (!ok)
			printf("got %zu bytes, %lld\n", n, (long long)t_ms);
		ZT_CASE(cases[i].name, ok);
	}
}

/* Every day from 1970 to 2100 against the C library. */
static void
test_logtime_days(void)
{
	struct logtime_conf conf = { 0, 0 };
	unsigned wrong = 0, guessed_wrong = 0;

	for (time_t t = 43200; t < 4102444800; t += 86400) {
		int64_t want = (int64_t)t * 1000, got = 0;
		struct tm tm;
		char text[32];
		bool whole;

		gmtime_r(&t, &tm);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
		if (logtime_parse(&conf, (struct str){ text, 20 }, 0, &got,
			&whole) != 20 ||
		    got != want)
			wrong++;
		strftime(text, sizeof(text), "%b %e %H:%M:%S", &tm);
		/* Read up to half a year later, in steps that hit all days. */
		if (logtime_parse(&conf, (struct str){ text, 15 },
			want + (t / 86400 % 180) * 86400000LL, &got,
			&whole) != 15 ||
		    got != want)
			guessed_wrong++;
	}
	ZT_CASE("every day in full is what the C library says", wrong == 0);
	ZT_CASE("every day without its year is too", guessed_wrong == 0);
}

/* Any bytes: no crash, and never more taken than there is. */
static void
test_logtime_noise(void)
{
	static const char alphabet[] = "0123456789:-+TZ. NovFebDc";
	struct logtime_conf conf = { 0, 0 };
	unsigned wrong = 0;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 100000; i++) {
		char text[40] = "2026-11-22T03:48:24.123456+01:00 mx";
		size_t n = zt_random() % 36, got;
		int64_t t;
		bool whole;

		if (i % 2 != 0)
			memcpy(text, "Nov 22 03:48:24.123 mx postfix/smtp", 35);
		for (int k = 0; k < i % 4; k++)
			text[zt_random() % 35] =
			    alphabet[zt_random() % (sizeof(alphabet) - 1)];
		got = logtime_parse(&conf, (struct str){ text, n }, NOW_MS, &t,
		    &whole);
		wrong += got > n;
	}
	ZT_CASE("a damaged stamp is never longer than the line", wrong == 0);
}

/* A line of a source that stamps in its own way, now and then damaged. */
static size_t
random_line(char text[64], int64_t now_ms)
{
	static const char *const tail[] = { " mx x", ".123456+01:00 mx x",
		".5Z [x] y", "-0330 mx xyz", ".25 mx x", "", "+0:", "Z",
		".654321-02:30 mx x", ".6543210+02:00 mx x" };
	static const int64_t back_s[] = { 0, 1, 30, 59, 61, 3600, 86400, -86340,
		-86400, 362 * 86400, 364 * 86400, 365 * 86400 };
	time_t t = (time_t)(now_ms / 1000 -
	    back_s[zt_random() % (sizeof(back_s) / sizeof(back_s[0]))]);
	struct tm tm;
	size_t n;

	gmtime_r(&t, &tm);
	if (zt_random() % 2 == 0)
		n = strftime(text, 64, "%b %e %H:%M:%S", &tm);
	else
		n = strftime(text, 64, "%Y-%m-%dT%H:%M:%S", &tm);
	if (n > 15 && zt_random() % 3 == 0)
		text[10] = ' '; /* as in a file of Exim's own */
	n += (size_t)snprintf(text + n, 64 - n, "%s", tail[zt_random() % 10]);
	if (n > 0 && zt_random() % 8 == 0)
		text[zt_random() % n] = "0:6 .+x"[zt_random() % 7];
	return n > 0 && zt_random() % 16 == 0 ? zt_random() % n : n;
}

/* What it remembers of lines before must not show. */
static void
test_logtime_memo(void)
{
	const struct logtime_conf confs[] = { { 0, 0 }, { 7200, 0 },
		{ -3600, 0 }, { 3600, 2024 } };
	unsigned wrong = 0, told = 0;

	for (size_t c = 0; c < 4; c++) {
		struct logtime_memo memo = { .conf = confs[c] };
		/* Around a 29 February, the turn of a year, and any day. */
		int64_t now_ms = 1709164800000 - (int64_t)c * 5011200000;

		for (int i = 0; i < 200000; i++) {
			char text[64];
			struct str line = { text, random_line(text, now_ms) };
			int64_t t = 0, want = 0;
			bool whole = true, want_whole = true;
			size_t n = logtime_parse(&confs[c], line, now_ms, &want,
			    &want_whole);

			wrong += logtime_next(&memo, line, now_ms, &t,
				     &whole) != n ||
			    (n > 0 && (t != want || whole != want_whole));
			told += n > 0;
			if (zt_random() % 64 == 0)
				now_ms += (int64_t)(zt_random() % 30000000);
			if (zt_random() % 512 == 0)
				now_ms += (int64_t)(zt_random() % 31536000) *
					1000 -
				    15768000000;
		}
	}
	ZT_CASE("a stamp is the same after whatever line", wrong == 0);
	ZT_CASE("most of them are stamps", told > 500000);
}

static const struct zt_test tests[] = {
	{ "memo", test_logtime_memo },
	{ "table", test_logtime_table },
	{ "days", test_logtime_days },
	{ "noise", test_logtime_noise },
};
ZT_MAIN("logtime", tests)
