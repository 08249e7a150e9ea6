/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/sig: the text of a signature and its key.
 *
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/sig
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include "fp/sig.h"
#include "tests/unit/fp/pkt.h"

#define SYN       .flags = TCPF_SYN, .seq = 1
#define DF        .frag = 0x4000, .id = 1
#define V6        .src = "2001:db8::1", .dst = "2001:db8::2"
#define MSS       "020405b4"
#define OPT_WIN   MSS "0103030801010402"
#define OPT_OLD   MSS "01010402"
#define OPT_LINUX MSS "0402080a000000010000000001030307"
#define OPT_APPLE MSS "010303050101080a000000010000000004020000"
#define OPT_BSD   MSS "010303060402080a0000000100000000"

static const struct {
	const char *name;
	struct pkt k;
	const char *text;
} cases[] = {
	{ "Windows 10",
	    { SYN, DF, .ttl = 118, .window = 64240, .opts = OPT_WIN },
	    "4:118+10:0:1460:mss*44,8:mss,nop,ws,nop,nop,sok:df,id+:0" },
	{ "Windows 7", { SYN, DF, .ttl = 128, .window = 8192, .opts = OPT_WIN },
	    "4:128+0:0:1460:8192,8:mss,nop,ws,nop,nop,sok:df,id+:0" },
	{ "Windows XP",
	    { SYN, DF, .ttl = 110, .window = 65535, .opts = OPT_OLD },
	    "4:110+18:0:1460:65535,0:mss,nop,nop,sok:df,id+:0" },
	{ "Linux", { SYN, DF, .ttl = 52, .window = 29200, .opts = OPT_LINUX },
	    "4:52+12:0:1460:mss*20,7:mss,sok,ts,nop,ws:df,id+:0" },
	{ "macOS",
	    { SYN, .frag = 0x4000, .ttl = 60, .window = 65535,
		.opts = OPT_APPLE, .tos = 2 },
	    "4:60+4:0:1460:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:df,ecn:0" },
	{ "FreeBSD", { SYN, DF, .window = 65535, .opts = OPT_BSD },
	    "4:64+0:0:1460:65535,6:mss,nop,ws,sok,ts:df,id+:0" },
	{ "the same layout from Windows's TTL is Windows",
	    { SYN, DF, .ttl = 128, .window = 8192, .opts = OPT_BSD },
	    "4:128+0:0:1460:8192,6:mss,nop,ws,sok,ts:df,id+:0" },
	{ "Windows's layout with Linux's TTL",
	    { SYN, DF, .ttl = 60, .window = 8192, .opts = OPT_WIN },
	    "4:60+4:0:1460:8192,8:mss,nop,ws,nop,nop,sok:df,id+:0" },
	{ "over IPv6 the hop limit is the router's word",
	    { SYN, V6, .ttl = 64, .window = 8192, .opts = OPT_WIN },
	    "6:64+0:0:1460:8192,8:mss,nop,ws,nop,nop,sok::0" },
	{ "no options at all", { SYN, .id = 7, .window = 8192 },
	    "4:64+0:0:0:8192,0:::0" },
	{ "options without MSS", { SYN, DF, .window = 512, .opts = "01010402" },
	    "4:64+0:0:0:512,0:nop,nop,sok:df,id+:0" },
	{ "an MSS of zero", { SYN, DF, .window = 512, .opts = "02040000" },
	    "4:64+0:0:0:512,0:mss:df,id+:0" },
	{ "malformed options",
	    { SYN, DF, .window = 512, .opts = MSS "fe000000" },
	    "4:64+0:0:1460:512,0:mss,?254:df,id+,bad:0" },
	{ "an ack number",
	    { SYN, DF, .ack = 9, .window = 29200, .opts = OPT_LINUX },
	    "4:64+0:0:1460:mss*20,7:mss,sok,ts,nop,ws:df,id+,ack+:0" },
	{ "MSS alone is old, not odd",
	    { SYN, .id = 1, .ttl = 255, .window = 4128, .opts = MSS },
	    "4:255+0:0:1460:4128,0:mss::0" },
	{ "payload in the SYN",
	    { SYN, .id = 1, .window = 512, .opts = MSS, .payload = "x" },
	    "4:64+0:0:1460:512,0:mss::+" },
	{ "a TTL too far from any start",
	    { SYN, .id = 1, .ttl = 90, .window = 512, .opts = MSS },
	    "4:90+?:0:1460:512,0:mss::0" },
	{ "36 hops are too far", { SYN, .id = 1, .ttl = 92, .window = 1 },
	    "4:92+?:0:0:1,0:::0" },
	{ "35 are not", { SYN, .id = 1, .ttl = 93, .window = 1 },
	    "4:93+35:0:0:1,0:::0" },
	{ "an unknown option",
	    { SYN, .id = 1, .window = 1, .opts = "fd04abcd" },
	    "4:64+0:0:0:1,0:?253::0" },
};

