/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/traits: link layers, extension headers, options, quirks, and
 * lengths that lie.
 *
 * zt-link: fp/addr fp/link fp/traits
 */
#include "tests/zt.h"

#include "tests/unit/fp/pkt.h"

/* The SYN of a mail server that zfw met: 12 hops away, with ECN. */
#define IP4  "4500003cb19d40003406d8a617806012d9926b53"
#define TCP  "db0a0019f5a390a300000000a0c2faf08fc30000"
#define OPTS "020405b40402080aa340fb670000000001030307"
#define MAC  "02005e100001 02005e100002"

/* IPv6 headers before the next one's bytes: payload length, next header. */
#define IP6(len, next) \
	"60000000" len next "40" \
	"20010db8000000000000000000000001" \
	"20010db8000000000000000000000002"
#define TCP20 "9c40001900000001000000005002200000000000"

static enum traits_verdict
parse_hex(const char *hex, enum packet_link link, struct traits *t)
{
	static uint8_t b[PKT_MAX];
	size_t n = pkt_hex(hex, b);
	struct packet p = { 0, b, (uint32_t)n, (uint32_t)n, link };

	return traits_parse(&p, t);
}

static void
test_real_syn(void)
{
	static const uint8_t layout[] = { 2, 4, 8, 1, 3 };
	char buf[ADDR_STRLEN];
	struct traits t;

	ZT_CASE("a real SYN is read",
	    parse_hex(IP4 TCP OPTS, PACKET_RAW, &t) == TRAITS_OK);
	ZT_CASE("it is a SYN", traits_is_syn(&t));
	ZT_CASE("source", strcmp(addr_print(&t.src, buf), "23.128.96.18") == 0);
	ZT_CASE("destination",
	    strcmp(addr_print(&t.dst, buf), "217.146.107.83") == 0);
	ZT_CASE("ports", t.sport == 56074 && t.dport == 25);
	ZT_CASE("IP fields",
	    t.ver == 4 && t.ttl == 52 && t.ip_totlen == 60 &&
		t.ip_id == 0xb19d && t.ip_optlen == 0 && t.hdrlen == 60);
	ZT_CASE("sequence numbers", t.seq == 0xf5a390a3 && t.ack == 0);
	ZT_CASE("window and MSS", t.window == 64240 && t.mss == 1460);
	ZT_CASE("options",
	    t.has_mss && t.has_ws && t.has_ts && t.has_sok && t.wscale == 7 &&
		t.ts_val == 0xa340fb67 && t.ts_ecr == 0);
	ZT_CASE("layout",
	    t.opts_n == sizeof(layout) &&
		memcmp(t.opts, layout, sizeof(layout)) == 0);
	ZT_CASE("quirks", t.quirks == (Q_DF | Q_ID_NZ | Q_ECN));
	ZT_CASE("no payload", t.payload_len == 0 && t.payload_cap == 0);
	ZT_CASE("the IP packet is lent", t.ip_caplen == 60 && t.ip[0] == 0x45);
}

