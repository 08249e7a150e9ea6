/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/session: segments out of order, counts, ladders, labels, and
 * traffic that is not as it should be.
 *
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/sig fp/smtp fp/session
 * zt-link: fp/dialogue fp/dialogue_key fp/smtp_note fp/smtp_reply
 * zt-link: fp/ladder fp/flowstat fp/reorder fp/session_flow fp/session_time
 * zt-link: fp/session_pool fp/sigcache fp/sigclass fp/sigdb_match fp/sigdb fp/sigdb_build
 * zt-libs: libsodium libm
 */
#include "tests/zt.h"

#include "fp/reorder.h"
#include "tests/unit/fp/sessworld.h"

#define HELLO "220 mx\r\n"

/* A session that has been greeted. */
static struct world *
greeted(void)
{
	struct world *w = world_new();

	handshake(w, (struct pkt){ 0 });
	server(w, 0, 0, HELLO);
	w->log[0] = '\0';
	return w;
}

static void
test_reorder_client(void)
{
	struct world *w = greeted();
	const struct session *s = find(w, 40000);

	client(w, 8, 8, "RSET\r\n");
	ZT_CASE("what comes too early waits",
	    log_is(w, "") && counts(w).held_now == 1 && !s->blind);
	client(w, 0, 8, "HELO a\r\n");
	ZT_CASE("and is read in its turn",
	    log_is(w, "cmd cmd") && s->verb_last == VERB_RSET && !s->blind &&
		counts(w).held_now == 0 && counts(w).gaps == 0);
	ZT_CASE("it was late, not sent twice",
	    s->flow->client.reordered == 1 &&
		s->flow->client.retransmitted == 0);
	client(w, 20, 8, "NOOP\r\n");
	client(w, 26, 8, "QUIT\r\n");
	client(w, 14, 8, "RSET\r\n");
	ZT_CASE("two at once", log_is(w, "cmd cmd cmd cmd cmd"));
	ZT_CASE("the order is the client's", s->verb_last == VERB_QUIT);
	world_free(w);

	w = greeted();
	client(w, 8, 8, "RSET\r\n");
	client(w, 8, 8, "RSET\r\n");
	w->now_us += 1200 * MS;
	client(w, 0, 8, "HELO a\r\nRSET\r\n");
	s = find(w, 40000);
	ZT_CASE("a retransmission that covers what is held",
	    log_is(w, "cmd cmd") && s->flow->client.retransmitted == 2);
	world_free(w);
}

static void
test_reorder_server(void)
{
	struct world *w = world_new();
	const struct session *s;

	handshake(w, (struct pkt){ 0 });
	server(w, 6, 0, "220 mx\r\n");
	ZT_CASE("the end of a greeting alone is none", log_is(w, "syn open"));
	server(w, 0, 0, "220-a\n");
	client(w, 0, 14, "EHLO a\r\n");
	s = find(w, 40000);
	ZT_CASE("whole, it is: nobody was early",
	    log_is(w, "syn open greet cmd") && s->early_us == 0 &&
		s->greet_us != 0);
	server(w, 22, 8, "250 PIPELINING\r\n");
	server(w, 14, 8, "250-mx\r\n");
	client(w, 8, 38, "MAIL FROM:<>\r\nRCPT TO:<a>\r\n");
	ZT_CASE("an answer in the wrong order gives leave all the same",
	    !s->pipelined && s->rcpts_n == 1);
	world_free(w);

	w = world_new();
	handshake(w, (struct pkt){ 0 });
	server(w, 8, 0, "250 x\r\n");
	client(w, 0, 15, "HELO a\r\n");
	s = find(w, 40000);
	ZT_CASE("a client that has heard what we miss was not early",
	    log_is(w, "syn open cmd") && s->early_us == 0 &&
		counts(w).held_now == 0);
	world_free(w);
}

