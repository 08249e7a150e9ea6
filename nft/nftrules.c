/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftrules.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/set.h>
#include <linux/netfilter.h>
#include <string.h>

#include "nft/nftexpr.h"

#define PORTS_SET    "__set%d"
#define ANON_ID      100 /* and on: numbers no other set of the batch has */
#define SERVICE_TYPE 13

/* What the rule of a set does with those that are in it. */
enum fate { FATE_ACCEPT, FATE_SPARED, FATE_BLOCKED, FATE_FRONT };

static const struct set_match {
	bool v6, mss, no_mss, stack;
	uint8_t bits; /* of the address that count */
} matches[NFT_SETS] = {
	[NFT_SET_ALLOW4] = { .bits = 32 },
	[NFT_SET_ALLOW6] = { .v6 = true, .bits = 128 },
	[NFT_SET_LIST4] = { .bits = 32 },
	[NFT_SET_LIST6] = { .v6 = true, .bits = 128 },
	[NFT_SET_BLOCK4] = { .bits = 32 },
	[NFT_SET_BLOCK6] = { .v6 = true, .bits = 64 },
	[NFT_SET_BLOCK6_56] = { .v6 = true, .bits = 56 },
	[NFT_SET_BLOCK6_48] = { .v6 = true, .bits = 48 },
	[NFT_SET_STACK4] = { .stack = true, .mss = true, .bits = 32 },
	[NFT_SET_STACK4_NOMSS] = { .stack = true, .no_mss = true, .bits = 32 },
	[NFT_SET_STACK6] = { .v6 = true,
	    .stack = true,
	    .mss = true,
	    .bits = 64 },
	[NFT_SET_STACK6_NOMSS] = { .v6 = true,
	    .stack = true,
	    .no_mss = true,
	    .bits = 64 },
	[NFT_SET_REJECT4] = { .bits = 32 },
	[NFT_SET_REJECT6] = { .v6 = true, .bits = 64 },
};

/* The constant set of two or more ports that a rule looks in. */
static void
put_ports_set(struct nft *n, uint32_t id)
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
	nftnl_set_set_u32(s, NFTNL_SET_ID, id);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS,
	    NFT_SET_ANONYMOUS | NFT_SET_CONSTANT);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE, SERVICE_TYPE);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, sizeof(port));
	nftnl_set_set_u32(s, NFTNL_SET_DESC_SIZE, (uint32_t)n->conf.ports_n);
	nlh = nftbatch_msg(&n->batch, NFT_MSG_NEWSET, NLM_F_CREATE);
	nftnl_set_nlmsg_build_payload(nlh, s);
	(void)nft_put(n, nlh);
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
	(void)nft_put(n, nlh);
	nftnl_set_free(s);
}

/* Destination port: is it one of ours? */
static void
match_ports(struct nft *n, struct draft *d, bool ours)
{
	const uint16_t port = htons(n->conf.ports[0]);
	const uint32_t id = ANON_ID + n->anon_id++;

	if (n->conf.ports_n > 1)
		put_ports_set(n, id);
	draft_load(d, &draft_dport, NFT_REG_1);
	if (n->conf.ports_n > 1)
		(ours ? draft_lookup : draft_lookup_not)(d, PORTS_SET, id);
	else
		(ours ? draft_cmp : draft_cmp_not)(d, &port, sizeof(port));
}

/* The end of a rule. */
static void
put_to(struct nft *n, struct draft *d, int verdict, enum nft_chain_id to)
{
	draft_verdict(d, verdict, nftlayout_chain_name(d->t, to));
	(void)draft_put(n, d);
}

/* The source address, of which the first bits count, as the key's begin. */
static void
load_saddr(struct draft *d, const struct set_match *m)
{
	uint8_t mask[16] = { 0 };

	draft_load(d, m->v6 ? &draft_saddr6 : &draft_saddr4, DRAFT_KEY);
	if (!m->v6 || m->bits == 128)
		return;
	memset(mask, 255, m->bits / 8);
	draft_mask(d, mask, sizeof(mask));
}

