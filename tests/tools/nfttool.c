/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nfttool - drives nft/ and fp/nfqueue from the command line, for tests
 *
 *	nfttool [-p PORT[,PORT]] [-m BLOCKS_MAX] [-q QUEUE] [-s]
 *	    [-f PORT] [-r PORT] [-l LEAK] [-i INTERFACE]... COMMAND ...
 *
 * -s is shadow mode: no drop rules.  -f and -r: a front on that port, reached
 * by tproxy or redirect.  An element is [reject:]NET[@LENGTH.WINDOW[.MSS]].
 * See `commands` below.  Each prints one line that a script can match; a
 * failure prints the sentence and exits 1.
 *
 * zt-link: @NFT nft/nftwatch fp/addr fp/nfqueue fp/verdicts
 * zt-link: tests/tools/lib/nftargs
 * zt-libs: libmnl libnftnl libnetfilter_queue
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fp/nfqueue.h"
#include "nft/nft.h"
#include "nft/nftwatch.h"
#include "tests/tools/lib/nftargs.h"

static int
check(const struct nft *n, int err)
{
	if (err < 0)
		(void)fprintf(stderr, "nfttool: %s\n", nft_error(n));
	return err < 0;
}

static int
cmd_install(struct nft *n, char **arg)
{
	static const char *const how[] = { "off", "native", "xt" };
	bool fresh = false;
	int err = nft_install(n, &fresh);

	(void)arg;
	if (err == 0)
		printf("fresh=%d queue=%s%s%s\n", fresh, how[nft_queue_how(n)],
		    *nft_error(n) ? " " : "", nft_error(n));
	return check(n, err);
}

static int
cmd_remove(struct nft *n, char **arg)
{
	(void)arg;
	return check(n, nft_remove(n));
}

static int
cmd_present(struct nft *n, char **arg)
{
	int rc = nft_present(n);

	(void)arg;
	printf("present=%d\n", rc);
	return check(n, rc);
}

static int
apply(struct nft *n, const struct nft_op *ops, size_t count)
{
	size_t done;
	int err = nft_apply(n, ops, count, &done);

	printf("done=%zu of=%zu err=%d results=", done, count, err);
	for (size_t i = 0; i < count && nft_result(n, i) != -ENODATA; i++)
		printf("%s%d", i == 0 ? "" : ",", nft_result(n, i));
	printf("\n");
	return check(n, err);
}

static int
cmd_add(struct nft *n, char **arg)
{
	struct nft_op op = op_make(NFT_ADD, arg[0], arg[1]);

	return apply(n, &op, 1);
}

static int
cmd_renew(struct nft *n, char **arg)
{
	struct nft_op op = op_make(NFT_RENEW, arg[0], arg[1]);

	return apply(n, &op, 1);
}

static int
cmd_del(struct nft *n, char **arg)
{
	struct nft_op op = op_make(NFT_DEL, arg[0], NULL);

	return apply(n, &op, 1);
}

/* add NET S renew NET S del NET ...: one nft_apply() */
static int
cmd_batch(struct nft *n, char **arg)
{
	struct nft_op ops[64];
	size_t count = 0;

	while (*arg != NULL && count < 64) {
		enum nft_op_kind kind = strcmp(*arg, "add") == 0 ? NFT_ADD :
		    strcmp(*arg, "renew") == 0                   ? NFT_RENEW :
								   NFT_DEL;

		if (arg[1] == NULL)
			die(*arg, "network missing");
		ops[count++] = op_make(kind, arg[1], arg[2]);
		arg += kind == NFT_DEL ? 2 : 3;
	}
	return apply(n, ops, count);
}

/* many COUNT SECONDS [renew]: addresses from 198.18.0.0 on, timed */
static int
cmd_many(struct nft *n, char **arg)
{
	size_t count = num_arg(arg[0]), done;
	struct nft_op *ops = calloc(count + 1, sizeof(*ops));
	struct nft_op one = op_make(NFT_ADD, "198.18.0.0/32", arg[1]);
	int64_t t0;
	int err;

	if (ops == NULL)
		die("many", "out of memory");
	if (arg[2] != NULL)
		one.kind = strcmp(arg[2], "del") == 0 ? NFT_DEL : NFT_RENEW;
	for (size_t i = 0; i < count; i++) {
		struct addr a = addr_v4(0xc6120000U + (uint32_t)i);

		ops[i] = one;
		ops[i].net = net_of(&a, 32);
	}
	t0 = now_us();
	err = nft_apply(n, ops, count, &done);
	printf("done=%zu err=%d ms=%" PRId64 "\n", done, err,
	    (now_us() - t0) / 1000);
	free(ops);
	return check(n, err);
}

