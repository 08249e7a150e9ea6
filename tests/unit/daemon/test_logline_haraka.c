/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr @LOGLINE
 */
#include "tests/unit/daemon/logcase.h"

#define IP   "203.0.113.5"
#define U    "D98FBADB-1F5B-47DB-AFBF-4E91BBC2DE89"
#define HEAD "2026-11-22T03:48:24.326Z "
#define N    HEAD "[NOTICE] [" U "] "
#define N1   HEAD "[NOTICE] [" U ".1] "
#define INF  HEAD "[INFO] [" U "] "
#define NC   N "[core] "
#define N1C  N1 "[core] "
#define Q    U ".1"
#define BYE  NC "disconnect ip=" IP " rdns=n.example.net helo=mx.example.net "
#define SOME \
	"esmtp=Y tls=N pipe=N errors=0 txns=1 rcpts=1/0/0 msgs=1/0/0 " \
	"bytes=451 "
#define HK INF "[core]  hook="

static const struct logcase cases[] = {
	// clang-format off
	{ NC "connect ip=" IP " port=4711 local_ip=192.0.2.10 local_port=25",
	    LOG_CONNECT, IP, 4711, U },
	{ NC "connect ip=" IP " port=4711 local_ip=192.0.2.10 local_port=587",
	    LOG_CONNECT, IP, 4711, U, .flags = "A" },
	{ NC "connect ip=2001:db8::1 port=4711 local_ip=:: local_port=465",
	    LOG_CONNECT, "2001:db8::1", 4711, U, .flags = "A" },
	{ NC "connect ip=::ffff:" IP " port=1 local_ip=:: local_port=25",
	    LOG_CONNECT, IP, 1, U },
	{ NC "connect ip=127.0.0.1 port=0 local_ip=127.0.0.1 local_port=\"\"",
	    LOG_CONNECT, "127.0.0.1", 0, U },
	{ NC "connect ip=" IP " port=4711 local_ip=192.0.2.10", LOG_CONNECT,
	    IP, 4711, U },
	{ NC "connect ip=" IP, LOG_NONE },
	{ NC "connect ip=x port=4711 local_ip=192.0.2.10", LOG_NONE },
	/* the heads */
	{ "2026-11-22 03:48:24.326981500  [NOTICE] [" U "] [core] connect ip="
	    IP " port=1 local_ip=:: local_port=25", LOG_CONNECT, IP, 1, U },
	{ "@400000006a00000a2222222e [NOTICE] [" U "] [core] connect ip=" IP
	    " port=1 local_ip=:: local_port=25", LOG_CONNECT, IP, 1, U },
	{ "Nov 22 03:48:24 mx haraka[1]: [NOTICE] [" U "] [core] connect ip="
	    IP " port=1 local_ip=:: local_port=25", LOG_CONNECT, IP, 1, U },
	{ "Nov 22 03:48:24 mx node[1]: " HEAD "[NOTICE] [" U "] [core] connect "
	    "ip=" IP " port=1 local_ip=:: local_port=25", LOG_CONNECT, IP, 1,
	    U },
	{ "[NOTICE] [" U "] [core] connect ip=" IP " port=1 local_ip=::",
	    LOG_NONE },
	{ HEAD "[DEBUG] [" U "] [core] connect ip=" IP " port=1 local_ip=::",
	    LOG_NONE },
	{ HEAD "[NOTICE] [-] [core] connect ip=" IP " port=1 local_ip=::",
	    LOG_NONE },
	{ HEAD "[NOTICE] [" U " [core] connect ip=" IP " port=1 local_ip=::",
	    LOG_NONE },
	{ HEAD "[NOTICE]", LOG_NONE },
	{ HEAD "[", LOG_NONE },
	/* disconnect */
	{ BYE "relay=N early=N " SOME "lr=\"\" time=1.2", LOG_DISCONNECT, IP,
	    0, U, .helo = "mx.example.net", .flags = "C" },
	{ N1C "disconnect ip=" IP " rdns=\"\" helo=\"x\" relay=N early=N "
	    SOME "lr=\"\" time=1.2", LOG_DISCONNECT, IP, 0, U, Q, .helo = "x",
	    .flags = "C" },
	{ BYE "relay=N early=Y " SOME "lr=\"\" time=1.2", LOG_EARLY_TALK, IP,
	    0, U, .helo = "mx.example.net", .flags = "C" },
	{ BYE "relay=Y early=Y " SOME "lr=\"\" time=1.2", LOG_DISCONNECT, IP,
	    0, U, .helo = "mx.example.net", .flags = "CA" },
	{ NC "disconnect ip=" IP " rdns=NXDOMAIN helo=\"\" relay=N early=N "
	    SOME "lr=\"\" time=1.2", LOG_DISCONNECT, IP, 0, U,
	    .flags = "RC" },
	{ NC "disconnect ip=" IP " rdns=\"a b\" helo=x relay=N early=Y " SOME
	    "lr=\"500 Unrecognized command\" time=1", LOG_EARLY_TALK, IP, 0, U,
	    .helo = "x", .flags = "C" },
	{ NC "disconnect ip=" IP " rdns=DNSERROR helo=\"x relay=N early=Y "
	    SOME "lr=\"\" time=1", LOG_EARLY_TALK, IP, 0, U, .helo = "\"x",
	    .flags = "C" },
	{ BYE "relay=N early=N esmtp=Y tls=N pipe=N errors=0 txns=1 rcpts=0/0/1"
	    " msgs=0/0/0 bytes=0 lr=\"550 I cannot deliver mail for "
	    "<b@example.org>\" time=8.2", LOG_RELAY_DENIED, IP, 0, U,
	    .helo = "mx.example.net", .rcpt = "b@example.org", .flags = "C",
	    .code = 550 },
	{ BYE "relay=N early=N txns=x rcpts=1/2 msgs=99999999999/0/0 lr=x",
	    LOG_DISCONNECT, IP, 0, U, .helo = "mx.example.net" },
	{ NC "disconnect ip=" IP, LOG_DISCONNECT, IP, 0, U },
	{ NC "disconnect rdns=x ip=" IP, LOG_NONE },
	{ NC "client half closed connection ip=" IP, LOG_LOST, IP, 0, U },
	{ NC "client dropped connection", LOG_LOST, NULL, 0, U },
	{ NC "client n.example.net [" IP "] half closed connection", LOG_LOST,
	    NULL, 0, U },
	{ NC "client [" IP "] connection timed out", LOG_LOST, NULL, 0, U },
	{ NC "client has disconnected", LOG_NONE },
	/* recipients: the client is known by the session only */
	{ N1C "recipient <b@example.org> code=DENY msg=\"no such user\" "
	    "sender=\"a@example.net\"", LOG_UNKNOWN_RCPT, NULL, 0, U, Q,
	    .rcpt = "b@example.org", .code = 550 },
	{ N1C "recipient <b@example.org> code=DENY msg=\"Invalid recipient\" "
	    "sender=\"\"", LOG_UNKNOWN_RCPT, NULL, 0, U, Q,
	    .rcpt = "b@example.org", .flags = "N", .code = 550 },
	{ N1C "recipient <b@example.org> code=DENYSOFT msg=\"Greylisted\" "
	    "sender=a@example.net", LOG_INFO, NULL, 0, U, Q,
	    .rcpt = "b@example.org", .flags = "S", .code = 450 },
	{ N1C "recipient <b@example.org> code=DENY msg=\"Relaying denied\"",
	    LOG_RELAY_DENIED, NULL, 0, U, Q, .rcpt = "b@example.org",
	    .code = 550 },
	{ N1C "recipient <b@example.org> code=DENYDISCONNECT msg=\"host is "
	    "listed on bl.example.net\"", LOG_LIST_REJECT, NULL, 0, U, Q,
	    .rcpt = "b@example.org", .code = 550 },
	{ N1C "recipient <b@example.org> code=DENY msg=\"\" sender=a",
	    LOG_OTHER_REJECT, NULL, 0, U, Q, .rcpt = "b@example.org",
	    .code = 550 },
	{ N1C "recipient <b@example.org> code=OK msg=\"\" sender=a", LOG_INFO,
	    NULL, 0, U, Q, .rcpt = "b@example.org" },
	{ N1C "recipient <b@example.org> code=CONT msg=\"\"", LOG_INFO, NULL,
	    0, U, Q, .rcpt = "b@example.org" },
	{ N1C "recipient <\"a> code=DENY msg=x\"@example.org> code=OK msg=\"\"",
	    LOG_INFO, NULL, 0, U, Q,
	    .rcpt = "\"a> code=DENY msg=x\"@example.org" },
	{ N1C "recipient b@example.org code=DENY msg=\"\"", LOG_NONE },
	{ N1C "sender <a@example.net> code=DENY msg=\"no MX\"",
	    LOG_OTHER_REJECT, NULL, 0, U, Q, .sender = "a@example.net",
	    .code = 550 },
	{ N1C "sender <> code=DENYSOFT msg=\"no DNS\"", LOG_INFO, NULL, 0, U, Q,
	    .flags = "SN", .code = 450 },
	{ N1C "sender <a@example.net> code=CONT msg=\"\"", LOG_INFO, NULL, 0,
	    U, Q, .sender = "a@example.net" },
	/* messages */
	{ N1C "message mid=\"<1@example.net>\" size=9 rcpts=1/0/0 delay=0.1 "
	    "code=DENY msg=\"spam\"", LOG_CONTENT_REJECT, NULL, 0, U, Q,
	    .code = 552 },
	{ N1C "message mid=<1@example.net> size=9 rcpts=1/0/0 delay=0.1 "
	    "code=DENYSOFT msg=\"later\"", LOG_INFO, NULL, 0, U, Q,
	    .flags = "S", .code = 452 },
	{ N1C "message mid=<1@example.net> size=9 rcpts=1/0/0 delay=0.1 "
	    "code=CONT msg=\"\"", LOG_INFO, NULL, 0, U, Q },
	{ N1C "message mid=\"x code=DENY msg=y\" size=9 rcpts=1/0/0 delay=0 "
	    "code=CONT msg=\"\"", LOG_INFO, NULL, 0, U, Q },
	{ N1C "queue code=OK msg=\"Message Queued (" U ".1)\"", LOG_ACCEPT,
	    NULL, 0, U, Q },
	{ N1C "queue code=CONT msg=\"Message Queued\"", LOG_INFO, NULL, 0, U,
	    Q },
	{ N1C "queue code=DENY msg=\"no\"", LOG_INFO, NULL, 0, U, Q },
	{ N1C "queue_outbound code=OK msg=\"x\"", LOG_ACCEPT, NULL, 0, U, Q,
	    .flags = "A" },
	/* hooks */
	{ HK "connect plugin=dns-list function=onConnect params=\"\" "
	    "retval=DENY msg=\"host [" IP "] is listed on bl.example.net\"",
	    LOG_LIST_REJECT, NULL, 0, U },
	{ INF "[core] hook=connect plugin=dnsbl function=x params=\"\" "
	    "retval=DENYDISCONNECT msg=\"x\"", LOG_LIST_REJECT, NULL, 0, U },
	{ HK "ehlo plugin=helo.checks function=bare_ip params=192.0.2.66 "
	    "retval=DENY msg=\"no\"", LOG_HELO_REJECT, NULL, 0, U,
	    .helo = "192.0.2.66" },
	{ HK "connect plugin=fcrdns function=x params=\"\" retval=DENY msg=x",
	    LOG_NAME_REJECT, NULL, 0, U },
	{ HK "connect plugin=early_talker function=x params=\"\" "
	    "retval=DENYDISCONNECT msg=\"You talk too soon\"", LOG_EARLY_TALK,
	    NULL, 0, U },
	{ HK "connect plugin=limit function=x params=\"\" retval="
	    "DENYSOFTDISCONNECT msg=\"too many\"", LOG_RATE_LIMIT, NULL, 0, U,
	    .flags = "S" },
	{ HK "lookup_rdns plugin=karma function=x params=\"\" "
	    "retval=DENYDISCONNECT msg=\"x\"", LOG_OTHER_REJECT, NULL, 0, U },
	{ HK "data plugin=karma function=x params=\"\" retval=DENY msg=\"x\"",
	    LOG_CONTENT_REJECT, NULL, 0, U },
	{ HK "rcpt plugin=x function=x params=<b> retval=DENY msg=\"x\"",
	    LOG_INFO, NULL, 0, U },
	{ HK "connect plugin=dns-list function=x params=\"\" retval=CONT "
	    "msg=\"\"", LOG_NONE },
	{ HK "ehlo plugin=helo.checks function=x params=\"x retval=DENY msg=y\""
	    " retval=CONT msg=\"\"", LOG_NONE },
	/* plugins */
	{ INF "[helo.checks] helo_host: scan.local, pass:match_re, fail:x",
	    LOG_INFO, NULL, 0, U, .helo = "scan.local" },
	{ INF "[fcrdns] ip=" IP "  rdns=\"n.example.net\" rdns_len=1 fcrdns=\""
	    "n.example.net\" fcrdns_len=1 other_ips_len=0", LOG_INFO, IP, 0,
	    U },
	{ INF "[fcrdns] ip=" IP "  rdns=\"n.example.net\" rdns_len=1 fcrdns="
	    "\"\" fcrdns_len=0 other_ips_len=1", LOG_INFO, IP, 0, U,
	    .flags = "U" },
	{ INF "[connect.fcrdns] ip=" IP " rdns=\"\" rdns_len=0 fcrdns=\"\" "
	    "fcrdns_len=0", LOG_INFO, IP, 0, U, .flags = "R" },
	{ INF "[fcrdns] rdns.reverse(" IP ")", LOG_NONE },
	{ INF "[dns-list] pass:a.example.net, fail:b.example.net", LOG_INFO,
	    NULL, 0, U },
	{ INF "[dns-list] pass:a.example.net", LOG_NONE },
	{ N "[auth/flat_file] delaying for 1 seconds", LOG_AUTH_FAIL, NULL, 0,
	    U },
	{ N "[auth/flat_file] ticket: x", LOG_NONE },
	{ N1 "[outbound] delivered file=1 domain=example.net host=mx.example."
	    "net ip=" IP " port=25 mode=SMTP tls=Y auth=N", LOG_SENT, IP, 0,
	    NULL, Q },
	{ N1 "[outbound] delivered file=1 domain=x host=m ip=192.0.2.66 host=m "
	    "ip=" IP, LOG_NONE },
	{ INF "[karma] score: -24", LOG_NONE },
	// clang-format on
};

