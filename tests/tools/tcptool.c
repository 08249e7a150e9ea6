/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tcptool - knocks at a TCP port, and answers, for tests in namespaces
 *
 *	tcptool serve SECONDS PORT...
 *	tcptool connect ADDR PORT TIMEOUT_MS [SOURCE [opt]]
 *	tcptool hold ADDR PORT MILLISECONDS [SOURCE]
 *	tcptool hammer ADDR PORT DURATION_MS SOURCE
 *
 * `serve` accepts IPv4 and IPv6 and echoes.  `connect` says "ok
 * ms=N" or why not; `opt` puts an IPv6 destination options header before
 * TCP.  `hold` connects, says "ok port=N", keeps silent, and says how the
 * session ended: "reset ms=N", "closed ms=N", or "open".  `hammer` opens one connection after the other without waiting and
 * says how many got through.
 *
 * zt-link:
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORTS_MAX    8
#define SESSIONS_MAX 64 /* the oldest is closed for a new one */

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void __attribute__((noreturn)) die(const char *what)
{
	(void)fprintf(stderr, "tcptool: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* IPv4 addresses as ::ffff:a.b.c.d: one kind of socket for both. */
static struct sockaddr_storage
sock_addr(const char *text, const char *port, socklen_t *len)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };

	sin.sin_port = sin6.sin6_port = htons((uint16_t)atoi(port));
	if (inet_pton(AF_INET, text, &sin.sin_addr) == 1) {
		memcpy(&ss, &sin, sizeof(sin));
		*len = sizeof(sin);
	} else if (inet_pton(AF_INET6, text, &sin6.sin6_addr) == 1) {
		memcpy(&ss, &sin6, sizeof(sin6));
		*len = sizeof(sin6);
	} else {
		errno = EINVAL;
		die(text);
	}
	return ss;
}

static int
listener(const char *port)
{
	socklen_t len;
	struct sockaddr_storage ss = sock_addr("::", port, &len);
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (void *)&ss, len) < 0 || listen(fd, 1024) < 0)
		die("listen");
	return fd;
}