static const struct {
	const char *name, *hex;
	enum packet_link link;
	enum traits_verdict want;
	uint8_t ver;
	uint16_t hdrlen;
} link_cases[] = {
	{ "raw IPv4", IP4 TCP OPTS, PACKET_RAW, TRAITS_OK, 4, 60 },
	{ "a link layer that is not read", IP4 TCP OPTS, PACKET_OTHER,
	    TRAITS_LINK, 0, 0 },
	{ "Ethernet", MAC "0800" IP4 TCP OPTS, PACKET_ETHERNET, TRAITS_OK, 4,
	    60 },
	{ "one 802.1Q tag", MAC "8100000a0800" IP4 TCP OPTS, PACKET_ETHERNET,
	    TRAITS_OK, 4, 60 },
	{ "half an Ethernet header", "02005e10000102005e10", PACKET_ETHERNET,
	    TRAITS_MALFORMED, 0, 0 },
	{ "Ethernet and nothing else", MAC "0800", PACKET_ETHERNET,
	    TRAITS_MALFORMED, 0, 0 },
	{ "IPv6 that Ethernet calls IPv4", MAC "0800" IP6("0014", "06") TCP20,
	    PACKET_ETHERNET, TRAITS_MALFORMED, 0, 0 },
	{ "an empty packet", "", PACKET_RAW, TRAITS_MALFORMED, 0, 0 },
	{ "IP version 5", "55", PACKET_RAW, TRAITS_NOT_IP, 0, 0 },
	{ "padding behind a short packet",
	    MAC "86dd" IP6("0014", "06") TCP20 "00000000", PACKET_ETHERNET,
	    TRAITS_OK, 6, 60 },
	{ "plain IPv6", IP6("0014", "06") TCP20, PACKET_RAW, TRAITS_OK, 6, 60 },
	{ "hop-by-hop options", IP6("001c", "00") "0600050200000000" TCP20,
	    PACKET_RAW, TRAITS_OK, 6, 68 },
	{ "hop-by-hop, routing, destination",
	    IP6("002c", "00") "2b00000000000000"
			      "3c00000000000000"
			      "0600000000000000" TCP20,
	    PACKET_RAW, TRAITS_OK, 6, 84 },
	{ "routing, then destination options",
	    IP6("0024", "2b") "3c00040000000000"
			      "0600000000000000" TCP20,
	    PACKET_RAW, TRAITS_OK, 6, 76 },
	{ "an authentication header",
	    IP6("0020", "33") "060100000000000100000001" TCP20, PACKET_RAW,
	    TRAITS_OK, 6, 72 },
	{ "an atomic fragment", IP6("001c", "2c") "0600000012345678" TCP20,
	    PACKET_RAW, TRAITS_OK, 6, 68 },
	{ "the first of several fragments",
	    IP6("001c", "2c") "0600000112345678" TCP20, PACKET_RAW, TRAITS_OK,
	    6, 68 },
	{ "a first fragment with half a TCP header",
	    IP6("0010", "2c") "0600000112345678"
			      "9c40001900000001",
	    PACKET_RAW, TRAITS_FRAGMENT, 6, 0 },
	{ "a later IPv6 fragment", IP6("001c", "2c") "0600000812345678" TCP20,
	    PACKET_RAW, TRAITS_FRAGMENT, 6, 0 },
	{ "Linux cooked", "0000 0001 0006 02005e1000010000 0800" IP4 TCP OPTS,
	    PACKET_SLL, TRAITS_OK, 4, 60 },
	{ "IPv6 that PPP calls IPv4", "0021" IP6("0014", "06") TCP20,
	    PACKET_PPP, TRAITS_MALFORMED, 0, 0 },
	{ "a link layer and no IP header", "02000000", PACKET_NULL,
	    TRAITS_MALFORMED, 0, 0 },
	{ "BSD loopback", "1e000000" IP6("0014", "06") TCP20, PACKET_NULL,
	    TRAITS_OK, 6, 60 },
	{ "no next header", IP6("0000", "3b"), PACKET_RAW, TRAITS_NOT_TCP, 6,
	    0 },
	{ "UDP over IPv6", IP6("0008", "11") "0035003500080000", PACKET_RAW,
	    TRAITS_NOT_TCP, 6, 0 },
	{ "ESP", IP6("0008", "32") "0000000000000000", PACKET_RAW,
	    TRAITS_NOT_TCP, 6, 0 },
	{ "an extension longer than the packet",
	    IP6("001c", "00") "06ff050200000000" TCP20, PACKET_RAW,
	    TRAITS_MALFORMED, 6, 0 },
	{ "an extension without its length", IP6("0001", "00") "06", PACKET_RAW,
	    TRAITS_MALFORMED, 6, 0 },
	{ "IPv6 longer than the wire", IP6("0064", "06") TCP20, PACKET_RAW,
	    TRAITS_TRUNCATED, 6, 0 },
	{ "half an IPv6 header", "6000000000140640", PACKET_RAW,
	    TRAITS_MALFORMED, 6, 0 },
};

