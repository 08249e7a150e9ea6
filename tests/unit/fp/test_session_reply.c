/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/session: our replies as events, cutting a session, what is left
 * of one that is over.
 *
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/sig fp/smtp fp/session
 * zt-link: fp/dialogue fp/dialogue_key fp/smtp_note fp/smtp_reply
 * zt-link: fp/ladder fp/flowstat fp/reorder fp/session_flow fp/session_time
 * zt-link: fp/session_pool fp/sigcache fp/sigclass fp/sigdb_match
 * zt-libs: libsodium libm
 */
#include "fp/session_pool.h"
#include "tests/zt.h"

#include "tests/unit/fp/sessworld.h"

/* Where the two streams are. */
struct at {
	struct world *w;
	uint32_t c, s;
	uint16_t port;
};

/* Data of one side, which has heard all of the other; `\n` is CR LF here. */
static void
says(struct at *at, bool client_side, const char *text)
{
	char b[512];
	size_t n = 0;
	struct pkt k = { .sport = at->port, .flags = TCPF_ACK, .payload = b };

	for (; *text != '\0' && n + 3 < sizeof(b); text++) {
		if (*text == '\n')
			b[n++] = '\r';
		b[n++] = *text;
	}
	b[n] = '\0';
	k.seq = client_side ? ISN_C + 1 + at->c : ISN_S + 1 + at->s;
	k.ack = client_side ? ISN_S + 1 + at->s : ISN_C + 1 + at->c;
	feed(at->w, k, client_side);
	*(client_side ? &at->c : &at->s) += (uint32_t)n;
}

static void
c(struct at *at, const char *text)
{
	says(at, true, text);
}

static void
s(struct at *at, const char *text)
{
	says(at, false, text);
}

/* A session that has said EHLO, with leave to pipeline, and an empty log. */
static struct at
greeted(struct world *w, uint16_t port)
{
	struct at at = { .w = w, .port = port };

	handshake(w, (struct pkt){ .sport = port });
	s(&at, "220 mx\n");
	c(&at, "EHLO a.example\n");
	s(&at, "250-mx\n250 PIPELINING\n");
	w->log[0] = '\0';
	return at;
}

static void
reset(struct at *at)
{
	feed(at->w,
	    (struct pkt){ .sport = at->port,
		.flags = TCPF_RST,
		.seq = ISN_C + 1 + at->c },
	    true);
}

static uint32_t
hash_of(const char *address)
{
	return (uint32_t)hash_stable(address, strlen(address));
}

static void
test_replies(void)
{
	struct world *w = world_new();
	struct at at = greeted(w, 40000);
	const struct session *e = find(w, 40000);

	c(&at, "MAIL FROM:<> SIZE=12\n");
	ZT_CASE("the sender, at its command",
	    log_is(w, "cmd") && w->last.null_sender && w->arg[0] == '\0');
	s(&at, "250 2.1.0 Ok\n");
	ZT_CASE("a reply to MAIL",
	    log_is(w, "cmd reply") && w->last.reply_verb == VERB_MAIL &&
		w->last.reply_code == 250 && w->last.reply_hash == 0 &&
		w->last.null_sender && strcmp(w->reply, "2.1.0 Ok") == 0);
	c(&at,
	    "RCPT TO:<Ann@B.example>\nRCPT TO:<bob@b.example>\n"
	    "RCPT TO:<eve@b.example>\nDATA\n");
	ZT_CASE("the recipient, without its brackets",
	    strcmp(w->arg, "eve@b.example") == 0);
	w->log[0] = '\0';
	s(&at, "550-5.1.1 <Ann@B.example>:\n550 5.1.1 unknown\n");
	ZT_CASE("a refusal, with whom it is about",
	    log_is(w, "reply") && w->last.reply_verb == VERB_RCPT &&
		w->last.reply_code == 550 &&
		w->last.reply_hash == hash_of("ann@b.example") &&
		strcmp(w->reply, "5.1.1 unknown") == 0 &&
		e->rcpts_refused == 1);
	s(&at, "450 later\n250 ok\n354 go\n");
	ZT_CASE("three in one segment are three events, in order",
	    log_is(w, "reply reply reply reply") &&
		w->last.reply_verb == VERB_DATA && w->last.reply_code == 354 &&
		w->last.reply_hash == 0);
	ZT_CASE("counted by their codes",
	    e->rcpts_ok == 1 && e->rcpts_soft == 1 && e->rcpts_refused == 1 &&
		e->messages == 0);
	c(&at, "x\n.\n");
	s(&at, "250 2.0.0 queued as 4XyZ\n");
	ZT_CASE("a message that was accepted",
	    log_is(w, "reply reply reply reply reply") &&
		w->last.reply_verb == VERB_DATA && e->messages == 1 &&
		strcmp(w->reply, "2.0.0 queued as 4XyZ") == 0);
	ZT_CASE("texts are lent for the call only",
	    e->arg.n == 0 && e->reply.n == 0);
	c(&at, "MAIL FROM:<a@b>\n");
	s(&at, "250 ok\n");
	c(&at, "BDAT 3 LAST\nabc");
	s(&at, "250 ok\n");
	c(&at, "BDAT 3 LAST\nabc");
	s(&at, "554 no\n");
	ZT_CASE("so is one in chunks, a refused one not",
	    e->messages == 2 && !w->last.null_sender);
	c(&at, "QUIT\n");
	s(&at, "221 bye\n");
	reset(&at);
	ZT_CASE("the counts stay",
	    e->state == SESSION_CLOSED && e->messages == 2 &&
		e->rcpts_refused == 1 && e->reply_code == 554);
	world_free(w);
}

