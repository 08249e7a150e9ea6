/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/link: where the IP header starts behind each link layer, and
 * link layers that end early or carry something else.
 *
 * zt-link: fp/link
 */
#include "tests/zt.h"

#include "fp/link.h"
#include "tests/unit/fp/pkt.h"

#define MAC    "02005e100001 02005e100002"
#define COOKED "0000 0001 0006 02005e1000010000"
#define SLL2   "0000 00000007 0001 00 06 02005e1000010000"
#define SNAP   "aaaa03 000000"
#define PPPOE  "1100 0001 0042"

static const struct {
	const char *name, *hex;
	enum packet_link link;
	enum traits_verdict want;
	uint16_t ver;
	uint32_t hlen;
} cases[] = {
	{ "raw IP", "45", PACKET_RAW, TRAITS_OK, 0, 0 },
	{ "raw IP without a byte", "", PACKET_RAW, TRAITS_OK, 0, 0 },
	{ "a link type that is not read", "45", PACKET_OTHER, TRAITS_LINK, 0,
	    0 },

	{ "Ethernet, IPv4", MAC "0800", PACKET_ETHERNET, TRAITS_OK, 4, 14 },
	{ "Ethernet, IPv6", MAC "86dd", PACKET_ETHERNET, TRAITS_OK, 6, 14 },
	{ "ARP", MAC "0806", PACKET_ETHERNET, TRAITS_NOT_IP, 0, 0 },
	{ "MPLS", MAC "8847 00001140", PACKET_ETHERNET, TRAITS_NOT_IP, 0, 0 },
	{ "one tag", MAC "8100000a 0800", PACKET_ETHERNET, TRAITS_OK, 4, 18 },
	{ "802.1ad around 802.1Q, IPv6", MAC "88a80064 8100000a 86dd",
	    PACKET_ETHERNET, TRAITS_OK, 6, 22 },
	{ "every kind of tag", MAC "88a80001 91000002 92000003 81000004 0800",
	    PACKET_ETHERNET, TRAITS_OK, 4, 30 },
	{ "a tagged ARP", MAC "8100000a 0806", PACKET_ETHERNET, TRAITS_NOT_IP,
	    0, 0 },
	{ "tags without an end", MAC "81000001 81000002 8100", PACKET_ETHERNET,
	    TRAITS_MALFORMED, 0, 0 },
	{ "LLC with SNAP", MAC "0024" SNAP "0800", PACKET_ETHERNET, TRAITS_OK,
	    4, 22 },
	{ "LLC with SNAP behind a tag", MAC "8100000a 0024" SNAP "86dd",
	    PACKET_ETHERNET, TRAITS_OK, 6, 26 },
	{ "a tag behind LLC with SNAP", MAC "0024" SNAP "8100000a 0800",
	    PACKET_ETHERNET, TRAITS_OK, 4, 26 },
	{ "the longest that is a length", MAC "05dc" SNAP "0800",
	    PACKET_ETHERNET, TRAITS_OK, 4, 22 },
	{ "a type that is none", MAC "05dd" SNAP "0800", PACKET_ETHERNET,
	    TRAITS_NOT_IP, 0, 0 },
	{ "SNAP in SNAP in SNAP",
	    MAC "0024" SNAP "0024" SNAP "0024" SNAP "0800", PACKET_ETHERNET,
	    TRAITS_OK, 4, 38 },
	{ "LLC of the spanning tree", MAC "0026 424203 0000000000",
	    PACKET_ETHERNET, TRAITS_NOT_IP, 0, 0 },
	{ "SNAP of an organisation", MAC "0024 aaaa03 00000c 2000",
	    PACKET_ETHERNET, TRAITS_NOT_IP, 0, 0 },
	{ "half of SNAP", MAC "0024 aaaa03 00", PACKET_ETHERNET,
	    TRAITS_MALFORMED, 0, 0 },

	{ "PPPoE, IPv4", MAC "8864" PPPOE "0021", PACKET_ETHERNET, TRAITS_OK, 4,
	    22 },
	{ "PPPoE, IPv6", MAC "8864" PPPOE "0057", PACKET_ETHERNET, TRAITS_OK, 6,
	    22 },
	{ "PPPoE behind two tags", MAC "88a80064 8100000a 8864" PPPOE "0021",
	    PACKET_ETHERNET, TRAITS_OK, 4, 30 },
	{ "PPPoE with a protocol of one byte", MAC "8864" PPPOE "21",
	    PACKET_ETHERNET, TRAITS_MALFORMED, 0, 0 },
	{ "PPPoE with a protocol of one byte, and more",
	    MAC "8864" PPPOE "21 45", PACKET_ETHERNET, TRAITS_OK, 4, 21 },
	{ "PPPoE discovery", MAC "8863 1109 0000 0004", PACKET_ETHERNET,
	    TRAITS_NOT_IP, 0, 0 },
	{ "PPPoE that ends the session", MAC "8864 11a7 0001 0000",
	    PACKET_ETHERNET, TRAITS_NOT_IP, 0, 0 },
	{ "PPPoE of another version", MAC "8864 2100 0001 0042 0021",
	    PACKET_ETHERNET, TRAITS_NOT_IP, 0, 0 },
	{ "the link control of PPPoE", MAC "8864" PPPOE "c021 0901",
	    PACKET_ETHERNET, TRAITS_NOT_IP, 0, 0 },
	{ "PPPoE alone", PPPOE "0057", PACKET_PPPOE, TRAITS_OK, 6, 8 },

	{ "PPP", "0021", PACKET_PPP, TRAITS_OK, 4, 2 },
	{ "PPP, IPv6", "0057", PACKET_PPP, TRAITS_OK, 6, 2 },
	{ "PPP with address and control", "ff03 0057", PACKET_PPP, TRAITS_OK, 6,
	    4 },
	{ "PPP with a protocol of one byte", "ff03 21 45", PACKET_PPP,
	    TRAITS_OK, 4, 3 },
	{ "PPP with compressed headers", "ff03 002d", PACKET_PPP, TRAITS_NOT_IP,
	    0, 0 },
	{ "PPP and nothing else", "ff03 21", PACKET_PPP, TRAITS_MALFORMED, 0,
	    0 },

	{ "Linux cooked", COOKED "0800", PACKET_SLL, TRAITS_OK, 4, 16 },
	{ "Linux cooked, IPv6", COOKED "86dd", PACKET_SLL, TRAITS_OK, 6, 16 },
	{ "Linux cooked with a tag", COOKED "8100 000a 0800", PACKET_SLL,
	    TRAITS_OK, 4, 20 },
	{ "Linux cooked with LLC", COOKED "0004" SNAP "0800", PACKET_SLL,
	    TRAITS_OK, 4, 24 },
	{ "Linux cooked with PPPoE", COOKED "8864" PPPOE "0021", PACKET_SLL,
	    TRAITS_OK, 4, 24 },
	{ "Linux cooked, ARP", COOKED "0806", PACKET_SLL, TRAITS_NOT_IP, 0, 0 },
	{ "Linux cooked, version 2", "0800" SLL2, PACKET_SLL2, TRAITS_OK, 4,
	    20 },
	{ "Linux cooked, version 2, IPv6", "86dd" SLL2, PACKET_SLL2, TRAITS_OK,
	    6, 20 },
	{ "Linux cooked, version 2, with a tag", "8100" SLL2 "000a 86dd",
	    PACKET_SLL2, TRAITS_OK, 6, 24 },
	{ "Linux cooked, version 2, ARP", "0806" SLL2, PACKET_SLL2,
	    TRAITS_NOT_IP, 0, 0 },

	{ "loopback, IPv4, little end first", "02000000", PACKET_NULL,
	    TRAITS_OK, 4, 4 },
	{ "loopback, IPv4, big end first", "00000002", PACKET_NULL, TRAITS_OK,
	    4, 4 },
	{ "loopback, IPv6 of NetBSD", "18000000", PACKET_NULL, TRAITS_OK, 6,
	    4 },
	{ "loopback, IPv6 of FreeBSD", "0000001c", PACKET_NULL, TRAITS_OK, 6,
	    4 },
	{ "loopback, IPv6 of macOS", "1e000000", PACKET_NULL, TRAITS_OK, 6, 4 },
	{ "loopback, IPv6 of Linux", "0000000a", PACKET_NULL, TRAITS_OK, 6, 4 },
	{ "loopback, another family", "07000000", PACKET_NULL, TRAITS_NOT_IP, 0,
	    0 },
	{ "loopback, a family from both ends", "02000002", PACKET_NULL,
	    TRAITS_NOT_IP, 0, 0 },
	{ "loopback, family 0", "00000000", PACKET_NULL, TRAITS_NOT_IP, 0, 0 },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static void
test_table(void)
{
	for (size_t i = 0; i < CASES; i++) {
		uint8_t b[PKT_MAX];
		uint32_t n = (uint32_t)pkt_hex(cases[i].hex, b);
		struct link l = link_read(
		    &(struct packet){ 0, b, n, n, cases[i].link });
		bool ok = l.verdict == cases[i].want;

		if (ok && l.verdict == TRAITS_OK)
			ok = l.ver == cases[i].ver && l.hlen == cases[i].hlen;
		if (!ok)
			printf("got verdict %u, IPv%u at %u\n",
			    (unsigned)l.verdict, (unsigned)l.ver,
			    (unsigned)l.hlen);
		ZT_CASE(cases[i].name, ok);
	}
}

/*
 * A whole link layer with data behind it, cut at every byte: as a short
 * packet and as a short copy of a whole one.
 */
static void
test_cuts(void)
{
	bool ok = true;

	for (size_t i = 0; i < CASES; i++) {
		uint8_t b[PKT_MAX];
		uint32_t n = (uint32_t)pkt_hex(cases[i].hex, b);

		if (cases[i].want != TRAITS_OK)
			continue;
		for (uint32_t cut = 0; cut < cases[i].hlen; cut++) {
			uint8_t *copy = malloc(cut + 1U);
			struct packet p = { 0, copy, cut, n, cases[i].link };

			memcpy(copy, b, cut);
			ok = ok && link_read(&p).verdict == TRAITS_TRUNCATED;
			p.wirelen = cut;
			ok = ok && link_read(&p).verdict == TRAITS_MALFORMED;
			free(copy);
		}
	}
	ZT_CASE("a cut copy is truncated, a short packet malformed", ok);
}

/* Any bytes at all: no read beyond them, and no offset beyond them. */
static void
test_random(void)
{
	static const uint8_t common[] = { 0x08, 0x00, 0x81, 0x88, 0xa8, 0x64,
		0x11, 0x21, 0xaa, 0x03, 0x86, 0xdd };
	bool ok = true;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 50000 && ok; i++) {
		uint32_t n = (uint32_t)(zt_random() % 64);
		uint8_t *b = malloc(n + 1U);
		struct packet p = { 0, b, n, n + (uint32_t)(zt_random() % 3),
			(enum packet_link)(zt_random() % (PACKET_OTHER + 1)) };
		struct link l;

		for (uint32_t j = 0; j < n; j++)
			b[j] = zt_random() % 4 == 0 ?
			    (uint8_t)zt_random() :
			    common[zt_random() % sizeof(common)];
		l = link_read(&p);
		ok = l.verdict != TRAITS_OK ||
		    (l.hlen <= n && (l.ver == 0 || l.ver == 4 || l.ver == 6));
		free(b);
	}
	ZT_CASE("random bytes do no harm", ok);
}

static const struct zt_test tests[] = {
	{ "link layers", test_table },
	{ "cuts", test_cuts },
	{ "random bytes", test_random },
};

ZT_MAIN("link", tests)
