/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/p0fsock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fp/p0fapi.h"

#define SECOND_MS     1000
#define BACKLOG       1024
#define EVENTS_SLICE  64
#define ACCEPTS_SLICE 64
#define QUERIES_SLICE 16 /* of one client before others have their turn */
#define LAST_LOOKS    8
#define LISTENER      UINT32_MAX

struct client {
	int fd; /* -1 = free */
	bool waits_for_out;
	uint8_t in_n;
	uint16_t out_n, out_off;
	bool asked;       /* a whole query, ever */
	int64_t since_ms; /* it came, began a query, or asked its latest */
	uint64_t turn;    /* in which it came or asked its latest */
	uint8_t in[P0FAPI_QUERY_BYTES];
	uint8_t out[P0FAPI_REPLY_BYTES];
};

struct p0fsock {
	int epoll_fd, listen_fd;
	bool deaf; /* no descriptors left: listens again with the next sweep */
	int64_t now_ms, sweep_ms;
	uint64_t turns;
	const struct hosts *hosts; /* during p0fsock_run() */
	struct p0fsock_counts n;
	struct client clients[P0FSOCK_CLIENTS];
};

/* ---- the file ---- */

/* 0: nobody answers at the address; else -errno. */
static int
nobody_there(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc;

	if (fd < 0)
		return -errno;
	rc = connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 ? 0 :
									  errno;
	close(fd);
	if (rc == ECONNREFUSED)
		return 0;
	/* EAGAIN: one that is busy; EPROTOTYPE: one of another type */
	if (rc == 0 || rc == EAGAIN || rc == EPROTOTYPE)
		return -EADDRINUSE;
	return -rc;
}

static int
make_room(const struct sockaddr_un *sa)
{
	struct stat st;
	int rc;

	if (lstat(sa->sun_path, &st) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	rc = nobody_there(sa);
	if (rc != 0)
		return rc;
	return unlink(sa->sun_path) == 0 ? 0 : -errno;
}

int
p0fsock_listen(const char *path, mode_t mode, gid_t gid)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, rc;

	if (strlen(path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	memcpy(sa.sun_path, path, strlen(path) + 1);
	rc = make_room(&sa);
	if (rc != 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* fchmod before bind: at no moment has the file a wider mode */
	if (fchmod(fd, 0600) != 0 ||
	    bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0 ||
	    (gid != (gid_t)-1 && lchown(path, (uid_t)-1, gid) != 0) ||
	    chmod(path, mode) != 0 || listen(fd, BACKLOG) != 0) {
		rc = errno;
		close(fd);
		return -rc;
	}
	return fd;
}

/* ---- one client ---- */

static uint32_t
index_of(const struct p0fsock *s, const struct client *c)
{
	return (uint32_t)(c - s->clients);
}

static void
client_close(struct p0fsock *s, struct client *c)
{
	close(c->fd); /* which leaves the epoll set, too */
	c->fd = -1;
	s->n.open_now--;
}

static bool
client_want(struct p0fsock *s, struct client *c, bool out)
{
	struct epoll_event ev = { .events = out ? EPOLLOUT : EPOLLIN,
		.data.u32 = index_of(s, c) };

	if (c->waits_for_out == out)
		return true;
	c->waits_for_out = out;
	return epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, c->fd, &ev) == 0;
}

/* False: it is gone. */
static bool
client_flush(struct p0fsock *s, struct client *c)
{
	ssize_t n = send(c->fd, c->out + c->out_off,
	    (size_t)(c->out_n - c->out_off), MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		client_close(s, c);
		return false;
	}
	if (n > 0)
		c->out_off = (uint16_t)(c->out_off + n);
	if (c->out_off == c->out_n)
		c->out_off = c->out_n = 0;
	if (client_want(s, c, c->out_n != 0))
		return true;
	client_close(s, c);
	return false;
}

static bool
client_answer(struct p0fsock *s, struct client *c)
{
	struct p0fapi_reply reply = { .status = P0FAPI_BAD_QUERY };
	struct addr a;

	if (p0fapi_query_read(c->in, &a)) {
		p0fapi_of_host(hosts_get(s->hosts, &a), &reply);
		s->n.queries++;
		s->n.found += reply.status == P0FAPI_OK;
	} else {
		s->n.bad++;
	}
	p0fapi_reply_write(&reply, c->out);
	c->out_n = sizeof(c->out);
	c->out_off = 0;
	c->in_n = 0;
	c->asked = true;
	c->since_ms = s->now_ms;
	c->turn = ++s->turns;
	return client_flush(s, c);
}

/* Reads and answers until there is no more, or others have their turn. */
static void
client_read(struct p0fsock *s, struct client *c)
{
	for (int i = 0; i < QUERIES_SLICE && c->out_n == 0; i++) {
		ssize_t n = recv(c->fd, c->in + c->in_n,
		    sizeof(c->in) - c->in_n, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			client_close(s, c);
			return;
		}
		if (c->in_n == 0)
			c->since_ms = s->now_ms;
		c->in_n = (uint8_t)(c->in_n + n);
		if (c->in_n == sizeof(c->in) && !client_answer(s, c))
			return;
	}
}

static void
client_event(struct p0fsock *s, struct client *c)
{
	if (c->fd < 0)
		return;
	if (c->out_n != 0 && !client_flush(s, c))
		return;
	client_read(s, c);
}

/* ---- places ---- */

static struct client *
longest_silent(struct p0fsock *s)
{
	struct client *oldest = NULL;

	for (size_t i = 0; i < P0FSOCK_CLIENTS; i++) {
		struct client *c = &s->clients[i];

		if (c->fd >= 0 && (oldest == NULL || c->turn < oldest->turn))
			oldest = c;
	}
	return oldest;
}

/* False: there is nobody. */
static bool
evict(struct p0fsock *s)
{
	struct client *c = longest_silent(s);

	/* Its query may have come since the last look. */
	for (int i = 0; c != NULL && i < LAST_LOOKS; i++) {
		uint64_t turn = c->turn;

		if (c->out_n == 0)
			client_read(s, c);
		if (c->fd < 0)
			return true;
		if (c->turn == turn)
			break;
		c = longest_silent(s);
	}
	if (c == NULL)
		return false;
	s->n.evicted++;
	client_close(s, c);
	return true;
}

static struct client *
free_place(struct p0fsock *s)
{
	if (s->n.open_now == P0FSOCK_CLIENTS)
		(void)evict(s);
	for (size_t i = 0; i < P0FSOCK_CLIENTS; i++)
		if (s->clients[i].fd < 0)
			return &s->clients[i];
	return NULL;
}

static void
client_start(struct p0fsock *s, int fd)
{
	struct client *c = free_place(s);
	struct epoll_event ev = { .events = EPOLLIN };

	if (c != NULL) {
		memset(c, 0, sizeof(*c));
		ev.data.u32 = index_of(s, c);
	}
	if (c == NULL || epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &ev) != 0) {
		if (c != NULL)
			c->fd = -1;
		close(fd);
		return;
	}
	c->fd = fd;
	c->since_ms = s->now_ms;
	c->turn = ++s->turns;
	s->n.accepted++;
	s->n.open_now++;
	/* Most ask at once: answered before anybody can push them out. */
	client_read(s, c);
}

static bool
listener(struct p0fsock *s, int op)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u32 = LISTENER };

	return epoll_ctl(s->epoll_fd, op, s->listen_fd, &ev) == 0;
}

