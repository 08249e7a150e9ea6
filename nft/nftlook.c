/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compares the tables with what nft_install() would make.  The rules are only
 * counted: how the kernel writes one back is its own business.
 */
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "nft/nftlayout.h"
#include "nft/nftlink.h"
#include "nft/nftrules.h"

#define NEWRULE (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE)

static const char *const family_name[NFT_TABLES] = {
	[NFT_INET] = "inet",
	[NFT_NETDEV] = "netdev",
};

struct seen {
	bool ours, now_and_then; /* a rule with a comment comes and goes */
};

static int
on_attr(const struct nlattr *attr, void *arg)
{
	struct seen *seen = arg;

	if (mnl_attr_get_type(attr) == NFTA_RULE_TABLE &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
		seen->ours = strcmp(mnl_attr_get_str(attr), NFT_TABLE) == 0;
	if (mnl_attr_get_type(attr) == NFTA_RULE_USERDATA)
		seen->now_and_then = true;
	return MNL_CB_OK;
}

static int
on_rule(const struct nlmsghdr *nlh, void *arg)
{
	struct seen seen = { false, false };

	(void)mnl_attr_parse(nlh, sizeof(struct nfgenmsg), on_attr, &seen);
	if (seen.ours && !seen.now_and_then)
		++*(unsigned *)arg;
	return MNL_CB_OK;
}

static int
rules_there(struct nft *n, enum nft_table_id t, unsigned *count)
{
	struct nlmsghdr *nlh;

	*count = 0;
	nlh = nftbatch_ask(&n->batch, nft_family(t), NFT_MSG_GETRULE,
	    NLM_F_DUMP);
	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, NFT_TABLE);
	return nftbatch_answer(&n->batch, nlh, on_rule, count);
}

/* By building them, in a batch that is not sent. */
static unsigned
rules_wanted(struct nft *n, enum nft_table_id t)
{
	const struct nlmsghdr *nlh;
	unsigned count = 0;
	int left;

	nftbatch_begin(&n->batch);
	n->batch.family = nft_family(t);
	n->feature = t == NFT_NETDEV ? NFT_INGRESS : NFT_CORE;
	nftrules_put(n, t);
	left = (int)n->batch.len;
	nlh = (const void *)n->batch.buf;
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		if (nlh->nlmsg_type == NEWRULE)
			(void)on_rule(nlh, &count);
	return count;
}

static bool
layout_fits(struct nft *n, enum nft_table_id t, const struct nftlayout *lay)
{
	for (enum nft_set_id id = 0; id < NFT_SETS; id++)
		if (nftlayout_wants(n, t, id) != lay->have[id]) {
			(void)nft_fail(n, 0,
			    "set %s of table %s " NFT_TABLE " is %s",
			    nftlayout_set_name(id), family_name[t],
			    lay->have[id] ? "not configured" : "not there");
			return false;
		}
	for (enum nft_chain_id id = 0; id < NFT_CHAINS; id++)
		if (nftlayout_wants_chain(n, t, id) != lay->chain[id]) {
			(void)nft_fail(n, 0,
			    "chain %s of table %s " NFT_TABLE " is %s",
			    nftlayout_chain_name(t, id), family_name[t],
			    lay->chain[id] ? "not configured" : "not there");
			return false;
		}
	return true;
}

static int
look_at(struct nft *n, enum nft_table_id t)
{
	struct nftlayout lay;
	unsigned there, wanted;
	int err = nftlayout_read(n, t, &lay);

	if (err == 0 && lay.table)
		err = rules_there(n, t, &there);
	if (err != 0)
		return nft_fail(n, err, "reading table %s " NFT_TABLE ": %s",
		    family_name[t], strerror(-err));
	if (!lay.table)
		return nft_fail(n, 0, "there is no table %s " NFT_TABLE,
		    family_name[t]);
	if (lay.other)
		return nft_fail(n, 0,
		    "table %s " NFT_TABLE " has sets or chains that are not "
		    "ours, or made differently",
		    family_name[t]);
	if (lay.moved)
		return nft_fail(n, 0, "chain ingress is on other interfaces");
	if (!layout_fits(n, t, &lay))
		return 0;
	wanted = rules_wanted(n, t);
	if (there != wanted)
		return nft_fail(n, 0,
		    "table %s " NFT_TABLE " has %u rules, not %u",
		    family_name[t], there, wanted);
	return 1;
}

int
nft_look(struct nft *n, unsigned lacking)
{
	char missing_devs[256];
	int rc;

	n->lacks = lacking;
	n->how = nft_best_queue(n);
	nftlink_look(n, missing_devs, sizeof(missing_devs));
	rc = look_at(n, NFT_INET);
	if (rc != 1 || n->conf.ingress_n == 0 || !nft_has(n, NFT_INGRESS))
		return rc;
	return look_at(n, NFT_NETDEV);
}
