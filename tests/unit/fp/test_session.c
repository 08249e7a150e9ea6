/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/session: handshakes, ladders, early talk, pools and searches.
 *
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/sig fp/smtp fp/session
 * zt-link: fp/dialogue fp/dialogue_key fp/smtp_note fp/smtp_reply
 * zt-link: fp/ladder fp/flowstat fp/reorder fp/session_flow fp/session_time
 * zt-link: fp/session_pool fp/sigcache fp/sigclass fp/sigdb_match
 * zt-libs: libsodium libm
 */
#include "tests/zt.h"

#include "tests/unit/fp/sessworld.h"

static void
test_dialogue(void)
{
	struct world *w = world_new();
	const struct session *s;

	handshake(w, (struct pkt){ 0 });
	s = find(w, 40000);
	ZT_CASE("a handshake opens", s != NULL && s->state == SESSION_OPEN);
	ZT_CASE("its round trip is SYN+ACK to ACK", s->rtt_us == MS);
	ZT_CASE("the SYN's fields are kept",
	    s->syn_len == 60 && s->syn_window == 64240 && s->syn_mss == 1460 &&
		s->syn_n == 1 && s->syn_us == T0);
	ZT_CASE("its signature too",
	    strcmp(s->sig.text,
		"4:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws:id-:0") == 0);
	server(w, 0, 0, "220 mx\r\n");
	client(w, 0, 8, "EHLO a.example\r\n");
	server(w, 8, 16, "250 mx\r\n");
	client(w, 16, 16, "MAIL FROM:<>\r\n");
	server(w, 16, 30, "250 ok\r\n");
	client(w, 30, 24, "RCPT TO:<a>\r\n");
	server(w, 24, 43, "550 no\r\n");
	client(w, 43, 32, "QUIT\r\n");
	ZT_CASE("events",
	    log_is(w, "syn open greet cmd cmd reply cmd reply cmd"));
	ZT_CASE("commands are counted",
	    s->commands_n == 4 && s->rcpts_n == 1 &&
		s->verb_last == VERB_QUIT &&
		s->verbs == (VERB_EHLO | VERB_MAIL | VERB_RCPT | VERB_QUIT));
	ZT_CASE("the name is kept",
	    s->helo_n == 9 && memcmp(s->helo, "a.example", 9) == 0);
	ZT_CASE("a polite client",
	    !s->pipelined && !s->bare_lf && !s->blind && s->early_us == 0 &&
		s->early_n == 0 && !s->one_sided);
	feed(w,
	    (struct pkt){ .flags = TCPF_FIN | TCPF_ACK,
		.seq = ISN_S + 33,
		.ack = ISN_C + 50 },
	    false);
	ZT_CASE("our FIN closes",
	    s->state == SESSION_CLOSED && s->end == SESSION_END_SERVER_FIN &&
		s->close_us != 0);
	feed(w,
	    (struct pkt){ .flags = TCPF_FIN | TCPF_ACK,
		.seq = ISN_C + 50,
		.ack = ISN_S + 34 },
	    true);
	ZT_CASE("once",
	    log_is(w, "syn open greet cmd cmd reply cmd reply cmd close") &&
		s->end == SESSION_END_SERVER_FIN);
	world_free(w);
}

