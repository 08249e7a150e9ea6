/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/ctl.h"

#define SECOND_MS 1000

enum conn_state { CONN_FREE, CONN_READ, CONN_WAIT, CONN_WRITE };

struct ctl_conn {
	struct ctl *ctl;
	enum conn_state state;
	int fd;
	struct event *ev; /* the one thing it waits for; NULL: nothing */
	int64_t deadline_ms;
	size_t in_n;
	char in[CTLREQ_LINE_MAX + 1];
	char *out;
	size_t out_n, out_off, out_max;
	bool failed; /* memory ran short while the answer was made */
	ctl_more *more;
	void *more_arg;
	size_t cursor;
};

struct ctl {
	struct ctl_conf conf;
	struct event *ev;
	int64_t now_ms;
	struct ctl_counts n;
	struct ctl_conn conns[CTL_CONNS_MAX];
};

int
ctl_listen(const char *path, gid_t gid)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	bool shared = gid != (gid_t)-1;
	int fd, e;

	if (strlen(path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	(void)unlink(path);
	/* fchmod before bind: at no moment has the file a wider mode */
	if (fchmod(fd, shared ? 0660 : 0600) != 0 ||
	    bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0 ||
	    chmod(path, shared ? 0660 : 0600) != 0 ||
	    (shared && chown(path, (uid_t)-1, gid) != 0) ||
	    listen(fd, CTL_CONNS_MAX) != 0) {
		e = errno;
		close(fd);
		return -e;
	}
	return fd;
}

/* The only way out for a connection. */
static void
conn_close(struct ctl_conn *c)
{
	struct ctl *s = c->ctl;
	bool waiting = c->state == CONN_WAIT;

	if (c->ev != NULL)
		event_free(c->ev);
	close(c->fd);
	free(c->out);
	c->ev = NULL;
	c->out = NULL;
	c->state = CONN_FREE;
	s->n.open_now--;
	if (waiting && s->conf.gone != NULL)
		s->conf.gone(s->conf.arg, c);
}

static void
conn_want(struct ctl_conn *c, short what, event_callback_fn fn)
{
	if (c->ev != NULL)
		event_free(c->ev);
	c->ev = event_new(c->ctl->conf.base, c->fd, (short)(what | EV_PERSIST),
	    fn, c);
	if (c->ev == NULL || event_add(c->ev, NULL) != 0)
		c->deadline_ms = 0; /* the next tick closes it */
}

void
ctl_append(struct ctl_conn *c, const char *p, size_t n)
{
	if (c->failed || n == 0)
		return;
	if (c->out_max - c->out_n < n) {
		size_t max = c->out_max == 0 ? 4096 : c->out_max;
		char *bigger;

		while (max - c->out_n < n)
			max *= 2;
		bigger = realloc(c->out, max);
		if (bigger == NULL) {
			c->failed = true;
			return;
		}
		c->out = bigger;
		c->out_max = max;
	}
	memcpy(c->out + c->out_n, p, n);
	c->out_n += n;
}

/* Sends what is there and makes more: one piece a call, true when done. */
static bool
conn_push(struct ctl_conn *c)
{
	ssize_t n;

	if (c->out_off == c->out_n && c->more != NULL) {
		c->out_off = c->out_n = 0;
		if (c->more(c->more_arg, c, &c->cursor))
			c->more = NULL;
	}
	if (c->failed)
		return true;
	if (c->out_off < c->out_n) {
		n = send(c->fd, c->out + c->out_off, c->out_n - c->out_off,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0)
			return errno != EAGAIN && errno != EINTR;
		c->out_off += (size_t)n;
		c->deadline_ms = c->ctl->now_ms + CTL_WRITE_S * SECOND_MS;
	}
	return c->out_off == c->out_n && c->more == NULL;
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	if (conn_push(arg))
		conn_close(arg);
}

static void
conn_answer(struct ctl_conn *c)
{
	c->state = CONN_WRITE;
	c->deadline_ms = c->ctl->now_ms + CTL_WRITE_S * SECOND_MS;
	if (conn_push(c))
		conn_close(c);
	else
		conn_want(c, EV_WRITE, on_writable);
}

void
ctl_reply(struct ctl_conn *c, json_t *o)
{
	char *text = o == NULL ?
	    NULL :
	    json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6));

	json_decref(o);
	if (text == NULL) {
		c->failed = true;
	} else {
		ctl_append(c, text, strlen(text));
		ctl_append(c, "\n", 1);
	}
	free(text);
	conn_answer(c);
}

