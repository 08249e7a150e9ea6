/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>

#include "nft/nets.h"
#include "nft/nftlayout.h"
#include "nft/nftpriv.h"

#define NETS_A_MSG 400 /* a list attribute ends at 64 KiB */
#define NET_BYTES  96  /* of one network in a message, at most */
#define FLAGS_TYPE 1   /* in an element's user data, for nft(8): */
#define FLAGS_OPEN 1   /* the interval goes on to the end */

static uint8_t
key_bytes(const struct net *net)
{
	return net->a.family == 4 ? 4 : 16;
}

static void
put_edge(struct nlmsghdr *nlh, const uint8_t *key, uint8_t bytes, bool end,
    bool open)
{
	static const uint8_t open_ud[] = { FLAGS_TYPE, 4, FLAGS_OPEN, 0, 0, 0 };
	struct nlattr *one = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
	struct nlattr *k;

	if (end)
		mnl_attr_put_u32(nlh, NFTA_SET_ELEM_FLAGS,
		    htonl(NFT_SET_ELEM_INTERVAL_END));
	k = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_KEY);
	mnl_attr_put(nlh, NFTA_DATA_VALUE, bytes, key);
	mnl_attr_nest_end(nlh, k);
	if (open)
		mnl_attr_put(nlh, NFTA_SET_ELEM_USERDATA, sizeof(open_ud),
		    open_ud);
	mnl_attr_nest_end(nlh, one);
}

static void
put_net(struct nlmsghdr *nlh, const struct net *net)
{
	const uint8_t bytes = key_bytes(net);
	uint8_t end[16];
	bool closed = nets_end(net, end);

	put_edge(nlh, net->a.b, bytes, false, !closed);
	if (closed)
		put_edge(nlh, end, bytes, true, false);
}

static struct nlmsghdr *
set_msg(struct nft *n, uint16_t type, uint16_t flags, enum nft_set_id set)
{
	struct nlmsghdr *nlh = nftbatch_msg(&n->batch, type, flags);

	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, NFT_TABLE);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, nftlayout_set_name(set));
	return nlh;
}

/* Networks of one family, which stand together in a sorted list. */
static void
put_nets(struct nft *n, enum nft_set_id set, const struct net *v, size_t count)
{
	static const uint8_t zero[16];
	struct nlmsghdr *nlh;
	struct nlattr *list;

	for (size_t i = 0; i < count;) {
		nlh = set_msg(n, NFT_MSG_NEWSETELEM, NLM_F_CREATE, set);
		list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
		/* As nft(8) does: below the first network ends "nothing". */
		if (i == 0 && memcmp(v[0].a.b, zero, sizeof(zero)) != 0)
			put_edge(nlh, zero, key_bytes(&v[0]), true, false);
		for (size_t k = 0; k < NETS_A_MSG && i < count; k++)
			put_net(nlh, &v[i++]);
		mnl_attr_nest_end(nlh, list);
		(void)nftbatch_put(&n->batch, nlh);
	}
}

static int
replace(struct nft *n, const struct net *v, size_t count)
{
	size_t v4 = 0;
	int err;

	while (v4 < count && v[v4].a.family == 4)
		v4++;
	if (v4 > NFT_ALLOW_MAX || count - v4 > NFT_ALLOW_MAX)
		return -ENFILE;
	err = nftbatch_reserve(&n->batch, (count + NETS_A_MSG) * NET_BYTES);
	if (err != 0)
		return err;
	nftbatch_begin(&n->batch);
	(void)nftbatch_put(&n->batch,
	    set_msg(n, NFT_MSG_DELSETELEM, 0, NFT_SET_ALLOW4));
	(void)nftbatch_put(&n->batch,
	    set_msg(n, NFT_MSG_DELSETELEM, 0, NFT_SET_ALLOW6));
	put_nets(n, NFT_SET_ALLOW4, v, v4);
	put_nets(n, NFT_SET_ALLOW6, v + v4, count - v4);
	return nftbatch_send(&n->batch, NULL, NULL);
}

int
nft_allow_replace(struct nft *n, const struct net *nets, size_t count)
{
	struct net *v = calloc(count + 1, sizeof(*v));
	int err = 0;

	if (v == NULL)
		return nft_fail(n, -ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		v[i] = nets[i];
		if (nets[i].a.family != 4 && nets[i].a.family != 6)
			err = -EINVAL;
	}
	if (err == 0)
		err = replace(n, v, nets_disjoint(v, count));
	free(v);
	if (err == 0)
		return 0;
	return nft_fail(n, err, "replacing the allow list: %s",
	    err == -ENFILE     ? "too many networks" :
		err == -ENOENT ? "table inet " NFT_TABLE " is gone" :
				 strerror(-err));
}
