/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the guard does with elements that the kernel does not take, with a
 * kernel of our own that refuses as often as it is told.
 *
 * zt-link: daemon/guardapply daemon/guardrepair daemon/guardretry
 * zt-link: daemon/guardallow daemon/guardcheck daemon/guardsend
 * zt-link: daemon/blockset daemon/msg daemon/msgrec daemon/log
 * zt-link: fp/hash fp/addr
 * zt-libs: libsodium
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/guardapply.h"
#include "daemon/guardretry.h"
#include "tests/zt.h"

#define SECOND 1000
#define KEYS   8

/* The kernel: what it has, and how many more times it says which error. */
struct nft {
	struct nft_op has[KEYS];
	size_t n, refusals, calls, cuts;
	int err;
	int results[NFT_BATCH_MAX];
	bool gone; /* the table */
};

static size_t
find(const struct nft *k, const struct nft_op *op)
{
	size_t i = 0;

	while (i < k->n && !addr_eq(&k->has[i].net.a, &op->net.a))
		i++;
	return i;
}

static void
kernel_do(struct nft *k, const struct nft_op *op)
{
	size_t i = find(k, op);

	if (op->kind == NFT_DEL && i < k->n)
		k->has[i] = k->has[--k->n];
	else if (op->kind != NFT_DEL && i < KEYS) {
		k->has[i] = *op;
		k->n += i == k->n;
	}
}

int
nft_apply(struct nft *k, const struct nft_op *ops, size_t count, size_t *done)
{
	const bool refuses = k->refusals > 0;

	*done = 0;
	k->calls++;
	k->refusals -= refuses;
	for (size_t i = 0; i < count; i++) {
		k->results[i] = refuses ? k->err : 0;
		*done += !refuses;
		if (!refuses)
			kernel_do(k, &ops[i]);
	}
	return refuses ? k->err : 0;
}

int
nft_result(const struct nft *k, size_t i)
{
	return k->results[i];
}

int
nft_get(struct nft *k, const struct nft_op *op, uint64_t *expires_ms)
{
	*expires_ms = 0;
	return find(k, op) < k->n;
}

int
nft_present(struct nft *k)
{
	return !k->gone;
}

int
nft_allow_replace(struct nft *k, const struct net *v, size_t n)
{
	(void)k;
	(void)v;
	(void)n;
	return 0;
}

const char *
nft_error(const struct nft *k)
{
	(void)k;
	return "";
}

/* Who sits behind a gateway: his packets need the table. */
int
guardcut_do(struct guardcut *c, const struct msg *m, bool table, int64_t now_ms)
{
	struct nft *k = c->nft;

	(void)m;
	(void)now_ms;
	k->cuts++;
	if (!table)
		return 0;
	k->calls++;
	return k->gone ? -ENOENT : 0;
}

static bool
never(void *arg, const struct net *n)
{
	(void)arg;
	(void)n;
	return false;
}

struct rig {
	struct nft kernel;
	struct guardcut cut;
	struct guardapply *apply;
	struct guardsend *out;
	int sock[2];
	int64_t now_ms;
};

static void
rig_open(struct rig *r)
{
	struct guardapply_conf c = { .nft = &r->kernel,
		.cut = &r->cut,
		.check = { .enforce = true,
		    .lease_s = 86400,
		    .rate = 60,
		    .blocks_max = 100,
		    .cut_rate = 60,
		    .ports = { 25 },
		    .ports_n = 1,
		    .never = never } };

	*r = (struct rig){ .now_ms = 100 * SECOND };
	r->cut.nft = &r->kernel;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, r->sock) !=
	    0)
		abort();
	c.out = r->out = guardsend_new(r->sock[0], 64);
	r->apply = guardapply_new(&c, r->now_ms);
	if (r->out == NULL || r->apply == NULL)
		abort();
	guardapply_table(r->apply, MSG_TABLE_ON, true);
}

static void
rig_close(struct rig *r)
{
	guardapply_free(r->apply);
	guardsend_free(r->out);
	close(r->sock[0]);
	close(r->sock[1]);
}

static void
say(struct rig *r, enum msg_op op, const char *net)
{
	struct msg m = { .op = (uint8_t)op,
		.tier = 4,
		.score = 900,
		.timeout_s = 600,
		.seq = 1,
		.reasons = { 3 } };

	if (!net_parse((struct str){ net, strlen(net) }, &m.net))
		abort();
	(void)guardapply_msg(r->apply, &m, r->now_ms);
	(void)guardapply_flush(r->apply, r->now_ms);
}

static void
seconds(struct rig *r, int n)
{
	while (n-- > 0) {
		r->now_ms += SECOND;
		guardapply_tick(r->apply, r->now_ms);
		(void)guardapply_flush(r->apply, r->now_ms);
	}
}

