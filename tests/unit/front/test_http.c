/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The page over real HTTP on loopback, with the engine played by the test:
 * what is asked, when it is answered, and what bad requests get.
 *
 * zt-link: front/http front/http_limit front/page front/page_text
 * zt-link: front/token fp/addr fp/hash daemon/log
 * zt-libs: libmicrohttpd libsodium libevent_core
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "front/http.h"
#include "front/http_limit.h"
#include "front/token.h"
#include "tests/zt.h"

static const uint8_t KEYS[2][FRONT_KEY_BYTES] = { "now", "before" };

/* ---- the asker, as the test wants it ---- */

static struct {
	bool no_keys, no_places, at_once;
	unsigned asked, forgotten;
	enum frontmsg_op op;
	struct addr key;
	int64_t issued_s;
	asker_cb *cb;
	void *arg;
	struct frontmsg tell;
} w;

const uint8_t (*asker_keys(const struct asker *a))[FRONT_KEY_BYTES]
{
	(void)a;
	return w.no_keys ? NULL : KEYS;
}

uint32_t
asker_ask(struct asker *a, enum frontmsg_op op, const struct addr *key,
    int64_t issued_s, asker_cb *cb, void *arg)
{
	(void)a;
	w.asked++;
	w.op = op;
	w.key = *key;
	w.issued_s = issued_s;
	if (w.no_places)
		return 0;
	w.cb = cb;
	w.arg = arg;
	return w.asked;
}

void
asker_forget(struct asker *a, uint32_t handle)
{
	(void)a;
	(void)handle;
	w.forgotten++;
	w.cb = NULL;
}

/* ---- a server and its clients ---- */

static struct event_base *base;
static struct http *http;
static uint16_t port;

static void
serve(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(sin);
	struct http_conf conf = { .host = "mx.example.com" };
	char err[HTTP_ERRLEN];

	memset(&w, 0, sizeof(w));
	base = event_base_new();
	conf.base = base;
	conf.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (bind(conf.fd, (struct sockaddr *)&sin, sizeof(sin)) != 0 ||
	    listen(conf.fd, 128) != 0 ||
	    getsockname(conf.fd, (struct sockaddr *)&sin, &n) != 0)
		abort();
	port = ntohs(sin.sin_port);
	http = http_open(&conf, err);
	ZT_CASE("the page is served", http != NULL);
}

static void
end(void)
{
	http_close(http);
	event_base_free(base);
}

static void
turn(int ms)
{
	struct timespec nap = { 0, 1000000 };

	for (int i = 0; i < ms; i++) {
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		(void)nanosleep(&nap, NULL);
	}
}

static int
dial(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) != 0)
		abort();
	return fd;
}

static char text[65536];

/* The whole answer; false: the connection stays open. */
static bool
hear(int fd, int ms)
{
	size_t n = 0;

	text[0] = '\0';
	for (int i = 0; i < ms; i++) {
		ssize_t got;

		turn(1);
		while ((got = recv(fd, text + n, sizeof(text) - 1 - n,
			    MSG_DONTWAIT)) > 0)
			n += (size_t)got;
		text[n] = '\0';
		if (got == 0 || (got < 0 && errno == ECONNRESET))
			return true;
	}
	return false;
}

static void
put(int fd, const char *s)
{
	if (send(fd, s, strlen(s), MSG_NOSIGNAL) < 0 && errno != EPIPE &&
	    errno != ECONNRESET)
		abort();
}

static int
request(const char *method, const char *path, const char *more)
{
	static char line[20000];
	int fd = dial();

	(void)snprintf(line, sizeof(line),
	    "%s %s HTTP/1.1\r\nHost: mx.example.com\r\n%s\r\n", method, path,
	    more);
	put(fd, line);
	return fd;
}

static char path_buf[128];

static const char *
path(const char *who, int64_t age_s)
{
	struct addr a = { 0 };
	char t[TOKEN_MAX + 1];

	(void)addr_parse((struct str){ who, strlen(who) }, &a);
	(void)snprintf(path_buf, sizeof(path_buf), "/a/%s",
	    token_make(KEYS[0], &a, time(NULL) - age_s, t));
	return path_buf;
}

static void
tell(enum front_result result)
{
	asker_cb *cb = w.cb;

	w.tell = (struct frontmsg){ .op = FRONT_TELL,
		.result = (uint8_t)result,
		.kind = FRONT_KIND_TRAP,
		.link = true,
		.until_s = 1790000000 };
	w.cb = NULL;
	if (cb != NULL)
		cb(w.arg, &w.tell);
}

static bool
status(unsigned want)
{
	unsigned got = 0;

	return sscanf(text, "HTTP/1.1 %u ", &got) == 1 && got == want;
}

/* An answer that needs no engine. */
static void
plain(const char *name, const char *method, const char *at, unsigned want)
{
	int fd = request(method, at, "");

	ZT_CASE(name, hear(fd, 500) && status(want) && w.cb == NULL);
	close(fd);
}

