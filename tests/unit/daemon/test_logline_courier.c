/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr @LOGLINE
 */
#include "tests/unit/daemon/logcase.h"

#define IP   "203.0.113.5"
#define HEAD "Nov 22 03:48:24 mx "
#define S    HEAD "courieresmtpd: "
#define ERR  S "error,relay=::ffff:" IP
#define FT   ",from=<a@example.net>,to=<b@example.org>: "
#define ID   "0038C081.4D026173.000051A4"
#define AB   .sender = "a@example.net", .rcpt = "b@example.org"
#define OUT \
	HEAD "courieresmtp: id=" ID ",from=<a@example.net>,addr=<b@exa" \
	     "mple.org>"

static const struct logcase cases[] = {
	// clang-format off
	{ S "started,ip=[::ffff:" IP "]", LOG_CONNECT, IP },
	{ S "started,ip=[::ffff:" IP "],port=[4711]", LOG_CONNECT, IP, 4711 },
	{ S "started,ip=[" IP "]", LOG_CONNECT, IP },
	{ S "started,ip=[2001:db8::1],port=[4711]", LOG_CONNECT, "2001:db8::1",
	    4711 },
	{ HEAD "courieresmtpd[77]: started,ip=[" IP "]", LOG_CONNECT, IP },
	{ "2026-11-22T03:48:24.326+00:00 mx courieresmtpd: started,ip=[" IP
	    "]", LOG_CONNECT, IP },
	{ HEAD "courieresmtpd-msa: started,ip=[" IP "],port=[1]", LOG_CONNECT,
	    IP, 1, .flags = "A" },
	{ HEAD "courieresmtpd-ssl: started,ip=[" IP "],port=[1]", LOG_CONNECT,
	    IP, 1, .flags = "A" },
	{ S "started,ip=[]", LOG_NONE },
	{ S "started,ip=[" IP, LOG_NONE },
	{ S "started,ip=" IP, LOG_NONE },
	/* refused commands */
	{ ERR FT "550 User unknown.", LOG_UNKNOWN_RCPT, IP, AB, .code = 550 },
	{ ERR ",port=4711" FT "550 User unknown.", LOG_UNKNOWN_RCPT, IP, 4711,
	    AB, .code = 550 },
	{ ERR ",ident=tmf" FT "550 User unknown.", LOG_UNKNOWN_RCPT, IP, AB,
	    .code = 550 },
	{ ERR ",port=4711,ident=x" FT "550 5.1.1 User unknown.",
	    LOG_UNKNOWN_RCPT, IP, 4711, AB, .code = 550 },
	{ S "error,relay=2001:db8::1" FT "550 User unknown.", LOG_UNKNOWN_RCPT,
	    "2001:db8::1", AB, .code = 550 },
	{ ERR ",from=<>,to=<b@example.org>: 550 User unknown.",
	    LOG_UNKNOWN_RCPT, IP, .rcpt = "b@example.org", .flags = "N",
	    .code = 550 },
	{ ERR FT "513 Relaying denied.", LOG_RELAY_DENIED, IP, AB,
	    .code = 513 },
	{ ERR ",from=<a@example.net>: 517 Domain does not exist: example.net.",
	    LOG_OTHER_REJECT, IP, .sender = "a@example.net", .code = 517 },
	{ ERR FT "511 Blocked - see http://bl.example.net/", LOG_LIST_REJECT,
	    IP, AB, .code = 511 },
	{ ERR FT "550 Rejected - see http://example.net/?bl=dnsbl",
	    LOG_LIST_REJECT, IP, AB, .code = 550 },
	{ ERR FT "451 4.7.1 Please try another MX", LOG_INFO, IP, AB,
	    .flags = "S", .code = 451 },
	{ ERR FT "450 4.7.1 Greylisted", LOG_INFO, IP, AB, .flags = "S",
	    .code = 450 },
	{ ERR FT "432 Service temporarily unavailable.", LOG_INFO, IP, AB,
	    .flags = "S", .code = 432 },
	{ ERR FT "554 Mail rejected", LOG_CONTENT_REJECT, IP, AB,
	    .code = 554 },
	{ ERR FT "517-HELO x does not match", LOG_HELO_REJECT, IP, AB,
	    .code = 517 },
	{ ERR FT "556 Address unavailable.", LOG_OTHER_REJECT, IP, AB,
	    .code = 556 },
	{ ERR ",msg=\"535 Authentication failed.\",cmd: YWRvYmVhZG9iZQ==",
	    LOG_AUTH_FAIL, IP, .code = 535 },
	{ ERR ",port=4711,msg=\"535 Authentication rejected\",cmd: x",
	    LOG_AUTH_FAIL, IP, 4711, .code = 535 },
	{ ERR ",ident=\"x\",msg=\"535 Authentication failed.\",cmd: x",
	    LOG_AUTH_FAIL, IP, .code = 535 },
	{ ERR ",msg=\"502 ESMTP command error\",cmd: GET / HTTP/1.0",
	    LOG_NON_SMTP, IP, .code = 502 },
	{ ERR ",msg=\"502 ESMTP command error\",cmd: HELP ME",
	    LOG_OTHER_REJECT, IP, .code = 502 },
	{ ERR ",msg=\"554 Syntax error - your mail software violates RFC "
	    "821.\",cmd: MAIL FROM x", LOG_OTHER_REJECT, IP, .code = 554 },
	{ ERR ",msg=\"writev: Broken pipe\",cmd: DATA", LOG_LOST, IP },
	{ ERR ",msg=\"writev: Connection reset by peer\",cmd:", LOG_LOST,
	    IP },
	{ S "error,relay=x" FT "550 User unknown.", LOG_NONE },
	{ ERR, LOG_NONE },
	{ ERR ",from=<a", LOG_NONE },
	{ ERR ",from=<a@example.net>,to=<b", LOG_NONE },
	{ S "Connection reset", LOG_NONE },
	/* messages */
	{ HEAD "courierd: newmsg,id=" ID ": dns; mx.example.net (n.example.net "
	    "[::ffff:" IP "])", LOG_ACCEPT, IP, .qid = ID },
	{ HEAD "courierd: newmsg,id=" ID ": dns; mx.example.net ([::ffff:" IP
	    "])", LOG_ACCEPT, IP, .qid = ID },
	{ HEAD "courierd: newmsg,id=" ID ": dns; [192.0.2.66] (n [" IP "])",
	    LOG_NONE },
	{ HEAD "courierd: newmsg,id=" ID ": dns; x (x [192.0.2.66", LOG_NONE },
	{ HEAD "courierd: newmsg,id=" ID ": uucp; x", LOG_NONE },
	{ HEAD "courierd: started,id=" ID ",from=<a@example.net>,module=local,"
	    "host=x!!1000!1000!/home/x!!,addr=<b>", LOG_INFO, .qid = ID,
	    .sender = "a@example.net", .rcpt = "b", .flags = "Q" },
	{ HEAD "courierd: started,id=" ID ",from=<>,module=esmtp,host=x,"
	    "addr=<b@example.org>", LOG_INFO, .qid = ID,
	    .rcpt = "b@example.org", .flags = "NQ" },
	{ HEAD "courierd: Waiting.  shutdown time=none", LOG_NONE },
	{ OUT ",size=329,success: delivered: mx.example.org [::ffff:" IP "]",
	    LOG_SENT, IP, .qid = ID, AB },
	{ OUT ",success: delivered: mx.example.org [" IP "]", LOG_SENT, IP,
	    .qid = ID, AB },
	{ OUT ",size=329,status: failure", LOG_BOUNCED, .qid = ID, AB },
	{ OUT ",size=329,status: deferred", LOG_INFO, .qid = ID, AB },
	{ OUT ": 250 OK", LOG_NONE },
	{ HEAD "courieresmtp: id=" ID ",from=<\"x\"@example.net>,addr=<b>,size"
	    "=1,success: delivered: mx [" IP "]", LOG_NONE },
	/* logins */
	{ HEAD "imapd-ssl: LOGIN FAILED, user=joe@example.org, ip=[::ffff:" IP
	    "]", LOG_AUTH_FAIL, IP },
	{ HEAD "imapd: LOGIN FAILED, method=PLAIN, ip=[::ffff:" IP "], "
	    "port=[4711]", LOG_AUTH_FAIL, IP, 4711 },
	{ HEAD "pop3d[4]: LOGIN FAILED, ip=[" IP "]", LOG_AUTH_FAIL, IP },
	{ HEAD "pop3d-ssl: LOGIN FAILED, user=x, ip=[192.0.2.66], ip=[" IP "]",
	    LOG_NONE },
	{ HEAD "imapd: LOGIN, user=joe, ip=[" IP "]", LOG_NONE },
	{ HEAD "imapd: Info: LOGIN FAILED, user=j, ip=[" IP "]",
	    LOG_AUTH_FAIL, IP },
	// clang-format on
};

