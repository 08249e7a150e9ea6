/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log injection into Exim's log, where HELO names, commands and senders stand
 * before the address.  203.0.113.5 is the client of every line, 192.0.2.66
 * its victim.
 *
 * zt-link: fp/addr @LOGLINE
 */
#include "tests/unit/daemon/eximtext.h"
#include "tests/zt.h"

#include <time.h>

static bool
is_addr(const struct addr *a, const char *want)
{
	struct addr w = { 0 };

	return (want == NULL ||
		   addr_parse((struct str){ want, strlen(want) }, &w)) &&
	    addr_eq(a, &w);
}

static enum log_kind
parse(char *line, size_t size, const char *head, const char *message,
    struct log_event *ev)
{
	int n = snprintf(line, size, "%s%s", head, message);

	if (n < 0 || (size_t)n >= size)
		abort();
	return logline_parse(&conf, (struct str){ line, (size_t)n }, NOW_MS,
	    ev);
}

/* The line may be anything but about another address. */
static const char *const unclear[] = {
	"H=(x) [192.0.2.66]:25 I=[) [203.0.113.5]:99 F=<> rejected RCPT <b>: x",
	"H=(x) [192.0.2.66] F=<a> rejected RCPT <b>: Unrouteable address () "
	"[203.0.113.5]:99 F=<a> rejected RCPT <b>: Unrouteable address",
	H5 "F=<\"x) [192.0.2.66] F=<b> rejected RCPT <c>: x\"@e.com> rejected "
	   "RCPT <b@e.org>: Unrouteable address",
	"no MAIL in SMTP connection from (x) [192.0.2.66]) [203.0.113.5] D=0s",
	"unexpected disconnection while reading SMTP command from (x) "
	"[192.0.2.66] D=0s) [203.0.113.5] D=0s",
	"plain authenticator failed for (x) [192.0.2.66]: 535 () "
	"[203.0.113.5]: 535 Incorrect authentication data",
	ID "<= a@e.com H=(x) [192.0.2.66] P=esmtpa () [203.0.113.5] P=esmtp",
	SOON "MAIL\" H=[192.0.2.66] next input=\"\" " H5 "next input=\"x\"",
	SOON "MAIL\" " H5 "next input=\"x\" H=[192.0.2.66] next\"",
	"unqualified sender rejected: <x> H=[192.0.2.66]> H=[203.0.113.5]",
	ID "<= \"x H=[192.0.2.66] P=esmtpa\"@e.com H=[203.0.113.5] P=esmtp S=1",
	ID
	"<= a.\"x\\\" H=[192.0.2.66] P=esmtp\"@e.com H=[203.0.113.5] P=esmtp",
	"H=[192.0.2.66] [203.0.113.5] F=<a> rejected RCPT <b>: Unknown user",
	"H=[192.0.2.66] (pc) [203.0.113.5] F=<> rejected RCPT <b>: Unknown "
	"user",
	ID "rejected from <x> H=[192.0.2.66]: message too big> H=[203.0.113.5]",
	"SMTP syntax error in \"x\" H=[192.0.2.66] y\" H=[203.0.113.5] z",
	"ETRN H=[192.0.2.66] received from (pc) [203.0.113.5]",
	"ETRN postfix/smtpd[1]: connect from x[192.0.2.66]",
	"mx postfix/smtpd[1]: connect from x[192.0.2.66]",
	"H=(pc postfix/smtpd[1]: connect from x[192.0.2.66]",
	"[1/2] H=(x) [192.0.2.66] F=<a> rejected RCPT <b>: x",
	"[2/2] H=[192.0.2.66] F=<a> rejected RCPT <b>: Unrouteable address",
	"  H=[192.0.2.66] F=<a> rejected RCPT <b>: Unrouteable address",
};

static void
test_exim_unclear(void)
{
	for (size_t i = 0; i < sizeof(unclear) / sizeof(unclear[0]); i++) {
		char line[1024];
		struct log_event ev;

		parse(line, sizeof(line), STAMP, unclear[i], &ev);
		ZT_CASE(line, ev.kind == LOG_NONE && ev.client.family == 0);
	}
}

