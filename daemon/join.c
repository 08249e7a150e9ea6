/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/join.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "daemon/log.h"

#define BACKLOG   16
#define NAME_MS   1000 /* who has come says his name within that */
#define NOT_COMES "nobody joined as zfw-%s: does its service run?"

static int
fail(char err[JOIN_ERRLEN], const char *what)
{
	int e = errno;

	(void)snprintf(err, JOIN_ERRLEN, "%s: %s", what, strerror(e));
	return -e;
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		zfw_panic("no monotonic clock");
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/*
 * Whoever may enter run_dir may knock; who he is we ask the kernel.  The mode
 * is right from the first moment: they knock while we do this.
 */
static int
bind_open(int fd, const struct sockaddr_un *sa)
{
	const mode_t old = umask(0111);
	int rc = bind(fd, (const struct sockaddr *)sa, sizeof(*sa));

	(void)umask(old);
	return rc;
}

static int
listen_at(const char *path)
{
	const int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, e;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, type, 0);
	if (fd == -1)
		return -1;
	(void)unlink(path);
	if (bind_open(fd, &sa) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

int
join_open(struct join *j, const char *run_dir, const char *user,
    char err[JOIN_ERRLEN])
{
	const struct passwd *pw = getpwnam(user);
	char path[256];

	*j = (struct join){ .fd = -1 };
	if (pw == NULL) {
		(void)snprintf(err, JOIN_ERRLEN, "no such user: %s", user);
		return -ENOENT;
	}
	j->uid = pw->pw_uid;
	(void)snprintf(path, sizeof(path), "%s/%s", run_dir, JOIN_SOCKET);
	j->fd = listen_at(path);
	return j->fd == -1 ? fail(err, path) : 0;
}

static void
drop(struct join *j, size_t i)
{
	close(j->waiting[i].fd);
	j->waiting[i] = j->waiting[--j->n];
}

/* Is it the configured user, and who does he want to be? */
static bool
learn(const struct join *j, struct join_one *one)
{
	const struct timeval wait = { NAME_MS / 1000, NAME_MS % 1000 * 1000 };
	struct ucred who;
	socklen_t len = sizeof(who);
	ssize_t n;

	if (getsockopt(one->fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0 ||
	    setsockopt(one->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)))
		return false;
	if (who.uid != j->uid || who.pid <= 0) {
		log_msg(LOG_WARNING,
		    "join: process %d of user %d wanted to join: refused",
		    (int)who.pid, (int)who.uid);
		return false;
	}
	one->pid = who.pid;
	n = recv(one->fd, one->name, sizeof(one->name) - 1, 0);
	one->name[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* One who has come; false: nobody. */
static bool
admit(struct join *j)
{
	struct join_one one = { .fd = accept4(j->fd, NULL, NULL,
				    SOCK_CLOEXEC) };

	if (one.fd == -1)
		return false;
	if (!learn(j, &one)) {
		close(one.fd);
		return true;
	}
	if (j->n == JOIN_MAX)
		drop(j, 0);
	j->waiting[j->n++] = one;
	return true;
}

/* The last to come: one before it may have died since. */
static bool
find(const struct join *j, const char *name, size_t *at)
{
	for (size_t i = j->n; i-- > 0;)
		if (strcmp(j->waiting[i].name, name) == 0) {
			*at = i;
			return true;
		}
	return false;
}

static int
wait_for(struct join *j, const char *name, size_t *at, char err[JOIN_ERRLEN])
{
	const int64_t until_ms = now_ms() + JOIN_WAIT_S * 1000;
	struct pollfd p = { .fd = j->fd, .events = POLLIN };

	for (;;) {
		int64_t left_ms = until_ms - now_ms();

		while (admit(j))
			;
		if (find(j, name, at))
			return 0;
		if (left_ms <= 0)
			break;
		(void)poll(&p, 1, (int)left_ms);
	}
	(void)snprintf(err, JOIN_ERRLEN, NOT_COMES, name);
	return -ETIMEDOUT;
}

static int
send_gift(int to, const struct joinmsg *msg, const int *fds)
{
	char buf[JOINMSG_BYTES];
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(JOINMSG_FDS * sizeof(int))];
	} c = { 0 };
	struct iovec iov = { buf, joinmsg_put(msg, buf) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (iov.iov_len == 0)
		return -E2BIG;
	if (msg->fds_n > 0) {
		mh.msg_control = &c;
		mh.msg_controllen = CMSG_SPACE(msg->fds_n * sizeof(int));
		c.h.cmsg_level = SOL_SOCKET;
		c.h.cmsg_type = SCM_RIGHTS;
		c.h.cmsg_len = CMSG_LEN(msg->fds_n * sizeof(int));
		memcpy(CMSG_DATA(&c.h), fds, msg->fds_n * sizeof(int));
	}
	return sendmsg(to, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) == -1 ? -errno : 0;
}

int
join_give(struct join *j, const struct join_gift *g, pid_t *pid, int *pid_fd,
    char err[JOIN_ERRLEN])
{
	size_t at;
	int rc = wait_for(j, g->name, &at, err);

	if (rc != 0)
		return rc;
	*pid = j->waiting[at].pid;
	*pid_fd = (int)syscall(SYS_pidfd_open, *pid, 0);
	if (*pid_fd == -1) {
		rc = fail(err, "pidfd_open");
	} else {
		/* It waits for us, so that was its number and no other's. */
		rc = send_gift(j->waiting[at].fd, &g->msg, g->fds);
		if (rc != 0) {
			(void)snprintf(err, JOIN_ERRLEN, "zfw-%s has left: %s",
			    g->name, strerror(-rc));
			close(*pid_fd);
		}
	}
	drop(j, at);
	return rc;
}

void
join_turn_away(struct join *j)
{
	const struct joinmsg none = { .fds_n = 0 };

	while (admit(j))
		;
	while (j->n > 0) {
		(void)send_gift(j->waiting[0].fd, &none, NULL);
		drop(j, 0);
	}
}

void
join_close(struct join *j)
{
	while (j->n > 0)
		drop(j, 0);
	if (j->fd != -1)
		close(j->fd);
	j->fd = -1;
}
