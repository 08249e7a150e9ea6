/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http - the one-click page over HTTP (libmicrohttpd)
 *
 * Serves /a/TOKEN on a listening socket, in the caller's libevent loop and
 * with no thread of its own.  GET and HEAD ask the engine and show the page:
 * they change nothing, as mail scanners follow links.  POST acts, and is
 * answered only when the engine says that the kernel has done it.  A request
 * waits for the engine without holding up others; one without an answer gets
 * 503.  The secret is the token: there are no cookies, so nobody can make a
 * browser act without having the link himself.
 *
 * Bounds: HTTP_CONNS connections, one request each, HTTP_LIFE_MS from its
 * first byte to the last of the answer, HTTP_BODY_MAX bytes of a body (that
 * nobody reads), and http_limit for requests about one network.  The peer is
 * mostly the site's own web server: what it says of its client is not asked
 * for.  One line is logged a click, at most HTTP_LINES a minute.
 *
 * http_open() is called before the sandbox closes; no other call fails.
 */
#ifndef ZFW_FRONT_HTTP_H
#define ZFW_FRONT_HTTP_H

#include <event2/event.h>

#include "front/asker.h"

#define HTTP_ERRLEN   256
#define HTTP_CONNS    64
#define HTTP_LIFE_MS  20000
#define HTTP_BODY_MAX 4096
#define HTTP_LINES    30

struct http_conf {
	struct event_base *base;
	int fd; /* listening, non-blocking; http closes it */
	const char *host;
	struct asker *asker;
};

struct http_counts {
	uint64_t requests, asks, clicks, lifted;
	uint64_t bad;     /* no such link, or a method that we do not know */
	uint64_t limited; /* by network */
	uint64_t cut;     /* connections that took too long */
	size_t conns_now;
};

struct http;

/* NULL, and `err` says why; then conf->fd is still the caller's. */
struct http *http_open(const struct http_conf *conf, char err[HTTP_ERRLEN]);
/* NULL is allowed.  The asker must still be there. */
void http_close(struct http *h);
void http_counts(const struct http *h, struct http_counts *out);

#endif
