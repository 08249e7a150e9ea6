/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftexpr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/expr.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <netinet/in.h>
#include <libnftnl/udata.h>
#include <stdlib.h>
#include <string.h>

#define TCP_FLAGS_OFFSET  12 /* two bytes: the second are the flags */
#define TCP_CSUM_OFFSET   16
#define TCP_OPTION_MAXSEG 2
#define CT_STATUS_DNAT    0x20 /* IPS_DST_NAT */

enum { TCP_FIN_SYN_RST_ACK = 0x17, TCP_SYN = 0x02, TCP_RST = 0x04 };

#define NET   NFT_PAYLOAD_NETWORK_HEADER
#define TRANS NFT_PAYLOAD_TRANSPORT_HEADER
const struct draft_field draft_saddr4 = { NET, 12, 4 },
			 draft_saddr6 = { NET, 8, 16 },
			 draft_length4 = { NET, 2, 2 },
			 draft_length6 = { NET, 4, 2 },
			 draft_sport = { TRANS, 0, 2 },
			 draft_dport = { TRANS, 2, 2 },
			 draft_flags = { TRANS, 13, 1 },
			 draft_window = { TRANS, 14, 2 },
			 draft_protocol4 = { NET, 9, 1 };

struct draft
draft_new(enum nft_table_id t, enum nft_chain_id chain)
{
	struct draft d = { nftnl_rule_alloc(), t, false };

	if (d.r == NULL) {
		d.bad = true;
		return d;
	}
	nftnl_rule_set_u32(d.r, NFTNL_RULE_FAMILY, nft_family(t));
	nftnl_rule_set_str(d.r, NFTNL_RULE_TABLE, NFT_TABLE);
	nftnl_rule_set_str(d.r, NFTNL_RULE_CHAIN,
	    nftlayout_chain_name(t, chain));
	return d;
}

struct nftnl_expr *
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
put_rule(struct nft *n, struct draft *d, uint16_t flags)
{
	struct nlmsghdr *nlh;

	if (d->bad)
		n->batch.err = -ENOMEM;
	if (d->r == NULL)
		return -1;
	nlh = nftbatch_msg(&n->batch, NFT_MSG_NEWRULE, flags);
	nftnl_rule_nlmsg_build_payload(nlh, d->r);
	nftnl_rule_free(d->r);
	return nft_put(n, nlh);
}

int
draft_put(struct nft *n, struct draft *d)
{
	return put_rule(n, d, NLM_F_CREATE | NLM_F_APPEND);
}

void
draft_put_first(struct nft *n, struct draft *d, const char *comment)
{
	uint8_t ud[2 + 16] = { NFTNL_UDATA_RULE_COMMENT };
	const size_t bytes = strnlen(comment, 15) + 1;

	ud[1] = (uint8_t)bytes;
	memcpy(ud + 2, comment, bytes - 1);
	if (d->r != NULL)
		nftnl_rule_set_data(d->r, NFTNL_RULE_USERDATA, ud,
		    (uint32_t)bytes + 2);
	(void)put_rule(n, d, NLM_F_CREATE);
}

void
draft_load(struct draft *d, const struct draft_field *f, uint32_t reg)
{
	struct nftnl_expr *e = draft_expr(d, "payload");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, f->base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, f->offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, f->bytes);
}

static void
compare(struct draft *d, uint32_t op, const void *data, uint32_t bytes)
{
	struct nftnl_expr *e = draft_expr(d, "cmp");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, bytes);
}

void
draft_cmp(struct draft *d, const void *data, uint32_t bytes)
{
	compare(d, NFT_CMP_EQ, data, bytes);
}

void
draft_cmp_not(struct draft *d, const void *data, uint32_t bytes)
{
	compare(d, NFT_CMP_NEQ, data, bytes);
}

static void
mask_xor(struct draft *d, const void *mask, const void * xor, uint32_t bytes)
{
	struct nftnl_expr *e = draft_expr(d, "bitwise");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, bytes);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask, bytes);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, xor, bytes);
}

static struct nftnl_expr *
lookup(struct draft *d, const char *set, uint32_t set_id)
{
	struct nftnl_expr *e = draft_expr(d, "lookup");

	if (e == NULL)
		return NULL;
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, DRAFT_KEY);
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, set);
	if (set_id != 0)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SET_ID, set_id);
	return e;
}

void
draft_mask(struct draft *d, const void *mask, uint32_t bytes)
{
	static const uint8_t zero[16];

	mask_xor(d, mask, zero, bytes);
}

void
draft_lookup(struct draft *d, const char *set, uint32_t set_id)
{
	(void)lookup(d, set, set_id);
}

void
draft_lookup_not(struct draft *d, const char *set, uint32_t set_id)
{
	struct nftnl_expr *e = lookup(d, set, set_id);

	if (e != NULL)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS,
		    NFT_LOOKUP_F_INV);
}

void
draft_verdict(struct draft *d, int verdict, const char *chain)
{
	struct nftnl_expr *e = draft_expr(d, "immediate");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (uint32_t)verdict);
	if (chain != NULL)
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain);
}

void
draft_counter(struct draft *d)
{
	(void)draft_expr(d, "counter");
}

static void
meta_is(struct draft *d, uint32_t key, const void *value, uint32_t bytes)
{
	struct nftnl_expr *e = draft_expr(d, "meta");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
	draft_cmp(d, value, bytes);
}

void
draft_is_tcp(struct draft *d)
{
	static const uint8_t tcp = IPPROTO_TCP;

	meta_is(d, NFT_META_L4PROTO, &tcp, sizeof(tcp));
}