/* MSG_REFUSED that the engine has got since it last looked. */
static size_t
refused(struct rig *r)
{
	struct msg_in in;
	size_t n = 0;

	(void)guardsend_flush(r->out);
	while (msg_recv(r->sock[1], &in) > 0)
		for (size_t i = 0; i < in.n; i++)
			n += in.m[i].op == MSG_REFUSED;
	return n;
}

static void
test_block(void)
{
	struct rig r;

	rig_open(&r);
	r.kernel.err = -ENOMEM;
	r.kernel.refusals = 1;
	say(&r, MSG_BLOCK, "192.0.2.7/32");
	ZT_CASE("a kernel that refuses has no element", r.kernel.n == 0);
	ZT_CASE("the engine does not hear of the first time", refused(&r) == 0);
	seconds(&r, 1);
	ZT_CASE("a second later it is there", r.kernel.n == 1);
	ZT_CASE("with the time that is left",
	    r.kernel.has[0].timeout_s == 599 &&
		r.kernel.has[0].reasons[0] == 3);
	r.kernel.calls = 0;
	seconds(&r, 10);
	ZT_CASE("and that was all", r.kernel.calls == 0);
	rig_close(&r);
}

static void
test_give_up(void)
{
	struct rig r;

	rig_open(&r);
	r.kernel.err = -ENOMEM;
	r.kernel.refusals = 1 + GUARDRETRY_TRIES;
	say(&r, MSG_BLOCK, "192.0.2.7/32");
	seconds(&r, GUARDRETRY_TRIES - 1);
	ZT_CASE("not given up before the last try", refused(&r) == 0);
	seconds(&r, 1);
	ZT_CASE("who is refused all the time is told to the engine once",
	    refused(&r) == 1);
	seconds(&r, 10);
	ZT_CASE("and forgotten", r.kernel.n == 0 && refused(&r) == 0);
	say(&r, MSG_BLOCK, "192.0.2.7/32");
	ZT_CASE("until it comes again", r.kernel.n == 1);
	rig_close(&r);
}

static void
test_changed_meanwhile(void)
{
	struct rig r;

	rig_open(&r);
	r.kernel.err = -EINTR;
	r.kernel.refusals = 1;
	say(&r, MSG_BLOCK, "192.0.2.7/32");
	say(&r, MSG_UNBLOCK, "192.0.2.7/32");
	seconds(&r, 2);
	ZT_CASE("what was unblocked meanwhile is not tried again",
	    r.kernel.n == 0);
	say(&r, MSG_BLOCK, "192.0.2.8/32");
	r.kernel.refusals = 1;
	say(&r, MSG_UNBLOCK, "192.0.2.8/32");
	ZT_CASE("a refused unblock leaves the element", r.kernel.n == 1);
	seconds(&r, 1);
	ZT_CASE("for a second", r.kernel.n == 0);
	r.kernel.refusals = 1;
	say(&r, MSG_BLOCK, "192.0.2.9/32");
	guardapply_table(r.apply, MSG_TABLE_ON, true);
	seconds(&r, 1);
	ZT_CASE("a new table begins with nothing to try again",
	    r.kernel.n == 0);
	rig_close(&r);
}

/* What the engine is told of all since it last asked. */
static int32_t
synced(struct rig *r)
{
	const struct msg m = { .op = MSG_SYNC, .seq = 1 };
	int32_t value = INT32_MAX;
	struct msg_in in;

	(void)guardapply_msg(r->apply, &m, r->now_ms);
	(void)guardsend_flush(r->out);
	while (msg_recv(r->sock[1], &in) > 0)
		for (size_t i = 0; i < in.n; i++)
			if (in.m[i].op == MSG_DONE)
				value = in.m[i].value;
	return value;
}

static void
test_sync(void)
{
	struct rig r;

	rig_open(&r);
	r.kernel.err = -ENOENT;
	r.kernel.refusals = 1;
	say(&r, MSG_BLOCK, "192.0.2.7/32");
	ZT_CASE("a table that is gone is told to who asks",
	    synced(&r) == -ENOENT);
	ZT_CASE("once", synced(&r) == 0);
	guardapply_table(r.apply, MSG_TABLE_ON, true);
	r.kernel.refusals = 1;
	say(&r, MSG_BLOCK, "192.0.2.8/32");
	guardapply_table(r.apply, MSG_TABLE_ON, true);
	ZT_CASE("once it was put back that is not told any more",
	    synced(&r) == 0);
	rig_close(&r);
}

