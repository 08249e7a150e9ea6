/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/flows: which packets of a connection are told, by p0f's rules.
 *
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/flows
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include "fp/flows.h"
#include "tests/unit/fp/pkt.h"

#define S  1000000
#define MS 1000
#define T0 (1000000000LL * S)

/* One packet of the script, and what is to be seen of it. */
struct step {
	int64_t at_us; /* after T0 */
	bool server;   /* sent by it */
	uint16_t flags;
	uint32_t seq, ack;
	const char *payload;
	enum flows_what want;
	bool opened;
};

#define SYN  TCPF_SYN
#define SA   (TCPF_SYN | TCPF_ACK)
#define ACK  TCPF_ACK
#define GET  "GET / HTTP/1.0\r\n"
#define DONE "HTTP/1.0 200 OK\r\n\r\n"

static const struct {
	const char *name;
	struct step steps[8];
} scripts[] = {
	{ "a handshake is told, its last packet opens",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ MS, true, SA, 900, 101, "", FLOWS_REPLY, false },
		{ 2 * MS, false, ACK, 101, 901, "", FLOWS_MORE, true },
		{ 3 * MS, false, ACK, 101, 901, "", FLOWS_MORE, false } } },
	{ "a SYN sent again is a copy, another number is another connection",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ S, false, SYN, 100, 0, "", FLOWS_COPY, false },
		{ 2 * S, false, SYN, 500, 0, "", FLOWS_SYN, false } } },
	{ "only the first SYN+ACK is told",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ MS, true, SA, 900, 101, "", FLOWS_REPLY, false },
		{ S, true, SA, 900, 101, "", FLOWS_NOTHING, false } } },
	{ "a SYN+ACK without its SYN is a stray",
	    { { 0, true, SA, 900, 101, "", FLOWS_STRAY, false } } },
	{ "a wrong acknowledgement does not open",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ MS, true, SA, 900, 101, "", FLOWS_REPLY, false },
		{ 2 * MS, false, ACK, 101, 77, "", FLOWS_MORE, false },
		{ 3 * MS, false, ACK, 101, 901, "", FLOWS_MORE, true } } },
	{ "an ACK before the SYN+ACK ends it",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ MS, false, ACK, 101, 1, "", FLOWS_NOTHING, false },
		{ 2 * MS, false, SYN, 100, 0, "", FLOWS_SYN, false } } },
	{ "the server's greeting ends it",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ MS, true, SA, 900, 101, "", FLOWS_REPLY, false },
		{ 2 * MS, true, ACK, 901, 101, "220 mx\r\n", FLOWS_MORE,
		    false },
		{ 3 * MS, false, ACK, 101, 909, "", FLOWS_NOTHING, false } } },
	{ "what is no HTTP request ends it",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ MS, true, SA, 900, 101, "", FLOWS_REPLY, false },
		{ 2 * MS, false, ACK, 101, 901, "EHLO client.example\r\n",
		    FLOWS_MORE, true },
		{ 3 * MS, true, ACK, 901, 122, "", FLOWS_NOTHING, false } } },
	{ "an HTTP request goes on until the head of its answer",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ MS, true, SA, 900, 101, "", FLOWS_REPLY, false },
		{ 2 * MS, false, ACK, 101, 901, GET, FLOWS_MORE, true },
		{ 3 * MS, true, ACK, 901, 117, "", FLOWS_MORE, false },
		{ 4 * MS, true, ACK, 901, 117, DONE, FLOWS_MORE, false },
		{ 5 * MS, false, ACK, 117, 920, "", FLOWS_NOTHING, false } } },
	{ "a request in pieces is one request",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ MS, true, SA, 900, 101, "", FLOWS_REPLY, false },
		{ 2 * MS, false, ACK, 101, 901, "HE", FLOWS_MORE, true },
		{ 3 * MS, false, ACK, 103, 901, "AD / HTTP/1.0\r\n", FLOWS_MORE,
		    false },
		{ 4 * MS, true, ACK, 901, 118, "", FLOWS_MORE, false } } },
	{ "a segment beyond a hole is not told",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ MS, true, SA, 900, 101, "", FLOWS_REPLY, false },
		{ 2 * MS, false, ACK, 150, 901, "", FLOWS_NOTHING, false } } },
	{ "a FIN is told and ends it",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ MS, true, SA, 900, 101, "", FLOWS_REPLY, false },
		{ 2 * MS, true, ACK | TCPF_FIN, 901, 101, "", FLOWS_MORE,
		    false },
		{ 3 * MS, false, ACK, 101, 902, "", FLOWS_NOTHING, false } } },
	{ "a RST is told and ends it",
	    { { 0, false, SYN, 100, 0, "", FLOWS_SYN, false },
		{ MS, true, ACK | TCPF_RST, 0, 101, "", FLOWS_MORE, false },
		{ S, false, SYN, 100, 0, "", FLOWS_SYN, false } } },
	{ "flags that contradict each other are nothing",
	    { { 0, false, SYN | TCPF_FIN, 100, 0, "", FLOWS_NOTHING, false },
		{ MS, false, TCPF_FIN | TCPF_RST, 100, 0, "", FLOWS_NOTHING,
		    false },
		{ MS, false, TCPF_PSH, 100, 0, "", FLOWS_NOTHING, false } } },
};

static void
packet(struct flows *f, const struct step *s, const char *net,
    struct flows_seen *out)
{
	char client[40], server[40];
	struct pkt k = { .flags = s->flags, .seq = s->seq, .ack = s->ack };
	uint8_t b[PKT_MAX];
	struct packet p;
	struct traits t;

