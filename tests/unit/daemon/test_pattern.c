/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The site's own patterns: what is refused and where, what is taken, and that
 * no pattern can hold up the log.
 *
 * zt-link: daemon/pattern daemon/pattern_new daemon/logkind daemon/logtime
 * zt-link: daemon/logscan fp/addr
 * zt-libs: libpcre2-8
 */
#include <time.h>

#include "daemon/pattern.h"
#include "tests/zt.h"

#define NOW_MS (1795319304 * 1000LL) /* 2026-11-22 03:48:24 */
/* A sanitizer makes all several times slower. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LIMIT_US 50000
#else
#define LIMIT_US 5000
#endif
#define HEAD "Nov 22 03:48:24 mx "

static const struct logline_conf conf = { { 0, 0 }, NULL };

static const struct {
	const char *pattern;
	const char *want; /* how the error starts; NULL = it is fine */
} texts[] = {
	// clang-format off
	{ "lost ^x (?<client>\\S+)", NULL },
	{ "content_reject ^(?<qid>[0-9A-F]+): bad", NULL },
	{ "lost  \t^x (?<client>\\S+)", NULL },
	{ "lost x (?<client>\\S+)", "number 1, at byte 5: does not begin" },
	{ "lost ", "number 1, at byte 5: does not begin" },
	{ "none ^(?<client>\\S+)", "number 1, at byte 0: \"none\" is no" },
	{ "trap_rcpt ^(?<client>\\S+)", "number 1, at byte 0: \"trap_rcpt\"" },
	{ "spam ^(?<client>\\S+)", "number 1, at byte 0: \"spam\" is no" },
	{ "lost ^x \\S+", "number 1, at byte 5: no group" },
	{ "lost ^x (?<Client>\\S+)", "number 1, at byte 5: a group cannot" },
	{ "lost ^x (?<client>\\S+) (?<what>x)", "number 1, at byte 5: a group" },
	{ "lost ^(?J)(?<client>a)(?<client>b)", "number 1, at byte 5: a group" },
	{ "lost ^x (?<client>\\S+", "number 1, at byte 21: missing closing" },
	{ "lost ^(?<client>\\C+)", "number 1, at byte 18: using \\C" },
	{ "lost (*UTF)^(?<client>x)", "number 1, at byte 5: does not" },
	// clang-format on
};

static void
test_pattern_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *list[] = { texts[i].pattern, NULL };
		char err[PATTERN_ERRLEN];
		struct patterns *p = patterns_new(list, err);
		bool ok = texts[i].want == NULL ? p != NULL :
						  p == NULL &&
			strncmp(err, texts[i].want, strlen(texts[i].want)) == 0;

		if (!ok)
			printf("got %s\n", p == NULL ? err : "no error");
		ZT_CASE(texts[i].pattern, ok);
		patterns_free(p);
	}
}

static void
test_pattern_number(void)
{
	const char *many[PATTERN_MAX + 2] = { NULL };
	const char *list[] = { "lost ^(?<client>a)", "lost ^(?<client>a",
		NULL };
	char err[PATTERN_ERRLEN];
	struct patterns *p;

	ZT_CASE("an error names the second pattern",
	    patterns_new(list, err) == NULL &&
		strncmp(err, "number 2, ", 10) == 0);
	for (size_t i = 0; i < PATTERN_MAX; i++)
		many[i] = list[0];
	p = patterns_new(many, err);
	ZT_CASE("as many as are allowed", p != NULL);
	patterns_free(p);
	many[PATTERN_MAX] = list[0];
	ZT_CASE("one more is refused", patterns_new(many, err) == NULL);
}

static const char *const list[] = {
	// clang-format off
	"other_reject ^guard\\[\\d+\\]: refused (?<client>\\S+)"
	    "(?: port (?<port>\\d+))?(?: helo=<(?<helo>[^>]*)>)?"
	    "(?: from=<(?<sender>[^>]*)>)?(?: to=<(?<rcpt>[^>]*)>)?",
	"content_reject ^guard\\[\\d+\\]: (?<qid>[0-9A-F]+) is (?<reason>.*)$",
	"lost ^a|guard\\[\\d+\\]: gone (?<client>\\S+)",
	"auth_ok ^(?<name>\\S+) login (?<client>\\S+)$",
	NULL,
	// clang-format on
};

