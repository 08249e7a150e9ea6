/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * statstore - stores for the tests of statistics
 *
 * zt-link: @STORE @ENGINE
 * zt-libs: kyotocabinet libsodium libm libpcre2-8
 *
 * `statstore DIR small`, DIR being empty: some forty clients, a botnet and
 * three days of history, always the same; `statstore DIR hostile`: clients
 * that call themselves what hurts careless programs; `statstore DIR N`: N
 * clients with names, stacks and blocks in shares as they are seen; `statstore
 * DIR empty`: nobody.  All are of the time before NOW.  Each client is printed
 * as a line of JSON, for who wants to count them himself; not the hostile ones.
 */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/engine.h"
#include "daemon/tally.h"
#include "db/parts.h"
#include "db/store.h"
#include "db/store_series.h"

#define NOW    ((int64_t)1772445600 * 1000) /* 2026-03-02 10:00 UTC */
#define MIN    ((int64_t)60 * 1000)
#define HOUR   (60 * MIN)
#define DAY    (24 * HOUR)
#define BOTS   30
#define SERIES 72 /* hours of history */

static struct store *store;
static bool loud;

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "statstore: %s\n", what);
	exit(1);
}

static void
set(char *to, size_t max, const char *text)
{
	(void)snprintf(to, max, "%s", text);
}

static struct client
client_at(const char *addr, int64_t now_ms)
{
	struct client c;
	struct addr a;

	must(addr_parse((struct str){ addr, strlen(addr) }, &a), "address");
	a = addr_key(&a);
	client_init(&c, &a, now_ms);
	return c;
}

static void
print(const struct client *c)
{
	char who[ADDR_STRLEN];

	printf("{\"client\":\"%s\",\"first\":%lld,\"last\":%lld,"
	       "\"connections\":%u,\"knocks\":%u,\"offences\":%u,"
	       "\"tier\":%u,\"until\":%lld,\"good\":%u,\"botnet\":%u,"
	       "\"class\":%u,\"rdns\":\"%s\",\"helo\":\"%s\","
	       "\"sig\":\"%s\",\"os\":\"%s\",\"reasons\":[%u,%u,%u,%u]}\n",
	    addr_print(&c->key, who), (long long)c->first_ms,
	    (long long)c->last_ms, c->connects, c->knocks, c->offences, c->tier,
	    (long long)c->block_until_ms, c->good_mails, c->botnet,
	    c->name_class, c->rdns, c->helo, c->sig, c->os, c->reasons[0],
	    c->reasons[1], c->reasons[2], c->reasons[3]);
}

static void
put(const struct client *c)
{
	must(store_client_put(store, c) == 0, "put");
	if (loud)
		print(c);
}

static void
block(struct client *c, uint8_t tier, int64_t from_ms, int64_t until_ms)
{
	c->tier = tier;
	c->action = CLIENT_DROP;
	c->score_permille = 990;
	c->reasons[0] = EVIDENCE_UNKNOWN_RCPT;
	c->reasons[1] = EVIDENCE_RDNS_NONE;
	c->block_from_ms = from_ms;
	c->block_until_ms = until_ms;
	c->offences = tier;
	c->offence_ms = from_ms;
}

/* ---- history ---- */

static struct tally_slot
slot_of(uint32_t i)
{
	struct tally_slot s = { .modes = TALLY_ENFORCE };

	s.n[TALLY_CONNECTS] = 100 + i % 24;
	s.n[TALLY_ZOMBIE] = 40 + i % 7;
	s.n[TALLY_GOOD] = 50;
	s.n[TALLY_MESSAGES] = 60;
	s.n[TALLY_PREVENTED] = 200 + 10 * (i % 24);
	s.n[TALLY_LISTED] = 20 + i % 24;
	s.n[TALLY_REJECTED] = 5;
	s.n[TALLY_FIRST] = 3;
	s.n[TALLY_ENDED] = 4;
	s.n[TALLY_BACK] = i % 2;
	s.n[TALLY_CLICKS] = i % 24 == 9;
	s.n[TALLY_MISTAKES] = i % 24 == 9;
	s.n[TALLY_BLOCKED_NOW] = 30;
	s.n[TALLY_STORED_NOW] = 44;
	return s;
}