	snprintf(client, sizeof(client), "%s7", net);
	snprintf(server, sizeof(server), "%s8", net);
	k.src = s->server ? server : client;
	k.dst = s->server ? client : server;
	k.sport = s->server ? 25 : 40000;
	k.dport = s->server ? 40000 : 25;
	k.payload = s->payload;
	p = pkt_build(&k, b, T0 + s->at_us);
	if (traits_parse(&p, &t) != TRAITS_OK) {
		printf("cannot read my own packet\n");
		exit(2);
	}
	flows_tick(f, p.t_us);
	flows_packet(f, flows_place(f, &t), &t, p.t_us, out);
}

static bool
play(const struct step *s, size_t n, const char *net)
{
	static const struct hash_key key;
	struct flows *f = flows_new(64, &key);
	bool fine = f != NULL;

	for (size_t i = 0; fine && i < n && s[i].flags != 0; i++) {
		struct flows_seen seen;

		packet(f, &s[i], net, &seen);
		fine = seen.what == s[i].want && seen.opened == s[i].opened &&
		    (seen.what == FLOWS_NOTHING || seen.what == FLOWS_STRAY ||
			seen.to_server == !s[i].server);
	}
	flows_free(f);
	return fine;
}

static void
test_scripts(void)
{
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		ZT_CASE(scripts[i].name, play(scripts[i].steps, 8, "192.0.2."));
		ZT_CASE(scripts[i].name,
		    play(scripts[i].steps, 8, "2001:db8::"));
	}
}

static void
test_copies(void)
{
	static const struct hash_key key;
	struct flows *f = flows_new(64, &key);
	const struct step first = { .flags = SYN, .seq = 1 };
	const struct step second = { .at_us = S, .flags = SYN, .seq = 1 };
	const struct step third = { .at_us = 3 * S + 4 * MS,
		.flags = SYN,
		.seq = 1 };
	struct flows_seen seen;

	packet(f, &first, "192.0.2.", &seen);
	ZT_CASE("a new connection is no copy", seen.copy_n == 0);
	packet(f, &second, "192.0.2.", &seen);
	ZT_CASE("the first copy is one, after its wait",
	    seen.copy_n == 1 && seen.gap_ms == 1000);
	packet(f, &third, "192.0.2.", &seen);
	ZT_CASE("the second wait is counted from the first copy",
	    seen.copy_n == 2 && seen.gap_ms == 2004);
	for (int i = 0; i < 300; i++)
		packet(f, &third, "192.0.2.", &seen);
	ZT_CASE("the count of copies stops at its end", seen.copy_n == 255);
	flows_free(f);
}

/* Ages are looked at with every 50th packet only, as p0f does. */
static void
test_age(void)
{
	static const struct hash_key key;
	struct flows *f = flows_new(64, &key);
	const struct step syn = { .flags = SYN, .seq = 1 };
	const struct step late = { .at_us = 31 * S, .flags = SYN, .seq = 1 };
	struct flows_seen seen;

	packet(f, &syn, "192.0.2.", &seen);
	packet(f, &late, "192.0.2.", &seen);
	ZT_CASE("31 seconds old and not looked at is alive",
	    seen.what == FLOWS_COPY);
	for (int i = 2; i < FLOWS_SWEEP; i++)
		flows_tick(f, T0 + 30 * S);
	packet(f, &late, "192.0.2.", &seen);
	ZT_CASE("30 seconds old is alive", seen.what == FLOWS_COPY);
	for (int i = 1; i < FLOWS_SWEEP; i++)
		flows_tick(f, T0 + 31 * S);
	packet(f, &late, "192.0.2.", &seen);
	ZT_CASE("more than 30 seconds old has ended", seen.what == FLOWS_SYN);
	flows_free(f);
}

/* Many more connections than places: new ones are told, old ones forgotten. */
static void
test_full(void)
{
	static const struct hash_key key;
	struct flows *f = flows_new(64, &key);
	struct flows_counts c;
	size_t told = 0, copies = 0;

	for (uint32_t i = 0; i < 2000; i++) {
		struct step s = { .flags = SYN, .seq = 1, .at_us = i };
		struct flows_seen seen;
		char net[40];

		snprintf(net, sizeof(net), "2001:db8:%x::", i + 1);
		packet(f, &s, net, &seen);
		told += seen.what == FLOWS_SYN;
		packet(f, &s, net, &seen);
		copies += seen.what == FLOWS_COPY;
	}
	flows_counts(f, &c);
	ZT_CASE("each of 2000 connections in 64 places is new", told == 2000);
	ZT_CASE("and known right after", copies == 2000);
	ZT_CASE("those that were forgotten are counted",
	    c.begun == 2000 && c.evicted >= 2000 - 64 && c.evicted < 2000);
	flows_free(f);
}

static void
test_drop(void)
{
	static const struct hash_key key;
	struct flows *f = flows_new(64, &key);
	const struct step syn = { .flags = SYN, .seq = 1 };
	const struct step reply = { .server = true, .flags = SA, .ack = 2 };
	struct flows_seen seen;

	packet(f, &syn, "192.0.2.", &seen);
	flows_clock_done(seen.flow, true);
	packet(f, &reply, "192.0.2.", &seen);
	ZT_CASE("one side's clock is done, the other's is not", seen.clock_due);
	packet(f, &syn, "192.0.2.", &seen);
	ZT_CASE("a copy's clock is done", !seen.clock_due);
	flows_drop(seen.flow);
	packet(f, &syn, "192.0.2.", &seen);
	ZT_CASE("a connection that was dropped begins anew",
	    seen.what == FLOWS_SYN && seen.clock_due);
	flows_free(f);
}

static const struct zt_test tests[] = {
	{ "scripts", test_scripts },
	{ "copies", test_copies },
	{ "age", test_age },
	{ "full", test_full },
	{ "drop", test_drop },
};

ZT_MAIN("flows", tests)
