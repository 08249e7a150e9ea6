/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr @LOGLINE
 * zt-link: daemon/logjson
 * zt-libs: libjansson
 */
#include "daemon/logjson.h"
#include "tests/zt.h"

#include <jansson.h>

static const struct {
	const char *name, *line, *want;
} lines[] = {
	// clang-format off
	{ "an event without a port",
	    "2026-11-22T03:48:24Z mx postfix/smtpd[1]: connect from "
	    "x[198.51.100.10]",
	    "{\"line\":7,\"t\":1795319304,\"mta\":\"postfix\",\"event\":"
	    "\"connect\",\"client\":\"198.51.100.10\",\"port\":null}" },
	{ "a fraction has three figures",
	    "2026-11-22T03:48:24.05Z mx postfix/postscreen[1]: DISCONNECT "
	    "[2001:db8::1]:99",
	    "{\"line\":7,\"t\":1795319304.050,\"mta\":\"postfix\",\"event\":"
	    "\"disconnect\",\"client\":\"2001:db8::1\",\"port\":99}" },
	{ "no client is null",
	    "2026-11-22T03:48:24Z mx postfix/smtpd[1]: connect from "
	    "unknown[unknown]",
	    "{\"line\":7,\"t\":1795319304,\"mta\":\"postfix\",\"event\":"
	    "\"connect\",\"client\":null,\"port\":null}" },
	{ "all texts, and a null sender",
	    "2026-11-22T03:48:24Z mx postfix/smtpd[1]: NOQUEUE: reject: RCPT "
	    "from x[198.51.100.10]:9: 554 5.7.1 <a@e.c>: Relay access denied; "
	    "from=<> to=<a@e.c> proto=SMTP helo=<\\\"\t>",
	    "{\"line\":7,\"t\":1795319304,\"mta\":\"postfix\",\"event\":"
	    "\"relay_denied\",\"client\":\"198.51.100.10\",\"port\":9,"
	    "\"helo\":\"\\\\\\\"\\u0009\",\"sender\":\"\",\"rcpt\":\"a@e.c\","
	    "\"reason\":\"Relay access denied\"}" },
	// clang-format on
};

static const struct logline_conf conf;

static void
test_logjson_lines(void)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char out[LOGJSON_MAX];
		struct log_event ev;
		size_t n;

		logline_parse(&conf,
		    (struct str){ lines[i].line, strlen(lines[i].line) }, 0,
		    &ev);
		n = logjson_print(&ev, 7, out, sizeof(out));
		if (strcmp(out, lines[i].want) != 0)
			printf("got  %s\nwant %s\n", out, lines[i].want);
		ZT_CASE(lines[i].name,
		    n == strlen(out) && strcmp(out, lines[i].want) == 0);
	}
}

static const struct {
	const char *name;
	struct str text;
	const char *want; /* between the quotes */
} texts[] = {
	// clang-format off
	{ "plain", STR("abc"), "abc" },
	{ "quote and backslash", STR("\"\\"), "\\\"\\\\" },
	{ "controls", STR("\x01\x1f\x7f\r\n"),
	    "\\u0001\\u001f\\u007f\\u000d\\u000a" },
	{ "NUL", STR("a\0b"), "a\\u0000b" },
	{ "UTF-8 of two, three and four bytes",
	    STR("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
	    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
	{ "a byte that starts nothing", STR("a\xff" "b\x80"),
	    "a\\ufffdb\\ufffd" },
	{ "a character cut at the end", STR("\xe2\x82"),
	    "\\ufffd\\ufffd" },
	{ "a character cut by another", STR("\xc3" "a"), "\\ufffda" },
	{ "overlong", STR("\xc0\xaf\xe0\x80\x80"),
	    "\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd" },
	{ "a surrogate", STR("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd" },
	{ "beyond Unicode", STR("\xf4\x90\x80\x80"),
	    "\\ufffd\\ufffd\\ufffd\\ufffd" },
	{ "format characters", STR("%s%n%%"), "%s%n%%" },
	// clang-format on
};

/* The JSON of an event whose HELO is `text`. */
static size_t
print_helo(struct str text, char *out, size_t n)
{
	struct log_event ev = { .kind = LOG_CONNECT,
		.mta = STR("postfix"),
		.helo = text,
		.whole_second = true };

	return logjson_print(&ev, 1, out, n);
}

static void
test_logjson_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char out[LOGJSON_MAX], want[256];
		size_t n = print_helo(texts[i].text, out, sizeof(out));
		size_t len;

		snprintf(want, sizeof(want), "\"helo\":\"%s\"}", texts[i].want);
		len = strlen(want);
		ZT_CASE(texts[i].name,
		    n > len && strcmp(out + n - len, want) == 0);
	}
}

/* Any bytes of any length are valid JSON and never too long. */
static void
test_logjson_noise(void)
{
	unsigned wrong = 0;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 2000; i++) {
		char text[2000], out[LOGJSON_MAX];
		struct str s = { text, zt_random() % sizeof(text) };
		struct log_event ev = { .kind = LOG_INFO,
			.mta = STR("postfix"),
			.t_ms = (int64_t)zt_random(),
			.helo = s,
			.sender = s,
			.rcpt = s,
			.reason = s };
		json_t *j;
		size_t n;

		for (size_t k = 0; k < s.n; k++)
			text[k] = i % 2 != 0 ?
			    (char)zt_random() :
			    "\xe2\x82\xac\"\\\xff"[zt_random() % 6];
		n = logjson_print(&ev, (unsigned long)i, out, sizeof(out));
		j = json_loadb(out, n, JSON_ALLOW_NUL, NULL);
		wrong += n == 0 || n >= sizeof(out) || j == NULL;
		json_decref(j);
	}
	ZT_CASE("any four texts are JSON and fit in LOGJSON_MAX", wrong == 0);
}

static void
test_logjson_sizes(void)
{
	char out[LOGJSON_MAX], giant[4096];
	unsigned wrong = 0;
	size_t full = print_helo(STR("abc"), out, sizeof(out));

	for (size_t n = 0; n <= full + 1; n++) {
		char *small = malloc(n + 1);

		memset(small, '#', n + 1);
		wrong += print_helo(STR("abc"), small, n) !=
		    (n > full ? full : 0);
		wrong += small[n] != '#' || (n > 0 && n <= full && *small != 0);
		free(small);
	}
	ZT_CASE("what does not fit is not begun", wrong == 0);
	memset(giant, 'x', sizeof(giant));
	full = print_helo((struct str){ giant, sizeof(giant) }, out,
	    sizeof(out));
	ZT_CASE("a long text is cut and says so",
	    full < 700 && strcmp(out + full - 8, "\\u2026\"}") == 0);
}

static const struct zt_test tests[] = {
	{ "lines", test_logjson_lines },
	{ "texts", test_logjson_texts },
	{ "noise", test_logjson_noise },
	{ "sizes", test_logjson_sizes },
};
ZT_MAIN("logjson", tests)
