/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * porttool - knocks from chosen source ports, and says who answered
 *
 *	porttool front SECONDS PORT [plain]
 *	porttool ports ADDR PORT SOURCE FROM N [TIMEOUT_MS]
 *
 * `front` listens at 127.0.0.1 and ::1 for what tproxy hands over (`plain`: at
 * all addresses, for redirect) and says "front" to everybody.  `ports` opens a
 * connection from each of N ports, says "mta" and prints PORT and the word
 * that came back (the echo of `tcptool serve`, or "front"); those that did
 * not get through are not printed.
 *
 * zt-link: fp/addr
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fp/addr.h"

#define PORTS_MAX 512

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void __attribute__((noreturn)) die(const char *what)
{
	(void)fprintf(stderr, "porttool: %s: %s\n", what, strerror(errno));
	exit(2);
}

static socklen_t
sock_addr(const char *text, uint16_t port, struct sockaddr_storage *ss)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	struct addr a;

	if (!addr_parse((struct str){ text, strlen(text) }, &a)) {
		errno = EINVAL;
		die(text);
	}
	sin.sin_port = sin6.sin6_port = htons(port);
	memcpy(&sin.sin_addr, a.b, sizeof(sin.sin_addr));
	memcpy(&sin6.sin6_addr, a.b, sizeof(sin6.sin6_addr));
	*ss = (struct sockaddr_storage){ 0 };
	memcpy(ss, a.family == 4 ? (void *)&sin : (void *)&sin6,
	    a.family == 4 ? sizeof(sin) : sizeof(sin6));
	return a.family == 4 ? sizeof(sin) : sizeof(sin6);
}

static int
listener(const char *addr, uint16_t port, int transparent)
{
	struct sockaddr_storage ss;
	socklen_t len = sock_addr(addr, port, &ss);
	int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		die("socket");
	if (ss.ss_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		die("IPV6_V6ONLY");
	if (transparent &&
	    setsockopt(fd, ss.ss_family == AF_INET ? SOL_IP : SOL_IPV6,
		ss.ss_family == AF_INET ? IP_TRANSPARENT : IPV6_TRANSPARENT,
		&on, sizeof(on)) < 0)
		die("IP_TRANSPARENT");
	if (bind(fd, (void *)&ss, len) < 0 || listen(fd, 1024) < 0)
		die("listen");
	return fd;
}

static int
cmd_front(int argc, char **argv)
{
	const int64_t until = now_ms() + 1000 * (int64_t)atoi(argv[0]);
	const uint16_t port = (uint16_t)atoi(argv[1]);
	const int plain = argc > 2;
	struct pollfd pfd[2] = { { .events = POLLIN }, { .events = POLLIN } };

	pfd[0].fd = listener(plain ? "0.0.0.0" : "127.0.0.1", port, !plain);
	pfd[1].fd = listener(plain ? "::" : "::1", port, !plain);
	printf("fronting\n");
	while (now_ms() < until) {
		if (poll(pfd, 2, 200) <= 0)
			continue;
		for (int i = 0; i < 2; i++) {
			int fd = pfd[i].revents == 0 ?
			    -1 :
			    accept4(pfd[i].fd, NULL, NULL, SOCK_CLOEXEC);

			if (fd < 0)
				continue;
			(void)send(fd, "front\n", 6, MSG_NOSIGNAL);
			(void)shutdown(fd, SHUT_WR);
			(void)usleep(1000);
			(void)close(fd);
		}
	}
	return 0;
}

static int
knock(char **argv, uint16_t from)
{
	struct sockaddr_storage to, src;
	socklen_t len = sock_addr(argv[0], (uint16_t)atoi(argv[1]), &to);
	struct linger now = { 1, 0 };
	int fd = socket(to.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	(void)sock_addr(argv[2], from, &src);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (void *)&src, len) < 0)
		die("bind");
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	if (connect(fd, (void *)&to, len) < 0 && errno != EINPROGRESS)
		die("connect");
	return fd;
}

/* The word that came, once it is there.  True: done with this one. */
static bool
answered(struct pollfd *pfd, unsigned port)
{
	char word[16];
	ssize_t n;

	if (pfd->revents & POLLOUT) {
		if (send(pfd->fd, "mta\n", 4, MSG_NOSIGNAL) != 4)
			return (pfd->events = 0, false);
		pfd->events = POLLIN;
		return false;
	}
	n = recv(pfd->fd, word, sizeof(word) - 1, MSG_DONTWAIT);
	if (n <= 0)
		return n == 0 || errno != EAGAIN;
	word[n] = '\0';
	word[strcspn(word, "\n")] = '\0';
	printf("%u %s\n", port, word);
	return true;
}

static int
cmd_ports(int argc, char **argv)
{
	static struct pollfd pfd[PORTS_MAX];
	const unsigned from = (unsigned)atoi(argv[3]);
	const unsigned n = (unsigned)atoi(argv[4]);
	const int64_t until = now_ms() + (argc > 5 ? atoi(argv[5]) : 400);

	if (n > PORTS_MAX)
		return 2;
	for (unsigned i = 0; i < n; i++)
		pfd[i] = (struct pollfd){ knock(argv, (uint16_t)(from + i)),
			POLLOUT, 0 };
	while (now_ms() < until) {
		if (poll(pfd, n, (int)(until - now_ms())) <= 0)
			break;
		for (unsigned i = 0; i < n; i++)
			if (pfd[i].fd >= 0 && pfd[i].revents != 0 &&
			    answered(&pfd[i], from + i)) {
				(void)close(pfd[i].fd);
				pfd[i].fd = -1;
			}
	}
	return 0;
}

int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc >= 4 && strcmp(argv[1], "front") == 0)
		return cmd_front(argc - 2, argv + 2);
	if (argc >= 7 && strcmp(argv[1], "ports") == 0)
		return cmd_ports(argc - 2, argv + 2);
	(void)fprintf(stderr, "usage: porttool front|ports ...\n");
	return 2;
}
