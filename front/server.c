/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front/server_impl.h"

#define ACCEPT_SLICE 64
/* What the kernel keeps for a connection, each way; it doubles that. */
#define SOCKET_BYTES 8192

/* ---- places ---- */

void
server_place_free(struct server *s, struct conn *c)
{
	s->n.open_now--;
	s->keys[c - s->conns] = (struct addr){ .family = 0 };
	c->state = CONN_FREE;
	c->next_free = s->free;
	s->free = c;
}

static struct conn *
place_take(struct server *s, const struct addr *key)
{
	struct conn *c = s->free;

	s->free = c->next_free;
	s->keys[c - s->conns] = *key;
	s->n.open_now++;
	c->s = s;
	return c;
}

static bool
addr_of(const struct sockaddr_storage *ss, struct addr *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (ss->ss_family == AF_INET) {
		memcpy(&v4, ss, sizeof(v4));
		*a = addr_v4(ntohl(v4.sin_addr.s_addr));
	} else if (ss->ss_family == AF_INET6) {
		memcpy(&v6, ss, sizeof(v6));
		*a = addr_v6_bytes(v6.sin6_addr.s6_addr);
	} else {
		return false;
	}
	return true;
}

static bool
is_crowded(const struct server *s, const struct addr *key)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->conf.max && n < s->conf.per_client; i++)
		n += s->keys[i].family == key->family &&
		    addr_eq(&s->keys[i], key);
	return n >= s->conf.per_client;
}

static void
turn_away(struct server *s, int fd)
{
	char out[TALK_OUT_MAX];
	size_t n = talk_busy(&s->conf.talk, out);

	(void)!send(fd, out, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

static void
on_connection(struct server *s, int fd, const struct sockaddr_storage *ss)
{
	struct addr who, key;

	s->n.connections++;
	if (!addr_of(ss, &who)) {
		close(fd);
		return;
	}
	key = addr_key(&who);
	if (s->free == NULL) {
		s->n.busy++;
		turn_away(s, fd);
	} else if (is_crowded(s, &key)) {
		s->n.crowded++;
		turn_away(s, fd);
	} else {
		conn_start(place_take(s, &key), fd, &who);
	}
}

static void
listen_pause(struct server *s, bool pause)
{
	s->paused = pause;
	for (size_t i = 0; i < SERVER_LISTENERS; i++) {
		if (s->ev[i] == NULL)
			continue;
		if (pause)
			(void)event_del(s->ev[i]);
		else
			(void)event_add(s->ev[i], NULL);
	}
}

static void
on_accept(evutil_socket_t lfd, short what, void *arg)
{
	struct server *s = arg;

	(void)what;
	for (int i = 0; i < ACCEPT_SLICE; i++) {
		struct sockaddr_storage ss = { 0 };
		socklen_t n = sizeof(ss);
		int fd = accept4(lfd, (struct sockaddr *)&ss, &n,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			on_connection(s, fd, &ss);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			listen_pause(s, true);
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

/* ---- all of it ---- */

/* Connections inherit it: a client that hears nothing costs little. */
static void
small_buffers(int fd)
{
	const int n = SOCKET_BYTES;

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &n, sizeof(n));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &n, sizeof(n));
}

static bool
listeners_open(struct server *s)
{
	for (size_t i = 0; i < SERVER_LISTENERS; i++) {
		if (s->conf.fds[i] < 0)
			continue;
		small_buffers(s->conf.fds[i]);
		s->ev[i] = event_new(s->conf.base, s->conf.fds[i],
		    EV_READ | EV_PERSIST, on_accept, s);
		if (s->ev[i] == NULL || event_add(s->ev[i], NULL) != 0)
			return false;
	}
	return true;
}

struct server *
server_new(const struct server_conf *conf, int64_t now_ms, int64_t wall_s)
{
	const struct hash_key key = hash_key_random();
	struct server *s = calloc(1,
	    sizeof(*s) + conf->max * sizeof(s->conns[0]));

	if (s == NULL)
		return NULL;
	s->conf = *conf;
	s->now_ms = now_ms;
	s->wall_s = wall_s;
	s->keys = calloc(conf->max, sizeof(s->keys[0]));
	s->rejlog = rejlog_new(&key);
	for (size_t i = conf->max; i-- > 0;) {
		s->conns[i].next_free = s->free;
		s->free = &s->conns[i];
	}
	if (s->keys == NULL || s->rejlog == NULL || !listeners_open(s)) {
		server_free(s);
		return NULL;
	}
	return s;
}

void
server_free(struct server *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->conf.max; i++)
		if (s->conns[i].state != CONN_FREE)
			conn_close(&s->conns[i]);
	for (size_t i = 0; i < SERVER_LISTENERS; i++) {
		if (s->ev[i] != NULL)
			event_free(s->ev[i]);
		if (s->conf.fds[i] >= 0)
			close(s->conf.fds[i]);
	}
	free(s->rejlog);
	free(s->keys);
	free(s);
}

void
server_tick(struct server *s, int64_t now_ms, int64_t wall_s)
{
	s->now_ms = now_ms;
	s->wall_s = wall_s;
	if (s->paused)
		listen_pause(s, false);
	for (size_t i = 0; i < s->conf.max && s->n.open_now > 0; i++) {
		struct conn *c = &s->conns[i];

		if (c->state != CONN_FREE &&
		    (c->idle_ms <= now_ms || c->life_ms <= now_ms))
			conn_expired(c);
	}
}

void
server_counts(const struct server *s, struct server_counts *out)
{
	*out = s->n;
}
