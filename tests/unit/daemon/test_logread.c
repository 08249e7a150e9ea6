/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of logline_read: what it remembers of lines before must not show.
 *
 * zt-link: fp/addr @LOGLINE
 */
#include "tests/zt.h"

#include "daemon/logline.h"

#define NOW_MS (1795319304 * 1000LL)

static const char *const submission[] = { "submission", "smtps", NULL };
static const struct logline_conf conf = { { 3600, 0 }, submission };

static struct str
str_of(const char *s)
{
	return (struct str){ s, strlen(s) };
}

/* Is the event of that line the same, whatever the reader has seen? */
static bool
same(struct logline_reader *r, struct str line, int64_t now_ms)
{
	struct log_event ev, want;

	logline_parse(&conf, line, now_ms, &want);
	logline_read(r, line, now_ms, &ev);
	if (memcmp(&ev, &want, sizeof(ev)) == 0)
		return true;
	printf("got %d of %.*s, want %d of %.*s: %.*s\n", ev.kind,
	    (int)ev.service.n, ev.service.p, want.kind, (int)want.service.n,
	    want.service.p, (int)line.n, line.p);
	return false;
}

static const struct {
	const char *name, *before, *line;
	enum log_kind want;
} cases[] = {
	{ "a tag is found again",
	    "Nov 22 03:48:24 mx postfix/smtpd[1]: connect from a[192.0.2.1]",
	    "Nov 22 03:48:25 mx postfix/smtpd[2]: connect from b[192.0.2.2]",
	    LOG_CONNECT },
	{ "a damaged line does not spoil the tag for the next",
	    "Nov 22 03:48:24 mx postfix/smtpd[1",
	    "Nov 22 03:48:25 mx postfix/smtpd[2]: connect from b[192.0.2.2]",
	    LOG_CONNECT },
	{ "a damaged line is none although its tag is known",
	    "Nov 22 03:48:24 mx postfix/smtpd[1]: connect from a[192.0.2.1]",
	    "Nov 22 03:48:25 mx postfix/smtpd[2] connect from b[192.0.2.2]",
	    LOG_NONE },
	{ "a tag without a host is not taken for a host",
	    "Nov 22 03:48:24 postfix/smtpd[1]: connect from a[192.0.2.1]",
	    "Nov 22 03:48:25 postfix/smtpd[1] postfix/smtpd[1]: connect from "
	    "a[192.0.2.1]",
	    LOG_CONNECT },
	{ "a host like a tag is not taken for a tag",
	    "Nov 22 03:48:25 postfix/smtpd[1] postfix/smtpd[1]: connect from "
	    "a[192.0.2.1]",
	    "Nov 22 03:48:24 postfix/smtpd[1]: connect from a[192.0.2.1]",
	    LOG_CONNECT },
	{ "BSD's priority, and a tag without a host",
	    "Nov 22 03:48:25 <mail.info> postfix/smtpd[1]: connect from "
	    "a[192.0.2.1]",
	    "Nov 22 03:48:25 <mail.info> postfix/smtpd[1] foo/qmgr[1]: "
	    "0123ABC: removed",
	    LOG_INFO },
	{ "another service of the same host",
	    "Nov 22 03:48:24 mx postfix/smtpd[1]: connect from a[192.0.2.1]",
	    "Nov 22 03:48:24 mx postfix/qmgr[1]: 0123ABC: removed", LOG_INFO },
	{ "a service that nobody knows stays unknown",
	    "Nov 22 03:48:24 mx postfix/anvil[1]: statistics",
	    "Nov 22 03:48:24 mx postfix/anvil[2]: connect from a[192.0.2.1]",
	    LOG_NONE },
	{ "submission is of the tag, not of the line before",
	    "Nov 22 03:48:24 mx postfix/submission/smtpd[1]: connect from "
	    "a[192.0.2.1]",
	    "Nov 22 03:48:24 mx postfix/smtpd[1]: connect from a[192.0.2.1]",
	    LOG_CONNECT },
	{ "a file of Exim's own has no tag",
	    "2026-11-22T03:48:24 mx postfix/smtpd[1]: connect from "
	    "a[192.0.2.1]",
	    "2026-11-22 03:48:24 mx postfix/smtpd[1]: connect from "
	    "a[192.0.2.1]",
	    LOG_NONE },
	{ "the first minute of the next hour",
	    "Nov 22 03:59:59 mx postfix/smtpd[1]: connect from a[192.0.2.1]",
	    "Nov 22 04:00:00 mx postfix/smtpd[1]: connect from a[192.0.2.1]",
	    LOG_CONNECT },
	{ "the zone may change from line to line",
	    "2026-11-22T03:48:24+01:00 mx postfix/smtpd[1]: connect from "
	    "a[192.0.2.1]",
	    "2026-11-22T03:48:24.5Z mx postfix/smtpd[1]: connect from "
	    "a[192.0.2.1]",
	    LOG_CONNECT },
};