static void
test_waiting(void)
{
	struct world *w = greeted();
	const struct session *s = find(w, 40000);

	client(w, 8, 8, "RSET\r\n");
	session_tick(w->t, w->now_us + 2 * S);
	ZT_CASE("a hole is waited for", counts(w).held_now == 1 && !s->blind);
	session_tick(w->t, w->now_us + SESSION_HOLD_S * S);
	ZT_CASE("but not for ever",
	    counts(w).held_now == 0 && s->blind && counts(w).gaps == 1);
	world_free(w);

	w = greeted();
	s = find(w, 40000);
	client(w, 8, 8, "RSET\r\n");
	server(w, 8, 0, NULL);
	ZT_CASE("an acknowledgement from before the hole changes nothing",
	    counts(w).held_now == 1);
	server(w, 8, 14, NULL);
	ZT_CASE("one from behind it says that the capture has lost something",
	    counts(w).held_now == 0 && s->blind && s->flow->lost_segments == 1);
	world_free(w);

	w = greeted();
	s = find(w, 40000);
	for (uint32_t i = 0; i < REORDER_STREAM_SLOTS + 1; i++)
		client(w, 8 + 7 * i, 8, "RSET\r\n");
	ZT_CASE("nobody waits with more than his share",
	    counts(w).held_now == 0 && s->blind);
	world_free(w);
}

static void
test_ends(void)
{
	struct world *w = greeted();
	const struct session *s = find(w, 40000);
	const struct pkt fin = { .flags = TCPF_FIN | TCPF_ACK,
		.seq = ISN_C + 7,
		.ack = ISN_S + 9 };

	feed(w, fin, true);
	ZT_CASE("a FIN that overtakes waits",
	    log_is(w, "") && s->state == SESSION_OPEN);
	client(w, 0, 8, "QUIT\r\n");
	ZT_CASE("and comes after what it had overtaken",
	    log_is(w, "cmd close") && s->end == SESSION_END_CLIENT_FIN &&
		(s->verbs & VERB_QUIT));
	world_free(w);

	w = greeted();
	client(w, 8, 8, "RSET\r\n");
	feed(w, (struct pkt){ .flags = TCPF_RST, .seq = ISN_C + 15 }, true);
	s = find(w, 40000);
	ZT_CASE("a reset ends all waiting",
	    log_is(w, "close") && s->end == SESSION_END_CLIENT_RST &&
		counts(w).held_now == 0);
	world_free(w);

	w = greeted();
	client(w, 8, 8, "RSET\r\n");
	feed(w, fin, true);
	feed(w, (struct pkt){ .flags = TCPF_FIN, .seq = ISN_C + 90 }, true);
	session_tick(w->t, w->now_us + 700 * S);
	ZT_CASE("two FINs behind a hole close once",
	    counts(w).closed == 1 && counts(w).held_now == 0);
	world_free(w);

	w = world_sized(8, 1);
	handshake(w, (struct pkt){ .sport = 1 });
	feed(w,
	    (struct pkt){ .sport = 1,
		.flags = TCPF_ACK,
		.seq = ISN_C + 50,
		.ack = ISN_S + 1,
		.payload = "x" },
	    true);
	handshake(w, (struct pkt){ .sport = 2 });
	ZT_CASE("who is pushed out leaves nothing behind",
	    counts(w).held_now == 0 &&
		log_is(w, "syn open early syn close open"));
	world_free(w);
}

/* Many sessions with holes: the oldest make room. */
static void
test_hold_flood(void)
{
	struct world *w = world_conf((struct session_conf){ .half_open_max = 8,
	    .open_max = 300,
	    .reorder_slots = 40 });
	struct pkt k = { .flags = TCPF_ACK,
		.seq = ISN_C + 9,
		.ack = ISN_S + 1,
		.payload = "RSET\r\n" };
	bool first, last;

	for (uint16_t i = 1; i <= 200; i++)
		handshake(w, (struct pkt){ .sport = i });
	for (uint16_t i = 1; i <= 200; i++) {
		k.sport = i;
		feed(w, k, true);
	}
	first = find(w, 1)->blind;
	last = find(w, 200)->blind;
	ZT_CASE("a flood of holes takes no more room than there is",
	    counts(w).held_now == 40 && counts(w).open_now == 200);
	ZT_CASE("the oldest gave way to the latest", first && !last);
	k.seq = ISN_C + 1;
	k.payload = "HELO a\r\n";
	feed(w, k, true);
	ZT_CASE("who can still be read",
	    find(w, 200)->commands_n == 2 && !find(w, 200)->blind);
	world_free(w);

	w = world_conf((struct session_conf){ .half_open_max = 8,
	    .open_max = 8,
	    .reorder_slots = 1 });
	handshake(w, (struct pkt){ 0 });
	client(w, 8, 0, "RSET\r\n");
	server(w, 20, 0, "250 x\r\n");
	client(w, 14, 0, "RSET\r\n");
	ZT_CASE("a pool of one slot",
	    counts(w).held_now <= 1 && find(w, 40000)->blind);
	world_free(w);
}

