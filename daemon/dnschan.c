/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/dnschan.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#define SERVERS_MAX 3
#define WATCHES     32 /* sockets of c-ares: one or two a server */
#define TIMER_US    100000
#define EDNS_BYTES  1232
#define FLAG_CUT    0x0200

struct watch {
	struct dnschan *c;
	struct event *ev; /* NULL: free */
	ares_socket_t fd;
};

struct dnschan {
	ares_channel channel;
	struct event_base *base;
	struct event *ev_timer;
	struct watch watch[WATCHES];
	size_t waiting; /* questions */
	bool library;
};

struct question {
	struct dnschan *c;
	dnschan_cb *then;
	void *arg;
};

/* ---- sockets ---- */

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct watch *w = arg;
	ares_socket_t s = w->fd;

	(void)fd;
	/* `w` may be another one's when this returns. */
	ares_process_fd(w->c->channel, (what & EV_READ) ? s : ARES_SOCKET_BAD,
	    (what & EV_WRITE) ? s : ARES_SOCKET_BAD);
}

static void
unwatch(struct dnschan *c, ares_socket_t fd)
{
	for (size_t i = 0; i < WATCHES; i++)
		if (c->watch[i].ev != NULL && c->watch[i].fd == fd) {
			event_free(c->watch[i].ev);
			c->watch[i].ev = NULL;
		}
}

/* c-ares wants to know when `fd` can be read or written; neither: its end. */
static void
on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct dnschan *c = arg;
	short what = (short)((readable ? EV_READ : 0) |
	    (writable ? EV_WRITE : 0) | EV_PERSIST);

	unwatch(c, fd);
	for (size_t i = 0; what != EV_PERSIST && i < WATCHES; i++) {
		struct watch *w = &c->watch[i];

		if (w->ev != NULL)
			continue;
		*w = (struct watch){ .c = c, .fd = fd };
		w->ev = event_new(c->base, fd, what, on_socket, w);
		if (w->ev != NULL)
			(void)event_add(w->ev, NULL);
		return;
	}
}

