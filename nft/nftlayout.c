/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftlayout.h"

#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#define READ_TRIES 5

/* The numbers by which nft(8) knows data types and byte orders. */
enum { TYPE_IPV4 = 7, TYPE_IPV6 = 8, TYPE_SERVICE = 13, BIG_ENDIAN_KEY = 2 };

/* Both ends of a network count on kernels before 6.9. */
#define ALLOW_SIZE (2 * NFT_ALLOW_MAX)

static const struct layout_set {
	const char *name;
	uint32_t type, key_bytes, flags, size; /* 0: conf.blocks_max */
	const char *comment;
} sets[NFT_SETS] = {
	[NFT_SET_ALLOW4] = { "allow4", TYPE_IPV4, 4, NFT_SET_INTERVAL,
	    ALLOW_SIZE, NULL },
	[NFT_SET_ALLOW6] = { "allow6", TYPE_IPV6, 16, NFT_SET_INTERVAL,
	    ALLOW_SIZE, NULL },
	[NFT_SET_BLOCK4] = { "block4", TYPE_IPV4, 4, NFT_SET_TIMEOUT, 0, NULL },
	[NFT_SET_BLOCK6] = { "block6", TYPE_IPV6, 16, NFT_SET_TIMEOUT, 0,
	    "first 64 bits" },
	[NFT_SET_QUEUE_PORTS] = { "queue_ports", TYPE_SERVICE, 2,
	    NFT_SET_TIMEOUT, NFT_PORTS_MAX, "renewed by zfwd each second" },
};

#define FLAGS_JUDGED \
	(NFT_SET_ANONYMOUS | NFT_SET_CONSTANT | NFT_SET_INTERVAL | \
	    NFT_SET_MAP | NFT_SET_TIMEOUT | NFT_SET_EVAL | NFT_SET_OBJECT | \
	    NFT_SET_CONCAT)

const char *
nftlayout_set_name(enum nft_set_id id)
{
	return sets[id].name;
}

static uint32_t
set_size(const struct nft *n, enum nft_set_id id)
{
	return sets[id].size != 0 ? sets[id].size : n->conf.blocks_max;
}

static bool
set_counts(const struct nft *n, enum nft_set_id id)
{
	return (id == NFT_SET_BLOCK4 || id == NFT_SET_BLOCK6) &&
	    n->conf.blocks_max <= NFT_COUNTERS_MAX;
}

static int
count_expr(struct nftnl_expr *e, void *arg)
{
	unsigned *counters = arg;
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	*counters += name != NULL && strcmp(name, "counter") == 0 ? 1 : 100;
	return 0;
}

/* Is that set of the kernel as we would make it? */
static bool
set_is(const struct nft *n, enum nft_set_id id, const struct nftnl_set *s)
{
	unsigned counters = 0;

	(void)nftnl_set_expr_foreach(s, count_expr, &counters);
	return nftnl_set_get_u32(s, NFTNL_SET_KEY_TYPE) == sets[id].type &&
	    nftnl_set_get_u32(s, NFTNL_SET_KEY_LEN) == sets[id].key_bytes &&
	    (nftnl_set_get_u32(s, NFTNL_SET_FLAGS) & FLAGS_JUDGED) ==
	    sets[id].flags &&
	    nftnl_set_get_u32(s, NFTNL_SET_DESC_SIZE) == set_size(n, id) &&
	    !nftnl_set_is_set(s, NFTNL_SET_TIMEOUT) &&
	    counters == (set_counts(n, id) ? 1U : 0U);
}

struct reading {
	struct nft *n;
	struct nftlayout *lay;
};

static void
judge_set(struct reading *r, const struct nftnl_set *s)
{
	const char *name = nftnl_set_get_str(s, NFTNL_SET_NAME);

	if (nftnl_set_get_u32(s, NFTNL_SET_FLAGS) & NFT_SET_ANONYMOUS)
		return; /* it lives and dies with its rule */
	for (enum nft_set_id id = 0; id < NFT_SETS; id++) {
		if (name == NULL || strcmp(name, sets[id].name) != 0)
			continue;
		if (set_is(r->n, id, s))
			r->lay->have[id] = true;
		else
			r->lay->other = true;
		return;
	}
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

/* A chain cannot be moved to another hook: it must be ours as we make it. */
static bool
chain_is_ours(const struct nftnl_chain *c)
{
	const char *name = nftnl_chain_get_str(c, NFTNL_CHAIN_NAME);
	const char *type = nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE);
	bool base = nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM);

	if (name == NULL)
		return false;
	if (strcmp(name, NFTLAYOUT_SYNS) == 0)
		return !base;
	return strcmp(name, NFTLAYOUT_CHAIN) == 0 && base && type != NULL &&
	    strcmp(type, "filter") == 0 &&
	    nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM) ==
	    NF_INET_PRE_ROUTING &&
	    nftnl_chain_get_s32(c, NFTNL_CHAIN_PRIO) == NFT_PRIORITY;
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
	    strcmp(table, NFT_TABLE) == 0 && !chain_is_ours(c))
		r->lay->other = true;
	nftnl_chain_free(c);
	return MNL_CB_OK;
}