static void
test_links(void)
{
	for (size_t i = 0; i < sizeof(link_cases) / sizeof(link_cases[0]);
	     i++) {
		struct traits t;
		enum traits_verdict v = parse_hex(link_cases[i].hex,
		    link_cases[i].link, &t);
		bool ok = v == link_cases[i].want;

		if (ok && v == TRAITS_OK)
			ok = t.ver == link_cases[i].ver &&
			    t.hdrlen == link_cases[i].hdrlen &&
			    t.payload_len == 0;
		if (!ok)
			printf("got %s\n", traits_verdict_name[v]);
		ZT_CASE(link_cases[i].name, ok);
	}
}

/* The real SYN with some bytes changed: offset, then hex. */
static const struct {
	const char *name;
	size_t at;
	const char *hex;
	enum traits_verdict want;
} length_cases[] = {
	{ "an IPv4 header of 16 bytes", 0, "44", TRAITS_MALFORMED },
	{ "IPv4 options beyond the packet", 0, "4f00003b", TRAITS_MALFORMED },
	{ "a total length of zero", 2, "0000", TRAITS_MALFORMED },
	{ "a total length within the header", 2, "0013", TRAITS_MALFORMED },
	{ "a total length within the TCP header", 2, "0027", TRAITS_MALFORMED },
	{ "a total length within the options", 2, "003b", TRAITS_MALFORMED },
	{ "a total length beyond the packet", 2, "003d", TRAITS_TRUNCATED },
	{ "the longest total length", 2, "ffff", TRAITS_TRUNCATED },
	{ "UDP", 9, "11", TRAITS_NOT_TCP },
	{ "a later fragment", 6, "2001", TRAITS_FRAGMENT },
	{ "the last fragment", 6, "0001", TRAITS_FRAGMENT },
	{ "the first fragment", 6, "2000", TRAITS_OK },
	{ "a TCP header of 16 bytes", 32, "40", TRAITS_MALFORMED },
	{ "no TCP header at all", 32, "00", TRAITS_MALFORMED },
	{ "a TCP header beyond the packet", 32, "b0", TRAITS_MALFORMED },
	{ "a first fragment that cuts the options", 2, "003bb19d2000",
	    TRAITS_FRAGMENT },
};

static void
test_lengths(void)
{
	uint8_t b[PKT_MAX];
	struct traits t;

	for (size_t i = 0; i < sizeof(length_cases) / sizeof(length_cases[0]);
	     i++) {
		size_t n = pkt_hex(IP4 TCP OPTS, b);
		struct packet p = { 0, b, (uint32_t)n, (uint32_t)n,
			PACKET_RAW };

		pkt_hex(length_cases[i].hex, &b[length_cases[i].at]);
		ZT_CASE(length_cases[i].name,
		    traits_parse(&p, &t) == length_cases[i].want);
	}
}

/* Every cut by the snaplen, the copy exactly as long as what is there. */
static void
test_snaplen(void)
{
	uint8_t b[PKT_MAX];
	size_t n = pkt_hex(MAC "8100000a0800" IP4 TCP OPTS "3132333435", b);
	bool ok = true;

	pkt_be16(&b[20], 65);
	for (size_t cut = 0; cut <= n; cut++) {
		uint8_t *copy = malloc(cut + 1);
		struct packet p = { 0, copy, (uint32_t)cut, (uint32_t)n,
			PACKET_ETHERNET };
		enum traits_verdict v, want;
		struct traits t;

		memcpy(copy, b, cut);
		v = traits_parse(&p, &t);
		want = cut < n - 5 ? TRAITS_TRUNCATED : TRAITS_OK;
		ok = ok && v == want &&
		    (v != TRAITS_OK ||
			(t.payload_len == 5 && t.payload_cap == cut - (n - 5)));
		free(copy);
	}
	ZT_CASE("a cut in the headers is truncated, in the payload counted",
	    ok);
}

#define IP4_LEN0  "450000000001400040060000c0000207c6336401"
#define JUMBO_OPT "0600 c204 00013880" /* hop-by-hop: 80,000 bytes */

