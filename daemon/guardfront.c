/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardfront.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/sockname.h"
#include "nft/nft.h"

#define BACKLOG    512
#define HTTP_QUEUE 64
#define PORT_TRIES 16 /* until one is free for both families */

struct listeners {
	int v4, v6, http;
	uint16_t port;
};

/* A listening socket, or -errno. */
static int
listen_on(const struct addr *a, uint16_t port, bool transparent, int backlog)
{
	const int on = 1, v6 = a->family == 6;
	union sockname name;
	socklen_t len = sockname_set(&name, a, port);
	int fd, e;

	fd = socket(name.any.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if ((v6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) !=
		    0) ||
	    (transparent &&
		setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		    v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, &on,
		    sizeof(on)) != 0) ||
	    bind(fd, &name.any, len) != 0 || listen(fd, backlog) != 0) {
		e = errno;
		close(fd);
		return -e;
	}
	return fd;
}

static uint16_t
port_of(int fd)
{
	union sockname name;
	socklen_t len = sizeof(name);

	if (getsockname(fd, &name.any, &len) != 0)
		return 0;
	return sockname_port(&name);
}

/* Both families on one port; a host without IPv6 has one only. */
static int
listen_smtp(struct listeners *l, bool everywhere)
{
	struct addr a4 = addr_v4(everywhere ? 0 : 0x7f000001);
	struct addr a6 = { .family = 6 };

	if (!everywhere)
		a6.b[15] = 1;
	for (int i = 0; i < PORT_TRIES; i++) {
		l->v4 = listen_on(&a4, 0, !everywhere, BACKLOG);
		if (l->v4 < 0)
			return l->v4;
		l->port = port_of(l->v4);
		l->v6 = listen_on(&a6, l->port, !everywhere, BACKLOG);
		if (l->v6 >= 0)
			return 0;
		if (l->v6 == -EAFNOSUPPORT || l->v6 == -EADDRNOTAVAIL) {
			l->v6 = -1;
			return 0;
		}
		close(l->v4);
		l->v4 = -1;
		if (l->v6 != -EADDRINUSE)
			break;
	}
	return l->v6;
}

/* The page is not worth a start: without it links lead nowhere. */
static int
listen_http(const struct config *c)
{
	const char *text = c->front_http;
	struct addr a;
	uint16_t port;
	int fd;

	if (!config_listen((struct str){ text, strlen(text) }, &a, &port))
		return -1; /* "" */
	fd = listen_on(&a, port, false, HTTP_QUEUE);
	if (fd >= 0)
		return fd;
	log_msg(LOG_ERR,
	    "front-http: cannot listen on %s: %s; there is no page", text,
	    strerror(-fd));
	return -1;
}

static void
close_listeners(struct listeners *l)
{
	const int fds[] = { l->v4, l->v6, l->http };

	for (size_t i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int
start(struct guardfront *f, const struct config *c,
    const struct child_conf *conf, struct listeners *l)
{
	struct child_front cf = {
		.conf_path = conf->conf_path,
		.foreground = conf->foreground,
		.join = conf->join,
	};
	char err[CHILD_ERRLEN];
	int rc = listen_smtp(l, c->front == NFT_FRONT_REDIRECT);

	if (rc != 0) {
		log_msg(LOG_ERR, "front-listen: cannot listen: %s",
		    strerror(-rc));
		return rc;
	}
	l->http = listen_http(c);
	cf.smtp4 = l->v4;
	cf.smtp6 = l->v6;
	cf.http = l->http;
	rc = child_start_front(&f->child, &cf, &f->engine_fd, err);
	if (rc != 0)
		log_msg(LOG_ERR, "front-start: cannot start zfw-front: %s",
		    err);
	else
		f->port = l->port;
	return rc;
}

int
guardfront_open(struct guardfront *f, const struct config *c,
    const struct child_conf *conf)
{
	struct listeners l = { -1, -1, -1, 0 };
	int rc = start(f, c, conf, &l);

	close_listeners(&l);
	return rc;
}

void
guardfront_close(struct guardfront *f)
{
	if (f->engine_fd >= 0)
		close(f->engine_fd);
	f->engine_fd = -1;
	f->port = 0;
}
