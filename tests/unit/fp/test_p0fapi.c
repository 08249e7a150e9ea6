/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of p0f's query socket, against offsets that are written out here.
 *
 * zt-link: fp/p0fapi fp/addr
 */
#include "fp/p0fapi.h"
#include "tests/zt.h"

static const uint32_t one = 1;

static bool
little_endian(void)
{
	uint8_t b[4];

	memcpy(b, &one, sizeof(b));
	return b[0] == 1;
}

static uint32_t
u32_at(const uint8_t *b, size_t at)
{
	uint32_t v;

	memcpy(&v, b + at, sizeof(v));
	return v;
}

/* The magic as bytes, by hand. */
static void
query(uint8_t b[P0FAPI_QUERY_BYTES], uint8_t family, const uint8_t addr[16])
{
	static const uint8_t le[] = { 0x01, 0x46, 0x30, 0x50 },
			     be[] = { 0x50, 0x30, 0x46, 0x01 };

	memcpy(b, little_endian() ? le : be, 4);
	b[4] = family;
	memcpy(b + 5, addr, 16);
}

static const struct {
	const char *name;
	uint8_t family;
	uint8_t addr[16];
	const char *want; /* NULL: a bad query */
} queries[] = {
	{ "an IPv4 address stands on the left", 4, { 192, 0, 2, 7 },
	    "192.0.2.7" },
	{ "what is behind it does not count", 4,
	    { 192, 0, 2, 7, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9 }, "192.0.2.7" },
	{ "an IPv6 address", 6,
	    { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7 },
	    "2001:db8::7" },
	{ "a mapped one is IPv4", 6,
	    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7 },
	    "192.0.2.7" },
	{ "family 0 is bad", 0, { 192, 0, 2, 7 }, NULL },
	{ "family 5 is bad", 5, { 192, 0, 2, 7 }, NULL },
	{ "family 255 is bad", 255, { 192, 0, 2, 7 }, NULL },
};

static void
test_queries(void)
{
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		uint8_t b[P0FAPI_QUERY_BYTES];
		char text[ADDR_STRLEN];
		struct addr a;
		bool ok;

		query(b, queries[i].family, queries[i].addr);
		ok = p0fapi_query_read(b, &a);
		ZT_CASE(queries[i].name,
		    ok == (queries[i].want != NULL) &&
			(!ok ||
			    strcmp(addr_print(&a, text), queries[i].want) ==
				0));
	}
}

static void
test_magic(void)
{
	uint8_t b[P0FAPI_QUERY_BYTES], want[P0FAPI_QUERY_BYTES];
	struct addr a;
	bool refused = true;

	query(want, 4, (const uint8_t[16]){ 192, 0, 2, 7 });
	for (size_t bit = 0; bit < 32; bit++) {
		memcpy(b, want, sizeof(b));
		b[bit / 8] = (uint8_t)(b[bit / 8] ^ 1U << bit % 8);
		refused = refused && !p0fapi_query_read(b, &a);
	}
	ZT_CASE("one wrong bit of the magic is a bad query", refused);
	a = addr_v4(0xc0000207);
	p0fapi_query_write(&a, b);
	ZT_CASE("what is written is a query", memcmp(b, want, sizeof(b)) == 0);
}

static const struct host full = {
	.first_us = 1700000000999999,
	.last_us = 1700000060000000,
	.conn_n = 42,
	.share_us = 1700000030000000,
	.change_us = 1700000020000000,
	.os = { .key = 1,
	    .dist = 13,
	    .generic = true,
	    .fuzzy = true,
	    .name = "Windows",
	    .flavor = "10 or 11",
	    .link = "Ethernet or modem" },
	.up.told = { .hz = 100, .minutes = 1234, .mod_days = 497 },
};

