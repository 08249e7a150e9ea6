/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check_hooks - what other nf_tables tables do with our packets before us
 *
 * For `zfwctl check`.  Lists base chains and rules by netlink, never elements.
 * Rules that send a port elsewhere (DNAT, as containers do) are recognised
 * with the port in the rule, natively or in iptables' words; not in a set.
 */
#ifndef ZFW_TOOLS_CHECK_HOOKS_H
#define ZFW_TOOLS_CHECK_HOOKS_H

#include <libnftnl/rule.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECK_HOOKS_MAX 64

struct check_hook {
	char table[128], chain[128]; /* "inet firewalld", "raw_PREROUTING" */
	char hook[16];
	int priority;
};

struct check_hooks {
	struct check_hook v[CHECK_HOOKS_MAX];
	size_t n;
	const uint16_t *ports; /* borrowed, while reading */
	size_t ports_n;
	char dnat[128]; /* the table that sends one of ours away; "" = none */
};

/* 0 or -errno. */
int check_hooks_read(struct check_hooks *h, const uint16_t *ports, size_t n);
/* "TABLE CHAIN (HOOK, priority N), ..."; how many. */
size_t check_hooks_text(const struct check_hooks *h, char out[320]);

/* Does this rule send that port elsewhere?  Pure. */
bool check_hooks_is_dnat(const struct nftnl_rule *r, uint16_t port);

#endif
