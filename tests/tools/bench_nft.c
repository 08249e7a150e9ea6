/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_nft - how fast elements get into the kernel, by us and by hand
 *
 * zt-link: @NFT fp/addr
 * zt-libs: libmnl libnftnl
 *
 *	bench_nft fill [-c] FAMILY TABLE SET 4|6 N
 *	bench_nft zfw BLOCKS_MAX LEAK N4 N6 [IFACE]
 *	bench_nft again N
 *	bench_nft one FIRST COUNT
 *	bench_nft script TABLE SET N
 *	bench_nft list 4|6 N
 *
 * The clients are those of blocked.h.  `fill` is the bare loop to compare
 * with: messages of 400 elements put together with libmnl alone, 1,000 a
 * transaction, into a set that is there; -c gives them a comment as ours
 * have.  `zfw` makes our table (in ingress of IFACE, too) and fills it as the
 * guard does, with nft_apply() of 1,000 operations; `again` does that once
 * more with all of them there; `one` blocks COUNT clients one by one.  `fill`,
 * `zfw` and `again` print "ms MS cpu MS", `one` the median, the worst and the best as
 * "us MEDIAN MAX MIN".  `script` writes for `nft -f`, `list` an
 * address a line.
 */
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/batch.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "daemon/evidence_kind.h"
#include "nft/nft.h"
#include "tests/tools/lib/blocked.h"

#define BATCH      1000
#define IN_MESSAGE 400
#define BUF_BYTES  (1 << 20)
#define SNDBUF     (1 << 22)
#define TIMEOUT_S  86400u
#define ONES_MAX   100000u
#define COMMENT    "tier 4 score 0.981 early-talk, no-rdns"

static void __attribute__((noreturn)) die(const char *what, const char *why)
{
	fprintf(stderr, "bench_nft: %s: %s\n", what, why);
	exit(1);
}

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* What it took since then, and the CPU time of the whole process. */
static void
report(double from_ms)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	printf("ms %.1f cpu %.1f\n", now_ms() - from_ms,
	    (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6);
}

static uint32_t
number(const char *s)
{
	char *end;
	unsigned long v = strtoul(s, &end, 10);

	if (end == s || *end != '\0' || v > BLOCKED_MAX)
		die(s, "not such a number");
	return (uint32_t)v;
}

/* ---- by hand ---- */

struct fill {
	struct mnl_socket *nl;
	uint16_t family;
	const char *table, *set;
	unsigned ip;
	bool comment;
	uint32_t seq;
	char *buf;
	size_t len;
};

static void
put_element(struct nlmsghdr *nlh, const struct fill *f, uint32_t i)
{
	static const uint8_t comment[] = "\0\x27" COMMENT; /* type, length */
	struct addr a = blocked_addr(f->ip, i);
	struct nlattr *one = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
	struct nlattr *key = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_KEY);

	mnl_attr_put(nlh, NFTA_DATA_VALUE, f->ip == 4 ? 4 : 16, a.b);
	mnl_attr_nest_end(nlh, key);
	mnl_attr_put_u64(nlh, NFTA_SET_ELEM_TIMEOUT,
	    htobe64(TIMEOUT_S * UINT64_C(1000)));
	if (f->comment)
		mnl_attr_put(nlh, NFTA_SET_ELEM_USERDATA, sizeof(comment),
		    comment);
	mnl_attr_nest_end(nlh, one);
}

static struct nlmsghdr *
put_elements(struct fill *f, uint32_t from, uint32_t n)
{
	struct nlmsghdr *nlh = nftnl_nlmsg_build_hdr(f->buf + f->len,
	    NFT_MSG_NEWSETELEM, f->family, NLM_F_CREATE, f->seq++);
	struct nlattr *list;

	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, f->table);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, f->set);
	list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	for (uint32_t i = 0; i < n; i++)
		put_element(nlh, f, from + i);
	mnl_attr_nest_end(nlh, list);
	f->len += nlh->nlmsg_len;
	return nlh;
}

/* One transaction; waits for the one answer. */
static void
fill_batch(struct fill *f, uint32_t from, uint32_t n)
{
	struct nlmsghdr *last = NULL;
	char in[8192];
	ssize_t got;

	f->len = nftnl_batch_begin(f->buf, f->seq++)->nlmsg_len;
	for (uint32_t i = 0, now; i < n; i += now) {
		now = n - i < IN_MESSAGE ? n - i : IN_MESSAGE;
		last = put_elements(f, from + i, now);
	}
	if (last == NULL)
		return;
	last->nlmsg_flags |= NLM_F_ACK;
	f->len += nftnl_batch_end(f->buf + f->len, f->seq++)->nlmsg_len;
	if (mnl_socket_sendto(f->nl, f->buf, f->len) < 0)
		die("send", strerror(errno));
	got = mnl_socket_recvfrom(f->nl, in, sizeof(in));
	if (got < 0 || mnl_cb_run(in, (size_t)got, 0, 0, NULL, NULL) < 0)
		die(f->table, strerror(errno));
}

static uint16_t
family_of(const char *word)
{
	if (strcmp(word, "inet") == 0)
		return NFPROTO_INET;
	if (strcmp(word, "netdev") == 0)
		return NFPROTO_NETDEV;
	die(word, "not a family");
}

