/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftlayout.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "nft/nftchains.h"
#include "nft/nftsets.h"

#define READ_TRIES 5

struct reading {
	struct nft *n;
	enum nft_table_id t;
	struct nftlayout *lay;
};

static void
judge_set(struct reading *r, const struct nftnl_set *s)
{
	const char *name = nftnl_set_get_str(s, NFTNL_SET_NAME);
	enum nft_set_id id;

	if (nftnl_set_get_u32(s, NFTNL_SET_FLAGS) & NFT_SET_ANONYMOUS)
		return; /* it lives and dies with its rule */
	id = name == NULL ? NFT_SETS : nftlayout_set_id(name);
	if (id != NFT_SETS && nftlayout_in(r->t, id) && nftsets_is(r->n, id, s))
		r->lay->have[id] = true;
	else
		r->lay->other = true;
}

static int
on_set(const struct nlmsghdr *nlh, void *arg)
{
	struct reading *r = arg;
	struct nftnl_set *s = nftnl_set_alloc();
	const char *table;

	if (s == NULL)
		return MNL_CB_ERROR;
	if (nftnl_set_nlmsg_parse(nlh, s) == 0 &&
	    (table = nftnl_set_get_str(s, NFTNL_SET_TABLE)) != NULL &&
	    strcmp(table, NFT_TABLE) == 0)
		judge_set(r, s);
	nftnl_set_free(s);
	return MNL_CB_OK;
}

static void
judge_chain(struct reading *r, const struct nftnl_chain *c)
{
	const char *name = nftnl_chain_get_str(c, NFTNL_CHAIN_NAME);
	enum nft_chain_id id;

	id = name == NULL ? NFT_CHAINS : nftchains_id(r->t, name);
	if (id == NFT_CHAINS || !nftchains_is(r->t, id, c)) {
		r->lay->other = true;
		return;
	}
	r->lay->chain[id] = true;
	if (r->t == NFT_NETDEV && id == NFT_CHAIN_HOOK)
		r->lay->moved = !nftchains_same_devs(r->n, c);
}

static int
on_chain(const struct nlmsghdr *nlh, void *arg)
{
	struct reading *r = arg;
	struct nftnl_chain *c = nftnl_chain_alloc();
	const char *table;

	if (c == NULL)
		return MNL_CB_ERROR;
	if (nftnl_chain_nlmsg_parse(nlh, c) == 0 &&
	    (table = nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE)) != NULL &&
	    strcmp(table, NFT_TABLE) == 0)
		judge_chain(r, c);
	nftnl_chain_free(c);
	return MNL_CB_OK;
}

static int
on_table(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	*(bool *)arg = true;
	return MNL_CB_OK;
}

int
nftlayout_table(struct nft *n, enum nft_table_id t)
{
	struct nlmsghdr *nlh;
	bool there = false;
	int err;

	nlh = nftbatch_ask(&n->batch, nft_family(t), NFT_MSG_GETTABLE, 0);
	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, NFT_TABLE);
	err = nftbatch_answer(&n->batch, nlh, on_table, &there);
	if (err == -ENOENT)
		return 0;
	return err != 0 ? err : there;
}

static int
read_once(struct reading *r)
{
	struct nftbatch *b = &r->n->batch;
	const uint8_t family = nft_family(r->t);
	struct nlmsghdr *nlh;
	int err;

	*r->lay = (struct nftlayout){ 0 };
	err = nftlayout_table(r->n, r->t);
	if (err <= 0)
		return err;
	r->lay->table = true;
	nlh = nftbatch_ask(b, family, NFT_MSG_GETSET, NLM_F_DUMP);
	mnl_attr_put_strz(nlh, NFTA_SET_TABLE, NFT_TABLE);
	err = nftbatch_answer(b, nlh, on_set, r);
	if (err != 0)
		return err;
	nlh = nftbatch_ask(b, family, NFT_MSG_GETCHAIN, NLM_F_DUMP);
	return nftbatch_answer(b, nlh, on_chain, r);
}

int
nftlayout_read(struct nft *n, enum nft_table_id t, struct nftlayout *lay)
{
	struct reading r = { n, t, lay };
	int err = 0;

	/* EINTR: somebody changed something while we read. */
	for (int i = 0; i < READ_TRIES; i++) {
		err = read_once(&r);
		if (err != -EINTR)
			break;
	}
	return err;
}
