/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <arpa/inet.h>
#include <endian.h>
#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

#include "nft/nets.h"
#include "nft/nftlayout.h"
#include "nft/nftrules.h"

#define NETS_A_MSG 400 /* a list attribute ends at 64 KiB */
#define NET_BYTES  96  /* of one network in a message, at most */
/*
 * From so many on, taking out and putting in is two transactions: in one,
 * 100,000 take 5 s, and in two 1 s, of which the list is gone for a part.
 */
#define LIST_SLOW  20000
#define FLAGS_TYPE 1 /* in an element's user data, for nft(8): */
#define FLAGS_OPEN 1 /* the interval goes on to the end */

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

static const struct list {
	enum nft_set_id set[2]; /* IPv4, IPv6 */
	enum nft_chain_id chain;
	size_t max;
	void (*put_rule)(struct nft *n, enum nft_table_id t, bool v6);
	const char *name;
} allow_list = { { NFT_SET_ALLOW4, NFT_SET_ALLOW6 }, NFT_CHAIN_HOOK,
	NFT_ALLOW_MAX, nftrules_put_allow, "allow list" },
  block_list = { { NFT_SET_LIST4, NFT_SET_LIST6 }, NFT_CHAIN_SYNS, NFT_LIST_MAX,
	  nftrules_put_list, "blocklist" };

/* The rules that look into a list, as the kernel has them now. */
struct list_rules {
	const struct list *of;
	bool there[2]; /* IPv4, IPv6 */
	uint64_t handle[2];
};

static int
on_rule(const struct nlmsghdr *nlh, void *arg)
{
	struct nftnl_rule *r = nftnl_rule_alloc();
	struct list_rules *a = arg;
	const char *ud;
	uint32_t bytes;

	if (r == NULL)
		return MNL_CB_ERROR;
	if (nftnl_rule_nlmsg_parse(nlh, r) == 0) {
		ud = nftnl_rule_get_data(r, NFTNL_RULE_USERDATA, &bytes);
		for (int v6 = 0; v6 <= 1 && ud != NULL; v6++) {
			const char *name = nftlayout_set_name(a->of->set[v6]);

			if (bytes != strlen(name) + 3 ||
			    memcmp(ud + 2, name, bytes - 2) != 0)
				continue;
			a->there[v6] = true;
			a->handle[v6] = nftnl_rule_get_u64(r,
			    NFTNL_RULE_HANDLE);
		}
	}
	nftnl_rule_free(r);
	return MNL_CB_OK;
}

static int
read_rules(struct nft *n, const struct list *l, enum nft_table_id t,
    struct list_rules *a)
{
	struct nlmsghdr *nlh;

	*a = (struct list_rules){ .of = l };
	nlh = nftbatch_ask(&n->batch, nft_family(t), NFT_MSG_GETRULE,
	    NLM_F_DUMP);
	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, NFT_TABLE);
	mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN,
	    nftlayout_chain_name(t, l->chain));
	return nftbatch_answer(&n->batch, nlh, on_rule, a);
}

static void
put_no_rule(struct nft *n, const struct list *l, enum nft_table_id t,
    uint64_t handle)
{
	struct nlmsghdr *nlh = nftbatch_msg(&n->batch, NFT_MSG_DELRULE, 0);

	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, NFT_TABLE);
	mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN,
	    nftlayout_chain_name(t, l->chain));
	mnl_attr_put_u64(nlh, NFTA_RULE_HANDLE, htobe64(handle));
	(void)nftbatch_put(&n->batch, nlh);
}

static void
put_table(struct nft *n, const struct list *l, enum nft_table_id t,
    const struct net *v, const size_t count[2])
{
	n->batch.family = nft_family(t);
	for (int v6 = 0; v6 <= 1; v6++)
		(void)nftbatch_put(&n->batch,
		    set_msg(n, NFT_MSG_DELSETELEM, 0, l->set[v6]));
	put_nets(n, l->set[0], v, count[0]);
	put_nets(n, l->set[1], v + count[0], count[1]);
}

static void
put_rules(struct nft *n, enum nft_table_id t, const size_t count[2],
    const struct list_rules *rules)
{
	for (int v6 = 0; v6 <= 1; v6++) {
		if (rules->there[v6] && count[v6] == 0)
			put_no_rule(n, rules->of, t, rules->handle[v6]);
		else if (!rules->there[v6] && count[v6] > 0)
			rules->of->put_rule(n, t, v6);
	}
}

/* One try; -ENOENT also when a rule went after we had looked. */
static int
replace_once(struct nft *n, const struct list *l, const struct net *v,
    const size_t count[2])
{
	const enum nft_table_id last = n->ingress ? NFT_NETDEV : NFT_INET;
	struct list_rules rules[NFT_TABLES];
	int err = 0;

	for (enum nft_table_id t = 0; t <= last && err == 0; t++)
		err = read_rules(n, l, t, &rules[t]);
	if (err != 0)
		return err;
	nftbatch_begin(&n->batch);
	n->feature = NFT_CORE;
	for (enum nft_table_id t = 0; t <= last; t++) {
		put_table(n, l, t, v, count);
		put_rules(n, t, count, &rules[t]);
	}
	return nftbatch_send(&n->batch, NULL, NULL);
}

static int
replace(struct nft *n, const struct list *l, const struct net *v, size_t count)
{
	const size_t tables = n->ingress ? 2 : 1;
	bool *none = l == &allow_list ? n->allow_none : n->list_none;
	size_t by_family[2] = { 0 };
	int err;

	while (by_family[0] < count && v[by_family[0]].a.family == 4)
		by_family[0]++;
	by_family[1] = count - by_family[0];
	if (by_family[0] > l->max || by_family[1] > l->max)
		return -ENFILE;
	err = nftbatch_reserve(&n->batch,
	    tables * (count + NETS_A_MSG) * NET_BYTES);
	if (err != 0)
		return err;
	err = replace_once(n, l, v, by_family);
	if (err == -ENOENT || err == -EINTR)
		err = replace_once(n, l, v, by_family);
	for (int v6 = 0; v6 <= 1 && err == 0; v6++)
		none[v6] = by_family[v6] == 0;
	return err;
}

static int
replace_list(struct nft *n, const struct list *l, const struct net *nets,
    size_t count)
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
		err = replace(n, l, v, nets_disjoint(v, count));
	free(v);
	if (err == 0)
		return 0;
	return nft_fail(n, err, "replacing the %s: %s", l->name,
	    err == -ENFILE     ? "too many networks" :
		err == -ENOENT ? "table inet " NFT_TABLE " is gone" :
				 strerror(-err));
}

int
nft_allow_replace(struct nft *n, const struct net *nets, size_t count)
{
	return replace_list(n, &allow_list, nets, count);
}

int
nft_list_replace(struct nft *n, const struct net *nets, size_t count)
{
	int err = 0;

	if (count > LIST_SLOW)
		err = replace_list(n, &block_list, NULL, 0);
	return err != 0 ? err : replace_list(n, &block_list, nets, count);
}
