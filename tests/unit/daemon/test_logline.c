/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr @LOGLINE
 */
#include "daemon/logline.h"
#include "tests/zt.h"

#define NOW_MS (1795319304 * 1000LL) /* 2026-11-22 03:48:24 */

static const char *const submission[] = { "submission", "smtps", NULL };
static const struct logline_conf conf = { { 0, 0 }, submission };

#define C "unknown[203.0.113.5]"
#define M "mail.example.net[198.51.100.10]"

/* A row of the table stops after the last field that is not empty. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/*
 * flags: S soft, N null sender, R rdns_none, U rdns_unconfirmed, C counters,
 * Q queued; NULL texts are empty.
 */
static const struct {
	const char *service, *message;
	enum log_kind kind;
	const char *client;
	unsigned port, code;
	const char *qid, *helo, *sender, *rcpt, *flags;
} cases[] = {
	// clang-format off
	{ "smtpd", "connect from " M, LOG_CONNECT, "198.51.100.10" },
	{ "smtpd", "connect from " M ":4711", LOG_CONNECT, "198.51.100.10",
	    4711 },
	{ "smtpd", "connect from x[2001:db8::1]:65535", LOG_CONNECT,
	    "2001:db8::1", 65535 },
	{ "smtpd", "connect from " C, LOG_CONNECT, "203.0.113.5",
	    .flags = "R" },
	{ "smtpd", "connect from unknown[unknown]", LOG_CONNECT, NULL },
	{ "smtpd", "connect from unknown[unknown]:unknown", LOG_CONNECT, NULL },
	{ "smtpd", "connect from localhost[127.0.0.1]:unknown", LOG_CONNECT,
	    "127.0.0.1" },
	{ "smtpd", "connect from x[::ffff:198.51.100.10]", LOG_CONNECT,
	    "198.51.100.10" },
	{ "smtpd", "connect from " M " x", LOG_NONE },
	{ "smtpd", "connect from " M ":65536", LOG_NONE },
	{ "smtpd", "connect from " M ":", LOG_NONE },
	{ "smtpd", "connect from [198.51.100.10]", LOG_NONE },
	{ "smtpd", "connect from x y[198.51.100.10]", LOG_NONE },
	{ "smtpd", "connect from x[198.51.100.10", LOG_NONE },
	{ "smtpd", "connect from x[198.51.100.256]", LOG_NONE },
	{ "smtpd", "connect from ", LOG_NONE },
	{ "smtpd", "disconnect from " M " ehlo=1 quit=1 commands=2",
	    LOG_DISCONNECT, "198.51.100.10", .flags = "C" },
	{ "smtpd", "disconnect from " M, LOG_DISCONNECT, "198.51.100.10" },
	{ "smtpd", "4104E3D: client=" M, LOG_ACCEPT, "198.51.100.10",
	    .qid = "4104E3D" },
	{ "smtpd", "44JCRG5tYPzCqt2: client=" M ":25", LOG_ACCEPT,
	    "198.51.100.10", 25, .qid = "44JCRG5tYPzCqt2" },
	{ "smtpd", "NOQUEUE: client=" M, LOG_ACCEPT, "198.51.100.10" },
	{ "smtpd", "4104E3D: client=" M ", sasl_method=PLAIN, "
	    "sasl_username=al", LOG_AUTH_OK, "198.51.100.10",
	    .qid = "4104E3D" },
	{ "smtpd", "4104E3D: client=localhost[127.0.0.1], orig_queue_id=AB12C3,"
	    " orig_client=" C, LOG_ACCEPT, "127.0.0.1", .qid = "4104E3D" },
	{ "smtpd", "NOQUEUE: reject: RCPT from " C ": 550 5.1.1 <a@example.org>"
	    ": Recipient address rejected: User unknown in local recipient "
	    "table; from=<b@example.com> to=<a@example.org> proto=ESMTP "
	    "helo=<pc>", LOG_UNKNOWN_RCPT, "203.0.113.5", 0, 550, NULL, "pc",
	    "b@example.com", "a@example.org", "R" },
	{ "smtpd", "4104E3D: reject: RCPT from " C ":99: 450 4.1.1 <a@e.org>: "
	    "Recipient address rejected: User unknown in relay recipient "
	    "table; from=<> to=<a@e.org> proto=SMTP", LOG_UNKNOWN_RCPT,
	    "203.0.113.5", 99, 450, "4104E3D", NULL, NULL, "a@e.org", "SNR" },
	{ "smtpd", "NOQUEUE: reject: RCPT from " M ": 550 5.1.1 <a@e.org>: "
	    "Recipient address rejected: nobody of that name; from=<b@e.com> "
	    "to=<a@e.org> proto=SMTP helo=<x>", LOG_UNKNOWN_RCPT,
	    "198.51.100.10", 0, 550, NULL, "x", "b@e.com", "a@e.org" },
	{ "smtpd", "NOQUEUE: reject: RCPT from " M ": 454 4.7.1 <a@e.com>: "
	    "Relay access denied; from=<b@e.com> to=<a@e.com> proto=SMTP "
	    "helo=<x>", LOG_RELAY_DENIED, "198.51.100.10", 0, 454, NULL, "x",
	    "b@e.com", "a@e.com", "S" },
	{ "smtpd", "NOQUEUE: reject: VRFY from " M ": 454 4.7.1 <a@e.com>: "
	    "Relay access denied; to=<a@e.com> proto=SMTP helo=<x>",
	    LOG_RELAY_DENIED, "198.51.100.10", 0, 454, NULL, "x", NULL,
	    "a@e.com", "S" },
	{ "smtpd", "NOQUEUE: reject: RCPT from " C ": 554 5.7.1 Service "
	    "unavailable; Client host [203.0.113.5] blocked using "
	    "list.example.org; see https://e.org/; from=<b@e.com> to=<a@e.org>"
	    " proto=SMTP helo=<x>", LOG_LIST_REJECT, "203.0.113.5", 0, 554,
	    NULL, "x", "b@e.com", "a@e.org", "R" },
	{ "smtpd", "NOQUEUE: reject: EHLO from " C ": 504 5.5.2 <pc>: Helo "
	    "command rejected: need fully-qualified hostname; proto=SMTP "
	    "helo=<pc>", LOG_HELO_REJECT, "203.0.113.5", 0, 504, NULL, "pc",
	    .flags = "R" },
	{ "smtpd", "NOQUEUE: reject: RCPT from " C ": 450 4.7.25 Client host "
	    "rejected: cannot find your hostname, [203.0.113.5]; from=<b@e.c> "
	    "to=<a@e.o> proto=SMTP helo=<x>", LOG_NAME_REJECT, "203.0.113.5",
	    0, 450, NULL, "x", "b@e.c", "a@e.o", "SRU" },
	{ "smtpd", "NOQUEUE: reject: CONNECT from " C ": 550 5.7.1 Client host "
	    "rejected: cannot find your reverse hostname, [203.0.113.5]; "
	    "proto=SMTP", LOG_NAME_REJECT, "203.0.113.5", 0, 550,
	    .flags = "R" },
	{ "smtpd", "NOQUEUE: reject: MAIL from " M ": 552 5.3.4 Message size "
	    "exceeds fixed limit; proto=ESMTP helo=<x>", LOG_OTHER_REJECT,
	    "198.51.100.10", 0, 552, NULL, "x" },
	{ "smtpd", "NOQUEUE: reject: RCPT from " M ": 450 4.2.0 <a@e.o>: "
	    "Recipient address rejected: Greylisted; from=<b@e.c> to=<a@e.o> "
	    "proto=ESMTP helo=<x>", LOG_INFO, "198.51.100.10", 0, 450, NULL,
	    "x", "b@e.c", "a@e.o", "S" },
	{ "smtpd", "NOQUEUE: reject: RCPT from " M ": 451 4.3.5 Server "
	    "configuration error; from=<b@e.c> to=<a@e.o> proto=ESMTP "
	    "helo=<x>", LOG_INFO, "198.51.100.10", 0, 451, NULL, "x", "b@e.c",
	    "a@e.o", "S" },
	{ "smtpd", "NOQUEUE: reject: DATA from " M ": 503 5.5.0 <DATA>: Data "
	    "command rejected: Improper use of SMTP command pipelining; "
	    "from=<b@e.c> to=<a@e.o> proto=ESMTP helo=<x>", LOG_PIPELINING,
	    "198.51.100.10", 0, 503, NULL, "x", "b@e.c", "a@e.o" },
	{ "smtpd", "NOQUEUE: reject_warning: RCPT from " M ": 550 5.1.1 <a@e.o>"
	    ": Recipient address rejected: User unknown; from=<b@e.c> "
	    "to=<a@e.o> proto=ESMTP helo=<x>", LOG_INFO, "198.51.100.10", 0,
	    550, NULL, "x", "b@e.c", "a@e.o" },
	{ "smtpd", "4104E3D: milter-reject: END-OF-MESSAGE from " M ": 5.7.1 "
	    "spam; from=<b@e.c> to=<a@e.o> proto=ESMTP helo=<x>",
	    LOG_CONTENT_REJECT, "198.51.100.10", 0, 0, "4104E3D", "x", "b@e.c",
	    "a@e.o" },
	{ "smtpd", "NOQUEUE: milter-reject: CONNECT from " M ": 550 5.7.1 no; "
	    "proto=SMTP", LOG_OTHER_REJECT, "198.51.100.10", 0, 550 },
	{ "smtpd", "lost connection after DATA (0 bytes) from " C ":1", LOG_LOST,
	    "203.0.113.5", 1, .flags = "R" },
	{ "smtpd", "4dH7Rq3kWbz9pXn: timeout after END-OF-MESSAGE from " C,
	    LOG_LOST, "203.0.113.5", .qid = "4dH7Rq3kWbz9pXn", .flags = "R" },
	{ "smtpd", "NOQUEUE: lost connection after CONNECT from " C, LOG_LOST,
	    "203.0.113.5", .flags = "R" },
	{ "smtpd", "too many errors after RCPT from " C, LOG_LOST,
	    "203.0.113.5", .flags = "R" },
	{ "smtpd", "lost connection after DATA (x bytes) from " C, LOG_NONE },
	{ "smtpd", "lost connection", LOG_NONE },
	{ "smtpd", "improper command pipelining after EHLO from " C ": QUIT",
	    LOG_PIPELINING, "203.0.113.5", .flags = "R" },
	{ "smtpd", "warning: non-SMTP command from " C ": GET / HTTP/1.1",
	    LOG_NON_SMTP, "203.0.113.5", .flags = "R" },
	{ "smtpd", "warning: Connection rate limit exceeded: 31 from " C
	    " for service smtp", LOG_RATE_LIMIT, "203.0.113.5", .flags = "R" },
	{ "smtpd", "warning: AUTH command rate limit exceeded: 3 from " C
	    " for service smtp", LOG_RATE_LIMIT, "203.0.113.5", .flags = "R" },
	{ "smtpd", "warning: " C ": SASL LOGIN authentication failed: x",
	    LOG_AUTH_FAIL, "203.0.113.5", .flags = "R" },
	{ "smtpd", "warning: " C ":77: SASL PLAIN authentication failed:",
	    LOG_AUTH_FAIL, "203.0.113.5", 77, .flags = "R" },
	{ "smtpd", "warning: " C ": SASL PLAIN authentication failed: "
	    "Connection lost to authentication server", LOG_INFO,
	    "203.0.113.5", .flags = "R" },
	{ "smtpd", "warning: " C ": SASL LOGIN authentication aborted",
	    LOG_INFO, "203.0.113.5", .flags = "R" },
	{ "smtpd", "warning: hostname a.example.net does not resolve to "
	    "address 203.0.113.5", LOG_INFO, "203.0.113.5", .flags = "U" },
	{ "smtpd", "warning: hostname a.example.net does not resolve to "
	    "address 2001:db8::5: Name or service not known", LOG_INFO,
	    "2001:db8::5", .flags = "U" },
	{ "smtpd", "warning: 203.0.113.5: address not listed for hostname a.b",
	    LOG_INFO, "203.0.113.5", .flags = "U" },
	{ "smtpd", "warning: TLS library problem: error:1408F10B", LOG_NONE },
	{ "smtpd", "reject: ETRN x from " C, LOG_NONE },
	{ "cleanup", "4104E3D: milter-reject: END-OF-MESSAGE from " M ": 4.7.1 "
	    "Try again; from=<b@e.c> to=<a@e.o> proto=ESMTP helo=<x>",
	    LOG_CONTENT_REJECT, "198.51.100.10", 0, 0, "4104E3D", "x", "b@e.c",
	    "a@e.o", "S" },
	{ "cleanup", "4104E3D: reject: header Subject: x from " C "; from=<a> "
	    "to=<b> proto=SMTP helo=<x>: 5.7.1 no", LOG_CONTENT_REJECT, NULL,
	    .qid = "4104E3D" },
	{ "cleanup", "4104E3D: message-id=<x@e.c>", LOG_INFO, NULL,
	    .qid = "4104E3D" },
	{ "qmgr", "4104E3D: from=<b@e.c>, size=5, nrcpt=3 (queue active)",
	    LOG_INFO, NULL, .qid = "4104E3D", .sender = "b@e.c",
	    .flags = "Q" },
	{ "qmgr", "4104E3D: from=<>, size=5, nrcpt=1 (queue active)", LOG_INFO,
	    NULL, .qid = "4104E3D", .flags = "NQ" },
	{ "qmgr", "4104E3D: removed", LOG_INFO, NULL, .qid = "4104E3D" },
	{ "smtp", "4104E3D: to=<a@e.o>, relay=mx.e.o[192.0.2.1]:25, delay=1, "
	    "dsn=2.0.0, status=sent (250 Ok)", LOG_SENT, "192.0.2.1",
	    .qid = "4104E3D", .rcpt = "a@e.o" },
	{ "smtp", "4104E3D: to=<a@e.o>, orig_to=<b>, relay=mx[2001:db8::1]:25, "
	    "delay=1, status=bounced (550 x)", LOG_BOUNCED, "2001:db8::1",
	    .qid = "4104E3D", .rcpt = "a@e.o" },
	{ "smtp", "4104E3D: to=<a@e.o>, relay=none, delay=1, status=deferred "
	    "(x)", LOG_INFO, NULL, .qid = "4104E3D", .rcpt = "a@e.o" },
	{ "smtp", "4104E3D: to=<a@e.o>, relay=x[private/lmtp], delay=1, "
	    "status=sent (x)", LOG_INFO, NULL, .qid = "4104E3D",
	    .rcpt = "a@e.o" },
	{ "local", "4104E3D: to=<a@e.o>, orig_to=<b@e.o>, relay=local, delay=1, "
	    "status=sent (delivered to mailbox)", LOG_INFO, NULL,
	    .qid = "4104E3D", .rcpt = "a@e.o" },
	{ "lmtp", "4104E3D: to=<a@e.o>, relay=mx.e.o[192.0.2.1]:24, delay=1, "
	    "status=sent (250 2.1.5 Ok)", LOG_INFO, NULL, .qid = "4104E3D",
	    .rcpt = "a@e.o" },
	{ "lmtp", "4104E3D: to=<a@e.o>, relay=mx.e.o[192.0.2.1]:24, delay=1, "
	    "status=bounced (host mx.e.o[192.0.2.1] said: 550 no such user)",
	    LOG_INFO, NULL, .qid = "4104E3D", .rcpt = "a@e.o" },
	{ "lmtp", "4104E3D: to=<a@e.o>, relay=mx.e.o[192.0.2.1]:24, delay=1, "
	    "status=deferred (host mx.e.o[192.0.2.1] said: 451 later)",
	    LOG_INFO, NULL, .qid = "4104E3D", .rcpt = "a@e.o" },
	{ "lmtp", "4104E3D: to=<a@e.o>, relay=127.0.0.1[127.0.0.1]:10024, "
	    "delay=1, status=sent (250 2.7.0 Ok, discarded, id=1 - spam)",
	    LOG_CONTENT_REJECT, NULL, .qid = "4104E3D", .rcpt = "a@e.o" },
	{ "virtual", "4104E3D: to=<a@e.o>, relay=virtual, delay=1, status="
	    "bounced (unknown user: \"a@e.o\")", LOG_INFO, NULL,
	    .qid = "4104E3D", .rcpt = "a@e.o" },
	{ "pipe", "4104E3D: to=<a@e.o>, relay=maildrop, delay=1, status=sent "
	    "(delivered via maildrop service)", LOG_INFO, NULL,
	    .qid = "4104E3D", .rcpt = "a@e.o" },
	{ "discard", "4104E3D: to=<a@e.o>, relay=none, delay=1, status=sent "
	    "(trap)", LOG_INFO, NULL, .qid = "4104E3D", .rcpt = "a@e.o" },
	{ "error", "4104E3D: to=<a@e.o>, relay=none, delay=1, dsn=5.0.0, "
	    "status=bounced (no longer here)", LOG_INFO, NULL,
	    .qid = "4104E3D", .rcpt = "a@e.o" },
	{ "local", "4104E3D: to=<a>, orig_to=<b>, relay=x, delay=1, status=sent "
	    "(x>, relay=local, delay=1, status=sent (x))", LOG_NONE },
	{ "bounce", "17CCA8044: sender non-delivery notification: ADD2F8052",
	    LOG_OWN_BOUNCE, NULL, .qid = "17CCA8044" },
	{ "bounce", "17CCA8044: sender delay notification: ADD2F8052",
	    LOG_INFO, NULL, .qid = "17CCA8044" },
	{ "dnsblog", "addr 203.0.113.5 listed by domain l.e.o as 127.0.0.2",
	    LOG_INFO, "203.0.113.5" },
	{ "postscreen", "CONNECT from [203.0.113.5]:9 to [192.0.2.25]:25",
	    LOG_CONNECT, "203.0.113.5", 9 },
	{ "postscreen", "PREGREET 6 after 1.2 from [203.0.113.5]:9: RSET",
	    LOG_EARLY_TALK, "203.0.113.5", 9 },
	{ "postscreen", "DNSBL rank 3 for [2001:db8::1]:9", LOG_LIST_REJECT,
	    "2001:db8::1", 9 },
	{ "postscreen", "HANGUP after 0.11 from [203.0.113.5]:9 in tests "
	    "before SMTP handshake", LOG_LOST, "203.0.113.5", 9 },
	{ "postscreen", "COMMAND TIME LIMIT from [203.0.113.5]:9 after EHLO",
	    LOG_LOST, "203.0.113.5", 9 },
	{ "postscreen", "BARE NEWLINE from [203.0.113.5]:9 after CONNECT",
	    LOG_PIPELINING, "203.0.113.5", 9 },
	{ "postscreen", "NON-SMTP COMMAND from [203.0.113.5]:9 after CONNECT: "
	    "GET / HTTP/1.1", LOG_NON_SMTP, "203.0.113.5", 9 },
	{ "postscreen", "NOQUEUE: reject: RCPT from [203.0.113.5]:9: 550 5.7.1 "
	    "Service unavailable; client [203.0.113.5] blocked using l.e.o; "
	    "from=<b@e.c>, to=<a@e.o>, proto=ESMTP, helo=<x>", LOG_LIST_REJECT,
	    "203.0.113.5", 9, 550, NULL, "x", "b@e.c", "a@e.o" },
	{ "postscreen", "NOQUEUE: reject: RCPT from [203.0.113.5]:9: 450 4.3.2 "
	    "Service currently unavailable; from=<>, to=<a@e.o>, proto=SMTP, "
	    "helo=<x>", LOG_INFO, "203.0.113.5", 9, 450, NULL, "x", NULL,
	    "a@e.o", "SN" },
	{ "postscreen", "NOQUEUE: reject: CONNECT from [203.0.113.5]:9: too "
	    "many connections", LOG_RATE_LIMIT, "203.0.113.5", 9 },
	{ "postscreen", "CONNECT from 203.0.113.5:9", LOG_NONE },
	{ "postscreen", "cache x full cleanup: retained=1 dropped=0", LOG_NONE },
	{ "tlsproxy", "CONNECT from [203.0.113.5]:9", LOG_INFO, "203.0.113.5",
	    9 },
	// clang-format on
};

