/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which rules of others send our port elsewhere.
 *
 * zt-link: tools/check_hooks nft/nftbatch
 * zt-libs: libnftnl libmnl
 */
#include "tests/zt.h"

#include <arpa/inet.h>
#include <libnftnl/expr.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_tcpudp.h>

#include "tools/check_hooks.h"

enum act { ACT_DNAT, ACT_SNAT, ACT_TARGET_DNAT, ACT_TARGET_DROP, ACT_NONE };

static const struct {
	const char *name;
	uint16_t cmp;      /* a native comparison; 0 = none */
	uint16_t from, to; /* of an iptables match; 0 = none */
	enum act act;
	bool want; /* for port 25 */
} cases[] = {
	{ "a native DNAT of the port", 25, 0, 0, ACT_DNAT, true },
	{ "of another port", 26, 0, 0, ACT_DNAT, false },
	{ "source NAT is none of it", 25, 0, 0, ACT_SNAT, false },
	{ "the port without NAT", 25, 0, 0, ACT_NONE, false },
	{ "NAT without a port", 0, 0, 0, ACT_DNAT, false },
	{ "in iptables' words", 0, 25, 25, ACT_TARGET_DNAT, true },
	{ "with its match and the native target", 0, 25, 25, ACT_DNAT, true },
	{ "a small range with the port in it", 0, 20, 30, ACT_TARGET_DNAT,
	    true },
	{ "all ports are not meant", 0, 0, 65535, ACT_TARGET_DNAT, false },
	{ "another target", 0, 25, 25, ACT_TARGET_DROP, false },
};

static void
add(struct nftnl_rule *r, struct nftnl_expr *e)
{
	nftnl_rule_add_expr(r, e);
}

static void
add_match(struct nftnl_rule *r, uint16_t cmp, uint16_t from, uint16_t to)
{
	const uint16_t wire = htons(cmp);
	struct nftnl_expr *e;
	struct xt_tcp *tcp;

	if (cmp != 0) {
		e = nftnl_expr_alloc("cmp");
		nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, &wire, sizeof(wire));
		add(r, e);
	}
	if (to != 0) {
		e = nftnl_expr_alloc("match");
		tcp = calloc(1, sizeof(*tcp)); /* the expression's own */
		tcp->spts[1] = 65535;
		tcp->dpts[0] = from;
		tcp->dpts[1] = to;
		nftnl_expr_set_str(e, NFTNL_EXPR_MT_NAME, "tcp");
		nftnl_expr_set(e, NFTNL_EXPR_MT_INFO, tcp, sizeof(*tcp));
		add(r, e);
	}
}

static void
add_act(struct nftnl_rule *r, enum act act)
{
	struct nftnl_expr *e;

	if (act == ACT_NONE)
		return;
	if (act == ACT_DNAT || act == ACT_SNAT) {
		e = nftnl_expr_alloc("nat");
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_TYPE,
		    act == ACT_DNAT ? NFT_NAT_DNAT : NFT_NAT_SNAT);
	} else {
		e = nftnl_expr_alloc("target");
		nftnl_expr_set_str(e, NFTNL_EXPR_TG_NAME,
		    act == ACT_TARGET_DNAT ? "DNAT" : "DROP");
	}
	add(r, e);
}

static void
test_dnat(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nftnl_rule *r = nftnl_rule_alloc();

		add_match(r, cases[i].cmp, cases[i].from, cases[i].to);
		add_act(r, cases[i].act);
		ZT_CASE(cases[i].name,
		    check_hooks_is_dnat(r, 25) == cases[i].want);
		nftnl_rule_free(r);
	}
}

static void
test_text(void)
{
	struct check_hooks h = { .n = 2 };
	char out[320];

	h.v[0] = (struct check_hook){ "inet early", "first", "prerouting",
		-400 };
	h.v[1] = (struct check_hook){ "netdev lan", "in", "ingress", 0 };
	ZT_CASE("all are named, with hook and priority",
	    check_hooks_text(&h, out) == 2 &&
		strcmp(out,
		    "table inet early chain first (prerouting, priority "
		    "-400), table netdev lan chain in (ingress, priority 0)") ==
		    0);
	for (size_t i = 0; i < CHECK_HOOKS_MAX; i++)
		h.v[i] = h.v[0];
	h.n = CHECK_HOOKS_MAX;
	ZT_CASE("too many are cut off",
	    check_hooks_text(&h, out) == CHECK_HOOKS_MAX &&
		strlen(out) == sizeof(out) - 1);
	h.n = 0;
	ZT_CASE("none are none",
	    check_hooks_text(&h, out) == 0 && out[0] == '\0');
}

static const struct zt_test tests[] = {
	{ "dnat", test_dnat },
	{ "text", test_text },
};
ZT_MAIN("check_hooks", tests)