/* Segments that offloading joined: their 16 bits of length are 0. */
static const struct {
	const char *name, *hex;
	uint32_t wire;
	enum traits_verdict want;
	uint32_t payload_len;
} joined_cases[] = {
	{ "IPv4, too long for its length", IP4_LEN0 TCP20, 80000, TRAITS_OK,
	    79960 },
	{ "IPv4, left to the hardware", IP4_LEN0 TCP20, 9000, TRAITS_OK, 8960 },
	{ "IPv4, the shortest", IP4_LEN0 TCP20, 1501, TRAITS_OK, 1461 },
	{ "a stranger's IPv4 packet that says 0", IP4_LEN0 TCP20, 1500,
	    TRAITS_MALFORMED, 0 },
	{ "IPv4 options beyond a joined packet",
	    "4f"
	    "0000000001400040060000"
	    "c0000207c6336401",
	    1501, TRAITS_TRUNCATED, 0 },
	{ "IPv6, too long for its length", IP6("0000", "06") TCP20, 80000,
	    TRAITS_OK, 79940 },
	{ "IPv6 with a jumbo option", IP6("0000", "00") JUMBO_OPT TCP20, 80040,
	    TRAITS_OK, 79972 },
	{ "a stranger's IPv6 packet that says 0", IP6("0000", "06") TCP20, 1500,
	    TRAITS_MALFORMED, 0 },
	{ "a length that is not 0 counts", IP4 TCP OPTS, 80000, TRAITS_OK, 0 },
	{ "the longest IPv4 that can say its length",
	    "4500ffff0001400040060000c0000207c6336401" TCP20, 65549, TRAITS_OK,
	    65495 },
	{ "the longest IPv6 that can say its length", IP6("ffff", "06") TCP20,
	    65575, TRAITS_OK, 65515 },
};

static void
test_joined(void)
{
	for (size_t i = 0; i < sizeof(joined_cases) / sizeof(joined_cases[0]);
	     i++) {
		uint8_t b[PKT_MAX];
		uint32_t n = (uint32_t)pkt_hex(joined_cases[i].hex, b);
		struct packet p = { 0, b, n, joined_cases[i].wire, PACKET_RAW };
		struct traits t;
		enum traits_verdict v = traits_parse(&p, &t);

		ZT_CASE(joined_cases[i].name,
		    v == joined_cases[i].want &&
			(v != TRAITS_OK ||
			    (t.payload_len == joined_cases[i].payload_len &&
				t.payload_cap == 0)));
	}
}

/* All of its bytes captured, and the copy exactly as long. */
static void
test_joined_whole(void)
{
	const uint32_t n = 200000;
	uint8_t *b = calloc(n, 1);
	struct packet p = { 0, b, n, n, PACKET_RAW };
	size_t head = pkt_hex(IP4_LEN0 TCP20, b);
	struct traits t;

	ZT_CASE("200,000 bytes are one segment",
	    traits_parse(&p, &t) == TRAITS_OK && t.payload == &b[head] &&
		t.payload_len == n - head && t.payload_cap == n - head);
	/* Extension headers of 2048 bytes each, up to more than 16 bits. */
	memset(b, 0, n);
	pkt_hex(IP6("0000", "3c"), b);
	for (uint32_t at = 40; at + 2048 <= n; at += 2048)
		pkt_hex("3cff", &b[at]);
	ZT_CASE("IPv6 extension headers without end are malformed",
	    traits_parse(&p, &t) == TRAITS_MALFORMED);
	free(b);
}

static void
test_ip_options(void)
{
	struct traits t;

	ZT_CASE("IPv4 options are stepped over",
	    parse_hex("460000400000400040060000c0000207c6336401"
		      "94040000" TCP OPTS,
		PACKET_RAW, &t) == TRAITS_OK);
	ZT_CASE("and counted",
	    t.ip_optlen == 4 && t.hdrlen == 64 && t.mss == 1460);
	ZT_CASE("DF with id 0 is neither id+ nor id-",
	    (t.quirks & (Q_DF | Q_ID_NZ | Q_ID_ZERO)) == Q_DF);
}