void
ctl_error(struct ctl_conn *c, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ctl_reply(c, json_pack("{s:b,s:s}", "ok", 0, "error", text));
}

void
ctl_stream(struct ctl_conn *c, ctl_more *more, void *arg)
{
	c->more = more;
	c->more_arg = arg;
	c->cursor = 0;
	conn_answer(c);
}

/* `n` bytes of a line without its newline. */
static void
conn_request(struct ctl_conn *c, size_t n)
{
	struct ctl *s = c->ctl;
	struct ctl_req req;
	const char *wrong = ctlreq_parse((struct str){ c->in, n }, &req);

	if (c->in_n > n + 1)
		wrong = "more than one line";
	event_free(c->ev);
	c->ev = NULL;
	c->state = CONN_WAIT;
	c->deadline_ms = s->now_ms + CTL_WAIT_S * SECOND_MS;
	if (wrong != NULL) {
		s->n.bad++;
		ctl_error(c, "%s", wrong);
		return;
	}
	s->n.requests++;
	s->conf.request(s->conf.arg, c, &req);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct ctl_conn *c = arg;
	const char *nl;
	ssize_t n;

	(void)what;
	n = recv(fd, c->in + c->in_n, sizeof(c->in) - c->in_n, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_close(c);
		return;
	}
	c->in_n += (size_t)n;
	nl = memchr(c->in, '\n', c->in_n);
	if (nl != NULL)
		conn_request(c, (size_t)(nl - c->in));
	else if (c->in_n == sizeof(c->in))
		conn_request(c, c->in_n); /* too long: says so */
}

static void
conn_start(struct ctl *s, int fd)
{
	static const char busy[] =
	    "{\"ok\":false,\"error\":\"too many connections\"}\n";
	struct ctl_conn *c = NULL;

	for (size_t i = 0; i < CTL_CONNS_MAX && c == NULL; i++)
		if (s->conns[i].state == CONN_FREE)
			c = &s->conns[i];
	if (c == NULL) {
		s->n.turned_away++;
		(void)!send(fd, busy, sizeof(busy) - 1,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		close(fd);
		return;
	}
	memset(c, 0, sizeof(*c));
	c->ctl = s;
	c->fd = fd;
	c->state = CONN_READ;
	c->deadline_ms = s->now_ms + CTL_READ_S * SECOND_MS;
	s->n.open_now++;
	conn_want(c, EV_READ, on_readable);
}

static void
on_accept(evutil_socket_t lfd, short what, void *arg)
{
	(void)what;
	for (int i = 0; i < CTL_CONNS_MAX; i++) {
		int fd = accept4(lfd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		conn_start(arg, fd);
	}
}

struct ctl *
ctl_new(const struct ctl_conf *conf, int64_t now_ms)
{
	struct ctl *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->conf = *conf;
	s->now_ms = now_ms;
	s->ev = event_new(conf->base, conf->fd, EV_READ | EV_PERSIST, on_accept,
	    s);
	if (s->ev == NULL || event_add(s->ev, NULL) != 0) {
		if (s->ev != NULL)
			event_free(s->ev);
		free(s);
		return NULL;
	}
	return s;
}

void
ctl_free(struct ctl *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < CTL_CONNS_MAX; i++)
		if (s->conns[i].state != CONN_FREE)
			conn_close(&s->conns[i]);
	event_free(s->ev);
	close(s->conf.fd);
	free(s);
}

void
ctl_tick(struct ctl *s, int64_t now_ms)
{
	s->now_ms = now_ms;
	for (size_t i = 0; i < CTL_CONNS_MAX; i++) {
		struct ctl_conn *c = &s->conns[i];

		if (c->state == CONN_FREE || c->deadline_ms > now_ms)
			continue;
		s->n.timeouts++;
		if (c->state != CONN_WAIT) {
			conn_close(c);
			continue;
		}
		if (s->conf.gone != NULL)
			s->conf.gone(s->conf.arg, c);
		ctl_error(c, "the guard did not confirm within %d s",
		    CTL_WAIT_S);
	}
}

void
ctl_counts(const struct ctl *s, struct ctl_counts *out)
{
	*out = s->n;
}
