/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both tables in one transaction.  A kernel that lacks something refuses the
 * messages that need it and tells which: the feature of the first of them is
 * left out of the next try, so that each fault takes only its own with it.
 */
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <string.h>

#include "nft/nftlayout.h"
#include "nft/nftlink.h"
#include "nft/nftrules.h"

#define INSTALL_TRIES 5

static const char *const lacking[NFT_FEATURES] = {
	[NFT_STACKS] = "the kernel cannot match TCP options in sets: blocks of "
		       "single stacks are refused",
	[NFT_LEAK] = "the kernel has no jhash: no leak",
	[NFT_FLOWS] = "the kernel cannot rewrite TCP flags: sessions in other "
		      "namespaces are not cut",
	[NFT_FRONT] = "the kernel has no nft_tproxy (or redirect): there is no "
		      "way to the front, rejected clients are dropped",
	[NFT_XT_QUEUE] = "the kernel has neither nft_queue nor xt_NFQUEUE with "
			 "nft_compat: packets cannot be queued",
	[NFT_INGRESS] = "the kernel has no netdev ingress: only prerouting is "
			"used",
};

struct install {
	struct nft *n;
	struct nftlayout lay[NFT_TABLES];
	int msg, err; /* the first failure that an optional feature had */
	int core_msg, core_err; /* and the first of others */
};

int
nft_put(struct nft *n, struct nlmsghdr *nlh)
{
	int msg = nftbatch_put(&n->batch, nlh);

	if (msg < NFT_MSGS_MAX)
		n->msg_feature[msg] = (uint8_t)n->feature;
	else
		n->batch.err = -ENOBUFS;
	return msg;
}

static void
on_install_failed(void *arg, int msg, int err)
{
	struct install *in = arg;
	bool core = msg < 0 || msg >= NFT_MSGS_MAX ||
	    in->n->msg_feature[msg] == NFT_CORE;

	if (core && in->core_err == 0) {
		in->core_msg = msg;
		in->core_err = err;
	} else if (!core && in->err == 0) {
		in->msg = msg;
		in->err = err;
	}
}

static void
put_table(struct nft *n, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = nftbatch_msg(&n->batch, type, flags);

	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, NFT_TABLE);
	if (type == NFT_MSG_NEWTABLE) /* also wakes a dormant one */
		mnl_attr_put_u32(nlh, NFTA_TABLE_FLAGS, 0);
	(void)nft_put(n, nlh);
}

/* All rules of all chains; sets stay. */
static void
put_no_rules(struct nft *n)
{
	struct nlmsghdr *nlh = nftbatch_msg(&n->batch, NFT_MSG_DELRULE, 0);

	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, NFT_TABLE);
	(void)nft_put(n, nlh);
}

static void
put_sets(struct nft *n, enum nft_table_id t, const struct nftlayout *lay)
{
	for (enum nft_set_id id = 0; id < NFT_SETS; id++) {
		bool want = nftlayout_wants(n, t, id);

		if (want && !lay->have[id])
			nftlayout_put_set(n, id);
		else if (!want && lay->have[id])
			nftlayout_del_set(n, id);
	}
}

static void
put_chains(struct nft *n, enum nft_table_id t, const struct nftlayout *lay)
{
	const enum nft_feature was = n->feature;

	for (enum nft_chain_id id = 0; id < NFT_CHAINS; id++)
		if (lay->chain[id] &&
		    (!nftlayout_wants_chain(n, t, id) ||
			(id == NFT_CHAIN_HOOK && lay->moved)))
			nftlayout_del_chain(n, t, id);
	for (enum nft_chain_id id = 0; id < NFT_CHAINS; id++) {
		if (was == NFT_CORE && id >= NFT_CHAIN_FRONT)
			n->feature = NFT_FRONT;
		/* Also one that is there: others may have set its policy. */
		if (nftlayout_wants_chain(n, t, id))
			nftlayout_put_chain(n, t, id);
	}
	n->feature = was;
}

