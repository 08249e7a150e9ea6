/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blocks: random operations against a naive model; the heap's order
 *
 * zt-link: daemon/blocks fp/addr fp/hash
 * zt-libs: libsodium
 */
#include "daemon/blocks.h"
#include "tests/zt.h"

#define MAX     200
#define KEYS    300
#define STEPS   20000
#define LIN_OWN 127 /* as it is in every recording */

static const struct hash_key key;

struct model { /* one slot per key; until_ms 0 = not there */
	struct block v[KEYS];
	size_t n;
};

static struct addr
key_of(uint64_t i)
{
	struct addr a = addr_v4(0xc6336400U + (uint32_t)(i / 2));
	uint8_t b[16] = { 0x20, 1, 0xd, 0xb8 };

	/* Every other is an IPv6 key; some have the number of their like. */
	if (i % 2 != 0)
		return a;
	if (i % 4 == 0)
		memset(b, 0, sizeof(b));
	memcpy(b + 4, a.b, 4);
	return addr_v6_bytes(b);
}

static bool
first_agrees(const struct blocks *b, const struct model *m)
{
	const struct block *got = blocks_next(b), *want = NULL;

	for (size_t i = 0; i < KEYS; i++) {
		const struct block *v = &m->v[i];

		if (v->until_ms == 0)
			continue;
		if (want == NULL || v->next_ms < want->next_ms ||
		    (v->next_ms == want->next_ms &&
			addr_cmp(&v->key, &want->key) < 0))
			want = v;
	}
	if (got == NULL || want == NULL)
		return got == NULL && want == NULL;
	return addr_eq(&got->key, &want->key) && got->next_ms == want->next_ms;
}

static bool
found_agrees(const struct blocks *b, const struct block *v,
    const struct addr *k)
{
	const struct block *got = blocks_find(b, k);

	if (got == NULL || v->until_ms == 0)
		return got == NULL && v->until_ms == 0;
	return got->until_ms == v->until_ms && got->next_ms == v->next_ms &&
	    got->tier == v->tier && got->reject == v->reject &&
	    got->narrow == v->narrow && got->own == v->own &&
	    got->score == v->score &&
	    memcmp(got->reasons, v->reasons, sizeof(v->reasons)) == 0;
}

static bool
put(struct blocks *b, struct model *m, size_t i)
{
	struct block v = { .key = key_of(i),
		.until_ms = 1 + (int64_t)(zt_random() % 1000),
		.next_ms = (int64_t)(zt_random() % 50),
		.tier = (uint8_t)(zt_random() % 16),
		.reject = zt_random() % 2,
		.narrow = zt_random() % 2,
		.own = (uint8_t)zt_random(),
		.score = (uint16_t)(zt_random() % 1001),
		.reasons = { (uint8_t)(zt_random() % 64),
		    (uint8_t)(zt_random() % 64), (uint8_t)(zt_random() % 64),
		    (uint8_t)(zt_random() % 64) } };
	bool room = m->v[i].until_ms != 0 || m->n < MAX;

	if (blocks_put(b, &v) != room)
		return false;
	if (room) {
		m->n += m->v[i].until_ms == 0;
		m->v[i] = v;
	}
	return true;
}

static bool
del(struct blocks *b, struct model *m, size_t i)
{
	struct addr k = key_of(i);
	bool there = m->v[i].until_ms != 0;

	m->n -= there;
	m->v[i].until_ms = 0;
	return blocks_del(b, &k) == there;
}

/* Of each tier as many as the model has. */
static bool
tiers_agree(const struct blocks *b, const struct model *m)
{
	size_t n[BLOCKS_TIERS] = { 0 };

	for (size_t i = 0; i < KEYS; i++)
		if (m->v[i].until_ms != 0)
			n[m->v[i].tier]++;
	for (unsigned t = 0; t < BLOCKS_TIERS; t++)
		if (blocks_of_tier(b, t) != n[t])
			return false;
	return true;
}

static void
test_random(void)
{
	struct blocks *b = blocks_new(MAX, &key);
	struct model m = { .n = 0 };
	uint64_t seed = zt_seed;
	bool ok = b != NULL;
	size_t step = 0;

	for (; ok && step < STEPS; step++) {
		size_t i = zt_random() % KEYS, other = zt_random() % KEYS;
		struct addr k = key_of(other);

		/* Long runs of growing and of shrinking reach both ends. */
		if (zt_random() % 10 < (step / 2000 % 2 == 0 ? 8U : 2U))
			ok = put(b, &m, i);
		else
			ok = del(b, &m, i);
		ok = ok && blocks_n(b) == m.n && tiers_agree(b, &m) &&
		    first_agrees(b, &m) && found_agrees(b, &m.v[other], &k);
	}
	if (!ok)
		printf("seed %llu, step %zu\n", (unsigned long long)seed, step);
	ZT_CASE("random puts and deletes agree with a naive model", ok);
	blocks_free(b);
}

static bool
drop_or_add(struct blocks *b, struct model *m, bool *lasts)
{
	size_t i = zt_random() % KEYS;

	if (zt_random() % 2 == 0)
		return put(b, m, i);
	lasts[i] = false;
	return del(b, m, i);
}

