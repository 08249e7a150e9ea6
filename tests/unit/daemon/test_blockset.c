/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blockset against a plain array, with few keys so that slots are reused.
 *
 * zt-link: daemon/blockset fp/hash fp/addr
 * zt-libs: libsodium
 */
#include "daemon/blockset.h"

#include "tests/zt.h"

static struct net
v4(uint32_t n)
{
	struct addr a = addr_v4(n);

	return addr_key_net(&a);
}

static struct net
v6(uint32_t n)
{
	struct net x = { .a.family = 6, .bits = 64 };

	for (int i = 0; i < 4; i++)
		x.a.b[4 + i] = (uint8_t)(n >> (24 - 8 * i));
	return x;
}

static void
test_basics(void)
{
	struct blockset *b = blockset_new(3);
	struct net a = v4(1), c = v6(1);

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

#define KEYS 3000

static void
test_random(void)
{
	static uint32_t until[2 * KEYS];
	struct blockset *b = blockset_new(KEYS);
	bool same = true;
	uint32_t now = 1;
	size_t n = 0;

	printf("note seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 200000; i++) {
		uint32_t k = (uint32_t)(zt_random() % (2 * KEYS));
		struct net x = k < KEYS ? v4(k) : v6(k - KEYS);

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
	for (size_t k = 0; k < 2 * KEYS; k++)
		n += until[k] > now;
	ZT_CASE("and counts the same after a sweep",
	    blockset_count(b, 4) + blockset_count(b, 6) == n);
	blockset_free(b);
}

static const struct zt_test tests[] = {
	{ "basics", test_basics },
	{ "random", test_random },
};

ZT_MAIN("blockset", tests)
