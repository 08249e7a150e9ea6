/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/sigdb: which signature a packet matches, rule by rule.
 *
 * zt-link: fp/addr fp/hash fp/sig fp/sigdb fp/sigdb_build fp/sigdb_match
 * zt-link: fp/sigline
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include "tests/unit/fp/sigtext.h"

#define CASE_SIGS 6

#define LIN  "mss,sok,ts,nop,ws"
#define WIN  "mss,nop,ws,nop,nop,sok"
#define OLD  "mss,nop,nop,sok"
#define LIN7 "*:64:0:*:mss*20,7:" LIN ":df,id+:0"
#define PLIN "4:60:0:1460:29200,7:" LIN

struct sig_case {
	const char *name;
	const char *sigs[CASE_SIGS]; /* LABEL SIGNATURE */
	const char *packet;
	const char *want;
};

static const struct sig_case cases[] = {
	{ "an exact specific signature", { "s:Linux:3.x " LIN7 },
	    PLIN ":df,id+:0", "exact Linux 3.x dist=4" },
	{ "nothing matches", { "s:Linux:3.x " LIN7 },
	    "4:60:0:1460:29200,7:" WIN ":df,id+:0", "unknown ??? dist=4" },
	{ "no signatures at all", { NULL }, PLIN ":df,id+:0",
	    "unknown ??? dist=4" },
	{ "the first of two exact ones",
	    { "s:A:1 " LIN7, "s:A:2 *:64:0:*:mss*20,*:" LIN ":df,id+:0" },
	    PLIN ":df,id+:0", "exact A 1 dist=4" },
	{ "a later specific one beats an earlier generic one",
	    { "g:A:wide *:64:0:*:*,*:" LIN ":df,id+:0", "s:A:3 " LIN7 },
	    PLIN ":df,id+:0", "exact A 3 dist=4" },
	{ "a later generic one beats an earlier fuzzy one",
	    { "s:A:1 *:64:0:*:*,*:" LIN ":df:0",
		"g:A:2 *:64:0:*:*,*:" LIN ":df,ecn:0" },
	    PLIN ":df,ecn:0", "generic A 2 dist=4 generic" },
	{ "the first fuzzy one, generic or not",
	    { "g:A:1 *:64:0:*:*,*:" LIN ":df:0", "s:A:2 " LIN7 },
	    PLIN ":df,id+,ecn:0", "fuzzy A 2 dist=4 fuzzy" },
	{ "a generic label that matches fuzzily says both",
	    { "g:A:1 *:64:0:*:*,*:" LIN ":df,id+:0" }, PLIN ":df,ecn:0",
	    "fuzzy A 1 dist=4 generic fuzzy" },
	/* layout */
	{ "another order of options is another layout",
	    { "s:A: *:64:0:*:*,*:mss,nop,sok:df:0" },
	    "4:64:0:1460:512,0:mss,sok,nop:df:0", "unknown ??? dist=0" },
	{ "the start of a layout is not the layout",
	    { "s:A: *:64:0:*:*,*:mss,nop:df:0" },
	    "4:64:0:1460:512,0:mss,nop,nop:df:0", "unknown ??? dist=0" },
	{ "what follows eol counts", { "s:A: *:64:0:*:*,*:mss,eol+1:df:0" },
	    "4:64:0:1460:512,0:mss,eol+2:df:0", "unknown ??? dist=0" },
	{ "no options", { "s:A: *:64:0:*:*,*::df:0" }, "4:64:0:0:512,0::df:0",
	    "exact A dist=0" },
	{ "kinds without a name", { "s:A: *:64:0:*:*,*:mss,?254:df:0" },
	    "4:64:0:1460:512,0:mss,?253:df:0", "unknown ??? dist=0" },
	/* fixed fields and wildcards */
	{ "another MSS", { "s:A: *:64:0:1400:*,*:mss:df:0" },
	    "4:64:0:1460:512,0:mss:df:0", "unknown ??? dist=0" },
	{ "any MSS", { "s:A: *:64:0:*:*,*:mss:df:0" },
	    "4:64:0:1:512,0:mss:df:0", "exact A dist=0" },
	{ "another scale", { "s:A: *:64:0:*:*,2:mss:df:0" },
	    "4:64:0:1460:512,3:mss:df:0", "unknown ??? dist=0" },
	{ "IP options where none are said", { "s:A: *:64:0:*:*,*:mss:df:0" },
	    "4:64:4:1460:512,0:mss:df:0", "unknown ??? dist=0" },
	{ "any length of IP options", { "s:A: *:64:*:*:*,*:mss:df:0" },
	    "4:64:4:1460:512,0:mss:df:0", "exact A dist=0" },
	{ "a payload where none is said", { "s:A: *:64:0:*:*,*:mss:df:0" },
	    "4:64:0:1460:512,0:mss:df:+", "unknown ??? dist=0" },
	{ "no payload where one is said", { "s:A: *:64:0:*:*,*:mss:df:+" },
	    "4:64:0:1460:512,0:mss:df:0", "unknown ??? dist=0" },
	{ "a payload or none", { "s:A: *:64:0:*:*,*:mss:df:*" },
	    "4:64:0:1460:512,0:mss:df:+", "exact A dist=0" },
	{ "IPv4 only", { "s:A: 4:64:0:*:*,*:mss::0" },
	    "6:64:0:1460:512,0:mss::0", "unknown ??? dist=0" },
	{ "IPv6 only", { "s:A: 6:64:0:*:*,*:mss::0" },
	    "6:64:0:1460:512,0:mss::0", "exact A dist=0" },
	/* window */
	{ "a window as a number", { "s:A: *:64:0:*:512,*:mss:df:0" },
	    "4:64:0:1460:513,0:mss:df:0", "unknown ??? dist=0" },
	{ "a multiple of a number", { "s:A: *:64:0:*:%512,*:mss:df:0" },
	    "4:64:0:1460:1536,0:mss:df:0", "exact A dist=0" },
	{ "no multiple of it", { "s:A: *:64:0:*:%512,*:mss:df:0" },
	    "4:64:0:1460:1537,0:mss:df:0", "unknown ??? dist=0" },
	{ "zero is a multiple", { "s:A: *:64:0:*:%512,*:mss:df:0" },
	    "4:64:0:1460:0,0:mss:df:0", "exact A dist=0" },
	{ "so many segments", { "s:A: *:64:0:*:mss*4,*:mss:df:0" },
	    "4:64:0:1400:5600,0:mss:df:0", "exact A dist=0" },
	{ "not so many", { "s:A: *:64:0:*:mss*4,*:mss:df:0" },
	    "4:64:0:1400:7000,0:mss:df:0", "unknown ??? dist=0" },
	{ "Ethernet's segments with a smaller MSS",
	    { "s:A: *:64:0:*:mss*4,*:mss:df:0" }, "4:64:0:1400:5840,0:mss:df:0",
	    "exact A dist=0" },
	{ "packets are not segments", { "s:A: *:64:0:*:mss*4,*:mss:df:0" },
	    "4:64:0:1400:5760,0:mss:df:0", "unknown ??? dist=0" },
	{ "so many packets", { "s:A: *:64:0:*:mtu*4,*:mss:df:0" },
	    "4:64:0:1400:5760,0:mss:df:0", "exact A dist=0" },
	{ "a window of segments as a number",
	    { "s:A: *:64:0:*:29200,7:" LIN ":df,id+:0" }, PLIN ":df,id+:0",
	    "exact A dist=4" },
	{ "all the segments that fit, of the packet's MSS",
	    { "s:A: *:64:0:*:full,*:mss:df:0" }, "4:64:0:1400:64400,0:mss:df:0",
	    "exact A dist=0" },
	{ "one less", { "s:A: *:64:0:*:full,*:mss:df:0" },
	    "4:64:0:1400:63000,0:mss:df:0", "unknown ??? dist=0" },
	{ "all of Ethernet's behind a clamped MSS",
	    { "s:A: *:64:0:*:full,*:mss:df:0" }, "4:64:0:1411:64240,0:mss:df:0",
	    "exact A dist=0" },
	{ "all of IPv6's behind a clamped MSS",
	    { "s:A: *:64:0:*:full,*:mss::0" }, "6:64:0:1411:64800,0:mss::0",
	    "exact A dist=0" },
	{ "IPv4's are not IPv6's", { "s:A: *:64:0:*:full,*:mss::0" },
	    "6:64:0:1411:64240,0:mss::0", "unknown ??? dist=0" },
	{ "nor the reverse", { "s:A: *:64:0:*:full,*:mss:df:0" },
	    "4:64:0:1411:64800,0:mss:df:0", "unknown ??? dist=0" },
	{ "no MSS, no segments", { "s:A: *:64:0:*:full,*:nop:df:0" },
	    "4:64:0:0:0,0:nop:df:0", "unknown ??? dist=0" },
	/* quirks */
	{ "df and id+ missing is fuzzy", { "s:A: " LIN7 }, PLIN "::0",
	    "fuzzy A dist=4 fuzzy" },
	{ "id- and ecn added is fuzzy", { "s:A: *:64:0:*:*,*:mss::0" },
	    "4:64:0:1460:512,0:mss:id-,ecn:0", "fuzzy A dist=0 fuzzy" },
	{ "df added is not", { "s:A: *:64:0:*:*,*:mss::0" },
	    "4:64:0:1460:512,0:mss:df:0", "unknown ??? dist=0" },
	{ "id- missing is not", { "s:A: *:64:0:*:*,*:mss:id-:0" },
	    "4:64:0:1460:512,0:mss::0", "unknown ??? dist=0" },
	{ "another quirk added is not", { "s:A: " LIN7 },
	    PLIN ":df,id+,pushf+:0", "unknown ??? dist=4" },
	{ "another quirk missing is not", { "s:A: *:64:0:*:*,*:mss:df,exws:0" },
	    "4:64:0:1460:512,0:mss:df:0", "unknown ??? dist=0" },
	{ "a quirk that does not count", { "s:A: *:64:0:*:*,*:mss:df,*:0" },
	    "4:64:0:1460:512,0:mss:df,pushf+:0", "exact A dist=0" },
	{ "one that counts still does", { "s:A: *:64:0:*:*,*:mss:!df,*:0" },
	    "4:64:0:1460:512,0:mss:df,pushf+:0", "unknown ??? dist=0" },
	{ "for both versions: IPv6 has no df, id+", { "s:Linux: " LIN7 },
	    "6:60:0:1440:28800,7:" LIN "::0", "exact Linux dist=4" },
	{ "for both versions: IPv4 has no flow",
	    { "s:A: *:64:0:*:*,*:mss:df,flow:0" }, "4:64:0:1460:512,0:mss:df:0",
	    "exact A dist=0" },
	{ "for both versions: IPv6 may need flow",
	    { "s:A: *:64:0:*:*,*:mss:df,flow:0" }, "6:64:0:1460:512,0:mss::0",
	    "unknown ??? dist=0" },
	{ "for IPv4 alone nothing is left out",
	    { "s:A: 4:64:0:*:*,*:mss:df,flow:0" }, "4:64:0:1460:512,0:mss:df:0",
	    "unknown ??? dist=0" },
	/* TTL */
	{ "35 hops are exact", { "s:A: *:64:0:*:*,*:mss:df:0" },
	    "4:29:0:1460:512,0:mss:df:0", "exact A dist=35" },
	{ "36 are fuzzy, and guessed anew", { "s:A: *:64:0:*:*,*:mss:df:0" },
	    "4:28:0:1460:512,0:mss:df:0", "fuzzy A dist=4 fuzzy" },
	{ "more than the initial TTL is fuzzy",
	    { "s:A: *:64:0:*:*,*:mss:df:0" }, "4:65:0:1460:512,0:mss:df:0",
	    "fuzzy A dist=63 fuzzy" },
	{ "a fuzzy one by quirks keeps its own distance",
	    { "s:A: *:100:0:*:*,*:mss:df:0" }, "4:90:0:1460:512,0:mss::0",
	    "fuzzy A dist=10 fuzzy" },
	{ "a tool that randomises", { "s:A: *:64-:0:*:*,*:mss:df:0" },
	    "4:3:0:1460:512,0:mss:df:0", "exact A dist=61 random" },
	{ "but not beyond its most", { "s:A: *:64-:0:*:*,*:mss:df:0" },
	    "4:65:0:1460:512,0:mss:df:0", "unknown ??? dist=63" },
	{ "an initial TTL as a sum", { "s:A: *:50+14:0:*:*,*:mss:df:0" },
	    "4:60:0:1460:512,0:mss:df:0", "exact A dist=4" },
	{ "any TTL", { "s:A: *:*:0:*:*,*:mss:df:0" },
	    "4:99:0:1460:512,0:mss:df:0", "exact A dist=29" },
	{ "strict: the last of 128's class",
	    { "s:A: strict *:128:0:*:*,*:mss:df:0" },
	    "4:65:0:1460:512,0:mss:df:0", "exact A dist=63" },
	{ "strict: beyond it", { "s:A: strict *:128:0:*:*,*:mss:df:0" },
	    "4:64:0:1460:512,0:mss:df:0", "unknown ??? dist=0" },
	{ "strict: above it", { "s:A: strict *:128:0:*:*,*:mss:df:0" },
	    "4:129:0:1460:512,0:mss:df:0", "unknown ??? dist=126" },
	{ "strict: 255's class", { "s:A: strict *:255:0:*:*,*:mss:df:0" },
	    "4:129:0:1460:512,0:mss:df:0", "exact A dist=126" },
	{ "strict: not below", { "s:A: strict *:255:0:*:*,*:mss:df:0" },
	    "4:128:0:1460:512,0:mss:df:0", "unknown ??? dist=0" },
	{ "strict: 64's class", { "s:A: strict *:64:0:*:*,*:mss:df:0" },
	    "4:20:0:1460:512,0:mss:df:0", "exact A dist=44" },
	{ "strict: 44 hops are the most",
	    { "s:A: strict *:64:0:*:*,*:mss:df:0" },
	    "4:19:0:1460:512,0:mss:df:0", "unknown ??? dist=13" },
	{ "strict: 32's class", { "s:A: strict *:32:0:*:*,*:mss:df:0" },
	    "4:1:0:1460:512,0:mss:df:0", "exact A dist=31" },
	{ "strict: above 32", { "s:A: strict *:32:0:*:*,*:mss:df:0" },
	    "4:33:0:1460:512,0:mss:df:0", "unknown ??? dist=31" },
	{ "strict: IPv6 has any hop limit, and is guessed",
	    { "s:A: strict *:128:0:*:*,*:mss:df:0" },
	    "6:60:0:1460:512,0:mss::0", "exact A dist=4" },
	{ "strict: quirks may still be fuzzy",
	    { "s:A: strict *:128:0:*:*,*:mss:df:0" },
	    "4:120:0:1460:512,0:mss::0", "fuzzy A dist=8 fuzzy" },
	/* userland */
	{ "a tool matches exactly", { "!:nmap:x " LIN7 }, PLIN ":df,id+:0",
	    "exact nmap x dist=4" },
	{ "but never fuzzily", { "!:nmap:x " LIN7 }, PLIN ":df:0",
	    "unknown ??? dist=4" },
	{ "the next one is asked then", { "!:nmap:x " LIN7, "s:A: " LIN7 },
	    PLIN ":df:0", "fuzzy A dist=4 fuzzy" },
	/* requests and replies */
	{ "a SYN+ACK's signature is not a SYN's", { "s:A: reply " LIN7 },
	    PLIN ":df,id+:0", "unknown ??? dist=4" },
	{ "nor the reverse", { "s:A: " LIN7 }, "reply " PLIN ":df,id+:0",
	    "unknown ??? dist=4" },
	{ "a SYN+ACK", { "s:A: reply " LIN7 }, "reply " PLIN ":df,id+:0",
	    "exact A dist=4" },
	/* shapes */
	{ "a shape: padding does not count",
	    { "s:A: shape *:64:0:*:*,*:mss,sok,ws:df:0" },
	    "4:64:0:1460:512,0:mss,sok,nop,nop,ws,?30,eol+1:df:0",
	    "fuzzy A dist=0 fuzzy shape" },
	{ "a shape: the order does",
	    { "s:A: shape *:64:0:*:*,*:mss,sok,ws:df:0" },
	    "4:64:0:1460:512,0:mss,ws,nop,sok:df:0", "unknown ??? dist=0" },
	{ "a shape: one more option does",
	    { "s:A: shape *:64:0:*:*,*:mss,sok,ws:df:0" },
	    "4:64:0:1460:512,0:mss,sok,ws,ts:df:0", "unknown ??? dist=0" },
	{ "a shape: its other fields do",
	    { "s:A: shape *:64:0:*:*,7:mss,sok,ws:df:0" },
	    "4:64:0:1460:512,6:mss,sok,ws:df:0", "unknown ??? dist=0" },
	{ "a shape: quirks must fit",
	    { "s:A: shape *:64:0:*:*,*:mss,sok,ws:df:0" },
	    "4:64:0:1460:512,0:mss,sok,ws::0", "unknown ??? dist=0" },
	{ "a shape: the TTL must fit",
	    { "s:A: shape *:64:0:*:*,*:mss,sok,ws:df:0" },
	    "4:28:0:1460:512,0:mss,sok,ws:df:0", "unknown ??? dist=4" },
	{ "a shape comes behind a fuzzy match",
	    { "s:A: shape *:64:0:*:*,*:mss,sok,ws:*:0",
		"s:B: *:64:0:*:*,*:mss,sok,ws:df:0" },
	    "4:64:0:1460:512,0:mss,sok,ws::0", "fuzzy B dist=0 fuzzy" },
	{ "a shape is of a SYN", { "s:A: shape *:64:0:*:*,*:mss:df:0" },
	    "reply 4:64:0:1460:512,0:mss:df:0", "unknown ??? dist=0" },
	{ "two shapes may be ambiguous",
	    { "s:A: shape *:64:0:*:*,*:mss:df:0",
		"s:B: shape *:64:0:*:*,*:mss:df:0" },
	    "4:64:0:1460:512,0:nop,mss:df:0",
	    "ambiguous A dist=0 fuzzy shape A|B" },
	/* ambiguity */
	{ "one signature under two names", { "s:A:1 " LIN7, "s:B:2 " LIN7 },
	    PLIN ":df,id+:0", "ambiguous A 1 dist=4 A 1|B 2" },
	{ "two flavours of one name are none",
	    { "s:A:1 " LIN7, "s:A:2 *:64:0:1460:mss*20,*:" LIN ":df,id+:0" },
	    PLIN ":df,id+:0", "exact A 1 dist=4" },
	{ "a wider one behind it is not as good",
	    { "s:A: " LIN7, "s:B: *:64:0:*:mss*20,*:" LIN ":df,id+:0" },
	    PLIN ":df,id+:0", "exact A dist=4" },
	{ "a narrower one behind it is",
	    { "s:B: *:64:0:*:mss*20,*:" LIN ":df,id+:0", "s:A: " LIN7 },
	    PLIN ":df,id+:0", "ambiguous B dist=4 B|A" },
	{ "one that is wider here and narrower there is",
	    { "s:A: " LIN7, "s:B: *:64:0:1460:mss*20,*:" LIN ":df,id+:0" },
	    PLIN ":df,id+:0", "ambiguous A dist=4 A|B" },
	{ "segments are as narrow as a number",
	    { "s:A: " LIN7, "s:B: *:64:0:*:29200,7:" LIN ":df,id+:0" },
	    PLIN ":df,id+:0", "ambiguous A dist=4 A|B" },
	{ "a modulus is wider than a number",
	    { "s:A: " LIN7, "s:B: *:64:0:*:%100,7:" LIN ":df,id+:0" },
	    PLIN ":df,id+:0", "exact A dist=4" },
	{ "fewer quirks that count are wider",
	    { "s:A: " LIN7, "s:B: *:64:0:*:mss*20,7:" LIN ":df,*:0" },
	    PLIN ":df,id+:0", "exact A dist=4" },
	{ "any TTL is wider",
	    { "s:A: " LIN7, "s:B: *:*:0:*:mss*20,7:" LIN ":df,id+:0" },
	    PLIN ":df,id+:0", "exact A dist=4" },
	{ "another level is no rival", { "s:A: " LIN7, "g:B: " LIN7 },
	    PLIN ":df,id+:0", "exact A dist=4" },
	{ "two generic ones are", { "g:A: " LIN7, "g:B: " LIN7 },
	    PLIN ":df,id+:0", "ambiguous A dist=4 generic A|B" },
	{ "two fuzzy ones are", { "s:A: " LIN7, "s:B: " LIN7 }, PLIN ":df:0",
	    "ambiguous A dist=4 fuzzy A|B" },
	{ "a fuzzy one that deviates more is not as good",
	    { "s:A: " LIN7, "s:B: *:200:0:*:mss*20,7:" LIN ":df,id+:0" },
	    PLIN ":df:0", "fuzzy A dist=4 fuzzy" },
	{ "one that deviates in another way is",
	    { "s:A: " LIN7, "s:B: *:200:0:*:mss*20,7:" LIN ":df:0" },
	    PLIN ":df:0", "ambiguous A dist=4 fuzzy A|B" },
	{ "each name once, and four of them at most",
	    { "s:A:1 " LIN7, "s:B:1 " LIN7, "s:C: " LIN7, "s:D: " LIN7,
		"s:E: " LIN7, "s:B:2 *:64:0:*:29200,*:" LIN ":df,id+:0" },
	    PLIN ":df,id+:0", "ambiguous A 1 dist=4 A 1|B 1|C|D" },
};