static bool
is(struct str got, const char *want)
{
	return str_eq(got, (struct str){ want, want ? strlen(want) : 0 });
}

static bool
has_flags(const struct log_event *ev, const char *want)
{
	char got[8];

	snprintf(got, sizeof(got), "%s%s%s%s%s%s", ev->soft ? "S" : "",
	    ev->null_sender ? "N" : "", ev->rdns_none ? "R" : "",
	    ev->rdns_unconfirmed ? "U" : "", ev->has_counters ? "C" : "",
	    ev->queued ? "Q" : "");
	return strcmp(got, want == NULL ? "" : want) == 0;
}

static enum log_kind
parse(const char *line, struct log_event *ev)
{
	return logline_parse(&conf, (struct str){ line, strlen(line) }, NOW_MS,
	    ev);
}

static void
test_logline_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[1024], client[ADDR_STRLEN] = "none";
		struct log_event ev;
		bool ok;

		snprintf(line, sizeof(line),
		    "Nov 22 03:48:24 mx postfix/%s[42]: %s", cases[i].service,
		    cases[i].message);
		ok = parse(line, &ev) == cases[i].kind;
		if (ev.client.family != 0)
			addr_print(&ev.client, client);
		ok = ok &&
		    strcmp(client,
			cases[i].client ? cases[i].client : "none") == 0 &&
		    ev.port == cases[i].port && ev.code == cases[i].code &&
		    is(ev.qid, cases[i].qid) && is(ev.helo, cases[i].helo) &&
		    is(ev.sender, cases[i].sender) &&
		    is(ev.rcpt, cases[i].rcpt) &&
		    has_flags(&ev, cases[i].flags);
		ZT_CASE(line, ok);
	}
}

