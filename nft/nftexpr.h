/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nftexpr - one rule, put together from the kernel's expressions
 *
 * Internal to nft/, for nftrules.  A draft is begun, gets expressions in
 * order and is put into the running batch; running out of memory is
 * remembered and becomes the batch's error.  Registers are named as the
 * kernel counts them: NFT_REG_1 is the first four 32-bit ones.
 */
#ifndef ZFW_NFT_NFTEXPR_H
#define ZFW_NFT_NFTEXPR_H

#include <libnftnl/rule.h>
#include <linux/netfilter/nf_tables.h>

#include "fp/jhash.h"
#include "nft/nftlayout.h"

struct draft {
	struct nftnl_rule *r;
	enum nft_table_id t;
	bool bad; /* out of memory */
};

/* A key is put together from here; a scratch register behind it. */
#define DRAFT_KEY     NFT_REG_1
#define DRAFT_PART(i) ((uint32_t)NFT_REG32_00 + (i)) /* i-th four bytes */

struct draft draft_new(enum nft_table_id t, enum nft_chain_id chain);
/* NULL when out of memory; libnftnl's setters cannot take NULL. */
struct nftnl_expr *draft_expr(struct draft *d, const char *name);
int draft_put(struct nft *n, struct draft *d); /* number of the message */
/* At the head of its chain, and marked with a comment of 15 letters at most. */
void draft_put_first(struct nft *n, struct draft *d, const char *comment);

struct draft_field {
	uint32_t base, offset, bytes; /* base: enum nft_payload_bases */
};
extern const struct draft_field draft_saddr4, draft_saddr6, draft_length4,
    draft_length6, draft_sport, draft_dport, draft_flags, draft_window,
    draft_protocol4;

void draft_load(struct draft *d, const struct draft_field *f, uint32_t reg);
void draft_cmp(struct draft *d, const void *data, uint32_t bytes);
void draft_cmp_not(struct draft *d, const void *data, uint32_t bytes);
void draft_mask(struct draft *d, const void *mask, uint32_t bytes);
/* `set_id`: of a set without a name in this batch, else 0. */
void draft_lookup(struct draft *d, const char *set, uint32_t set_id);
void draft_lookup_not(struct draft *d, const char *set, uint32_t set_id);
void draft_verdict(struct draft *d, int verdict, const char *chain);
void draft_counter(struct draft *d);
/* TCP; IPv4 or IPv6. */
void draft_is_tcp(struct draft *d);
void draft_is_ip(struct draft *d, bool v6);
/* SYN alone of fin,syn,rst,ack. */
void draft_is_syn(struct draft *d);
/* The MSS option's value into a register; or: there is no such option. */
void draft_mss(struct draft *d, uint32_t reg);
void draft_no_mss(struct draft *d);
/* The source port is of the class that is chosen; and the hash is 0. */
void draft_class(struct draft *d, const struct jhash_pick *p);
void draft_jhash(struct draft *d, bool v6, const struct jhash_pick *p);
void draft_set_rst(struct draft *d);
void draft_tproxy(struct draft *d, bool v6, uint16_t port);
void draft_redirect(struct draft *d, uint16_t port);
void draft_not_dnat(struct draft *d);
void draft_queue(struct draft *d, bool native, uint16_t num);

#endif