static void
test_counts(void)
{
	struct world *w = greeted();
	const struct session *s = find(w, 40000);

	client(w, 0, 8, "EHLO a\r\n");
	server(w, 8, 8, "250 mx\r\n");
	client(w, 8, 16, "MAIL FROM:<>\r\n");
	server(w, 16, 22, "250 ok\r\n");
	client(w, 22, 24, "RCPT TO:<a>\r\n");
	server(w, 24, 35, "250 ok\r\n");
	client(w, 35, 32, "DATA\r\n");
	ZT_CASE("commands are no body", s->flow->data_n == 0);
	server(w, 32, 41, "354 go\r\n");
	client(w, 41, 40, "Subject: x\r\n");
	client(w, 53, 40, "\r\nhello\r\n");
	client(w, 62, 40, ".\r\n");
	client(w, 62, 40, ".\r\n");
	server(w, 40, 65, "250 ok\r\n");
	client(w, 65, 48, "QUIT\r\n");
	ZT_CASE("the sizes of a body's segments",
	    s->flow->data_n == 3 && s->flow->data[0] == 12 &&
		s->flow->data[1] == 9 && s->flow->data[2] == 3);
	ZT_CASE("bytes of both sides",
	    s->flow->client.bytes == 71 && s->flow->server.bytes == 48 &&
		s->flow->client.retransmitted == 1);
	ZT_CASE("its opening acknowledgement counts, the SYNs do not",
	    s->flow->client.packets == 10 && s->flow->server.packets == 6);
	ZT_CASE("windows are scaled only if both sides scale",
	    s->flow->client.window_min == 0);
	feed(w, (struct pkt){ .flags = TCPF_RST, .seq = ISN_C + 72 }, true);
	ZT_CASE("the counts are there when it closes",
	    w->flow.client.resets == 1 && w->flow.data_n == 3);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	ZT_CASE("a half-open entry has none",
	    w->last.flow == NULL && w->last.dlg == NULL && w->last.helo_n == 0);
	synack(w, (struct pkt){ .opts = OPTS });
	feed(w,
	    (struct pkt){ .flags = TCPF_ACK,
		.seq = ISN_C + 1,
		.ack = ISN_S + 1,
		.window = 500 },
	    true);
	ZT_CASE("a window with its scale",
	    find(w, 40000)->flow->client.window_min == 500 << 7);
	w->now_us += 30 * S;
	client(w, (uint32_t)-1, 0, NULL);
	ZT_CASE("a keepalive after a silence",
	    find(w, 40000)->flow->client.keepalives == 1 &&
		find(w, 40000)->flow->idle_max_us == 30 * S + MS);
	world_free(w);
}

static void
test_ladders(void)
{
	struct world *w = world_new();
	const struct session *s;

	handshake(w, (struct pkt){ 0 });
	ZT_CASE("answered at once: untried",
	    find(w, 40000)->ladder_class == LADDER_UNTRIED);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	w->now_us = T0 + 3 * S;
	syn(w, (struct pkt){ 0 });
	w->now_us = T0 + 9 * S;
	syn(w, (struct pkt){ .opts = "020405b401010402" });
	synack(w, (struct pkt){ 0 });
	client(w, 0, 0, NULL);
	s = find(w, 40000);
	ZT_CASE("an old Windows, answered at last",
	    s->state == SESSION_OPEN && s->ladder_class == LADDER_SLOW_WIN &&
		s->ladder.n == 2 && s->ladder.ws_lost_at == 2 &&
		s->ladder.gap_ds[0] == 30 && s->ladder.gap_ds[1] == 60);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ .sport = 1 });
	syn(w, (struct pkt){ .sport = 2 });
	w->now_us = T0 + 1 * S;
	syn(w, (struct pkt){ .sport = 2 });
	w->now_us = T0 + 3 * S;
	syn(w, (struct pkt){ .sport = 2 });
	session_tick(w->t, T0 + 60 * S);
	ZT_CASE("one SYN and no more", w->last.ladder_class == LADDER_NEVER);
	session_tick(w->t, T0 + 61 * S);
	ZT_CASE("three of a Linux",
	    log_is(w, "syn syn unanswered unanswered") &&
		w->last.ladder_class == LADDER_DOUBLING && w->last.cport == 2 &&
		w->last.open_us == 0 && w->last.close_us == T0 + 61 * S);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	feed(w, (struct pkt){ .flags = TCPF_RST | TCPF_ACK, .ack = ISN_C + 1 },
	    false);
	w->now_us = T0 + 500 * MS;
	syn(w, (struct pkt){ 0 });
	feed(w, (struct pkt){ .flags = TCPF_RST | TCPF_ACK, .ack = ISN_C + 1 },
	    false);
	session_tick(w->t, T0 + 60 * S);
	ZT_CASE("refused, and tried again",
	    log_is(w, "syn unanswered") &&
		w->last.ladder_class == LADDER_REFUSED);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	feed(w, (struct pkt){ .flags = TCPF_RST | TCPF_ACK, .ack = 77 }, false);
	ZT_CASE("a reset of something else is none of it",
	    !find(w, 40000)->ladder.reset);
	world_free(w);
}

