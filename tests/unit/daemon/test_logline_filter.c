/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What content filters log: whose verdict it is is told by the queue id, never
 * by an address or an id that the sender of the message wrote.
 *
 * zt-link: fp/addr @LOGLINE
 */
#include "tests/unit/daemon/logcase.h"

#define HEAD "Nov 22 03:48:24 mx "
#define AM   HEAD "amavis[9]: (9-01) "
#define IP   "203.0.113.5"
#define CL   ", [" IP "]:99 [198.51.100.7] "
#define Q    "4XYZbc1234zDEF"
#define RS   HEAD "rspamd[9]: <44330b>; task; rspamd_task_write_log: id: "
#define SD   "spamd[9]: spamd: result: "
#define SP \
	" scantime=0.1,size=9,user=x,uid=9,required_score=5.0,rhost=" \
	"localhost,raddr=127.0.0.1,rport=/s,mid="

static const struct logcase cases[] = {
	// clang-format off
	{ AM "Passed CLEAN {RelayedInbound}" CL "<a@example.com> -> "
	    "<b@example.org>, Queue-ID: " Q ", Message-ID: <x>, Hits: 0, 9 ms",
	    LOG_INFO, .qid = Q, .sender = "a@example.com",
	    .rcpt = "b@example.org" },
	{ AM "Blocked SPAM {DiscardedInbound,Quarantined}" CL "<a@example.com> "
	    "-> <b@example.org>,<c@example.org>, quarantine: s/x.gz, Queue-ID: "
	    Q ", Message-ID: <x, Queue-ID: 4FORGED, y>, Hits: 22, 9 ms",
	    LOG_CONTENT_REJECT, .qid = Q, .sender = "a@example.com",
	    .rcpt = "b@example.org" },
	{ AM "Passed SPAMMY {RelayedTaggedInbound}, [2001:db8::5]:99 "
	    "[2001:db8::5] <> -> <b@example.org>, Queue-ID: " Q ", Hits: 6",
	    LOG_CONTENT_REJECT, .qid = Q, .rcpt = "b@example.org",
	    .flags = "N" },
	{ AM "Blocked INFECTED (Eicar-Test) {DiscardedInbound}" CL "<a> -> <b>,"
	    " quarantine: v, Queue-ID: " Q ", Hits: -", LOG_CONTENT_REJECT,
	    .qid = Q, .sender = "a", .rcpt = "b" },
	{ AM "Blocked BANNED (x | y,.exe,z.exe) {DiscardedInbound}" CL "<a> -> "
	    "<b>, Queue-ID: " Q ", Hits: -", LOG_CONTENT_REJECT, .qid = Q,
	    .sender = "a", .rcpt = "b" },
	{ AM "Passed BANNED (x) {RelayedInbound}" CL "<a> -> <b>, Queue-ID: " Q,
	    LOG_INFO, .qid = Q, .sender = "a", .rcpt = "b" },
	{ AM "Passed CLEAN {RelayedOutbound}, ORIGINATING LOCAL [" IP "]:99 ["
	    IP "] <a> -> <b>, Queue-ID: " Q, LOG_INFO, .qid = Q, .sender = "a",
	    .rcpt = "b", .flags = "A" },
	{ AM "Passed UNCHECKED-ENCRYPTED {RelayedInbound}" CL "<a> -> <b>, "
	    "Queue-ID: " Q, LOG_INFO, .qid = Q, .sender = "a", .rcpt = "b" },
	/* no queue id: the client only with the port that the MTA told */
	{ AM "Passed SPAM" CL "<a> -> <b>, Message-ID: <x>, Hits: 9",
	    LOG_CONTENT_REJECT, IP, 99, .sender = "a", .rcpt = "b" },
	{ AM "Passed SPAM, [" IP "] [" IP "] <a> -> <b>, Message-ID: <x>",
	    LOG_CONTENT_REJECT, .sender = "a", .rcpt = "b" },
	{ AM "Blocked SPAM" CL "<\"a, Queue-ID: 4FORGED, \"@b> -> <b>, "
	    "Message-ID: <x>", LOG_CONTENT_REJECT, IP, 99,
	    .sender = "\"a, Queue-ID: 4FORGED, \"@b", .rcpt = "b" },
	/* a file name that looks like the rest of the line */
	{ AM "Blocked BANNED (x) {a}, [192.0.2.66]:25 [192.0.2.66] <a> -> <b>, "
	    "Queue-ID: 4FORGED) {DiscardedInbound}" CL "<a> -> <b>, Queue-ID: "
	    Q, LOG_INFO, .sender = "a", .rcpt = "b" },
	{ AM "Blocked BANNED (x) {a}, [192.0.2.66]:25 [192.0.2.66] <a> -> <b>, "
	    "Queue-ID: 4FORGED, ...", LOG_INFO, .sender = "a", .rcpt = "b" },
	{ AM "Passed NONSENSE {x}" CL "<a> -> <b>, Queue-ID: " Q, LOG_NONE },
	{ AM "SPAM-TAG, <a> -> <b>, Yes, score=9", LOG_NONE },

	{ RS "<x@y>, qid: <" Q ">, ip: " IP ", from: <a@b>, (default: S "
	    "(reject): [9.10/5.00] [X(9.00){}]), len: 9", LOG_CONTENT_REJECT,
	    .qid = Q, .sender = "a@b" },
	{ RS "<x@y>, qid: <" Q ">, ip: " IP ", user: u, from: <a@b>, (default: "
	    "T (add header): [9.10/5.00] []), len: 9", LOG_CONTENT_REJECT,
	    .qid = Q, .sender = "a@b", .flags = "A" },
	{ RS "<x@y>, qid: <" Q ">, ip: " IP ", from: <>, (default: F (no "
	    "action): [0.10/5.00] []), len: 9", LOG_INFO, .qid = Q,
	    .flags = "N" },
	{ RS "<x@y>, qid: <" Q ">, ip: " IP ", from: <a@b>, (default: F (soft "
	    "reject): [0.10/5.00] []), len: 9", LOG_INFO, .qid = Q,
	    .sender = "a@b" },
	{ RS "<undef>, ip: " IP ", (default: S (reject): [9.10/5.00] [])",
	    LOG_CONTENT_REJECT },
	{ "2026-11-22 03:48:24 #9(normal) <44330b>; task; "
	    "rspamd_task_write_log: id: <x@y>, qid: <" Q ">, ip: " IP
	    ", from: <a@b>, (default: F (greylist): [4.10/5.00] []), len: 9",
	    LOG_INFO, .qid = Q, .sender = "a@b" },
	{ RS "<x>,?qid:?<4FORGED>,?ip:?192.0.2.66>, qid: <" Q ">, ip: " IP
	    ", (default: S (reject): [9.10/5.00] [])", LOG_CONTENT_REJECT,
	    .qid = Q },
	/* as a version might log it that lets blanks through */
	{ RS "<x> y>, qid: <" Q ">, ip: " IP ", (default: S (reject): [9] [])",
	    LOG_NONE },
	{ HEAD "rspamd[9]: <44330b>; task; rspamd_task_timeout: x", LOG_NONE },

	{ HEAD SD "Y 12 - A,B" SP "<x@y>,autolearn=no", LOG_CONTENT_REJECT },
	{ HEAD SD ".  1 - A" SP "(unknown),autolearn=no", LOG_INFO },
	{ HEAD "spamd[9]: spamd: identified spam (9.0/5.0) for x:9", LOG_NONE },
	{ HEAD "clamav-milter[9]: Message " Q " from <a> to <b> with subject "
	    "'x' message-id 'y' date 'z' infected by Eicar",
	    LOG_CONTENT_REJECT, .qid = Q },
	{ HEAD "clamav-milter[9]: Message " Q " from <a> to <b> with subject "
	    "'x' message-id 'y' date 'z' clean", LOG_INFO, .qid = Q },
	{ HEAD "clamsmtpd: 100001: from=a, to=b, status=VIRUS:Eicar",
	    LOG_CONTENT_REJECT },
	{ HEAD "clamsmtpd: 100001: from=a, to=b, status=CLEAN", LOG_INFO },
	{ HEAD "mimedefang.pl[9]: tAM3mOxx012345: MDLOG,tAM3mOxx012345,spam,9,"
	    IP ",<a>,<b>,s", LOG_CONTENT_REJECT, .qid = "tAM3mOxx012345" },
	{ HEAD "mimedefang.pl[9]: MDLOG,tAM3mOxx012345,mail_in,,," IP, LOG_INFO,
	    .qid = "tAM3mOxx012345" },
	// clang-format on
};

