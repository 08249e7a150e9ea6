/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftelem.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "nft/nftlayout.h"

#define COMMENT_TYPE 0 /* in an element's user data */
#define REG_BYTES    4 /* each part of a key begins at such a place */
#define HEAD_BYTES   sizeof(struct nlattr)
#define ALIGN_BYTES  4 /* of attributes */

static bool
host_bits_zero(const struct net *net)
{
	for (size_t i = net->bits / 8; i < sizeof(net->a.b); i++)
		if (net->a.b[i] != 0)
			return false;
	return true;
}

/* The set of a whole address or network; NFT_SETS when there is none. */
static enum nft_set_id
whole_set(const struct nft_op *op)
{
	const bool reject = op->action == NFT_REJECT;
	const struct net *net = &op->net;

	if (net->a.family == 4)
		return net->bits != 32 ? NFT_SETS :
		    reject             ? NFT_SET_REJECT4 :
					 NFT_SET_BLOCK4;
	/* What others have put there can be taken out, whatever it is. */
	if (net->a.family != 6 || (op->kind != NFT_DEL && !host_bits_zero(net)))
		return NFT_SETS;
	if (net->bits == 64)
		return reject ? NFT_SET_REJECT6 : NFT_SET_BLOCK6;
	if (reject)
		return NFT_SETS;
	return net->bits == 56 ? NFT_SET_BLOCK6_56 :
	    net->bits == 48    ? NFT_SET_BLOCK6_48 :
				 NFT_SETS;
}

static enum nft_set_id
stack_set(const struct nft_op *op)
{
	const struct net *net = &op->net;
	const bool mss = op->stack.has_mss;

	if (net->a.family == 4 && net->bits == 32)
		return mss ? NFT_SET_STACK4 : NFT_SET_STACK4_NOMSS;
	if (net->a.family == 6 && net->bits == 64 &&
	    (op->kind == NFT_DEL || host_bits_zero(net)))
		return mss ? NFT_SET_STACK6 : NFT_SET_STACK6_NOMSS;
	return NFT_SETS;
}

/* A 16-bit part of a key, in a register of its own. */
static void
add_part(struct elem *e, uint16_t value)
{
	const uint16_t be = htons(value);

	memcpy(e->key + e->key_bytes, &be, sizeof(be));
	memset(e->key + e->key_bytes + sizeof(be), 0, REG_BYTES - sizeof(be));
	e->key_bytes = (uint8_t)(e->key_bytes + REG_BYTES);
}

static void
begin_key(struct elem *e, enum nft_set_id set, const struct addr *a)
{
	e->set = set;
	e->key_bytes = a->family == 4 ? 4 : 16;
	memcpy(e->key, a->b, sizeof(a->b));
}

int
nftelem_of_op(const struct nft *n, const struct nft_op *op, struct elem *e)
{
	const bool whole = stack_none(&op->stack);
	enum nft_set_id set = whole ? whole_set(op) : stack_set(op);

	if (set == NFT_SETS || (op->kind != NFT_DEL && op->timeout_s == 0))
		return -EINVAL; /* time 0 would be for ever */
	if (!nftlayout_wants(n, NFT_INET, set))
		return -ENOTSUP;
	begin_key(e, set, &op->net.a);
	if (!whole) {
		add_part(e, op->stack.len);
		add_part(e, op->stack.window);
		if (op->stack.has_mss)
			add_part(e, op->stack.mss);
	}
	e->timeout_s = op->timeout_s;
	e->comment_n = 0;
	if (op->kind != NFT_DEL)
		e->comment_n = (uint8_t)(strlen(nft_comment(op, e->comment)) +
		    1);
	return 0;
}

void
nftelem_of_port(uint16_t port, struct elem *e)
{
	const uint16_t be = htons(port);

	*e = (struct elem){ .set = NFT_SET_QUEUE_PORTS,
		.key_bytes = sizeof(be),
		.timeout_s = NFT_QUEUE_LEASE_S };
	memcpy(e->key, &be, sizeof(be));
}

int
nftelem_of_flow(const struct nft *n, const struct addr *client, uint16_t port,
    struct elem *e)
{
	enum nft_set_id set = client->family == 4 ? NFT_SET_FLOW4 :
						    NFT_SET_FLOW6;