static void
history(enum tally_step step, int64_t now_ms, uint32_t n)
{
	uint32_t last = (uint32_t)(now_ms / tally_step_ms[step]);
	uint32_t slots = tally_chunk_slots[step];
	uint32_t first = last - n + 1;

	for (uint32_t at = first - first % slots; at <= last; at += slots) {
		struct tally_chunk c = { .first = at };

		for (uint32_t i = 0; i < slots; i++)
			if (at + i >= first && at + i <= last)
				c.slot[i] = slot_of(at + i);
		must(store_series_put(store, step, &c) == 0, "history");
	}
}

/* ---- a botnet, and what was learned of it ---- */

static uint32_t
see_bot(struct botnets *b, const struct client *c, int64_t now_ms)
{
	struct botnet_client bc = { .key = c->key,
		.name_known = true,
		.helo_class = HELO_SINGLE,
		.name_class = NAME_NONE,
		.helo = { c->helo, strlen(c->helo) } };
	struct botnet_hit hit[BOTNET_KINDS];

	botnets_see(b, &bc, now_ms, hit);
	botnets_label(b, &bc, true, now_ms);
	return hit[BOTNET_HELO].id;
}

static void
put_learned(struct botnets *b, int64_t now_ms)
{
	static uint8_t buf[BOTNET_BLOB_MAX];
	size_t n = botnets_encode(b, buf, sizeof(buf), now_ms);
	struct parts p;
	int rc;

	must(n > 0, "encode");
	must(parts_begin(&p, store, engine_learned_name[ENGINE_BOTNETS],
		 (struct str){ (const char *)buf, n }) == 0,
	    "parts");
	while ((rc = parts_step(&p, store)) == 1)
		;
	must(rc == 0, "parts");
}

static void
bots(int64_t now_ms)
{
	const struct botnets_conf conf = { .group_networks = 20 };
	struct botnets *b = botnets_new(&conf);
	uint32_t id = 0;

	must(b != NULL, "memory");
	for (unsigned i = 0; i < 2 * BOTS; i++) {
		char addr[32];
		struct client c;

		(void)snprintf(addr, sizeof(addr), "198.51.%u.%u",
		    100 + i % BOTS, 7 + i % 5);
		c = client_at(addr, now_ms - 20 * HOUR + i % BOTS * MIN);
		c.last_ms = now_ms - HOUR;
		c.connects = 3;
		c.knocks = i % BOTS;
		set(c.helo, sizeof(c.helo), "YLMF-PC");
		c.helo_class = HELO_SINGLE;
		set(c.sig, sizeof(c.sig),
		    "4:112+16:0:1460:mss*44,8:mss,nop,ws,nop,nop,sok:df,id+:0");
		set(c.os, sizeof(c.os), "Windows 7 or 8");
		block(&c, 4, now_ms - 19 * HOUR, now_ms + DAY);
		id = see_bot(b, &c, c.first_ms);
		c.botnet = id;
		if (i >= BOTS)
			put(&c);
	}
	put_learned(b, now_ms);
	botnets_free(b);
}

static void
good_ones(int64_t now_ms)
{
	static const char *const addr[] = { "192.0.2.10", "192.0.2.11",
		"2001:db8:1:2::25", "203.0.113.5" };
	static const char *const name[] = { "mx1.example.org",
		"mx2.example.org", "mail.example.net", "smtp.example.com" };

	for (size_t i = 0; i < 4; i++) {
		struct client c = client_at(addr[i], now_ms - 30 * DAY);

		c.last_ms = now_ms - 2 * HOUR;
		c.connects = 1000 + (uint32_t)i;
		c.good_days = 20;
		c.good_mails = 900;
		c.good_rcpts = 50;
		c.name_class = NAME_SERVER;
		c.helo_class = HELO_RDNS;
		set(c.rdns, sizeof(c.rdns), name[i]);
		set(c.helo, sizeof(c.helo), name[i]);
		set(c.os, sizeof(c.os), "Linux 3.11 and newer");
		put(&c);
	}
}