static void
test_tls_offered(void)
{
	struct world *w = world_new();
	struct at at = greeted(w, 40000);
	const struct session *e = find(w, 40000);

	ZT_CASE("no TLS in our answer", !e->tls_offered && !e->deaf);
	c(&at, "EHLO a\n");
	s(&at, "250-mx\n250-StartTLS\n");
	ZT_CASE("half an answer offers nothing", !e->tls_offered);
	s(&at, "250 HELP\n");
	ZT_CASE("TLS, in whatever line", e->tls_offered);
	c(&at, "NOOP\n");
	s(&at, "250 ok\n");
	ZT_CASE("until another answer to EHLO", e->tls_offered);
	c(&at, "EHLO a\n");
	s(&at, "250-mx\n250 STARTTLSX\n");
	ZT_CASE("which does not have it", !e->tls_offered);
	c(&at, "NOOP\n");
	s(&at, "250 STARTTLS\n");
	c(&at, "EHLO a\n");
	s(&at, "250 mx\n");
	ZT_CASE("an answer to something else offers nothing", !e->tls_offered);
	world_free(w);
}

/* When replies come twice, in pieces, or not at all. */
static void
test_wire(void)
{
	struct world *w = world_new();
	struct at at = greeted(w, 40000);
	const struct session *e = find(w, 40000);

	c(&at, "MAIL FROM:<a>\nRCPT TO:<b>\nRCPT TO:<c>\nRCPT TO:<d>\n");
	w->log[0] = '\0';
	s(&at, "250 ok\n550 b");
	ZT_CASE("half a reply is none", log_is(w, "reply"));
	at.s -= 5;
	s(&at, "550 b\n550 c\n");
	ZT_CASE("a copy that goes further gives what is new, once",
	    log_is(w, "reply reply reply") && e->rcpts_refused == 2 &&
		e->reply_hash == hash_of("c"));
	at.s -= 7;
	s(&at, "550 c\n");
	ZT_CASE("a copy gives nothing", e->rcpts_refused == 2);
	at.s += 7;
	s(&at, "250 x\n");
	ZT_CASE("what overtakes waits", e->rcpts_refused == 2);
	at.s -= 14;
	s(&at, "550 d\n");
	ZT_CASE("and comes in its turn; what nobody asked for is not told",
	    e->rcpts_refused == 3 && e->reply_hash == hash_of("d") &&
		e->rcpts_ok == 0);
	ZT_CASE("and from there on it is deaf", e->deaf);
	world_free(w);
}

