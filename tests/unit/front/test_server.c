/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Real connections over loopback, an engine that is this test, and a clock
 * that is, too.
 *
 * zt-link: front/server front/server_conn front/talk front/rejlog
 * zt-link: front/asker front/token daemon/frontmsg daemon/log fp/addr fp/hash
 * zt-libs: libevent_core libsodium
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front/server.h"
#include "tests/zt.h"

#define MAX_CONNS  8
#define PER_CLIENT 3
#define WALL_S     1800000000

static struct {
	struct event_base *base;
	struct asker *asker;
	struct server *server;
	int engine;
	uint16_t port;
	int64_t now_ms;
	bool gone;
	struct frontmsg asked[64];
	size_t asked_n;
} w;

static void
on_gone(void *arg)
{
	(void)arg;
	w.gone = true;
}

static int
listener(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t n = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 ||
	    listen(fd, 128) != 0 ||
	    getsockname(fd, (struct sockaddr *)&sa, &n) != 0)
		abort();
	w.port = ntohs(sa.sin_port);
	return fd;
}

/* The loop, until nothing happens any more; takes what the engine is asked. */
static void
pump(void)
{
	for (int i = 0; i < 12; i++) {
		struct pollfd p = { .fd = -1 };
		struct frontmsg m;

		event_base_loop(w.base, EVLOOP_NONBLOCK);
		while (w.engine >= 0 && frontmsg_recv(w.engine, &m) == 1)
			if (w.asked_n < 64)
				w.asked[w.asked_n++] = m;
		poll(&p, 1, 1);
	}
}

static void
world(const char *url)
{
	int pair[2];
	struct asker_conf ac;
	struct server_conf sc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) != 0)
		abort();
	memset(&w, 0, sizeof(w));
	w.base = event_base_new();
	w.engine = pair[0];
	w.now_ms = 1000;
	ac = (struct asker_conf){ .base = w.base,
		.fd = pair[1],
		.places = MAX_CONNS,
		.gone = on_gone };
	w.asker = asker_new(&ac, w.now_ms);
	sc = (struct server_conf){ .base = w.base,
		.asker = w.asker,
		.fds = { listener(), -1 },
		.talk = { "mx.example.com", url },
		.max = MAX_CONNS,
		.per_client = PER_CLIENT,
		.idle_ms = 30000,
		.life_ms = 120000,
		.linger_ms = 2000 };
	w.server = server_new(&sc, w.now_ms, WALL_S);
	if (w.asker == NULL || w.server == NULL)
		abort();
	pump();
}

static void
world_end(void)
{
	server_free(w.server);
	asker_free(w.asker);
	event_base_free(w.base);
	if (w.engine >= 0)
		close(w.engine);
}

static void
pass(int64_t ms)
{
	w.now_ms += ms;
	asker_tick(w.asker, w.now_ms);
	server_tick(w.server, w.now_ms, WALL_S);
	pump();
}

/* A client from 127.0.0.N; `room` for what it hears, 0 = as usual. */
static int
dial_small(unsigned n, int room)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (room > 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) != 0)
		abort();

	sa.sin_addr.s_addr = htonl(0x7f000000 | n);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0)
		abort();
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sa.sin_port = htons(w.port);
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0)
		abort();
	fcntl(fd, F_SETFL, O_NONBLOCK);
	pump();
	return fd;
}

static int
dial(unsigned n)
{
	return dial_small(n, 0);
}

static void
put(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		printf("note: send failed\n");
	pump();
}

/* What has come, as text; "(closed)" behind it when the server is gone. */
static const char *
get(int fd)
{
	static char b[65536];
	size_t n = 0;
	ssize_t r;

	pump();
	while ((r = recv(fd, b + n, sizeof(b) - 16 - n, MSG_DONTWAIT)) > 0)
		n += (size_t)r;
	b[n] = '\0';
	if (r == 0)
		strcat(b, "(closed)");
	else if (errno == ECONNRESET)
		strcat(b, "(reset)");
	return b;
}