static const struct {
	const char *name, *opts;
	uint32_t quirks; /* of Q_BAD, Q_EOL_NZ, Q_EXWS, Q_TS_*, Q_PEER_TS_NZ */
	const char *layout;
	uint8_t eol_pad;
} opt_cases[] = {
	{ "no options", "", 0, "", 0 },
	{ "EOL with three bytes behind it", "020405b4 00000000", 0, "0200", 3 },
	{ "EOL as the last byte", "02040200 0101 0100", 0, "0201010100", 0 },
	{ "something behind EOL", "020405b4 00000100", Q_EOL_NZ, "0200", 3 },
	{ "only the last byte behind EOL", "020405b4 00000001", Q_EOL_NZ,
	    "0200", 3 },
	{ "an MSS that ends early", "01010204", Q_BAD, "010102", 0 },
	{ "an MSS of five bytes by its length", "020505b4", Q_BAD, "02", 0 },
	{ "a window scale of 14", "0303 0e01", 0, "0301", 0 },
	{ "a window scale of 15", "0303 0f01", Q_EXWS, "0301", 0 },
	{ "timestamps", "0101080a 0000000100000000", 0, "010108", 0 },
	{ "an own timestamp of zero", "0101080a 0000000000000000", Q_TS_ZERO,
	    "010108", 0 },
	{ "a peer's timestamp on a SYN", "0101080a 0000000100000002",
	    Q_PEER_TS_NZ, "010108", 0 },
	{ "timestamps that end early", "080a0000", Q_BAD, "08", 0 },
	{ "an unknown option", "fd04abcd", 0, "fd", 0 },
	{ "an unknown option of length 0", "fd00abcd", Q_BAD, "fd", 0 },
	{ "an unknown option of length 1", "fd01abcd", Q_BAD, "fd", 0 },
	{ "an unknown option of length 2", "0101fd02", 0, "0101fd", 0 },
	{ "an unknown option beyond the header", "fd05abcd", Q_BAD, "fd", 0 },
	{ "an unknown option of 255 bytes", "fdffabcd", Q_BAD, "fd", 0 },
	{ "a kind without a length", "010101fd", Q_BAD, "010101fd", 0 },
	{ "SACK of 10 bytes", "0101050a 0000000100000002", 0, "010105", 0 },
	{ "SACK of 9 bytes", "01010509 0000000100000002", Q_BAD, "010105", 0 },
	{ "24 options and no more",
	    "0101010101010101 0101010101010101 0101010101010101", 0,
	    "010101010101010101010101010101010101010101010101", 0 },
	{ "what stands behind the 24th is not read",
	    "0101010101010101 0101010101010101 0101010101010101 020405b4",
	    Q_BAD, "010101010101010101010101010101010101010101010101", 0 },
};

static void
test_options(void)
{
	const uint32_t mask = Q_BAD | Q_EOL_NZ | Q_EXWS | Q_TS_ZERO |
	    Q_PEER_TS_NZ;
	uint8_t b[PKT_MAX], layout[64];
	struct traits t;

	for (size_t i = 0; i < sizeof(opt_cases) / sizeof(opt_cases[0]); i++) {
		struct packet p = pkt_build(&(struct pkt){ .flags = TCPF_SYN,
						.opts = opt_cases[i].opts },
		    b, 0);
		size_t n = pkt_hex(opt_cases[i].layout, layout);

		ZT_CASE(opt_cases[i].name,
		    traits_parse(&p, &t) == TRAITS_OK &&
			(t.quirks & mask) == opt_cases[i].quirks &&
			t.opts_n == n && memcmp(t.opts, layout, n) == 0 &&
			t.eol_pad == opt_cases[i].eol_pad);
	}
}