static void
test_lines(void)
{
	logcase_run(cases, LOGCASE_N(cases));
}

static void
test_counters(void)
{
	struct log_event ev;

	logcase_parse(NC "disconnect ip=" IP " rdns=x helo=y relay=N early=N "
			 "esmtp=Y tls=Y pipe=N errors=2 txns=3 rcpts=4/1/2 "
			 "msgs=2/0/1 bytes=9 lr=\"\" time=1",
	    &ev);
	ZT_CASE("counters of a disconnect line",
	    ev.n.ehlo == 1 && ev.n.helo == 0 && ev.n.starttls == 1 &&
		ev.n.mail == 3 && ev.n.rcpt_ok == 4 && ev.n.rcpt == 7 &&
		ev.n.data_ok == 2 && ev.n.data == 3 && ev.n.quit == -1);
	logcase_parse(NC "disconnect ip=" IP " rdns=x helo=y relay=N early=N "
			 "esmtp=N tls=N rcpts=0/0/0 msgs=0/0/0",
	    &ev);
	ZT_CASE("HELO instead of EHLO", ev.n.ehlo == 0 && ev.n.helo == 1);
	logcase_parse("Nov 22 03:48:24 mx haraka: " NC "client dropped "
		      "connection",
	    &ev);
	ZT_CASE("Haraka's own stamp knows more than syslog's",
	    ev.t_ms == 1795319304326 && !ev.whole_second);
	logcase_parse(INF "[fcrdns] ip=" IP " rdns=\"n\" rdns_len=1 "
			  "fcrdns=\"n.example.net\" fcrdns_len=1",
	    &ev);
	ZT_CASE("a confirmed name is the client's",
	    logcase_text(ev.name, "n.example.net"));
	logcase_parse(INF "[fcrdns] ip=" IP " rdns=\"n.example.net\" "
			  "rdns_len=1 fcrdns=\"\" fcrdns_len=0",
	    &ev);
	ZT_CASE("one that is not is the reason",
	    logcase_text(ev.reason, "n.example.net") && ev.name.n == 0);
}

