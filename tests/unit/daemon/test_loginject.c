/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log injection: a client writes into its HELO, its addresses, its login
 * name, its DNS or its commands what looks like a log line about another.
 * 203.0.113.5 is the client of every line here, 192.0.2.66 its victim.
 *
 * zt-link: fp/addr @LOGLINE
 */
#include "daemon/logline.h"
#include "tests/zt.h"

#include <time.h>

#define NOW_MS (1795319304 * 1000LL)
#define HEAD   "Nov 22 03:48:24 mx postfix/"

static const struct logline_conf conf = { { 0, 0 }, NULL };

/* What a client may write; it is put where a tmpl has its @. */
static const char *const texts[] = {
	// clang-format off
	"] from x[192.0.2.66]",
	"x[192.0.2.66]",
	"[192.0.2.66]:25",
	"[192.0.2.66]: 550 5.1.1 <x>",
	("x[192.0.2.66]: 550 5.1.1 <a>: Recipient address rejected: "
	    "User unknown; from=<a> to=<b> proto=SMTP helo=<c>"),
	"lost connection after RCPT from unknown[192.0.2.66]",
	"x>: Relay access denied; from=<a> to=<b> proto=SMTP helo=<c",
	"> proto=SMTP helo=<192.0.2.66",
	"; from=<x[192.0.2.66]> to=<",
	"\nNov 22 03:48:24 mx postfix/smtpd[1]: connect from x[192.0.2.66]",
	"\\nNov 22 03:48:24 mx postfix/smtpd[1]: connect from x[192.0.2.66]",
	"#012Nov 22 03:48:24 mx postfix/smtpd[1]: connect from x[192.0.2.66]",
	"\r\n\t\v\f[192.0.2.66]",
	"\xff\xfe\x80[192.0.2.66]\xc3\x28",
	"\"x>, relay=evil[192.0.2.66]:25, status=sent (x)",
	"a>, relay=evil[192.0.2.66]:25, delay=1, status=sent (250 <b",
	"a>, orig_to=<b>, relay=evil[192.0.2.66]:25, status=sent (250 <b",
	"::ffff:192.0.2.66",
	"client=x[192.0.2.66], sasl_method=PLAIN, sasl_username=alice",
	"warning: x[192.0.2.66]: SASL LOGIN authentication failed:",
	"x from y[192.0.2.66]; from=<a@example.com> to=<b> proto=SMTP helo=<c",
	"x from y[192.0.2.66]",
	"from=<>, size=1, nrcpt=1 (queue active)",
	"",
	"[", "]", "<", ">", "\"", "\\", "\"\\", ">: ", "; ", ", ", "%s%n",
	// clang-format on
};

