/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * 203.0.113.5 is the client of every line with a client here, 192.0.2.66 is
 * never one: it stands where a client, a relay or an ident server may write.
 *
 * zt-link: fp/addr @LOGLINE
 */
#include "tests/unit/daemon/eximtext.h"
#include "tests/zt.h"

/* A row of the table stops after the last field that is not empty. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/*
 * flags: S soft, N null sender, R rdns_none, U rdns_unconfirmed, C counters,
 * Q queued, A submission, L the client is not 203.0.113.5 (see the next
 * table); NULL texts are empty.
 */
static const struct {
	const char *message;
	enum log_kind kind;
	unsigned port;
	const char *helo, *sender, *rcpt, *flags;
} cases[] = {
	// clang-format off
	/* connections */
	{ "SMTP connection from [203.0.113.5]:99 I=[192.0.2.25]:25 (TCP/IP "
	    "connection count = 1)", LOG_CONNECT, 99 },
	{ "SMTP connection from [203.0.113.5]", LOG_CONNECT },
	{ "SMTP connection from x.example.net [203.0.113.5] (via inetd)",
	    LOG_CONNECT },
	{ "SMTP connection from " C5 " closed by QUIT", LOG_DISCONNECT, 99,
	    "pc" },
	{ "SMTP connection from " C5 " closed by DROP in ACL", LOG_DISCONNECT,
	    99, "pc" },
	{ "SMTP connection from " C5 " lost (error: Connection reset by peer) "
	    "D=0.002s", LOG_LOST, 99, "pc" },
	{ "SMTP connection from " C5 " lost while reading message data "
	    "(header)", LOG_LOST, 99, "pc" },
	{ "no MAIL in SMTP connection from [203.0.113.5]:99 D=0s",
	    LOG_DISCONNECT, 99, .flags = "C" },
	{ "no MAIL in TLS SMTP connection from " C5 " D=3s A=login X=TLS1.3:x "
	    "CV=no C=EHLO,STARTTLS,EHLO,AUTH,QUIT", LOG_DISCONNECT, 99, "pc",
	    .flags = "C" },
	{ "no MAIL in SMTP connection from [203.0.113.5]:99", LOG_NONE },
	{ "unexpected disconnection while reading SMTP command from " C5
	    " D=0.001s", LOG_LOST, 99, "pc" },
	{ "unexpected disconnection while reading SMTP command from "
	    "x.example.net [203.0.113.5] (error: Connection reset by peer)",
	    LOG_LOST },
	{ "SMTP command timeout on connection from " C5, LOG_LOST, 99, "pc" },
	{ "SMTP command timeout on TLS connection from [203.0.113.5] D=5m",
	    LOG_LOST },
	{ "SMTP data timeout (message abandoned) on connection from (pc) "
	    "[203.0.113.5]:99 F=<a@example.com>", LOG_LOST, 99, "pc" },
	{ ID "SMTP connection lost after final dot " H5 "P=esmtp", LOG_LOST, 99,
	    "pc" },
	{ "SMTP call from " C5 " dropped: too many nonmail commands (last was "
	    "\"NOOP\")", LOG_LOST, 99, "pc" },
	{ "SMTP call from " C5 " dropped: too many syntax or protocol errors "
	    "(last command was \"RCPT X\",  C=EHLO,MAIL,RCPT)", LOG_LOST, 99,
	    "pc" },
	{ "SMTP call from [203.0.113.5] dropped: too many unrecognized "
	    "commands (last was \"x [192.0.2.66]\")", LOG_NON_SMTP },
	{ "Connection from [203.0.113.5]:99 refused: too many connections from "
	    "that IP address", LOG_RATE_LIMIT, 99 },
	{ "Connection from [203.0.113.5]:99 refused: too many connections",
	    LOG_INFO, 99 },
	{ "Connection from [203.0.113.5]:99 refused: load average = 9.00",
	    LOG_INFO, 99 },
	{ "refused connection from [203.0.113.5] (host_reject_connection)",
	    LOG_OTHER_REJECT },
	{ "temporarily refused connection from [203.0.113.5]: not in reserve "
	    "list: connected=9 max=9 reserve=1", LOG_INFO },
	{ "TLS error on connection from " C5 " (gnutls_handshake): timed out",
	    LOG_INFO, 99, "pc" },
	/* the host */
	{ "H=[203.0.113.5] F=<a@e.com> rejected RCPT <b@e.org>: Unrouteable "
	    "address", LOG_UNKNOWN_RCPT, 0, NULL, "a@e.com", "b@e.org" },
	{ "H=[203.0.113.5]:99 F=<a@e.com> rejected RCPT <b@e.org>: Unknown "
	    "user", LOG_UNKNOWN_RCPT, 99, NULL, "a@e.com", "b@e.org" },
	{ "H=x.example.net [203.0.113.5]:99 F=<> rejected RCPT <b@e.org>: No "
	    "Such User Here", LOG_UNKNOWN_RCPT, 99, NULL, NULL, "b@e.org",
	    "N" },
	{ "H=x.example.net (pc) [203.0.113.5]:99 F=<a@e.com> rejected RCPT "
	    "<b@e.org>: Unrouteable address", LOG_UNKNOWN_RCPT, 99, "pc",
	    "a@e.com", "b@e.org" },
	{ "H=([192.0.2.66]) [203.0.113.5] F=<a@e.com> rejected RCPT <b@e.org>: "
	    "Unrouteable address", LOG_UNKNOWN_RCPT, 0, "[192.0.2.66]",
	    "a@e.com", "b@e.org" },
	{ "H=([IPv6:2001:db8::66]) [203.0.113.5] F=<a@e.com> rejected RCPT "
	    "<b@e.org>: Unrouteable address", LOG_UNKNOWN_RCPT, 0,
	    "[IPv6:2001:db8::66]", "a@e.com", "b@e.org" },
	{ "H=() [::ffff:203.0.113.5]:99 F=<a@e.com> rejected RCPT <b@e.org>: "
	    "Unrouteable address", LOG_UNKNOWN_RCPT, 99, NULL, "a@e.com",
	    "b@e.org" },
	{ "H=(a (b) [c] [203.0.113.5]) [203.0.113.5]:99 F=<a@e.com> rejected "
	    "RCPT <b@e.org>: Unrouteable address", LOG_UNKNOWN_RCPT, 99,
	    "a (b) [c] [203.0.113.5]", "a@e.com", "b@e.org" },
	{ "H=(pc) [203.0.113.5]:99 I=[192.0.2.25]:587 F=<a@e.com> rejected "
	    "RCPT <b@e.org>: Unrouteable address", LOG_UNKNOWN_RCPT, 99, "pc",
	    "a@e.com", "b@e.org", "A" },
	{ "H=(pc) [203.0.113.5]:99 I=[2001:db8::25]:465 F=<a@e.com> rejected "
	    "RCPT <b@e.org>: Unrouteable address", LOG_UNKNOWN_RCPT, 99, "pc",
	    "a@e.com", "b@e.org", "A" },
	{ H5 "X=TLS1.3:x:256 CV=no SNI=\"a b\" F=<a@e.com> rejected RCPT "
	    "<b@e.org>: relay not permitted", LOG_RELAY_DENIED, 99, "pc",
	    "a@e.com", "b@e.org" },
	{ H5 "F=<a@e.com> A=login:alice rejected RCPT <b@e.org>: Unrouteable "
	    "address", LOG_UNKNOWN_RCPT, 99, "pc", "a@e.com", "b@e.org", "A" },
	{ "H=x y [203.0.113.5] rejected RCPT <b@e.org>: no", LOG_NONE },
	{ "H=x.example.net", LOG_NONE },
	{ "H=[203.0.113.256] rejected RCPT <b@e.org>: no", LOG_NONE },
	{ "H=(pc) [203.0.113.5", LOG_NONE },
	{ "H=(pc)[203.0.113.5] rejected RCPT <b@e.org>: no", LOG_NONE },
	/* what was rejected, and why */
	{ H5 "F=<a@e.com> temporarily rejected RCPT <b@e.org>: greylisted, try "
	    "again", LOG_INFO, 99, "pc", "a@e.com", "b@e.org", "S" },
	{ H5 "F=<a@e.com> temporarily rejected RCPT <b@e.org>: Could not "
	    "complete recipient verify callout", LOG_INFO, 99, "pc", "a@e.com",
	    "b@e.org", "S" },
	{ H5 "F=<a@e.com> temporarily rejected RCPT <b@e.org>: not now",
	    LOG_OTHER_REJECT, 99, "pc", "a@e.com", "b@e.org", "S" },
	{ H5 "F=<a@e.com> rejected RCPT <b@e.org>: Sender verify failed",
	    LOG_OTHER_REJECT, 99, "pc", "a@e.com", "b@e.org" },
	{ H5 "F=<a@e.com> rejected RCPT <b@e.org>: rejected because "
	    "203.0.113.5 is in a black list at zen.example.org",
	    LOG_LIST_REJECT, 99, "pc", "a@e.com", "b@e.org" },
	{ H5 "F=<a@e.com> rejected RCPT <b@e.org>: JunkMail rejected - (pc) "
	    "[203.0.113.5] is listed at list.example.org", LOG_LIST_REJECT, 99,
	    "pc", "a@e.com", "b@e.org" },
	{ H5 "Warning: 203.0.113.5 is listed at list.example.org", LOG_INFO,
	    99, "pc" },
	{ H5 "F=<a@e.com> rejected RCPT <b@e.org>: rDNS missing",
	    LOG_NAME_REJECT, 99, "pc", "a@e.com", "b@e.org" },
	{ H5 "F=<a@e.com> rejected RCPT <b@e.org>: HELO is forged",
	    LOG_HELO_REJECT, 99, "pc", "a@e.com", "b@e.org" },
	{ H5 "F=<a@e.com> rejected RCPT <b@e.org>", LOG_OTHER_REJECT, 99, "pc",
	    "a@e.com", "b@e.org" },
	{ H5 "F=<a@e.com> rejected RCPT <\"x>: relay not permitted (\"@e.org>: "
	    "Unrouteable address", LOG_UNKNOWN_RCPT, 99, "pc", "a@e.com",
	    "\"x>: relay not permitted (\"@e.org" },
	{ H5 "F=<a.\"b> A=x rejected RCPT <c>: d\"@e.com> rejected RCPT "
	    "<b@e.org>: Unrouteable address", LOG_UNKNOWN_RCPT, 99, "pc",
	    "a.\"b> A=x rejected RCPT <c>: d\"@e.com", "b@e.org" },
	{ H5 "rejected MAIL <a@e.com>: unknown user", LOG_OTHER_REJECT, 99,
	    "pc", "a@e.com" },
	{ H5 "rejected EHLO or HELO pc: no such host", LOG_HELO_REJECT, 99,
	    "pc" },
	{ H5 "rejected EXPN x", LOG_OTHER_REJECT, 99, "pc" },
	{ ID H5 "F=<a@e.com> rejected after DATA: unknown user, spam",
	    LOG_CONTENT_REJECT, 99, "pc", "a@e.com" },
	{ ID97 H5 "F=<a@e.com> temporarily rejected after DATA: clamd: no "
	    "connection", LOG_INFO, 99, "pc", "a@e.com", NULL, "S" },
	{ ID "F=<a@e.com> " H5 "P=esmtp rejected by local_scan(): spam",
	    LOG_CONTENT_REJECT, 99, "pc", "a@e.com" },
	{ ID "rejected from <a@e.com> " H5 ": message too big: read=9 max=8",
	    LOG_OTHER_REJECT, 99, "pc", "a@e.com" },
	{ "rejected MAIL FROM:<a@e.com> H=[203.0.113.5]: message too big: "
	    "size=9 max=8", LOG_OTHER_REJECT, 0, NULL, "a@e.com" },
	{ H5 "sender verify fail for <a@e.com>: Unrouteable address", LOG_INFO,
	    99, "pc" },
	{ H5 "incomplete transaction (RSET) from <a@e.com>", LOG_INFO, 99,
	    "pc" },
	{ "H=[203.0.113.5] rejected connection in \"connect\" ACL: go away",
	    LOG_OTHER_REJECT },
	{ "H=[203.0.113.5] temporarily rejected connection in \"connect\" ACL: "
	    "Host is ratelimited (12.0/1h max:10)", LOG_RATE_LIMIT,
	    .flags = "S" },
	{ "H=[203.0.113.5] rejected connection in \"connect\" ACL: listed at "
	    "list.example.org", LOG_LIST_REJECT },
	{ "rejected EHLO from [203.0.113.5]:99: syntactically invalid "
	    "argument(s): x_y", LOG_HELO_REJECT, 99, "x_y" },
	{ "rejected HELO from x.example.net [203.0.113.5]: syntactically "
	    "invalid argument(s): (no argument given)", LOG_HELO_REJECT },
	{ "rejected EHLO from [203.0.113.5]: syntactically invalid "
	    "argument(s): x) [192.0.2.66]", LOG_HELO_REJECT, 0,
	    "x) [192.0.2.66]" },
	{ "rejected MAIL from [203.0.113.5]: no HELO/EHLO given",
	    LOG_OTHER_REJECT },
	{ "unqualified sender rejected: <x> " H5, LOG_OTHER_REJECT, 99, "pc",
	    "x" },
	{ "unqualified recipient rejected: <x> " H5, LOG_OTHER_REJECT, 99, "pc",
	    NULL, "x" },
	{ "too many recipients: excess temporarily rejected: sender=<a@e.com> "
	    H5, LOG_OTHER_REJECT, 99, "pc", "a@e.com", NULL, "S" },
	{ "SMTP syntax error in \"MAIL FROM:<x\" " H5 "malformed address",
	    LOG_OTHER_REJECT, 99, "pc" },
	{ "SMTP protocol error in \"AUTH LOGIN\" " H5 "AUTH command used when "
	    "not advertised", LOG_OTHER_REJECT, 99, "pc" },
	{ "SMTP syntax error in \"GET / HTTP/1.1\" " H5 "unrecognized command",
	    LOG_NON_SMTP, 99, "pc" },
	/* out of turn */
	{ EARLY "[203.0.113.5]:99 I=[192.0.2.25]:25 input=\"EHLO x) "
	    "[192.0.2.66]\\r\\n\"", LOG_EARLY_TALK, 99 },
	{ EARLY "[203.0.113.5] input=\"GET / HTTP/1.1\\r\\n\"", LOG_NON_SMTP },
	{ EARLY "[203.0.113.5]", LOG_EARLY_TALK },
	{ SOON "MAIL FROM:<a@e.com>\" " H5 "next input=\"RCPT TO:<x "
	    "[192.0.2.66]>\\r\\n\"", LOG_PIPELINING, 99, "pc" },
	{ SYNC "(next input sent too soon: pipelining was advertised): "
	    "rejected \"DATA\" H=[203.0.113.5] next input=\"\"",
	    LOG_PIPELINING },
	/* names and logins */
	{ "no host name found for IP address 203.0.113.5", LOG_INFO,
	    .flags = "R" },
	{ "no host name found for IP address 203.0.113.5 x", LOG_NONE },
	{ "no IP address found for host x.example.net (during SMTP connection "
	    "from [203.0.113.5]:99 I=[192.0.2.25]:25)", LOG_INFO, 99,
	    .flags = "U" },
	{ "no IP address found for host pc (during SMTP connection from (pc) "
	    "[203.0.113.5]:99)", LOG_INFO, 99, "pc" },
	{ "no IP address found for host x.example.net", LOG_NONE },
	{ "plain authenticator failed for " C5 ": 535 Incorrect authentication "
	    "data (set_id=x [192.0.2.66])", LOG_AUTH_FAIL, 99, "pc" },
	{ "login authenticator failed for [203.0.113.5]: 535 Incorrect "
	    "authentication data", LOG_AUTH_FAIL },
	{ "plain authenticator failed for " C5 ": 435 Unable to authenticate "
	    "at present", LOG_INFO, 99, "pc" },
	{ "plain authenticator failed for " C5 ": 501 Authentication cancelled",
	    LOG_INFO, 99, "pc" },
	{ "a b authenticator failed for " C5 ": 535 x", LOG_NONE },
	/* mail that came in */
	{ ID "<= a@e.com " H5 "P=esmtp S=234 id=x@e.com", LOG_ACCEPT, 99, "pc",
	    "a@e.com", NULL, "Q" },
	{ ID97 "<= <> H=[203.0.113.5] P=esmtps X=TLS1.3:x CV=no S=1",
	    LOG_ACCEPT, 0, NULL, NULL, NULL, "NQ" },
	{ ID "<= a@e.com H=(pc) [203.0.113.5] I=[192.0.2.25]:587 P=esmtpa "
	    "A=plain:alice S=1", LOG_AUTH_OK, 0, "pc", "a@e.com", NULL, "A" },
	{ ID "<= a@e.com " H5 "P=esmtpsa X=TLS1.3:x CV=no A=login:al S=1",
	    LOG_AUTH_OK, 99, "pc", "a@e.com" },
	{ ID "<= a@e.com " H5 "P=asmtp A=login:al S=1", LOG_AUTH_OK, 99, "pc",
	    "a@e.com" },
	{ ID "<= a@e.com " H5 "P=esmtps DN=\"x\" A=login:al\" S=1", LOG_ACCEPT,
	    99, "pc", "a@e.com", NULL, "Q" },
	{ ID "<= a@e.com " H5 "U=x P=esmtpsa P=esmtp S=1", LOG_ACCEPT, 99, "pc",
	    "a@e.com", NULL, "Q" },
	{ ID "<= \"x y\"@e.com " H5 "P=esmtp S=1", LOG_ACCEPT, 99, "pc",
	    "\"x y\"@e.com", NULL, "Q" },
	{ ID "<= a@e.com " H5 "P=esmtp S=1 id=x T=\"y H=[192.0.2.66]\"",
	    LOG_ACCEPT, 99, "pc", "a@e.com", NULL, "Q" },
	// clang-format on
};

