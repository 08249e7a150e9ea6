/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One struct http_req a connection, all of them in one array: libmicrohttpd
 * tells when a connection begins and ends, and each has one request.
 *
 *   IDLE   -- whole request read --> ANSWER        (nothing to ask)
 *                                --> ASKED         suspended
 *   ASKED  -- the asker's callback --> ANSWER      resumed
 *   ANSWER -- queued, sent, closed
 */
#include <sys/socket.h>

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/log.h"
#include "front/http.h"
#include "front/http_limit.h"
#include "front/page.h"
#include "front/token.h"

#define MEMORY_BYTES 8192 /* of one connection: its head has to fit */
#define IDLE_S       10
#define TICK_MS      1000
#define PREFIX       "/a/"
#define CONTENT_TYPE "text/html; charset=utf-8"

enum state { FREE, IDLE, ASKED, ANSWER };

struct http_req {
	struct http *http;
	struct MHD_Connection *conn;
	enum state state;
	int fd;           /* borrowed */
	int64_t since_ms; /* of the connection */
	bool begun;       /* its request's head is read */
	bool click;
	uint32_t handle; /* ASKED: of the asker */
	size_t body_n;
	unsigned status; /* besides the page's own; 0: that */
	struct page page;
};

struct http {
	struct http_conf conf;
	struct MHD_Daemon *mhd;
	struct event *ev, *ev_tick;
	struct http_counts counts;
	struct http_limit limit;
	int64_t minute_ms; /* since when `lines` is counted */
	unsigned lines;
	uint64_t left_out;
	char page[PAGE_MAX];
	struct http_req reqs[HTTP_CONNS];
};

