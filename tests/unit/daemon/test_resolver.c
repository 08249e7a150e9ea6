/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The resolver against a DNS server of our own on loopback, in one loop.
 *
 * zt-link: fp/addr fp/hash daemon/dnsmark daemon/dnsmsg daemon/dnscache
 * zt-link: daemon/dnschan daemon/resolver daemon/log
 * zt-libs: libcares libevent_core libsodium
 */
#include "daemon/resolver.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/dnsmsg.h"
#include "daemon/log.h"
#include "tests/zt.h"

#define TIMEOUT_MS 300

/* ---- the server ---- */

enum how { ANSWER, NXDOMAIN, SERVFAIL, SILENT, CUT, GARBAGE };

static const struct rule {
	const char *name;
	enum dnsmsg_type type;
	enum how how;
	const char *data[6]; /* a name, or addresses */
	uint32_t ttl_s;
} rules[] = {
	// clang-format off
	{ "7.2.0.192.in-addr.arpa", DNSMSG_PTR, ANSWER,
	    { "Mail.example.org" }, 600 },
	{ "mail.example.org", DNSMSG_A, ANSWER,
	    { "192.0.2.6", "192.0.2.7" }, 900 },
	{ "8.2.0.192.in-addr.arpa", DNSMSG_PTR, ANSWER,
	    { "mail.example.org" }, 600 },
	{ "9.2.0.192.in-addr.arpa", DNSMSG_PTR, NXDOMAIN, { NULL }, 0 },
	{ "10.2.0.192.in-addr.arpa", DNSMSG_PTR, SERVFAIL, { NULL }, 0 },
	{ "11.2.0.192.in-addr.arpa", DNSMSG_PTR, SILENT, { NULL }, 0 },
	{ "12.2.0.192.in-addr.arpa", DNSMSG_PTR, CUT, { NULL }, 0 },
	{ "13.2.0.192.in-addr.arpa", DNSMSG_PTR, CUT,
	    { "cut.example.org" }, 600 },
	{ "cut.example.org", DNSMSG_A, ANSWER, { "192.0.2.13" }, 600 },
	{ "14.2.0.192.in-addr.arpa", DNSMSG_PTR, ANSWER,
	    { "a.example.org", "b.example.org", "c.example.org",
	      "d.example.org", "e.example.org" }, 600 },
	{ "d.example.org", DNSMSG_A, ANSWER, { "192.0.2.14" }, 600 },
	{ "15.2.0.192.in-addr.arpa", DNSMSG_PTR, ANSWER,
	    { "a.example.org", "b.example.org", "c.example.org",
	      "x.example.org", "e.example.org" }, 600 },
	{ "e.example.org", DNSMSG_A, ANSWER, { "192.0.2.15" }, 600 },
	{ "16.2.0.192.in-addr.arpa", DNSMSG_PTR, ANSWER,
	    { "slow.example.org" }, 600 },
	{ "slow.example.org", DNSMSG_A, SILENT, { NULL }, 0 },
	{ "17.2.0.192.in-addr.arpa", DNSMSG_PTR, ANSWER,
	    { "slow.example.org", "ok.example.org" }, 600 },
	{ "ok.example.org", DNSMSG_A, ANSWER, { "192.0.2.17" }, 600 },
	{ "18.2.0.192.in-addr.arpa", DNSMSG_PTR, ANSWER,
	    { "many.example.org" }, 600 },
	{ "many.example.org", DNSMSG_A, CUT, { "192.0.2.1" }, 600 },
	{ "19.2.0.192.in-addr.arpa", DNSMSG_PTR, ANSWER,
	    { "a\" b.example.org" }, 600 },
	{ "20.2.0.192.in-addr.arpa", DNSMSG_PTR, GARBAGE, { NULL }, 0 },
	{ "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
	    ".ip6.arpa", DNSMSG_PTR, ANSWER, { "six.example.org" }, 600 },
	{ "six.example.org", DNSMSG_AAAA, ANSWER, { "2001:db8::7" }, 600 },
	{ "7.2.0.192.zen.example", DNSMSG_A, ANSWER,
	    { "127.0.0.4", "127.0.0.11" }, 600 },
	{ "9.2.0.192.zen.example", DNSMSG_A, ANSWER,
	    { "127.255.255.254" }, 600 },
	{ "9.2.0.192.bl.example", DNSMSG_A, ANSWER, { "127.0.0.2" }, 600 },
	{ "10.2.0.192.zen.example", DNSMSG_A, ANSWER, { "127.0.0.2" }, 600 },
	{ "8.2.0.192.zen.example", DNSMSG_A, ANSWER, { "198.51.100.1" }, 600 },
	{ "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
	    ".bl.example", DNSMSG_A, ANSWER, { "127.0.0.3" }, 600 },
	// clang-format on
};

