/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blockset against a plain array, with few keys so that slots are reused.
 *
 * zt-link: daemon/blockset fp/hash fp/addr
 * zt-libs: libsodium
 */
#include "daemon/blockset.h"

#include "tests/zt.h"

static struct nft_op
v4(uint32_t n)
{
	struct addr a = addr_v4(n);

	return (struct nft_op){ .net = addr_key_net(&a) };
}

static struct nft_op
v6(uint32_t n)
{
	struct nft_op x = { .net = { .a.family = 6, .bits = 64 } };

	for (int i = 0; i < 4; i++)
		x.net.a.b[4 + i] = (uint8_t)(n >> (24 - 8 * i));
	return x;
}

/* All sorts of elements of few addresses, so that chains get crowded. */
static struct nft_op
sort(uint32_t k)
{
	struct nft_op op = k % 2 ? v6(k / 20 << 16) : v4(k / 20);

	switch (k / 2 % 10) {
	case 0:
		break;
	case 1:
		op.action = NFT_REJECT;
		break;
	case 2:
		op.net.bits = op.net.a.family == 6 ? 56 : 32;
		op.stack.len = 99;
		break;
	case 3:
		op.net.bits = op.net.a.family == 6 ? 48 : 32;
		op.stack.len = 98;
		break;
	default:
		op.stack = (struct stack){ 52, (uint16_t)(k % 3),
			(uint16_t)(k / 2 % 10), true };
		if (k / 2 % 10 == 4)
			op.stack = (struct stack){ 52, (uint16_t)(k % 3), 0,
				false };
	}
	/* A network is only dropped as a whole. */
	if (op.net.bits == 56 || op.net.bits == 48)
		op.stack.len = 0;
	return op;
}

static void
test_basics(void)
{
	struct blockset *b = blockset_new(3);
	struct nft_op a = v4(1), c = v6(1);

	ZT_CASE("nothing is in a new set", !blockset_has(b, &a, 0));
	ZT_CASE("one is put",
	    blockset_put(b, &a, 100, 50) && blockset_has(b, &a, 99) &&
		blockset_count(b, 4) == 1);
	ZT_CASE("a family does not see the other",
	    !blockset_has(b, &c, 50) && blockset_count(b, 6) == 0);
	ZT_CASE("putting it again changes its end",
	    blockset_put(b, &a, 200, 60) && blockset_has(b, &a, 150) &&
		blockset_count(b, 4) == 1);
	ZT_CASE("at its end it is over, and no longer counted",
	    !blockset_has(b, &a, 200) && blockset_count(b, 4) == 0);
	for (uint32_t i = 0; i < 3; i++) {
		a = v4(10 + i);
		(void)blockset_put(b, &a, 500, 300);
	}
	a = v4(20);
	ZT_CASE("no more than max of a family",
	    !blockset_put(b, &a, 500, 300) && blockset_count(b, 4) == 3);
	ZT_CASE("the other has room", blockset_put(b, &c, 500, 300));
	a = v4(11);
	blockset_del(b, &a);
	ZT_CASE("a deleted one is gone", !blockset_has(b, &a, 300));
	blockset_del(b, &a);
	ZT_CASE("deleting it again does nothing", blockset_count(b, 4) == 2);
	blockset_clear(b);
	ZT_CASE("cleared", blockset_count(b, 4) + blockset_count(b, 6) == 0);
	blockset_free(b);
}

/* Many elements with one address stay apart, and are found by it. */
static void
test_address(void)
{
	struct blockset *b = blockset_new(100);
	struct nft_op all[BLOCKSET_OF_MAX], one = v6(7), out;
	bool ok = true;
	unsigned put = 0;

	one.tier = 3;
	one.score = 987;
	(void)blockset_put(b, &one, 600, 100);
	ZT_CASE("what was put can be made again as it is now",
	    blockset_get(b, &one, 150, &out) && out.kind == NFT_RENEW &&
		out.timeout_s == 450 && out.tier == 3 && out.score == 980 &&
		out.net.bits == 64 && addr_eq(&out.net.a, &one.net.a));
	one.net.bits = 48;
	ZT_CASE("a /48 is not its first /64", !blockset_has(b, &one, 150));
	one.action = NFT_REJECT;
	one.net.bits = 64;
	ZT_CASE("rejected is not dropped", !blockset_has(b, &one, 150));
	(void)blockset_put(b, &one, 600, 100);
	one.action = NFT_DROP;
	for (uint16_t i = 1; i < 30; i++) {
		one.stack = (struct stack){ 52, i, 1460, true };
		put += blockset_put(b, &one, 600, 100);
	}
	ZT_CASE("eight stacks of an address and no more",
	    put == BLOCKSET_STACKS);
	ZT_CASE("all of them are of that address",
	    blockset_of(b, &one.net.a, all) == 10);
	for (size_t i = 0; i < 10; i++) {
		ok = ok && all[i].kind == NFT_DEL &&
		    addr_eq(&all[i].net.a, &one.net.a);
		blockset_del(b, &all[i]);
	}
	ZT_CASE("and can be deleted so",
	    ok && blockset_count(b, 6) == 0 &&
		!blockset_of_net(b, &one.net, 100));
	one = v6(0x00000100);
	one.net.bits = 48;
	one.net.a = addr_mask(&one.net.a, 48);
	(void)blockset_put(b, &one, 600, 100);
	one.net.bits = 56;
	(void)blockset_put(b, &one, 600, 100);
	one = v6(0x00000001);
	ZT_CASE("an address is found under its /56 and /48",
	    blockset_of(b, &one.net.a, all) == 2);
	ZT_CASE("which are no blocks of its /64",
	    !blockset_of_net(b, &one.net, 100));
	blockset_free(b);
}

#define KEYS 6000

static void
test_random(void)
{
	static uint32_t until[KEYS];
	struct blockset *b = blockset_new(KEYS);
	bool same = true;
	uint32_t now = 1;
	size_t n = 0;

	printf("note seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 200000; i++) {
		uint32_t k = (uint32_t)(zt_random() % KEYS);
		struct nft_op x = sort(k);

		now += zt_random() % 16 == 0;
		switch (zt_random() % 4) {
		case 0:
		case 1:
			until[k] = now + 1 + (uint32_t)(zt_random() % 2000);
			same = same && blockset_put(b, &x, until[k], now);
			break;
		case 2:
			until[k] = 0;
			blockset_del(b, &x);
			break;
		default:
			same = same &&
			    blockset_has(b, &x, now) == (until[k] > now);
		}
		blockset_sweep(b, 3, now);
	}
	ZT_CASE("it holds what a plain array holds", same);
	/* Chains that move up may hide one from the first round. */
	blockset_sweep(b, 100000, now);
	for (size_t k = 0; k < KEYS; k++)
		n += until[k] > now;
	ZT_CASE("and counts the same after a sweep",
	    blockset_count(b, 4) + blockset_count(b, 6) == n);
	blockset_free(b);
}

static const struct zt_test tests[] = {
	{ "basics", test_basics },
	{ "address", test_address },
	{ "random", test_random },
};

ZT_MAIN("blockset", tests)
