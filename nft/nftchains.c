/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftchains.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "nft/nftlayout.h"

#define PRIORITY_MANGLE (-150) /* where tproxy works */
#define PRIORITY_NAT    (-110) /* before docker's -100 */
#define HOOK_INGRESS    0

static const struct layout_chain {
	const char *name, *type; /* no type: not hooked */
	uint32_t hook;
	int32_t prio;
} chains[NFT_TABLES][NFT_CHAINS] = {
	[NFT_INET] = {
	    [NFT_CHAIN_HOOK] = { "prerouting", "filter", NF_INET_PRE_ROUTING,
		NFT_PRIORITY },
	    [NFT_CHAIN_SYNS] = { "smtp", NULL, 0, 0 },
	    [NFT_CHAIN_SAMPLE] = { "sample", NULL, 0, 0 },
	    [NFT_CHAIN_SPARED] = { "spared", NULL, 0, 0 },
	    [NFT_CHAIN_FLOWS] = { "flows", NULL, 0, 0 },
	    [NFT_CHAIN_FRONT] = { "front", "filter", NF_INET_PRE_ROUTING,
		PRIORITY_MANGLE },
	    [NFT_CHAIN_FRONT_NAT] = { "front_nat", "nat", NF_INET_PRE_ROUTING,
		PRIORITY_NAT },
	    [NFT_CHAIN_FRONT_INPUT] = { "front_input", "filter",
		NF_INET_LOCAL_IN, 0 },
	    [NFT_CHAIN_TO_FRONT] = { "to_front", NULL, 0, 0 },
	    [NFT_CHAIN_LEAKED] = { "leaked", NULL, 0, 0 },
	},
	[NFT_NETDEV] = {
	    [NFT_CHAIN_HOOK] = { "ingress", "filter", HOOK_INGRESS,
		NFT_PRIORITY },
	    [NFT_CHAIN_SYNS] = { "smtp", NULL, 0, 0 },
	    [NFT_CHAIN_SAMPLE] = { "sample", NULL, 0, 0 },
	    [NFT_CHAIN_SPARED] = { "spared", NULL, 0, 0 },
	},
};

const char *
nftlayout_chain_name(enum nft_table_id t, enum nft_chain_id id)
{
	return chains[t][id].name;
}

bool
nftlayout_wants_chain(const struct nft *n, enum nft_table_id t,
    enum nft_chain_id id)
{
	if (chains[t][id].name == NULL)
		return false;
	switch (id) {
	case NFT_CHAIN_HOOK: /* hooked to nothing it could not be listed */
		return t == NFT_INET || n->devs_n > 0;
	case NFT_CHAIN_SYNS:
		return true;
	case NFT_CHAIN_FLOWS:
		return n->conf.drop && nft_has(n, NFT_FLOWS);
	case NFT_CHAIN_SAMPLE:
	case NFT_CHAIN_SPARED:
		return n->conf.drop && n->conf.leak > 0;
	case NFT_CHAIN_FRONT:
		return nft_fronts(n) && n->conf.front == NFT_FRONT_TPROXY;
	case NFT_CHAIN_FRONT_NAT:
	case NFT_CHAIN_FRONT_INPUT:
		return nft_fronts(n) && n->conf.front == NFT_FRONT_REDIRECT;
	case NFT_CHAIN_LEAKED:
		return nft_fronts(n) && n->conf.leak > 0;
	default:
		return nft_fronts(n);
	}
}

enum nft_chain_id
nftchains_id(enum nft_table_id t, const char *name)
{
	enum nft_chain_id id;

	for (id = 0; id < NFT_CHAINS; id++)
		if (chains[t][id].name != NULL &&
		    strcmp(chains[t][id].name, name) == 0)
			break;
	return id;
}

bool
nftchains_is(enum nft_table_id t, enum nft_chain_id id,
    const struct nftnl_chain *c)
{
	const struct layout_chain *want = &chains[t][id];
	const char *type = nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE);
	bool base = nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM);

	if (want->type == NULL)
		return !base;
	return base && type != NULL && strcmp(type, want->type) == 0 &&
	    nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM) == want->hook &&
	    nftnl_chain_get_s32(c, NFTNL_CHAIN_PRIO) == want->prio;
}

static bool
has_dev(const struct nft *n, const char *dev)
{
	for (size_t i = 0; i < n->devs_n; i++)
		if (strcmp(n->devs[i], dev) == 0)
			return true;
	return false;
}

bool
nftchains_same_devs(const struct nft *n, const struct nftnl_chain *c)
{
	const char *const *devs = nftnl_chain_get_array(c, NFTNL_CHAIN_DEVICES);
	const char *dev = nftnl_chain_get_str(c, NFTNL_CHAIN_DEV);
	size_t i = 0;

	if (devs == NULL)
		return dev != NULL && n->devs_n == 1 && has_dev(n, dev);
	while (devs[i] != NULL)
		if (!has_dev(n, devs[i++]))
			return false;
	return i == n->devs_n;
}

static void
set_devs(const struct nft *n, struct nftnl_chain *c)
{
	const char *devs[NFT_DEVS_MAX + 1] = { NULL };

	for (size_t i = 0; i < n->devs_n; i++)
		devs[i] = n->devs[i];
	if (n->devs_n == 1)
		nftnl_chain_set_str(c, NFTNL_CHAIN_DEV, devs[0]);
	else
		(void)nftnl_chain_set_array(c, NFTNL_CHAIN_DEVICES, devs);
}

void
nftlayout_put_chain(struct nft *n, enum nft_table_id t, enum nft_chain_id id)
{
	const struct layout_chain *want = &chains[t][id];
	struct nftnl_chain *c = nftnl_chain_alloc();
	struct nlmsghdr *nlh;

	if (c == NULL) {
		n->batch.err = -ENOMEM;
		return;
	}
	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, NFT_TABLE);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, want->name);
	if (want->type != NULL) {
		nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, want->type);
		nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, want->hook);
		nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, want->prio);
		nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	}
	if (t == NFT_NETDEV && id == NFT_CHAIN_HOOK)
		set_devs(n, c);
	nlh = nftbatch_msg(&n->batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	nftnl_chain_nlmsg_build_payload(nlh, c);
	nftnl_chain_free(c);
	(void)nft_put(n, nlh);
}

void
nftlayout_del_chain(struct nft *n, enum nft_table_id t, enum nft_chain_id id)
{
	struct nlmsghdr *nlh = nftbatch_msg(&n->batch, NFT_MSG_DELCHAIN, 0);

	mnl_attr_put_strz(nlh, NFTA_CHAIN_TABLE, NFT_TABLE);
	mnl_attr_put_strz(nlh, NFTA_CHAIN_NAME, chains[t][id].name);
	(void)nft_put(n, nlh);
}