static void
test_handshakes(void)
{
	struct world *w = world_new();

	syn(w, (struct pkt){ 0 });
	client(w, 0, 0, NULL);
	ZT_CASE("an ACK without our SYN+ACK proves nothing",
	    log_is(w, "syn") && find(w, 40000)->one_sided);
	client(w, 0, 0, "HELO a\r\n");
	ZT_CASE("nor does data", log_is(w, "syn"));
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	synack(w, (struct pkt){ 0 });
	client(w, 0, 1, NULL);
	client(w, 0, (uint32_t)-1, NULL);
	client(w, 0, 0x12345678, "HELO a\r\n");
	ZT_CASE("a wrong acknowledgement proves nothing", log_is(w, "syn"));
	feed(w,
	    (struct pkt){ .flags = TCPF_RST | TCPF_ACK,
		.seq = ISN_C + 1,
		.ack = ISN_S + 1 },
	    true);
	ZT_CASE("a reset opens nothing",
	    log_is(w, "syn") && find(w, 40000)->state == SESSION_CLOSED);
	client(w, 0, 0, NULL);
	ZT_CASE("and what comes after it neither", log_is(w, "syn"));
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	synack(w, (struct pkt){ 0 });
	server(w, 0, 0, "220 mx\r\n");
	client(w, 0, 8, "HELO a\r\n");
	ZT_CASE("a lost ACK: the next one that acknowledges our words",
	    log_is(w, "syn open greet cmd") && find(w, 40000)->early_us == 0);
	ZT_CASE("gives no round trip", find(w, 40000)->rtt_us == 0);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	client(w, 0, 0, NULL);
	synack(w, (struct pkt){ 0 });
	ZT_CASE("ACK and SYN+ACK captured in the wrong order",
	    log_is(w, "syn open") && !find(w, 40000)->one_sided &&
		find(w, 40000)->rtt_us == 0);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	synack(w, (struct pkt){ .ack = ISN_C + 2000000 });
	client(w, 0, 0, NULL);
	ZT_CASE("a SYN+ACK of something else is none", log_is(w, "syn"));
	world_free(w);
}

static void
test_ladder(void)
{
	struct world *w = world_new();
	const struct session *s;

	syn(w, (struct pkt){ 0 });
	w->now_us += 3 * S;
	syn(w, (struct pkt){ 0 });
	w->now_us += 6 * S;
	syn(w, (struct pkt){ .opts = "020405b401010402" });
	s = find(w, 40000);
	ZT_CASE("SYNs with the same number are one session",
	    s->syn_n == 3 && s->syn_us == T0 && log_is(w, "syn"));
	ZT_CASE("the first one's signature stays",
	    strstr(s->sig.text, "mss,sok,ts,nop,ws") != NULL &&
		s->syn_len == 60);
	synack(w, (struct pkt){ 0 });
	w->now_us += S;
	synack(w, (struct pkt){ 0 });
	client(w, 0, 0, NULL);
	ZT_CASE("Karn: a SYN+ACK sent twice gives no round trip",
	    find(w, 40000)->state == SESSION_OPEN &&
		find(w, 40000)->rtt_us == 0);
	ZT_CASE("the ladder is kept", find(w, 40000)->syn_n == 3);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	synack(w, (struct pkt){ .seq = 555 });
	syn(w, (struct pkt){ 0 });
	synack(w, (struct pkt){ 0 });
	feed(w, (struct pkt){ .flags = TCPF_ACK, .seq = ISN_C + 1, .ack = 556 },
	    true);
	ZT_CASE("SYN cookies: the first of two SYN+ACKs counts, too",
	    log_is(w, "syn open"));
	feed(w,
	    (struct pkt){ .flags = TCPF_ACK,
		.seq = 556,
		.ack = ISN_C + 1,
		.payload = "220 x\r\n" },
	    false);
	ZT_CASE("and our words follow from its number",
	    log_is(w, "syn open greet"));
	world_free(w);
}

static void
test_early(void)
{
	struct world *w = world_new();
	const struct session *s;

	handshake(w, (struct pkt){ 0 });
	client(w, 0, 0, "HELO a\r\n");
	client(w, 8, 0, "MAIL\r\n");
	server(w, 0, 14, "220 x\r\n");
	s = find(w, 40000);
	ZT_CASE("speaking before the greeting, told once",
	    log_is(w, "syn open early cmd cmd greet"));
	ZT_CASE("its bytes are counted",
	    s->early_n == 14 && s->early_us == T0 + 3 * MS);
	ZT_CASE("it is pipelining, too", s->pipelined);
	client(w, 0, 0, "HELO a\r\n");
	ZT_CASE("a retransmission adds nothing", s->early_n == 14);
	world_free(w);

	w = world_new();
	handshake(w, (struct pkt){ 0 });
	client(w, (uint32_t)-1, 0, "x");
	ZT_CASE("a keep-alive probe is no talk", log_is(w, "syn open"));
	client(w, 0, 7, "HELO a\r\n");
	ZT_CASE("whoever acknowledges a greeting that we missed has heard it",
	    log_is(w, "syn open cmd") && !find(w, 40000)->pipelined);
	server(w, 7, 8, "250 x\r\n");
	ZT_CASE("a later word of ours is no greeting",
	    find(w, 40000)->greet_us == 0 && find(w, 40000)->early_us == 0);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ .payload = "HELO a\r\n" });
	synack(w, (struct pkt){ 0 });
	client(w, 0, 0, NULL);
	ZT_CASE("payload in a SYN that we did not take",
	    log_is(w, "syn open") && find(w, 40000)->early_n == 0);
	client(w, 0, 0, "HELO a\r\n");
	ZT_CASE("comes again and counts then", log_is(w, "syn open early cmd"));
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ .payload = "HELO a\r\n" });
	synack(w, (struct pkt){ .ack = ISN_C + 9 });
	client(w, 8, 0, NULL);
	ZT_CASE("payload in a SYN that we took is early talk",
	    log_is(w, "syn open early") && find(w, 40000)->early_n == 8 &&
		find(w, 40000)->blind);
	world_free(w);
}