static void
test_full(void)
{
	struct rig r;

	rig_open(&r);
	r.kernel.err = -ENFILE;
	r.kernel.refusals = 1;
	say(&r, MSG_BLOCK, "192.0.2.7/32");
	ZT_CASE("a full set is not tried again but told", refused(&r) == 1);
	seconds(&r, 2);
	ZT_CASE("it stays out", r.kernel.n == 0);
	rig_close(&r);
}

static int32_t
checked(struct rig *r, const char *net)
{
	int32_t value = INT32_MAX;
	struct msg_in in;

	say(r, MSG_CHECK, net);
	(void)guardsend_flush(r->out);
	while (msg_recv(r->sock[1], &in) > 0)
		for (size_t i = 0; i < in.n; i++)
			if (in.m[i].op == MSG_CHECKED)
				value = in.m[i].value;
	return value;
}

static void
test_check(void)
{
	struct rig r;

	rig_open(&r);
	ZT_CASE("an element that is not there is told as 0",
	    checked(&r, "192.0.2.7/32") == 0);
	r.kernel.gone = true;
	ZT_CASE("without the table that is no news of the element",
	    checked(&r, "192.0.2.7/32") == -ENOENT);
	rig_close(&r);
}

/* The value of the last MSG_REFUSED since it last looked; 0: none. */
static int32_t
refusal(struct rig *r)
{
	struct msg_in in;
	int32_t value = 0;

	(void)guardsend_flush(r->out);
	while (msg_recv(r->sock[1], &in) > 0)
		for (size_t i = 0; i < in.n; i++)
			if (in.m[i].op == MSG_REFUSED)
				value = in.m[i].value;
	return value;
}

static void
test_cut(void)
{
	struct guardapply_counts n;
	struct msg m = { .op = MSG_CUT,
		.net = { { 4, { 192, 0, 2, 7 } }, 32 },
		.port = 4711,
		.sport = 25 };
	struct rig r;
	int cuts = 0;

	rig_open(&r);
	while (cuts < 100 && refusal(&r) == 0) {
		(void)guardapply_msg(r.apply, &m, r.now_ms);
		cuts++;
	}
	guardapply_counts(r.apply, &n);
	ZT_CASE("the sixty-first cut of a minute is refused", cuts == 61);
	ZT_CASE("and counted as a cut, not as a block",
	    n.cuts_refused == 1 && n.refused[GUARD_RATE] == 0);
	say(&r, MSG_BLOCK, "192.0.2.7/32");
	ZT_CASE("blocks have a limit of their own", r.kernel.n == 1);
	m.sport = 26;
	(void)guardapply_msg(r.apply, &m, r.now_ms + 2 * 60 * SECOND);
	ZT_CASE("what no engine says is not answered", refusal(&r) == 0);
	m.sport = 25;
	for (cuts = 0; cuts < 61; cuts++)
		(void)guardapply_msg(r.apply, &m, r.now_ms + 120 * SECOND);
	ZT_CASE("the engine hears that it was a cut",
	    refusal(&r) == MSG_REFUSED_CUT);
	rig_close(&r);
}

static void
cut_ten(struct rig *r)
{
	struct msg m = { .op = MSG_CUT, .port = 4711, .sport = 25 };

	if (!net_parse((struct str){ "192.0.2.7/32", 12 }, &m.net))
		abort();
	for (int i = 0; i < 10; i++)
		(void)guardapply_msg(r->apply, &m, r->now_ms);
}

static void
test_cut_without_table(void)
{
	struct rig r;

	rig_open(&r);
	r.kernel.gone = true;
	cut_ten(&r);
	ZT_CASE("all sockets are closed though the table is gone",
	    r.kernel.cuts == 10);
	ZT_CASE("the kernel is asked for it once", r.kernel.calls == 1);
	ZT_CASE("and somebody goes and looks",
	    guardapply_flush(r.apply, r.now_ms) == -ENOENT);
	r.kernel.gone = false;
	guardapply_table(r.apply, MSG_TABLE_ON, true);
	cut_ten(&r);
	ZT_CASE("a table that is back is used", r.kernel.calls == 11);
	guardapply_table(r.apply, MSG_TABLE_FAILED, true);
	cut_ten(&r);
	ZT_CASE("without a table sockets are closed",
	    r.kernel.calls == 11 && r.kernel.cuts == 30);
	guardapply_table(r.apply, MSG_TABLE_OFF, true);
	cut_ten(&r);
	ZT_CASE("none while it is off", r.kernel.cuts == 30);
	rig_close(&r);
}

static const struct zt_test tests[] = {
	{ "block", test_block },
	{ "giving up", test_give_up },
	{ "changed meanwhile", test_changed_meanwhile },
	{ "sync", test_sync },
	{ "full", test_full },
	{ "check", test_check },
	{ "cut", test_cut },
	{ "cut without table", test_cut_without_table },
};

ZT_MAIN("guardapply", tests)
