/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The biggest of many in whatever order they come; numbers with a name each;
 * sorting as qsort() does; equal hashes side by side; SipHash-1-3 as others
 * have it.
 *
 * zt-link: tools/stats_top tools/stats_mem tools/stats_dict @STATSREAD
 * zt-libs: libsodium libm libmaxminddb
 */
#include "tests/zt.h"
#include "tools/stats_impl.h"
#include "tools/stats_sip.h"
#include "tools/stats_top.h"

#define MANY 5000
#define KEPT 37
#define LOTS 60000
#define LOW  24

static int
bigger(const void *x, const void *y)
{
	const struct top_entry *a = x, *b = y;

	if (a->a != b->a)
		return a->a < b->a ? 1 : -1;
	if (a->b != b->b)
		return a->b < b->b ? 1 : -1;
	return a->id > b->id ? 1 : -1;
}

static void
test_top(void)
{
	static struct top_entry all[MANY], kept[KEPT];
	struct top t = { kept, 0, KEPT };
	bool same = true;

	printf("# seed %llu\n", (unsigned long long)zt_seed);
	for (size_t i = 0; i < MANY; i++) {
		all[i] = (struct top_entry){ zt_random() % 50, zt_random() % 5,
			i };
		top_add(&t, all[i]);
	}
	top_sort(&t);
	qsort(all, MANY, sizeof(all[0]), bigger);
	for (size_t i = 0; i < KEPT; i++)
		same &= t.v[i].id == all[i].id;
	ZT_CASE("the biggest are kept, ties by their number",
	    t.n == KEPT && same);
	t = (struct top){ kept, 0, KEPT };
	top_add(&t, all[3]);
	top_add(&t, all[1]);
	top_sort(&t);
	ZT_CASE("fewer than there is room for are all kept",
	    t.n == 2 && t.v[0].id == all[1].id);
	t = (struct top){ NULL, 0, 0 };
	top_add(&t, all[0]);
	ZT_CASE("no room keeps nothing", t.n == 0);
}

