/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_probe - how long connections to a port take
 *
 * zt-link: fp/addr
 *
 *	bench_probe ADDRESS PORT MS EVERY_US
 *
 * Starts a connection every EVERY_US microseconds for MS milliseconds,
 * whether or not those before are through, and takes the time from connect()
 * to the SYN+ACK.  Prints one line:
 *
 *	n N lost N again N p50 US p99 US p999 US max US
 *
 * lost: not open WAIT_MS later, or refused; again: needed a second SYN.  Both
 * count with their time.  SIGTERM ends it early.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fp/addr.h"

#define WAIT_MS  5000
#define AGAIN_US 900000 /* the first retransmission is after a second */
#define N_MAX    1000000
#define FDS      65536
#define EVENTS   64

struct probe {
	struct sockaddr_storage to;
	socklen_t to_len;
	int epoll, family;
	size_t n, done, lost;
	double *us;            /* of each that is done */
	int64_t start_ns[FDS]; /* by descriptor; 0: not waiting */
};

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "bench_probe: %s: %s\n", what, strerror(errno));
	exit(1);
}

static volatile sig_atomic_t ended;

static void
on_term(int sig)
{
	(void)sig;
	ended = 1;
}

static int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
aim(struct probe *p, const char *address, const char *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };

	sin.sin_port = sin6.sin6_port = htons((uint16_t)atoi(port));
	if (inet_pton(AF_INET, address, &sin.sin_addr) == 1) {
		memcpy(&p->to, &sin, sizeof(sin));
		p->to_len = sizeof(sin);
	} else if (inet_pton(AF_INET6, address, &sin6.sin6_addr) == 1) {
		memcpy(&p->to, &sin6, sizeof(sin6));
		p->to_len = sizeof(sin6);
	} else {
		die(address);
	}
	p->family = p->to.ss_family;
}

/* The connection is open, or will never be. */
static void
finish(struct probe *p, int fd, bool open)
{
	int64_t ns = now_ns() - p->start_ns[fd];

	p->start_ns[fd] = 0;
	p->lost += !open;
	p->us[p->done++] = (double)ns / 1e3;
	(void)close(fd); /* a reset: nothing stays */
}

static void
start(struct probe *p)
{
	const struct linger now = { 1, 0 };
	struct epoll_event ev = { .events = EPOLLOUT | EPOLLET };
	int fd = socket(p->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);

	if (fd < 0 || fd >= FDS)
		die("socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	p->n++;
	p->start_ns[fd] = now_ns();
	if (connect(fd, (const void *)&p->to, p->to_len) == 0) {
		finish(p, fd, true);
		return;
	}
	if (errno != EINPROGRESS) {
		finish(p, fd, false);
		return;
	}
	ev.data.fd = fd;
	if (epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		die("epoll");
}

static void
wait_until(struct probe *p, int64_t until_ns)
{
	struct epoll_event ev[EVENTS];
	int64_t left;
	int n;

	while ((left = until_ns - now_ns()) > 0) {
		const struct timespec t = { left / 1000000000,
			left % 1000000000 };

		n = epoll_pwait2(p->epoll, ev, EVENTS, &t, NULL);
		for (int i = 0; i < n; i++) {
			int fd = ev[i].data.fd, err = 0;
			socklen_t len = sizeof(err);

			(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
			if (p->start_ns[fd] != 0)
				finish(p, fd, err == 0);
		}
	}
}

static void
give_up(struct probe *p)
{
	for (int fd = 0; fd < FDS; fd++)
		if (p->start_ns[fd] != 0)
			finish(p, fd, false);
}

static int
by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(struct probe *p)
{
	size_t again = 0, n = p->done;

	for (size_t i = 0; i < n; i++)
		again += p->us[i] >= AGAIN_US;
	qsort(p->us, n, sizeof(*p->us), by_value);
	printf("n %zu lost %zu again %zu p50 %.0f p99 %.0f p999 %.0f max "
	       "%.0f\n",
	    n, p->lost, again, p->us[n / 2], p->us[n - 1 - n / 100],
	    p->us[n - 1 - n / 1000], p->us[n - 1]);
}

int
main(int argc, char **argv)
{
	static struct probe p;
	struct rlimit files = { FDS, FDS };
	int64_t every_ns, begin_ns, n;

	if (argc != 5) {
		fputs("usage: bench_probe ADDRESS PORT MS EVERY_US\n", stderr);
		return 2;
	}
	aim(&p, argv[1], argv[2]);
	every_ns = atoll(argv[4]) * 1000;
	n = every_ns > 0 ? atoll(argv[3]) * 1000000 / every_ns : 0;
	if (n < 1 || n > N_MAX) {
		fputs("bench_probe: not so many\n", stderr);
		return 2;
	}
	(void)setrlimit(RLIMIT_NOFILE, &files);
	(void)prctl(PR_SET_TIMERSLACK, 1000);
	p.us = calloc((size_t)n, sizeof(*p.us));
	p.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p.us == NULL || p.epoll < 0)
		die("start");
	(void)signal(SIGTERM, on_term);
	begin_ns = now_ns();
	for (int64_t i = 0; i < n && !ended; i++) {
		start(&p);
		wait_until(&p, begin_ns + (i + 1) * every_ns);
	}
	for (int i = 0; i < WAIT_MS / 100 && p.done < p.n; i++)
		wait_until(&p, now_ns() + 100000000);
	give_up(&p);
	report(&p);
	free(p.us);
	return 0;
}