/* The kind that the line has whatever the text is; LOG_KINDS = any. */
static const struct {
	const char *line;
	enum log_kind kind;
	bool has_client; /* the true client stands before the text */
} templates[] = {
	// clang-format off
	{ HEAD "smtpd[1]: NOQUEUE: reject: RCPT from unknown[203.0.113.5]: 550 "
	    "5.1.1 <n@example.org>: Recipient address rejected: User unknown "
	    "in table; from=<a@example.com> to=<n@example.org> proto=SMTP "
	    "helo=<@@>", LOG_UNKNOWN_RCPT, true },
	{ HEAD "smtpd[1]: NOQUEUE: reject: RCPT from unknown[203.0.113.5]: 550 "
	    "5.1.1 <n@example.org>: Recipient address rejected: User unknown "
	    "in table; from=<@@> to=<n@example.org> proto=SMTP helo=<x>",
	    LOG_UNKNOWN_RCPT, true },
	{ HEAD "smtpd[1]: NOQUEUE: reject: RCPT from unknown[203.0.113.5]: 550 "
	    "5.1.1 <@@>: Recipient address rejected: User unknown in table; "
	    "from=<a@example.com> to=<@@> proto=SMTP helo=<x>", LOG_KINDS,
	    true },
	{ HEAD "smtpd[1]: NOQUEUE: reject: EHLO from unknown[203.0.113.5]: 504 "
	    "5.5.2 <@@>: Helo command rejected: need fully-qualified "
	    "hostname; proto=SMTP helo=<@@>", LOG_KINDS, true },
	{ HEAD "smtpd[1]: AB12C3: milter-reject: END-OF-MESSAGE from "
	    "x.example.net[203.0.113.5]: 5.7.1 @@; from=<a@example.com> "
	    "to=<n@example.org> proto=SMTP helo=<x>", LOG_KINDS, true },
	{ HEAD "smtpd[1]: warning: unknown[203.0.113.5]: SASL LOGIN "
	    "authentication failed: (reason unavailable), sasl_username=@@",
	    LOG_AUTH_FAIL, true },
	{ HEAD "smtpd[1]: warning: unknown[203.0.113.5]: SASL @@ "
	    "authentication failed: x", LOG_KINDS, true },
	{ HEAD "smtpd[1]: AB12C3: client=unknown[203.0.113.5], sasl_method="
	    "PLAIN, sasl_username=@@", LOG_AUTH_OK, true },
	{ HEAD "smtpd[1]: warning: non-SMTP command from unknown[203.0.113.5]:"
	    " @@", LOG_NON_SMTP, true },
	{ HEAD "smtpd[1]: warning: Illegal address syntax from "
	    "unknown[203.0.113.5] in RCPT command: <@@>", LOG_OTHER_REJECT,
	    true },
	{ HEAD "smtpd[1]: improper command pipelining after EHLO from "
	    "unknown[203.0.113.5]: @@", LOG_PIPELINING, true },
	{ HEAD "smtpd[1]: reject: ETRN @@... from unknown[203.0.113.5]",
	    LOG_NONE, false },
	{ HEAD "cleanup[1]: AB12C3: reject: header Subject: @@ from "
	    "unknown[203.0.113.5]; from=<a@example.com> to=<n@example.org> "
	    "proto=SMTP helo=<x>: 5.7.1 no", LOG_CONTENT_REJECT, false },
	{ HEAD "cleanup[1]: AB12C3: warning: header Subject: @@ from "
	    "unknown[203.0.113.5]; from=<a@example.com>", LOG_INFO, false },
	{ HEAD "cleanup[1]: AB12C3: reject: body @@ from local; from=<@@> "
	    "to=<@@>: x", LOG_CONTENT_REJECT, false },
	{ HEAD "cleanup[1]: AB12C3: message-id=@@", LOG_INFO, false },
	{ HEAD "smtp[1]: AB12C3: host mx.example.com[203.0.113.5] said: 550 @@ "
	    "(in reply to RCPT TO command)", LOG_NONE, false },
	{ HEAD "smtp[1]: AB12C3: to=<a@example.org>, relay=127.0.0.1[127.0.0.1]"
	    ":10024, delay=1, status=sent (250 2.7.0 Ok, discarded, id=1 - @@)",
	    LOG_KINDS, false },
	{ HEAD "qmgr[1]: AB12C3: from=<@@>, size=1, nrcpt=1 (queue active)",
	    LOG_KINDS, false },
	{ HEAD "smtp[1]: AB12C3: to=<\"@@\"@example.org>, relay="
	    "mx.example.com[203.0.113.5]:25, delay=1, status=bounced (550 x)",
	    LOG_KINDS, true },
	{ HEAD "smtp[1]: AB12C3: to=<@@>, relay=mx.example.com[203.0.113.5]:25,"
	    " delay=1, status=bounced (550 x)", LOG_KINDS, false },
	{ HEAD "smtp[1]: AB12C3: to=<a@example.org>, relay=mx.example.com"
	    "[203.0.113.5]:25, delay=1, status=bounced (550 @@)", LOG_KINDS,
	    true },
	{ HEAD "local[1]: AB12C3: to=<\"@@\"@example.org>, orig_to=<@@>, relay="
	    "local, delay=1, status=bounced (unknown user: \"@@\")", LOG_KINDS,
	    false },
	{ HEAD "lmtp[1]: AB12C3: to=<@@>, relay=mx.example.com[203.0.113.5]:24,"
	    " delay=1, status=sent (250 @@)", LOG_KINDS, false },
	{ HEAD "postscreen[1]: PREGREET 9 after 0.1 from [203.0.113.5]:99: @@",
	    LOG_EARLY_TALK, true },
	{ HEAD "postscreen[1]: COMMAND PIPELINING from [203.0.113.5]:99 after "
	    "EHLO: @@", LOG_PIPELINING, true },
	{ HEAD "postscreen[1]: BARE NEWLINE from [203.0.113.5]:99 after @@",
	    LOG_PIPELINING, true },
	{ HEAD "postscreen[1]: NOQUEUE: reject: RCPT from [203.0.113.5]:99: 550"
	    " 5.5.1 Protocol error; from=<@@>, to=<@@>, proto=SMTP, helo=<@@>",
	    LOG_OTHER_REJECT, true },
	/* The client's own DNS: the name before the bracket. */
	{ HEAD "smtpd[1]: connect from @@[203.0.113.5]", LOG_KINDS, false },
	{ HEAD "smtpd[1]: connect from x@@[203.0.113.5]", LOG_KINDS, false },
	{ HEAD "smtpd[1]: disconnect from x@@[203.0.113.5] ehlo=1", LOG_KINDS,
	    false },
	{ HEAD "smtpd[1]: lost connection after RCPT from x@@[203.0.113.5]",
	    LOG_KINDS, false },
	{ HEAD "smtpd[1]: warning: hostname @@ does not resolve to address "
	    "203.0.113.5: Name or service not known", LOG_KINDS, false },
	{ HEAD "dnsblog[1]: addr 203.0.113.5 listed by domain @@ as 127.0.0.2",
	    LOG_INFO, true },
	// clang-format on
};