static const struct {
	const char *name;
	struct pkt k;
	uint32_t want; /* besides Q_ID_ZERO and Q_SEQ_ZERO */
} quirk_cases[] = {
	{ "nothing odd", { .flags = TCPF_SYN }, 0 },
	{ "DF", { .flags = TCPF_SYN, .frag = 0x4000 }, Q_DF },
	{ "DF and an id", { .flags = TCPF_SYN, .frag = 0x4000, .id = 1 },
	    Q_DF | Q_ID_NZ },
	{ "an id alone", { .flags = TCPF_SYN, .id = 1 }, 0 },
	{ "the reserved flag", { .flags = TCPF_SYN, .frag = 0x8000 },
	    Q_RESERVED },
	{ "ECE", { .flags = TCPF_SYN | TCPF_ECE }, Q_ECN },
	{ "CWR", { .flags = TCPF_SYN | TCPF_CWR }, Q_ECN },
	{ "NS", { .flags = TCPF_SYN | TCPF_NS }, Q_ECN },
	{ "an IP ECN bit", { .flags = TCPF_SYN, .tos = 0x02 }, Q_ECN },
	{ "another type of service", { .flags = TCPF_SYN, .tos = 0xfc }, 0 },
	{ "an ack number on a SYN", { .flags = TCPF_SYN, .ack = 256 },
	    Q_ACK_NZ },
	{ "none on a SYN+ACK", { .flags = TCPF_SYN | TCPF_ACK }, Q_ACK_ZERO },
	{ "one on a SYN+ACK", { .flags = TCPF_SYN | TCPF_ACK, .ack = 1 }, 0 },
	{ "URG", { .flags = TCPF_SYN | TCPF_URG }, Q_URG },
	{ "PSH", { .flags = TCPF_SYN | TCPF_PSH }, Q_PUSH },
	{ "a peer's timestamp on a SYN+ACK is as it should be",
	    { .flags = TCPF_SYN | TCPF_ACK,
		.ack = 1,
		.opts = "0101080a 0000000100000002" },
	    0 },
	{ "IPv6 traffic class ECN",
	    { .src = "2001:db8::1",
		.dst = "2001:db8::2",
		.flags = TCPF_SYN,
		.tos = 0x01 },
	    Q_ECN },
};

static void
test_quirks(void)
{
	const uint32_t usual = Q_ID_ZERO | Q_SEQ_ZERO;
	uint8_t b[PKT_MAX];
	struct traits t;

	for (size_t i = 0; i < sizeof(quirk_cases) / sizeof(quirk_cases[0]);
	     i++) {
		struct packet p = pkt_build(&quirk_cases[i].k, b, 0);

		ZT_CASE(quirk_cases[i].name,
		    traits_parse(&p, &t) == TRAITS_OK &&
			(t.quirks & ~usual) == quirk_cases[i].want);
	}
	struct packet p = pkt_build(&(struct pkt){ .flags = TCPF_SYN }, b, 0);

	pkt_be16(&b[38], 5);
	traits_parse(&p, &t);
	ZT_CASE("an urgent pointer without URG", t.quirks & Q_URG_NZ);
	ZT_CASE("neither DF nor an id", t.quirks & Q_ID_ZERO);
	ZT_CASE("sequence number zero", t.quirks & Q_SEQ_ZERO);
	pkt_hex("60012345", b);
	p = pkt_build(&(struct pkt){ .src = "2001:db8::1",
			  .dst = "2001:db8::2",
			  .flags = TCPF_SYN },
	    b, 0);
	pkt_hex("60012345", b);
	traits_parse(&p, &t);
	ZT_CASE("a flow label", (t.quirks & Q_FLOW) && t.tos == 0);
}

/* Any bytes at all: no crash, and nothing lent from outside the packet. */
static void
test_random(void)
{
	bool ok = true;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 20000 && ok; i++) {
		size_t n = zt_random() % 120;
		uint8_t *b = malloc(n + 1);
		struct traits t;
		struct packet p = { 0, b, (uint32_t)n,
			(uint32_t)(n + zt_random() % 3),
			(enum packet_link)(zt_random() % (PACKET_OTHER + 1)) };

		for (size_t j = 0; j < n; j++)
			b[j] = (uint8_t)zt_random();
		if (n > 9) {
			b[0] = zt_random() % 2 ? 0x45 : 0x60;
			b[zt_random() % 2 ? 6 : 9] = 6;
		}
		if (traits_parse(&p, &t) == TRAITS_OK && t.payload_cap > 0)
			ok = t.payload >= b &&
			    t.payload + t.payload_cap <= b + n;
		free(b);
	}
	ZT_CASE("random bytes do no harm", ok);
}

static const struct zt_test tests[] = {
	{ "a real SYN", test_real_syn },
	{ "link layers and extension headers", test_links },
	{ "lengths", test_lengths },
	{ "snaplen", test_snaplen },
	{ "joined segments", test_joined },
	{ "a joined segment, whole", test_joined_whole },
	{ "IPv4 options", test_ip_options },
	{ "TCP options", test_options },
	{ "quirks", test_quirks },
	{ "random bytes", test_random },
};

ZT_MAIN("traits", tests)