#define J1 "2026-11-22T03:48:24.326Z {\"level\":\"NOTICE\",\"uuid\":\"" U
#define JC "\",\"origin\":\"core\",\"message\":\""
#define L1 "2026-11-22T03:48:24.326Z level=NOTICE uuid=" U
#define LC " origin=core message="

static const struct logcase objects[] = {
	// clang-format off
	{ J1 JC "connect\",\"ip\":\"" IP "\",\"port\":99,\"local_ip\":"
	    "\"198.51.100.1\",\"local_port\":587}", LOG_CONNECT, IP, 99, U,
	    .flags = "A" },
	{ L1 LC "connect ip=" IP " port=99 local_ip=::1 local_port=25",
	    LOG_CONNECT, IP, 99, U },
	{ J1 JC "disconnect\",\"ip\":\"" IP "\",\"rdns\":\"NXDOMAIN\",\"helo\":"
	    "\"x\",\"relay\":\"N\",\"early\":\"N\",\"esmtp\":\"Y\",\"rcpts\":"
	    "\"0/0/1\",\"msgs\":\"0/0/0\",\"lr\":\"\",\"time\":1.2}",
	    LOG_DISCONNECT, IP, 0, U, .helo = "x", .flags = "RC" },
	{ L1 LC "disconnect ip=" IP " rdns=x helo=\"a b\" relay=N early=Y "
	    "esmtp=Y rcpts=0/0/1 msgs=0/0/0 lr=\"550 no\" time=1.2",
	    LOG_EARLY_TALK, IP, 0, U, .helo = "a b", .flags = "C" },
	{ J1 ".1" JC "recipient <n@example.org>\",\"code\":\"DENY\",\"msg\":"
	    "\"no such user\",\"sender\":\"\"}", LOG_UNKNOWN_RCPT, .session = U,
	    .qid = U ".1", .rcpt = "n@example.org", .flags = "N", .code = 550 },
	{ L1 ".1" LC "\"recipient <n@example.org>\" code=DENYSOFT msg=\"relay "
	    "denied\" sender=a@example.com", LOG_RELAY_DENIED, .session = U,
	    .qid = U ".1", .rcpt = "n@example.org", .flags = "S", .code = 450 },
	{ J1 ".1" JC "queue\",\"code\":\"OK\",\"msg\":\"x\"}", LOG_ACCEPT,
	    .session = U, .qid = U ".1" },
	{ L1 ".1" LC "message mid=x size=1 code=DENY msg=spam",
	    LOG_CONTENT_REJECT, .session = U, .qid = U ".1", .code = 552 },
	{ J1 "\",\"origin\":\"auth/flat_file\",\"message\":\"delaying for 1 "
	    "seconds\"}", LOG_AUTH_FAIL, .session = U },
	{ J1 "\",\"origin\":\"outbound\",\"message\":\"delivered\",\"file\":"
	    "\"x\",\"host\":\"y\",\"ip\":\"" IP "\"}", LOG_SENT, IP,
	    .qid = NULL },
	{ J1 JC "connect\",\"port\":99,\"ip\":\"" IP "\"}", LOG_NONE },
	{ J1 JC "connect\",\"ip\":\"" IP, LOG_NONE },
	{ "2026-11-22T03:48:24.326Z {\"uuid\":\"" U "\",\"level\":\"NOTICE\"}",
	    LOG_NONE },
	// clang-format on
};