/* After draft_is_ip(). */
static void
match_set(struct draft *d, enum nft_set_id id)
{
	const struct set_match *m = &matches[id];
	const uint32_t at = m->v6 ? 4 : 1;

	if (m->stack)
		draft_is_tcp(d);
	if (m->no_mss)
		draft_no_mss(d);
	load_saddr(d, m);
	if (m->stack) {
		draft_load(d, m->v6 ? &draft_length6 : &draft_length4,
		    DRAFT_PART(at));
		draft_load(d, &draft_window, DRAFT_PART(at + 1));
	}
	if (m->mss)
		draft_mss(d, DRAFT_PART(at + 2));
	draft_lookup(d, nftlayout_set_name(id), 0);
}

static void
to_front(struct nft *n, struct draft *d, bool v6)
{
	if (n->conf.front == NFT_FRONT_TPROXY) {
		draft_tproxy(d, v6, n->conf.front_port);
		draft_verdict(d, NF_ACCEPT, NULL);
	} else {
		draft_redirect(d, n->conf.front_port);
	}
}

static bool
leaks(const struct nft *n)
{
	return n->conf.leak > 0 && nft_has(n, NFT_LEAK);
}

static struct jhash_pick
pick_of(const struct nft *n, uint32_t times)
{
	return jhash_pick_of(n->conf.leak, times, n->conf.leak_seed);
}

static void
put_set_rule(struct nft *n, struct draft *d, enum nft_set_id id, enum fate fate)
{
	const enum nft_feature was = n->feature;

	if (matches[id].stack && was == NFT_CORE)
		n->feature = NFT_STACKS;
	draft_is_ip(d, matches[id].v6);
	match_set(d, id);
	if (fate != FATE_ACCEPT)
		draft_counter(d);
	if (fate == FATE_FRONT)
		to_front(n, d, matches[id].v6);
	else
		draft_verdict(d, fate == FATE_BLOCKED ? NF_DROP : NF_ACCEPT,
		    NULL);
	(void)draft_put(n, d);
	n->feature = was;
}

struct span {
	enum nft_set_id from, to;
	enum fate fate;
};

static void
put_sets(struct nft *n, enum nft_table_id t, enum nft_chain_id chain,
    const struct span *what)
{
	for (enum nft_set_id id = what->from; id <= what->to; id++) {
		struct draft d;

		if (!nftlayout_wants(n, t, id))
			continue;
		d = draft_new(t, chain);
		put_set_rule(n, &d, id, what->fate);
	}
}

static const struct span allow = { NFT_SET_ALLOW4, NFT_SET_ALLOW6,
	FATE_ACCEPT };

static void
put_queue_rule(struct nft *n)
{
	struct draft d = draft_new(NFT_INET, NFT_CHAIN_SYNS);

	n->feature = n->how == NFT_QUEUE_NATIVE ? NFT_NATIVE_QUEUE :
						  NFT_XT_QUEUE;
	draft_is_tcp(&d);
	draft_load(&d, &draft_dport, DRAFT_KEY);
	draft_lookup(&d, nftlayout_set_name(NFT_SET_QUEUE_PORTS), 0);
	draft_counter(&d);
	draft_queue(&d, n->how == NFT_QUEUE_NATIVE, (uint16_t)n->conf.queue);
	(void)draft_put(n, &d);
	n->feature = NFT_CORE;
}

/* The SYNs of each family that this picks; `to` or, NFT_CHAINS, accepted. */
static void
put_sample(struct nft *n, enum nft_chain_id chain, const struct jhash_pick *p,
    enum nft_chain_id to)
{
	for (int v6 = 0; v6 <= 1; v6++) {
		struct draft d = draft_new(NFT_INET, chain);

		draft_is_ip(&d, v6);
		draft_is_tcp(&d);
		draft_class(&d, p);
		draft_jhash(&d, v6, p);
		if (to != NFT_CHAINS) {
			put_to(n, &d, NFT_GOTO, to);
			continue;
		}
		draft_counter(&d);
		draft_verdict(&d, NF_ACCEPT, NULL);
		(void)draft_put(n, &d);
	}
}

/* All blocks but, while there is a front to answer, the rejected ones. */
static struct span
blocks_from(const struct nft *n, enum nft_set_id first, enum fate fate)
{
	return (struct span){ first,
		nft_fronts(n) || n->conf.reject_passes ? NFT_SET_STACK6_NOMSS :
							 NFT_SET_REJECT6,
		fate };
}