/* When something is missing, or the replies end. */
static void
test_gaps(void)
{
	struct world *w = world_new();
	struct at at = greeted(w, 40000);
	const struct session *e = find(w, 40000);

	c(&at, "MAIL FROM:<a>\nRCPT TO:<b>\nRCPT TO:<c>\n");
	at.s += 8; /* lost to the capture */
	c(&at, "RSET\n");
	s(&at, "550 b\n550 c\n250 ok\n");
	ZT_CASE("a gap in our replies ends them",
	    e->rcpts_refused == 0 && e->reply_verb == 0 && !e->blind &&
		e->deaf);
	world_free(w);

	w = world_new();
	at = greeted(w, 40000);
	e = find(w, 40000);
	c(&at, "MAIL FROM:<a>\nRCPT TO:<b>\nRCPT TO:<c>\n");
	s(&at, "250 ok\n550 b\n421 too many errors\n");
	ZT_CASE("a 421 is no refusal of a recipient, nor makes it deaf",
	    e->rcpts_refused == 1 && e->rcpts_soft == 0 && !e->deaf &&
		!e->blind);
	world_free(w);

	w = world_new();
	at = greeted(w, 40000);
	e = find(w, 40000);
	at.c += 13;
	s(&at, "250 ok\n");
	c(&at, "RCPT TO:<b>\n");
	s(&at, "550 b\n");
	ZT_CASE("so does one in the commands",
	    e->reply_verb == 0 && e->rcpts_refused == 0);
	world_free(w);

	w = world_new();
	at = greeted(w, 40000);
	e = find(w, 40000);
	c(&at, "STARTTLS\n");
	s(&at, "220 go\n");
	c(&at, "MAIL FROM:<a>\n");
	s(&at, "250 ok\n");
	ZT_CASE("and TLS", e->reply_verb == 0 && e->blind);
	world_free(w);

	w = world_new();
	handshake(w, (struct pkt){ 0 });
	at = (struct at){ .w = w, .port = 40000 };
	c(&at, "EHLO a\nMAIL FROM:<b>\n");
	w->log[0] = '\0';
	s(&at, "220 mx\n250 x\n550 no\n");
	ZT_CASE("the greeting is told before what follows it",
	    log_is(w, "greet reply"));
	world_free(w);
}

static void
test_cut(void)
{
	struct world *w = world_new();
	struct at at = greeted(w, 40000);
	struct addr a = pkt_addr(CLIENT);
	const struct session *e = find(w, 40000);
	struct dialogue before;

	c(&at, "MAIL FROM:<a>\n");
	s(&at, "250 ok\n");
	before = *e->dlg;
	ZT_CASE("an open session can be cut, once",
	    session_cut(w->t, &a, 40000) && !session_cut(w->t, &a, 40000));
	ZT_CASE("nobody else's",
	    !session_cut(w->t, &a, 40001) &&
		!session_cut(w->t, &(struct addr){ .family = 4 }, 40000));
	w->log[0] = '\0';
	c(&at, "RCPT TO:<b>\nGET / HTTP/1.0\n");
	s(&at, "550 no\n");
	ZT_CASE("then nothing is told", log_is(w, "") && e->rcpts_n == 0);
	ZT_CASE("nor learned of how it speaks",
	    memcmp(&before, e->dlg, sizeof(before)) == 0);
	ZT_CASE("it is found", find(w, 40000) == e && e->cut);
	reset(&at);
	ZT_CASE("but its end is told",
	    log_is(w, "close") && w->last.cut &&
		w->last.end == SESSION_END_CLIENT_RST &&
		before.leave == DIALOGUE_LEAVE_NONE);
	ZT_CASE("it is found still, and not cut again",
	    find(w, 40000) == e && e->cut && !session_cut(w->t, &a, 40000));
	handshake(w, (struct pkt){ .seq = 900 });
	ZT_CASE("the next one on its port is another",
	    !find(w, 40000)->cut && find(w, 40000)->state == SESSION_OPEN);
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	ZT_CASE("half-open ones cannot be cut", !session_cut(w->t, &a, 40000));
	world_free(w);

	w = world_new();
	syn(w, (struct pkt){ 0 });
	synack(w, (struct pkt){ 0 });
	server(w, 0, 0, "220 mx\r\n");
	w->cut_on = SESSION_EV_OPEN;
	client(w, 0, 8, NULL);
	ZT_CASE("cut as it opens: not even the greeting",
	    log_is(w, "syn open") && find(w, 40000)->cut);
	world_free(w);

	w = world_new();
	at = greeted(w, 40000);
	w->cut_on = SESSION_EV_COMMAND;
	c(&at, "MAIL FROM:<a>\nRCPT TO:<b>\nRCPT TO:<c>\n");
	ZT_CASE("cut while a segment is read: nothing more of it",
	    log_is(w, "cmd") && find(w, 40000)->commands_n == 2);
	world_free(w);

	w = world_new();
	at = greeted(w, 40000);
	c(&at, "MAIL FROM:<a>\nRCPT TO:<b>\nRCPT TO:<c>\n");
	w->log[0] = '\0';
	w->cut_on = SESSION_EV_REPLY;
	s(&at, "250 a\n550 b\n550 c\n");
	ZT_CASE("likewise at a reply",
	    log_is(w, "reply") && find(w, 40000)->rcpts_refused == 0);
	at.c += 5;
	c(&at, "QUIT\n");
	ZT_CASE("no room is kept for what it says", counts(w).held_now == 0);
	session_tick(w->t, w->now_us + 700 * S);
	ZT_CASE("it ends by silence, too", log_is(w, "reply close"));
	world_free(w);
}