static const struct {
	const char *line;
	bool want, submission;
} heads[] = {
	// clang-format off
	{ "Nov 22 03:48:24 mx postfix/smtpd[1]: connect from " M, true, false },
	{ "Nov  2 03:48:24 mx postfix/smtpd[1]: connect from " M, true, false },
	{ "2026-11-22T03:48:24.123456+00:00 mx postfix/smtpd[1]: connect from "
	    M, true, false },
	{ "Nov 22 03:48:24 <mail.info> mx postfix/smtpd[1]: connect from " M,
	    true, false },
	{ "Nov 22 03:48:24 mx postfix/submission/smtpd[1]: connect from " M,
	    true, true },
	{ "Nov 22 03:48:24 mx smtps/smtpd[1]: connect from " M, true, true },
	{ "Nov 22 03:48:24 mx postfix-in/smtpd[1]: connect from " M, true,
	    false },
	{ "Nov 22 03:48:24 mx postfix-submission/smtpd[1]: connect from " M,
	    true, false },
	{ "Nov 22 03:48:24 mx a/b/c/d/smtpd: connect from " M, true, false },
	{ "Nov 22 03:48:24 mx smtpd[1]: connect from " M, false, false },
	{ "Nov 22 03:48:24 mx postfix/smtpdx[1]: connect from " M, false,
	    false },
	{ "Nov 22 03:48:24 mx postfix/smtpd/x[1]: connect from " M, false,
	    false },
	{ "Nov 22 03:48:24 mx postfix/smtpd[1] connect from " M, false, false },
	{ "Nov 22 03:48:24 mx postfix/smtpd[1]:connect from " M, false, false },
	{ "Nov 22 03:48:24 postfix/smtpd[1]: connect from " M, true, false },
	{ "<22>Nov 22 03:48:24 mx postfix/smtpd[1]: connect from " M, true,
	    false },
	{ "<22>1 2026-11-22T03:48:24.5Z mx postfix/smtpd 1 - - connect from " M,
	    true, false },
	{ "<22>1 2026-11-22T03:48:24Z mx postfix/submission/smtpd 1 - "
	    "[a@1 b=\"]\"][c@2] \xef\xbb\xbf" "connect from " M, true, true },
	{ "<22>1 2026-11-22T03:48:24Z mx smtpd 1 - - connect from " M, false,
	    false },
	{ "<22>1 2026-11-22T03:48:24Z mx postfix/smtpd 1 - connect from " M,
	    false, false },
	{ "<192>Nov 22 03:48:24 mx postfix/smtpd[1]: connect from " M, false,
	    false },
	{ "Nov 22 03:48:24 mx mail.info postfix/smtpd[1]: connect from " M,
	    true, false },
	{ "Nov 22 03:48:24 mx mail:info postfix/smtpd[1]: connect from " M,
	    true, false },
	{ "Nov 22 03:48:24 mx postfix/smtpd[1]: [ID 197553 mail.info] connect "
	    "from " M, true, false },
	{ "Nov 22 03:48:24 mx postfix/smtpd[1]: message repeated 2 times: [ "
	    "connect from " M "]", true, false },
	{ "Nov 22 03:48:24 mx postfix/smtpd[1]: message repeated 2 times: [ "
	    "connect from " M, false, false },
	{ "Nov 22 03:48:24 mx postfix/smtpd[1]:", false, false },
	{ "Nov 22 03:48:24 mx ", false, false },
	{ "Nov 22 03:48:24", false, false },
	{ "connect from " M, false, false },
	{ "", false, false },
	// clang-format on
};