static void
mistaken(int64_t now_ms)
{
	struct client c = client_at("203.0.113.77", now_ms - 9 * DAY);

	c.last_ms = now_ms - 3 * HOUR;
	c.good_days = 2;
	c.good_mails = 4;
	c.connects = 12;
	c.name_class = NAME_SERVER;
	set(c.rdns, sizeof(c.rdns), "mail.example.edu");
	set(c.helo, sizeof(c.helo), "mail.example.edu");
	block(&c, 1, now_ms - 5 * HOUR, now_ms - 4 * HOUR);
	c.click_ms = now_ms - 4 * HOUR;
	c.click_until_ms = now_ms + 7 * DAY;
	put(&c);
	c = client_at("203.0.113.78", now_ms - 2 * DAY);
	c.last_ms = now_ms - HOUR;
	c.name_class = NAME_HOST;
	c.connects = 2;
	set(c.rdns, sizeof(c.rdns), "www.example.gov");
	block(&c, 2, now_ms - 2 * HOUR, now_ms + 6 * HOUR);
	put(&c);
}

static void
dynamic_ones(int64_t now_ms)
{
	for (unsigned i = 0; i < 8; i++) {
		char addr[32], name[64];
		struct client c;

		(void)snprintf(addr, sizeof(addr), "203.0.113.%u", 100 + i);
		(void)snprintf(name, sizeof(name), "113-%u.dyn.isp.example",
		    100 + i);
		c = client_at(addr, now_ms - 3 * DAY);
		c.last_ms = now_ms - (int64_t)i * DAY;
		c.connects = i;
		c.knocks = 10 * i;
		c.name_class = NAME_DYNAMIC;
		set(c.rdns, sizeof(c.rdns), name);
		set(c.helo, sizeof(c.helo), "[203.0.113.1]");
		block(&c, (uint8_t)(1 + i % 3), now_ms - 2 * DAY,
		    now_ms + (i % 2 == 0 ? DAY : -DAY));
		c.reasons[1] = EVIDENCE_RDNS_DYNAMIC;
		put(&c);
	}
}

static void
small(int64_t now_ms)
{
	bots(now_ms);
	good_ones(now_ms);
	mistaken(now_ms);
	dynamic_ones(now_ms);
	history(TALLY_HOUR, now_ms, SERIES);
	history(TALLY_DAY, now_ms, SERIES / 24);
	history(TALLY_MINUTE, now_ms, 90);
}

/* ---- what hurts ---- */

static void
hostile(int64_t now_ms)
{
	static const char *const names[] = {
		"<script>alert(1)</script>",
		"\"><img src=x onerror=alert(2)>",
		"=cmd|' /C calc'!A1",
		"+1+1",
		"-2+3",
		"@SUM(1,1)",
		"\tTAB",
		"\033[31mred\033[0m",
		"\033]0;title\007",
		"\302\2333;1mC1",
		"\342\200\256gpj.exe",
		"\342\201\246iso\342\201\251",
		"\377\376\300\200bad",
		"a\nb: c\r\n\r\nBcc: all@example.org",
		"quote\"back\\slash",
		"B\303\274cher-\320\237",
		"x{y=\"1\"} 2",
		"..",
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char addr[32];
		struct client c;

		(void)snprintf(addr, sizeof(addr), "192.0.2.%u", 1 + i);
		c = client_at(addr, now_ms - DAY);
		c.connects = i;
		c.name_class = NAME_HOST;
		c.peer_ms = now_ms - DAY; /* a possible mistake */
		set(c.helo, sizeof(c.helo), names[i]);
		set(c.rdns, sizeof(c.rdns), names[i]);
		set(c.sig, sizeof(c.sig), names[i]);
		set(c.os, sizeof(c.os), names[i]);
		block(&c, 1, now_ms - HOUR, now_ms + HOUR);
		c.last_ms = now_ms - MIN;
		put(&c);
	}
}