static void
pass(struct world *w, int s)
{
	for (; s > 0; s--) {
		w->now_us += S;
		session_tick(w->t, w->now_us);
	}
}

/* Nothing ends it that could be seen, and nothing of it is needed. */
static void
test_cut_silent(void)
{
	struct world *w = world_conf((struct session_conf){ .half_open_max = 8,
	    .open_max = 4,
	    .live_max = 3,
	    .cut_s = 15 });
	struct at at = greeted(w, 1);
	struct addr a = pkt_addr(CLIENT);

	(void)greeted(w, 2);
	(void)session_cut(w->t, &a, 1);
	ZT_CASE("one that was cut is open still", counts(w).open_now == 2);
	pass(w, 10);
	c(&at, "NOOP\n");
	pass(w, 10);
	ZT_CASE("while something is seen of it", counts(w).open_now == 2);
	w->log[0] = '\0';
	pass(w, 6);
	ZT_CASE("when it is silent it ends soon, others do not",
	    log_is(w, "close") && counts(w).open_now == 1 &&
		find(w, 2)->state == SESSION_OPEN);
	ZT_CASE("and is small from then on",
	    find(w, 1)->cut && find(w, 1)->dlg == NULL &&
		find(w, 1)->end == SESSION_END_SILENCE);
	c(&at, "QUIT\n");
	reset(&at);
	ZT_CASE("what comes later is not told, nor counted as unknown",
	    log_is(w, "close") && counts(w).midstream == 0);
	pass(w, 500);
	ZT_CASE("lines that come late find it", find(w, 1) != NULL);
	pass(w, 100);
	ZT_CASE("but not for ever", find(w, 1) == NULL);
	world_free(w);
}

static void
test_cut_full(void)
{
	struct world *w = world_conf((struct session_conf){ .half_open_max = 8,
	    .open_max = 4,
	    .live_max = 3,
	    .cut_s = 15 });
	struct addr a = pkt_addr(CLIENT);

	for (uint16_t i = 1; i <= 3; i++)
		(void)greeted(w, i);
	(void)session_cut(w->t, &a, 2);
	(void)greeted(w, 4);
	ZT_CASE("who was cut makes room first",
	    find(w, 2)->state == SESSION_CLOSED &&
		find(w, 1)->state == SESSION_OPEN &&
		find(w, 3)->state == SESSION_OPEN);
	(void)session_cut(w->t, &a, 3);
	pass(w, 16);
	ZT_CASE("and what is left of it is forgotten first",
	    find(w, 3)->state == SESSION_CLOSED && find(w, 2) != NULL);
	(void)greeted(w, 5);
	ZT_CASE("when there is no other place",
	    find(w, 3) == NULL && find(w, 2) != NULL && find(w, 1) != NULL);
	world_free(w);
}

static void
test_open_of(void)
{
	struct world *w = world_new();
	struct addr a = pkt_addr(CLIENT), b = pkt_addr("2001:db8::");
	const struct session *found[4];
	struct at at;

	handshake(w, (struct pkt){ .sport = 1 });
	handshake(w, (struct pkt){ .sport = 2 });
	handshake(w, (struct pkt){ .sport = 3 });
	handshake(w, (struct pkt){ .sport = 4, .src = "192.0.2.8" });
	syn(w, (struct pkt){ .sport = 5 });
	at = (struct at){ .w = w, .port = 2 };
	reset(&at);
	ZT_CASE("open ones of a client, the latest first",
	    session_open_of(w->t, &a, found, 4) == 2 && found[0]->cport == 3 &&
		found[1]->cport == 1);
	ZT_CASE("not more than asked for",
	    session_open_of(w->t, &a, found, 1) == 1 && found[0]->cport == 3 &&
		session_open_of(w->t, &a, found, 0) == 0);
	session_cut(w->t, &a, 3);
	ZT_CASE("nor those that were cut",
	    session_open_of(w->t, &a, found, 4) == 1 && found[0]->cport == 1);
	ZT_CASE("a client without any",
	    session_open_of(w->t, &b, found, 4) == 0);
	handshake(w,
	    (struct pkt){ .src = "2001:db8::1", .dst = "2001:db8:f::25" });
	handshake(w,
	    (struct pkt){ .src = "2001:db8::2:1", .dst = "2001:db8:f::25" });
	handshake(w,
	    (struct pkt){ .src = "2001:db8:0:1::1", .dst = "2001:db8:f::25" });
	ZT_CASE("an IPv6 network is one client",
	    session_open_of(w->t, &b, found, 4) == 2);
	a = pkt_addr("2001:db8::1");
	ZT_CASE("a search by time means the address alone",
	    session_find_at(w->t, &a, 0, INT64_MAX) != NULL &&
		addr_eq(&session_find_at(w->t, &a, 0, INT64_MAX)->client, &a));
	world_free(w);
}

