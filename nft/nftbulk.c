/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For restores and renewals of many: as many elements in one message as go.
 * The kernel's answer says only that something in a message was wrong, so
 * whoever calls must be able to do it the other way.
 *
 * An element that may be there already is added so that its time starts anew,
 * where the kernel can (comment and counter stay as they are); else it is
 * added, deleted and added in one transaction.  Nothing is ever absent.
 */
#include <errno.h>
#include <linux/netfilter/nf_tables.h>

#include "nft/nftlayout.h"
#include "nft/nftwork.h"

#define BULK_MIN       16    /* below that there is nothing to gain */
#define A_MESSAGE      400   /* elements */
#define LIST_BYTES     65000 /* a list attribute ends at 64 KiB */
#define EXPECT_BATCHES 16
#define NO_SET         0xff

struct bulk {
	struct nft *n;
	const struct nft_op *ops;
	size_t count;
	uint8_t set[NFT_BATCH_MAX];
	bool used[NFT_SETS];
	struct nlmsghdr *nlh; /* the open message, or NULL */
	struct nlattr *list;
	size_t in_list;
};

static bool
all_of_a_kind(const struct nft_op *ops, size_t count)
{
	if (ops[0].kind == NFT_DEL)
		return false; /* one that has expired would spoil all */
	for (size_t i = 1; i < count; i++)
		if (ops[i].kind != ops[0].kind)
			return false;
	return true;
}

static void
close_msg(struct bulk *b)
{
	if (b->nlh == NULL)
		return;
	nftelem_end(b->nlh, b->list);
	(void)nftbatch_put(&b->n->batch, b->nlh);
	b->nlh = NULL;
}

static size_t
list_bytes(const struct bulk *b)
{
	return (size_t)((const char *)mnl_nlmsg_get_payload_tail(b->nlh) -
	    (const char *)b->list);
}

struct part {
	uint16_t type, flags;
	enum elem_form form;
};

/* All elements of one set; with `results` what is wrong is noted. */
static void
put_set(struct bulk *b, enum nft_set_id set, const struct part *p)
{
	struct elem e;

	for (size_t i = 0; i < b->count; i++) {
		if (b->set[i] != set)
			continue;
		(void)nftelem_of_op(b->n, &b->ops[i], &e);
		if (b->nlh != NULL &&
		    (b->in_list == A_MESSAGE ||
			list_bytes(b) + NFTELEM_BYTES > LIST_BYTES))
			close_msg(b);
		if (b->nlh == NULL) {
			b->nlh = nftbatch_msg(&b->n->batch, p->type, p->flags);
			b->list = nftelem_begin(b->nlh, set);
			b->in_list = 0;
		}
		nftelem_put(b->nlh, &e, p->form);
		b->in_list++;
	}
	close_msg(b);
}

static void
put_part(struct bulk *b, const struct part *p)
{
	for (enum nft_table_id t = 0; t <= (b->n->ingress ? NFT_NETDEV : 0);
	     t++) {
		b->n->batch.family = nft_family(t);
		for (enum nft_set_id s = 0; s < NFT_SETS; s++)
			if (b->used[s] && nftlayout_in(t, s))
				put_set(b, s, p);
	}
}

static const struct part fresh = { NFT_MSG_NEWSETELEM,
	NLM_F_CREATE | NLM_F_EXCL, ELEM_WHOLE },
			 over = { NFT_MSG_NEWSETELEM, NLM_F_CREATE,
				 ELEM_WHOLE },
			 renewing = { NFT_MSG_NEWSETELEM, NLM_F_CREATE,
				 ELEM_RENEWING },
			 away = { NFT_MSG_DELSETELEM, 0, ELEM_KEY };

static int
send_parts(struct bulk *b, const struct part *const parts[3])
{
	nftbatch_begin(&b->n->batch);
	for (size_t i = 0; i < 3 && parts[i] != NULL; i++)
		put_part(b, parts[i]);
	return nftbatch_send(&b->n->batch, NULL, NULL);
}

static int
renew_all(struct bulk *b)
{
	return send_parts(b,
	    (const struct part *const[3]){ &over, &away, &over });
}

static int
add_all(struct bulk *b)
{
	struct nft *n = b->n;
	int err;

	nftelem_learn(n);
	if (n->readd == NFT_READD_RENEWS)
		return send_parts(b,
		    (const struct part *const[3]){ &renewing, NULL, NULL });
	if (n->expect_there > 0) {
		n->expect_there--;
		return renew_all(b);
	}
	err = send_parts(b,
	    (const struct part *const[3]){ &fresh, NULL, NULL });
	if (err != -EEXIST)
		return err;
	n->expect_there = EXPECT_BATCHES;
	return renew_all(b);
}

bool
nftbulk_ops(struct nft *n, const struct nft_op *ops, size_t count, int *results)
{
	struct bulk b = { .n = n, .ops = ops, .count = count };
	struct nft_op key;
	struct elem e;
	size_t good = 0;
	int err;

	if (count < BULK_MIN || !all_of_a_kind(ops, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		key = ops[i];
		results[i] = key.timeout_s == 0 ? -EINVAL : 0;
		key.kind = NFT_DEL; /* no comment yet */
		if (results[i] == 0)
			results[i] = nftelem_of_op(n, &key, &e);
		b.set[i] = results[i] == 0 ? (uint8_t)e.set : NO_SET;
		if (results[i] == 0)
			b.used[e.set] = true;
		good += results[i] == 0;
	}
	if (good == 0)
		return true;
	err = ops[0].kind == NFT_RENEW ? renew_all(&b) : add_all(&b);
	return err == 0;
}
