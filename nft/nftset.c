/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One message per change: the kernel then names every one that failed in one
 * round, and the others go in with the next.  A refused batch costs 15 ms of
 * waiting in the kernel, so what is likely is sent in a form that cannot be
 * refused: renewing is add (it is there now), delete, add.  Adding alone
 * would do from Linux 6.12 on; before, it leaves the old timeout in place.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "nft/nftlayout.h"
#include "nft/nftpriv.h"

#define COMMENT_TYPE   0 /* in an element's user data */
#define MSGS_MAX       (3 * NFT_BATCH_MAX)
#define EXPECT_BATCHES 16

enum step {
	STEP_ADD,   /* it must not be there yet; else STEP_RENEW */
	STEP_RENEW, /* add, delete, add; an expiry between makes STEP_OVER */
	STEP_OVER,  /* add, without asking */
	STEP_DEL,
	STEP_DONE,
	STEP_FAILED,
};

/* The messages of one element: ADD and OVER have the first, DEL the second. */
enum part { PART_ADD, PART_DEL, PART_ADD_AGAIN };

struct elem {
	enum nft_set_id set;
	uint8_t key[16], key_bytes;
	uint32_t timeout_s;
	char comment[128];
};

/* At most NFT_BATCH_MAX elements on their way into the kernel. */
struct work {
	struct nft *n;
	const struct nft_op *ops; /* NULL: the queue's ports */
	size_t count;
	int *results;
	uint8_t step[NFT_BATCH_MAX];
	uint16_t msg_op[MSGS_MAX];
	uint8_t msg_part[MSGS_MAX];
	int whole_err;    /* of the batch as such */
	size_t existed_n; /* NFT_ADDs that were there already */
	size_t missed_n;  /* NFT_DELs that were not there */
	bool moved;       /* a failure changed some step */
};

static int
elem_of_op(const struct nft_op *op, struct elem *e)
{
	static const uint8_t zero[8];
	const struct addr *a = &op->net.a;

	if (op->kind != NFT_DEL && op->timeout_s == 0)
		return -EINVAL; /* would be for ever */
	e->timeout_s = op->timeout_s;
	if (a->family == 4 && op->net.bits == 32) {
		e->set = NFT_SET_BLOCK4;
		e->key_bytes = 4;
	} else if (a->family == 6 && op->net.bits == 64 &&
	    memcmp(a->b + 8, zero, sizeof(zero)) == 0) {
		e->set = NFT_SET_BLOCK6;
		e->key_bytes = 16;
	} else {
		return -EINVAL;
	}
	memcpy(e->key, a->b, sizeof(e->key));
	nft_comment(op, e->comment);
	return 0;
}

static void
elem_of_port(uint16_t port, struct elem *e)
{
	const uint16_t be = htons(port);

	e->set = NFT_SET_QUEUE_PORTS;
	e->key_bytes = sizeof(be);
	memcpy(e->key, &be, sizeof(be));
	e->timeout_s = NFT_QUEUE_LEASE_S;
	e->comment[0] = '\0';
}

static int
work_elem(const struct work *w, size_t i, struct elem *e)
{
	if (w->ops != NULL)
		return elem_of_op(&w->ops[i], e);
	elem_of_port(w->n->conf.ports[i], e);
	return 0;
}

static void
put_key(struct nlmsghdr *nlh, const struct elem *e)
{
	struct nlattr *key = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_KEY);

	mnl_attr_put(nlh, NFTA_DATA_VALUE, e->key_bytes, e->key);
	mnl_attr_nest_end(nlh, key);
}

static void
put_rest(struct nlmsghdr *nlh, const struct elem *e)
{
	const uint64_t ms = (uint64_t)e->timeout_s * 1000;
	const size_t n = strlen(e->comment) + 1;
	uint8_t ud[2 + sizeof(e->comment)] = { COMMENT_TYPE, (uint8_t)n };

	mnl_attr_put_u64(nlh, NFTA_SET_ELEM_TIMEOUT, htobe64(ms));
	if (n <= 1)
		return;
	memcpy(ud + 2, e->comment, n);
	mnl_attr_put(nlh, NFTA_SET_ELEM_USERDATA, 2 + n, ud);
}

/* The body that adding, deleting and reading share. */
static void
put_elem(struct nlmsghdr *nlh, const struct elem *e, bool key_only)
{
	struct nlattr *list, *one;

	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, NFT_TABLE);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET,
	    nftlayout_set_name(e->set));
	list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
	one = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
	put_key(nlh, e);
	if (!key_only)
		put_rest(nlh, e);
	mnl_attr_nest_end(nlh, one);
	mnl_attr_nest_end(nlh, list);
}