static int64_t
mono_ms(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		zfw_panic("no clock");
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- the answer ---- */

static const struct {
	const char *name, *value;
} headers[] = {
	{ MHD_HTTP_HEADER_CONTENT_TYPE, CONTENT_TYPE },
	{ MHD_HTTP_HEADER_CACHE_CONTROL, "no-store" },
	{ MHD_HTTP_HEADER_CONNECTION, "close" },
	{ "Content-Security-Policy",
	    "default-src 'none'; style-src 'unsafe-inline'; "
	    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'" },
	{ "Referrer-Policy", "no-referrer" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "X-Robots-Tag", "noindex, nofollow" },
};

static enum MHD_Result
answer(struct http_req *r)
{
	struct http *h = r->http;
	unsigned status = r->status != 0 ? r->status :
					   page_status(r->page.what);
	struct MHD_Response *out;
	enum MHD_Result ok = MHD_YES;

	r->state = ANSWER;
	r->page.host = h->conf.host;
	out = MHD_create_response_from_buffer(page_print(&r->page, h->page),
	    h->page, MHD_RESPMEM_MUST_COPY);
	if (out == NULL)
		return MHD_NO;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		ok &= MHD_add_response_header(out, headers[i].name,
		    headers[i].value);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		ok &= MHD_add_response_header(out, MHD_HTTP_HEADER_ALLOW,
		    "GET, HEAD, POST");
	if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
		ok &= MHD_add_response_header(out, MHD_HTTP_HEADER_RETRY_AFTER,
		    "60");
	if (ok)
		ok = MHD_queue_response(r->conn, status, out);
	MHD_destroy_response(out);
	return ok;
}

static enum MHD_Result
answer_with(struct http_req *r, enum page_what what)
{
	r->page.what = what;
	return answer(r);
}

/* ---- clicks are logged ---- */

static void
log_click(struct http *h, const struct http_req *r)
{
	static const char *const words[PAGES] = { "blocked", "lifted",
		"not-blocked", "used", "no-more", "limit", "failed", "expired",
		"bad" };
	int64_t now_ms = mono_ms();
	char who[ADDR_STRLEN];

	if (now_ms - h->minute_ms >= 60000) {
		if (h->left_out > 0)
			log_msg(LOG_NOTICE, "clicks: %llu more were not logged",
			    (unsigned long long)h->left_out);
		h->minute_ms = now_ms;
		h->lines = 0;
		h->left_out = 0;
	}
	if (h->lines++ >= HTTP_LINES) {
		h->left_out++;
		return;
	}
	log_msg(LOG_NOTICE, "click client=%s result=%s",
	    addr_print(&r->page.who, who), words[r->page.what]);
}

/* ---- asking the engine ---- */

static void
on_told(void *arg, const struct frontmsg *m)
{
	struct http_req *r = arg;
	struct http *h = r->http;

	r->handle = 0;
	r->state = ANSWER;
	r->page.what = page_of(m, r->click);
	if (m != NULL) {
		r->page.kind = (enum front_kind)m->kind;
		r->page.until_s = m->until_s;
	}
	if (r->click) {
		h->counts.lifted += r->page.what == PAGE_LIFTED;
		log_click(h, r);
	}
	MHD_resume_connection(r->conn);
	/* Not from here: the asker is in the middle of something. */
	event_active(h->ev, EV_READ, 0);
}

static enum MHD_Result
ask(struct http_req *r, int64_t issued_s)
{
	struct http *h = r->http;

	if (r->click)
		h->counts.clicks++;
	else
		h->counts.asks++;
	r->handle = asker_ask(h->conf.asker, r->click ? FRONT_CLICK : FRONT_ASK,
	    &r->page.who, issued_s, on_told, r);
	if (r->handle == 0)
		return answer_with(r, PAGE_FAILED);
	r->state = ASKED;
	MHD_suspend_connection(r->conn);
	return MHD_YES;
}

/* ---- requests ---- */

static enum MHD_Result
on_link(struct http_req *r, const char *token)
{
	struct http *h = r->http;
	const uint8_t(*keys)[FRONT_KEY_BYTES] = asker_keys(h->conf.asker);
	int64_t issued_s = 0;

	if (keys == NULL)
		return answer_with(r, PAGE_FAILED);
	switch (token_check(keys, token, strlen(token), time(NULL),
	    &r->page.who, &issued_s)) {
	case TOKEN_BAD:
		h->counts.bad++;
		return answer_with(r, PAGE_BAD);
	case TOKEN_EXPIRED:
		return answer_with(r, PAGE_EXPIRED);
	case TOKEN_GOOD:
		break;
	}
	if (!http_limit_take(&h->limit, &r->page.who, mono_ms())) {
		h->counts.limited++;
		return answer_with(r, PAGE_LIMIT);
	}
	return ask(r, issued_s);
}

/* The request is whole; what its body was nobody wants to know. */
static enum MHD_Result
on_request(struct http_req *r, const char *url, const char *method)
{
	struct http *h = r->http;

	h->counts.requests++;
	r->click = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
	if (!r->click && strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
		h->counts.bad++;
		r->status = MHD_HTTP_METHOD_NOT_ALLOWED;
		return answer_with(r, PAGE_BAD);
	}
	if (strncmp(url, PREFIX, strlen(PREFIX)) != 0) {
		h->counts.bad++;
		return answer_with(r, PAGE_BAD);
	}
	return on_link(r, url + strlen(PREFIX));
}

/*
 * Called when the head is read, for each piece of a body, when all is read,
 * and again after MHD_resume_connection().
 */
static enum MHD_Result
on_access(void *arg, struct MHD_Connection *conn, const char *url,
    const char *method, const char *version, const char *data, size_t *data_n,
    void **request)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(conn,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct http_req *r = info == NULL ? NULL : info->socket_context;

	(void)arg;
	(void)version;
	(void)data;
	(void)request;
	if (r == NULL)
		return MHD_NO;
	if (!r->begun) {
		r->begun = true;
		return MHD_YES;
	}
	if (*data_n > 0) {
		r->body_n += *data_n;
		*data_n = 0;
		return r->body_n > HTTP_BODY_MAX ? MHD_NO : MHD_YES;
	}
	return r->state == ANSWER ? answer(r) : on_request(r, url, method);
}

/* ---- connections ---- */

static void
on_begin(struct http *h, struct MHD_Connection *conn, void **context)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(conn,
	    MHD_CONNECTION_INFO_CONNECTION_FD);

	*context = NULL;
	for (size_t i = 0; i < HTTP_CONNS; i++) {
		struct http_req *r = &h->reqs[i];

		if (r->state != FREE)
			continue;
		*r = (struct http_req){ .http = h,
			.conn = conn,
			.state = IDLE,
			.fd = info == NULL ? -1 : info->connect_fd,
			.since_ms = mono_ms() };
		h->counts.conns_now++;
		*context = r;
		return;
	}
}

static void
on_connection(void *arg, struct MHD_Connection *conn, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	struct http *h = arg;
	struct http_req *r = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		on_begin(h, conn, context);
	} else if (r != NULL) {
		if (r->state == ASKED)
			asker_forget(h->conf.asker, r->handle);
		*r = (struct http_req){ .state = FREE };
		h->counts.conns_now--;
		*context = NULL;
	}
}