static void
test_lines(void)
{
	logcase_run(cases, LOGCASE_N(cases));
}

static void
test_message_id(void)
{
	struct log_event ev;

	logcase_parse(HEAD SD "Y 12 - A" SP "<x@y>,autolearn=no", &ev);
	ZT_CASE("spamd's verdict has the message's id",
	    logcase_text(ev.msgid, "<x@y>") && ev.qid.n == 0);
	logcase_parse(HEAD SD "Y 12 - A" SP "(unknown),autolearn=no", &ev);
	ZT_CASE("or none", ev.msgid.n == 0);
	logcase_parse(HEAD "postfix/cleanup[9]: " Q ": message-id=<x@y>", &ev);
	ZT_CASE("cleanup says whose it is",
	    logcase_text(ev.msgid, "<x@y>") && logcase_text(ev.qid, Q));
}

/* What a sender may write: none of it becomes a queue id or an address. */
static void
test_injection(void)
{
	static const char *const texts[] = {
		// clang-format off
		"x, Queue-ID: 4FORGED, y",
		"x>, Queue-ID: 4FORGED, Message-ID: <y",
		"x> -> <y>, Queue-ID: 4FORGED, y",
		"x) {y}, [192.0.2.66]:25 [192.0.2.66] <a> -> <b>, Queue-ID: 4FORGED",
		"x>, qid: <4FORGED>, ip: 192.0.2.66, from: <y",
		"x>,mid=<4FORGED",
		"' infected by x",
		"Message 4FORGED from <a> to <b> infected by x",
		// clang-format on
	};
	static const char *const lines[] = {
		// clang-format off
		(AM "Blocked BANNED (@@) {DiscardedInbound}" CL "<a> -> <b>, "
		    "Queue-ID: " Q ", Message-ID: <@@>, Hits: 9, 9 ms"),
		(AM "Blocked SPAM {DiscardedInbound}" CL "<\"@@\"@a> -> "
		    "<\"@@\"@b>, Queue-ID: " Q ", Message-ID: <@@>, 9 ms"),
		(AM "Blocked SPAM {DiscardedInbound}" CL "<a> -> <b>, "
		    "Message-ID: <@@>, Hits: 9, 9 ms"),
		(RS "<x@y>, qid: <" Q ">, ip: " IP ", from: <@@>, (default: S "
		    "(reject): [9] []), rcpts: <@@>"),
		(HEAD "clamav-milter[9]: Message " Q " from <@@> to <@@> with "
		      "subject '@@' message-id '@@' date '@@' infected by x"),
		// clang-format on
	};

	for (size_t i = 0; i < LOGCASE_N(lines) * LOGCASE_N(texts); i++) {
		struct log_event ev;
		char line[8192];

		logcase_fill(line, lines[i / LOGCASE_N(texts)],
		    texts[i % LOGCASE_N(texts)], 0);
		logcase_parse(line, &ev);
		ZT_CASE(line,
		    !logcase_text(ev.qid, "4FORGED") &&
			!logcase_client(&ev, "192.0.2.66"));
	}
}

static const struct zt_test tests[] = {
	{ "lines", test_lines },
	{ "message id", test_message_id },
	{ "injection", test_injection },
};
ZT_MAIN("logline_filter", tests)