static void
accept_some(struct p0fsock *s)
{
	for (int i = 0; i < ACCEPTS_SLICE; i++) {
		int fd = accept4(s->listen_fd, NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			client_start(s, fd);
			continue;
		}
		if (errno == ECONNABORTED || errno == EINTR)
			continue;
		if (errno == EAGAIN || evict(s))
			return;
		/* No descriptors, and none of them is ours to give up. */
		s->deaf = listener(s, EPOLL_CTL_DEL);
		return;
	}
}

static bool
overdue(const struct p0fsock *s, const struct client *c)
{
	int64_t age_ms = s->now_ms - c->since_ms;

	if (c->in_n != 0 || c->out_n != 0)
		return age_ms >= P0FSOCK_HALF_S * SECOND_MS;
	return !c->asked && age_ms >= P0FSOCK_IDLE_S * SECOND_MS;
}

static void
sweep(struct p0fsock *s)
{
	s->sweep_ms = s->now_ms + SECOND_MS;
	if (s->deaf)
		s->deaf = !listener(s, EPOLL_CTL_ADD);
	for (size_t i = 0; i < P0FSOCK_CLIENTS; i++) {
		struct client *c = &s->clients[i];

		if (c->fd < 0 || !overdue(s, c))
			continue;
		s->n.idle++;
		client_close(s, c);
	}
}

/* ---- what the caller sees ---- */

struct p0fsock *
p0fsock_new(int listen_fd)
{
	struct p0fsock *s = calloc(1, sizeof(*s));
	int e;

	if (s == NULL)
		return NULL;
	for (size_t i = 0; i < P0FSOCK_CLIENTS; i++)
		s->clients[i].fd = -1;
	s->listen_fd = listen_fd;
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll_fd >= 0 && listener(s, EPOLL_CTL_ADD))
		return s;
	e = errno;
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	free(s);
	errno = e;
	return NULL;
}

void
p0fsock_free(struct p0fsock *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < P0FSOCK_CLIENTS; i++)
		if (s->clients[i].fd >= 0)
			client_close(s, &s->clients[i]);
	close(s->listen_fd);
	close(s->epoll_fd);
	free(s);
}

int
p0fsock_fd(const struct p0fsock *s)
{
	return s->epoll_fd;
}

void
p0fsock_run(struct p0fsock *s, const struct hosts *h, int64_t now_ms)
{
	struct epoll_event ev[EVENTS_SLICE];
	bool knock = false;
	int n;

	s->hosts = h;
	s->now_ms = now_ms;
	n = epoll_wait(s->epoll_fd, ev, EVENTS_SLICE, 0);
	for (int i = 0; i < n; i++)
		if (ev[i].data.u32 == LISTENER)
			knock = true;
		else
			client_event(s, &s->clients[ev[i].data.u32]);
	if (now_ms >= s->sweep_ms)
		sweep(s);
	if (knock)
		accept_some(s);
	s->hosts = NULL;
}

void
p0fsock_counts(const struct p0fsock *s, struct p0fsock_counts *out)
{
	*out = s->n;
}