static int
read_once(struct nft *n, struct nftlayout *lay)
{
	struct reading r = { n, lay };
	struct nlmsghdr *nlh;
	int err;

	*lay = (struct nftlayout){ 0 };
	err = nft_present(n);
	if (err <= 0)
		return err;
	lay->table = true;
	nlh = nftbatch_ask(&n->batch, NFT_MSG_GETSET, NLM_F_DUMP);
	mnl_attr_put_strz(nlh, NFTA_SET_TABLE, NFT_TABLE);
	err = nftbatch_answer(&n->batch, nlh, on_set, &r);
	if (err != 0)
		return err;
	nlh = nftbatch_ask(&n->batch, NFT_MSG_GETCHAIN, NLM_F_DUMP);
	return nftbatch_answer(&n->batch, nlh, on_chain, &r);
}

int
nftlayout_read(struct nft *n, struct nftlayout *lay)
{
	int err = 0;

	/* EINTR: somebody changed something while we read. */
	for (int i = 0; i < READ_TRIES; i++) {
		err = read_once(n, lay);
		if (err != -EINTR)
			break;
	}
	return err;
}

/* What nft(8) keeps beside a set to print it well. */
static void
set_userdata(struct nftnl_set *s, enum nft_set_id id)
{
	struct nftnl_udata_buf *ud = nftnl_udata_buf_alloc(256);

	if (ud == NULL)
		return; /* it only looks worse */
	nftnl_udata_put_u32(ud, NFTNL_UDATA_SET_KEYBYTEORDER, BIG_ENDIAN_KEY);
	if (sets[id].comment != NULL)
		nftnl_udata_put_strz(ud, NFTNL_UDATA_SET_COMMENT,
		    sets[id].comment);
	nftnl_set_set_data(s, NFTNL_SET_USERDATA, nftnl_udata_buf_data(ud),
	    nftnl_udata_buf_len(ud));
	nftnl_udata_buf_free(ud);
}

static struct nftnl_set *
set_make(const struct nft *n, enum nft_set_id id)
{
	struct nftnl_set *s = nftnl_set_alloc();
	struct nftnl_expr *e;

	if (s == NULL)
		return NULL;
	nftnl_set_set_str(s, NFTNL_SET_TABLE, NFT_TABLE);
	nftnl_set_set_str(s, NFTNL_SET_NAME, sets[id].name);
	nftnl_set_set_u32(s, NFTNL_SET_ID, (uint32_t)id + 1);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS, sets[id].flags);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, sets[id].type);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, sets[id].key_bytes);
	nftnl_set_set_u32(s, NFTNL_SET_DESC_SIZE, set_size(n, id));
	set_userdata(s, id);
	if (set_counts(n, id)) {
		e = nftnl_expr_alloc("counter");
		if (e == NULL) {
			nftnl_set_free(s);
			return NULL;
		}
		nftnl_set_add_expr(s, e);
	}
	return s;
}

int
nftlayout_put_set(struct nft *n, enum nft_set_id id)
{
	struct nftnl_set *s = set_make(n, id);
	struct nlmsghdr *nlh;

	if (s == NULL)
		return n->batch.err = -ENOMEM;
	nlh = nftbatch_msg(&n->batch, NFT_MSG_NEWSET, NLM_F_CREATE);
	nftnl_set_nlmsg_build_payload(nlh, s);
	nftnl_set_free(s);
	return nftbatch_put(&n->batch, nlh);
}

int
nftlayout_del_set(struct nft *n, enum nft_set_id id)
{
	struct nlmsghdr *nlh = nftbatch_msg(&n->batch, NFT_MSG_DELSET, 0);

	mnl_attr_put_strz(nlh, NFTA_SET_TABLE, NFT_TABLE);
	mnl_attr_put_strz(nlh, NFTA_SET_NAME, sets[id].name);
	return nftbatch_put(&n->batch, nlh);
}