static void
put_msg(struct work *w, size_t op, const struct elem *e, enum part part,
    uint16_t flags)
{
	const bool del = part == PART_DEL;
	struct nlmsghdr *nlh;
	int msg;

	nlh = nftbatch_msg(&w->n->batch,
	    del ? NFT_MSG_DELSETELEM : NFT_MSG_NEWSETELEM, flags);
	put_elem(nlh, e, del);
	msg = nftbatch_put(&w->n->batch, nlh);
	w->msg_op[msg] = (uint16_t)op;
	w->msg_part[msg] = (uint8_t)part;
}

static void
put_step(struct work *w, size_t i)
{
	const enum step step = w->step[i];
	struct elem e;
	int err;

	if (step == STEP_DONE || step == STEP_FAILED)
		return;
	err = work_elem(w, i, &e);
	if (err != 0) {
		w->step[i] = STEP_FAILED;
		w->results[i] = err;
		return;
	}
	if (step == STEP_ADD)
		put_msg(w, i, &e, PART_ADD, NLM_F_CREATE | NLM_F_EXCL);
	else if (step != STEP_DEL)
		put_msg(w, i, &e, PART_ADD, NLM_F_CREATE);
	if (step == STEP_DEL || step == STEP_RENEW)
		put_msg(w, i, &e, PART_DEL, 0);
	if (step == STEP_RENEW)
		put_msg(w, i, &e, PART_ADD_AGAIN, NLM_F_CREATE);
}

static enum step
existed(struct work *w)
{
	w->existed_n++;
	return STEP_RENEW;
}

/* What was to be deleted is not there. */
static enum step
gone(struct work *w, enum step was)
{
	if (was != STEP_DEL)
		return STEP_OVER;
	w->missed_n++;
	return STEP_DONE;
}

/*
 * In a batch with an element that does not fit the kernel counts that one too
 * until it gives the batch up.  A renewal behind it then seems not to fit
 * either, though it needs no room: it stays as it is for the next round.
 */
static void
on_failed(void *arg, int msg, int err)
{
	struct work *w = arg;
	enum step was, now = STEP_FAILED;
	enum part part;
	size_t i;

	if (msg < 0) {
		w->whole_err = err;
		return;
	}
	i = w->msg_op[msg];
	was = w->step[i];
	part = w->msg_part[msg];
	if (was >= STEP_DONE)
		return;
	if (err == -ENFILE && part == PART_ADD_AGAIN)
		return; /* an echo of another one's ENFILE: not to blame */
	if (part == PART_DEL && err == -ENOENT)
		now = gone(w, was);
	else if (err == -EEXIST && was == STEP_ADD)
		now = existed(w);
	else
		w->results[i] = err;
	w->step[i] = (uint8_t)now;
	w->moved = true;
}

/* One transaction of all that is still to do; 0 when there is no more. */
static int
round_once(struct work *w)
{
	int err;

	w->moved = false;
	w->whole_err = 0;
	nftbatch_begin(&w->n->batch);
	for (size_t i = 0; i < w->count; i++)
		put_step(w, i);
	err = nftbatch_send(&w->n->batch, on_failed, w);
	if (err != 0 && w->whole_err == 0 && w->moved)
		return -EAGAIN;
	return err;
}

/*
 * Each failure moves an element one step on (add, renew, add over, end), so
 * this ends.  Anything left when the batch as a whole is refused has failed.
 */
static void
work_run(struct work *w)
{
	int err;

	for (size_t i = 0; i < w->count; i++)
		w->results[i] = 0;
	do
		err = round_once(w);
	while (err == -EAGAIN);
	for (size_t i = 0; i < w->count; i++)
		if (err != 0 && w->step[i] < STEP_DONE)
			w->results[i] = err;
}

static int
apply_failed(struct nft *n, int err)
{
	if (err == -ENFILE)
		return nft_fail(n, err, "a block set is full (%u elements)",
		    n->conf.blocks_max);
	if (err == -ENOENT)
		return nft_fail(n, err, "table inet " NFT_TABLE " is gone");
	if (err == -EINVAL)
		return nft_fail(n, err,
		    "not an IPv4 /32 or IPv6 /64 with a "
		    "timeout, or refused by the kernel");
	return nft_fail(n, err, "changing elements of inet " NFT_TABLE ": %s",
	    strerror(-err));
}

/*
 * Deleting what is not there succeeds, unless the whole table is not (which
 * is asked only where no other operation of the batch would have told).
 */
static bool
deleted_from_nothing(const struct work *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->ops[i].kind != NFT_DEL)
			return false;
	return w->missed_n > 0 && nft_present(w->n) == 0;
}

/*
 * After a daemon's restart the kernel may still have what is restored now:
 * a batch that showed it makes the next ones renew without trying to add.
 */
static enum step
first_step(const struct nft *n, enum nft_op_kind kind)
{
	if (kind == NFT_DEL)
		return STEP_DEL;
	return kind == NFT_RENEW || n->expect_there > 0 ? STEP_RENEW : STEP_ADD;
}