static void
test_one_sided(void)
{
	struct world *w = world_new();

	syn(w, (struct pkt){ 0 });
	client(w, 0, 0, NULL);
	client(w, 0, 8, "HELO a\r\n");
	client(w, 8, 16, "MAIL FROM:<>\r\n");
	feed(w,
	    (struct pkt){ .flags = TCPF_FIN | TCPF_ACK,
		.seq = ISN_C + 23,
		.ack = ISN_S + 1 },
	    true);
	ZT_CASE("a capture of one side gives a SYN and nothing else",
	    log_is(w, "syn") && find(w, 40000)->one_sided &&
		counts(w).opened == 0);
	world_free(w);

	w = world_new();
	synack(w, (struct pkt){ 0 });
	server(w, 0, 0, "220 x\r\n");
	client(w, 0, 7, "HELO a\r\n");
	ZT_CASE("what began before the capture is counted and left alone",
	    log_is(w, "") && counts(w).midstream == 3);
	world_free(w);
}

static void
test_order_and_loss(void)
{
	struct world *w = world_new();

	handshake(w, (struct pkt){ 0 });
	server(w, 0, 0, "220 x\r\n");
	server(w, 0, 0, "220 x\r\n");
	client(w, 0, 7, "HELO a\r\n");
	client(w, 0, 7, "HELO a\r\n");
	server(w, 7, 8, "250 x\r\n");
	client(w, 8, 14, "RSET\r\n");
	ZT_CASE("retransmissions of both sides",
	    log_is(w, "syn open greet cmd cmd") && !find(w, 40000)->pipelined &&
		!find(w, 40000)->blind);
	client(w, 20, 14, "NOOP\r\n");
	server(w, 14, 26, NULL);
	ZT_CASE("a gap that our acknowledgement goes beyond makes blind",
	    find(w, 40000)->blind);
	client(w, 14, 14, "NOOP\r\n");
	feed(w,
	    (struct pkt){ .flags = TCPF_FIN | TCPF_ACK,
		.seq = ISN_C + 27,
		.ack = ISN_S + 15 },
	    true);
	ZT_CASE("and no more than that",
	    log_is(w, "syn open greet cmd cmd close") &&
		find(w, 40000)->end == SESSION_END_CLIENT_FIN);
	world_free(w);

	w = world_new();
	handshake(w, (struct pkt){ 0 });
	feed(w, (struct pkt){ .flags = TCPF_RST, .seq = ISN_C + 0x40000000 },
	    true);
	ZT_CASE("a reset out of the window is a forgery",
	    find(w, 40000)->state == SESSION_OPEN);
	feed(w, (struct pkt){ .flags = TCPF_RST, .seq = ISN_C + 1 }, true);
	ZT_CASE("one within closes",
	    find(w, 40000)->end == SESSION_END_CLIENT_RST);
	world_free(w);

	w = world_new();
	handshake(w, (struct pkt){ 0 });
	server(w, 0, 100000000, "250 x\r\n");
	feed(w,
	    (struct pkt){ .flags = TCPF_FIN | TCPF_ACK,
		.seq = ISN_C + 1 + 100000000,
		.ack = ISN_S + 8 },
	    true);
	ZT_CASE("a long loss: our acknowledgement says where the client is",
	    find(w, 40000)->end == SESSION_END_CLIENT_FIN);
	world_free(w);
}

