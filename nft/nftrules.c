/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftrules.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "nft/nftlayout.h"

#define PORTS_SET    "__set%d"
#define PORTS_SET_ID 100 /* any number that no other set of the batch has */
#define SERVICE_TYPE 13

enum {
	TCP_DPORT = 2,
	TCP_FLAGS = 13,
	TCP_FIN_SYN_RST_ACK = 0x17,
	TCP_SYN = 0x02,
	IP_SADDR = 12,
	IP6_SADDR = 8,
};

/* A rule being put together; `bad` is "out of memory", asked once. */
struct draft {
	struct nftnl_rule *r;
	bool bad;
};

static struct draft
draft_new(const char *chain)
{
	struct draft d = { nftnl_rule_alloc(), false };

	if (d.r == NULL) {
		d.bad = true;
		return d;
	}
	nftnl_rule_set_u32(d.r, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(d.r, NFTNL_RULE_TABLE, NFT_TABLE);
	nftnl_rule_set_str(d.r, NFTNL_RULE_CHAIN, chain);
	return d;
}

/* NULL when out of memory; libnftnl's setters cannot take NULL. */
static struct nftnl_expr *
draft_expr(struct draft *d, const char *name)
{
	struct nftnl_expr *e = d->bad ? NULL : nftnl_expr_alloc(name);

	if (e == NULL)
		d->bad = true;
	else
		nftnl_rule_add_expr(d->r, e);
	return e;
}

static int
draft_put(struct nft *n, struct draft *d)
{
	struct nlmsghdr *nlh;

	if (d->bad)
		n->batch.err = -ENOMEM;
	if (d->r == NULL)
		return -1;
	nlh = nftbatch_msg(&n->batch, NFT_MSG_NEWRULE,
	    NLM_F_CREATE | NLM_F_APPEND);
	nftnl_rule_nlmsg_build_payload(nlh, d->r);
	nftnl_rule_free(d->r);
	return nftbatch_put(&n->batch, nlh);
}

static void
put_cmp(struct draft *d, const void *data, uint32_t bytes)
{
	struct nftnl_expr *e = draft_expr(d, "cmp");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, bytes);
}

static void
put_meta_is(struct draft *d, uint32_t key, uint8_t value)
{
	struct nftnl_expr *e = draft_expr(d, "meta");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
	put_cmp(d, &value, sizeof(value));
}

static void
put_payload(struct draft *d, uint32_t base, uint32_t offset, uint32_t bytes)
{
	struct nftnl_expr *e = draft_expr(d, "payload");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, bytes);
}

static void
put_mask(struct draft *d, const void *mask, uint32_t bytes)
{
	static const uint8_t zero[16];
	struct nftnl_expr *e = draft_expr(d, "bitwise");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, bytes);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask, bytes);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zero, bytes);
}

static void
put_lookup(struct draft *d, const char *set, uint32_t set_id)
{
	struct nftnl_expr *e = draft_expr(d, "lookup");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, NFT_REG_1);
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, set);
	if (set_id != 0)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SET_ID, set_id);
}

static void
put_verdict(struct draft *d, int verdict, const char *chain)
{
	struct nftnl_expr *e = draft_expr(d, "immediate");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (uint32_t)verdict);
	if (chain != NULL)
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain);
}

static void
put_dport(struct draft *d)
{
	put_meta_is(d, NFT_META_L4PROTO, IPPROTO_TCP);
	put_payload(d, NFT_PAYLOAD_TRANSPORT_HEADER, TCP_DPORT, 2);
}

/* ip saddr, or the first 64 bits of ip6 saddr where `mask` is given. */
static void
put_saddr(struct draft *d, bool v6, bool mask)
{
	static const uint8_t first64[16] = { 255, 255, 255, 255, 255, 255, 255,
		255 };

	put_meta_is(d, NFT_META_NFPROTO, v6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
	put_payload(d, NFT_PAYLOAD_NETWORK_HEADER, v6 ? IP6_SADDR : IP_SADDR,
	    v6 ? 16 : 4);
	if (mask)
		put_mask(d, first64, sizeof(first64));
}

/* The constant set of two or more ports that the first rule looks in. */
static void
put_ports_set(struct nft *n)
{
	struct nftnl_set *s = nftnl_set_alloc();
	struct nftnl_set_elem *e;
	struct nlmsghdr *nlh;
	uint16_t port;

	if (s == NULL) {
		n->batch.err = -ENOMEM;
		return;
	}
	nftnl_set_set_str(s, NFTNL_SET_TABLE, NFT_TABLE);
	nftnl_set_set_str(s, NFTNL_SET_NAME, PORTS_SET);
	nftnl_set_set_u32(s, NFTNL_SET_ID, PORTS_SET_ID);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS,
	    NFT_SET_ANONYMOUS | NFT_SET_CONSTANT);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, SERVICE_TYPE);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, sizeof(port));
	nftnl_set_set_u32(s, NFTNL_SET_DESC_SIZE, (uint32_t)n->conf.ports_n);
	nlh = nftbatch_msg(&n->batch, NFT_MSG_NEWSET, NLM_F_CREATE);
	nftnl_set_nlmsg_build_payload(nlh, s);
	nftbatch_put(&n->batch, nlh);
	for (size_t i = 0; i < n->conf.ports_n; i++) {
		e = nftnl_set_elem_alloc();
		if (e == NULL) {
			n->batch.err = -ENOMEM;
			break;
		}
		port = htons(n->conf.ports[i]);
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, &port, sizeof(port));
		nftnl_set_elem_add(s, e);
	}
	nlh = nftbatch_msg(&n->batch, NFT_MSG_NEWSETELEM, NLM_F_CREATE);
	nftnl_set_elems_nlmsg_build_payload(nlh, s);
	nftbatch_put(&n->batch, nlh);
	nftnl_set_free(s);
}

