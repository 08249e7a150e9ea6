/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/dedup: copies count once, retransmissions twice.
 *
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/dedup
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include "fp/dedup.h"
#include "tests/unit/fp/pkt.h"

#define MS 1000

static const struct hash_key key;

static bool
seen(struct dedup *d, const struct pkt *k, int64_t t_us)
{
	uint8_t b[PKT_MAX];
	struct packet p = pkt_build(k, b, t_us);
	struct traits t;

	return traits_parse(&p, &t) == TRAITS_OK && dedup_seen(d, &t, t_us);
}

static const struct {
	const char *name;
	struct pkt a, b;
	int64_t after_us;
	bool want;
} cases[] = {
	{ "the same within a millisecond", { .seq = 1 }, { .seq = 1 }, MS,
	    true },
	{ "one hop further", { .ttl = 64 }, { .ttl = 63 }, MS, true },
	{ "a hop further over IPv6",
	    { .src = "2001:db8::1", .dst = "2001:db8::2", .ttl = 64 },
	    { .src = "2001:db8::1", .dst = "2001:db8::2", .ttl = 63 }, MS,
	    true },
	{ "stamped a little earlier", { .seq = 1 }, { .seq = 1 }, -MS, true },
	{ "after the window", { .seq = 1 }, { .seq = 1 }, DEDUP_WINDOW_US,
	    false },
	{ "long before it", { .seq = 1 }, { .seq = 1 }, -DEDUP_WINDOW_US,
	    false },
	{ "another sequence number", { .seq = 1 }, { .seq = 2 }, MS, false },
	{ "another IP id", { .id = 1 }, { .id = 2 }, MS, false },
	{ "another client", { .src = "192.0.2.7" }, { .src = "192.0.2.8" }, MS,
	    false },
	{ "another payload", { .payload = "a" }, { .payload = "b" }, MS,
	    false },
	{ "a longer payload", { .payload = "aa" }, { .payload = "a" }, MS,
	    false },
};

static void
test_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dedup *d = dedup_new(64, &key);
		int64_t now_us = 1000000000;
		bool first = seen(d, &cases[i].a, now_us);

		ZT_CASE(cases[i].name,
		    !first &&
			seen(d, &cases[i].b, now_us + cases[i].after_us) ==
			    cases[i].want);
		dedup_free(d);
	}
}

/* A flood of one packet again and again is not one packet. */
static void
test_repeats(void)
{
	struct dedup *d = dedup_new(64, &key);
	const struct pkt k = { .seq = 1 };
	int fresh = 0;

	for (int64_t t_us = 1; t_us <= 1000 * MS; t_us += 10 * MS)
		fresh += !seen(d, &k, t_us);
	ZT_CASE("a packet that never stops counts once a window",
	    fresh == 1000 * MS / DEDUP_WINDOW_US);
	dedup_free(d);
}

static void
test_small(void)
{
	struct dedup *d = dedup_new(0, &key);
	struct pkt k = { .seq = 0 };
	bool ok = d != NULL;

	for (uint32_t i = 0; i < 100; i++) {
		k.seq = i;
		ok = ok && !seen(d, &k, i) && seen(d, &k, i);
	}
	ZT_CASE("the smallest table knows the latest packet", ok);
	k.seq = 0;
	ZT_CASE("and has forgotten the first", !seen(d, &k, 100));
	dedup_free(d);
	dedup_free(NULL);
}

static const struct zt_test tests[] = {
	{ "table", test_table },
	{ "repeats", test_repeats },
	{ "a small table", test_small },
};

ZT_MAIN("dedup", tests)