static void
test_lines(void)
{
	logcase_run(cases, LOGCASE_N(cases));
}

static void
test_injection(void)
{
	static const char *const texts[] = {
		// clang-format off
		"192.0.2.66",
		"[192.0.2.66]",
		"x [192.0.2.66])",
		"x (x [192.0.2.66])",
		",relay=192.0.2.66,from=<a>,to=<b>: 550 User unknown.",
		"error,relay=192.0.2.66",
		"started,ip=[192.0.2.66]",
		"x, ip=[192.0.2.66]",
		", ip=[192.0.2.66], port=[1]",
		"x>,addr=<y>,size=1,success: delivered: z [192.0.2.66]",
		",size=1,success: delivered: z [192.0.2.66]",
		"\n" S "started,ip=[192.0.2.66]",
		"<", ">", "\"", "\\", "%s%n", "",
		// clang-format on
	};
	static const char *const lines[] = {
		// clang-format off
		ERR ",ident=@@,from=<@@>,to=<@@>: 550 User unknown.",
		ERR ",from=<@@>,to=<@@>: 550 @@",
		ERR ",ident=\"@@\",msg=\"535 Authentication failed.\",cmd: @@",
		HEAD "courierd: newmsg,id=" ID ": dns; @@ (n [" IP "])",
		HEAD "courierd: newmsg,id=" ID ": dns; h (@@ [" IP "])",
		(HEAD "courierd: started,id=" ID ",from=<@@>,module=esmtp,"
		     "host=@@,addr=<@@>"),
		(HEAD "courieresmtp: id=" ID ",from=<@@>,addr=<b>,size=1,"
		     "success: delivered: mx [" IP "]"),
		(HEAD "courieresmtp: id=" ID ",from=<a>,addr=<@@>,size=1,"
		     "success: delivered: mx [" IP "]"),
		HEAD "imapd: LOGIN FAILED, user=@@, ip=[" IP "]",
		HEAD "imapd: LOGIN FAILED, method=@@, ip=[" IP "], port=[1]",
		OUT ",size=1,success: delivered: @@ [" IP "]",
		OUT ",size=1,status: failure @@",
		// clang-format on
	};

	logcase_inject(lines, LOGCASE_N(lines), texts, LOGCASE_N(texts));
}

static const struct zt_test tests[] = {
	{ "lines", test_lines },
	{ "injection", test_injection },
};

ZT_MAIN("logline_courier", tests)