/* ---- the cases ---- */

static void
test_get(void)
{
	struct addr want = addr_v4(0xc0000207);
	int fd;

	serve();
	fd = request("GET", path("192.0.2.7", 60), "");
	ZT_CASE("a page waits for the engine", !hear(fd, 50) && w.asked == 1);
	ZT_CASE("GET only asks", w.op == FRONT_ASK);
	ZT_CASE("about the client that the token names",
	    addr_eq(&w.key, &want));
	ZT_CASE("and says when the token was made",
	    w.issued_s >= time(NULL) - 62 && w.issued_s <= time(NULL) - 59);
	tell(FRONT_BLOCKED);
	ZT_CASE("then it shows what is blocked",
	    hear(fd, 500) && status(200) && strstr(text, "192.0.2.7") &&
		strstr(text, "never given to anybody") &&
		strstr(text, "<button"));
	ZT_CASE("as HTML",
	    strstr(text, "Content-Type: text/html; charset=utf-8\r\n"));
	ZT_CASE("that nobody keeps",
	    strstr(text, "Cache-Control: no-store\r\n"));
	ZT_CASE("nothing from elsewhere may be loaded",
	    strstr(text,
		"Content-Security-Policy: default-src 'none'; style-src "
		"'unsafe-inline'; form-action 'self'"));
	ZT_CASE("no frame of others, no guess, no trace",
	    strstr(text, "X-Frame-Options: DENY\r\n") &&
		strstr(text, "X-Content-Type-Options: nosniff\r\n") &&
		strstr(text, "Referrer-Policy: no-referrer\r\n") &&
		strstr(text, "X-Robots-Tag: noindex"));
	close(fd);
	end();
}

static void
test_head(void)
{
	int fd;

	serve();
	fd = request("HEAD", path("192.0.2.7", 60), "");
	turn(20);
	ZT_CASE("HEAD only asks", w.asked == 1 && w.op == FRONT_ASK);
	tell(FRONT_BLOCKED);
	ZT_CASE("and has no body",
	    hear(fd, 500) && status(200) && strstr(text, "<html") == NULL);
	close(fd);
	end();
}

static void
test_post(void)
{
	struct http_counts n;
	int fd;

	serve();
	fd = request("POST", path("2001:db8:1:2::5", 60),
	    "Content-Length: 0\r\n");
	ZT_CASE("a click waits for the kernel",
	    !hear(fd, 50) && w.asked == 1 && w.op == FRONT_CLICK);
	tell(FRONT_LIFTED);
	ZT_CASE("then it says that it is done",
	    hear(fd, 500) && status(200) &&
		strstr(text, "2001:db8:1:2::/64 is unblocked"));
	close(fd);
	fd = request("POST", path("2001:db8:1:2::5", 60),
	    "Content-Length: 9\r\n\r\nsome=body");
	turn(20);
	ZT_CASE("a body is passed over", w.asked == 2 && w.op == FRONT_CLICK);
	tell(FRONT_USED);
	ZT_CASE("a used link says so",
	    hear(fd, 500) && status(410) && strstr(text, "has been used"));
	close(fd);
	http_counts(http, &n);
	ZT_CASE("clicks are counted", n.clicks == 2 && n.lifted == 1);
	end();
}

static void
test_no_answer(void)
{
	asker_cb *cb;
	int fd;

	serve();
	fd = request("POST", path("192.0.2.7", 60), "Content-Length: 0\r\n");
	turn(20);
	cb = w.cb;
	w.cb = NULL;
	cb(w.arg, NULL);
	ZT_CASE("an engine that is silent is a failure",
	    hear(fd, 500) && status(503) && strstr(text, "Retry-After:"));
	close(fd);
	w.no_places = true;
	plain("so is one that is asked too much", "GET", path("192.0.2.7", 60),
	    503);
	w.no_places = false;
	w.no_keys = true;
	plain("so is one that has told no keys", "GET", path("192.0.2.7", 60),
	    503);
	end();
}

static void
test_bad_links(void)
{
	char bad[128];
	unsigned asked;

	serve();
	plain("a link that is too old has gone", "GET",
	    path("192.0.2.7", 31 * 86400), 410);
	plain("for a click, too", "POST", path("192.0.2.7", 31 * 86400), 410);
	(void)strcpy(bad, path("192.0.2.7", 60));
	bad[12] = bad[12] == 'A' ? 'B' : 'A';
	plain("an altered link is none", "GET", bad, 404);
	plain("nor does it act", "POST", bad, 404);
	plain("the root is none", "GET", "/", 404);
	plain("nor is a link without a token", "GET", "/a/", 404);
	plain("nor one without its last character", "GET",
	    (bad[strlen(bad) - 1] = '\0', bad), 404);
	plain("other paths are none", "GET", "/favicon.ico", 404);
	plain("a path that climbs is none", "GET", "/a/../a/x", 404);
	plain("other methods are refused", "PUT", path("192.0.2.7", 60), 405);
	plain("so is DELETE", "DELETE", path("192.0.2.7", 60), 405);
	plain("so is OPTIONS", "OPTIONS", path("192.0.2.7", 60), 405);
	ZT_CASE("it says which are known",
	    strstr(text, "Allow: GET, HEAD, POST\r\n"));
	asked = w.asked;
	ZT_CASE("the engine heard of none of them", asked == 0);
	end();
}