/* A listener gets a new session into the ring, a session its bytes back. */
static void
serve_one(struct pollfd *pfd, nfds_t listeners, nfds_t i, nfds_t *next)
{
	char buf[256];
	ssize_t n;
	int fd;

	if (i < listeners) {
		fd = accept4(pfd[i].fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			return;
		i = listeners + (*next)++ % SESSIONS_MAX;
		if (pfd[i].fd >= 0)
			(void)close(pfd[i].fd);
		pfd[i].fd = fd;
		return;
	}
	n = recv(pfd[i].fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (n > 0 && send(pfd[i].fd, buf, (size_t)n, MSG_NOSIGNAL) == n)
		return;
	(void)close(pfd[i].fd);
	pfd[i].fd = -1;
}

static int
cmd_serve(int argc, char **argv)
{
	struct pollfd pfd[PORTS_MAX + SESSIONS_MAX];
	nfds_t listeners = 0, next = 0;
	int64_t until = now_ms() + 1000 * (int64_t)atoi(argv[0]);

	for (nfds_t i = 0; i < PORTS_MAX + SESSIONS_MAX; i++)
		pfd[i] = (struct pollfd){ -1, POLLIN, 0 };
	for (int i = 1; i < argc && listeners < PORTS_MAX; i++)
		pfd[listeners++].fd = listener(argv[i]);
	printf("serving\n");
	while (now_ms() < until) {
		if (poll(pfd, listeners + SESSIONS_MAX, 200) <= 0)
			continue;
		for (nfds_t i = 0; i < listeners + SESSIONS_MAX; i++)
			if (pfd[i].fd >= 0 && pfd[i].revents != 0)
				serve_one(pfd, listeners, i, &next);
	}
	return 0;
}

/* A non-blocking socket bound to `source`, its SYN on the way. */
static int
knock(const char *to, const char *port, const char *source, int opt)
{
	/* next header, length, PadN of 4 */
	static const uint8_t dstopts[8] = { 0, 0, 1, 4, 0, 0, 0, 0 };
	socklen_t len, slen;
	struct sockaddr_storage ss = sock_addr(to, port, &len), src;
	struct linger now = { 1, 0 };
	int fd = socket(ss.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	if (source != NULL) {
		src = sock_addr(source, "0", &slen);
		if (bind(fd, (void *)&src, slen) < 0)
			die(source);
	}
	if (opt &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_DSTOPTS, dstopts,
		sizeof(dstopts)) < 0)
		die("IPV6_DSTOPTS");
	if (connect(fd, (void *)&ss, len) < 0 && errno != EINPROGRESS)
		die("connect");
	return fd;
}

static int
cmd_connect(int argc, char **argv)
{
	const int64_t t0 = now_ms();
	struct pollfd pfd = { .events = POLLOUT };
	socklen_t len = sizeof(int);
	int err = 0;

	if (argc < 3)
		return 2;
	pfd.fd = knock(argv[0], argv[1], argc > 3 ? argv[3] : NULL, argc > 4);
	if (poll(&pfd, 1, atoi(argv[2])) <= 0) {
		printf("timeout\n");
		return 1;
	}
	(void)getsockopt(pfd.fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err != 0) {
		printf("%s\n", strerror(err));
		return 1;
	}
	printf("ok ms=%" PRId64 "\n", now_ms() - t0);
	return 0;
}

/*
 * Over veth the whole handshake happens inside connect(), so a look right
 * after it is enough.
 */
static int
cmd_hammer(int argc, char **argv)
{
	unsigned long tried = 0, through = 0;
	struct tcp_info info;
	socklen_t len;
	int64_t until;

	if (argc < 4)
		return 2;
	until = now_ms() + atoi(argv[2]);
	while (now_ms() < until) {
		int fd = knock(argv[0], argv[1], argv[3], 0);

		len = sizeof(info);
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
		    info.tcpi_state != TCP_SYN_SENT)
			through++;
		tried++;
		(void)close(fd);
	}
	printf("tried=%lu through=%lu\n", tried, through);
	return 0;
}

static int
cmd_hold(int argc, char **argv)
{
	struct pollfd pfd = { .events = POLLOUT };
	struct sockaddr_storage me;
	socklen_t len = sizeof(me);
	int64_t t0;
	char c;

	if (argc < 3)
		return 2;
	pfd.fd = knock(argv[0], argv[1], argc > 3 ? argv[3] : NULL, 0);
	if (poll(&pfd, 1, 2000) <= 0 ||
	    getsockname(pfd.fd, (struct sockaddr *)&me, &len) != 0) {
		printf("timeout\n");
		return 1;
	}
	/* The port stands at the same place in both kinds of address. */
	printf("ok port=%u\n", ntohs(((struct sockaddr_in *)&me)->sin_port));
	(void)fflush(stdout);
	t0 = now_ms();
	pfd.events = POLLIN;
	if (poll(&pfd, 1, atoi(argv[2])) <= 0) {
		printf("open\n");
		return 0;
	}
	printf("%s ms=%" PRId64 "\n",
	    recv(pfd.fd, &c, 1, 0) < 0 ? "reset" : "closed", now_ms() - t0);
	return 0;
}

int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 2 && strcmp(argv[1], "serve") == 0)
		return cmd_serve(argc - 2, argv + 2);
	if (argc > 2 && strcmp(argv[1], "connect") == 0)
		return cmd_connect(argc - 2, argv + 2);
	if (argc > 2 && strcmp(argv[1], "hold") == 0)
		return cmd_hold(argc - 2, argv + 2);
	if (argc > 2 && strcmp(argv[1], "hammer") == 0)
		return cmd_hammer(argc - 2, argv + 2);
	(void)fprintf(stderr, "usage: tcptool serve|connect|hold|hammer ...\n");
	return 2;
}