/* Looked at before all blocks: is this one of the SYNs that leak? */
static void
put_leak(struct nft *n, enum nft_table_id t)
{
	/* With a front the rest of the leak ends there; else nowhere. */
	const struct jhash_pick p = pick_of(n, nft_fronts(n) ? 1 : NFT_AUDIT);
	const struct span spared = blocks_from(n, NFT_SET_BLOCK4, FATE_SPARED);
	const enum nft_feature was = n->feature;
	struct draft d = draft_new(t, NFT_CHAIN_HOOK);

	if (was == NFT_CORE)
		n->feature = NFT_LEAK;
	draft_class(&d, &p);
	put_to(n, &d, NFT_JUMP, NFT_CHAIN_SAMPLE);
	for (int v6 = 0; v6 <= 1; v6++) {
		d = draft_new(t, NFT_CHAIN_SAMPLE);
		draft_is_ip(&d, v6);
		draft_is_tcp(&d);
		draft_is_syn(&d);
		draft_jhash(&d, v6, &p);
		put_to(n, &d, NFT_GOTO, NFT_CHAIN_SPARED);
	}
	n->feature = was;
	put_sets(n, t, NFT_CHAIN_SPARED, &spared);
}

/*
 * Most of what is dropped is dropped here, and what costs is not to compare
 * but to call a function: so `ip protocol` and not `meta l4proto`, no chain to
 * go to, and no counter (the capture counts knocks, and elements may).
 */
static void
put_blocks(struct nft *n, enum nft_table_id t)
{
	static const uint8_t tcp = IPPROTO_TCP;

	for (int v6 = 0; v6 <= 1; v6++) {
		struct draft d = draft_new(t, NFT_CHAIN_HOOK);

		draft_is_ip(&d, v6);
		if (v6) {
			draft_is_tcp(&d);
		} else {
			draft_load(&d, &draft_protocol4, NFT_REG_1);
			draft_cmp(&d, &tcp, sizeof(tcp));
		}
		draft_is_syn(&d);
		match_set(&d, v6 ? NFT_SET_BLOCK6 : NFT_SET_BLOCK4);
		draft_verdict(&d, NF_DROP, NULL);
		(void)draft_put(n, &d);
	}
}

void
nftrules_put_allow(struct nft *n, enum nft_table_id t, bool v6)
{
	const enum nft_set_id id = v6 ? NFT_SET_ALLOW6 : NFT_SET_ALLOW4;
	struct draft d;

	if (!nftlayout_wants_chain(n, t, NFT_CHAIN_HOOK))
		return;
	d = draft_new(t, NFT_CHAIN_HOOK);
	draft_is_ip(&d, v6);
	draft_is_tcp(&d);
	draft_is_syn(&d);
	match_set(&d, id);
	draft_verdict(&d, NF_ACCEPT, NULL);
	draft_put_first(n, &d, nftlayout_set_name(id));
}

void
nftrules_put_list(struct nft *n, enum nft_table_id t, bool v6)
{
	const enum nft_set_id id = v6 ? NFT_SET_LIST6 : NFT_SET_LIST4;
	struct draft d;

	if (!n->conf.drop || !nftlayout_wants_chain(n, t, NFT_CHAIN_SYNS))
		return;
	d = draft_new(t, NFT_CHAIN_SYNS);
	draft_is_ip(&d, v6); /* the other family has other bytes there */
	match_set(&d, id);
	draft_counter(&d);
	draft_verdict(&d, NF_DROP, NULL);
	draft_put_first(n, &d, nftlayout_set_name(id));
}

/* The chain that packets come to, but for the flows. */
static void
put_hook(struct nft *n, enum nft_table_id t)
{
	struct draft d;

	for (int v6 = 0; v6 <= 1; v6++)
		if (!n->allow_none[v6])
			nftrules_put_allow(n, t, v6);
	d = draft_new(t, NFT_CHAIN_HOOK);
	match_ports(n, &d, false);
	draft_verdict(&d, NF_ACCEPT, NULL);
	(void)draft_put(n, &d);
	if (n->conf.drop && leaks(n))
		put_leak(n, t);
	if (n->conf.drop)
		put_blocks(n, t);
	d = draft_new(t, NFT_CHAIN_HOOK);
	draft_is_tcp(&d);
	draft_is_syn(&d);
	put_to(n, &d, NFT_GOTO, NFT_CHAIN_SYNS);
}

