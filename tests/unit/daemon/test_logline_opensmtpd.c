/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr @LOGLINE
 */
#include "daemon/logline.h"
#include "tests/zt.h"

#define NOW_MS (1795319304 * 1000LL) /* 2026-11-22 03:48:24 */
#define SID    "d1fc13e574ef953f"

/* A row of the table stops after the last field that is not empty. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/*
 * flags: S soft, N null sender, R rdns_none, M name_claimed, Q queued, I with
 * the session id; NULL texts are empty.
 */
static const struct {
	const char *name, *message;
	enum log_kind kind;
	const char *client, *flags, *qid, *sender, *rcpt, *helo;
	unsigned code;
} cases[] = {
	// clang-format off
	{ "a connection has its address", SID
	    " smtp connected address=198.51.100.10 host=mail.example.net",
	    LOG_CONNECT, "198.51.100.10", "MI" },
	{ "an IPv6 address stands in brackets", SID
	    " smtp connected address=[2001:db8::25] host=mail.example.net",
	    LOG_CONNECT, "2001:db8::25", "MI" },
	{ "a mapped address is folded", SID
	    " smtp connected address=[::ffff:203.0.113.5] host=x.example",
	    LOG_CONNECT, "203.0.113.5", "MI" },
	{ "an unknown host has no name", SID
	    " smtp connected address=203.0.113.5 host=<unknown>",
	    LOG_CONNECT, "203.0.113.5", "RI" },
	{ "our own connection has no address", SID
	    " smtp connected address=local host=mx.example.org", LOG_NONE },
	{ "an id that is too short", "d1fc13e574ef953"
	    " smtp connected address=198.51.100.10 host=x", LOG_NONE },
	{ "an address that is none", SID
	    " smtp connected address=198.51.100.256 host=x", LOG_NONE },
	{ "no host", SID " smtp connected address=198.51.100.10", LOG_NONE },
	{ "the old form of connect", SID
	    " smtp event=connected address=198.51.100.10 host=x.example",
	    LOG_CONNECT, "198.51.100.10", "MI" },
	{ "quit is a disconnect", SID " smtp disconnected reason=quit",
	    LOG_DISCONNECT, NULL, "I" },
	{ "the old form of disconnect", SID " smtp event=closed reason=quit",
	    LOG_DISCONNECT, NULL, "I" },
	{ "a disconnect without a quit is lost", SID
	    " smtp disconnected reason=disconnect", LOG_LOST, NULL, "I" },
	{ "a timeout is lost", SID " smtp disconnected reason=timeout",
	    LOG_LOST, NULL, "I" },
	{ "a reset is lost", SID
	    " smtp disconnected reason=\"io-error: Connection reset by peer\"",
	    LOG_LOST, NULL, "I" },
	{ "an unknown recipient", SID " smtp failed-command command=\"RCPT "
	    "TO:<no@example.org>\" result=\"550 Invalid recipient: "
	    "<no@example.org>\"", LOG_UNKNOWN_RCPT, NULL, "I", NULL, NULL,
	    "no@example.org", NULL, 550 },
	{ "in small letters, with a code", SID " smtp failed-command command="
	    "\"rcpt to:<no@e.org> NOTIFY=NEVER\" result=\"550 5.1.1 who?\"",
	    LOG_UNKNOWN_RCPT, NULL, "I", NULL, NULL, "no@e.org", NULL, 550 },
	{ "a recipient named relay is unknown, not relayed", SID
	    " smtp failed-command command=\"RCPT TO:<relay@e.org>\" "
	    "result=\"550 Invalid recipient: <relay@e.org>\"",
	    LOG_UNKNOWN_RCPT, NULL, "I", NULL, NULL, "relay@e.org", NULL,
	    550 },
	{ "relaying denied by a filter", SID " smtp failed-command command="
	    "\"RCPT TO:<a@e.com>\" result=\"550 5.7.1 Relaying denied\"",
	    LOG_RELAY_DENIED, NULL, "I", NULL, NULL, "a@e.com", NULL, 550 },
	{ "a recipient that is only put off", SID " smtp failed-command "
	    "command=\"RCPT TO:<a@e.org>\" result=\"451 4.7.1 Greylisted\"",
	    LOG_INFO, NULL, "SI", NULL, NULL, "a@e.org", NULL, 451 },
	{ "a bad address", SID " smtp failed-command command=\"RCPT TO:<\"x "
	    "y\"@e.org>\" result=\"501 5.1.3 Recipient address syntax error\"",
	    LOG_OTHER_REJECT, NULL, "I", NULL, NULL, "\"x y\"@e.org", NULL,
	    501 },
	{ "a list, asked at the connection", SID " smtp failed-command "
	    "command=\"\" result=\"550 listed at dnsbl.example.com\"",
	    LOG_LIST_REJECT, NULL, "I", .code = 550 },
	{ "no reverse name", SID " smtp failed-command command=\"\" "
	    "result=\"550 no reverse name\"", LOG_NAME_REJECT, NULL, "I",
	    .code = 550 },
	{ "a HELO that is refused", SID " smtp failed-command command=\"HELO "
	    "evil\" result=\"501 bad helo\"", LOG_HELO_REJECT, NULL, "I",
	    .helo = "evil", .code = 501 },
	{ "an HTTP request", SID " smtp failed-command command=\"GET / HTTP/"
	    "1.1\" result=\"500 5.5.1 Invalid command: Command unrecognized\"",
	    LOG_NON_SMTP, NULL, "I", .code = 500 },
	{ "a command that nobody knows", SID " smtp failed-command command="
	    "\"XYZZY\" result=\"500 5.5.1 Invalid command: Command "
	    "unrecognized\"", LOG_OTHER_REJECT, NULL, "I", .code = 500 },
	{ "too many", SID " smtp failed-command command=\"RCPT TO:<a@e.org>\""
	    " result=\"451 4.5.3 Too many recipients\"", LOG_RATE_LIMIT, NULL,
	    "SI", NULL, NULL, "a@e.org", NULL, 451 },
	{ "a refused message", SID " smtp failed-command command=\"DATA\" "
	    "result=\"550 5.7.1 spam message rejected\"", LOG_CONTENT_REJECT,
	    NULL, "I", .code = 550 },
	{ "our disk is full", SID " smtp failed-command command=\"DATA\" "
	    "result=\"452 4.3.1 Temporary failure\"", LOG_INFO, NULL, "SI",
	    .code = 452 },
	{ "a failed login", SID " smtp failed-command command=\"AUTH LOGIN "
	    "(password)\" result=\"535 Authentication failed\"",
	    LOG_AUTH_FAIL, NULL, "I", .code = 535 },
	{ "a login that we cannot check", SID " smtp failed-command command="
	    "\"AUTH PLAIN (...)\" result=\"421 4.3.0 Temporary Error\"",
	    LOG_INFO, NULL, "SI", .code = 421 },
	{ "TLS is wanted first", SID " smtp failed-command command=\"MAIL "
	    "FROM:<a@e.org>\" result=\"530 5.5.1 Invalid command: Must issue a"
	    " STARTTLS command first\"", LOG_INFO, NULL, "I", .code = 530 },
	{ "a login", SID " smtp authentication user=al result=ok",
	    LOG_AUTH_OK, NULL, "I" },
	{ "a login that fails is told by its command", SID
	    " smtp authentication user=al result=ok result=permfail",
	    LOG_INFO, NULL, "I" },
	{ "pipelining", SID " smtp bad-input result=\"500 5.5.1 Invalid "
	    "command: Pipelining not supported\"", LOG_PIPELINING, NULL,
	    "I" },
	{ "a command that is too long", SID " smtp bad-input result=\"500 "
	    "5.0.0 Command line too long\"", LOG_NON_SMTP, NULL, "I" },
	{ "a line of text that is too long", SID " smtp bad-input result=\"500"
	    " 5.0.0 Line too long\"", LOG_OTHER_REJECT, NULL, "I" },
	{ "a message", SID " smtp message msgid=bdc8fd58 size=381 nrcpt=2 "
	    "proto=ESMTP", LOG_ACCEPT, NULL, "I", "bdc8fd58" },
	{ "an envelope", SID " smtp envelope evpid=bdc8fd58c411392a from="
	    "<bob@example.net> to=<al@example.org>", LOG_INFO, NULL, "QI",
	    "bdc8fd58", "bob@example.net", "al@example.org" },
	{ "of a bounce", SID " smtp envelope evpid=bdc8fd58c411392a from=<> "
	    "to=<al@example.org>", LOG_INFO, NULL, "NQI", "bdc8fd58", NULL,
	    "al@example.org" },
	{ "our delivery", SID " mta delivery evpid=7bcd8f842b9bc716 from="
	    "<al@e.org> to=<b@e.net> rcpt=<-> source=\"192.0.2.10\" relay="
	    "\"198.51.100.10 (mail.example.net)\" delay=0s result=\"Ok\" stat="
	    "\"250 queued\"", LOG_SENT, "198.51.100.10", NULL, "7bcd8f84",
	    "al@e.org", "b@e.net" },
	{ "by IPv6", SID " mta delivery evpid=7bcd8f842b9bc716 from=<> to="
	    "<b@e.net> rcpt=<-> source=\"-\" relay=\"[2001:db8::25] (x)\" "
	    "delay=0s result=\"Ok\" stat=\"250 ok\"", LOG_SENT,
	    "2001:db8::25", "N", "7bcd8f84", NULL, "b@e.net" },
	{ "refused for good", SID " mta delivery evpid=7bcd8f842b9bc716 from="
	    "<al@e.org> to=<b@e.net> rcpt=<-> source=\"192.0.2.10\" relay="
	    "\"198.51.100.10\" delay=0s result=\"PermFail\" stat=\"550 no\"",
	    LOG_BOUNCED, "198.51.100.10", NULL, "7bcd8f84", "al@e.org",
	    "b@e.net" },
	{ "refused for now", SID " mta delivery evpid=7bcd8f842b9bc716 from="
	    "<al@e.org> to=<b@e.net> rcpt=<-> source=\"192.0.2.10\" relay="
	    "\"198.51.100.10\" delay=0s result=\"TempFail\" stat=\"451 no\"",
	    LOG_INFO, "198.51.100.10", NULL, "7bcd8f84", "al@e.org",
	    "b@e.net" },
	{ "what mta says otherwise", SID " mta connected", LOG_NONE },
	{ "what has no session", "info: OpenSMTPD 6.8.0p2 starting",
	    LOG_NONE },
	{ "a relay in the recipient leaves the delivery without one", SID
	    " mta delivery evpid=7bcd8f842b9bc716 from=<al@e.org> to=<\"a> "
	    "relay=\\\"192.0.2.66\"@e.net> rcpt=<-> source=\"-\" relay=\""
	    "192.0.2.66 (x)\" relay=\"198.51.100.10\" delay=0s result=\"Ok\" "
	    "stat=\"250 ok\"", LOG_SENT, NULL, NULL, "7bcd8f84", "al@e.org",
	    "\"a> relay=\\\"192.0.2.66\"@e.net" },
	{ "a relay in what the server said, too", SID
	    " mta delivery evpid=7bcd8f842b9bc716 from=<al@e.org> to=<b@e.net>"
	    " rcpt=<-> source=\"-\" relay=\"198.51.100.10\" delay=0s result="
	    "\"Ok\" stat=\"250 x relay=\"192.0.2.66\"\"", LOG_SENT, NULL,
	    NULL, "7bcd8f84", "al@e.org", "b@e.net" },
	{ "an address in a HELO is text", SID " smtp failed-command command="
	    "\"EHLO x address=192.0.2.66 host=y\" result=\"501 5.5.4 Invalid "
	    "command arguments: Invalid domain name\"", LOG_HELO_REJECT, NULL,
	    "I", .helo = "x address=192.0.2.66 host=y", .code = 501 },
	{ "an address in a command is text", SID " smtp failed-command "
	    "command=\"address=192.0.2.66 host=x command=\" result=\"500 no\"",
	    LOG_OTHER_REJECT, NULL, "I", .code = 500 },
	{ "an address in a name is text", SID " smtp connected address="
	    "203.0.113.5 host=x address=192.0.2.66 host=y", LOG_CONNECT,
	    "203.0.113.5", "MI" },
	{ "a result in a recipient changes nothing", SID " smtp failed-command"
	    " command=\"RCPT TO:<a\" result=\"250 ok address=192.0.2.66@e.org>"
	    "\" result=\"550 Invalid recipient\"", LOG_UNKNOWN_RCPT, NULL,
	    "I", NULL, NULL, "a\" result=\"250 ok address=192.0.2.66@e.org",
	    NULL, 550 },
	{ "an address in a user name is text", SID " smtp authentication "
	    "user=x address=192.0.2.66 result=ok", LOG_AUTH_OK, NULL, "I" },
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
	    ev->name_claimed ? "M" : "", ev->queued ? "Q" : "",
	    is(ev->session, SID) ? "I" : "");
	return strcmp(got, want == NULL ? "" : want) == 0;
}

static void
test_table(void)
{
	const struct logline_conf conf = { { 0, 0 }, NULL };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[1024], client[ADDR_STRLEN] = "none";
		struct log_event ev;
		bool ok;
		int n = snprintf(line, sizeof(line),
		    "Nov 22 03:48:24 mx smtpd[42]: %s", cases[i].message);

		ok = logline_parse(&conf, (struct str){ line, (size_t)n },
			 NOW_MS, &ev) == cases[i].kind;
		if (ev.client.family != 0)
			addr_print(&ev.client, client);
		ok = ok &&
		    strcmp(client,
			cases[i].client ? cases[i].client : "none") == 0 &&
		    ev.code == cases[i].code && is(ev.qid, cases[i].qid) &&
		    is(ev.sender, cases[i].sender) &&
		    is(ev.rcpt, cases[i].rcpt) && is(ev.helo, cases[i].helo) &&
		    has_flags(&ev, cases[i].flags);
		ZT_CASE(cases[i].name, ok);
		ZT_CASE(cases[i].name,
		    ev.kind == LOG_NONE || is(ev.mta, "opensmtpd"));
	}
}

static const struct zt_test tests[] = {
	{ "table", test_table },
};

ZT_MAIN("logline_opensmtpd", tests)
