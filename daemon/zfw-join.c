/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zfw-join - becomes one of zfwd's processes, for a service manager
 *
 * Started as the user that the process runs as, with the capabilities that it
 * starts with.  Connects to zfwd's socket, says which it is to be, gets
 * descriptors and arguments, and executes the program beside itself: the name
 * is its own argument and one of a list, never what came over the socket.
 * Exit status 0: zfwd does not need it.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "daemon/childfds.h"
#include "daemon/joinmsg.h"

#define TRY_MS  100
#define TRIES   600 /* zfwd may be a minute late */
#define WAIT_MS 120000
#define NO_FD   (-1)

enum { EXIT_UNNEEDED, EXIT_FAILED, EXIT_USAGE };

static const char usage_text[] =
    "usage: zfw-join engine|front|journal SOCKET\n"
    "Started by a service manager beside zfwd(8); of no use by hand.\n";

struct gift {
	struct joinmsg msg;
	int fds[JOINMSG_FDS];
	char buf[JOINMSG_BYTES];
};

static bool
known(const char *name)
{
	static const char *const names[] = { "engine", "front", "journal" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static int
fail(const char *what)
{
	fprintf(stderr, "zfw-join: %s: %s\n", what, strerror(errno));
	return EXIT_FAILED;
}

/* A connected socket, or -1: nobody answers there, for a long time. */
static int
find_zfwd(const char *path)
{
	const struct timespec pause = { 0, TRY_MS * 1000000L };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		errno = ENAMETOOLONG;
		return NO_FD;
	}
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	for (int i = 0; fd != NO_FD && i < TRIES; i++) {
		if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0)
			return fd;
		if (errno != ENOENT && errno != ECONNREFUSED && errno != EAGAIN)
			break;
		(void)nanosleep(&pause, NULL);
	}
	return NO_FD;
}

/* Nobody of our own user: he could as well be what we shall keep apart. */
static bool
is_zfwd(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
	    who.uid != getuid();
}

/* Those that came with the message; the rest stays -1. */
static size_t
take_fds(struct msghdr *mh, int fds[JOINMSG_FDS])
{
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c != NULL;
	     c = CMSG_NXTHDR(mh, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(c), n * sizeof(int));
	}
	return n;
}

/* false, with errno: nothing, or nothing that makes sense. */
static bool
receive(int fd, struct gift *g)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(JOINMSG_FDS * sizeof(int))];
	} c = { 0 };
	struct iovec iov = { g->buf, sizeof(g->buf) };
	struct msghdr mh = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c) };
	ssize_t n;

	errno = ETIMEDOUT;
	if (poll(&p, 1, WAIT_MS) != 1)
		return false;
	n = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC);
	if (n == 0)
		errno = ECONNRESET;
	if (n <= 0)
		return false;
	errno = EPROTO;
	return (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 &&
	    joinmsg_get(&g->msg, g->buf, (size_t)n) &&
	    take_fds(&mh, g->fds) == g->msg.fds_n;
}

/* zfw-NAME, where we are. */
static bool
program_path(const char *name, char path[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	return snprintf(path, PATH_MAX, "%s/zfw-%s", self, name) < PATH_MAX;
}

int
main(int argc, char **argv)
{
	static struct gift g;
	char path[PATH_MAX];
	int fd;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("zfw-join " ZFW_VERSION);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (argc != 3 || !known(argv[1])) {
		fputs(usage_text, stderr);
		return EXIT_USAGE;
	}
	fd = find_zfwd(argv[2]);
	if (fd == NO_FD)
		return fail(argv[2]);
	errno = EPERM;
	if (!is_zfwd(fd) || send(fd, argv[1], strlen(argv[1]), 0) == -1 ||
	    !receive(fd, &g))
		return fail(argv[2]);
	if (g.msg.args_n == 0)
		return EXIT_UNNEEDED;
	if (!program_path(argv[1], path) ||
	    !childfds_place(g.fds, g.msg.at, g.msg.fds_n))
		return fail("descriptors");
	/* execv() does not write to argv; its type is older than const. */
	execv(path, (char *const *)(uintptr_t)g.msg.args);
	return fail(path);
}