static void
learn(struct nft *n, const struct work *w)
{
	if (n->expect_there > 0)
		n->expect_there--;
	else if (w->existed_n > w->count / 8)
		n->expect_there = EXPECT_BATCHES;
}

static int
apply_batch(struct nft *n, const struct nft_op *ops, size_t count, size_t *done)
{
	struct work w = { .n = n,
		.ops = ops,
		.count = count,
		.results = n->results };
	int err = 0;

	for (size_t i = 0; i < count; i++)
		w.step[i] = (uint8_t)first_step(n, ops[i].kind);
	work_run(&w);
	learn(n, &w);
	if (deleted_from_nothing(&w))
		return -ENOENT;
	for (size_t i = 0; i < count; i++) {
		if (n->results[i] == 0)
			(*done)++;
		else if (err == 0 || n->results[i] == -ENOENT)
			err = n->results[i];
	}
	return err;
}

int
nft_apply(struct nft *n, const struct nft_op *ops, size_t count, size_t *done)
{
	size_t at = 0, now;
	int err = 0, e;

	*done = 0;
	n->results_n = count <= NFT_BATCH_MAX ? count : 0;
	for (; at < count && err != -ENOENT && err != -EPERM; at += now) {
		now = count - at < NFT_BATCH_MAX ? count - at : NFT_BATCH_MAX;
		e = apply_batch(n, ops + at, now, done);
		if (err == 0 || e == -ENOENT)
			err = e;
	}
	return err == 0 ? 0 : apply_failed(n, err);
}

int
nft_result(const struct nft *n, size_t i)
{
	return i < n->results_n ? n->results[i] : -ENODATA;
}

int
nft_queue_renew(struct nft *n)
{
	int results[NFT_PORTS_MAX];
	struct work w = { .n = n,
		.count = n->conf.ports_n,
		.results = results };

	if (n->how == NFT_QUEUE_OFF)
		return 0;
	for (size_t i = 0; i < w.count; i++)
		w.step[i] = STEP_RENEW;
	work_run(&w);
	for (size_t i = 0; i < w.count; i++)
		if (results[i] != 0)
			return apply_failed(n, results[i]);
	return 0;
}

/* Elements of a set, one of an element: what is in `arg` is its lifetime. */
static int
on_attr(const struct nlattr *attr, void *arg)
{
	uint64_t *ms = arg, be;

	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_EXPIRATION &&
	    mnl_attr_get_payload_len(attr) == sizeof(be)) {
		memcpy(&be, mnl_attr_get_payload(attr), sizeof(be));
		*ms = be64toh(be);
	}
	return MNL_CB_OK;
}

static int
on_elem(const struct nlattr *attr, void *arg)
{
	return mnl_attr_parse_nested(attr, on_attr, arg);
}

static int
on_list(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_ELEMENTS)
		return mnl_attr_parse_nested(attr, on_elem, arg);
	return MNL_CB_OK;
}

struct got {
	bool there;
	uint64_t ms;
};

static int
on_got(const struct nlmsghdr *nlh, void *arg)
{
	struct got *g = arg;

	g->there = true;
	return mnl_attr_parse(nlh, sizeof(struct nfgenmsg), on_list, &g->ms);
}

int
nft_get(struct nft *n, const struct net *net, uint64_t *expires_ms)
{
	const struct nft_op op = { .kind = NFT_DEL, .net = *net };
	struct got g = { false, UINT64_MAX };
	struct nlmsghdr *nlh;
	struct elem e;
	int err;

	err = elem_of_op(&op, &e);
	if (err != 0)
		return apply_failed(n, err);
	nlh = nftbatch_ask(&n->batch, NFT_MSG_GETSETELEM, 0);
	put_elem(nlh, &e, true);
	err = nftbatch_answer(&n->batch, nlh, on_got, &g);
	if (err == -ENOENT)
		return 0;
	if (err != 0)
		return apply_failed(n, err);
	*expires_ms = g.ms;
	return g.there;
}

int
nft_flush_blocks(struct nft *n)
{
	static const enum nft_set_id both[] = { NFT_SET_BLOCK4,
		NFT_SET_BLOCK6 };
	struct nlmsghdr *nlh;
	int err;

	nftbatch_begin(&n->batch);
	for (size_t i = 0; i < 2; i++) {
		nlh = nftbatch_msg(&n->batch, NFT_MSG_DELSETELEM, 0);
		mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, NFT_TABLE);
		mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET,
		    nftlayout_set_name(both[i]));
		(void)nftbatch_put(&n->batch, nlh);
	}
	err = nftbatch_send(&n->batch, NULL, NULL);
	return err == 0 ? 0 : apply_failed(n, err);
}
