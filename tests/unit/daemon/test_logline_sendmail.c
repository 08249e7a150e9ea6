/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr @LOGLINE
 */
#include "daemon/logline.h"
#include "tests/zt.h"

#define NOW_MS (1795319304 * 1000LL) /* 2026-11-22 03:48:24 */
#define Q      "6AM8id1T000075"
#define H      "host5.example.com [203.0.113.5]"

/* A row of the table stops after the last field that is not empty. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/*
 * flags: S soft, N null sender, R rdns_none, U rdns_unconfirmed, Q queued,
 * I with the session id, L the client is told later, M submission; NULL texts
 * are empty.
 */
static const struct {
	const char *name, *message;
	enum log_kind kind;
	const char *client, *flags, *qid, *sender, *rcpt;
	unsigned code;
} cases[] = {
	// clang-format off
	{ "connect", "NOQUEUE: connect from " H, LOG_CONNECT, "203.0.113.5" },
	{ "connect without a name", "NOQUEUE: connect from [203.0.113.88]",
	    LOG_CONNECT, "203.0.113.88", "R" },
	{ "connect by IPv6", "NOQUEUE: connect from m.example.net "
	    "[IPv6:2001:db8:0:0:0:0:0:25]", LOG_CONNECT, "2001:db8::25" },
	{ "a mapped address is folded", "NOQUEUE: connect from m.example.net "
	    "[IPv6:::ffff:203.0.113.5]", LOG_CONNECT, "203.0.113.5" },
	{ "a forged name is none", "NOQUEUE: connect from m.example.net "
	    "[203.0.113.77] (may be forged)", LOG_CONNECT, "203.0.113.77",
	    "U" },
	{ "connect and more", "NOQUEUE: connect from " H " x", LOG_NONE },
	{ "connect from nowhere", "NOQUEUE: connect from localhost",
	    LOG_NONE },
	{ "two addresses", "NOQUEUE: connect from [203.0.113.5] [192.0.2.66]",
	    LOG_NONE },
	{ "nothing was said", Q ": " H " did not issue MAIL/EXPN/VRFY/ETRN "
	    "during connection to MTA", LOG_DISCONNECT, "203.0.113.5", "I",
	    Q },
	{ "nothing was said, and before there was an id", "NOQUEUE: "
	    "m.example.net [203.0.113.77] (may be forged) did not issue "
	    "MAIL/EXPN/VRFY/ETRN during connection to MTA", LOG_DISCONNECT,
	    "203.0.113.77", "U" },
	{ "nothing was said to the submission service", Q ": [203.0.113.5] "
	    "did not issue MAIL/EXPN/VRFY/ETRN during connection to MSA",
	    LOG_DISCONNECT, "203.0.113.5", "RIM", Q },
	{ "lost", Q ": lost input channel from m.example.net "
	    "[IPv6:2001:db8:0:0:0:0:0:25] to MTA6 after rcpt", LOG_LOST,
	    "2001:db8::25", "I", Q },
	{ "timeout", Q ": timeout waiting for input from " H " during server "
	    "cmd read", LOG_LOST, "203.0.113.5", "I", Q },
	{ "an unknown recipient in one line", Q ": ruleset=check_rcpt, arg1="
	    "<no@example.org>, relay=" H ", reject=550 5.1.1 "
	    "<no@example.org>... User unknown", LOG_UNKNOWN_RCPT,
	    "203.0.113.5", "I", Q, NULL, "no@example.org", 550 },
	{ "an unknown recipient in two", Q ": <no@example.org>... User "
	    "unknown", LOG_UNKNOWN_RCPT, NULL, "IL", Q, NULL,
	    "no@example.org" },
	{ "and the other line", Q ": from=<a@example.com>, size=0, class=0, "
	    "nrcpts=0, proto=ESMTP, daemon=MTA, relay=" H, LOG_INFO,
	    "203.0.113.5", "I", Q, "a@example.com" },
	{ "other errors of a recipient", Q ": <no@example.org>... Mailbox "
	    "disabled", LOG_OTHER_REJECT, NULL, "IL", Q, NULL,
	    "no@example.org" },
	{ "relaying denied", Q ": ruleset=check_rcpt, arg1=<y@other.example>, "
	    "relay=m.example.net [203.0.113.77] (may be forged), reject=550 "
	    "5.7.1 <y@other.example>... Relaying denied. IP name possibly "
	    "forged [203.0.113.77]", LOG_RELAY_DENIED, "203.0.113.77", "UI",
	    Q, NULL, "y@other.example", 550 },
	{ "relaying denied for now", Q ": ruleset=check_rcpt, arg1="
	    "<y@other.example>, relay=[203.0.113.5], reject=450 4.7.1 "
	    "<y@other.example>... Relaying temporarily denied. Cannot resolve "
	    "PTR record for 203.0.113.5", LOG_RELAY_DENIED, "203.0.113.5",
	    "SRI", Q, NULL, "y@other.example", 450 },
	{ "on a list", "ruleset=check_relay, arg1=[203.0.113.90], arg2="
	    "203.0.113.90, relay=[203.0.113.90], reject=550 5.7.1 Rejected: "
	    "203.0.113.90 listed at dnsbl.example.com", LOG_LIST_REJECT,
	    "203.0.113.90", "R", .code = 550 },
	{ "no reverse name", "ruleset=check_relay, arg1=[203.0.113.90], arg2="
	    "203.0.113.90, relay=[203.0.113.90], reject=550 5.7.1 Fix reverse "
	    "DNS for 203.0.113.90", LOG_NAME_REJECT, "203.0.113.90", "R",
	    .code = 550 },
	{ "too fast", "ruleset=check_relay, arg1=[203.0.113.88], arg2="
	    "203.0.113.88, relay=[203.0.113.88], reject=421 4.3.2 Connection "
	    "rate limit exceeded.", LOG_RATE_LIMIT, "203.0.113.88", "SR",
	    .code = 421 },
	{ "too many at a time", "ruleset=check_relay, arg1=[203.0.113.89], "
	    "arg2=203.0.113.89, relay=[203.0.113.89], reject=421 4.3.2 Too "
	    "many open connections.", LOG_RATE_LIMIT, "203.0.113.89", "SR",
	    .code = 421 },
	{ "too many recipients", Q ": Too many recipients", LOG_RATE_LIMIT,
	    NULL, "IL", Q },
	{ "a flood", Q ": " H ": Possible SMTP RCPT flood, throttling.",
	    LOG_RATE_LIMIT, "203.0.113.5", "I", Q },
	{ "a sender that is refused", Q ": ruleset=check_mail, arg1="
	    "<bad@spam.example>, relay=" H ", reject=550 5.7.1 "
	    "<bad@spam.example>... Access denied", LOG_OTHER_REJECT,
	    "203.0.113.5", "I", Q, "bad@spam.example", .code = 550 },
	{ "a message that is refused", Q ": ruleset=check_eom, arg1=x, relay="
	    H ", reject=554 5.7.1 no", LOG_CONTENT_REJECT, "203.0.113.5", "I",
	    Q, .code = 554 },
	{ "a ruleset that does not refuse", Q ": ruleset=check_rcpt, arg1="
	    "<a@e.org>, relay=" H ", quarantine=x", LOG_INFO, "203.0.113.5",
	    "I", Q, NULL, "a@e.org" },
	{ "a HELO that is no name", Q ": invalid domain name (x y) from " H,
	    LOG_HELO_REJECT, "203.0.113.5", "I", Q },
	{ "a HELO that is bogus", Q ": ruleset=check_rcpt, arg1=<a@e.org>, "
	    "relay=" H ", reject=550 5.7.1 <a@e.org>... bogus HELO name used: "
	    "pc", LOG_HELO_REJECT, "203.0.113.5", "I", Q, NULL, "a@e.org",
	    550 },
	{ "early talk", Q ": rejecting commands from " H " due to pre-greeting"
	    " traffic after 0 seconds", LOG_EARLY_TALK, "203.0.113.5", "I",
	    Q },
	{ "early talk of one without a name", Q ": rejecting commands from "
	    "[192.0.2.9] [192.0.2.9] due to pre-greeting traffic after 2 "
	    "seconds", LOG_EARLY_TALK, "192.0.2.9", "RI", Q },
	{ "traffic before the response", Q ": rejecting server HELO from " H
	    " due to traffic before response", LOG_PIPELINING, "203.0.113.5",
	    "I", Q },
	{ "pipelining", Q ": unauthorized PIPELINING, sleeping, relay=" H,
	    LOG_PIPELINING, "203.0.113.5", "I", Q },
	{ "an open proxy", Q ": " H ": probable open proxy: command=CONNECT "
	    "192.0.2.66:25 HTTP/1.0\\r\\n", LOG_NON_SMTP, "203.0.113.5", "I",
	    Q },
	{ "an attack", Q ": " H ": possible SMTP attack: command=HELO/EHLO, "
	    "count=3", LOG_OTHER_REJECT, "203.0.113.5", "I", Q },
	{ "a question", Q ": " H ": VRFY al [rejected]", LOG_INFO,
	    "203.0.113.5", "I", Q },
	{ "a failed login", Q ": AUTH failure (PLAIN): user not found (-20) "
	    "SASL(-13): user not found: checkpass failed, user=al, relay=" H,
	    LOG_AUTH_FAIL, "203.0.113.5", "I", Q },
	{ "a failed login of an older one", Q ": AUTH failure (LOGIN): "
	    "authentication failure (-13) SASL(-13): authentication failure",
	    LOG_AUTH_FAIL, NULL, "IL", Q },
	{ "a login that failed through us", Q ": AUTH failure (LOGIN): generic"
	    " failure (-1) SASL(-1): generic failure, relay=" H, LOG_INFO,
	    "203.0.113.5", "I", Q },
	{ "a login", "AUTH=server, relay=" H ", authid=al@mx.example.org, "
	    "mech=PLAIN, bits=0", LOG_AUTH_OK, "203.0.113.5" },
	{ "TLS", "STARTTLS=server, relay=" H ", version=TLSv1.3, verify=NO",
	    LOG_INFO, "203.0.113.5" },
	{ "a message", Q ": from=<bob@example.net>, size=15, class=0, nrcpts="
	    "2, msgid=<1@mx.example.org>, proto=ESMTP, daemon=MTA, relay=" H,
	    LOG_ACCEPT, "203.0.113.5", "QI", Q, "bob@example.net" },
	{ "a bounce", Q ": from=<>, size=15, class=0, nrcpts=1, msgid=<1@m>, "
	    "bodytype=8BITMIME, proto=ESMTP, daemon=MTA, relay=" H,
	    LOG_ACCEPT, "203.0.113.5", "NQI", Q },
	{ "a message by submission", Q ": from=<al@example.org>, size=14, "
	    "class=0, nrcpts=3, msgid=<1@mx>, proto=ESMTP, daemon=MSA, relay="
	    H, LOG_ACCEPT, "203.0.113.5", "QIM", Q, "al@example.org" },
	{ "a message after a login", Q ": from=<al@example.org>, size=14, "
	    "class=0, nrcpts=3, msgid=<1@mx>, proto=ESMTPSA, daemon=MTA, "
	    "relay=" H, LOG_ACCEPT, "203.0.113.5", "QIM", Q,
	    "al@example.org" },
	{ "a message of our own", Q ": from=root, size=15, class=0, nrcpts=1, "
	    "msgid=<1@mx.example.org>, relay=root@localhost", LOG_INFO, NULL,
	    "QI", Q, "root" },
	{ "a message that was not sent to its end", Q ": from=<a@e.com>, "
	    "size=12, class=0, nrcpts=1, proto=ESMTP, daemon=MTA, relay=" H,
	    LOG_INFO, "203.0.113.5", "I", Q, "a@e.com" },
	{ "a filter refuses a recipient", Q ": Milter: to=<a@example.org>, "
	    "reject=550 5.7.1 no", LOG_OTHER_REJECT, NULL, "IL", Q, NULL,
	    "a@example.org", 550 },
	{ "a filter refuses one for now", Q ": Milter: to=<a@example.org>, "
	    "reject=451 4.7.1 Greylisting in action", LOG_INFO, NULL, "SI", Q,
	    NULL, "a@example.org", 451 },
	{ "a filter refuses the sender", Q ": Milter: from=<a@e.com>, reject="
	    "550 5.7.1 spam", LOG_OTHER_REJECT, NULL, "IL", Q, "a@e.com",
	    .code = 550 },
	{ "a filter refuses the message", Q ": Milter: data, reject=550 5.7.1 "
	    "Message is spam", LOG_CONTENT_REJECT, NULL, "IL", Q,
	    .code = 550 },
	{ "a filter throws it away", Q ": Milter: data, discard",
	    LOG_CONTENT_REJECT, NULL, "IL", Q },
	{ "a filter is not there", Q ": Milter: data, reject=451 4.3.2 Please "
	    "try again later", LOG_INFO, NULL, "SI", Q, .code = 451 },
	{ "a filter adds", Q ": Milter add: header: X: y", LOG_NONE },
	{ "our delivery", Q ": to=<b@example.net>, ctladdr=<al@example.org> "
	    "(1990/1990), delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri="
	    "90014, relay=mail.example.net. [198.51.100.10], dsn=2.0.0, stat="
	    "Sent (queued as 77)", LOG_SENT, "198.51.100.10", NULL, Q, NULL,
	    "b@example.net" },
	{ "refused for good", Q ": to=<b@example.net>, delay=00:00:00, "
	    "mailer=relay, pri=90014, relay=[198.51.100.10] [198.51.100.10], "
	    "dsn=5.1.1, reply=550 no, stat=User unknown", LOG_BOUNCED,
	    "198.51.100.10", NULL, Q, NULL, "b@example.net" },
	{ "refused for now", Q ": to=<b@example.net>, delay=00:00:00, mailer="
	    "esmtp, pri=90014, relay=mail.example.net. [198.51.100.10], dsn="
	    "4.3.0, stat=Deferred: 451 later", LOG_INFO, "198.51.100.10", NULL,
	    Q, NULL, "b@example.net" },
	{ "delivered here", Q ": to=<al@example.org>, delay=00:00:00, xdelay="
	    "00:00:00, mailer=local, pri=30333, dsn=2.0.0, stat=Sent",
	    LOG_INFO, NULL, NULL, Q, NULL, "al@example.org" },
	{ "our own bounce", Q ": 6AM8j1lF000159: DSN: User unknown",
	    LOG_OWN_BOUNCE, NULL, NULL, Q },
	{ "what else it says", "starting daemon (8.17.1.9): SMTP", LOG_NONE },
	{ "and of a message", Q ": SYSERR(root): putbody: write error",
	    LOG_NONE },

	{ "a relay in a recipient leaves the line without a client", Q
	    ": ruleset=check_rcpt, arg1=<\"a, relay=evil [192.0.2.66]\"@o.ex>"
	    ", relay=" H ", reject=550 5.7.1 <\"a, relay=evil [192.0.2.66]\""
	    "@o.ex>... Relaying denied", LOG_RELAY_DENIED, NULL, "IL", Q,
	    NULL, "\"a, relay=evil [192.0.2.66]\"@o.ex", 550 },
	{ "also where what Sendmail writes cannot be read", Q
	    ": ruleset=check_rcpt, arg1=<\"a, relay=evil [192.0.2.66]\"@o.ex>"
	    ", relay=x/y [203.0.113.5], reject=550 5.7.1 no",
	    LOG_OTHER_REJECT, NULL, "IL", Q, NULL,
	    "\"a, relay=evil [192.0.2.66]\"@o.ex", 550 },
	{ "a relay in a sender", Q ": ruleset=check_mail, arg1=<x,relay=evil"
	    "[192.0.2.66]@o.ex>, relay=" H ", reject=550 5.7.1 no",
	    LOG_OTHER_REJECT, NULL, "IL", Q, "x,relay=evil[192.0.2.66]@o.ex",
	    .code = 550 },
	{ "a relay in a name", "ruleset=check_relay, arg1=x, relay=evil "
	    "[192.0.2.66], arg2=203.0.113.5, relay=" H ", reject=550 no",
	    LOG_OTHER_REJECT, NULL, .code = 550 },
	{ "a relay in a message id", Q ": from=<a@e.com>, size=55, class=0, "
	    "nrcpts=1, msgid=<x, relay=evil [192.0.2.66]>, proto=ESMTP, "
	    "daemon=MTA, relay=" H, LOG_INFO, NULL, "QI", Q, "a@e.com" },
	{ "a part of a line that was too long", Q ": from=<a@e.com>, size=55, "
	    "class=0, nrcpts=1, msgid=<x, relay=evil [192.0.2.66], ...",
	    LOG_INFO, NULL, "QI", Q, "a@e.com" },
	{ "a relay in a user name", Q ": AUTH failure (LOGIN): user not found "
	    "(-20) SASL(-13): user not found: x, user=al, relay=evil "
	    "[192.0.2.66], relay=" H, LOG_AUTH_FAIL, NULL, "IL", Q },
	{ "a relay in a HELO", Q ": invalid domain name (x) from evil "
	    "[192.0.2.66]) from " H, LOG_HELO_REJECT, NULL, "IL", Q },
	{ "a relay at the cut end of a HELO", Q ": invalid domain name (x) "
	    "from evil [192.0.2.66] xxx ...", LOG_HELO_REJECT, NULL, "IL",
	    Q },
	{ "a relay in an unknown recipient", Q ": <\"b>... User unknown, "
	    "relay=evil [192.0.2.66]\"@e.org>... User unknown",
	    LOG_UNKNOWN_RCPT, NULL, "IL", Q, NULL,
	    "\"b>... User unknown, relay=evil [192.0.2.66]\"@e.org" },
	{ "a relay in the login of one that is known", "AUTH=server, relay=" H
	    ", authid=x, relay=evil [192.0.2.66], mech=PLAIN, bits=0",
	    LOG_AUTH_OK, "203.0.113.5" },
	{ "a relay in the words of another server", Q ": to=<b@e.net>, delay="
	    "00:00:00, mailer=esmtp, relay=m.e.net. [198.51.100.10], dsn="
	    "2.0.0, stat=Sent (x, relay=evil [192.0.2.66])", LOG_INFO, NULL,
	    NULL, Q, NULL, "b@e.net" },
	{ "a client in a command", Q ": " H ": probable open proxy: command="
	    "GET evil [192.0.2.66]: probable open proxy", LOG_NON_SMTP,
	    "203.0.113.5", "I", Q },
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
	char got[9];

	snprintf(got, sizeof(got), "%s%s%s%s%s%s%s%s", ev->soft ? "S" : "",
	    ev->null_sender ? "N" : "", ev->rdns_none ? "R" : "",
	    ev->rdns_unconfirmed ? "U" : "", ev->queued ? "Q" : "",
	    is(ev->session, Q) ? "I" : "", ev->client_later ? "L" : "",
	    ev->submission ? "M" : "");
	return strcmp(got, want == NULL ? "" : want) == 0;
}

