/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr @LOGLINE
 */
#include "tests/unit/daemon/logcase.h"

#define T  "@400000006a00000a2222222e "
#define IP "203.0.113.5"
#define SD "Nov 22 03:48:24 mx spamdyke[9]: "
#define SE " origin_ip: " IP " origin_rdns: "
#define SN SE "(unknown) auth: (unknown) encryption: (none) reason: "
#define CH T "CHKUSER "
#define CF \
	": from <a@example.net::> remote <mx.example.net:unknown:" IP \
	"> rcpt <b@example.org> : "
#define CA \
	.helo = "mx.example.net", .sender = "a@example.net", \
	.rcpt = "b@example.org"
#define SA .sender = "a@example.net", .rcpt = "b@example.org"
#define SF " from: a@example.net to: b@example.org"

static const struct logcase cases[] = {
	// clang-format off
	/* tcpserver, after each head that there is */
	{ T "tcpserver: ok 4711 mx.example.org:192.0.2.10:25 :" IP "::40714",
	    LOG_CONNECT, IP, 40714, "4711" },
	{ T "tcpserver: ok 4711 0:192.0.2.10:25 n.example.net:" IP ":id:40714",
	    LOG_CONNECT, IP, 40714, "4711" },
	{ T "tcpserver: ok 1 0:192.0.2.10:587 :" IP "::1", LOG_CONNECT, IP, 1,
	    "1", .flags = "A" },
	{ T "sslserver: ok 1 0:192.0.2.10:465 :" IP "::1", LOG_CONNECT, IP, 1,
	    "1", .flags = "A" },
	{ T "tcpserver: ok 1 0:2001:db8::1:25 x:2001:db8::2::9", LOG_CONNECT,
	    "2001:db8::2", 9, "1" },
	{ T "tcpserver: ok 1 0:::1:25 x:::ffff:" IP "::9", LOG_CONNECT, IP, 9,
	    "1" },
	{ T "tcpserver: ok 1 0:192.0.2.10:25 x:" IP "::9 (MAXLOAD:5)",
	    LOG_CONNECT, IP, 9, "1" },
	{ T "tcpserver: ok 1 0:192.0.2.10:25 x:" IP, LOG_NONE },
	{ T "tcpserver: ok 1 0:192.0.2.10:25", LOG_NONE },
	{ T "tcpserver: ok 1", LOG_NONE },
	{ T "tcpserver: ok x 0:192.0.2.10:25 x:" IP "::9", LOG_NONE },
	{ T "tcpserver: pid 4711 from " IP, LOG_INFO, IP, 0, "4711" },
	{ T "tcpserver: pid 4711 from " IP " x", LOG_NONE },
	{ T "tcpserver: deny 4711 0:192.0.2.10:25 x:" IP "::9",
	    LOG_OTHER_REJECT, IP, 9, "4711" },
	{ T "tcpserver: end 4711 status 256", LOG_DISCONNECT, NULL, 0,
	    "4711" },
	{ T "tcpserver: end 4711", LOG_NONE },
	{ T "tcpserver: status: 39/40", LOG_NONE },
	{ T "tcpserver: status: 40/40", LOG_INFO },
	{ T "tcpserver: status: 40", LOG_NONE },
	{ T "tcpserver: warning: dropping connection", LOG_NONE },
	{ "2026-11-22 03:48:24.326981500 tcpserver: pid 4711 from " IP,
	    LOG_INFO, IP, 0, "4711" },
	{ "Nov 22 03:48:24 mx smtpd: 1795319304.25 tcpserver: pid 1 from " IP,
	    LOG_NONE },
	{ "Nov 22 03:48:24 mx smtpd: 1795319304.250000 tcpserver: pid 1 from "
	    IP, LOG_INFO, IP, 0, "1" },
	{ "Nov 22 03:48:24 mx smtpd: 1795319304.250000+tcpserver: pid 1 from "
	    IP, LOG_NONE },
	{ "Nov 22 03:48:24 mx smtpd: tcpserver: pid 1 from " IP, LOG_INFO, IP,
	    0, "1" },
	{ "Nov 22 03:48:24 mx qmail: 1795319304.250000 rblsmtpd: " IP
	    " pid 2: 451 listed", LOG_LIST_REJECT, IP, 0, "2", .flags = "S",
	    .code = 451 },
	{ "2026-11-22T03:48:24Z mx qmail[7]: 1795319304.250000 rblsmtpd: " IP
	    " pid 2: 553 listed", LOG_LIST_REJECT, IP, 0, "2", .code = 553 },
	{ T "rblsmtpd: " IP " pid 2 bl.example.net: 451 listed",
	    LOG_LIST_REJECT, IP, 0, "2", .flags = "S", .code = 451 },
	{ T "rblsmtpd: " IP " pid 2: greetdelay: 30", LOG_INFO, IP, 0, "2" },
	{ T "rblsmtpd: pid 2: 451 listed", LOG_NONE },
	/* spamdyke */
	{ SD "ALLOWED" SF SN "(empty)", LOG_ACCEPT, IP, SA, .flags = "R" },
	{ SD "ALLOWED" SF SE "n.example.net auth: (unknown) encryption: TLS "
	    "reason: 250_ok", LOG_ACCEPT, IP, SA },
	{ SD "ALLOWED" SF SE "n.example.net auth: joe encryption: TLS reason: "
	    "250_ok", LOG_AUTH_OK, IP, SA },
	{ SD "ALLOWED" SF SE "x auth: joe auth: (unknown) encryption: (none)",
	    LOG_ACCEPT, IP, SA },
	{ SD "ALLOWED" SF SE "x auth: (unknown)", LOG_ACCEPT, IP, SA },
	{ SD "ALLOWED from: (unknown) to: b@example.org" SE "x auth: (unknown)",
	    LOG_ACCEPT, IP, .rcpt = "b@example.org", .flags = "N" },
	{ T "spamdyke[9]: ALLOWED" SF SE "x auth: (unknown)", LOG_ACCEPT, IP,
	    0, "9", SA },
	{ T "spamdyke[9]: FILTER_OTHER response: 550", LOG_NONE },
	{ SD "DENIED_RDNS_MISSING" SF SN "(empty)", LOG_NAME_REJECT, IP, SA,
	    .flags = "SR" },
	{ SD "DENIED_RDNS_RESOLVE" SF SE "n.example.net auth: (unknown)",
	    LOG_NAME_REJECT, IP, SA, .flags = "SU" },
	{ SD "DENIED_IP_IN_RDNS" SF SE "n.example.net auth: (unknown)",
	    LOG_NAME_REJECT, IP, SA },
	{ SD "DENIED_IP_IN_CC_RDNS" SF SE "n.example.net auth: (unknown)",
	    LOG_NAME_REJECT, IP, SA },
	{ SD "DENIED_RBL_MATCH" SF SE "n.example.net auth: (unknown)",
	    LOG_LIST_REJECT, IP, SA },
	{ SD "DENIED_RHSBL_MATCH" SF SE "n.example.net auth: (unknown)",
	    LOG_OTHER_REJECT, IP, SA },
	{ SD "DENIED_EARLYTALKER" SF SE "n.example.net auth: (unknown)",
	    LOG_EARLY_TALK, IP, SA },
	{ SD "DENIED_GRAYLISTED" SF SE "n.example.net auth: (unknown)",
	    LOG_INFO, IP, SA, .flags = "S" },
	{ SD "DENIED_RELAYING" SF SE "n.example.net auth: (unknown)",
	    LOG_RELAY_DENIED, IP, SA },
	{ SD "DENIED_TOO_MANY_RECIPIENTS" SF SE "n.example.net auth: (unknown)",
	    LOG_RATE_LIMIT, IP, SA, .flags = "S" },
	{ SD "DENIED_BLACKLIST_IP" SF SE "n.example.net auth: (unknown)",
	    LOG_OTHER_REJECT, IP, SA },
	{ SD "DENIED_SENDER_NO_MX" SF SE "n.example.net auth: (unknown)",
	    LOG_OTHER_REJECT, IP, SA, .flags = "S" },
	{ SD "DENIED_OTHER" SF SN "550 sorry, no mailbox here by that name "
	    "(#5.1.1 - chkuser)", LOG_UNKNOWN_RCPT, IP, SA, .flags = "R",
	    .code = 550 },
	{ SD "DENIED_OTHER" SF SN "550_sorry,_no_mailbox_here_by_that_name.",
	    LOG_UNKNOWN_RCPT, IP, SA, .flags = "R", .code = 550 },
	{ SD "DENIED_OTHER" SF SN "553 sorry, that domain isn't in my list of "
	    "allowed rcpthosts", LOG_RELAY_DENIED, IP, SA, .flags = "R",
	    .code = 553 },
	{ SD "DENIED_OTHER" SF SN "(empty)", LOG_OTHER_REJECT, IP, SA,
	    .flags = "R" },
	{ SD "TIMEOUT" SF SN "TIMEOUT", LOG_LOST, IP, SA, .flags = "R" },
	{ SD "FAILED_AUTH" SF SN "(empty)", LOG_AUTH_FAIL, IP, SA,
	    .flags = "R" },
	{ SD "ALLOWED" SF, LOG_NONE },
	{ SD "ALLOWED" SF " origin_ip: x origin_rdns: y", LOG_NONE },
	{ SD "ERROR: unable to write", LOG_NONE },
	/* chkuser */
	{ CH "rejected rcpt" CF "not existing recipient", LOG_UNKNOWN_RCPT, IP,
	    CA },
	{ CH "rejected rcpt" CF "max number of recipients", LOG_RATE_LIMIT, IP,
	    CA },
	{ CH "rejected rcpt" CF "max number of invalid recipients",
	    LOG_RATE_LIMIT, IP, CA },
	{ CH "rejected rcpt" CF "invalid rcpt address format",
	    LOG_OTHER_REJECT, IP, CA },
	{ CH "rejected rcpt" CF "temporary DNS problem", LOG_INFO, IP, CA },
	{ CH "rejected relaying" CF "client not allowed to relay",
	    LOG_RELAY_DENIED, IP, CA },
	{ CH "accepted rcpt" CF "found existing recipient", LOG_ACCEPT, IP,
	    CA },
	{ CH "accepted sender" CF "sender accepted", LOG_INFO, IP, CA },
	{ CH "rejected sender" CF "invalid sender MX domain",
	    LOG_OTHER_REJECT, IP, CA },
	{ CH "mbx overquota" CF "rcpt mailbox is overquota", LOG_INFO, IP,
	    CA },
	{ CH "intrusion threshold" CF "max number of allowed invalid rcpt",
	    LOG_RATE_LIMIT, IP, CA },
	{ CH "rejected rcpt: from <::> remote <x:y:" IP "> rcpt "
	    "<b@example.org> : not existing recipient", LOG_UNKNOWN_RCPT, IP,
	    .helo = "x", .rcpt = "b@example.org", .flags = "N" },
	{ CH "rejected rcpt: from <::> remote <x:y:2001:db8::1> rcpt <b> : x",
	    LOG_NONE },
	{ CH "rejected rcpt: from <::> remote <x:y:" IP, LOG_NONE },
	/* s/qmail, indimail, vpopmail */
	{ T "qmail-smtpd: pid 7 from ::ffff:" IP " HELO <mx.example.net> MAIL "
	    "from <a@example.net> RCPT <b> Size: 7330", LOG_ACCEPT, IP, 0, "7",
	    .helo = "mx.example.net" },
	{ T "qmail-smtpd: pid 7 from " IP " Invalid SENDER address",
	    LOG_INFO, IP, 0, "7" },
	{ T "qmail-smtpd: pid 7 Reject::RCPT::Failed_Rcptto: P:ESMTP S:unknown:"
	    IP " H:x F:a@example.net T:b@example.org", LOG_UNKNOWN_RCPT, IP, 0,
	    "7", .helo = "x", SA },
	{ T "qmail-smtpd: pid 7 Reject::SNDR::Invalid_Relay: P:SMTP S:unknown:"
	    IP " H:x F:a@example.net T:b@example.org", LOG_RELAY_DENIED, IP, 0,
	    "7", .helo = "x", SA },
	{ T "qmail-smtpd: pid 7 Accept::AUTH::plain: P:ESMTPS S:unknown:" IP
	    " H:x ?= 'joe'", LOG_AUTH_OK, IP, 0, "7", .helo = "x" },
	{ T "qmail-smtpd: pid 7 Reject::AUTH::plain: P:ESMTPS S:unknown:" IP
	    " H:x", LOG_AUTH_FAIL, IP, 0, "7", .helo = "x" },
	{ T "qmail-smtpd: pid 7 Reject::AUTH", LOG_NONE },
	{ "Nov 22 03:48:24 mx vpopmail[5]: vchkpw-smtp: password fail "
	    "joe@example.org:" IP, LOG_AUTH_FAIL, IP },
	{ "Nov 22 03:48:24 mx vpopmail[5]: vchkpw-submission: vpopmail user "
	    "not found joe@:" IP, LOG_AUTH_FAIL, IP, .flags = "A" },
	{ "Nov 22 03:48:24 mx vpopmail[5]: vchkpw-smtp: (PLAIN) login success "
	    "joe@example.org:" IP, LOG_AUTH_OK, IP },
	{ "Nov 22 03:48:24 mx vpopmail[5]: vchkpw-smtp: password fail (pass: "
	    "'x') joe@example.org:" IP, LOG_AUTH_FAIL, IP },
	{ "Nov 22 03:48:24 mx rblsmtpd: " IP " pid 5: 451 no", LOG_LIST_REJECT,
	    IP, 0, "5", .flags = "S", .code = 451 },
	{ "Nov 22 03:48:24 mx spamdyke[5]: FILTER_RBL_MATCH ip: " IP " rbl: z",
	    LOG_INFO, IP },
	{ "Nov 22 03:48:24 mx spamdyke[5]: FILTER_OTHER response: 550 ip: "
	    "192.0.2.66", LOG_NONE },
	{ "Nov 22 03:48:24 mx vpopmail[5]: vchkpw-pop3: password fail j:" IP,
	    LOG_NONE },
	/* qmail-send: no client in any of them */
	{ T "new msg 4711", LOG_NONE },
	{ T "info msg 4711: bytes 343 from <a@example.net> qp 7 uid 1000",
	    LOG_ACCEPT, .qid = "4711", .sender = "a@example.net" },
	{ T "info msg 4711: bytes 343 from <> qp 7 uid 1000", LOG_ACCEPT,
	    .qid = "4711", .flags = "N" },
	{ T "starting delivery 1: msg 4711 to remote b@example.org", LOG_INFO,
	    .qid = "4711", .rcpt = "b@example.org" },
	{ T "starting delivery 1: msg 4711 to local b@example.org", LOG_INFO,
	    .qid = "4711", .rcpt = "b@example.org" },
	{ T "delivery 1: success: 192.0.2.66_accepted_message./"
	    "Remote_host_said:_250_ok/", LOG_SENT },
	{ T "delivery 1: failure: 192.0.2.66_does_not_like_recipient./",
	    LOG_BOUNCED },
	{ T "delivery 1: deferral: Connected_to_192.0.2.66_but_died/",
	    LOG_INFO },
	{ T "delivery 1: nonsense", LOG_NONE },
	{ T "bounce msg 4711 qp 9", LOG_OWN_BOUNCE, .qid = "4711" },
	{ T "double bounce: discarding bounce/4711", LOG_INFO },
	{ T "triple bounce: discarding bounce/4711", LOG_INFO },
	{ T "end msg 4711", LOG_NONE },
	{ T "status: local 0/10 remote 0/20", LOG_NONE },
	{ T, LOG_NONE },
	{ "@400000006a00000a2222222e", LOG_NONE },
	// clang-format on
};