static bool
is_text(struct str s, const char *want)
{
	return want == NULL ? s.n == 0 :
			      str_eq(s, (struct str){ want, strlen(want) });
}

static bool
is_addr(const struct addr *a, const char *want)
{
	struct addr w = { 0 };

	return (want == NULL ||
		   addr_parse((struct str){ want, strlen(want) }, &w)) &&
	    addr_eq(a, &w);
}

static void
print_flags(const struct log_event *ev, char out[10])
{
	size_t n = 0;

	if (ev->soft)
		out[n++] = 'S';
	if (ev->null_sender)
		out[n++] = 'N';
	if (ev->rdns_none)
		out[n++] = 'R';
	if (ev->rdns_unconfirmed)
		out[n++] = 'U';
	if (ev->has_counters)
		out[n++] = 'C';
	if (ev->queued)
		out[n++] = 'Q';
	if (ev->submission)
		out[n++] = 'A';
	out[n] = '\0';
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

/* Each line in Exim's own file and in syslog. */
static void
test_exim_table(void)
{
	static const char *const heads[] = { STAMP,
		"2026-11-22 04:48:24.000 +0100 [4011] ",
		"Nov 22 03:48:24 mx exim[4011]: ",
		"Nov 22 03:48:24 mx exim[4011]: " STAMP,
		"2026-11-22T03:48:24Z mx exim4[4011]: " STAMP "[4011] " };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t h = 0; h < 5; h++) {
			char line[1024], flags[10];
			struct log_event ev;
			bool ok;

			parse(line, sizeof(line), heads[h], cases[i].message,
			    &ev);
			print_flags(&ev, flags);
			ok = ev.kind == cases[i].kind && ev.t_ms == NOW_MS &&
			    str_eq(ev.mta, STR("exim")) &&
			    is_addr(&ev.client,
				ev.kind == LOG_NONE ? NULL : "203.0.113.5") &&
			    ev.port == cases[i].port &&
			    is_text(ev.helo, cases[i].helo) &&
			    is_text(ev.sender, cases[i].sender) &&
			    is_text(ev.rcpt, cases[i].rcpt) &&
			    strcmp(flags,
				cases[i].flags == NULL ? "" : cases[i].flags) ==
				0;
			ZT_CASE(line, ok);
		}
}