/* Who gets no UNANSWERED. */
static void
test_not_unanswered(void)
{
	struct world *w = world_new();

	syn(w, (struct pkt){ .sport = 1 });
	synack(w, (struct pkt){ .sport = 1 });
	syn(w, (struct pkt){ .sport = 2 });
	feed(w,
	    (struct pkt){ .sport = 2,
		.flags = TCPF_ACK,
		.seq = ISN_C + 1,
		.ack = 9 },
	    true);
	syn(w, (struct pkt){ .sport = 3 });
	feed(w, (struct pkt){ .sport = 3, .flags = TCPF_RST, .seq = ISN_C + 1 },
	    true);
	session_tick(w->t, T0 + 90 * S);
	ZT_CASE("answered, answered out of our sight, taken back: no event",
	    log_is(w, "syn syn syn") && counts(w).half_open_now == 0);
	world_free(w);

	w = world_sized(4, 4);
	for (uint16_t i = 1; i <= 12; i++)
		syn(w, (struct pkt){ .sport = i });
	w->log[0] = '\0';
	session_tick(w->t, T0 + 90 * S);
	ZT_CASE("nor who was pushed out by a flood",
	    log_is(w, "unanswered unanswered unanswered unanswered"));
	world_free(w);
}

static void
test_odd_handshakes(void)
{
	struct world *w = world_new();

	syn(w, (struct pkt){ 0 });
	feed(w, (struct pkt){ .flags = TCPF_SYN, .seq = ISN_S }, false);
	feed(w,
	    (struct pkt){ .flags = TCPF_SYN | TCPF_ACK,
		.seq = ISN_C,
		.ack = ISN_S + 1 },
	    true);
	client(w, 0, 0, NULL);
	client(w, 0, 0, "HELO a\r\n");
	ZT_CASE("a simultaneous open is left alone",
	    log_is(w, "syn") && counts(w).opened == 0);
	world_free(w);

	w = world_new();
	handshake(w, (struct pkt){ .seq = 0xfffffffc });
	server(w, 0, 0xfffffffcU - ISN_C, HELLO);
	feed(w,
	    (struct pkt){ .flags = TCPF_ACK,
		.seq = 3,
		.ack = ISN_S + 9,
		.payload = "B\r\n" },
	    true);
	feed(w,
	    (struct pkt){ .flags = TCPF_ACK,
		.seq = 0xfffffffd,
		.ack = ISN_S + 9,
		.payload = "HELO A" },
	    true);
	ZT_CASE("numbers that wrap, out of order",
	    log_is(w, "syn open greet cmd") && find(w, 40000)->helo_n == 2 &&
		memcmp(find(w, 40000)->helo, "AB", 2) == 0);
	feed(w,
	    (struct pkt){ .flags = TCPF_FIN | TCPF_ACK,
		.seq = 6,
		.ack = ISN_S + 9 },
	    true);
	ZT_CASE("and the end behind it",
	    find(w, 40000)->end == SESSION_END_CLIENT_FIN &&
		w->flow.client.bytes == 9 && w->flow.lost_segments == 0);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ .payload = "HELO a\r\n" });
	synack(w, (struct pkt){ .ack = ISN_C + 9 });
	client(w, 8, 0, NULL);
	client(w, 8, 0, "QUIT\r\n");
	ZT_CASE("bytes in the SYN are not in the counts, what follows is",
	    find(w, 40000)->flow->client.bytes == 6 &&
		find(w, 40000)->flow->lost_segments == 0 &&
		find(w, 40000)->early_n == 14);
	world_free(w);
}

