/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One message per change: the kernel then names every one that failed in one
 * round, and the others go in with the next.  A refused batch costs 15 ms of
 * waiting in the kernel, and more on a busy one, so what is likely is sent in
 * a form that cannot be refused: renewing is add (it is there now), delete,
 * add, and deleting is add, delete, for many that are to go have just run
 * out.  Adding alone would renew from Linux 6.12 on; before, it leaves the old
 * timeout in place.  (From 6.3 on there is a delete that may miss.)
 *
 * An item is one change of one table: where there are two tables, the second
 * half of the items is the second table's, each with a state of its own.
 */
#include "nft/nftwork.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>

#include "nft/nftlayout.h"

#define MSGS_MAX (3 * NFT_BATCH_MAX)

enum step {
	STEP_ADD,   /* it must not be there yet; else STEP_RENEW */
	STEP_RENEW, /* add, delete, add; an expiry between makes STEP_OVER */
	STEP_OVER,  /* add, without asking */
	STEP_DEL,   /* add, delete */
	STEP_DONE,
	STEP_FAILED,
};

/* The messages of one item: ADD and OVER have the first, DEL the first two. */
enum part { PART_ADD, PART_DEL, PART_ADD_AGAIN };

/* At most NFT_BATCH_MAX items on their way into the kernel. */
struct work {
	struct nft *n;
	const struct nft_op *ops; /* or ... */
	const struct elem *elems; /* ... ready ones */
	size_t count, items;
	int results[NFT_BATCH_MAX]; /* of items */
	uint8_t step[NFT_BATCH_MAX];
	uint16_t msg_item[MSGS_MAX];
	uint8_t msg_part[MSGS_MAX];
	int whole_err; /* of the batch as such */
	bool moved;    /* a failure changed some step */
};

static int
work_elem(const struct work *w, size_t op, struct elem *e)
{
	if (w->ops != NULL)
		return nftelem_of_op(w->n, &w->ops[op], e);
	*e = w->elems[op];
	return 0;
}

/* What is added only to be deleted is bare. */
static void
put_msg(struct work *w, size_t item, const struct elem *e, enum part part,
    uint16_t flags)
{
	const bool del = part == PART_DEL;
	const bool bare = del || w->step[item] == STEP_DEL;
	struct nlmsghdr *nlh;
	struct nlattr *list;
	int msg;

	nlh = nftbatch_msg(&w->n->batch,
	    del ? NFT_MSG_DELSETELEM : NFT_MSG_NEWSETELEM, flags);
	list = nftelem_begin(nlh, e->set);
	nftelem_put(nlh, e, bare ? ELEM_KEY : ELEM_WHOLE);
	nftelem_end(nlh, list);
	msg = nftbatch_put(&w->n->batch, nlh);
	w->msg_item[msg] = (uint16_t)item;
	w->msg_part[msg] = (uint8_t)part;
}

static void
put_step(struct work *w, size_t i)
{
	const enum nft_table_id t = i < w->count ? NFT_INET : NFT_NETDEV;
	const enum step step = w->step[i];
	struct elem e;
	int err;

	if (step == STEP_DONE || step == STEP_FAILED)
		return;
	err = work_elem(w, i % w->count, &e);
	if (err != 0) {
		w->step[i] = STEP_FAILED;
		w->results[i] = err;
		return;
	}
	if (!nftlayout_in(t, e.set)) {
		w->step[i] = STEP_DONE;
		return;
	}
	w->n->batch.family = nft_family(t);
	if (step == STEP_ADD)
		put_msg(w, i, &e, PART_ADD, NLM_F_CREATE | NLM_F_EXCL);
	else
		put_msg(w, i, &e, PART_ADD, NLM_F_CREATE);
	if (step == STEP_DEL || step == STEP_RENEW)
		put_msg(w, i, &e, PART_DEL, 0);
	if (step == STEP_RENEW)
		put_msg(w, i, &e, PART_ADD_AGAIN, NLM_F_CREATE);
}

/* What was to be deleted is not there (any more), or there is no room for it. */
static bool
is_gone(enum step was, enum part part, int err)
{
	return (part == PART_DEL && err == -ENOENT) ||
	    (was == STEP_DEL && part == PART_ADD && err == -ENFILE);
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
	i = w->msg_item[msg];
	was = w->step[i];
	part = w->msg_part[msg];
	if (was >= STEP_DONE)
		return;
	if (err == -ENFILE && part == PART_ADD_AGAIN)
		return; /* an echo of another one's ENFILE: not to blame */
	if (is_gone(was, part, err))
		now = was == STEP_DEL ? STEP_DONE : STEP_OVER;
	else if (err == -EEXIST && was == STEP_ADD)
		now = STEP_RENEW;
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
	for (size_t i = 0; i < w->items; i++)
		put_step(w, i);
	err = nftbatch_send(&w->n->batch, on_failed, w);
	if (err != 0 && w->whole_err == 0 && w->moved)
		return -EAGAIN;
	return err;
}

/*
 * Each failure moves an item one step on (add, renew, add over, end), so this
 * ends.  Anything left when the batch as a whole is refused has failed.
 */
static void
work_run(struct work *w, int *results)
{
	int err;

	do
		err = round_once(w);
	while (err == -EAGAIN);
	for (size_t i = 0; i < w->items; i++)
		if (err != 0 && w->step[i] < STEP_DONE)
			w->results[i] = err;
	for (size_t i = 0; i < w->count; i++) {
		results[i] = w->results[i];
		if (w->items > w->count && results[i] == 0)
			results[i] = w->results[w->count + i];
	}
}

static void
work_begin(struct work *w, struct nft *n, size_t count)
{
	w->n = n;
	w->ops = NULL;
	w->elems = NULL;
	w->count = count;
	w->items = n->ingress ? 2 * count : count;
	for (size_t i = 0; i < w->items; i++)
		w->results[i] = 0;
}

static enum step
first_step(enum nft_op_kind kind)
{
	return kind == NFT_DEL ? STEP_DEL :
	    kind == NFT_RENEW  ? STEP_RENEW :
				 STEP_ADD;
}

void
nftwork_ops(struct nft *n, const struct nft_op *ops, size_t count, int *results)
{
	struct work w;

	work_begin(&w, n, count);
	w.ops = ops;
	for (size_t i = 0; i < w.items; i++)
		w.step[i] = (uint8_t)first_step(ops[i % count].kind);
	work_run(&w, results);
}

void
nftwork_elems(struct nft *n, const struct elem *elems, size_t count,
    int *results)
{
	struct work w;

	work_begin(&w, n, count);
	w.elems = elems;
	for (size_t i = 0; i < w.items; i++)
		w.step[i] = STEP_RENEW;
	work_run(&w, results);
}