/* ---- many ---- */

static uint64_t
mix(uint64_t v)
{
	v *= 0x9e3779b97f4a7c15ULL;
	return v ^ v >> 29;
}

static void
one_of_many(uint64_t i, int64_t now_ms)
{
	uint64_t r = mix(i + 1);
	struct client c;
	uint32_t low = (uint32_t)(mix(i * 7 + 3) >> 34);
	const uint8_t v6[16] = { 0x20, 1, 0xd, 0xb8, (uint8_t)(low >> 8),
		(uint8_t)(low >> 16), (uint8_t)low, (uint8_t)(low >> 24) };
	struct addr a = addr_v4(0x0b000000U + low);

	if (i % 16 == 5)
		a = addr_v6_bytes(v6);
	a = addr_key(&a);
	client_init(&c, &a, now_ms - (int64_t)(r % 20) * DAY);
	c.last_ms = now_ms - (int64_t)(r % 5000) * MIN;
	c.connects = (uint32_t)(r % 50);
	if (r % 10 < 8) {
		block(&c, (uint8_t)(1 + r % 5), c.last_ms - HOUR,
		    c.last_ms + (int64_t)(r % 9) * DAY);
		c.knocks = (uint32_t)(r % 300);
	}
	if (r % 10 > 6)
		c.good_mails = c.good_days = (uint16_t)(r % 11);
	client_add(&c, EVIDENCE_UNKNOWN_RCPT, 3, 0, now_ms);
	client_set(&c, EVIDENCE_RDNS_NONE, 1, now_ms);
	client_sample(&c, EVIDENCE_UNKNOWN_RCPT,
	    STR("NOQUEUE: reject: RCPT from unknown[198.51.100.7]:4711: 550 "
		"5.1.1 <nobody@example.org>: Recipient address rejected"),
	    now_ms);
	if (r % 3 == 0) {
		c.name_class = NAME_DYNAMIC;
		(void)snprintf(c.rdns, sizeof(c.rdns),
		    "%u-%u-%u-%u.dyn%u.isp%u.example", a.b[0], a.b[1], a.b[2],
		    a.b[3], (unsigned)(r >> 20 & 7),
		    (unsigned)(mix(r) % 30000));
	}
	if (r % 4 == 0)
		(void)snprintf(c.helo, sizeof(c.helo), "DESKTOP-%07llX",
		    (unsigned long long)(mix(r) & 0xfffffff));
	else
		(void)snprintf(c.helo, sizeof(c.helo), "host%u.example.org",
		    (unsigned)(r >> 13 & 0xfff));
	(void)snprintf(c.sig, sizeof(c.sig),
	    "4:%u+%u:0:1460:mss*%u,8:mss,nop,ws,nop,nop,sok:df,id+:0",
	    100 + (unsigned)(r >> 9 & 15), (unsigned)(r >> 17 & 15),
	    (unsigned)(mix(r + 1) & 0xff));
	(void)snprintf(c.os, sizeof(c.os), "System %u", (unsigned)(r % 40));
	c.botnet = r % 5 == 0 ? (uint32_t)(1 + r / 5 % 300) : 0;
	put(&c);
}

static void
many(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		one_of_many(i, NOW);
	history(TALLY_HOUR, NOW, 700);
	history(TALLY_DAY, NOW, 400);
	history(TALLY_MINUTE, NOW, 1400);
}

int
main(int argc, char **argv)
{
	struct store_open_result res;

	must(argc == 3, "usage: statstore DIR small|hostile|empty|N");
	loud = strcmp(argv[2], "hostile") != 0;
	must(store_open(argv[1], &store, &res) == 0, res.error);
	if (strcmp(argv[2], "small") == 0)
		small(NOW);
	else if (strcmp(argv[2], "hostile") == 0)
		hostile(NOW);
	else if (strcmp(argv[2], "empty") != 0)
		many(strtoull(argv[2], NULL, 10));
	store_close(store);
	return 0;
}
