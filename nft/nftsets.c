/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h> /* before: */
#include <libnftnl/expr.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "nft/nftlayout.h"
#include "nft/nftsets.h"

#define PARTS_MAX     4
#define TYPE_BITS     6 /* of one data type in a concatenation's number */
#define REG_BYTES     4 /* each part of a key begins at such a place */
#define FLOWS_MAX     65536
#define GC_MS         10000
#define USERDATA_ROOM 256

/* Both ends of a network count on kernels before 6.9. */
#define ALLOW_SIZE (2 * NFT_ALLOW_MAX)
#define LIST_SIZE  (2 * NFT_LIST_MAX)

/* The numbers by which nft(8) knows data types, headers and their fields. */
enum { TYPE_INTEGER = 4, TYPE_IPV4 = 7, TYPE_IPV6 = 8, TYPE_SERVICE = 13 };
enum { BIG_ENDIAN_KEY = 2, CONCAT_BYTEORDER = 0 };
enum { EXPR_PAYLOAD = 7, EXPR_EXTHDR = 8, EXPR_CONCAT = 13 };
enum { PROTO_TCP = 8, PROTO_IP = 12, PROTO_IP6 = 13 };
enum { TYPEOF_EXPR, TYPEOF_DATA }; /* attributes: of a typeof */
enum { PART_EXPR, PART_DATA };     /* of one part of it */
enum { PAYLOAD_DESC, PAYLOAD_TYPE, PAYLOAD_BITS = 4 };
enum { EXTHDR_DESC, EXTHDR_TYPE, EXTHDR_OP };

enum part {
	PART_NONE,
	PART_IP_SADDR,
	PART_IP6_SADDR,
	PART_IP_LENGTH,
	PART_IP6_LENGTH,
	PART_WINDOW,
	PART_MAXSEG,
	PART_SPORT,
	PART_DPORT,
};

static const struct part_info {
	uint8_t type, bytes;
	uint8_t header, field, bits; /* bits: only of integers */
} parts[] = {
	[PART_IP_SADDR] = { TYPE_IPV4, 4, PROTO_IP, 11, 0 },
	[PART_IP6_SADDR] = { TYPE_IPV6, 16, PROTO_IP6, 8, 0 },
	[PART_IP_LENGTH] = { TYPE_INTEGER, 2, PROTO_IP, 5, 16 },
	[PART_IP6_LENGTH] = { TYPE_INTEGER, 2, PROTO_IP6, 5, 16 },
	[PART_WINDOW] = { TYPE_INTEGER, 2, PROTO_TCP, 8, 16 },
	[PART_MAXSEG] = { TYPE_INTEGER, 2, 0, 0, 16 },
	[PART_SPORT] = { TYPE_SERVICE, 2, PROTO_TCP, 1, 0 },
	[PART_DPORT] = { TYPE_SERVICE, 2, PROTO_TCP, 2, 0 },
};