static void
test_layout(void)
{
	uint8_t b[P0FAPI_REPLY_BYTES];
	struct p0fapi_reply r;
	int16_t distance;
	bool blank = true;

	p0fapi_of_host(&full, &r);
	memset(b, 0xaa, sizeof(b));
	p0fapi_reply_write(&r, b);
	memcpy(&distance, b + 36, sizeof(distance));
	ZT_CASE("0: the magic", u32_at(b, 0) == 0x50304602);
	ZT_CASE("4: the status", u32_at(b, 4) == 0x10);
	ZT_CASE("8: first seen", u32_at(b, 8) == 1700000000);
	ZT_CASE("12: last seen", u32_at(b, 12) == 1700000060);
	ZT_CASE("16: connections", u32_at(b, 16) == 42);
	ZT_CASE("20: minutes up", u32_at(b, 20) == 1234);
	ZT_CASE("24: days until that comes round", u32_at(b, 24) == 497);
	ZT_CASE("28: last sharing", u32_at(b, 28) == 1700000030);
	ZT_CASE("32: last change", u32_at(b, 32) == 1700000020);
	ZT_CASE("36: the distance", distance == 13);
	ZT_CASE("38: no bad software", b[38] == 0);
	ZT_CASE("39: fuzzy and generic", b[39] == 3);
	ZT_CASE("40: the name",
	    memcmp(b + 40,
		"Windows\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		"\0\0\0",
		32) == 0);
	ZT_CASE("72: the flavor", strcmp((char *)b + 72, "10 or 11") == 0);
	for (size_t i = 104; i < 168; i++)
		blank = blank && b[i] == 0;
	ZT_CASE("104: nothing of HTTP", blank);
	ZT_CASE("168: the link",
	    strcmp((char *)b + 168, "Ethernet or modem") == 0);
	blank = true;
	for (size_t i = 200; i < 232; i++)
		blank = blank && b[i] == 0;
	ZT_CASE("200: no language", blank);
}

static bool
same_reply(const struct p0fapi_reply *a, const struct p0fapi_reply *b)
{
	uint8_t x[P0FAPI_REPLY_BYTES], y[P0FAPI_REPLY_BYTES];

	p0fapi_reply_write(a, x);
	p0fapi_reply_write(b, y);
	return memcmp(x, y, sizeof(x)) == 0;
}

static void
test_replies(void)
{
	static const struct p0fapi_reply none = { .status = 0x20 };
	uint8_t b[P0FAPI_REPLY_BYTES];
	struct p0fapi_reply r, back;
	struct host h = full;

	p0fapi_of_host(NULL, &r);
	ZT_CASE("nobody is no match and nothing else", same_reply(&r, &none));
	h.os = (struct host_os){ .fuzzy = true };
	h.up = (struct uptime){ .port = 7 };
	h.first_us = -1;
	h.last_us = INT64_MAX;
	p0fapi_of_host(&h, &r);
	ZT_CASE("without a signature there is no distance", r.distance == -1);
	ZT_CASE("without a name no quality", r.os_match_q == 0);
	ZT_CASE("without a rate no uptime", r.uptime_min == 0);
	ZT_CASE("a time before 1970 is none", r.first_seen_s == 0);
	ZT_CASE("one after 2106 is the last", r.last_seen_s == UINT32_MAX);
	p0fapi_of_host(&full, &r);
	p0fapi_reply_write(&r, b);
	ZT_CASE("a reply reads back",
	    p0fapi_reply_read(b, &back) && same_reply(&r, &back));
	memset(b + 40, 'x', 192);
	ZT_CASE("texts without an end get one",
	    p0fapi_reply_read(b, &back) && strlen(back.os_name) == 31 &&
		strlen(back.language) == 31);
	b[4] = 0x11;
	ZT_CASE("an unknown status is no reply", !p0fapi_reply_read(b, &back));
	b[4] = 0x10;
	b[0] ^= 0xff;
	ZT_CASE("another magic is no reply", !p0fapi_reply_read(b, &back));
}

static const struct zt_test tests[] = {
	{ "queries", test_queries },
	{ "magic", test_magic },
	{ "layout", test_layout },
	{ "replies", test_replies },
};

ZT_MAIN("p0fapi", tests)