static const struct rule world = { "", DNSMSG_A, ANSWER, { "127.0.0.2" }, 600 };

struct server {
	int fd;
	uint16_t port;
	struct event *ev;
	unsigned asked;
};

struct out {
	uint8_t b[2048];
	size_t n;
};

static void
put(struct out *o, const void *p, size_t n)
{
	if (n > sizeof(o->b) - o->n)
		abort();
	memcpy(o->b + o->n, p, n);
	o->n += n;
}

static void
put16(struct out *o, unsigned v)
{
	const uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	put(o, b, 2);
}

static void
put_name(struct out *o, const char *name)
{
	while (*name != '\0') {
		size_t n = strcspn(name, ".");
		uint8_t len = (uint8_t)n;

		put(o, &len, 1);
		put(o, name, n);
		name += n + (name[n] == '.');
	}
	put(o, "", 1);
}

static void
put_record(struct out *o, const struct rule *r, const char *data)
{
	struct out d = { .n = 0 };
	uint8_t b[16];

	if (r->type == DNSMSG_PTR) {
		put_name(&d, data);
	} else {
		if (inet_pton(r->type == DNSMSG_A ? AF_INET : AF_INET6, data,
			b) != 1)
			abort();
		put(&d, b, r->type == DNSMSG_A ? 4 : 16);
	}
	put16(o, 0xc00c); /* the name of the question */
	put16(o, r->type);
	put16(o, 1);
	put16(o, r->ttl_s >> 16);
	put16(o, r->ttl_s & 0xffff);
	put16(o, (unsigned)d.n);
	put(o, d.b, d.n);
}

/* The question's name, its type, and where it ends. */
static size_t
question(const uint8_t *b, size_t n, char *name, unsigned *type)
{
	size_t at = 12, out = 0;

	while (at < n && b[at] != 0) {
		if (out > 0)
			name[out++] = '.';
		memcpy(name + out, b + at + 1, b[at]);
		out += b[at];
		at += b[at] + 1U;
	}
	name[out] = '\0';
	*type = (unsigned)b[at + 1] << 8 | b[at + 2];
	return at + 5;
}

static const struct rule *
rule_of(const char *name, unsigned type)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].type == type &&
		    strcasecmp(rules[i].name, name) == 0)
			return &rules[i];
	/* A list that has died: its domain answers whatever is asked. */
	if (strstr(name, ".world.example") != NULL)
		return &world;
	return NULL;
}

static void
on_query(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	uint8_t b[512];
	char name[256];
	unsigned type, records = 0, rcode;
	const struct rule *r;
	struct out o = { .n = 0 };
	ssize_t n = recvfrom(fd, b, sizeof(b), 0, (struct sockaddr *)&from,
	    &len);
	size_t end;

	(void)what;
	if (n < 17)
		return;
	s->asked++;
	end = question(b, (size_t)n, name, &type);
	r = rule_of(name, type);
	if (r != NULL && r->how == SILENT)
		return;
	rcode = r == NULL || r->how == NXDOMAIN ? 3 :
	    r->how == SERVFAIL                  ? 2 :
						  0;
	while (r != NULL && records < 6 && r->data[records] != NULL)
		records++;
	put(&o, b, 2);
	put16(&o, 0x8180 | rcode | (r != NULL && r->how == CUT ? 0x200 : 0));
	put16(&o, 1);
	put16(&o, r != NULL && r->how == GARBAGE ? 9 : records);
	put16(&o, 0);
	put16(&o, 0);
	put(&o, b + 12, end - 12);
	for (unsigned i = 0; i < records; i++)
		put_record(&o, r, r->data[i]);
	if (r != NULL && r->how == GARBAGE)
		put(&o, "\xc0\xff\xc0", 3);
	(void)sendto(fd, o.b, o.n, 0, (const struct sockaddr *)&from, len);
}

static void
server_open(struct server *s, struct event_base *base)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	*s = (struct server){ .fd = socket(AF_INET, SOCK_DGRAM, 0) };
	if (s->fd < 0 ||
	    bind(s->fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
	    getsockname(s->fd, (struct sockaddr *)&a, &n) != 0)
		abort();
	s->port = ntohs(a.sin_port);
	s->ev = event_new(base, s->fd, EV_READ | EV_PERSIST, on_query, s);
	if (s->ev == NULL || event_add(s->ev, NULL) != 0)
		abort();
}