static void
test_big(void)
{
	static char big[16000];
	struct http_counts n;
	int fd;

	serve();
	memset(big, 'x', sizeof(big) - 1);
	big[0] = '/';
	fd = request("GET", big, "");
	ZT_CASE("a path of 16,000 bytes is refused",
	    hear(fd, 500) && !status(200) && w.asked == 0);
	close(fd);
	big[3000] = '\0';
	memcpy(big, "/a/", 3);
	plain("one of 3,000 is no link", "GET", big, 404);
	memset(big, 'x', 3000);
	big[3000] = 'x';
	fd = request("POST", path("192.0.2.7", 60),
	    "Content-Length: 1000000\r\n");
	for (int i = 0; i < 10; i++) {
		put(fd, big);
		turn(5);
	}
	ZT_CASE("a body of a megabyte ends it",
	    hear(fd, 500) && w.asked == 0 && !status(200));
	close(fd);
	turn(5);
	http_counts(http, &n);
	ZT_CASE("nothing of them stays", n.conns_now == 0);
	end();
}

static void
test_limit(void)
{
	char who[32];
	unsigned ok = 0, limited = 0;

	serve();
	for (int i = 0; i < HTTP_LIMIT_BURST + 5; i++) {
		int fd;

		(void)snprintf(who, sizeof(who), "192.0.2.%d", i + 1);
		fd = request("GET", path(who, 60), "");
		turn(10);
		tell(FRONT_BLOCKED);
		(void)hear(fd, 300);
		ok += status(200);
		limited += status(429);
		close(fd);
	}
	ZT_CASE("20 requests about a /24 are answered",
	    ok == HTTP_LIMIT_BURST && w.asked == HTTP_LIMIT_BURST);
	ZT_CASE("the others have to wait", limited == 5);
	end();
}

static void
test_gone(void)
{
	struct http_counts n;
	int fd;

	serve();
	fd = request("GET", path("192.0.2.7", 60), "");
	turn(20);
	close(fd);
	turn(20);
	tell(FRONT_BLOCKED);
	turn(50);
	http_counts(http, &n);
	ZT_CASE("who hangs up while waiting leaves nothing behind",
	    n.conns_now == 0);
	fd = request("POST", path("192.0.2.7", 60), "Content-Length: 0\r\n");
	turn(20);
	ZT_CASE("a click waits", w.cb != NULL);
	end();
	ZT_CASE("the end forgets it", w.forgotten == 1);
	close(fd);
}

static void
test_many(void)
{
	static int fd[HTTP_CONNS + 40];
	struct http_counts n;

	serve();
	for (int i = 0; i < HTTP_CONNS + 40; i++) {
		fd[i] = dial();
		put(fd[i], "GET /a/");
	}
	turn(100);
	http_counts(http, &n);
	ZT_CASE("so many connections, not more", n.conns_now == HTTP_CONNS);
	for (int i = 0; i < HTTP_CONNS; i++)
		close(fd[i]);
	turn(100);
	put(fd[HTTP_CONNS + 39], "x HTTP/1.0\r\n\r\n");
	ZT_CASE("the others get their turn",
	    hear(fd[HTTP_CONNS + 39], 1000) && strstr(text, " 404 "));
	for (int i = HTTP_CONNS; i < HTTP_CONNS + 40; i++)
		close(fd[i]);
	end();
}

static void
test_garbage(void)
{
	static const char *const lines[] = { "\x16\x03\x01\x02\x01\x01",
		"\r\n\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
		"GET /%00%ff HTTP/1.1\r\nHost: x\r\n\r\n",
		("POST /a/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		 "chunked\r\n\r\nzz\r\n"),
		"POST /a/x HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n" };
	struct http_counts n;

	serve();
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int fd = dial();

		put(fd, lines[i]);
		(void)hear(fd, 50);
		ZT_CASE("garbage gets no page", !status(200));
		close(fd);
	}
	turn(20);
	http_counts(http, &n);
	ZT_CASE("and leaves nothing behind", n.conns_now == 0 && w.asked == 0);
	end();
}

static const struct zt_test tests[] = {
	{ "get", test_get },
	{ "head", test_head },
	{ "post", test_post },
	{ "no answer", test_no_answer },
	{ "bad links", test_bad_links },
	{ "big", test_big },
	{ "limit", test_limit },
	{ "gone", test_gone },
	{ "many", test_many },
	{ "garbage", test_garbage },
};

ZT_MAIN("http", tests)