/* What is kept of a session that is over. */
static void
test_lingering(void)
{
	struct world *w = world_new();
	struct at at = greeted(w, 40000);
	const struct session *e = find(w, 40000);

	ZT_CASE("while it is open, all is there",
	    e->dlg != NULL && e->flow != NULL && e->sig.text[0] == '4');
	reset(&at);
	ZT_CASE("in the call that tells its end, too",
	    w->last.dlg != NULL && w->last.flow != NULL &&
		w->flow.client.resets == 1 && w->last.sig.text != NULL);
	ZT_CASE("afterwards the name, the counts and the keys are left",
	    e->dlg == NULL && e->flow == NULL && e->sig.text[0] == '\0' &&
		e->os[0] == '\0' && e->sig.key == w->last.sig.key &&
		e->sig.key != 0 && e->commands_n == 1 && e->helo_n == 9 &&
		memcmp(e->helo, "a.example", 9) == 0);
	ZT_CASE("an entry that lingers is small",
	    sizeof(struct entry) + SESSION_HELO_MAX <= 416);
	world_free(w);
}

/* More sessions at a time than there are live parts. */
static void
test_live_pool(void)
{
	struct world *w = world_conf((struct session_conf){ .half_open_max = 8,
	    .open_max = 8,
	    .live_max = 2 });
	struct at at[3];

	at[0] = greeted(w, 1);
	at[1] = greeted(w, 2);
	c(&at[0], "RSET\n");
	w->log[0] = '\0';
	at[2] = greeted(w, 3);
	ZT_CASE("a full pool ends the one that has been silent longest",
	    find(w, 2)->state == SESSION_CLOSED &&
		find(w, 2)->end == SESSION_END_NONE &&
		counts(w).open_now == 2 && counts(w).open_evicted == 1 &&
		counts(w).live_evicted == 1);
	ZT_CASE("which lingers", find(w, 2)->helo_n == 9);
	c(&at[0], "NOOP\n");
	c(&at[1], "NOOP\n");
	c(&at[2], "NOOP\n");
	ZT_CASE("the others go on", log_is(w, "cmd cmd"));
	for (uint16_t i = 0; i < 40; i++) {
		struct at one = greeted(w, (uint16_t)(100 + i));

		reset(&one);
	}
	ZT_CASE("who comes and goes takes the same part again and again",
	    counts(w).live_evicted == 2 && counts(w).closed == 42 &&
		counts(w).open_now == 1);
	world_free(w);

	w = world_sized(1000, 1000);
	for (uint16_t i = 0; i < 200; i++) {
		struct at one = greeted(w, (uint16_t)(100 + i));

		reset(&one);
		w->now_us += 125 * S;
		session_tick(w->t, w->now_us);
	}
	ZT_CASE("what was never needed at a time is never touched",
	    counts(w).closed == 200 && w->t->live_used_n == 1 &&
		w->t->open_used_n == 1 && w->t->half_used_n == 1);
	world_free(w);

	w = world_sized(8, 2);
	at[0] = greeted(w, 1);
	at[1] = greeted(w, 2);
	w->log[0] = '\0';
	handshake(w, (struct pkt){ .sport = 3 });
	ZT_CASE("without a limit of its own the pool is as large as the table",
	    log_is(w, "syn close open") && counts(w).open_evicted == 1 &&
		counts(w).live_evicted == 0 && find(w, 1) == NULL);
	world_free(w);
}

static const struct zt_test tests[] = {
	{ "replies", test_replies },
	{ "on the wire", test_wire },
	{ "gaps", test_gaps },
	{ "TLS", test_tls_offered },
	{ "cutting", test_cut },
	{ "cut, silent", test_cut_silent },
	{ "cut, full", test_cut_full },
	{ "open sessions of a client", test_open_of },
	{ "what lingers", test_lingering },
	{ "live parts", test_live_pool },
};

ZT_MAIN("session_reply", tests)
