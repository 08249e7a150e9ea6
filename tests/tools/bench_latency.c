/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_latency - from lines of a mail log to the elements of two firewalls
 *
 * zt-link: fp/addr
 * zt-libs: libmnl libnftnl
 *
 *	bench_latency LOG TABLE OTHER ADDRESS:PORT...
 *
 * For each client, whose session the caller keeps open: appends LINES reject
 * lines of it to the log in one write and waits until sets of both tables
 * have an element that begins with its address, as the kernel's
 * notifications say.  Prints "ADDRESS US US": since the write, for TABLE and
 * for OTHER; -1 when there was none after WAIT_MS.
 */
#include <err.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <libnftnl/set.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fp/addr.h"

#define LINES    4
#define WAIT_MS  5000
#define PAUSE_US 50000
#define RCVBUF   (1 << 22)

struct wait {
	const char *table[2];
	struct addr client;
	int64_t start_us, us[2]; /* -1: not yet */
};

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static bool
has_client(struct nftnl_set *set, const struct addr *client)
{
	struct nftnl_set_elems_iter *it = nftnl_set_elems_iter_create(set);
	struct nftnl_set_elem *el;
	bool found = false;
	uint32_t n;

	while (it != NULL && (el = nftnl_set_elems_iter_next(it)) != NULL) {
		const void *key = nftnl_set_elem_get(el, NFTNL_SET_ELEM_KEY,
		    &n);

		found |= key != NULL && n >= 4 &&
		    memcmp(key, client->b, 4) == 0;
	}
	nftnl_set_elems_iter_destroy(it);
	return found;
}

static int
on_message(const struct nlmsghdr *nlh, void *arg)
{
	struct wait *w = arg;
	struct nftnl_set *set;

	if ((nlh->nlmsg_type & 0xff) != NFT_MSG_NEWSETELEM)
		return MNL_CB_OK;
	set = nftnl_set_alloc();
	if (set == NULL || nftnl_set_elems_nlmsg_parse(nlh, set) < 0)
		err(1, "parse");
	for (int i = 0; i < 2; i++)
		if (w->us[i] < 0 &&
		    strcmp(nftnl_set_get_str(set, NFTNL_SET_TABLE),
			w->table[i]) == 0 &&
		    has_client(set, &w->client))
			w->us[i] = now_us() - w->start_us;
	nftnl_set_free(set);
	return MNL_CB_OK;
}

static void
listen_for(struct mnl_socket *nl, struct wait *w)
{
	const int64_t until_us = w->start_us + WAIT_MS * 1000;
	char buf[65536];
	int64_t left_us;

	while ((w->us[0] < 0 || w->us[1] < 0) &&
	    (left_us = until_us - now_us()) > 0) {
		struct pollfd p = { mnl_socket_get_fd(nl), POLLIN, 0 };
		ssize_t n;

		if (poll(&p, 1, (int)(left_us / 1000) + 1) <= 0)
			continue;
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n > 0)
			(void)mnl_cb_run(buf, (size_t)n, 0, 0, on_message, w);
	}
}

/* Reject lines of now, of that client's session. */
static size_t
make_lines(char *out, size_t room, const char *address, const char *port)
{
	time_t t = time(NULL);
	struct tm tm;
	char stamp[32];
	size_t n = 0;

	(void)localtime_r(&t, &tm);
	(void)strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	for (int i = 0; i < LINES && n < room; i++)
		n += (size_t)snprintf(out + n, room - n,
		    "%s mx postfix/smtpd[77]: NOQUEUE: reject: RCPT from "
		    "unknown[%s]:%s: 550 5.1.1 <no%d@example.com>: Recipient "
		    "address rejected: User unknown in local recipient table; "
		    "from=<a@example.net> to=<no%d@example.com> proto=ESMTP "
		    "helo=<pc>\n",
		    stamp, address, port, i, i);
	return n;
}

static void
one(struct mnl_socket *nl, int log, struct wait *w, char *client)
{
	char *port = strchr(client, ':'), lines[LINES * 400];
	size_t n;

	if (port == NULL)
		errx(2, "%s: no port", client);
	*port++ = '\0';
	if (!addr_parse((struct str){ client, strlen(client) }, &w->client) ||
	    w->client.family != 4)
		errx(2, "%s: not an IPv4 address", client);
	n = make_lines(lines, sizeof(lines), client, port);
	w->us[0] = w->us[1] = -1;
	w->start_us = now_us();
	if (write(log, lines, n) != (ssize_t)n)
		err(1, "write");
	listen_for(nl, w);
	printf("%s %lld %lld\n", client, (long long)w->us[0],
	    (long long)w->us[1]);
}

int
main(int argc, char **argv)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_NETFILTER);
	struct wait w;
	int log, size = RCVBUF;

	if (argc < 5)
		errx(2, "usage: bench_latency LOG TABLE OTHER ADDRESS:PORT...");
	if (nl == NULL ||
	    mnl_socket_bind(nl, 1 << (NFNLGRP_NFTABLES - 1),
		MNL_SOCKET_AUTOPID) < 0)
		err(1, "netlink");
	(void)setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVBUFFORCE,
	    &size, sizeof(size));
	log = open(argv[1], O_WRONLY | O_APPEND | O_CLOEXEC);
	if (log < 0)
		err(1, "%s", argv[1]);
	w = (struct wait){ .table = { argv[2], argv[3] } };
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 4; i < argc; i++) {
		one(nl, log, &w, argv[i]);
		(void)usleep(PAUSE_US);
	}
	mnl_socket_close(nl);
	return 0;
}