static void
test_port_reuse(void)
{
	struct world *w = world_new();
	const struct session *first, *second;

	handshake(w, (struct pkt){ 0 });
	feed(w, (struct pkt){ .flags = TCPF_RST, .seq = ISN_C + 1 }, true);
	first = find(w, 40000);
	handshake(w, (struct pkt){ .seq = 50000 });
	second = find(w, 40000);
	ZT_CASE("a new SYN on a closed session is a new one",
	    second != first && second->state == SESSION_OPEN &&
		log_is(w, "syn open close syn open"));
	feed(w, (struct pkt){ .flags = TCPF_RST, .seq = 50001 }, true);
	ZT_CASE("packets go to the later one",
	    second->end == SESSION_END_CLIENT_RST);
	world_free(w);

	w = world_new();
	handshake(w, (struct pkt){ 0 });
	first = find(w, 40000);
	syn(w, (struct pkt){ .seq = 50000 });
	server(w, 0, 0, "220 x\r\n");
	client(w, 0, 7, "HELO a\r\n");
	ZT_CASE("a SYN alone does not disturb an open session",
	    find(w, 40000) == first && log_is(w, "syn open syn greet cmd"));
	synack(w, (struct pkt){ .seq = 900000000, .ack = 50001 });
	feed(w,
	    (struct pkt){ .flags = TCPF_ACK, .seq = 50001, .ack = 900000001 },
	    true);
	ZT_CASE("a whole handshake ends it",
	    log_is(w, "syn open syn greet cmd close open") &&
		first->end == SESSION_END_SILENCE && find(w, 40000) != first);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	syn(w, (struct pkt){ .seq = 50000 });
	ZT_CASE("another number on a half-open one begins anew",
	    log_is(w, "syn syn") && find(w, 40000)->syn_n == 1 &&
		counts(w).half_open_now == 1);
	world_free(w);

	w = world_new();
	for (int i = 0; i < 3; i++) {
		handshake(w, (struct pkt){ 0 });
		feed(w, (struct pkt){ .flags = TCPF_RST, .seq = ISN_C + 1 },
		    true);
	}
	ZT_CASE("a tool that always uses one port and one number",
	    counts(w).opened == 3 && counts(w).closed == 3);
	world_free(w);
}

/* A flood of forged SYNs beside real sessions. */
static void
test_flood(void)
{
	struct world *w = world_sized(100, 8);
	char src[ADDR_STRLEN];

	for (uint16_t i = 0; i < 8; i++)
		handshake(w, (struct pkt){ .sport = (uint16_t)(1000 + i) });
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(src, sizeof(src), "203.0.113.%u", i % 250);
		syn(w,
		    (struct pkt){ .src = src, .sport = (uint16_t)(2000 + i) });
	}
	ZT_CASE("a SYN flood evicts no open session",
	    counts(w).open_now == 8 && counts(w).open_evicted == 0);
	ZT_CASE("the half-open pool holds what it holds",
	    counts(w).half_open_now == 100 &&
		counts(w).half_open_evicted == 4900);
	ZT_CASE("the oldest went", find(w, 1000) != NULL);
	handshake(w, (struct pkt){ .sport = 999 });
	ZT_CASE("a handshake in the middle of it succeeds",
	    find(w, 999) != NULL && find(w, 999)->state == SESSION_OPEN);
	world_free(w);
}