/* ---- the resolver's user ---- */

struct world {
	struct event_base *base;
	struct server server;
	struct resolver *r;
	unsigned answers;
	struct resolver_answer last;
	char name[256];
};

static int64_t fake_ms; /* the clock of the cache */

static int64_t
clock_ms(void)
{
	return fake_ms;
}

static void
on_answer(void *arg, const struct resolver_answer *a)
{
	struct world *w = arg;

	w->answers++;
	w->last = *a;
	(void)snprintf(w->name, sizeof(w->name), "%.*s", (int)a->name.n,
	    a->name.p);
}

static void
world_open(struct world *w, size_t queue_max, size_t flight_max)
{
	struct resolver_conf c = { .servers_n = 1,
		.zones = { STR("zen.example"), STR("bl.example"),
		    STR("world.example") },
		.zones_n = 3,
		.timeout_ms = TIMEOUT_MS,
		.queue_max = queue_max,
		.flight_max = flight_max };
	struct resolver_user u = { .arg = w,
		.answer = on_answer,
		.mono_ms = clock_ms };
	char err[RESOLVER_ERRLEN];

	*w = (struct world){ .base = event_base_new() };
	if (w->base == NULL)
		abort();
	server_open(&w->server, w->base);
	c.servers[0] = addr_v4(INADDR_LOOPBACK);
	c.port = w->server.port;
	u.base = w->base;
	fake_ms = 1000000;
	w->r = resolver_new(&c, err);
	if (w->r == NULL || !resolver_start(w->r, &u))
		abort();
}

static void
world_close(struct world *w)
{
	resolver_free(w->r);
	event_free(w->server.ev);
	close(w->server.fd);
	event_base_free(w->base);
}

static void
ask(struct world *w, const char *addr)
{
	struct addr a;

	if (!addr_parse((struct str){ addr, strlen(addr) }, &a))
		abort();
	resolver_ask(w->r, &a);
}

/* Until nobody waits any more: 5 s at most. */
static void
settle(struct world *w)
{
	struct resolver_counts n;

	for (int i = 0; i < 500; i++) {
		const struct timeval tv = { 0, 10000 };

		resolver_counts(w->r, &n);
		if (n.queued_now == 0 && n.in_flight_now == 0)
			return;
		(void)event_base_loopexit(w->base, &tv);
		(void)event_base_dispatch(w->base);
	}
	printf("note still waiting: %zu queued, %zu in flight\n", n.queued_now,
	    n.in_flight_now);
}

static const struct {
	const char *sentence, *addr;
	enum resolver_name what; /* FAILED: nobody is told, unless listed */
	const char *name;
	unsigned listed;
} cases[] = {
	// clang-format off
	{ "a name that points back is confirmed, in lower case", "192.0.2.7",
	    RESOLVER_NAMED, "mail.example.org", 1 },
	{ "a forged name is none", "192.0.2.8", RESOLVER_NONE, "", 0 },
	{ "no name is none; a list's refusal is no listing", "192.0.2.9",
	    RESOLVER_NONE, "", 2 },
	{ "a server that fails tells nothing; the list does", "192.0.2.10",
	    RESOLVER_FAILED, "", 1 },
	{ "no reply tells nothing", "192.0.2.11", RESOLVER_FAILED, NULL, 0 },
	{ "a cut reply without names tells nothing", "192.0.2.12",
	    RESOLVER_FAILED, NULL, 0 },
	{ "a cut reply's names count", "192.0.2.13", RESOLVER_NAMED,
	    "cut.example.org", 0 },
	{ "the fourth name may be the one", "192.0.2.14", RESOLVER_NAMED,
	    "d.example.org", 0 },
	{ "the fifth is not looked at", "192.0.2.15", RESOLVER_NONE, "", 0 },
	{ "a name that cannot be looked up tells nothing", "192.0.2.16",
	    RESOLVER_FAILED, NULL, 0 },
	{ "the next one may do", "192.0.2.17", RESOLVER_NAMED,
	    "ok.example.org", 0 },
	{ "ours may be in what was cut off", "192.0.2.18", RESOLVER_FAILED,
	    NULL, 0 },
	{ "a name with odd bytes is none", "192.0.2.19", RESOLVER_NONE, "",
	    0 },
	{ "a reply of garbage tells nothing", "192.0.2.20", RESOLVER_FAILED,
	    NULL, 0 },
	{ "IPv6 is asked for by nibbles", "2001:db8::7", RESOLVER_NAMED,
	    "six.example.org", 2 },
	// clang-format on
};