/* What a client may write; it is put where a template has its @@. */
static const char *const texts[] = {
	// clang-format off
	"[192.0.2.66]",
	"x) [192.0.2.66]",
	"x) [192.0.2.66]:25 I=[",
	"x) [192.0.2.66]:25 I=[192.0.2.25]:25 F=<a> rejected RCPT <b>: no () [x",
	"x) [192.0.2.66]: 535 Incorrect authentication data",
	"x> H=[192.0.2.66] F=<",
	"x\" H=[192.0.2.66] next input=\"",
	"x\\\" H=x (y) [192.0.2.66] next input=\"",
	"\"x H=[192.0.2.66] P=esmtpa\"",
	"a R=b T=c H=d [192.0.2.66] C=\"250",
	"<x> R=b T=c H=d [192.0.2.66]",
	"<= x H=[192.0.2.66] P=esmtpa A=x",
	"\n" STAMP "H=[192.0.2.66] F=<a> rejected RCPT <b>: no",
	"postfix/smtpd[1]: connect from x[192.0.2.66]",
	"(during SMTP connection from [192.0.2.66])",
	"no host name found for IP address 192.0.2.66",
	"\xff\xfe\x80) [192.0.2.66]\xc3\x28",
	"", "(", ")", "[", "]", "<", ">", "\"", "\\", ") [", "> H=", "\" H=",
	// clang-format on
};

/* 203.0.113.5 is the true client, or relay. */
static const char *const templates[] = {
	// clang-format off
	"H=(@@) [203.0.113.5]:99 F=<a> rejected RCPT <b>: Unknown user",
	"H=x.example.net (@@) [203.0.113.5] F=<a> rejected RCPT <b>: no",
	"H=@@ [203.0.113.5] F=<a> rejected RCPT <b>: no",
	"H=(@@) [203.0.113.5] rejected EHLO or HELO @@: no",
	H5 "F=<@@> rejected RCPT <b@e.org>: Unrouteable address",
	H5 "F=<a@e.com> rejected RCPT <@@>: Unrouteable address",
	H5 "X=TLS1.3:x CV=no DN=\"@@\" SNI=\"@@\" F=<a> rejected RCPT <b>: @@",
	"H=[203.0.113.5] F=<@@> rejected RCPT <@@>: @@",
	"H=[203.0.113.5] U=@@ F=<a> rejected RCPT <b>: no",
	ID H5 "F=<@@> rejected after DATA: @@",
	ID "F=<@@> H=(@@) [203.0.113.5] P=esmtp rejected by local_scan(): @@",
	ID "rejected from <@@> H=(@@) [203.0.113.5]: message too big",
	ID "SMTP connection lost after final dot H=(@@) [203.0.113.5]",
	ID "<= \"@@\"@e.com H=(@@) [203.0.113.5] P=esmtp S=1 id=@@ T=\"@@\"",
	ID "<= a H=(@@) [203.0.113.5] U=@@ P=esmtp DN=\"@@\" S=1 for @@",
	ID "=> @@ <\"@@\"@e.org> R=local T=maildir",
	ID "=> \"@@\"@e.com R=r T=t H=x [203.0.113.5] C=\"@@\"",
	ID "** \"@@\"@e.com R=r T=t H=x [203.0.113.5]: 550 @@",
	"SMTP connection from (@@) [203.0.113.5] lost D=0s",
	"no MAIL in SMTP connection from (@@) [203.0.113.5] D=0s C=EHLO",
	"unexpected disconnection while reading SMTP command from (@@) "
	    "[203.0.113.5] D=0s",
	"SMTP command timeout on connection from (@@) [203.0.113.5]",
	"SMTP data timeout (message abandoned) on connection from (@@) "
	    "[203.0.113.5] F=<@@>",
	"SMTP call from (@@) [203.0.113.5] dropped: too many unrecognized "
	    "commands (last was \"@@\")",
	"TLS error on connection from (@@) [203.0.113.5] (x): @@",
	EARLY "[203.0.113.5] input=\"@@\"",
	SOON "@@\" H=(@@) [203.0.113.5] next input=\"@@\"",
	"SMTP syntax error in \"@@\" H=(@@) [203.0.113.5] @@",
	"unqualified sender rejected: <@@> H=(@@) [203.0.113.5]",
	"unqualified recipient rejected: <@@> H=[203.0.113.5]: @@",
	"rejected MAIL FROM:<@@> H=(@@) [203.0.113.5]: message too big",
	"too many recipients: message rejected: sender=<@@> H=[203.0.113.5]",
	"rejected EHLO from [203.0.113.5]: syntactically invalid argument(s): "
	    "@@",
	"rejected MAIL from x.example.net [203.0.113.5]: no HELO/EHLO given",
	"no IP address found for host @@ (during SMTP connection from "
	    "[203.0.113.5])",
	"plain authenticator failed for (@@) [203.0.113.5]: 535 Incorrect "
	    "authentication data (set_id=@@)",
	"ETRN @@ received from (@@) [203.0.113.5]",
	"VRFY failed for @@ H=(@@) [203.0.113.5]",
	"[2/2] @@",
	" @@",
	// clang-format on
};