static void
test_lines(void)
{
	logcase_run(cases, LOGCASE_N(cases));
}

static void
test_time(void)
{
	struct log_event ev;

	logcase_parse(T "tcpserver: pid 1 from " IP, &ev);
	ZT_CASE("the time is multilog's",
	    ev.t_ms == 1778384896572 && !ev.whole_second);
	logcase_parse("Nov 22 03:48:24 mx qmail: 1795319304.250999 tcpserver: "
		      "pid 1 from " IP,
	    &ev);
	ZT_CASE("splogger's is better than syslog's",
	    ev.t_ms == 1795319304250 && !ev.whole_second);
	logcase_parse("Nov 22 03:48:24 mx qmail: 1195319304.250999 tcpserver: "
		      "pid 1 from " IP,
	    &ev);
	ZT_CASE("but not when it is far off",
	    ev.t_ms == 1795319304000 && ev.whole_second);
}

static void
test_injection(void)
{
	static const char *const texts[] = {
		// clang-format off
		"192.0.2.66",
		"x origin_ip: 192.0.2.66 origin_rdns: y auth: z",
		("x to: y origin_ip: 192.0.2.66 origin_rdns: y auth: z "
		    "encryption: (none) reason: (empty)"),
		"x:y:192.0.2.66",
		"x:y:192.0.2.66> rcpt <z> : not existing recipient",
		"a::> remote <x:y:192.0.2.66> rcpt <z> : not existing",
		"> remote <x:y:192.0.2.66",
		"> rcpt <192.0.2.66",
		":192.0.2.66:",
		"tcpserver: pid 1 from 192.0.2.66",
		"password fail x:192.0.2.66",
		"x@y:192.0.2.66",
		" S:x:192.0.2.66 ",
		"\n@400000006a00000a2222222e tcpserver: pid 1 from 192.0.2.66",
		"<", ">", "\"", "\\", "%s%n", "",
		// clang-format on
	};
	static const char *const lines[] = {
		// clang-format off
		T "spamdyke[9]: ALLOWED from: @@ to: b@example.org" SN "x",
		T "spamdyke[9]: ALLOWED from: a@example.net to: @@" SN "x",
		(T "spamdyke[9]: DENIED_OTHER from: @@ to: @@" SE
		  "@@ auth: @@ encryption: (none) reason: @@"),
		(CH "rejected rcpt: from <@@::> remote <h:n:" IP
		   "> rcpt <b> : not existing recipient"),
		(CH "rejected rcpt: from <a::> remote <@@:n:" IP
		   "> rcpt <b> : not existing recipient"),
		(CH "rejected rcpt: from <a:@@:> remote <h:@@:" IP
		   "> rcpt <@@> : not existing recipient"),
		T "rblsmtpd: " IP " pid 1: 451 @@",
		T "qmail-smtpd: pid 7 from " IP " HELO <@@> MAIL from <@@>",
		(T "qmail-smtpd: pid 7 Reject::RCPT::Failed_Rcptto: P:ESMTP "
		  "S:n:" IP " H:@@ F:@@ T:@@"),
		("Nov 22 03:48:24 mx vpopmail[5]: vchkpw-smtp: password fail "
		"@@:" IP),
		("Nov 22 03:48:24 mx vpopmail[5]: vchkpw-smtp: password fail "
		"(pass: '@@') joe:" IP),
		T "info msg 1: bytes 1 from <@@> qp 1 uid 1",
		T "starting delivery 1: msg 1 to remote @@",
		T "delivery 1: success: @@",
		"Nov 22 03:48:24 mx qmail: 1795319304.250000+@@",
		// clang-format on
	};

	logcase_inject(lines, LOGCASE_N(lines), texts, LOGCASE_N(texts));
}

/* Whoever wrote it, the end may have been cut off: nobody is named. */
static void
test_long(void)
{
	char line[1200];
	struct log_event ev;

	snprintf(line, sizeof(line),
	    SD "ALLOWED from: x to: y origin_ip: 192.0.2.66 origin_rdns: %0500d"
	       " to: b@example.org",
	    0);
	ZT_CASE("spamdyke's line is not whole",
	    logcase_parse(line, &ev) == LOG_NONE && ev.client.family == 0);
}

static const struct zt_test tests[] = {
	{ "lines", test_lines },
	{ "time", test_time },
	{ "injection", test_injection },
	{ "long", test_long },
};

ZT_MAIN("logline_qmail", tests)