static void
test_answers(void)
{
	struct resolver_counts n;
	struct world w;

	log_level(LOG_EMERG);
	world_open(&w, 0, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool told = cases[i].name != NULL, ok;

		w.answers = 0;
		ask(&w, cases[i].addr);
		settle(&w);
		ok = w.answers == (told ? 1 : 0) &&
		    (!told ||
			(w.last.what == cases[i].what &&
			    strcmp(w.name, cases[i].name) == 0 &&
			    w.last.listed == cases[i].listed));
		if (!ok)
			printf("note %s: %u answers, %d '%s' listed %u\n",
			    cases[i].addr, w.answers, (int)w.last.what, w.name,
			    w.last.listed);
		ZT_CASE(cases[i].sentence, ok);
	}
	resolver_counts(w.r, &n);
	ZT_CASE("a list's refusals, and that one lists everybody, are counted",
	    n.list_errors == 2);
	ZT_CASE("all is counted",
	    n.named == 5 && n.unnamed == 4 && n.failed == 6 && n.listed == 4 &&
		n.asked == 15 && n.dropped == 0);
	world_close(&w);
}

static void
test_cache(void)
{
	struct world w;
	unsigned asked;

	world_open(&w, 0, 0);
	ask(&w, "192.0.2.7");
	ask(&w, "192.0.2.7");
	ZT_CASE("nobody is told from within", w.answers == 0);
	settle(&w);
	ZT_CASE("what is on its way is not asked for again", w.answers == 1);
	asked = w.server.asked;
	ask(&w, "192.0.2.7");
	ZT_CASE("nor from the cache", w.answers == 1);
	settle(&w);
	ZT_CASE("a hit in the cache asks no server",
	    w.answers == 2 && w.server.asked == asked &&
		strcmp(w.name, "mail.example.org") == 0 && w.last.listed == 1);
	fake_ms += 599 * 1000;
	ask(&w, "192.0.2.7");
	settle(&w);
	ZT_CASE("the least time to live holds", w.server.asked == asked);
	fake_ms += 2 * 1000;
	ask(&w, "192.0.2.7");
	settle(&w);
	ZT_CASE("and then is over", w.server.asked == asked + 5);
	ask(&w, "192.0.2.11");
	settle(&w);
	asked = w.server.asked;
	w.answers = 0;
	ask(&w, "192.0.2.11");
	settle(&w);
	ZT_CASE("a failure is remembered too",
	    w.server.asked == asked && w.answers == 0);
	fake_ms += 301 * 1000;
	ask(&w, "192.0.2.11");
	settle(&w);
	ZT_CASE("for five minutes", w.server.asked > asked);
	world_close(&w);
}

static void
test_full(void)
{
	struct resolver_counts n;
	struct world w;
	char who[32];

	world_open(&w, 8, 2);
	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(who, sizeof(who), "198.51.100.%u", i);
		ask(&w, who);
	}
	resolver_counts(w.r, &n);
	ZT_CASE("a full queue drops the oldest, counted",
	    n.dropped == 12 && n.queued_now == 8);
	settle(&w);
	resolver_counts(w.r, &n);
	ZT_CASE("the others are answered, two at a time",
	    w.answers == 8 && n.unnamed == 8);
	ask(&w, "198.51.100.0");
	settle(&w);
	ZT_CASE("one that was dropped may ask again", w.answers == 9);
	world_close(&w);
}

/* Nothing listens there: each question fails, and that is all. */
static void
test_dead(void)
{
	struct resolver_counts n;
	struct world w;

	world_open(&w, 0, 0);
	event_del(w.server.ev);
	close(w.server.fd);
	w.server.fd = -1;
	for (unsigned i = 0; i < 50; i++) {
		struct addr a = addr_v4(0xc6336400U + i);

		resolver_ask(w.r, &a);
	}
	settle(&w);
	resolver_counts(w.r, &n);
	ZT_CASE("a dead server is only counted",
	    n.failed == 50 && n.replies == 0 && w.answers == 0);
	world_close(&w);
}

static void
test_end(void)
{
	struct world w;

	world_open(&w, 0, 0);
	ask(&w, "192.0.2.11");
	(void)event_base_loop(w.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	world_close(&w);
	ZT_CASE("it can end while questions are out", w.answers == 0);
}

static const struct zt_test tests[] = {
	{ "answers", test_answers },
	{ "cache", test_cache },
	{ "full", test_full },
	{ "dead", test_dead },
	{ "end", test_end },
};
ZT_MAIN("resolver", tests)