static const char *
text_of(const struct pkt *k, struct sig *out)
{
	uint8_t b[PKT_MAX];
	struct packet p = pkt_build(k, b, 0);
	struct traits t;

	if (traits_parse(&p, &t) != TRAITS_OK)
		return "unreadable";
	sig_make(&t, out);
	return out->text;
}

static void
test_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sig s;
		const char *got = text_of(&cases[i].k, &s);
		bool ok = strcmp(got, cases[i].text) == 0;

		if (!ok)
			printf("got %s\n", got);
		ZT_CASE(cases[i].name, ok);
	}
}

/* Window, MSS and what stands for the window. */
static const struct {
	const char *name;
	bool v6;
	uint16_t window;
	const char *opts, *want;
} windows[] = {
	{ "a multiple of the MSS", false, 5840, MSS, "mss*4" },
	{ "no multiple of anything", false, 5841, MSS, "5841" },
	{ "zero is a number", false, 0, MSS, "0" },
	{ "MSS less the timestamps", false, 1388 * 3,
	    "02040578 0101080a 0000000100000000", "mss*3" },
	{ "not without timestamps", false, 1388 * 3, "02040578", "4164" },
	{ "not with a timestamp of zero", false, 1388 * 3,
	    "02040578 0101080a 0000000000000000", "4164" },
	{ "Ethernet's segments behind a smaller MSS", false, 14600, "02040550",
	    "mss*10" },
	{ "these less timestamps", false, 14480, "02040550", "mss*10" },
	{ "IPv6's segments", true, 14400, "02040550", "mss*10" },
	{ "not for IPv4", false, 14400 - 1440, "02040550", "12960" },
	{ "whole packets", false, 1400 * 7, "02040550", "mtu*7" },
	{ "packets with the options", false, (1360 + 52) * 3,
	    "02040550 01010402 01030307", "mtu*3" },
	{ "whole IPv6 packets", true, (1360 + 60) * 9, "02040550", "mtu*9" },
	{ "Ethernet packets", false, 9000, "02040550", "mtu*6" },
	{ "a tiny MSS is no unit", false, 1000, "02040064", "mss*10" },
	{ "a tinier one is none", false, 990, "02040063", "990" },
};

static void
test_windows(void)
{
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct pkt k = { SYN, .window = windows[i].window,
			.opts = windows[i].opts };
		char want[32];
		struct sig s;

		if (windows[i].v6) {
			k.src = "2001:db8::1";
			k.dst = "2001:db8::2";
		}
		snprintf(want, sizeof(want), ":%s,", windows[i].want);
		text_of(&k, &s);
		if (strstr(s.text, want) == NULL)
			printf("got %s\n", s.text);
		ZT_CASE(windows[i].name, strstr(s.text, want) != NULL);
	}
}

static void
test_reply(void)
{
	const struct pkt k = { .flags = TCPF_SYN | TCPF_ACK,
		.seq = 1,
		.ack = 1,
		.window = 2724,
		.opts = MSS };
	uint8_t b[PKT_MAX];
	struct packet p = pkt_build(&k, b, 0);
	struct traits t;
	struct sig s;

	traits_parse(&p, &t);
	sig_make(&t, &s);
	ZT_CASE("a window that means nothing to the sender's own MSS",
	    strstr(s.text, ":2724,") != NULL);
	sig_make_reply(&t, 1362, &s);
	ZT_CASE("may be a multiple of the peer's",
	    strstr(s.text, ":mss*2,") != NULL);
	sig_make_reply(&t, 1374, &s);
	ZT_CASE("or of that less the timestamps",
	    strstr(s.text, ":mss*2,") != NULL);
	sig_make_reply(&t, 12, &s);
	ZT_CASE("a peer's MSS of 12 divides by nothing",
	    strstr(s.text, ":mss*227,") != NULL);
}