/* Who sends a byte now and then is not idle, and yet has to go. */
static void
cut_old(struct http *h, int64_t now_ms)
{
	for (size_t i = 0; i < HTTP_CONNS; i++) {
		struct http_req *r = &h->reqs[i];

		if (r->state == FREE || r->state == ASKED || r->fd < 0 ||
		    now_ms - r->since_ms < HTTP_LIFE_MS)
			continue;
		(void)shutdown(r->fd, SHUT_RDWR);
		r->fd = -1;
		h->counts.cut++;
	}
}

/* ---- the loop ---- */

static void
run(struct http *h)
{
	MHD_UNSIGNED_LONG_LONG ms = TICK_MS;
	struct timeval next;

	cut_old(h, mono_ms());
	(void)MHD_run(h->mhd);
	if (MHD_get_timeout(h->mhd, &ms) != MHD_YES || ms > TICK_MS)
		ms = TICK_MS;
	next.tv_sec = (time_t)(ms / 1000);
	next.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	(void)event_add(h->ev_tick, &next);
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	run(arg);
}

static struct MHD_Daemon *
start(struct http *h)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0,
	    NULL, NULL, on_access, h, MHD_OPTION_LISTEN_SOCKET, h->conf.fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_BYTES,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, h, MHD_OPTION_END);
}

static bool
watch(struct http *h)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->mhd,
	    MHD_DAEMON_INFO_EPOLL_FD);

	if (info == NULL || info->epoll_fd < 0)
		return false;
	h->ev = event_new(h->conf.base, info->epoll_fd, EV_READ | EV_PERSIST,
	    on_event, h);
	h->ev_tick = evtimer_new(h->conf.base, on_event, h);
	return h->ev != NULL && h->ev_tick != NULL &&
	    event_add(h->ev, NULL) == 0;
}

struct http *
http_open(const struct http_conf *conf, char err[HTTP_ERRLEN])
{
	struct http *h = calloc(1, sizeof(*h));
	struct hash_key key = hash_key_random();

	(void)snprintf(err, HTTP_ERRLEN, "out of memory");
	if (h == NULL)
		return NULL;
	h->conf = *conf;
	http_limit_init(&h->limit, &key);
	h->mhd = start(h);
	if (h->mhd == NULL) {
		(void)snprintf(err, HTTP_ERRLEN,
		    "libmicrohttpd does not start on that socket");
		free(h);
		return NULL;
	}
	if (!watch(h)) {
		(void)snprintf(err, HTTP_ERRLEN, "no events for the page");
		(void)MHD_quiesce_daemon(h->mhd); /* the caller's again */
		http_close(h);
		return NULL;
	}
	run(h);
	return h;
}

void
http_close(struct http *h)
{
	if (h == NULL)
		return;
	if (h->ev != NULL)
		event_free(h->ev);
	if (h->ev_tick != NULL)
		event_free(h->ev_tick);
	/* Those that wait must be let go before. */
	for (size_t i = 0; i < HTTP_CONNS; i++)
		if (h->reqs[i].state == ASKED) {
			asker_forget(h->conf.asker, h->reqs[i].handle);
			h->reqs[i].state = ANSWER;
			h->reqs[i].page.what = PAGE_FAILED;
			MHD_resume_connection(h->reqs[i].conn);
		}
	MHD_stop_daemon(h->mhd);
	free(h);
}

void
http_counts(const struct http *h, struct http_counts *out)
{
	*out = h->counts;
}
