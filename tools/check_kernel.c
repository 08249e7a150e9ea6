/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/nftconf.h"
#include "fp/jhash.h"
#include "nft/nftbatch.h"
#include "tools/check_try.h"

#define CHILD_S   120 /* then something hangs */
#define BRIEF_S   2   /* a block that ends while we look */
#define SPEED_N   41  /* single blocks that are timed */
#define SLOW_US   100000
#define MARGIN_US 200000
#define BRIEF     "192.0.2.77"
#define INGRESS4  "192.0.2.78"
#define INGRESS6  "2001:db8:78::1"
#define SHADOWED  "192.0.2.79"

/* ---- what all groups use ---- */

bool
check_can(const struct check_run *r, enum nft_feature f)
{
	if (f == NFT_FRONT)
		return nft_front_how(r->n) != NFT_FRONT_OFF;
	return (nft_lacking(r->n) & 1U << f) == 0;
}

bool
check_install(struct check_run *r, const struct nft_conf *conf)
{
	bool fresh;
	int rc = nft_configure(r->n, conf);

	if (rc == 0)
		rc = nft_install(r->n, &fresh);
	if (rc != 0) {
		check_add(r->l, CHECK_FAILED, "the table can be made", "%s",
		    nft_error(r->n));
		return false;
	}
	r->conf = *conf;
	r->l->lacking |= nft_lacking(r->n);
	return true;
}

bool
check_apply(struct check_run *r, const struct nft_op *op)
{
	char net[ADDR_STRLEN];
	size_t done = 0;

	if (nft_apply(r->n, op, 1, &done) == 0 && done == 1)
		return true;
	check_add(r->l, CHECK_FAILED, "the sets take what they are given",
	    "%s%s: %s", net_print(&op->net, net),
	    stack_none(&op->stack) ? "" : " (one stack)", nft_error(r->n));
	return false;
}

void
check_block(struct check_run *r, const char *net, enum nft_action action)
{
	struct nft_op op = { .kind = NFT_ADD,
		.action = action,
		.timeout_s = CHECK_FOREVER_S,
		.tier = 1 };

	if (strchr(net, ':') != NULL && !scratch_has_v6(r->s))
		return;
	(void)net_parse((struct str){ net, strlen(net) }, &op.net);
	(void)check_apply(r, &op);
}

const char *
check_who(enum scratch_who who)
{
	static const char *const word[] = {
		[SCRATCH_NOBODY] = "no answer",
		[SCRATCH_MTA] = "the mail server",
		[SCRATCH_FRONT] = "the front",
		[SCRATCH_RESET] = "a reset",
	};

	return word[who];
}

struct frame
check_syn(struct check_run *r, const char *from)
{
	const struct jhash_pick leak = jhash_pick_of(r->conf.leak, 1,
	    r->conf.leak_seed);
	struct frame f;

	do {
		f = scratch_syn(r->s, from, 0);
	} while (r->conf.leak > 0 && jhash_picks(&leak, &f.src, f.sport));
	return f;
}

void
check_knock(struct check_run *r, const struct check_knock *k,
    const struct frame *syn)
{
	struct check_case c = { .text = k->text,
		.want = check_who(k->want),
		.can = k->needs == NFT_CORE || check_can(r, k->needs),
		.instead = k->instead };
	struct frame f;

	if (strchr(k->from, ':') != NULL && !scratch_has_v6(r->s))
		return;
	f = syn == NULL ? check_syn(r, k->from) : *syn;
	c.got = check_who(scratch_knock(r->s, &f, k->form));
	check_case(r->l, &c);
}

void
check_knocks(struct check_run *r, const struct check_knock *k, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_knock(r, &k[i], NULL);
}

/* ---- groups of this file ---- */

/* Only the table of that hook: then what drops is the other one. */
static int
delete_inet(void)
{
	struct nftbatch b;
	struct nlmsghdr *nlh;
	int rc = nftbatch_init(&b);

	if (rc == 0) {
		nftbatch_begin(&b);
		nlh = nftbatch_msg(&b, NFT_MSG_DELTABLE, 0);
		mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, NFT_TABLE);
		(void)nftbatch_put(&b, nlh);
		rc = nftbatch_send(&b, NULL, NULL);
	}
	nftbatch_fini(&b);
	return rc;
}

void
check_ingress(struct check_run *r)
{
	static const char instead[] = "ingress cannot be used here; "
				      "prerouting drops all the same";
	static const struct check_knock knocks[] = {
		{ "the hook at ingress drops a blocked client by itself",
		    INGRESS4, SCRATCH_NOBODY, SCRATCH_WHOLE, NFT_INGRESS,
		    instead },
		{ "IPv6: the hook at ingress drops a blocked client by itself",
		    INGRESS6, SCRATCH_NOBODY, SCRATCH_WHOLE, NFT_INGRESS,
		    instead },
	};
	const struct nft_conf was = r->conf;
	struct nft_conf with = was;

	with.ingress_n = 1;
	(void)snprintf(with.ingress[0], sizeof(with.ingress[0]), "%s",
	    scratch_iface(r->s));
	if (!check_install(r, &with))
		return;
	check_block(r, INGRESS4 "/32", NFT_DROP);
	check_block(r, "2001:db8:78::/64", NFT_DROP);
	if (delete_inet() == 0)
		check_knocks(r, knocks, 2);
	(void)check_install(r, &was);
}

