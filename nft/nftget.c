/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading: single elements, one counter.  Never a whole set. */
#include <endian.h>
#include <errno.h>
#include <stdio.h> /* before: */
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "nft/nftelem.h"
#include "nft/nftlayout.h"

#define PROBE_S      60 /* added with this time ... */
#define PROBE_LESS_S 30 /* ... and again with this one */

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

/* 1 there, 0 not, -errno. */
static int
get_elem(struct nft *n, enum nft_table_id t, const struct elem *e, uint64_t *ms)
{
	struct got g = { false, UINT64_MAX };
	struct nlmsghdr *nlh;
	struct nlattr *list;
	int err;

	nlh = nftbatch_ask(&n->batch, nft_family(t), NFT_MSG_GETSETELEM, 0);
	list = nftelem_begin(nlh, e->set);
	nftelem_put(nlh, e, ELEM_KEY);
	nftelem_end(nlh, list);
	err = nftbatch_answer(&n->batch, nlh, on_got, &g);
	if (err != 0)
		return err == -ENOENT ? 0 : err;
	*ms = g.ms;
	return g.there;
}

int
nft_get(struct nft *n, const struct nft_op *op, uint64_t *expires_ms)
{
	struct nft_op key = *op;
	uint64_t ms = UINT64_MAX;
	struct elem e;
	int rc;

	key.kind = NFT_DEL;
	rc = nftelem_of_op(n, &key, &e);
	if (rc == 0)
		rc = get_elem(n, NFT_INET, &e, expires_ms);
	if (rc == 1 && n->ingress && nftlayout_in(NFT_NETDEV, e.set))
		rc = get_elem(n, NFT_NETDEV, &e, &ms);
	if (rc == 1 && ms < *expires_ms)
		*expires_ms = ms;
	return rc < 0 ? nft_apply_failed(n, rc) : rc;
}

static int
probe_send(struct nft *n, const struct elem *e, uint16_t type,
    enum elem_form form)
{
	struct nlmsghdr *nlh;
	struct nlattr *list;

	nftbatch_begin(&n->batch);
	nlh = nftbatch_msg(&n->batch, type,
	    type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
	list = nftelem_begin(nlh, e->set);
	nftelem_put(nlh, e, form);
	nftelem_end(nlh, list);
	(void)nftbatch_put(&n->batch, nlh);
	return nftbatch_send(&n->batch, NULL, NULL);
}

/*
 * Linux 6.12 learned to give an element that is added again its new time.
 * Asked of 0.0.0.0 port 1, from which nobody talks to us.
 */
void
nftelem_learn(struct nft *n)
{
	const struct addr nobody = { .family = 4 };
	uint64_t ms = UINT64_MAX;
	struct elem e;

	if (n->readd != NFT_READD_UNKNOWN ||
	    nftelem_of_flow(n, &nobody, 1, &e) != 0)
		return;
	e.timeout_s = PROBE_S;
	if (probe_send(n, &e, NFT_MSG_NEWSETELEM, ELEM_WHOLE) != 0)
		return;
	e.timeout_s = PROBE_LESS_S;
	n->readd = NFT_READD_KEEPS;
	if (probe_send(n, &e, NFT_MSG_NEWSETELEM, ELEM_RENEWING) == 0 &&
	    get_elem(n, NFT_INET, &e, &ms) == 1 && ms <= PROBE_LESS_S * 1000)
		n->readd = NFT_READD_RENEWS;
	(void)probe_send(n, &e, NFT_MSG_DELSETELEM, ELEM_KEY);
}

struct counted {
	bool queue, there;
	uint64_t packets; /* of a rule, then of the queue's */
	uint64_t rule_packets;
};

static int
on_expr(struct nftnl_expr *e, void *arg)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);
	struct counted *c = arg;

	if (name == NULL)
		return 0;
	if (strcmp(name, "counter") == 0)
		c->rule_packets = nftnl_expr_get_u64(e, NFTNL_EXPR_CTR_PACKETS);
	if (strcmp(name, "queue") == 0 || strcmp(name, "target") == 0)
		c->queue = true;
	return 0;
}

static int
on_rule(const struct nlmsghdr *nlh, void *arg)
{
	struct nftnl_rule *r = nftnl_rule_alloc();
	struct counted *c = arg;

	if (r == NULL)
		return MNL_CB_ERROR;
	c->queue = false;
	if (nftnl_rule_nlmsg_parse(nlh, r) == 0)
		(void)nftnl_expr_foreach(r, on_expr, c);
	nftnl_rule_free(r);
	if (c->queue) {
		c->there = true;
		c->packets = c->rule_packets;
	}
	return MNL_CB_OK;
}

int
nft_queue_counted(struct nft *n, uint64_t *packets)
{
	struct counted c = { 0 };
	struct nlmsghdr *nlh;
	int err;

	nlh = nftbatch_ask(&n->batch, nft_family(NFT_INET), NFT_MSG_GETRULE,
	    NLM_F_DUMP);
	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, NFT_TABLE);
	mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN,
	    nftlayout_chain_name(NFT_INET, NFT_CHAIN_SYNS));
	err = nftbatch_answer(&n->batch, nlh, on_rule, &c);
	if (err != 0)
		return err;
	*packets = c.packets;
	return c.there ? 0 : -ENOENT;
}