/* Our own deliveries: the address is the relay's. */
static const struct {
	const char *message;
	enum log_kind kind;
	const char *relay, *rcpt, *qid;
} mails[] = {
	// clang-format off
	{ ID "=> x@e.com R=remote T=remote_smtp H=six.example.net "
	    "[198.51.100.25] I=[192.0.2.25] C=\"250 ok [192.0.2.66]\"",
	    LOG_SENT, "198.51.100.25", "x@e.com", "1ywz9X-0002pJ-2w" },
	{ ID97 "-> x@e.com <y@e.com> F=<a@e.org> P=<a@e.org> R=remote "
	    "T=remote_smtp S=9 H=six.example.net [2001:db8::25]:25 C=\"250\"",
	    LOG_SENT, "2001:db8::25", "y@e.com", "1ywz9X-00000000abc-0123" },
	{ ID ">> x@e.com R=remote T=remote_smtp H=198.51.100.25 "
	    "[198.51.100.25]", LOG_SENT, "198.51.100.25", "x@e.com",
	    "1ywz9X-0002pJ-2w" },
	{ ID "=> bob <bob@e.org> R=local T=maildir", LOG_INFO, NULL,
	    "bob@e.org", "1ywz9X-0002pJ-2w" },
	{ ID "** x@e.com R=remote T=remote_smtp H=six.example.net "
	    "[198.51.100.25]: SMTP error from remote mail server after "
	    "RCPT TO:<x@e.com>: 550 no H=x [192.0.2.66]", LOG_BOUNCED,
	    "198.51.100.25", "x@e.com", "1ywz9X-0002pJ-2w" },
	{ ID "** x@e.com: Unrouteable address", LOG_INFO, NULL, NULL,
	    "1ywz9X-0002pJ-2w" },
	{ ID "== x@e.com R=remote T=remote_smtp defer (-44) H=six.example.net "
	    "[198.51.100.25]: 451 later", LOG_INFO, NULL, "x@e.com",
	    "1ywz9X-0002pJ-2w" },
	{ ID "<= <> R=1ywz9X-0002pJ-2v U=Debian-exim P=local S=1728",
	    LOG_OWN_BOUNCE, NULL, NULL, "1ywz9X-0002pJ-2w" },
	{ ID "<= bob@e.org U=bob P=local S=1728", LOG_INFO, NULL, NULL,
	    "1ywz9X-0002pJ-2w" },
	{ ID "Completed QT=1s", LOG_INFO, NULL, NULL, "1ywz9X-0002pJ-2w" },
	/* text of the recipient that looks like a relay */
	{ ID "=> x R=a T=b H=c [192.0.2.66] <\"x R=a T=b H=c [192.0.2.66]\""
	    "@e.org> R=local T=maildir", LOG_INFO, NULL, NULL,
	    "1ywz9X-0002pJ-2w" },
	{ ID "=> \"x H=c [192.0.2.66]\"@e.com R=remote T=remote_smtp "
	    "H=six.example.net [198.51.100.25]", LOG_SENT, "198.51.100.25",
	    "\"x H=c [192.0.2.66]\"@e.com", "1ywz9X-0002pJ-2w" },
	{ ID "=> x H=c [192.0.2.66] <\"x H=c [192.0.2.66]\"@e.org> R=local "
	    "T=maildir", LOG_INFO, NULL, NULL, "1ywz9X-0002pJ-2w" },
	/* ids that are none */
	{ "1ywz9X-0002pJ-2 Completed", LOG_NONE, NULL, NULL, NULL },
	{ "1ywz9X-00000000abc-012 Completed", LOG_NONE, NULL, NULL, NULL },
	{ "1ywz9-0002pJ-2w Completed", LOG_NONE, NULL, NULL, NULL },
	{ ID "Message is frozen", LOG_NONE, NULL, NULL, NULL },
	// clang-format on
};