/* Writes the tmpl with each @@ replaced. */
static struct str
fill(char *out, size_t size, const char *tmpl, const char *text)
{
	size_t n = 0;

	while (*tmpl != '\0') {
		const char *add = tmpl;
		size_t len = 1;

		if (tmpl[0] == '@' && tmpl[1] == '@') {
			add = text;
			len = strlen(text);
			tmpl++;
		}
		tmpl++;
		if (n + len >= size)
			abort();
		memcpy(out + n, add, len);
		n += len;
	}
	return (struct str){ out, n };
}

static bool
is_addr(const struct addr *a, const char *want)
{
	struct addr w;

	return addr_parse((struct str){ want, strlen(want) }, &w) &&
	    addr_eq(a, &w);
}

static void
check(struct str line, enum log_kind kind, bool has_client)
{
	struct log_event ev;
	char name[256];
	bool ok;

	logline_parse(&conf, line, NOW_MS, &ev);
	ok = ev.client.family == 0 || is_addr(&ev.client, "203.0.113.5");
	if (kind != LOG_KINDS)
		ok = ok && ev.kind == kind;
	/* A line that is understood at all is about the true client. */
	if (has_client && (kind != LOG_KINDS || ev.kind != LOG_NONE))
		ok = ok && ev.client.family == 4;
	snprintf(name, sizeof(name), "%.*s", (int)line.n, line.p);
	ZT_CASE(name, ok);
}

static void
test_inject_table(void)
{
	char line[2048];

	for (size_t t = 0; t < sizeof(templates) / sizeof(templates[0]); t++)
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			check(fill(line, sizeof(line), templates[t].line,
				  texts[i]),
			    templates[t].kind, templates[t].has_client);
}

