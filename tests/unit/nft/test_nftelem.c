/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: @NFT fp/addr
 * zt-libs: libmnl libnftnl
 */
#include <errno.h>

#include "nft/nftelem.h"
#include "nft/nftlayout.h"
#include "tests/zt.h"

static const struct {
	const char *name, *net;
	struct nft_op op;
	const char *set; /* NULL: -EINVAL */
	uint8_t bytes;
} cases[] = {
	{ "an IPv4 address", "192.0.2.7/32", { .timeout_s = 1 }, "block4", 4 },
	{ "an IPv6 /64", "2001:db8:1:2::/64", { .timeout_s = 1 }, "block6",
	    16 },
	{ "a /56", "2001:db8:1:200::/56", { .timeout_s = 1 }, "block6_56", 16 },
	{ "a /48", "2001:db8:1::/48", { .timeout_s = 1 }, "block6_48", 16 },
	{ "an IPv4 address is rejected", "192.0.2.7/32",
	    { .action = NFT_REJECT, .timeout_s = 1 }, "reject4", 4 },
	{ "an IPv6 /64 is rejected", "2001:db8:1:2::/64",
	    { .action = NFT_REJECT, .timeout_s = 1 }, "reject6", 16 },
	{ "a /56 is not rejected", "2001:db8:1:200::/56",
	    { .action = NFT_REJECT, .timeout_s = 1 }, NULL, 0 },
	{ "a stack with MSS", "192.0.2.7/32",
	    { .timeout_s = 1, .stack = { 52, 64240, 1460, true } }, "stack4",
	    16 },
	{ "a stack without", "192.0.2.7/32",
	    { .timeout_s = 1, .stack = { 40, 1024, 0, false } }, "stack4_nomss",
	    12 },
	{ "an IPv6 stack with MSS", "2001:db8:1:2::/64",
	    { .timeout_s = 1, .stack = { 32, 64800, 1440, true } }, "stack6",
	    28 },
	{ "an IPv6 stack without", "2001:db8:1:2::/64",
	    { .timeout_s = 1, .stack = { 20, 1024, 0, false } }, "stack6_nomss",
	    24 },
	{ "a stack is dropped, never rejected", "192.0.2.7/32",
	    { .timeout_s = 1,
		.action = NFT_REJECT,
		.stack = { 52, 64240, 1460, true } },
	    "stack4", 16 },
	{ "a stack of a /56 is no key", "2001:db8:1:200::/56",
	    { .timeout_s = 1, .stack = { 32, 64800, 1440, true } }, NULL, 0 },
	{ "a /24 is no key", "192.0.2.0/24", { .timeout_s = 1 }, NULL, 0 },
	{ "a /128 is no key", "2001:db8::1/128", { .timeout_s = 1 }, NULL, 0 },
	{ "a /52 is no key", "2001:db8::/52", { .timeout_s = 1 }, NULL, 0 },
	{ "no time would be for ever", "192.0.2.7/32", { .timeout_s = 0 }, NULL,
	    0 },
	{ "deleting needs no time", "192.0.2.7/32", { .kind = NFT_DEL },
	    "block4", 4 },
};

/* To the kernel's key and back it is the same element. */
static bool
comes_back(const struct elem *e, const struct nft_op *op)
{
	struct nft_op back;

	return nftelem_to_op(e->set, e->key, e->key_bytes, &back) &&
	    addr_eq(&back.net.a, &op->net.a) && back.net.bits == op->net.bits &&
	    stack_eq(&back.stack, &op->stack) &&
	    (back.action == op->action || !stack_none(&op->stack)) &&
	    !nftelem_to_op(e->set, e->key, e->key_bytes - 1U, &back);
}

static void
test_sets(void)
{
	const struct nft n = { .conf = { .blocks_max = 10, .drop = true } };
	struct elem e;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nft_op op = cases[i].op;
		const char *s = cases[i].net;
		bool ok = net_parse((struct str){ s, strlen(s) }, &op.net);
		int err = nftelem_of_op(&n, &op, &e);

		if (cases[i].set == NULL)
			ok = ok && err == -EINVAL;
		else
			ok = ok && err == 0 &&
			    strcmp(nftlayout_set_name(e.set), cases[i].set) ==
				0 &&
			    e.key_bytes == cases[i].bytes &&
			    comes_back(&e, &op);
		ZT_CASE(cases[i].name, ok);
	}
}

static void
test_key(void)
{
	static const uint8_t want[16] = { 192, 0, 2, 7, 0, 52, 0, 0, 0xfa, 0xf0,
		0, 0, 5, 0xb4, 0, 0 };
	const struct nft n = { .conf = { .blocks_max = 10, .drop = true } };
	const struct nft lacks = { .lacks = 1U << NFT_STACKS };
	struct nft_op op = { .timeout_s = 1,
		.stack = { 52, 64240, 1460, true } };
	struct elem e;

	op.net.a = addr_v4(0xc0000207U);
	op.net.bits = 32;
	ZT_CASE("parts stand in network order, each at a word",
	    nftelem_of_op(&n, &op, &e) == 0 &&
		memcmp(e.key, want, sizeof(want)) == 0);
	ZT_CASE("a kernel without such sets",
	    nftelem_of_op(&lacks, &op, &e) == -ENOTSUP);
	ZT_CASE("a flow",
	    nftelem_of_flow(&n, &op.net.a, 4660, &e) == 0 && e.key_bytes == 8 &&
		e.key[4] == 0x12 && e.key[5] == 0x34 &&
		e.timeout_s == NFT_FLOW_S);
	ZT_CASE("a flow is no block",
	    !nftelem_to_op(NFT_SET_FLOW4, e.key, e.key_bytes, &op));
	ZT_CASE("a flow of port 0",
	    nftelem_of_flow(&n, &op.net.a, 0, &e) == -EINVAL);
}

static const struct zt_test tests[] = {
	{ "sets", test_sets },
	{ "keys", test_key },
};

ZT_MAIN("nftelem", tests)