/* Quotes of a client's text are escaped, whatever else it holds. */
static void
test_objects(void)
{
	static const char *const texts[] = {
		"192.0.2.66",
		"ip=192.0.2.66",
		"\\\"ip\\\":\\\"192.0.2.66\\\"",
		"\\\",\\\"ip\\\":\\\"192.0.2.66\\\",\\\"x\\\":\\\"",
		"\\\\",
		"message=connect ip=192.0.2.66 port=1",
		"} {",
	};
	static const char *const lines[] = {
		// clang-format off
		(J1 JC "disconnect\",\"ip\":\"" IP "\",\"rdns\":\"@@\",\"helo\":"
		   "\"@@\",\"lr\":\"@@\"}"),
		L1 LC "disconnect ip=" IP " rdns=\"@@\" helo=\"@@\" lr=\"@@\"",
		J1 ".1" JC "recipient <@@>\",\"code\":\"DENY\",\"msg\":\"@@\"}",
		L1 ".1" LC "\"recipient <@@>\" code=DENY msg=\"@@\"",
		(J1 "\",\"origin\":\"outbound\",\"message\":\"delivered\","
		   "\"domain\":\"@@\",\"host\":\"@@\",\"ip\":\"" IP "\"}"),
		J1 JC "@@\",\"ip\":\"" IP "\"}",
		// clang-format on
	};

	logcase_run(objects, LOGCASE_N(objects));
	logcase_inject(lines, LOGCASE_N(lines), texts, LOGCASE_N(texts));
}