void
draft_is_ip(struct draft *d, bool v6)
{
	const uint8_t nf = v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	const uint16_t ether = htons(v6 ? ETH_P_IPV6 : ETH_P_IP);

	if (d->t == NFT_INET)
		meta_is(d, NFT_META_NFPROTO, &nf, sizeof(nf));
	else
		meta_is(d, NFT_META_PROTOCOL, &ether, sizeof(ether));
}

void
draft_is_syn(struct draft *d)
{
	static const uint8_t mask = TCP_FIN_SYN_RST_ACK, syn = TCP_SYN;

	draft_load(d, &draft_flags, NFT_REG_1);
	draft_mask(d, &mask, sizeof(mask));
	draft_cmp(d, &syn, sizeof(syn));
}

static void
tcp_option(struct draft *d, uint32_t reg, bool present)
{
	struct nftnl_expr *e = draft_expr(d, "exthdr");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_DREG, reg);
	nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, TCP_OPTION_MAXSEG);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OFFSET, present ? 0 : 2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_LEN, present ? 1 : 2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_FLAGS,
	    present ? NFT_EXTHDR_F_PRESENT : 0);
}

void
draft_mss(struct draft *d, uint32_t reg)
{
	tcp_option(d, reg, false);
}

void
draft_no_mss(struct draft *d)
{
	static const uint8_t no = 0;

	tcp_option(d, NFT_REG_1, true);
	draft_cmp(d, &no, sizeof(no));
}

void
draft_class(struct draft *d, const struct jhash_pick *p)
{
	const uint16_t mask = htons(p->mask), bits = htons(p->bits);

	if (mask == 0)
		return;
	draft_load(d, &draft_sport, NFT_REG_1);
	draft_mask(d, &mask, sizeof(mask));
	draft_cmp(d, &bits, sizeof(bits));
}

void
draft_jhash(struct draft *d, bool v6, const struct jhash_pick *p)
{
	static const uint32_t zero = 0;
	const uint32_t bytes = v6 ? 16 : 4;
	struct nftnl_expr *e;

	if (p->mod <= 1)
		return; /* the kernel has no `mod 1` */
	draft_load(d, v6 ? &draft_saddr6 : &draft_saddr4, NFT_REG_2);
	draft_load(d, &draft_sport, DRAFT_PART(4 + bytes / 4));
	e = draft_expr(d, "hash");
	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_SREG, NFT_REG_2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_LEN, bytes + 4);
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_MODULUS, p->mod);
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_SEED, p->seed);
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_TYPE, NFT_HASH_JENKINS);
	draft_cmp(d, &zero, sizeof(zero));
}

/* Checksums go by pairs of bytes: the flags are written with their byte. */
void
draft_set_rst(struct draft *d)
{
	static const struct draft_field both = { TRANS, TCP_FLAGS_OFFSET, 2 };
	static const uint8_t mask[2] = { 0xff, 0 }, rst[2] = { 0, TCP_RST };
	struct nftnl_expr *e;

	draft_load(d, &both, NFT_REG_1);
	mask_xor(d, mask, rst, sizeof(mask));
	e = draft_expr(d, "payload");
	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, TRANS);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, TCP_FLAGS_OFFSET);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, sizeof(mask));
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_CSUM_TYPE,
	    NFT_PAYLOAD_CSUM_INET);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_CSUM_OFFSET, TCP_CSUM_OFFSET);
}

static void
immediate(struct draft *d, uint32_t reg, const void *data, uint32_t bytes)
{
	struct nftnl_expr *e = draft_expr(d, "immediate");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, reg);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, data, bytes);
}

void
draft_tproxy(struct draft *d, bool v6, uint16_t port)
{
	static const uint8_t lo4[4] = { 127, 0, 0, 1 }, lo6[16] = { [15] = 1 };
	const uint16_t be = htons(port);
	struct nftnl_expr *e;

	immediate(d, NFT_REG_1, v6 ? lo6 : lo4, v6 ? sizeof(lo6) : sizeof(lo4));
	immediate(d, NFT_REG_2, &be, sizeof(be));
	e = draft_expr(d, "tproxy");
	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_TPROXY_FAMILY,
	    v6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
	nftnl_expr_set_u32(e, NFTNL_EXPR_TPROXY_REG_ADDR, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_TPROXY_REG_PORT, NFT_REG_2);
}

void
draft_redirect(struct draft *d, uint16_t port)
{
	const uint16_t be = htons(port);
	struct nftnl_expr *e;

	immediate(d, NFT_REG_1, &be, sizeof(be));
	e = draft_expr(d, "redir");
	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_REDIR_REG_PROTO_MIN, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_REDIR_FLAGS,
	    NF_NAT_RANGE_PROTO_SPECIFIED);
}

void
draft_not_dnat(struct draft *d)
{
	static const uint32_t dnat = CT_STATUS_DNAT, zero = 0;
	struct nftnl_expr *e = draft_expr(d, "ct");

	if (e == NULL)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, NFT_CT_STATUS);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	draft_mask(d, &dnat, sizeof(dnat));
	draft_cmp(d, &zero, sizeof(zero));
}

static void
native_queue(struct draft *d, uint16_t num)
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
xt_queue(struct draft *d, uint16_t num)
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

void
draft_queue(struct draft *d, bool native, uint16_t num)
{
	if (native)
		native_queue(d, num);
	else
		xt_queue(d, num);
}