static void
test_open_pool(void)
{
	struct world *w = world_sized(8, 3);

	handshake(w, (struct pkt){ .sport = 1 });
	handshake(w, (struct pkt){ .sport = 2 });
	handshake(w, (struct pkt){ .sport = 3 });
	feed(w, (struct pkt){ .sport = 2, .flags = TCPF_RST, .seq = ISN_C + 1 },
	    true);
	handshake(w, (struct pkt){ .sport = 4 });
	ZT_CASE("a closed one makes room first",
	    find(w, 2) == NULL && find(w, 1) != NULL && find(w, 3) != NULL &&
		find(w, 4) != NULL && counts(w).open_evicted == 1);
	feed(w,
	    (struct pkt){ .sport = 1,
		.flags = TCPF_ACK,
		.seq = ISN_C + 1,
		.ack = ISN_S + 1 },
	    true);
	w->log[0] = '\0';
	handshake(w, (struct pkt){ .sport = 5 });
	ZT_CASE("then the one that has been silent longest",
	    find(w, 3) == NULL && find(w, 1) != NULL);
	ZT_CASE("which gets its CLOSE", log_is(w, "syn close open"));
	ZT_CASE("never more than there is room for", counts(w).open_now == 3);
	world_free(w);
}

static void
test_ticks(void)
{
	struct world *w = world_new();

	syn(w, (struct pkt){ .sport = 1 });
	handshake(w, (struct pkt){ .sport = 2 });
	session_tick(w->t, T0 + 59 * S);
	ZT_CASE("before its time nothing ends",
	    find(w, 1) != NULL && log_is(w, "syn syn open"));
	session_tick(w->t, T0 + 61 * S);
	ZT_CASE("then half-open entries go",
	    find(w, 1) == NULL && log_is(w, "syn syn open unanswered"));
	session_tick(w->t, T0 + 601 * S);
	ZT_CASE("silence closes",
	    log_is(w, "syn syn open unanswered close") &&
		w->last.end == SESSION_END_SILENCE &&
		w->last.close_us == T0 + 601 * S);
	ZT_CASE("it lingers", find(w, 2) != NULL);
	session_tick(w->t, T0 + 720 * S);
	ZT_CASE("for its time", find(w, 2) != NULL);
	session_tick(w->t, T0 + 721 * S);
	ZT_CASE("and is forgotten",
	    find(w, 2) == NULL && counts(w).closed == 1);
	session_tick(w->t, 0);
	ZT_CASE("a clock that goes back ends nothing",
	    counts(w).half_open_now == 0);
	world_free(w);
}

/* Set back by an hour, with one entry of each kind in the table. */
static void
test_clock_back(void)
{
	struct world *w = world_new();
	const int64_t then = T0 - 3600 * S;

	handshake(w, (struct pkt){ .sport = 1 });
	handshake(w, (struct pkt){ .sport = 2 });
	feed(w,
	    (struct pkt){ .sport = 2,
		.flags = TCPF_RST | TCPF_ACK,
		.seq = ISN_C + 1,
		.ack = ISN_S + 1 },
	    true);
	syn(w, (struct pkt){ .sport = 3 });
	session_clock_back(w->t, then);
	session_tick(w->t, then + 59 * S);
	ZT_CASE("the clock is set back: nothing ends at once",
	    find(w, 1) != NULL && find(w, 2) != NULL && find(w, 3) != NULL);
	w->now_us = then + 60 * S;
	handshake(w, (struct pkt){ .sport = 4 });
	session_tick(w->t, then + 61 * S);
	ZT_CASE("half-open entries in their time", find(w, 3) == NULL);
	session_tick(w->t, then + 121 * S);
	ZT_CASE("who lingers, too", find(w, 1) != NULL && find(w, 2) == NULL);
	w->log[0] = '\0';
	session_tick(w->t, then + 601 * S);
	ZT_CASE("and silence",
	    log_is(w, "close") && w->last.end == SESSION_END_SILENCE);
	session_tick(w->t, then + 661 * S);
	ZT_CASE("also of what began since", log_is(w, "close close"));
	world_free(w);
}