static int
cmd_fill(int argc, char **arg)
{
	struct fill f = { .seq = 1 };
	int size = SNDBUF, on = 1;
	uint32_t n;
	double ms;

	f.comment = argc == 6 && strcmp(arg[0], "-c") == 0;
	arg += f.comment;
	if (argc - f.comment != 5)
		return 2;
	f.family = family_of(arg[0]);
	f.table = arg[1];
	f.set = arg[2];
	f.ip = arg[3][0] == '4' ? 4 : 6;
	n = number(arg[4]);
	f.buf = malloc(BUF_BYTES);
	f.nl = mnl_socket_open(NETLINK_NETFILTER);
	if (f.buf == NULL || f.nl == NULL || mnl_socket_bind(f.nl, 0, 0) < 0)
		die("netlink", strerror(errno));
	(void)setsockopt(mnl_socket_get_fd(f.nl), SOL_SOCKET, SO_SNDBUFFORCE,
	    &size, sizeof(size));
	(void)mnl_socket_setsockopt(f.nl, NETLINK_CAP_ACK, &on, sizeof(on));
	ms = now_ms();
	for (uint32_t i = 0; i < n; i += BATCH)
		fill_batch(&f, i, n - i < BATCH ? n - i : BATCH);
	report(ms);
	mnl_socket_close(f.nl);
	free(f.buf);
	return 0;
}

/* ---- by us ---- */

static struct nft *
open_ours(uint32_t blocks_max, uint32_t leak, const char *iface)
{
	struct nft_conf conf = { .ports = { 25 },
		.ports_n = 1,
		.blocks_max = blocks_max,
		.drop = true,
		.queue = -1,
		.leak = leak,
		.leak_seed = 1 };
	struct nft *n;

	if (iface != NULL) {
		(void)snprintf(conf.ingress[0], sizeof(conf.ingress[0]), "%s",
		    iface);
		conf.ingress_n = 1;
	}
	n = nft_open(&conf);
	if (n == NULL)
		die("nft_open", strerror(errno));
	return n;
}

static struct nft_op
op_of(unsigned family, uint32_t i)
{
	struct addr a = blocked_addr(family, i);
	struct nft_op op = { .kind = NFT_ADD,
		.net = addr_key_net(&a),
		.timeout_s = TIMEOUT_S,
		.tier = 4,
		.score = 981,
		.reasons = { EVIDENCE_EARLY_TALK, EVIDENCE_RDNS_NONE } };

	return op;
}

static void
apply_all(struct nft *n, unsigned family, uint32_t count)
{
	static struct nft_op ops[BATCH];

	for (uint32_t at = 0; at < count; at += BATCH) {
		uint32_t now = count - at < BATCH ? count - at : BATCH;
		size_t done;

		for (uint32_t i = 0; i < now; i++)
			ops[i] = op_of(family, at + i);
		if (nft_apply(n, ops, now, &done) != 0)
			die("nft_apply", nft_error(n));
	}
}

static int
cmd_zfw(int argc, char **arg)
{
	struct nft *n;
	bool fresh;
	double ms;

	if (argc < 4)
		return 2;
	n = open_ours(number(arg[0]), number(arg[1]), argc > 4 ? arg[4] : NULL);
	if (nft_install(n, &fresh) != 0 || *nft_error(n) != '\0')
		die("nft_install", nft_error(n));
	ms = now_ms();
	apply_all(n, 4, number(arg[2]));
	apply_all(n, 6, number(arg[3]));
	report(ms);
	nft_close(n);
	return 0;
}

static int
cmd_again(int argc, char **arg)
{
	struct nft *n = open_ours(BLOCKED_MAX, 0, NULL);
	double ms = now_ms();

	if (argc != 1)
		return 2;
	apply_all(n, 4, number(arg[0]));
	report(ms);
	nft_close(n);
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
cmd_one(int argc, char **arg)
{
	struct nft *n = open_ours(BLOCKED_MAX, 0, NULL);
	static double us[ONES_MAX];
	uint32_t first, count;
	size_t done;

	if (argc != 2)
		return 2;
	first = number(arg[0]);
	count = number(arg[1]);
	if (count < 1 || count > ONES_MAX)
		die(arg[1], "not so many");
	for (uint32_t i = 0; i < count; i++) {
		struct nft_op op = op_of(4, first + i);

		us[i] = now_ms();
		if (nft_apply(n, &op, 1, &done) != 0)
			die("nft_apply", nft_error(n));
		us[i] = (now_ms() - us[i]) * 1e3;
	}
	qsort(us, count, sizeof(*us), by_value);
	printf("us %.1f %.1f %.1f\n", us[count / 2], us[count - 1], us[0]);
	nft_close(n);
	return 0;
}

static int
cmd_script(int argc, char **arg)
{
	char text[ADDR_STRLEN];

	if (argc != 3)
		return 2;
	for (uint32_t i = 0, n = number(arg[2]); i < n; i++) {
		struct addr a = blocked_addr(4, i);

		if (i % BATCH == 0)
			printf("%sadd element inet %s %s {",
			    i == 0 ? "" : "}\n", arg[0], arg[1]);
		printf("%s timeout %us,", addr_print(&a, text), TIMEOUT_S);
	}
	puts("}");
	return 0;
}

static int
cmd_list(int argc, char **arg)
{
	char text[ADDR_STRLEN];

	if (argc != 2)
		return 2;
	for (uint32_t i = 0, n = number(arg[1]); i < n; i++) {
		struct addr a = blocked_addr(arg[0][0] == '4' ? 4 : 6, i);

		puts(addr_print(&a, text));
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*fn)(int argc, char **arg);
	} commands[] = {
		{ "fill", cmd_fill },
		{ "zfw", cmd_zfw },
		{ "again", cmd_again },
		{ "one", cmd_one },
		{ "script", cmd_script },
		{ "list", cmd_list },
	};
	int rc = 2;

	for (size_t i = 0; argc > 1 && i < 6; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			rc = commands[i].fn(argc - 2, argv + 2);
	if (rc == 2)
		fputs("usage: bench_nft fill|zfw|again|one|script|list ...\n",
		    stderr);
	return rc;
}
