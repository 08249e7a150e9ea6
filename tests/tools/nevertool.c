/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nevertool - prints what the never-block list of this host has
 *
 *	nevertool SECONDS [NET...]
 *
 * First what is there, then "ready", then what comes and goes; at last what
 * is said of each NET.
 *
 * zt-link: daemon/neverblock daemon/neverlist fp/addr
 * zt-libs: libmnl
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/config.h"
#include "daemon/neverblock.h"

static void
on_own(void *arg, const struct net *n, bool added)
{
	char buf[ADDR_STRLEN];

	(void)arg;
	printf("%s %s\n", added ? "add" : "del", addr_print(&n->a, buf));
}

int
main(int argc, char **argv)
{
	static const struct config conf;
	struct neverblock *nb = neverblock_open(&conf, on_own, NULL);
	time_t until = time(NULL) + (argc > 1 ? atoi(argv[1]) : 0);
	struct pollfd pfd = { .events = POLLIN };
	struct net net;
	const char *why;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (nb == NULL) {
		perror("nevertool");
		return 1;
	}
	pfd.fd = neverblock_fd(nb);
	neverblock_each(nb, on_own, NULL);
	printf("ready\n");
	while (time(NULL) < until)
		if (poll(&pfd, 1, 100) > 0 && neverblock_read(nb) != 0)
			printf("failed\n");
	for (int i = 2; i < argc; i++) {
		if (!net_parse((struct str){ argv[i], strlen(argv[i]) }, &net))
			continue;
		why = neverblock_why(nb, &net);
		printf("%s: %s\n", argv[i], why == NULL ? "no" : why);
	}
	neverblock_close(nb);
	return 0;
}