static bool
has(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		return true;
	printf("want: %s\nin: %s\n", part, text);
	return false;
}

static struct server_counts
counts(void)
{
	struct server_counts n;

	server_counts(w.server, &n);
	return n;
}

static void
give_keys(void)
{
	struct frontmsg m = { .op = FRONT_KEYS };

	memset(m.keys, 1, sizeof(m.keys));
	if (frontmsg_send(w.engine, &m) != 0)
		abort();
	pump();
}

/* Answers the i-th question. */
static void
tell(size_t i, enum front_result result, bool link)
{
	struct frontmsg m = { .op = FRONT_TELL,
		.seq = w.asked[i].seq,
		.result = (uint8_t)result,
		.kind = FRONT_KIND_TRAP,
		.tier = 1,
		.link = link };

	if (frontmsg_send(w.engine, &m) != 0)
		abort();
	pump();
}

#define MAIL "EHLO x\r\nMAIL FROM:<a@example.org>\r\n"
#define RCPT "RCPT TO:<b@example.com>\r\n"

static void
test_dialogue(void)
{
	int fd;

	world("https://mx.example.com");
	ZT_CASE("it says hello to the engine",
	    w.asked_n == 1 && w.asked[0].op == FRONT_HELLO);
	give_keys();
	fd = dial(5);
	ZT_CASE("it greets at once",
	    has(get(fd), "220 mx.example.com ESMTP\r\n"));
	ZT_CASE("and asks who that is",
	    w.asked_n == 2 && w.asked[1].op == FRONT_ASK &&
		w.asked[1].key.family == 4 && w.asked[1].key.b[3] == 5 &&
		w.asked[1].issued_s == 0);
	put(fd, MAIL RCPT "QUIT\r\n");
	ZT_CASE("what does not need to know is answered",
	    has(get(fd), "250 2.1.0 Ok\r\n") && counts().recipients == 0);
	tell(1, FRONT_BLOCKED, true);
	{
		const char *text = get(fd);

		ZT_CASE("told, it refuses with reason and link",
		    has(text,
			"550-5.7.1 Mail from [127.0.0.5] is blocked here: it "
			"sent mail to addresses that were never given") &&
			has(text, " https://mx.example.com/a/"));
		ZT_CASE("and says good-bye",
		    has(text, "221 2.0.0 Bye\r\n(closed)"));
	}
	close(fd);
	pump();
	ZT_CASE("it is counted",
	    counts().connections == 1 && counts().rejected == 1 &&
		counts().recipients == 1 && counts().silent == 0 &&
		counts().open_now == 0);
	world_end();
}