static const struct layout_set {
	const char *name;
	uint8_t part[PARTS_MAX];
	uint8_t feature;      /* without which it is not made */
	uint32_t flags, size; /* 0: conf.blocks_max */
	const char *comment;
} sets[NFT_SETS] = {
	[NFT_SET_ALLOW4] = { "allow4", { PART_IP_SADDR }, NFT_CORE,
	    NFT_SET_INTERVAL, ALLOW_SIZE, NULL },
	[NFT_SET_ALLOW6] = { "allow6", { PART_IP6_SADDR }, NFT_CORE,
	    NFT_SET_INTERVAL, ALLOW_SIZE, NULL },
	[NFT_SET_LIST4] = { "blocklist4", { PART_IP_SADDR }, NFT_CORE,
	    NFT_SET_INTERVAL, LIST_SIZE, "of block_file" },
	[NFT_SET_LIST6] = { "blocklist6", { PART_IP6_SADDR }, NFT_CORE,
	    NFT_SET_INTERVAL, LIST_SIZE, "of block_file" },
	[NFT_SET_BLOCK4] = { "block4", { PART_IP_SADDR }, NFT_CORE,
	    NFT_SET_TIMEOUT, 0, NULL },
	[NFT_SET_BLOCK6] = { "block6", { PART_IP6_SADDR }, NFT_CORE,
	    NFT_SET_TIMEOUT, 0, "first 64 bits" },
	[NFT_SET_BLOCK6_56] = { "block6_56", { PART_IP6_SADDR }, NFT_CORE,
	    NFT_SET_TIMEOUT, 0, "first 56 bits" },
	[NFT_SET_BLOCK6_48] = { "block6_48", { PART_IP6_SADDR }, NFT_CORE,
	    NFT_SET_TIMEOUT, 0, "first 48 bits" },
	[NFT_SET_STACK4] = { "stack4",
	    { PART_IP_SADDR, PART_IP_LENGTH, PART_WINDOW, PART_MAXSEG },
	    NFT_STACKS, NFT_SET_TIMEOUT, 0, NULL },
	[NFT_SET_STACK4_NOMSS] = { "stack4_nomss",
	    { PART_IP_SADDR, PART_IP_LENGTH, PART_WINDOW }, NFT_STACKS,
	    NFT_SET_TIMEOUT, 0, "SYNs without MSS" },
	[NFT_SET_STACK6] = { "stack6",
	    { PART_IP6_SADDR, PART_IP6_LENGTH, PART_WINDOW, PART_MAXSEG },
	    NFT_STACKS, NFT_SET_TIMEOUT, 0, "first 64 bits" },
	[NFT_SET_STACK6_NOMSS] = { "stack6_nomss",
	    { PART_IP6_SADDR, PART_IP6_LENGTH, PART_WINDOW }, NFT_STACKS,
	    NFT_SET_TIMEOUT, 0, "first 64 bits, SYNs without MSS" },
	[NFT_SET_REJECT4] = { "reject4", { PART_IP_SADDR }, NFT_CORE,
	    NFT_SET_TIMEOUT, 0, "to the front; without one, dropped" },
	[NFT_SET_REJECT6] = { "reject6", { PART_IP6_SADDR }, NFT_CORE,
	    NFT_SET_TIMEOUT, 0,
	    "first 64 bits, to the front; without one, dropped" },
	[NFT_SET_FLOW4] = { "flow4", { PART_IP_SADDR, PART_SPORT }, NFT_FLOWS,
	    NFT_SET_TIMEOUT, FLOWS_MAX, "sessions that were cut" },
	[NFT_SET_FLOW6] = { "flow6", { PART_IP6_SADDR, PART_SPORT }, NFT_FLOWS,
	    NFT_SET_TIMEOUT, FLOWS_MAX, "sessions that were cut" },
	[NFT_SET_QUEUE_PORTS] = { "queue_ports", { PART_DPORT }, NFT_CORE,
	    NFT_SET_TIMEOUT, NFT_PORTS_MAX, "renewed by zfwd each second" },
};

#define FLAGS_JUDGED \
	(NFT_SET_ANONYMOUS | NFT_SET_CONSTANT | NFT_SET_INTERVAL | \
	    NFT_SET_MAP | NFT_SET_TIMEOUT | NFT_SET_EVAL | NFT_SET_OBJECT)

const char *
nftlayout_set_name(enum nft_set_id id)
{
	return sets[id].name;
}

enum nft_set_id
nftlayout_set_id(const char *name)
{
	enum nft_set_id id;

	for (id = 0; id < NFT_SETS; id++)
		if (strcmp(name, sets[id].name) == 0)
			break;
	return id;
}

bool
nftlayout_wants(const struct nft *n, enum nft_table_id t, enum nft_set_id id)
{
	if (!nftlayout_in(t, id) || !nft_has(n, sets[id].feature))
		return false;
	return id != NFT_SET_QUEUE_PORTS || n->how != NFT_QUEUE_OFF;
}

static uint32_t
set_size(const struct nft *n, enum nft_set_id id)
{
	return sets[id].size != 0 ? sets[id].size : n->conf.blocks_max;
}

static bool
set_counts(const struct nft *n, enum nft_set_id id)
{
	return nftlayout_is_block(id) && n->conf.blocks_max <= NFT_COUNTERS_MAX;
}

/*
 * The kernel goes through a set each second to free what has run out: with a
 * million elements a tenth of a processor, for good.  What has run out matches
 * nothing, so big sets can wait.
 */
static bool
set_is_big(const struct nft *n, enum nft_set_id id)
{
	return nftlayout_is_block(id) && n->conf.blocks_max > NFT_COUNTERS_MAX;
}

static uint32_t
key_type(enum nft_set_id id)
{
	uint32_t type = 0;

	for (size_t i = 0; i < PARTS_MAX && sets[id].part[i] != 0; i++)
		type = type << TYPE_BITS | parts[sets[id].part[i]].type;
	return type;
}

static uint32_t
key_bytes(enum nft_set_id id)
{
	const uint8_t *part = sets[id].part;
	uint32_t n = 0;

	if (part[1] == PART_NONE)
		return parts[part[0]].bytes;
	for (size_t i = 0; i < PARTS_MAX && part[i] != PART_NONE; i++)
		n += (parts[part[i]].bytes + REG_BYTES - 1U) &
		    ~(REG_BYTES - 1U);
	return n;
}

static int
count_expr(struct nftnl_expr *e, void *arg)
{
	unsigned *counters = arg;
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	*counters += name != NULL && strcmp(name, "counter") == 0 ? 1 : 100;
	return 0;
}