/* What a quoted recipient says about itself is not what was decided. */
static void
test_inject_kind(void)
{
	static const char line[] = HEAD
	    "smtpd[1]: NOQUEUE: reject: RCPT from unknown[203.0.113.5]: 550 "
	    "5.1.1 <x>: Relay access denied; from=<@example.org>: Recipient "
	    "address rejected: User unknown in virtual mailbox table; "
	    "from=<a@example.com> to=<\"x>: Relay access denied; from=<\""
	    "@example.org> proto=SMTP helo=<pc>";
	struct log_event ev;

	logline_parse(&conf, STR(line), NOW_MS, &ev);
	ZT_CASE("the kind is the one after the recipient",
	    ev.kind == LOG_UNKNOWN_RCPT);
	ZT_CASE("sender, recipient and HELO are those of the end",
	    str_eq(ev.sender, STR("a@example.com")) &&
		str_eq(ev.helo, STR("pc")) &&
		str_eq(ev.rcpt,
		    STR("\"x>: Relay access denied; from=<\"@example.org")) &&
		str_eq(ev.reason,
		    STR("Recipient address rejected: User unknown in virtual "
			"mailbox table")));
}

/* Lines of a megabyte, cut anywhere, with NUL bytes, of noise. */
static void
test_inject_giant(void)
{
	static char line[1 << 20];
	static const char head[] = HEAD
	    "smtpd[1]: NOQUEUE: reject: RCPT from unknown[203.0.113.5]: 550 "
	    "5.1.1 <";
	struct log_event ev;
	unsigned wrong = 0;

	memset(line, 'A', sizeof(line));
	memcpy(line, head, sizeof(head) - 1);
	memcpy(line + 8000, "x[192.0.2.66]: ", 15);
	logline_parse(&conf, (struct str){ line, sizeof(line) }, NOW_MS, &ev);
	ZT_CASE("a line of 1 MB is read to LOG_LINE_MAX",
	    is_addr(&ev.client, "203.0.113.5") &&
		ev.reason.p + ev.reason.n <= line + LOG_LINE_MAX);
	for (size_t n = 0; n < 200; n++) {
		logline_parse(&conf, (struct str){ line, n }, NOW_MS, &ev);
		wrong += ev.kind != LOG_NONE &&
		    !is_addr(&ev.client, "203.0.113.5");
	}
	ZT_CASE("cut anywhere it is nothing or about its client", wrong == 0);
	memset(line + sizeof(head) - 1, 0, 4096);
	logline_parse(&conf, (struct str){ line, 4096 }, NOW_MS, &ev);
	ZT_CASE("NUL bytes are bytes", ev.client.family == 4);
}

/* Bad for every naive scanner: the same start again and again. */
static void
test_inject_linear(void)
{
	static const char *const again[] = { ";", "; from=<", "; from=<\"", "<",
		">: ", "\"", "\\", "[", "(", " ", ":", ", ", "a=1/1 " };
	static char line[LOG_LINE_MAX];
	static const char head[] = HEAD
	    "smtpd[1]: NOQUEUE: reject: RCPT from unknown[203.0.113.5]: 450 "
	    "4.1.1 <";
	struct log_event ev;

	for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++) {
		size_t len = strlen(again[i]);
		clock_t start;

		memcpy(line, head, sizeof(head) - 1);
		for (size_t n = sizeof(head) - 1; n < sizeof(line); n++)
			line[n] = again[i][n % len];
		start = clock();
		for (int k = 0; k < 1000; k++)
			logline_parse(&conf, (struct str){ line, sizeof(line) },
			    NOW_MS, &ev);
		/* 4 MB in all: milliseconds, minutes where it is not linear */
		ZT_CASE(again[i],
		    ev.client.family == 4 &&
			clock() - start < 2 * CLOCKS_PER_SEC);
	}
}

static const struct zt_test tests[] = {
	{ "table", test_inject_table },
	{ "kind", test_inject_kind },
	{ "giant", test_inject_giant },
	{ "linear", test_inject_linear },
};
ZT_MAIN("loginject", tests)