static const char *
describe(const struct sigdb_match *m, char *out, size_t size)
{
	char name[SIGDB_NAMELEN];
	int n = snprintf(out, size, "%s %s dist=%u%s%s%s%s",
	    sigdb_grade_name[m->grade], sigdb_text(m->best, name),
	    (unsigned)m->dist, m->generic ? " generic" : "",
	    m->fuzzy ? " fuzzy" : "", m->shape ? " shape" : "",
	    m->random_ttl ? " random" : "");

	for (unsigned i = 0; i < m->cand_n; i++)
		n += snprintf(out + n, size - (size_t)n, "%s%s",
		    i == 0 ? " " : "|", sigdb_text(m->cand[i], name));
	return out;
}

static void
run_case(const struct sig_case *c)
{
	struct sigdb *db = sigdb_new();
	struct traits t = sigtext_packet(c->packet);
	bool reply = strncmp(c->packet, "reply ", 6) == 0, added = true;
	struct sigdb_match m;
	char got[512];

	for (unsigned i = 0; i < CASE_SIGS && c->sigs[i] != NULL; i++)
		added = added && sigtext_add(db, c->sigs[i]) == 0;
	added = added && sigdb_compile(db) == 0;
	sigdb_match(db, &t, reply, 0, &m);
	if (strcmp(describe(&m, got, sizeof(got)), c->want) != 0)
		printf("got %s\n", got);
	ZT_CASE(c->name, added && strcmp(got, c->want) == 0);
	sigdb_free(db);
}

static void
test_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
}

static void
test_peer_mss(void)
{
	struct sigdb *db = sigdb_new();
	struct traits t = sigtext_packet("4:64:0:1460:2724,0:mss:df:0");
	struct sigdb_match m;

	sigtext_add(db, "s:A: reply *:64:0:*:mss*2,*:mss:df:0");
	sigtext_add(db, "s:B: *:64:0:*:mss*2,*:mss:df:0");
	sigdb_compile(db);
	sigdb_match(db, &t, true, 0, &m);
	ZT_CASE("a window that is none of its own segments", m.best == NULL);
	sigdb_match(db, &t, true, 1362, &m);
	ZT_CASE("may be one of the peer's", m.grade == SIGDB_EXACT);
	sigdb_match(db, &t, false, 1362, &m);
	ZT_CASE("but a SYN has no peer", m.best == NULL);
	sigdb_free(db);
}

static const struct zt_test tests[] = {
	{ "table", test_table },
	{ "peer", test_peer_mss },
};

ZT_MAIN("sigdb", tests)