static int
cmd_get(struct nft *n, char **arg)
{
	const struct nft_op op = op_make(NFT_DEL, arg[0], NULL);
	uint64_t ms = 0;
	int rc = nft_get(n, &op, &ms);

	if (rc == 1)
		printf("there ms=%" PRIu64 "\n", ms);
	else
		printf("not there\n");
	return check(n, rc);
}

static int
cmd_allow(struct nft *n, char **arg)
{
	struct net v[64];
	size_t count = 0;

	for (; *arg != NULL && count < 64; arg++)
		v[count++] = net_arg(*arg);
	return check(n, nft_allow_replace(n, v, count));
}

/* allow-many COUNT: /32 networks in every second place */
static int
cmd_allow_many(struct nft *n, char **arg)
{
	size_t count = num_arg(arg[0]);
	struct net *v = calloc(count + 1, sizeof(*v));
	int64_t t0 = now_us();
	int rc;

	if (v == NULL)
		die("allow-many", "out of memory");
	for (size_t i = 0; i < count; i++) {
		struct addr a = addr_v4(0xc6120000U + 2 * (uint32_t)i);

		v[i] = net_of(&a, 32);
	}
	rc = nft_allow_replace(n, v, count);
	printf("ms=%" PRId64 "\n", (now_us() - t0) / 1000);
	free(v);
	return check(n, rc);
}

static int
cmd_flush(struct nft *n, char **arg)
{
	(void)arg;
	return check(n, nft_flush_blocks(n));
}

/* reinstall TIMES: the same again and again */
static int
cmd_reinstall(struct nft *n, char **arg)
{
	unsigned long times = num_arg(arg[0]);
	int64_t t0 = now_us();
	unsigned fresh_n = 0;
	bool fresh;
	int err = 0;

	for (unsigned long i = 0; i < times && err == 0; i++) {
		err = nft_install(n, &fresh);
		fresh_n += fresh;
	}
	printf("fresh=%u us=%" PRId64 "\n", fresh_n,
	    (now_us() - t0) / (int64_t)(times + !times));
	return check(n, err);
}

static enum nfqueue_verdict
on_packet(void *arg, const struct packet *p, uint32_t id)
{
	bool accept = *(const bool *)arg;
	struct timespec now;

	(void)id;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	printf("packet ip=%u caplen=%u wirelen=%u age_s=%" PRId64 "\n",
	    p->caplen > 0 ? p->data[0] >> 4 : 0, p->caplen, p->wirelen,
	    (int64_t)now.tv_sec - p->t_us / 1000000);
	return accept ? NFQUEUE_ACCEPT : NFQUEUE_DROP;
}

static void
queue_loop(struct nft *n, struct nfqueue *q, int64_t until_us)
{
	struct pollfd pfd = { .fd = nfqueue_fd(q), .events = POLLIN };
	int64_t renew_us = 0;

	while (now_us() < until_us) {
		if (now_us() >= renew_us) {
			if (nft_queue_renew(n) != 0)
				printf("renew: %s\n", nft_error(n));
			renew_us = now_us() + 1000000;
		}
		if (poll(&pfd, 1, 100) > 0 && nfqueue_read(q) != 0)
			printf("read failed\n");
	}
}

/* queue SECONDS accept|drop: installs, reads the queue, holds the lease */
static int
cmd_queue(struct nft *n, char **arg)
{
	int64_t until = now_us() + (int64_t)num_arg(arg[0]) * 1000000;
	bool accept = arg[1] == NULL || strcmp(arg[1], "accept") == 0;
	struct nfqueue_counts c;
	struct nfqueue *q;
	uint16_t num = (uint16_t)num_arg(
	    arg[1] == NULL || arg[2] == NULL ? "0" : arg[2]);

	q = nfqueue_open(num, on_packet, &accept);
	if (q == NULL) {
		printf("open errno=%d\n", errno);
		return 1;
	}
	if (cmd_install(n, NULL) != 0)
		return 1;
	queue_loop(n, q, until);
	nfqueue_counts(q, &c);
	nfqueue_close(q);
	printf("packets=%" PRIu64 " accepted=%" PRIu64 " dropped=%" PRIu64
	       " overruns=%" PRIu64 " errors=%" PRIu64 "\n",
	    c.packets, c.accepted, c.dropped, c.overruns, c.errors);
	return 0;
}

