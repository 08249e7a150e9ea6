/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check_try - what the files of `zfwctl check` that send packets share
 *
 * Internal to tools/check_*.c; only used in the child process, in its own
 * network namespace.  A struct check_run has the table as configured, and the
 * list that the lines go to.  A client's source port is always one that the
 * leak does not let through, unless a check says which.
 */
#ifndef ZFW_TOOLS_CHECK_TRY_H
#define ZFW_TOOLS_CHECK_TRY_H

#include "nft/nft.h"
#include "tools/check.h"
#include "tools/scratch.h"

#define CHECK_FOREVER_S 600 /* longer than all checks take */

struct check_run {
	struct check_list *l;
	const struct config *config;
	struct scratch *s;
	struct nft *n;
	struct nft_conf conf; /* of the table as it is now */
};

/* Makes the table like that; a line of its own when that fails. */
bool check_install(struct check_run *r, const struct nft_conf *conf);
bool check_can(const struct check_run *r, enum nft_feature f);
/* Applies one operation; a line of its own when that fails. */
bool check_apply(struct check_run *r, const struct nft_op *op);
/* A whole address or network, for CHECK_FOREVER_S. */
void check_block(struct check_run *r, const char *net, enum nft_action action);

struct check_knock {
	const char *text;
	const char *from; /* IPv6 ones are left out where there is none */
	enum scratch_who want;
	enum scratch_form form;
	enum nft_feature needs;
	const char *instead; /* where that is lacking */
};

/* The client's SYN, from a port that is not leaked. */
struct frame check_syn(struct check_run *r, const char *from);
/* Knocks, and adds the line; `syn` NULL: check_syn(). */
void check_knock(struct check_run *r, const struct check_knock *k,
    const struct frame *syn);
void check_knocks(struct check_run *r, const struct check_knock *k, size_t n);
const char *check_who(enum scratch_who who);

/* The groups of checks; each leaves the table as it found it. */
void check_blocks(struct check_run *r); /* check_net.c */
void check_stacks(struct check_run *r);
void check_odd(struct check_run *r);
void check_front(struct check_run *r); /* check_front.c */
void check_leak(struct check_run *r);
void check_cut(struct check_run *r); /* check_cut.c */
void check_queue(struct check_run *r);
void check_ingress(struct check_run *r); /* check_kernel.c */

#endif