static void
test_reuse(void)
{
	struct world *w = greeted();

	client(w, 0, 8, "HELO a\r\n");
	client(w, 20, 8, "QUIT\r\n");
	syn(w, (struct pkt){ .seq = 5000000 });
	synack(w, (struct pkt){ .seq = 900, .ack = 5000001 });
	feed(w, (struct pkt){ .flags = TCPF_ACK, .seq = 5000001, .ack = 901 },
	    true);
	ZT_CASE("a port that is used again begins with nothing held or counted",
	    counts(w).held_now == 0 && counts(w).closed == 1 &&
		find(w, 40000)->flow->client.packets == 1 &&
		find(w, 40000)->flow->client.bytes == 0 &&
		find(w, 40000)->helo_n == 0);
	world_free(w);
}

static void
test_not_smtp(void)
{
	struct world *w = world_new();
	char noise[1400];

	handshake(w, (struct pkt){ 0 });
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)('a' + i % 26);
	for (uint32_t i = 0; i < 200; i++)
		feed(w,
		    (struct pkt){ .flags = TCPF_ACK,
			.seq = ISN_C + 1 + (i ^ 1) * 1400,
			.ack = ISN_S + 1,
			.payload = noise,
			.payload_n = sizeof(noise) },
		    true);
	ZT_CASE("what is not SMTP is counted and given up",
	    find(w, 40000)->blind && counts(w).held_now == 0 &&
		find(w, 40000)->flow->client.bytes == 200 * 1400);
	world_free(w);

	w = world_new();
	handshake(w, (struct pkt){ 0 });
	server(w, 0, 0, "SSH-2.0-x\r\n");
	client(w, 0, 11, "SSH-2.0-y\r\n");
	server(w, 11, 11, "\x14\x01");
	client(w, 11, 13, "\x14\x01\x02");
	ZT_CASE("nor does another protocol break anything",
	    counts(w).open_now == 1 &&
		find(w, 40000)->flow->server.bytes == 13);
	world_free(w);
}

/* A packet that the card has merged from many. */
static void
merged(struct world *w, uint32_t at, const char *text, size_t n, uint32_t acks)
{
	const struct traits p = { .src = pkt_addr(CLIENT),
		.dst = pkt_addr(SERVER),
		.sport = 40000,
		.dport = 25,
		.ver = 4,
		.flags = TCPF_ACK,
		.seq = ISN_C + 1 + at,
		.ack = ISN_S + 1 + acks,
		.payload = (const uint8_t *)text,
		.payload_cap = (uint32_t)n,
		.payload_len = (uint32_t)n };

	session_packet(w->t, &p, true, w->now_us);
	w->now_us += MS;
}

static void
test_merged(void)
{
	static char text[150000];
	struct world *w = greeted();
	const struct session *s = find(w, 40000);
	size_t n = sizeof(text);

	for (size_t i = 0; i < n; i += 6)
		memcpy(&text[i], "NOOP\r\n", 6);
	merged(w, 0, text, n, 8);
	ZT_CASE("segments of more than 64 KB are read",
	    s->commands_n == 25000 && s->flow->client.segment_max == n);
	merged(w, 150000 + 60000, text, 60000, 8);
	merged(w, 150000, text, 60000, 8);
	ZT_CASE("and put in order",
	    s->commands_n == 45000 && !s->blind && counts(w).held_now == 0);
	merged(w, 270000 + 6, text, n, 8);
	ZT_CASE("unless they are too big to wait", s->blind);
	world_free(w);
}

/* Labels come from the cache, as much as fits. */
static void
test_labels(void)
{
	const struct sigdef def = { .kind = SIGDEF_REQUEST,
		.ver = SIGDEF_ANY,
		.ttl = SIGDEF_TTL_P0F,
		.ittl = 64,
		.olen = SIGDEF_ANY,
		.mss = SIGDEF_ANY,
		.win = SIGDEF_WIN_ANY,
		.scale = SIGDEF_ANY,
		.opts_n = 5,
		.opts = { 2, 4, 8, 1, 3 },
		.quirks_mask = 0,
		.payload = SIGDEF_ANY };
	const struct sigdb_label label = { .name = "Linux", .flavor = "3.x" };
	static const struct hash_key key;
	struct sigdb *db = sigdb_new();
	struct sigcache *sigs;
	struct world *w;
	bool made = sigdb_label(db, &label) == 0 && sigdb_add(db, &def) == 0 &&
	    sigdb_compile(db) == 0;

	sigs = sigcache_new(db, 64, &key);
	w = world_conf((struct session_conf){ .half_open_max = 8,
	    .open_max = 8,
	    .sigs = sigs });
	handshake(w, (struct pkt){ .sport = 1 });
	syn(w, (struct pkt){ .sport = 2, .opts = "020405b4" });
	ZT_CASE("a label from the database",
	    made && strcmp(find(w, 1)->os, "Linux 3.x") == 0 &&
		find(w, 1)->os_grade == SIGDB_EXACT &&
		find(w, 1)->os_family == SIGDB_F_LINUX);
	ZT_CASE("its signature is the one without a cache",
	    find(w, 1)->cls == SIG_LINUX && find(w, 1)->sig.key != 0 &&
		find(w, 1)->sig.text[0] == '4');
	ZT_CASE("none where nothing matches",
	    find(w, 2)->os[0] == '\0' && find(w, 2)->os_grade == SIGDB_UNKNOWN);
	world_free(w);
	sigcache_free(sigs);
	sigdb_free(db);
}