/* One walk downwards with changes between its steps: what lasts is seen. */
static bool
walk_once(struct blocks *b, struct model *m)
{
	bool lasts[KEYS];
	size_t at = blocks_n(b);

	for (size_t i = 0; i < KEYS; i++)
		lasts[i] = m->v[i].until_ms != 0;
	while (at > 0) {
		const struct block *v = blocks_at(b, --at);

		for (size_t i = 0; i < KEYS; i++)
			if (addr_eq(&m->v[i].key, &v->key))
				lasts[i] = false; /* seen: not missed */
		for (unsigned n = zt_random() % 4; n > 0; n--)
			if (!drop_or_add(b, m, lasts))
				return false;
		if (at > blocks_n(b))
			at = blocks_n(b);
	}
	for (size_t i = 0; i < KEYS; i++)
		if (lasts[i])
			return false;
	return true;
}

static void
test_walk(void)
{
	struct blocks *b = blocks_new(MAX, &key);
	struct model m = { .n = 0 };
	uint64_t seed = zt_seed;
	bool ok = b != NULL;

	for (size_t i = 0; i < KEYS; i++)
		m.v[i].key = key_of(i);
	for (int round = 0; ok && round < 300; round++) {
		while (ok && m.n < MAX)
			ok = put(b, &m, zt_random() % KEYS);
		ok = ok && walk_once(b, &m);
	}
	if (!ok)
		printf("seed %llu\n", (unsigned long long)seed);
	ZT_CASE("a walk downwards misses none, whatever changes", ok);
	blocks_free(b);
}

static void
test_order(void)
{
	struct blocks *b = blocks_new(1000, &key);
	int64_t last = -1;
	bool ok = true;
	size_t n = 0;

	for (uint32_t i = 0; i < 1000; i++) {
		struct block v = { .key = key_of(i),
			.until_ms = 1,
			.next_ms = (int64_t)(i * 7919 % 1000) };

		(void)blocks_put(b, &v);
	}
	while (blocks_next(b) != NULL) {
		struct block v = *blocks_next(b);

		ok = ok && v.next_ms >= last;
		last = v.next_ms;
		n += blocks_del(b, &v.key);
	}
	ZT_CASE("they come out in the order of their time", ok);
	ZT_CASE("and all of them", n == 1000);
	blocks_free(b);
}

static void
test_edges(void)
{
	struct blocks *b = blocks_new(1, &key);
	struct block v = { .key = key_of(1),
		.until_ms = INT64_MAX,
		.next_ms = 5 };
	struct block w = { .key = key_of(2), .until_ms = 6, .next_ms = 6 };
	struct addr none = key_of(3);

	ZT_CASE("an empty one has no next", blocks_next(b) == NULL);
	ZT_CASE("what is not there is not found",
	    blocks_find(b, &none) == NULL);
	ZT_CASE("nor deleted", !blocks_del(b, &none));
	ZT_CASE("one fits", blocks_put(b, &v));
	ZT_CASE("a far time is cut",
	    blocks_find(b, &v.key)->until_ms == BLOCKS_MS_MAX);
	ZT_CASE("a second one does not", !blocks_put(b, &w));
	v.next_ms = 3;
	ZT_CASE("a change of the first does", blocks_put(b, &v));
	ZT_CASE("and is seen", blocks_at(b, 0)->next_ms == 3);
	ZT_CASE("it goes", blocks_del(b, &v.key) && blocks_n(b) == 0);
	blocks_free(b);
	blocks_free(NULL);
	ZT_CASE("more than a slot can name are refused",
	    blocks_new(BLOCKS_MAX + 1, &key) == NULL);
}

static void
test_own(void)
{
	const struct stack lin = { 60, 64240, 1460, true };
	const struct stack win = { 52, 64240, 1460, true };
	struct stack s = { 40, 1024, 1, false }, t = { 40, 1024, 2, false };
	unsigned n[256] = { 0 }, most = 0;

	ZT_CASE("no stack is 0", block_own(&(struct stack){ 0 }) == 0);
	ZT_CASE("length tells two apart", block_own(&lin) != block_own(&win));
	ZT_CASE("an option that is not there is no difference",
	    block_own(&s) == block_own(&t));
	ZT_CASE("it is the same for ever", block_own(&lin) == LIN_OWN);
	for (uint16_t len = 40; len <= 60; len += 4)
		for (uint16_t mss = 1; mss <= 1460; mss++) {
			s = (struct stack){ len, 64240, mss, true };
			n[block_own(&s)]++;
		}
	for (size_t i = 1; i < 256; i++)
		most = n[i] > most ? n[i] : most;
	ZT_CASE("stacks that differ little are spread",
	    n[0] == 0 && most < 2 * 6 * 1460 / 255);
}

static const struct zt_test tests[] = {
	{ "random", test_random },
	{ "walk", test_walk },
	{ "order", test_order },
	{ "edges", test_edges },
	{ "own", test_own },
};
ZT_MAIN("blocks", tests)
