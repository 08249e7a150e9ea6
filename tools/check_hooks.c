/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/check_hooks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <stdio.h>
#include <string.h>

#include "nft/nft.h"
#include "nft/nftbatch.h"

#define TEXT 320

/* ---- rules ---- */

static bool
is_word(const struct nftnl_expr *e, uint16_t what, const char *word)
{
	const char *name = nftnl_expr_get_str(e, what);

	return name != NULL && strcmp(name, word) == 0;
}

static bool
sends_away(const struct nftnl_expr *e)
{
	if (is_word(e, NFTNL_EXPR_NAME, "nat"))
		return nftnl_expr_get_u32(e, NFTNL_EXPR_NAT_TYPE) ==
		    NFT_NAT_DNAT;
	return is_word(e, NFTNL_EXPR_NAME, "target") &&
	    is_word(e, NFTNL_EXPR_TG_NAME, "DNAT");
}

static bool
names_port(const struct nftnl_expr *e, uint16_t port)
{
	const uint16_t wire = htons(port);
	struct xt_tcp tcp;
	const void *p;
	uint32_t n;

	if (is_word(e, NFTNL_EXPR_NAME, "cmp")) {
		p = nftnl_expr_get(e, NFTNL_EXPR_CMP_DATA, &n);
		return p != NULL && n == sizeof(wire) &&
		    memcmp(p, &wire, n) == 0;
	}
	if (!is_word(e, NFTNL_EXPR_NAME, "match") ||
	    !is_word(e, NFTNL_EXPR_MT_NAME, "tcp"))
		return false;
	p = nftnl_expr_get(e, NFTNL_EXPR_MT_INFO, &n);
	if (p == NULL || n < sizeof(tcp))
		return false;
	memcpy(&tcp, p, sizeof(tcp));
	return tcp.dpts[0] <= port && port <= tcp.dpts[1] &&
	    tcp.dpts[1] - tcp.dpts[0] < 1000;
}

bool
check_hooks_is_dnat(const struct nftnl_rule *r, uint16_t port)
{
	struct nftnl_expr_iter *it = nftnl_expr_iter_create(r);
	struct nftnl_expr *e;
	bool away = false, ours = false;

	if (it == NULL)
		return false;
	while ((e = nftnl_expr_iter_next(it)) != NULL) {
		away = away || sends_away(e);
		ours = ours || names_port(e, port);
	}
	nftnl_expr_iter_destroy(it);
	return away && ours;
}

static const char *
family_word(uint32_t family)
{
	switch (family) {
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	case NFPROTO_NETDEV:
		return "netdev";
	case NFPROTO_BRIDGE:
		return "bridge";
	default:
		return "?";
	}
}

static int
on_rule(const struct nlmsghdr *nlh, void *arg)
{
	struct check_hooks *h = arg;
	struct nftnl_rule *r = nftnl_rule_alloc();
	const char *table;

	if (r == NULL)
		return MNL_CB_ERROR;
	if (nftnl_rule_nlmsg_parse(nlh, r) == 0 &&
	    (table = nftnl_rule_get_str(r, NFTNL_RULE_TABLE)) != NULL &&
	    strcmp(table, NFT_TABLE) != 0)
		for (size_t i = 0; i < h->ports_n && h->dnat[0] == '\0'; i++)
			if (check_hooks_is_dnat(r, h->ports[i]))
				(void)snprintf(h->dnat, sizeof(h->dnat),
				    "table %s %s",
				    family_word(nftnl_rule_get_u32(r,
					NFTNL_RULE_FAMILY)),
				    table);
	nftnl_rule_free(r);
	return MNL_CB_OK;
}

/* ---- chains ---- */

static const char *
hook_word(uint32_t family, uint32_t hook)
{
	if (family == NFPROTO_NETDEV)
		return hook == 0 ? "ingress" : NULL;
	if (family == NFPROTO_BRIDGE)
		return NULL; /* bridged packets come to us later, if at all */
	if (hook == NF_INET_INGRESS && family == NFPROTO_INET)
		return "ingress";
	return hook == NF_INET_PRE_ROUTING ? "prerouting" : NULL;
}

/* What runs before prerouting at raw: ingress, and lower priorities. */
static void
add_chain(struct check_hooks *h, const struct nftnl_chain *c)
{
	const uint32_t family = nftnl_chain_get_u32(c, NFTNL_CHAIN_FAMILY);
	const int priority = nftnl_chain_get_s32(c, NFTNL_CHAIN_PRIO);
	const char *hook = hook_word(family,
	    nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM));
	struct check_hook *v;

	if (hook == NULL || h->n == CHECK_HOOKS_MAX ||
	    (strcmp(hook, "prerouting") == 0 && priority > NFT_PRIORITY))
		return;
	v = &h->v[h->n++];
	(void)snprintf(v->table, sizeof(v->table), "%s %s", family_word(family),
	    nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE));
	(void)snprintf(v->chain, sizeof(v->chain), "%s",
	    nftnl_chain_get_str(c, NFTNL_CHAIN_NAME));
	(void)snprintf(v->hook, sizeof(v->hook), "%s", hook);
	v->priority = priority;
}

static int
on_chain(const struct nlmsghdr *nlh, void *arg)
{
	struct nftnl_chain *c = nftnl_chain_alloc();

	if (c == NULL)
		return MNL_CB_ERROR;
	if (nftnl_chain_nlmsg_parse(nlh, c) == 0 &&
	    nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM) &&
	    nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE) != NULL &&
	    strcmp(nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE), NFT_TABLE) != 0)
		add_chain(arg, c);
	nftnl_chain_free(c);
	return MNL_CB_OK;
}

int
check_hooks_read(struct check_hooks *h, const uint16_t *ports, size_t n)
{
	struct nftbatch b;
	int rc;

	*h = (struct check_hooks){ .ports = ports, .ports_n = n };
	rc = nftbatch_init(&b);
	if (rc == 0)
		rc = nftbatch_answer(&b,
		    nftbatch_ask(&b, NFPROTO_UNSPEC, NFT_MSG_GETCHAIN,
			NLM_F_DUMP),
		    on_chain, h);
	if (rc == 0)
		rc = nftbatch_answer(&b,
		    nftbatch_ask(&b, NFPROTO_UNSPEC, NFT_MSG_GETRULE,
			NLM_F_DUMP),
		    on_rule, h);
	nftbatch_fini(&b);
	return rc;
}

size_t
check_hooks_text(const struct check_hooks *h, char out[TEXT])
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < h->n && at < TEXT; i++)
		at += (size_t)snprintf(out + at, TEXT - at,
		    "%stable %s chain %s (%s, priority %d)", i == 0 ? "" : ", ",
		    h->v[i].table, h->v[i].chain, h->v[i].hook,
		    h->v[i].priority);
	return h->n;
}