/* Noise around a few connections; nothing may be left over. */
static void
test_random(void)
{
	struct world *w = world_conf((struct session_conf){ .half_open_max = 7,
	    .open_max = 5,
	    .reorder_slots = 12 });
	struct session_counts c = { 0 };
	bool ok = true;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 60000 && ok; i++) {
		static const uint16_t flags[] = { TCPF_ACK, TCPF_ACK, TCPF_ACK,
			TCPF_ACK, TCPF_ACK | TCPF_FIN };
		struct pkt k = { .flags = flags[zt_random() % 5],
			.sport = (uint16_t)(1 + zt_random() % 7),
			.seq = ISN_C + 1 + 6 * (uint32_t)(zt_random() % 9),
			.ack = ISN_S + 1 + 6 * (uint32_t)(zt_random() % 9),
			.payload = zt_random() % 4 ? "QUIT\r\n" : NULL };
		bool to_server = zt_random() % 2 == 0;

		if (zt_random() % 40 == 0)
			handshake(w, (struct pkt){ .sport = k.sport });
		if (!to_server) {
			uint32_t seq = k.seq;

			k.seq = k.ack;
			k.ack = seq;
		}
		feed(w, k, to_server);
		w->log[0] = '\0';
		if (zt_random() % 20 == 0)
			session_tick(w->t, w->now_us);
		c = counts(w);
		ok = c.held_now <= 12 && c.open_now <= 5 &&
		    c.opened - c.closed == c.open_now;
	}
	session_tick(w->t, w->now_us + 1000 * S);
	ZT_CASE("noise keeps the books right, and leaves nothing held",
	    ok && c.opened >= 100 && c.held > 100 && c.gaps > 100 &&
		counts(w).held_now == 0 && counts(w).open_now == 0);
	world_free(w);
}

static void
test_both_ports(void)
{
	struct world *w = world_new();
	struct traits c = { .src = addr_v4(0xc0000207),
		.dst = addr_v4(0xc6336401),
		.sport = 2525,
		.dport = 25,
		.flags = TCPF_ACK };
	struct traits s = { .src = c.dst,
		.dst = c.src,
		.sport = 25,
		.dport = 2525,
		.flags = TCPF_ACK };

	ZT_CASE("without a session a packet counts as a client's",
	    session_to_server(w->t, &s));
	handshake(w, (struct pkt){ .sport = 2525 });
	ZT_CASE("a session tells its client's packets",
	    session_to_server(w->t, &c));
	ZT_CASE("and ours", !session_to_server(w->t, &s));
	s.flags = TCPF_SYN;
	ZT_CASE("a SYN is a client's whatever there was",
	    session_to_server(w->t, &s));
	c.flags = TCPF_SYN | TCPF_ACK;
	ZT_CASE("a SYN+ACK is a server's", !session_to_server(w->t, &c));
	world_free(w);
}

static const struct zt_test tests[] = {
	{ "the client out of order", test_reorder_client },
	{ "our words out of order", test_reorder_server },
	{ "waiting", test_waiting },
	{ "ends", test_ends },
	{ "a flood of holes", test_hold_flood },
	{ "counts", test_counts },
	{ "ladders", test_ladders },
	{ "no ladder", test_not_unanswered },
	{ "odd handshakes", test_odd_handshakes },
	{ "port reuse", test_reuse },
	{ "not SMTP", test_not_smtp },
	{ "merged segments", test_merged },
	{ "labels", test_labels },
	{ "noise", test_random },
	{ "both ports", test_both_ports },
};

ZT_MAIN("session_flow", tests)