static void
test_logread_pairs(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct logline_reader *r = logline_reader_new(&conf);
		struct log_event ev;
		bool ok = same(r, str_of(cases[i].before), NOW_MS) &&
		    same(r, str_of(cases[i].line), NOW_MS) &&
		    logline_read(r, str_of(cases[i].line), NOW_MS, &ev) ==
			cases[i].want;

		ZT_CASE(cases[i].name, ok);
		logline_reader_free(r);
	}
}

static const char *
one_of(const char *const *v, size_t n)
{
	return v[zt_random() % n];
}

/* Stamps, heads and messages in any order, some of them damaged. */
static size_t
random_line(char line[256])
{
	static const char *const stamp[] = { "Nov 22 03:48:24",
		"Nov 22 03:48:25.250", "Nov 21 23:59:60",
		"2026-11-22T03:48:24.123456+01:00", "2026-11-22T03:48:25Z",
		"2026-11-22 03:48:24", "2026-11-22T03:49:00.1-0330",
		"@400000006a61afe322222230", "" };
	static const char *const head[] = { " mx postfix/smtpd[4]: ",
		" mx postfix/submission/smtpd[4]: ", " mx2 postfix/smtpd[4]: ",
		" postfix/smtpd[4]: ", " mx smtpd[44]: ", " mx exim[123]: ",
		" <mail.info> mx postfix/qmgr[5]: ",
		" mx mail.info sm-mta[7]: ", " mx postfix/postscreen[1207]: ",
		" mx qmail: ",
		" [NOTICE] [D98FBADB-1F5B-47DB-AFBF-4E91BBC2DE89] [core] ",
		" mx postfix/anvil[12]: ", " ", "",
		" mx a-program-with-a-long-name-before/its/last/smtpd[4]: " };
	static const char *const msg[] = { "connect from a.example[192.0.2.1]",
		"CONNECT from [192.0.2.1]:25 to [192.0.2.2]:25",
		"0123ABC: removed", "connect ip=192.0.2.1 port=4",
		"1ab2 smtp connected address=192.0.2.1 host=a",
		"H=(pc) [192.0.2.1]:4 F=<a@b> rejected RCPT <c@d>: x" };
	size_t n = (size_t)snprintf(line, 256, "%s%s%s", one_of(stamp, 9),
	    one_of(head, 15), one_of(msg, 6));

	for (unsigned k = zt_random() % 4; k > 1 && n > 0; k--)
		line[zt_random() % n] = " :[]/<0aT.+\0"[zt_random() % 12];
	return n > 0 && zt_random() % 8 == 0 ? zt_random() % n : n;
}

static void
test_logread_random(void)
{
	struct logline_reader *r = logline_reader_new(&conf);
	unsigned wrong = 0, events = 0;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 400000 && wrong < 5; i++) {
		char line[256];
		struct str s = { line, random_line(line) };
		struct log_event ev;

		wrong += !same(r, s, NOW_MS + i % 7 * 40000000000);
		events += logline_read(r, s, NOW_MS, &ev) != LOG_NONE;
	}
	logline_reader_free(r);
	ZT_CASE("a line is the same event after whatever lines", wrong == 0);
	ZT_CASE("many of them are events", events > 5000);
}

static void
test_logread_set(void)
{
	static const char line[] =
	    "Nov 22 03:48:24 mx postfix/submission/smtpd[1]: connect from "
	    "a[192.0.2.1]";
	const struct logline_conf other = { { -7200, 2020 }, NULL };
	struct logline_reader *r = logline_reader_new(&conf);
	struct log_event ev, want;

	logline_read(r, str_of(line), NOW_MS, &ev);
	logline_reader_set(r, &other);
	logline_read(r, str_of(line), NOW_MS, &ev);
	logline_parse(&other, str_of(line), NOW_MS, &want);
	ZT_CASE("another configuration holds from the next line on",
	    memcmp(&ev, &want, sizeof(ev)) == 0 && !ev.submission);
	logline_reader_free(r);
}

static const struct zt_test tests[] = {
	{ "pairs", test_logread_pairs },
	{ "random", test_logread_random },
	{ "set", test_logread_set },
};
ZT_MAIN("logread", tests)