/* c-ares' own time-outs; only while somebody waits. */
static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct dnschan *c = arg;

	(void)fd;
	(void)what;
	ares_process_fd(c->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

/* ---- questions ---- */

static enum dnschan_status
status_of(int rc)
{
	switch (rc) {
	case ARES_SUCCESS:
		return DNSCHAN_REPLY;
	case ARES_ENODATA:
	case ARES_ENOTFOUND:
	case ARES_EBADNAME: /* nobody can have such a name */
	case ARES_EBADQUERY:
		return DNSCHAN_NONE;
	default:
		return DNSCHAN_FAILED;
	}
}

/* "There is none" of a reply that was cut off: it may have been there. */
static bool
was_cut(struct rd reply)
{
	rd_skip(&reply, 2);
	return (rd_be16(&reply) & FLAG_CUT) != 0;
}

static void
on_reply(void *arg, int rc, int timeouts, unsigned char *p, int n)
{
	struct question q = *(struct question *)arg;
	enum dnschan_status status = status_of(rc);
	struct rd reply = rd_init(p, p == NULL || n < 0 ? 0 : (size_t)n);

	(void)timeouts;
	free(arg);
	if (status == DNSCHAN_NONE && was_cut(reply))
		status = DNSCHAN_FAILED;
	if (--q.c->waiting == 0 && q.c->ev_timer != NULL)
		(void)event_del(q.c->ev_timer);
	q.then(q.arg, status, &reply);
}

void
dnschan_ask(struct dnschan *c, const char *name, enum dnsmsg_type type,
    dnschan_cb *then, void *arg)
{
	static const struct timeval every = { 0, TIMER_US };
	const struct rd nothing = rd_init(NULL, 0);
	struct question *q = malloc(sizeof(*q));

	if (q == NULL) {
		then(arg, DNSCHAN_FAILED, &nothing);
		return;
	}
	*q = (struct question){ c, then, arg };
	if (c->waiting++ == 0)
		(void)event_add(c->ev_timer, &every);
	ares_query(c->channel, name, ns_c_in, (int)type, on_reply, q);
}

/* ---- start and end ---- */

static bool
set_servers(struct dnschan *c, const struct dnschan_conf *conf)
{
	struct ares_addr_port_node v[SERVERS_MAX] = { 0 };

	if (conf->servers_n == 0)
		return true;
	for (size_t i = 0; i < conf->servers_n && i < SERVERS_MAX; i++) {
		const struct addr *a = &conf->servers[i];

		v[i].family = a->family == 4 ? AF_INET : AF_INET6;
		memcpy(&v[i].addr, a->b, a->family == 4 ? 4 : 16);
		v[i].udp_port = v[i].tcp_port = conf->port;
		if (i > 0)
			v[i - 1].next = &v[i];
	}
	return ares_set_servers_ports(c->channel, v) == ARES_SUCCESS;
}

/* How many /etc/resolv.conf has; c-ares takes 127.0.0.1 when it has none. */
static int
count_servers(size_t *n)
{
	struct ares_addr_node *list = NULL;
	ares_channel probe;
	int rc = ares_init(&probe);

	if (rc != ARES_SUCCESS)
		return rc;
	rc = ares_get_servers(probe, &list);
	for (const struct ares_addr_node *a = list; a != NULL; a = a->next)
		++*n;
	ares_free_data(list);
	ares_destroy(probe);
	return rc;
}

/*
 * Each server gets its share of the time, a single one two tries (c-ares
 * doubles the time of the second).
 */
static int
open_channel(struct dnschan *c, size_t servers, uint32_t timeout_ms)
{
	struct ares_options o = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES |
		    ARES_FLAG_IGNTC | ARES_FLAG_EDNS,
		.timeout = (int)(timeout_ms /
		    (servers < 2 ? 3 : (unsigned)servers)),
		.tries = servers < 2 ? 2 : 1,
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = c,
		.ednspsz = EDNS_BYTES,
	};

	return ares_init_options(&c->channel, &o,
	    ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		ARES_OPT_SOCK_STATE_CB | ARES_OPT_EDNSPSZ);
}

static int
init_ares(struct dnschan *c, const struct dnschan_conf *conf)
{
	size_t servers = conf->servers_n;
	int rc = ares_library_init(ARES_LIB_INIT_ALL);

	c->library = rc == ARES_SUCCESS;
	if (rc == ARES_SUCCESS && servers == 0)
		rc = count_servers(&servers);
	if (rc == ARES_SUCCESS)
		rc = open_channel(c, servers, conf->timeout_ms);
	if (rc == ARES_SUCCESS && !set_servers(c, conf))
		rc = ARES_ENOMEM;
	return rc;
}

struct dnschan *
dnschan_new(const struct dnschan_conf *conf, char err[DNSCHAN_ERRLEN])
{
	struct dnschan *c = calloc(1, sizeof(*c));
	int rc = c == NULL ? ARES_ENOMEM : init_ares(c, conf);

	if (rc == ARES_SUCCESS)
		return c;
	(void)snprintf(err, DNSCHAN_ERRLEN, "%s", ares_strerror(rc));
	dnschan_free(c);
	return NULL;
}

bool
dnschan_start(struct dnschan *c, struct event_base *base)
{
	c->base = base;
	c->ev_timer = event_new(base, -1, EV_PERSIST, on_timer, c);
	return c->ev_timer != NULL;
}

void
dnschan_free(struct dnschan *c)
{
	if (c == NULL)
		return;
	if (c->channel != NULL)
		ares_destroy(c->channel);
	for (size_t i = 0; i < WATCHES; i++)
		if (c->watch[i].ev != NULL)
			event_free(c->watch[i].ev);
	if (c->ev_timer != NULL)
		event_free(c->ev_timer);
	if (c->library)
		ares_library_cleanup();
	free(c);
}