bool
nftsets_is(const struct nft *n, enum nft_set_id id, const struct nftnl_set *s)
{
	unsigned counters = 0;

	(void)nftnl_set_expr_foreach(s, count_expr, &counters);
	return nftnl_set_get_u32(s, NFTNL_SET_KEY_TYPE) == key_type(id) &&
	    nftnl_set_get_u32(s, NFTNL_SET_KEY_LEN) == key_bytes(id) &&
	    (nftnl_set_get_u32(s, NFTNL_SET_FLAGS) & FLAGS_JUDGED) ==
	    sets[id].flags &&
	    nftnl_set_get_u32(s, NFTNL_SET_DESC_SIZE) == set_size(n, id) &&
	    !nftnl_set_is_set(s, NFTNL_SET_TIMEOUT) &&
	    counters == (set_counts(n, id) ? 1U : 0U);
}

static void
put_part(struct nftnl_udata_buf *ud, uint8_t number, const struct part_info *p)
{
	struct nftnl_udata *one = nftnl_udata_nest_start(ud, number), *data;

	nftnl_udata_put_u32(ud, PART_EXPR,
	    p->header != 0 ? EXPR_PAYLOAD : EXPR_EXTHDR);
	data = nftnl_udata_nest_start(ud, PART_DATA);
	if (p->header == 0) { /* tcp option maxseg size, the only one */
		nftnl_udata_put_u32(ud, EXTHDR_TYPE, 2);
		nftnl_udata_put_u32(ud, EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
		nftnl_udata_put_u32(ud, EXTHDR_DESC, 2);
	} else {
		nftnl_udata_put_u32(ud, PAYLOAD_DESC, p->header);
		nftnl_udata_put_u32(ud, PAYLOAD_TYPE, p->field);
		if (p->bits != 0)
			nftnl_udata_put_u32(ud, PAYLOAD_BITS, p->bits);
	}
	nftnl_udata_nest_end(ud, data);
	nftnl_udata_nest_end(ud, one);
}

/* typeof ip saddr . ip length ...: else nft(8) cannot print integers. */
static void
put_typeof(struct nftnl_udata_buf *ud, enum nft_set_id id)
{
	struct nftnl_udata *all, *data;

	all = nftnl_udata_nest_start(ud, NFTNL_UDATA_SET_KEY_TYPEOF);
	nftnl_udata_put_u32(ud, TYPEOF_EXPR, EXPR_CONCAT);
	data = nftnl_udata_nest_start(ud, TYPEOF_DATA);
	for (uint8_t i = 0; i < PARTS_MAX && sets[id].part[i] != 0; i++)
		put_part(ud, i, &parts[sets[id].part[i]]);
	nftnl_udata_nest_end(ud, data);
	nftnl_udata_nest_end(ud, all);
}

/* What nft(8) keeps beside a set to print it well. */
static void
set_userdata(struct nftnl_set *s, enum nft_set_id id)
{
	struct nftnl_udata_buf *ud = nftnl_udata_buf_alloc(USERDATA_ROOM);
	bool concat = sets[id].part[1] != PART_NONE;

	if (ud == NULL)
		return; /* it only looks worse */
	nftnl_udata_put_u32(ud, NFTNL_UDATA_SET_KEYBYTEORDER,
	    concat ? CONCAT_BYTEORDER : BIG_ENDIAN_KEY);
	if (concat)
		put_typeof(ud, id);
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
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, key_type(id));
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, key_bytes(id));
	nftnl_set_set_u32(s, NFTNL_SET_DESC_SIZE, set_size(n, id));
	if (set_is_big(n, id))
		nftnl_set_set_u32(s, NFTNL_SET_GC_INTERVAL, GC_MS);
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

void
nftlayout_put_set(struct nft *n, enum nft_set_id id)
{
	struct nftnl_set *s = set_make(n, id);
	struct nlmsghdr *nlh;

	if (s == NULL) {
		n->batch.err = -ENOMEM;
		return;
	}
	nlh = nftbatch_msg(&n->batch, NFT_MSG_NEWSET, NLM_F_CREATE);
	nftnl_set_nlmsg_build_payload(nlh, s);
	nftnl_set_free(s);
	if (n->feature == NFT_CORE)
		n->feature = sets[id].feature;
	(void)nft_put(n, nlh);
	if (n->feature == sets[id].feature)
		n->feature = NFT_CORE;
}

void
nftlayout_del_set(struct nft *n, enum nft_set_id id)
{
	struct nlmsghdr *nlh = nftbatch_msg(&n->batch, NFT_MSG_DELSET, 0);

	mnl_attr_put_strz(nlh, NFTA_SET_TABLE, NFT_TABLE);
	mnl_attr_put_strz(nlh, NFTA_SET_NAME, sets[id].name);
	(void)nft_put(n, nlh);
}