static enum log_kind
parse(const char *tag, const char *message, struct log_event *ev)
{
	const struct logline_conf conf = { { 0, 0 }, NULL };
	static char line[4096];
	int n = snprintf(line, sizeof(line), "Nov 22 03:48:24 mx %s[42]: %s",
	    tag, message);

	return logline_parse(&conf, (struct str){ line, (size_t)n }, NOW_MS,
	    ev);
}

static void
test_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char client[ADDR_STRLEN] = "none";
		struct log_event ev;
		bool ok = parse("sm-mta", cases[i].message, &ev) ==
		    cases[i].kind;

		if (ev.client.family != 0)
			addr_print(&ev.client, client);
		ok = ok &&
		    strcmp(client,
			cases[i].client ? cases[i].client : "none") == 0 &&
		    ev.code == cases[i].code && is(ev.qid, cases[i].qid) &&
		    is(ev.sender, cases[i].sender) &&
		    is(ev.rcpt, cases[i].rcpt) &&
		    has_flags(&ev, cases[i].flags);
		ZT_CASE(cases[i].name, ok);
		ZT_CASE(cases[i].name,
		    ev.kind == LOG_NONE || is(ev.mta, "sendmail"));
	}
}

static void
test_tags(void)
{
	static const char *const tags[] = { "sendmail", "sm-mta",
		"sm-msp-queue", "sm-que" };
	struct log_event ev;

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		ZT_CASE(tags[i],
		    parse(tags[i], "NOQUEUE: connect from " H, &ev) ==
			LOG_CONNECT);
	ZT_CASE("sendmail(1) of Postfix is not it",
	    parse("postfix/sendmail", "NOQUEUE: connect from " H, &ev) ==
		LOG_NONE);
}

static void
test_names(void)
{
	struct log_event ev;

	(void)parse("sendmail", "NOQUEUE: connect from " H, &ev);
	ZT_CASE("a confirmed name is kept", is(ev.name, "host5.example.com"));
	(void)parse("sendmail",
	    "NOQUEUE: connect from x.example [203.0.113.5] (may be forged)",
	    &ev);
	ZT_CASE("a forged one is not", ev.name.n == 0);
}

/* A logger may have cut off what Sendmail wrote behind that. */
static void
test_long(void)
{
	static char message[2048];
	struct log_event ev;

	for (int pad = 700; pad <= 900; pad += 200) {
		(void)snprintf(message, sizeof(message),
		    Q ": from=<%0*d>, size=0, class=0, nrcpts=0, proto=ESMTP, "
		      "daemon=MTA, relay=" H,
		    pad, 0);
		(void)parse("sendmail", message, &ev);
		ZT_CASE("the relay of a long line is taken, of a very long "
			"one not",
		    (ev.client.family != 0) == (pad == 700));
	}
}

static const struct zt_test tests[] = {
	{ "table", test_table },
	{ "tags", test_tags },
	{ "names", test_names },
	{ "long", test_long },
};

ZT_MAIN("logline_sendmail", tests)