	if ((client->family != 4 && client->family != 6) || port == 0)
		return -EINVAL;
	if (!nftlayout_wants(n, NFT_INET, set))
		return -ENOTSUP;
	*e = (struct elem){ .timeout_s = NFT_FLOW_S };
	begin_key(e, set, client);
	add_part(e, port);
	return 0;
}

static uint16_t
part_at(const uint8_t *key, size_t at)
{
	return (uint16_t)(key[at] << 8 | key[at + 1]);
}

bool
nftelem_to_op(enum nft_set_id set, const uint8_t *key, size_t bytes,
    struct nft_op *op)
{
	const bool v4 = set == NFT_SET_BLOCK4 || set == NFT_SET_REJECT4 ||
	    set == NFT_SET_STACK4 || set == NFT_SET_STACK4_NOMSS;
	const bool mss = set == NFT_SET_STACK4 || set == NFT_SET_STACK6;
	const bool stack = set >= NFT_SET_STACK4 && set <= NFT_SET_STACK6_NOMSS;
	const size_t at = v4 ? 4 : 16;

	if (!nftlayout_is_block(set) ||
	    bytes != at + (stack ? mss ? 12U : 8U : 0U))
		return false;
	*op = (struct nft_op){ 0 };
	op->net.a.family = v4 ? 4 : 6;
	op->net.bits = v4            ? 32 :
	    set == NFT_SET_BLOCK6_56 ? 56 :
	    set == NFT_SET_BLOCK6_48 ? 48 :
				       64;
	memcpy(op->net.a.b, key, at);
	if (set == NFT_SET_REJECT4 || set == NFT_SET_REJECT6)
		op->action = NFT_REJECT;
	if (stack) {
		op->stack.len = part_at(key, at);
		op->stack.window = part_at(key, at + 4);
		op->stack.has_mss = mss;
		op->stack.mss = mss ? part_at(key, at + 8) : 0;
	}
	return true;
}

struct nlattr *
nftelem_begin(struct nlmsghdr *nlh, enum nft_set_id set)
{
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, NFT_TABLE);
	mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET, nftlayout_set_name(set));
	return mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
}

/*
 * By hand: a restore writes millions of attributes, and libmnl's calls cost as
 * much as all else of ours.  What was written begins at `at`; returns where the
 * next one goes.
 */
static char *
attr(char *at, uint16_t type, const void *value, size_t n)
{
	const struct nlattr head = { (uint16_t)(HEAD_BYTES + n), type };
	char *const end = at + HEAD_BYTES +
	    ((n + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES);

	memset(end - ALIGN_BYTES, 0, ALIGN_BYTES);
	memcpy(at, &head, HEAD_BYTES);
	memcpy(at + HEAD_BYTES, value, n);
	return end;
}

/* Gives an attribute that holds others its length: all since its begin. */
static void
nest(char *begin, uint16_t type, const char *end)
{
	const struct nlattr head = { (uint16_t)(end - begin),
		NLA_F_NESTED | type };

	memcpy(begin, &head, HEAD_BYTES);
}

static char *
put_rest(char *at, const struct elem *e, enum elem_form form)
{
	const uint64_t be = htobe64((uint64_t)e->timeout_s * 1000);
	uint8_t ud[2 + sizeof(e->comment)];

	at = attr(at, NFTA_SET_ELEM_TIMEOUT, &be, sizeof(be));
	if (form == ELEM_RENEWING)
		at = attr(at, NFTA_SET_ELEM_EXPIRATION, &be, sizeof(be));
	if (e->comment_n <= 1)
		return at;
	ud[0] = COMMENT_TYPE;
	ud[1] = e->comment_n;
	memcpy(ud + 2, e->comment, e->comment_n);
	return attr(at, NFTA_SET_ELEM_USERDATA, ud, 2U + e->comment_n);
}

void
nftelem_put(struct nlmsghdr *nlh, const struct elem *e, enum elem_form form)
{
	char *const one = mnl_nlmsg_get_payload_tail(nlh);
	char *const key = one + HEAD_BYTES;
	char *at = attr(key + HEAD_BYTES, NFTA_DATA_VALUE, e->key,
	    e->key_bytes);

	nest(key, NFTA_SET_ELEM_KEY, at);
	if (form != ELEM_KEY)
		at = put_rest(at, e, form);
	nest(one, NFTA_LIST_ELEM, at);
	nlh->nlmsg_len += (uint32_t)(at - one);
}

void
nftelem_end(struct nlmsghdr *nlh, struct nlattr *list)
{
	mnl_attr_nest_end(nlh, list);
}