static void
test_injection(void)
{
	static const char *const texts[] = {
		// clang-format off
		"192.0.2.66",
		"ip=192.0.2.66",
		" ip=192.0.2.66 ",
		"x\" ip=192.0.2.66 port=1 local_ip=x",
		"x ip=192.0.2.66 relay=N early=Y",
		"] [core] connect ip=192.0.2.66 port=1 local_ip=::",
		"[core] disconnect ip=192.0.2.66",
		"[NOTICE] [" U "] [core] disconnect ip=192.0.2.66",
		"\n" NC "disconnect ip=192.0.2.66",
		"x host=y ip=192.0.2.66",
		"<", ">", "\"", "\\", "%s%n", "",
		// clang-format on
	};
	static const char *const lines[] = {
		// clang-format off
		(NC "disconnect ip=" IP " rdns=@@ helo=@@ relay=N early=N " SOME
		   "lr=\"@@\" time=1"),
		(NC "disconnect ip=" IP " rdns=\"@@\" helo=\"@@\" relay=N "
		   "early=N " SOME "lr=\"550 I cannot deliver mail for <@@>\""),
		N1C "recipient <@@> code=DENY msg=\"@@\" sender=\"@@\"",
		N1C "sender <@@> code=DENY msg=\"@@\"",
		N1C "message mid=@@ size=1 code=DENY msg=\"@@\"",
		NC "client @@ [" IP "] half closed connection",
		NC "client half closed connection ip=" IP " rdns=@@",
		(HK "ehlo plugin=helo.checks function=x params=@@ retval=DENY "
		   "msg=\"@@\""),
		INF "[helo.checks] helo_host: @@, pass:x",
		(INF "[fcrdns] ip=" IP "  rdns=\"@@\" rdns_len=1 fcrdns=\"@@\" "
		    "fcrdns_len=1"),
		(N1 "[outbound] delivered file=1 domain=@@ host=mx.example.net "
		   "ip=" IP " port=25"),
		(N1 "[outbound] delivered file=1 domain=example.net host=@@ "
		   "ip=" IP " port=25"),
		// clang-format on
	};

	logcase_inject(lines, LOGCASE_N(lines), texts, LOGCASE_N(texts));
}

static const struct zt_test tests[] = {
	{ "objects", test_objects },
	{ "lines", test_lines },
	{ "counters", test_counters },
	{ "injection", test_injection },
};

ZT_MAIN("logline_haraka", tests)
