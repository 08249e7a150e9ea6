/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * latency - how long from the last piece of evidence to the kernel's element
 *
 * zt-link: fp/addr
 * zt-libs: libmnl libnftnl
 *
 * latency line LOGFILE ADDRESS:PORT...
 *     For each: appends reject lines of a session that the caller keeps open
 *     from ADDRESS:PORT to the log, in one write, and waits for the element's
 *     notification.  Prints `ADDRESS MICROSECONDS`.
 * latency watch SECONDS
 *     Prints `MICROSECONDS-SINCE-1970 ADDRESS` for each new element.
 * Both listen in NFNLGRP_NFTABLES, for elements of inet zfw block4.
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

#define LINES   4
#define WAIT_MS 3000

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

struct seen {              /* of one notification */
	struct addr *want; /* NULL: print all */
	bool found;
};

static int
on_message(const struct nlmsghdr *nlh, void *arg)
{
	struct seen *seen = arg;
	struct nftnl_set *set;
	struct nftnl_set_elems_iter *it;
	struct nftnl_set_elem *el;
	char text[ADDR_STRLEN];

	if ((nlh->nlmsg_type & 0xff) != NFT_MSG_NEWSETELEM)
		return MNL_CB_OK;
	set = nftnl_set_alloc();
	if (set == NULL || nftnl_set_elems_nlmsg_parse(nlh, set) < 0)
		err(1, "parse");
	if (strcmp(nftnl_set_get_str(set, NFTNL_SET_TABLE), "zfw") == 0 &&
	    strcmp(nftnl_set_get_str(set, NFTNL_SET_NAME), "block4") == 0) {
		it = nftnl_set_elems_iter_create(set);
		while (it != NULL &&
		    (el = nftnl_set_elems_iter_next(it)) != NULL) {
			uint32_t n = 0;
			const uint8_t *key = nftnl_set_elem_get(el,
			    NFTNL_SET_ELEM_KEY, &n);
			struct addr a = addr_v4_bytes(key);

			if (seen->want == NULL)
				printf("%lld %s\n", (long long)now_us(),
				    addr_print(&a, text));
			else if (addr_eq(seen->want, &a))
				seen->found = true;
		}
		nftnl_set_elems_iter_destroy(it);
	}
	nftnl_set_free(set);
	return MNL_CB_OK;
}

static void
listen_until(struct mnl_socket *nl, struct seen *seen, int64_t until_us)
{
	char buf[65536];

	while (!seen->found && now_us() < until_us) {
		struct pollfd p = { mnl_socket_get_fd(nl), POLLIN, 0 };
		ssize_t n;

		if (poll(&p, 1, (int)((until_us - now_us()) / 1000) + 1) <= 0)
			continue;
		n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		if (n > 0)
			mnl_cb_run(buf, (size_t)n, 0, 0, on_message, seen);
	}
}

static int64_t
one(struct mnl_socket *nl, int log, const char *address, const char *port)
{
	struct addr a;
	struct seen seen = { &a, false };
	char lines[LINES * 400];
	size_t n = 0;
	time_t t = time(NULL);
	struct tm tm;
	char stamp[32];
	int64_t start;

	if (!addr_parse((struct str){ address, strlen(address) }, &a))
		errx(2, "%s: not an address", address);
	localtime_r(&t, &tm);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	for (int i = 0; i < LINES; i++)
		n += (size_t)snprintf(lines + n, sizeof(lines) - n,
		    "%s mx postfix/smtpd[77]: NOQUEUE: reject: RCPT from "
		    "unknown[%s]:%s: 550 5.1.1 <no%d@example.com>: Recipient "
		    "address rejected: User unknown in local recipient table; "
		    "from=<a@example.net> to=<no%d@example.com> proto=ESMTP "
		    "helo=<pc>\n",
		    stamp, address, port, i, i);
	start = now_us();
	if (write(log, lines, n) != (ssize_t)n)
		err(1, "write");
	listen_until(nl, &seen, start + WAIT_MS * 1000);
	return seen.found ? now_us() - start : -1;
}

int
main(int argc, char **argv)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_NETFILTER);
	struct seen all = { NULL, false };
	int log;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (nl == NULL ||
	    mnl_socket_bind(nl, 1 << (NFNLGRP_NFTABLES - 1),
		MNL_SOCKET_AUTOPID) < 0)
		err(1, "netlink");
	if (argc == 3 && strcmp(argv[1], "watch") == 0) {
		listen_until(nl, &all, now_us() + atoll(argv[2]) * 1000000);
		return 0;
	}
	if (argc < 4 || strcmp(argv[1], "line") != 0)
		errx(2, "usage: latency line LOGFILE ADDRESS:PORT...");
	log = open(argv[2], O_WRONLY | O_APPEND | O_CLOEXEC);
	if (log < 0)
		err(1, "%s", argv[2]);
	for (int i = 3; i < argc; i++) {
		char *port = strchr(argv[i], ':');

		if (port == NULL)
			errx(2, "%s: no port", argv[i]);
		*port++ = '\0';
		printf("%s %lld\n", argv[i],
		    (long long)one(nl, log, argv[i], port));
		usleep(20000);
	}
	return 0;
}