static void
put_jump_rule(struct nft *n)
{
	static const uint8_t mask = TCP_FIN_SYN_RST_ACK, syn = TCP_SYN;
	struct draft d = draft_new(NFTLAYOUT_CHAIN);
	uint16_t port = htons(n->conf.ports[0]);

	if (n->conf.ports_n > 1)
		put_ports_set(n);
	put_dport(&d);
	if (n->conf.ports_n > 1)
		put_lookup(&d, PORTS_SET, PORTS_SET_ID);
	else
		put_cmp(&d, &port, sizeof(port));
	put_payload(&d, NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS, 1);
	put_mask(&d, &mask, sizeof(mask));
	put_cmp(&d, &syn, sizeof(syn));
	put_verdict(&d, NFT_JUMP, NFTLAYOUT_SYNS);
	(void)draft_put(n, &d);
}

static void
put_set_rule(struct nft *n, enum nft_set_id id)
{
	struct draft d = draft_new(NFTLAYOUT_SYNS);
	bool block = id == NFT_SET_BLOCK4 || id == NFT_SET_BLOCK6;
	bool v6 = id == NFT_SET_ALLOW6 || id == NFT_SET_BLOCK6;

	put_saddr(&d, v6, v6 && block);
	put_lookup(&d, nftlayout_set_name(id), 0);
	if (block)
		(void)draft_expr(&d, "counter");
	put_verdict(&d, block ? NF_DROP : NF_ACCEPT, NULL);
	(void)draft_put(n, &d);
}

static void
put_native_queue(struct draft *d, uint16_t num)
{
	struct nftnl_expr *e = draft_expr(d, "queue");

	if (e == NULL)
		return;
	nftnl_expr_set_u16(e, NFTNL_EXPR_QUEUE_NUM, num);
	nftnl_expr_set_u16(e, NFTNL_EXPR_QUEUE_TOTAL, 1);
	nftnl_expr_set_u16(e, NFTNL_EXPR_QUEUE_FLAGS, NFT_QUEUE_FLAG_BYPASS);
}

/* iptables' target, for kernels without the expression. */
static void
put_xt_queue(struct draft *d, uint16_t num)
{
	struct xt_NFQ_info_v3 *info = calloc(1, sizeof(*info));
	struct nftnl_expr *e = info == NULL ? NULL : draft_expr(d, "target");

	if (e == NULL) {
		d->bad = true;
		free(info);
		return;
	}
	info->queuenum = num;
	info->queues_total = 1;
	info->flags = NFQ_FLAG_BYPASS;
	nftnl_expr_set_str(e, NFTNL_EXPR_TG_NAME, "NFQUEUE");
	nftnl_expr_set_u32(e, NFTNL_EXPR_TG_REV, 3);
	nftnl_expr_set(e, NFTNL_EXPR_TG_INFO, info, sizeof(*info));
}

static int
put_queue_rule(struct nft *n, enum nft_queue_how how)
{
	struct draft d = draft_new(NFTLAYOUT_SYNS);

	put_dport(&d);
	put_lookup(&d, nftlayout_set_name(NFT_SET_QUEUE_PORTS), 0);
	(void)draft_expr(&d, "counter");
	if (how == NFT_QUEUE_NATIVE)
		put_native_queue(&d, (uint16_t)n->conf.queue);
	else
		put_xt_queue(&d, (uint16_t)n->conf.queue);
	return draft_put(n, &d);
}

static void
put_chain(struct nft *n, const char *name, bool hooked)
{
	struct nftnl_chain *c = nftnl_chain_alloc();
	struct nlmsghdr *nlh;

	if (c == NULL) {
		n->batch.err = -ENOMEM;
		return;
	}
	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, NFT_TABLE);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, name);
	if (hooked) {
		nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, "filter");
		nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM,
		    NF_INET_PRE_ROUTING);
		nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, NFT_PRIORITY);
		nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	}
	nlh = nftbatch_msg(&n->batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	nftnl_chain_nlmsg_build_payload(nlh, c);
	nftnl_chain_free(c);
	(void)nftbatch_put(&n->batch, nlh);
}

void
nftrules_put(struct nft *n, enum nft_queue_how how, int *queue_msg)
{
	put_chain(n, NFTLAYOUT_CHAIN, true);
	put_chain(n, NFTLAYOUT_SYNS, false);
	put_jump_rule(n);
	put_set_rule(n, NFT_SET_ALLOW4);
	put_set_rule(n, NFT_SET_ALLOW6);
	if (n->conf.drop) {
		put_set_rule(n, NFT_SET_BLOCK4);
		put_set_rule(n, NFT_SET_BLOCK6);
	}
	*queue_msg = how == NFT_QUEUE_OFF ? -1 : put_queue_rule(n, how);
}