static void
put_one(struct nft *n, enum nft_table_id t, const struct nftlayout *have)
{
	static const struct nftlayout nothing;
	const struct nftlayout *lay = have;

	n->batch.family = nft_family(t);
	n->feature = t == NFT_NETDEV ? NFT_INGRESS : NFT_CORE;
	if (lay->table && lay->other) {
		put_table(n, NFT_MSG_DELTABLE, 0);
		lay = &nothing;
	}
	put_table(n, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	if (lay->table)
		put_no_rules(n);
	put_chains(n, t, lay);
	put_sets(n, t, lay);
	nftrules_put(n, t);
}

enum nft_queue_how
nft_best_queue(const struct nft *n)
{
	if (n->conf.queue < 0)
		return NFT_QUEUE_OFF;
	if (nft_has(n, NFT_NATIVE_QUEUE))
		return NFT_QUEUE_NATIVE;
	return nft_has(n, NFT_XT_QUEUE) ? NFT_QUEUE_XT : NFT_QUEUE_OFF;
}

/* One try with what the kernel is not known to lack. */
static int
install_once(struct install *in)
{
	struct nft *n = in->n;

	in->err = in->core_err = 0;
	n->how = nft_best_queue(n);
	n->ingress = n->conf.ingress_n > 0 && nft_has(n, NFT_INGRESS);
	n->anon_id = 0;
	nftbatch_begin(&n->batch);
	put_one(n, NFT_INET, &in->lay[NFT_INET]);
	if (n->ingress) {
		put_one(n, NFT_NETDEV, &in->lay[NFT_NETDEV]);
	} else if (in->lay[NFT_NETDEV].table) {
		n->batch.family = nft_family(NFT_NETDEV);
		n->feature = NFT_CORE;
		put_table(n, NFT_MSG_DELTABLE, 0);
	}
	return nftbatch_send(&n->batch, on_install_failed, in);
}

/* Again and again, each time without what was refused. */
static int
install_best(struct install *in)
{
	struct nft *n = in->n;
	int err;

	for (int i = 0; i <= NFT_FEATURES; i++) {
		err = install_once(in);
		if (err == 0 || in->core_err != 0 || in->err == 0)
			break;
		n->lacks |= 1U << n->msg_feature[in->msg];
	}
	return err;
}

static int
install_failed(struct nft *n, const struct install *in, int err)
{
	if (err == -EPERM)
		return nft_fail(n, err,
		    "no permission to change nftables "
		    "(CAP_NET_ADMIN)");
	if (err == -EOPNOTSUPP || err == -EAFNOSUPPORT ||
	    err == -EPROTONOSUPPORT)
		return nft_fail(n, -ENOTSUP,
		    "the kernel has no nf_tables for family inet (%s)",
		    strerror(-err));
	return nft_fail(n, err,
	    "making table inet " NFT_TABLE ": change %d: %s", in->core_msg,
	    strerror(-err));
}

static bool
is_fresh(const struct nft *n, enum nft_table_id t, const struct nftlayout *lay)
{
	if (lay->other)
		return true;
	for (enum nft_set_id id = 0; id < NFT_SET_FLOW4; id++)
		if (nftlayout_wants(n, t, id) && !lay->have[id])
			return true;
	return false;
}

static void
say(struct nft *n, const char *what)
{
	size_t len = strlen(n->error);

	if (what[0] != '\0')
		(void)snprintf(n->error + len, sizeof(n->error) - len, "%s%s",
		    len > 0 ? "; " : "", what);
}

/* What was wanted and is not: one sentence each. */
static void
say_lacks(struct nft *n, const char *missing_devs)
{
	n->error[0] = '\0';
	for (unsigned f = 0; f < NFT_FEATURES; f++)
		if (!nft_has(n, f) && lacking[f] != NULL)
			say(n, lacking[f]);
	if (n->ingress)
		say(n, missing_devs);
}

static int
read_layouts(struct install *in)
{
	const struct nftlayout *lay = &in->lay[NFT_INET];
	int err = nftlayout_read(in->n, NFT_INET, &in->lay[NFT_INET]);

	/* What we are going to make is empty. */
	for (int v6 = 0; v6 <= 1; v6++) {
		if (lay->other ||
		    !lay->have[v6 ? NFT_SET_ALLOW6 : NFT_SET_ALLOW4])
			in->n->allow_none[v6] = true;
		if (lay->other ||
		    !lay->have[v6 ? NFT_SET_LIST6 : NFT_SET_LIST4])
			in->n->list_none[v6] = true;
	}

	/* A kernel without netdev has no such table, whatever it answers. */
	if (err == 0 &&
	    nftlayout_read(in->n, NFT_NETDEV, &in->lay[NFT_NETDEV]) != 0)
		in->lay[NFT_NETDEV] = (struct nftlayout){ 0 };
	return err;
}

int
nft_install(struct nft *n, bool *fresh)
{
	struct install in = { .n = n };
	char missing_devs[256];
	int err = 0;

	nftlink_look(n, missing_devs, sizeof(missing_devs));
	/* ENOENT, EEXIST: somebody changed it after we had looked. */
	for (int i = 0; i < INSTALL_TRIES; i++) {
		err = read_layouts(&in);
		if (err == 0)
			err = install_best(&in);
		if (err != -ENOENT && err != -EEXIST)
			break;
	}
	if (err != 0)
		return install_failed(n, &in, err);
	*fresh = is_fresh(n, NFT_INET, &in.lay[NFT_INET]) ||
	    (n->ingress && is_fresh(n, NFT_NETDEV, &in.lay[NFT_NETDEV]));
	say_lacks(n, missing_devs);
	return 0;
}