static void
test_logline_heads(void)
{
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct log_event ev;
		bool got = parse(heads[i].line, &ev) == LOG_CONNECT;

		ZT_CASE(heads[i].line,
		    got == heads[i].want &&
			ev.submission == heads[i].submission &&
			(!got ||
			    (is(ev.mta, "postfix") && is(ev.service, "smtpd") &&
				is(ev.name, "mail.example.net"))));
	}
}

static void
test_logline_counters(void)
{
	struct log_event ev;

	parse("Nov 22 03:48:24 mx postfix/smtpd[1]: disconnect from " C
	      " ehlo=2 starttls=1 mail=1 rcpt=2/5 data=0/1 xclient=7 "
	      "unknown=0/3 commands=6/13",
	    &ev);
	ZT_CASE("counters of a disconnect line",
	    ev.has_counters && ev.n.ehlo == 2 && ev.n.starttls == 1 &&
		ev.n.mail_ok == 1 && ev.n.mail == 1 && ev.n.rcpt_ok == 2 &&
		ev.n.rcpt == 5 && ev.n.data_ok == 0 && ev.n.data == 1 &&
		ev.n.unknown == 3 && ev.n.commands_ok == 6 &&
		ev.n.commands == 13);
	ZT_CASE("what was not there is -1",
	    ev.n.helo == -1 && ev.n.quit == -1 && ev.n.auth == -1 &&
		ev.n.auth_ok == -1 && ev.n.vrfy == -1);
	parse("Nov 22 03:48:24 mx postfix/smtpd[1]: disconnect from " C
	      " ehlo=9999999999 mail=1",
	    &ev);
	ZT_CASE("a counter that is too big ends the list",
	    ev.kind == LOG_DISCONNECT && !ev.has_counters && ev.n.mail == -1);
	parse("Nov 22 03:48:24 mx postfix/qmgr[1]: AB12C3: from=<a@e.o>, "
	      "size=5, nrcpt=42 (queue active)",
	    &ev);
	ZT_CASE("nrcpt of a queued message", ev.nrcpt == 42);
}

static void
test_logline_names(void)
{
	bool all = true;

	for (int i = 0; i < LOG_KINDS; i++)
		all = all && log_kind_name[i] != NULL;
	ZT_CASE("every kind has a name", all);
}

static const struct zt_test tests[] = {
	{ "table", test_logline_table },
	{ "heads", test_logline_heads },
	{ "counters", test_logline_counters },
	{ "names", test_logline_names },
};
ZT_MAIN("logline", tests)