static void
test_told(void)
{
	static const struct {
		const char *name, *url;
		enum front_result result;
		bool link, keys;
		const char *want, *not ;
	} cases[] = {
		{ "no link unless it may have one", "https://h", FRONT_BLOCKED,
		    false, true, "ends by itself", "/a/" },
		{ "no link without a URL", "", FRONT_BLOCKED, true, true,
		    "ends by itself", "/a/" },
		{ "no link before there are keys", "https://h", FRONT_BLOCKED,
		    true, false, "ends by itself", "/a/" },
		{ "who offended again is refused", "https://h", FRONT_NO_MORE,
		    false, true, "550 5.7.1", "/a/" },
		{ "who used its link is refused", "https://h", FRONT_USED,
		    false, true, "550 5.7.1", "/a/" },
		{ "who is over the limit is refused", "https://h", FRONT_LIMIT,
		    false, true, "550 5.7.1", "/a/" },
		{ "who is not blocked shall try again", "https://h",
		    FRONT_NOT_BLOCKED, false, true, "451 4.7.1", "550" },
		{ "so shall who was let out", "https://h", FRONT_LIFTED, false,
		    true, "451 4.7.1", "550" },
		{ "and if the engine failed", "https://h", FRONT_FAILED, true,
		    true, "451 4.7.1", "550" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text;
		int fd;

		world(cases[i].url);
		if (cases[i].keys)
			give_keys();
		fd = dial(1);
		tell(1, cases[i].result, cases[i].link);
		get(fd);
		put(fd, MAIL RCPT);
		text = get(fd);
		ZT_CASE(cases[i].name,
		    has(text, cases[i].want) &&
			strstr(text, cases[i].not ) == NULL);
		close(fd);
		world_end();
	}
}

static void
test_silent_engine(void)
{
	int fd;

	world("");
	fd = dial(1);
	put(fd, MAIL RCPT "QUIT\r\n");
	pass(ASKER_ASK_MS - 1);
	ZT_CASE("RCPT waits for the engine", strstr(get(fd), "4.7.1") == NULL);
	pass(2);
	ZT_CASE("but not for ever",
	    has(get(fd), "451 4.7.1 Please try again in a minute\r\n221"));
	tell(1, FRONT_BLOCKED, true);
	ZT_CASE("an answer that comes too late does nothing",
	    counts().deferred == 1 && counts().rejected == 0);
	close(fd);
	world_end();
}

static void
test_gone(void)
{
	int fd;

	world("");
	fd = dial(1);
	close(w.engine);
	w.engine = -1;
	pump();
	ZT_CASE("that the engine is gone is seen", w.gone);
	close(fd);
	fd = dial(2);
	put(fd, MAIL RCPT);
	ZT_CASE("and nobody is refused any more", has(get(fd), "451 4.7.1"));
	close(fd);
	world_end();
}

static void
test_deadlines(void)
{
	int idle, slow;

	world("");
	idle = dial(1);
	slow = dial(2);
	get(idle);
	get(slow);
	pass(29999);
	put(slow, "N");
	ZT_CASE("29 s of silence are allowed", *get(idle) == '\0');
	pass(2);
	ZT_CASE("30 s are not",
	    has(get(idle),
		"421 4.4.2 mx.example.com Timeout, closing\r\n"
		"(closed)"));
	ZT_CASE("one byte is enough to go on", *get(slow) == '\0');
	for (int i = 0; i < 8; i++) {
		pass(10000);
		put(slow, "O");
	}
	ZT_CASE("for not quite two minutes", *get(slow) == '\0');
	pass(10001);
	ZT_CASE("then it is over, byte by byte or not",
	    has(get(slow),
		"421 4.4.2 mx.example.com Timeout, closing\r\n"
		"(closed)"));
	ZT_CASE("who does not hang up is still there", counts().open_now > 0);
	pass(2001);
	ZT_CASE("for two seconds", counts().open_now == 0);
	ZT_CASE("it is counted",
	    counts().timeouts == 2 && counts().silent == 2);
	close(idle);
	close(slow);
	world_end();
}

static void
test_limits(void)
{
	int fd[MAX_CONNS], more;

	world("");
	for (unsigned i = 0; i < PER_CLIENT; i++)
		fd[i] = dial(1);
	more = dial(1);
	ZT_CASE("one client has so many connections",
	    has(get(more),
		"421 4.3.2 mx.example.com Too many connections, try "
		"again later\r\n(closed)") &&
		counts().crowded == 1);
	close(more);
	for (unsigned i = PER_CLIENT; i < MAX_CONNS; i++)
		fd[i] = dial(i);
	more = dial(99);
	ZT_CASE("all of them so many",
	    has(get(more), "421 4.3.2") && counts().busy == 1 &&
		counts().open_now == MAX_CONNS);
	close(more);
	close(fd[0]);
	more = dial(1);
	ZT_CASE("a place that is free again is used",
	    has(get(more), "220 mx.example.com"));
	close(more);
	for (unsigned i = 1; i < MAX_CONNS; i++)
		close(fd[i]);
	pump();
	ZT_CASE("all places come back", counts().open_now == 0);
	world_end();
}

/* It says much and hears nothing: nothing more is taken from it. */
static void
test_deaf(void)
{
	static const char mail[] = MAIL, rcpt[] = RCPT;
	int fd;

	world("");
	fd = dial_small(1, 2048);
	tell(1, FRONT_BLOCKED, false);
	put(fd, mail);
	for (int i = 0; i < 900; i++)
		if (send(fd, rcpt, sizeof(rcpt) - 1, MSG_NOSIGNAL) < 0)
			abort();
	for (int i = 0; i < 20; i++)
		pump();
	ZT_CASE("it is not read on while it does not hear",
	    counts().recipients > 5 && counts().recipients < 500);
	for (int i = 0; i < 200; i++)
		get(fd);
	ZT_CASE("and is when it does", counts().recipients == 900);
	close(fd);
	world_end();
}

static void
test_deaf_end(void)
{
	static const char mail[] = MAIL, rcpt[] = RCPT;
	int fd;

	world("");
	fd = dial_small(1, 2048);
	tell(1, FRONT_BLOCKED, false);
	put(fd, mail);
	for (int i = 0; i < 900; i++)
		if (send(fd, rcpt, sizeof(rcpt) - 1, MSG_NOSIGNAL) < 0)
			abort();
	for (int i = 0; i < 20; i++)
		pump();
	pass(30001);
	ZT_CASE("who never hears is gone in time", counts().open_now == 0);
	close(fd);
	world_end();
}

/* The reply must arrive though the client had more to say. */
static void
test_linger(void)
{
	int fd;

	world("");
	fd = dial(1);
	tell(1, FRONT_BLOCKED, false);
	put(fd, MAIL RCPT "QUIT\r\nDATA\r\nthis is the mail\r\n.\r\n");
	put(fd, "and more\r\n");
	ZT_CASE("the last reply comes whole",
	    has(get(fd), "221 2.0.0 Bye\r\n(closed)"));
	put(fd, "and more\r\n");
	ZT_CASE("what comes then is thrown away", counts().open_now == 1);
	pass(2001);
	ZT_CASE("for two seconds", counts().open_now == 0);
	close(fd);
	world_end();
}

static void
test_half_closed(void)
{
	int fd;

	world("");
	fd = dial(1);
	tell(1, FRONT_BLOCKED, false);
	if (send(fd, MAIL RCPT, strlen(MAIL RCPT), 0) < 0 ||
	    shutdown(fd, SHUT_WR) != 0)
		abort();
	ZT_CASE("who has said all before is answered all",
	    has(get(fd), "550 5.7.1"));
	ZT_CASE("and is gone", counts().open_now == 0);
	close(fd);
	world_end();
}

/* No descriptor is left: who comes waits for the next tick. */
static void
test_no_descriptors(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	struct rlimit old, tight;
	int fill[64], n = 0, fd;

	world("");
	fd = socket(AF_INET, SOCK_STREAM, 0);
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sa.sin_port = htons(w.port);
	if (fd < 0 || getrlimit(RLIMIT_NOFILE, &old) != 0)
		abort();
	tight = old;
	tight.rlim_cur = (rlim_t)fd + 32;
	if (setrlimit(RLIMIT_NOFILE, &tight) != 0)
		abort();
	while (n < 64 && (fill[n] = dup(fd)) >= 0)
		n++;
	if (n == 64 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0)
		abort();
	pump();
	while (n > 0)
		close(fill[--n]);
	ZT_CASE("without a descriptor nobody is taken",
	    *get(fd) == '\0' && counts().connections == 0);
	if (setrlimit(RLIMIT_NOFILE, &old) != 0)
		abort();
	pass(250);
	ZT_CASE("a moment later he is", has(get(fd), "220 mx.example.com"));
	close(fd);
	world_end();
}

/* ---- the asker, alone ---- */

static unsigned told_n, none_n;

static void
on_told(void *arg, const struct frontmsg *m)
{
	(void)arg;
	told_n += m != NULL;
	none_n += m == NULL;
}

static void
test_asker(void)
{
	struct addr a = addr_v4(0xc0000201);
	uint32_t h[MAX_CONNS + 1];

	world("");
	told_n = none_n = 0;
	w.asked_n = 0;
	ZT_CASE("there are no keys at first", asker_keys(w.asker) == NULL);
	give_keys();
	ZT_CASE("then there are",
	    asker_keys(w.asker) != NULL && asker_keys(w.asker)[1][31] == 1);
	for (size_t i = 0; i <= MAX_CONNS; i++)
		h[i] = asker_ask(w.asker, FRONT_CLICK, &a, 77, on_told, NULL);
	ZT_CASE("so many questions at a time, and no more",
	    h[MAX_CONNS - 1] != 0 && h[MAX_CONNS] == 0);
	asker_forget(w.asker, h[0]); /* before it is sent */
	asker_forget(w.asker, h[0]);
	asker_forget(w.asker, 0);
	asker_forget(w.asker, UINT32_MAX);
	pump();
	ZT_CASE("what is forgotten is not asked",
	    w.asked_n == MAX_CONNS - 1 && w.asked[0].seq == h[1] &&
		w.asked[0].op == FRONT_CLICK && w.asked[0].issued_s == 77);
	asker_forget(w.asker, h[1]); /* after it */
	tell(0, FRONT_BLOCKED, false);
	ZT_CASE("nor answered", told_n == 0);
	tell(1, FRONT_LIFTED, false);
	tell(1, FRONT_LIFTED, false);
	ZT_CASE("an answer comes once", told_n == 1);
	h[0] = asker_ask(w.asker, FRONT_ASK, &a, 0, on_told, NULL);
	ZT_CASE("a place is used again, under another handle",
	    h[0] != 0 && h[0] != h[1] && h[0] != h[2]);
	pump();
	pass(ASKER_ASK_MS);
	ZT_CASE("a question waits so long", none_n == 1);
	pass(ASKER_CLICK_MS);
	ZT_CASE("a click longer", none_n == MAX_CONNS - 2);
	world_end();
}

/* More questions than the socket takes are asked in order, later. */
static void
test_asker_slow(void)
{
	struct addr a = addr_v4(0xc0000201);
	struct asker_conf ac = { .places = 4000, .gone = on_gone };
	struct frontmsg m;
	uint32_t last = 0;
	unsigned n = 0, wrong = 0;
	int pair[2], small = 1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) != 0)
		abort();
	(void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	ac.base = event_base_new();
	ac.fd = pair[1];
	w.asker = asker_new(&ac, 0);
	for (int i = 0; i < 4000; i++)
		wrong += asker_ask(w.asker, FRONT_ASK, &a, 0, on_told, NULL) ==
		    0;
	for (int i = 0; i < 40000 && n < 4000; i++) {
		event_base_loop(ac.base, EVLOOP_NONBLOCK);
		while (frontmsg_recv(pair[0], &m) == 1) {
			if (m.op != FRONT_ASK)
				continue;
			n++;
			wrong += m.seq <= last;
			last = m.seq;
		}
	}
	ZT_CASE("all are asked, in order", n == 4000 && wrong == 0);
	asker_free(w.asker);
	event_base_free(ac.base);
	close(pair[0]);
}

static const struct zt_test tests[] = {
	{ "dialogue", test_dialogue },
	{ "told", test_told },
	{ "silent engine", test_silent_engine },
	{ "gone", test_gone },
	{ "deadlines", test_deadlines },
	{ "limits", test_limits },
	{ "deaf", test_deaf },
	{ "deaf to the end", test_deaf_end },
	{ "linger", test_linger },
	{ "half closed", test_half_closed },
	{ "no descriptors", test_no_descriptors },
	{ "asker", test_asker },
	{ "slow asker", test_asker_slow },
};

ZT_MAIN("server", tests)