static int
less(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

static void
test_sort(void)
{
	static uint64_t v[MANY], w[MANY], tmp[MANY];
	bool high = true;

	for (size_t i = 0; i < MANY; i++)
		v[i] = w[i] = zt_random() >> (64 - 41);
	stats_sort(v, tmp, MANY, 0);
	qsort(w, MANY, sizeof(w[0]), less);
	ZT_CASE("41 bits are sorted", memcmp(v, w, sizeof(v)) == 0);
	for (size_t i = 0; i < MANY; i++)
		v[i] = zt_random() << 24 | i;
	stats_sort(v, tmp, MANY, 24);
	for (size_t i = 1; i < MANY; i++)
		high &= v[i - 1] >> 24 <= v[i] >> 24;
	ZT_CASE("the upper 40 bits are sorted", high);
	stats_sort(v, tmp, 0, 0);
	stats_sort(v, tmp, 1, 0);
}

/* The same numbers in other places, and each hash in one place only? */
static bool
is_grouped(const uint64_t *before, const uint64_t *after, size_t n)
{
	static uint64_t a[LOTS], b[LOTS];
	size_t runs = n > 0, kinds = n > 0;

	for (size_t i = 0; i < n; i++) {
		a[i] = before[i];
		b[i] = after[i];
	}
	qsort(a, n, sizeof(a[0]), less);
	qsort(b, n, sizeof(b[0]), less);
	for (size_t i = 1; i < n; i++) {
		runs += after[i - 1] >> LOW != after[i] >> LOW;
		kinds += a[i - 1] >> LOW != a[i] >> LOW;
	}
	return memcmp(a, b, n * sizeof(a[0])) == 0 && runs == kinds;
}

static bool
groups(const uint64_t *from, size_t n)
{
	static uint64_t v[LOTS], tmp[LOTS];

	memcpy(v, from, n * sizeof(v[0]));
	stats_group(v, tmp, n, LOW);
	return is_grouped(from, v, n);
}

static void
test_group(void)
{
	static uint64_t v[LOTS];
	size_t n = 0;

	for (size_t i = 0; i < LOTS; i++)
		v[i] = (zt_random() | 1ULL << 40) << LOW | i;
	ZT_CASE("different hashes are grouped", groups(v, LOTS));
	for (size_t i = 0; i < LOTS; i++)
		v[i] = (1 + zt_random() % 20000) << LOW | i;
	ZT_CASE("those that some have are grouped", groups(v, LOTS));
	for (size_t i = 0; i < LOTS; i++)
		v[i] = (zt_random() % 8 == 0 ? 1 + zt_random() % 9999 : 77)
			<< LOW |
		    i;
	ZT_CASE("one that most have is grouped", groups(v, LOTS));
	/* The constant of stats_group.c: all of them go to one heap of it. */
	while (n < 5000) {
		uint64_t hash = zt_random() >> LOW | 1;

		v[n] = hash << LOW | n;
		n += hash * 0x9e3779b97f4a7c15ULL >> 53 == 7;
	}
	ZT_CASE("more than a table has room for are grouped", groups(v, n));
	ZT_CASE("one is grouped", groups(v, 1));
	ZT_CASE("none are grouped", groups(v, 0));
}

/* hash(bytes(range(n))) of CPython 3.11 with PYTHONHASHSEED=0. */
static void
test_sip(void)
{
	static const struct {
		size_t n;
		uint64_t want;
	} known[] = { { 1, 0x68a914128e01e473 }, { 7, 0x2f098ab0c751325a },
		{ 8, 0xead411e67ebe2eea }, { 9, 0x75927f9d95124362 },
		{ 15, 0xf30eb725bb91c9ea }, { 16, 0x8972188433a5c5b7 },
		{ 23, 0x37332b1389daa4ff }, { 63, 0x385d3e39e5f37359 } };
	const struct hash_key zero = { { 0 } }, other = { { 1 } };
	uint8_t b[63];

	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		printf("# %zu bytes\n", known[i].n);
		ZT_CASE("the hash is that of SipHash-1-3",
		    stats_sip(&zero, b, known[i].n) == known[i].want);
	}
	ZT_CASE("another key gives another hash",
	    stats_sip(&other, b, 9) != stats_sip(&zero, b, 9));
	ZT_CASE("nothing has a hash of its key",
	    stats_sip(&other, NULL, 0) != stats_sip(&zero, NULL, 0));
}

static void
test_dict(void)
{
	struct stats_mem mem = { NULL, false };
	struct stats_dict d = { .limit = 1000, .mem = &mem };
	bool same = true;

	for (uint32_t i = 0; i < 1000; i++)
		same &= stats_dict_id(&d, &i, sizeof(i)) == i + 1;
	for (uint32_t i = 1000; i-- > 0;)
		same &= stats_dict_id(&d, &i, sizeof(i)) == i + 1;
	ZT_CASE("each name has its number", same && d.n == 1000);
	ZT_CASE("what is over the limit has none",
	    stats_dict_id(&d, "abcdef", 6) == 0 && d.n == 1000);
	ZT_CASE("a name is not the beginning of another",
	    stats_dict_id(&d, "\0\0", 2) == 0);
	stats_dict_free(&d);
	stats_mem_free(&mem);
}

static void
test_mem(void)
{
	struct stats_mem mem = { NULL, false };
	char *a = stats_alloc(&mem, 3, 1), *b = stats_alloc(&mem, 1, 200000),
	     *c = stats_alloc(&mem, 3, 1);

	ZT_CASE("memory is zero and apart",
	    a != NULL && b != NULL && c != NULL && a[2] == 0 &&
		b[199999] == 0 && (c < b || c >= b + 200000) && c != a);
	ZT_CASE("too much fails and is remembered",
	    stats_alloc(&mem, SIZE_MAX / 4, 8) == NULL && mem.failed);
	stats_mem_free(&mem);
}

static const struct zt_test tests[] = {
	{ "top", test_top },
	{ "sort", test_sort },
	{ "group", test_group },
	{ "sip", test_sip },
	{ "dict", test_dict },
	{ "mem", test_mem },
};
ZT_MAIN("stats_top", tests)