static void
test_worked_example(void)
{
	uint8_t b[PKT_MAX];
	size_t n = pkt_hex("4500003cb19d40003406d8a617806012d9926b53"
			   "db0a0019f5a390a300000000a0c2faf08fc30000"
			   "020405b40402080aa340fb670000000001030307",
	    b);
	struct packet p = { 0, b, (uint32_t)n, (uint32_t)n, PACKET_RAW };
	struct traits t;
	struct sig s;

	ZT_CASE("a real mail server's SYN is read",
	    traits_parse(&p, &t) == TRAITS_OK);
	sig_make(&t, &s);
	ZT_CASE("and has the signature that p0f prints for it",
	    strcmp(s.text,
		"4:52+12:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+,ecn:0") == 0);
	ZT_CASE("its initial TTL and distance", s.ittl == 64 && s.dist == 12);
}

static void
test_key(void)
{
	struct pkt k = { SYN, DF, .ttl = 128, .window = 8192, .opts = OPT_WIN };
	struct sig near, far, other;

	text_of(&k, &near);
	k.ttl = 109;
	text_of(&k, &far);
	k.window = 8193;
	text_of(&k, &other);
	ZT_CASE("the key leaves the distance out",
	    near.key == far.key && strcmp(near.text, far.text) != 0);
	ZT_CASE("but not the window", far.key != other.key);
	ZT_CASE("it is never none", near.key != 0 && other.key != 0);
	/* Stores hold it: a change here loses what they have learned. */
	ZT_CASE("and it is for ever", near.key == UINT64_C(0x994291bd5febddc7));
}

static void
test_longest(void)
{
	char buf[SIG_STRLEN];
	const uint32_t all = (Q_BAD << 1) - 1;
	struct traits t = { .ver = 6,
		.ttl = 90,
		.mss = 65535,
		.window = 65534,
		.wscale = 255,
		.quirks = all,
		.opts_n = TRAITS_OPTS_MAX,
		.payload_len = 1 };
	struct sig s;

	memset(t.opts, 255, sizeof(t.opts));
	sig_make(&t, &s);
	ZT_CASE("what cannot be is cut, not overrun",
	    strlen(s.text) <= SIG_STRLEN - 1);
	ZT_CASE("all quirks in their order",
	    strcmp(sig_quirks(all, buf),
		"df,id+,id-,ecn,0+,flow,seq-,ack+,ack-,uptr+,urgf+,"
		"pushf+,ts1-,ts2+,opt+,exws,bad") == 0);
	ZT_CASE("none", strcmp(sig_quirks(0, buf), "") == 0);
}

static void
test_window(void)
{
	struct traits t = { .ver = 4, .window = 2880, .mss = 1400 };
	unsigned n = 0;

	ZT_CASE("whole packets are told as such",
	    sig_window(&t, 0, &n) == SIG_MTU && n == 2);
	t.window = 2800;
	ZT_CASE("so are segments", sig_window(&t, 0, &n) == SIG_MSS && n == 2);
	t.window = 2801;
	ZT_CASE("and what is neither",
	    sig_window(&t, 0, &n) == SIG_PLAIN && n == 2801);
	ZT_CASE("the peer's segments come last",
	    sig_window(&t, 2801, &n) == SIG_MSS && n == 1);
	t.mss = 99;
	ZT_CASE("but not behind a tiny MSS",
	    sig_window(&t, 2801, &n) == SIG_PLAIN && n == 2801);
}

static void
test_initial_ttl(void)
{
	static const struct {
		const char *name;
		uint8_t ttl, want;
	} ttls[] = {
		{ "0", 0, 32 },
		{ "32 is the first", 32, 32 },
		{ "33", 33, 64 },
		{ "64 is the second", 64, 64 },
		{ "65", 65, 128 },
		{ "128 is the third", 128, 128 },
		{ "129", 129, 255 },
		{ "255 is the last", 255, 255 },
	};

	for (size_t i = 0; i < sizeof(ttls) / sizeof(ttls[0]); i++)
		ZT_CASE(ttls[i].name,
		    sig_initial_ttl(ttls[i].ttl) == ttls[i].want);
}

static const struct zt_test tests[] = {
	{ "table", test_table },
	{ "windows", test_windows },
	{ "SYN+ACK", test_reply },
	{ "worked example", test_worked_example },
	{ "key", test_key },
	{ "longest", test_longest },
	{ "window unit", test_window },
	{ "initial TTL", test_initial_ttl },
};

ZT_MAIN("sig", tests)