static int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int
by_size(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
check_speed(struct check_run *r)
{
	int64_t took_us[SPEED_N], start;

	for (unsigned i = 0; i < SPEED_N; i++) {
		const struct nft_op op = { .kind = NFT_ADD,
			.net = { addr_v4(0xc6120000U + i), 32 },
			.timeout_s = CHECK_FOREVER_S };

		start = now_us();
		if (!check_apply(r, &op))
			return;
		took_us[i] = now_us() - start;
	}
	qsort(took_us, SPEED_N, sizeof(took_us[0]), by_size);
	check_add(r->l,
	    took_us[SPEED_N / 2] < SLOW_US ? CHECK_OK : CHECK_FAILED,
	    "one block is in the kernel at once", "%lld us, at the median",
	    (long long)took_us[SPEED_N / 2]);
}

static void
check_shadow(struct check_run *r)
{
	static const struct check_knock knock = {
		"in mode shadow a blocked client gets its answer", SHADOWED,
		SCRATCH_MTA, SCRATCH_WHOLE, NFT_CORE, NULL
	};
	const struct nft_conf was = r->conf;
	struct nft_conf with = was;

	with.drop = false;
	check_block(r, SHADOWED "/32", NFT_DROP);
	if (check_install(r, &with))
		check_knock(r, &knock, NULL);
	(void)check_install(r, &was);
}

static void
brief_begins(struct check_run *r)
{
	static const struct check_knock knock = {
		"a block of two seconds drops", BRIEF, SCRATCH_NOBODY,
		SCRATCH_WHOLE, NFT_CORE, NULL
	};
	struct nft_op op = { .kind = NFT_ADD, .timeout_s = BRIEF_S };

	(void)net_parse(STR(BRIEF "/32"), &op.net);
	if (check_apply(r, &op))
		check_knock(r, &knock, NULL);
}

static void
brief_ends(struct check_run *r, int64_t since_us)
{
	static const struct check_knock lasts = {
		"a block of two seconds is there after all other checks", BRIEF,
		SCRATCH_NOBODY, SCRATCH_WHOLE, NFT_CORE, NULL
	};
	static const struct check_knock ends = {
		"a block ends by itself when its time is up", BRIEF,
		SCRATCH_MTA, SCRATCH_WHOLE, NFT_CORE, NULL
	};
	const int64_t left_us = since_us + BRIEF_S * 1000000 - now_us();

	if (left_us > MARGIN_US) /* else the machine is slow */
		check_knock(r, &lasts, NULL);
	if (left_us > -MARGIN_US)
		(void)usleep((useconds_t)(left_us + MARGIN_US));
	check_knock(r, &ends, NULL);
}

/* ---- the child ---- */

/* As the guard has it, but in a network where this is the only interface. */
static struct nft_conf
conf_of(const struct check_run *r)
{
	const struct config *c = r->config;
	struct nft_conf n = nftconf_of(c);

	n.drop = true;
	n.queue = -1;
	if (c->ingress[0] != NULL) {
		n.ingress_n = 1;
		(void)snprintf(n.ingress[0], sizeof(n.ingress[0]), "%s",
		    scratch_iface(r->s));
	}
	if (c->front != NFT_FRONT_OFF &&
	    scratch_front(r->s, c->front == NFT_FRONT_REDIRECT) == 0) {
		n.front = (enum nft_front)c->front;
		n.front_port = scratch_front_port(r->s);
	}
	return n;
}

static void
run_all(struct check_run *r)
{
	const struct nft_conf conf = conf_of(r);
	int64_t since_us;

	r->n = nft_open(&conf);
	if (r->n == NULL) {
		check_add(r->l, CHECK_FAILED, "the kernel has nf_tables", "%s",
		    strerror(errno));
		return;
	}
	if (check_install(r, &conf)) {
		since_us = now_us();
		brief_begins(r);
		check_blocks(r);
		check_stacks(r);
		check_odd(r);
		check_front(r);
		check_leak(r);
		check_cut(r);
		check_queue(r);
		check_shadow(r);
		check_speed(r);
		brief_ends(r, since_us);
		check_ingress(r); /* last: it loses what is in the sets */
	}
	nft_close(r->n);
}

/* On one processor packets overtake nobody. */
static void
stay_here(void)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET(cpu < 0 ? 0U : (unsigned)cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static void
child(struct check_list *l, const struct config *c)
{
	const struct scratch_conf sc = {
		.iface = c->ingress[0] == NULL ? "" : c->ingress[0],
		.port = c->policy.ports[0],
	};
	struct check_run r = { .l = l, .config = c };
	char err[SCRATCH_ERRLEN];

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)alarm(CHILD_S);
	stay_here();
	r.s = scratch_open(&sc, err);
	if (r.s == NULL) {
		check_add(l, CHECK_FAILED,
		    "a network namespace for test packets can be made", "%s",
		    err);
	} else {
		if (!scratch_has_v6(r.s))
			check_add(l, CHECK_LACKS, "the kernel speaks IPv6",
			    "nothing comes over it that could be blocked");
		run_all(&r);
		scratch_close(r.s);
	}
	l->ended = true;
}

static const char *
died_of(int status)
{
	if (!WIFSIGNALED(status))
		return "their process gave up";
	return WTERMSIG(status) == SIGALRM ? "one of them hangs" :
					     strsignal(WTERMSIG(status));
}

void
check_kernel(struct check_list *l, const struct config *c)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		child(l, c);
		_exit(0);
	}
	if (pid > 0)
		while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
			;
	if (!l->ended)
		check_add(l, CHECK_FAILED, "the checks come to their end", "%s",
		    pid < 0 ? strerror(errno) : died_of(status));
}