static void
test_find_at(void)
{
	struct world *w = world_new();
	struct addr a = pkt_addr(CLIENT), b = pkt_addr("192.0.2.8");
	const struct session *s;

	syn(w, (struct pkt){ .sport = 9 });
	ZT_CASE("half-open entries are not found by time",
	    session_find_at(w->t, &a, 0, INT64_MAX) == NULL);
	handshake(w, (struct pkt){ .sport = 1 });
	w->now_us = T0 + 10 * S;
	feed(w, (struct pkt){ .sport = 1, .flags = TCPF_RST, .seq = ISN_C + 1 },
	    true);
	w->now_us = T0 + 20 * S;
	handshake(w, (struct pkt){ .sport = 2 });
	s = session_find_at(w->t, &a, T0 + 5 * S, T0 + 6 * S);
	ZT_CASE("the one that was open then", s != NULL && s->cport == 1);
	s = session_find_at(w->t, &a, T0 + 12 * S, T0 + 13 * S);
	ZT_CASE("none between", s == NULL);
	s = session_find_at(w->t, &a, T0 + 9 * S, T0 + 30 * S);
	ZT_CASE("the latest of two", s != NULL && s->cport == 2);
	s = session_find_at(w->t, &a, T0 + 500 * S, T0 + 501 * S);
	ZT_CASE("an open one is open until it ends",
	    s != NULL && s->cport == 2);
	ZT_CASE("nobody else's",
	    session_find_at(w->t, &b, 0, INT64_MAX) == NULL &&
		session_find(w->t, &b, 2) == NULL);
	syn(w, (struct pkt){ .sport = 2, .dst = "198.51.100.2" });
	ZT_CASE("a half-open one does not hide an open one",
	    find(w, 2)->state == SESSION_OPEN);
	world_free(w);
}

static void
test_ipv6(void)
{
	struct world *w = world_new();
	struct addr a = pkt_addr("2001:db8::1");
	const struct pkt k = { .src = "2001:db8::1", .dst = "2001:db8::25" };

	handshake(w, k);
	ZT_CASE("IPv6 is no different",
	    session_find(w->t, &a, 40000) != NULL &&
		session_find(w->t, &a, 40000)->syn_len == 40 &&
		session_find_at(w->t, &a, 0, INT64_MAX) != NULL);
	world_free(w);
}

/* Noise from a few clients; the table must keep its books. */
static void
test_random(void)
{
	struct world *w = world_sized(7, 5);
	struct session_counts c = { 0 };
	bool ok = true;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 50000 && ok; i++) {
		static const uint16_t flags[] = { TCPF_SYN, TCPF_SYN | TCPF_ACK,
			TCPF_ACK, TCPF_ACK, TCPF_ACK | TCPF_FIN, TCPF_RST,
			TCPF_ACK | TCPF_PSH };
		struct pkt k = { .flags = flags[zt_random() % 7],
			.sport = (uint16_t)(1 + zt_random() % 9),
			.seq = ISN_C + (uint32_t)(zt_random() % 3),
			.ack = ISN_S + (uint32_t)(zt_random() % 3),
			.payload = zt_random() % 4 ? NULL : "QUIT\r\n" };
		bool to_server = zt_random() % 3 != 0;

		if (!to_server) {
			uint32_t n = k.seq - ISN_C;

			k.seq = ISN_S + n % 2;
			k.ack = ISN_C + 1;
		}
		feed(w, k, to_server);
		w->log[0] = '\0';
		if (zt_random() % 1000 == 0)
			w->now_us += 100 * S;
		if (zt_random() % 20 == 0)
			session_tick(w->t, w->now_us);
		c = counts(w);
		ok = c.half_open_now <= 7 && c.open_now <= 5 &&
		    c.opened - c.closed == c.open_now;
	}
	if (!ok || c.opened < 100)
		printf("opened %u closed %u\n", (unsigned)c.opened,
		    (unsigned)c.closed);
	ZT_CASE("noise keeps the books right", ok && c.opened >= 100);
	world_free(w);
}

static const struct zt_test tests[] = {
	{ "a dialogue", test_dialogue },
	{ "handshakes", test_handshakes },
	{ "ladders", test_ladder },
	{ "early talk", test_early },
	{ "one side only", test_one_sided },
	{ "order and loss", test_order_and_loss },
	{ "port reuse", test_port_reuse },
	{ "SYN flood", test_flood },
	{ "a full open pool", test_open_pool },
	{ "time", test_ticks },
	{ "clock set back", test_clock_back },
	{ "search by time", test_find_at },
	{ "IPv6", test_ipv6 },
	{ "noise", test_random },
};

ZT_MAIN("session", tests)