/* The sessions of cut clients; only reached by what is no SYN. */
static void
put_flows(struct nft *n)
{
	struct draft d;

	n->feature = NFT_FLOWS;
	d = draft_new(NFT_INET, NFT_CHAIN_HOOK);
	draft_is_tcp(&d);
	put_to(n, &d, NFT_GOTO, NFT_CHAIN_FLOWS);
	for (int v6 = 0; v6 <= 1; v6++) {
		d = draft_new(NFT_INET, NFT_CHAIN_FLOWS);
		draft_is_ip(&d, v6);
		draft_is_tcp(&d);
		draft_load(&d, v6 ? &draft_saddr6 : &draft_saddr4, DRAFT_KEY);
		draft_load(&d, &draft_sport, DRAFT_PART(v6 ? 4 : 1));
		draft_lookup(&d,
		    nftlayout_set_name(v6 ? NFT_SET_FLOW6 : NFT_SET_FLOW4), 0);
		draft_counter(&d);
		draft_set_rst(&d);
		(void)draft_put(n, &d);
	}
	n->feature = NFT_CORE;
}

/* The port that clients are redirected to is nobody's to call directly. */
static void
put_input(struct nft *n)
{
	const uint16_t port = htons(n->conf.front_port);
	struct draft d = draft_new(NFT_INET, NFT_CHAIN_FRONT_INPUT);

	draft_is_tcp(&d);
	draft_load(&d, &draft_dport, NFT_REG_1);
	draft_cmp(&d, &port, sizeof(port));
	draft_not_dnat(&d);
	draft_verdict(&d, NF_DROP, NULL);
	(void)draft_put(n, &d);
}

static void
put_front(struct nft *n)
{
	static const struct span rejects = { NFT_SET_REJECT4, NFT_SET_REJECT6,
		FATE_FRONT };
	static const struct span blocks = { NFT_SET_BLOCK4,
		NFT_SET_STACK6_NOMSS, FATE_FRONT };
	const struct jhash_pick audit = pick_of(n, NFT_AUDIT);
	const struct jhash_pick leak = pick_of(n, 1);
	const bool nat = n->conf.front == NFT_FRONT_REDIRECT;
	struct draft d = draft_new(NFT_INET,
	    nat ? NFT_CHAIN_FRONT_NAT : NFT_CHAIN_FRONT);

	n->feature = NFT_FRONT;
	draft_is_tcp(&d);
	match_ports(n, &d, true);
	draft_is_syn(&d);
	put_to(n, &d, NFT_GOTO, NFT_CHAIN_TO_FRONT);
	put_sets(n, NFT_INET, NFT_CHAIN_TO_FRONT, &allow);
	if (leaks(n))
		put_sample(n, NFT_CHAIN_TO_FRONT, &audit, NFT_CHAINS);
	put_sets(n, NFT_INET, NFT_CHAIN_TO_FRONT, &rejects);
	if (leaks(n)) {
		put_sample(n, NFT_CHAIN_TO_FRONT, &leak, NFT_CHAIN_LEAKED);
		put_sets(n, NFT_INET, NFT_CHAIN_LEAKED, &blocks);
	}
	if (nat)
		put_input(n);
	n->feature = NFT_CORE;
}

void
nftrules_put(struct nft *n, enum nft_table_id t)
{
	/* Of these sets the hook's chain has rules already. */
	const struct span others = blocks_from(n, NFT_SET_BLOCK6_56,
	    FATE_BLOCKED);

	if (nftlayout_wants_chain(n, t, NFT_CHAIN_HOOK))
		put_hook(n, t);
	if (n->conf.drop)
		put_sets(n, t, NFT_CHAIN_SYNS, &others);
	for (int v6 = 0; v6 <= 1; v6++)
		if (!n->list_none[v6])
			nftrules_put_list(n, t, v6);
	if (t != NFT_INET)
		return;
	if (nftlayout_wants_chain(n, t, NFT_CHAIN_FLOWS))
		put_flows(n);
	if (n->how != NFT_QUEUE_OFF)
		put_queue_rule(n);
	if (nft_fronts(n))
		put_front(n);
}