static void
test_exim_mail(void)
{
	for (size_t i = 0; i < sizeof(mails) / sizeof(mails[0]); i++) {
		char line[1024];
		struct log_event ev;

		parse(line, sizeof(line), STAMP, mails[i].message, &ev);
		ZT_CASE(line,
		    ev.kind == mails[i].kind &&
			is_addr(&ev.client, mails[i].relay) && ev.port == 0 &&
			is_text(ev.rcpt, mails[i].rcpt) &&
			is_text(ev.qid, mails[i].qid));
	}
}

static void
test_exim_counters(void)
{
	static const char line[] = STAMP
	    "no MAIL in SMTP connection from [203.0.113.5]:99 D=1s "
	    "C=EHLO,AUTH,AUTH,HELP,QUIT";
	struct log_event ev;

	logline_parse(&conf, STR(line), NOW_MS, &ev);
	ZT_CASE("commands are counted",
	    ev.n.ehlo == 1 && ev.n.auth == 2 && ev.n.unknown == 1 &&
		ev.n.quit == 1 && ev.n.commands == 5 && ev.n.rcpt == -1);
}

static const struct zt_test tests[] = {
	{ "table", test_exim_table },
	{ "mail", test_exim_mail },
	{ "counters", test_exim_counters },
};
ZT_MAIN("logline_exim", tests)