/* lease SECONDS: renews without reading anything */
static int
cmd_lease(struct nft *n, char **arg)
{
	int64_t until = now_us() + (int64_t)num_arg(arg[0]) * 1000000;

	if (cmd_install(n, NULL) != 0)
		return 1;
	while (now_us() < until) {
		if (check(n, nft_queue_renew(n)))
			return 1;
		(void)usleep(200000);
	}
	return 0;
}

static void
say_elements(const struct nftwatch_seen *seen)
{
	static const char *const kinds[] = { "added", "deleted" };
	char text[ADDR_STRLEN];

	for (size_t i = 0; i < seen->ops_n; i++)
		printf("%s %s%s stack=%u.%u.%u\n", kinds[seen->ops[i].kind],
		    seen->ops[i].action == NFT_REJECT ? "reject:" : "",
		    net_print(&seen->ops[i].net, text), seen->ops[i].stack.len,
		    seen->ops[i].stack.window, seen->ops[i].stack.mss);
	printf("seen=%zu more=%d other=%d\n", seen->ops_n, seen->more,
	    seen->other);
}

/* watch SECONDS: says what others do; ADD once a second is our own */
static int
cmd_watch(struct nft *n, char **arg)
{
	static const char *const words[] = { "nothing", "elements", "changed",
		"deleted", "look" };
	int64_t until = now_us() + (int64_t)num_arg(arg[0]) * 1000000;
	struct nft_op own = op_make(NFT_ADD, "198.51.100.1/32", "60");
	struct nftwatch *w = nftwatch_open();
	struct pollfd pfd = { .events = POLLIN };
	enum nftwatch_what what;
	size_t done;

	if (w == NULL)
		die("nftwatch_open", strerror(errno));
	pfd.fd = nftwatch_fd(w);
	printf("watching\n");
	while (now_us() < until) {
		(void)nft_apply(n, &own, 1, &done);
		if (poll(&pfd, 1, 200) <= 0)
			continue;
		what = nftwatch_read(w, n);
		if (what != NFTWATCH_NOTHING)
			printf("%s\n", words[what]);
		if (what == NFTWATCH_ELEMENTS)
			say_elements(nftwatch_seen(w));
		if (what == NFTWATCH_DELETED)
			(void)cmd_install(n, NULL);
	}
	nftwatch_close(w);
	return 0;
}

/* flow ADDRESS PORT: nft_cut_flow() */
static int
cmd_flow(struct nft *n, char **arg)
{
	struct net client = net_arg(arg[0]);

	return check(n, nft_cut_flow(n, &client.a, (uint16_t)num_arg(arg[1])));
}

static int
cmd_counted(struct nft *n, char **arg)
{
	uint64_t packets = 0;
	int err = nft_queue_counted(n, &packets);

	(void)arg;
	printf("err=%d packets=%" PRIu64 "\n", err, packets);
	return 0;
}

static const struct {
	const char *name;
	int (*fn)(struct nft *n, char **arg);
} commands[] = {
	{ "install", cmd_install },
	{ "remove", cmd_remove },
	{ "present", cmd_present },
	{ "add", cmd_add },
	{ "renew", cmd_renew },
	{ "del", cmd_del },
	{ "batch", cmd_batch },
	{ "many", cmd_many },
	{ "get", cmd_get },
	{ "allow", cmd_allow },
	{ "allow-many", cmd_allow_many },
	{ "flush", cmd_flush },
	{ "reinstall", cmd_reinstall },
	{ "queue", cmd_queue },
	{ "lease", cmd_lease },
	{ "watch", cmd_watch },
	{ "flow", cmd_flow },
	{ "counted", cmd_counted },
};

int
main(int argc, char **argv)
{
	struct nft_conf conf = { .ports = { 25 },
		.ports_n = 1,
		.blocks_max = 1000,
		.drop = true,
		.queue = -1,
		.leak_seed = 0x5eed };
	struct nft *n;
	int rc = 2, c;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((c = getopt(argc, argv, NFTARGS_OPTIONS)) != -1)
		option_arg(c, &conf);
	if (optind >= argc)
		die("usage",
		    "nfttool [-p PORTS] [-m MAX] [-q N] [-s] "
		    "[-f PORT] [-r PORT] [-l LEAK] [-i IFACE] COMMAND");
	n = nft_open(&conf);
	if (n == NULL)
		die("nft_open", strerror(errno));
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[optind], commands[i].name) == 0)
			rc = commands[i].fn(n, argv + optind + 1);
	nft_close(n);
	return rc;
}