static const struct {
	const char *line;
	enum log_kind kind;
	const char *client, *qid, *helo, *rcpt, *reason;
	unsigned port;
	bool null_sender;
} lines[] = {
	// clang-format off
	{ HEAD "guard[7]: refused 192.0.2.7 port 4711 helo=<pc> from=<> "
	    "to=<a@example.org>", LOG_OTHER_REJECT, "192.0.2.7", "", "pc",
	    "a@example.org", "", 4711, true },
	{ HEAD "guard[7]: refused 2001:db8::7", LOG_OTHER_REJECT, "2001:db8::7",
	    "", "", "", "", 0, true },
	{ HEAD "guard[7]: refused ::ffff:192.0.2.7", LOG_OTHER_REJECT,
	    "192.0.2.7", "", "", "", "", 0, true },
	{ "2026-11-22T03:48:24.123456+00:00 mx guard[7]: refused 192.0.2.7",
	    LOG_OTHER_REJECT, "192.0.2.7", "", "", "", "", 0, true },
	{ "Nov 22 03:48:24 <mail.info> mx guard[7]: refused 192.0.2.7",
	    LOG_OTHER_REJECT, "192.0.2.7", "", "", "", "", 0, true },
	{ "Nov 22 03:48:24 guard[7]: refused 192.0.2.7", LOG_OTHER_REJECT,
	    "192.0.2.7", "", "", "", "", 0, true },
	{ "2026-11-22 03:48:24 guard[7]: refused 192.0.2.7", LOG_OTHER_REJECT,
	    "192.0.2.7", "", "", "", "", 0, true },
	{ HEAD "guard[7]: ABC123 is bad", LOG_CONTENT_REJECT, "", "ABC123", "",
	    "", "bad", 0, false },
	{ HEAD "alice login 192.0.2.7", LOG_AUTH_OK, "192.0.2.7", "", "", "",
	    "", 0, false },
	{ HEAD "guard[7]: refused 192.0.2.700", LOG_NONE, "", "", "", "", "", 0,
	    false },
	{ HEAD "guard[7]: refused unknown", LOG_NONE, "", "", "", "", "", 0,
	    false },
	{ HEAD "guard[7]: refused 192.0.2.7 port 65536", LOG_NONE, "", "", "",
	    "", "", 0, false },
	/* ^ holds for all branches, even where it is not written. */
	{ HEAD "x guard[7]: gone 192.0.2.7", LOG_NONE, "", "", "", "", "", 0,
	    false },
	{ HEAD "x guard[7]: refused 192.0.2.7", LOG_NONE, "", "", "", "", "", 0,
	    false },
	{ "guard[7]: refused 192.0.2.7", LOG_NONE, "", "", "", "", "", 0,
	    false },
	{ HEAD, LOG_NONE, "", "", "", "", "", 0, false },
	// clang-format on
};

static bool
is_text(struct str s, const char *want)
{
	return str_eq(s, (struct str){ want, strlen(want) });
}

static bool
is_client(const struct addr *a, const char *want)
{
	char text[ADDR_STRLEN] = "";

	if (a->family != 0)
		addr_print(a, text);
	return strcmp(text, want) == 0;
}

static void
test_pattern_lines(void)
{
	char err[PATTERN_ERRLEN];
	struct patterns *p = patterns_new(list, err);
	struct pattern_counts n;
	uint64_t matched = 0;

	ZT_CASE("the patterns of the test are fine", p != NULL);
	for (size_t i = 0; p != NULL && i < sizeof(lines) / sizeof(lines[0]);
	     i++) {
		struct log_event ev = { .submission = i % 2 == 0 };
		enum log_kind kind = patterns_match(p, &conf,
		    (struct str){ lines[i].line, strlen(lines[i].line) },
		    NOW_MS, &ev);
		bool ok = kind == lines[i].kind &&
		    is_client(&ev.client, lines[i].client) &&
		    is_text(ev.qid, lines[i].qid) &&
		    is_text(ev.helo, lines[i].helo) &&
		    is_text(ev.rcpt, lines[i].rcpt) &&
		    is_text(ev.reason, lines[i].reason) &&
		    ev.port == lines[i].port &&
		    (kind == LOG_NONE ||
			(ev.null_sender == lines[i].null_sender &&
			    ev.kind == kind &&
			    ev.t_ms / 1000 == NOW_MS / 1000 &&
			    ev.submission == (i % 2 == 0)));

		matched += kind != LOG_NONE;
		ZT_CASE(lines[i].line, ok);
	}
	if (p != NULL)
		patterns_counts(p, &n);
	ZT_CASE("what fits is counted",
	    p != NULL && n.matched == matched && n.limited == 0);
	patterns_free(p);
}

static int64_t
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Expressions that backtrack for ever on a long line of the same letter. */
static const char *const explosive[] = {
	"lost ^(?<client>a+)+$",
	"lost ^(?<client>a|aa)+$",
	"lost ^(?<client>a*)*$",
	"lost ^(?<client>.*)(.*)(.*)(.*)(.*)(.*)a$",
	"lost ^(?:(?:(?<client>a+))+)+$",
	"lost ^(?<client>a+)*\\1$",
	"lost ^(?<client>(a)|(?1)(?1))+$",
	"lost ^(?=(?<client>a+)+$)",
	"lost ^(?<client>(?:a?){500}a{500})$",
};

static void
test_pattern_explosive(void)
{
	static char line[LOG_LINE_MAX];
	static const char head[] = "Nov 22 03:48:24 mx ";

	memset(line, 'a', sizeof(line));
	memcpy(line, head, sizeof(head) - 1);
	line[sizeof(line) - 1] = '!';
	for (size_t i = 0; i < sizeof(explosive) / sizeof(explosive[0]); i++) {
		const char *one[] = { explosive[i], list[0], NULL };
		char err[PATTERN_ERRLEN];
		struct patterns *p = patterns_new(one, err);
		int64_t best_us = INT64_MAX;
		struct pattern_counts n = { 0 };

		for (int k = 0; k < 5 && p != NULL; k++) {
			struct log_event ev = { 0 };
			int64_t t = cpu_us();

			(void)patterns_match(p, &conf,
			    (struct str){ line, sizeof(line) }, NOW_MS, &ev);
			t = cpu_us() - t;
			if (t < best_us)
				best_us = t;
		}
		if (p != NULL)
			patterns_counts(p, &n);
		printf("%s: %lld us\n", explosive[i], (long long)best_us);
		ZT_CASE(explosive[i],
		    p != NULL && n.limited == 5 && best_us < LIMIT_US);
		patterns_free(p);
	}
}

static const struct zt_test tests[] = {
	{ "texts", test_pattern_texts },
	{ "number", test_pattern_number },
	{ "lines", test_pattern_lines },
	{ "explosive", test_pattern_explosive },
};
ZT_MAIN("pattern", tests)