/* Puts `text` into a line wherever the template has @@. */
static struct str
fill(char *out, size_t size, const char *tmpl, const char *text)
{
	size_t n = 0, len = strlen(text);

	for (; *tmpl != '\0'; tmpl++) {
		bool here = tmpl[0] == '@' && tmpl[1] == '@';

		if (n + len + 1 >= size)
			abort();
		if (here)
			memcpy(out + n, text, len);
		else
			out[n] = *tmpl;
		n += here ? len : 1;
		tmpl += here;
	}
	out[n] = '\0';
	return (struct str){ out, n };
}

static void
test_exim_inject(void)
{
	static const char *const heads[] = { STAMP,
		"Nov 22 03:48:24 mx exim[4011]: " };
	const size_t n = sizeof(texts) / sizeof(texts[0]);

	for (size_t t = 0; t < sizeof(templates) / sizeof(templates[0]); t++)
		for (size_t i = 0; i < 2 * n; i++) {
			char message[2048], line[2048];
			struct log_event ev;

			fill(message, sizeof(message), templates[t],
			    texts[i / 2]);
			parse(line, sizeof(line), heads[i % 2], message, &ev);
			ZT_CASE(line,
			    ev.client.family == 0 ||
				is_addr(&ev.client, "203.0.113.5"));
		}
}

/* The true address is behind the end of what the reader gives. */
static void
test_exim_cut(void)
{
	static char line[2 * LOG_LINE_MAX];
	static const char start[] = STAMP
	    "H=(x) [192.0.2.66] F=<a> rejected RCPT <b>: Unrouteable address ";
	struct log_event ev;

	memset(line, 'A', sizeof(line));
	memcpy(line, start, sizeof(start) - 1);
	ZT_CASE("a HELO that pushes the address out of the line moves nothing",
	    logline_parse(&conf, (struct str){ line, sizeof(line) }, NOW_MS,
		&ev) == LOG_NONE);
	for (size_t n = 0; n < sizeof(start) - 1; n++)
		if (logline_parse(&conf, (struct str){ start, n }, NOW_MS,
			&ev) != LOG_NONE &&
		    !is_addr(&ev.client, "192.0.2.66"))
			ZT_CASE("cut anywhere it is nothing or its host's",
			    false);
}

/* Bad for every naive scanner: the same start again and again. */
static void
test_exim_linear(void)
{
	static const char *const heads[] = { STAMP "H=(", STAMP H5 "F=<",
		STAMP SOON, STAMP ID "=> ", STAMP H5 "rejected RCPT <x>: " };
	static const char *const again[] = { ") [", ") [203.0.113.5] ",
		"\" H=", "\"", "\\", " R=", " X=\"", "A=b ", "(", " ", ",",
		"listed " };
	static char line[LOG_LINE_MAX - 600];
	struct log_event ev;
	clock_t begin = clock();

	for (size_t h = 0; h < sizeof(heads) / sizeof(heads[0]); h++)
		for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++) {
			size_t start = strlen(heads[h]), len = strlen(again[i]);

			memcpy(line, heads[h], start);
			for (size_t n = start; n < sizeof(line); n++)
				line[n] = again[i][(n - start) % len];
			for (int k = 0; k < 100; k++)
				logline_parse(&conf,
				    (struct str){ line, sizeof(line) }, NOW_MS,
				    &ev);
		}
	/* 21 MB in all: a part of a second, minutes where it is not linear */
	ZT_CASE("every scan is linear", clock() - begin < 4 * CLOCKS_PER_SEC);
}

static const struct zt_test tests[] = {
	{ "unclear", test_exim_unclear },
	{ "inject", test_exim_inject },
	{ "cut", test_exim_cut },
	{ "linear", test_exim_linear },
};
ZT_MAIN("logline_exim_inject", tests)
