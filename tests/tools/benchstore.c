/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * benchstore - how fast the store is, and what a round of writing costs
 *
 * zt-link: @STORE @ENGINE
 * zt-libs: kyotocabinet libsodium libm libpcre2-8
 *
 * `benchstore DIR N`, DIR being empty: puts, updates and gets N clients with
 * evidence in them, in an order without order; then makes an engine with
 * 65,536 changed clients write them back: in slices as the daemon does, and
 * all at once.  Prints `NAME VALUE UNIT` by the wall clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/engine.h"
#include "db/store.h"

#define T0    ((int64_t)1772445600 * 1000)
#define DIRTY 65536
#define SLOTS 512 /* as in live_save.c */
#define ODD   0x9e3779b1U

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
say_rate(const char *name, size_t n, double from_s)
{
	printf("%s %.0f clients/s\n", name, (double)n / (now_s() - from_s));
}

/* One of 2001:db8::/32; the i-th, spread all over. */
static struct addr
key_of(size_t i)
{
	uint32_t v = (uint32_t)i * ODD;
	uint8_t b[16] = { 0x20, 1, 0xd, 0xb8, (uint8_t)(v >> 24),
		(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };

	return addr_v6_bytes(b);
}

static struct client
client_of(size_t i, int64_t now_ms)
{
	struct addr key = key_of(i);
	struct client c;

	client_init(&c, &key, now_ms);
	client_add(&c, EVIDENCE_UNKNOWN_RCPT, 3, 0, now_ms);
	client_set(&c, EVIDENCE_RDNS_NONE, 1, now_ms);
	client_sample(&c, EVIDENCE_UNKNOWN_RCPT,
	    STR("NOQUEUE: reject: RCPT from unknown[198.51.100.7]:4711: 550 "
		"5.1.1 <nobody@example.org>: Recipient address rejected: User "
		"unknown"),
	    now_ms);
	memcpy(c.helo, "pc-17", 6);
	return c;
}

static bool
puts_all(struct store *s, size_t n, int64_t now_ms)
{
	for (size_t i = 0; i < n; i++) {
		struct client c = client_of(i, now_ms);

		if (store_client_put(s, &c) != 0)
			return false;
	}
	return true;
}

static bool
updates_all(struct store *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct addr key = key_of(n - 1 - i);
		struct client c;

		if (store_client_get(s, &key, &c) != 1)
			return false;
		c.knocks++;
		if (store_client_put(s, &c) != 0)
			return false;
	}
	return true;
}

static bool
gets_all(struct store *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct addr key = key_of(i * 7 % n);
		struct client c;

		if (store_client_get(s, &key, &c) != 1)
			return false;
	}
	return true;
}

static bool
bench_store(struct store *s, size_t n)
{
	double at = now_s();

	if (!puts_all(s, n, T0))
		return false;
	say_rate("put", n, at);
	at = now_s();
	if (!updates_all(s, n))
		return false;
	say_rate("update", n, at);
	at = now_s();
	if (!gets_all(s, n))
		return false;
	say_rate("get", n, at);
	return true;
}

/* ---- the engine's rounds ---- */

static void
ignore(void *arg, const struct engine_out *o)
{
	(void)arg;
	(void)o;
}

static bool
save(void *arg, const struct client *c)
{
	if (store_client_put(arg, c) != 0)
		abort();
	return true;
}

/* A line about each client: all are changed. */
static void
make_dirty(struct engine *e)
{
	for (size_t i = 0; i < DIRTY; i++) {
		struct addr key = key_of(i);
		char line[300], who[ADDR_STRLEN];
		int n = snprintf(line, sizeof(line),
		    "Mar  2 10:00:00 mx postfix/smtpd[1]: warning: "
		    "unknown[%s]:4711: SASL LOGIN authentication failed: x",
		    addr_print(&key, who));

		(void)engine_line(e, (struct str){ line, (size_t)n }, T0);
	}
}

static void
bench_rounds(struct engine *e)
{
	double longest = 0, at, from;
	size_t cursor = 0;

	make_dirty(e);
	from = now_s();
	do {
		at = now_s();
		cursor = engine_flush_some(e, cursor, SLOTS);
		at = now_s() - at;
		longest = at > longest ? at : longest;
	} while (cursor != 0);
	printf("round_whole %.0f ms\n", (now_s() - from) * 1e3);
	printf("round_longest_turn %.1f ms\n", longest * 1e3);
	from = now_s();
	(void)engine_flush_some(e, 0, DIRTY);
	printf("round_nothing_changed %.1f ms\n", (now_s() - from) * 1e3);
	make_dirty(e);
	from = now_s();
	engine_flush(e);
	printf("all_at_once %.0f ms\n", (now_s() - from) * 1e3);
}

static bool
bench_engine(struct store *s)
{
	struct policy p = { .ports = { 25 },
		.ports_n = 1,
		.block_p = 0.95,
		.certain_p = 0.999,
		.tier_s = { 600 },
		.tiers_n = 1,
		.certain_tier = 1,
		.lease_s = 86400,
		.group_sites = 20,
		.half_open_max = 64,
		.sessions_max = 64,
		.clients_max = DIRTY,
		.blocks_max = 64 };
	struct engine_conf ec = { .policy = &p,
		.arg = s,
		.out = ignore,
		.save = save };
	struct engine *e = engine_new(&ec);

	if (e == NULL)
		return false;
	bench_rounds(e);
	engine_free(e);
	return true;
}

int
main(int argc, char **argv)
{
	struct store_open_result res;
	struct store *s;
	size_t n;
	bool ok;

	n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	if (n == 0) {
		fputs("usage: benchstore DIR N\n", stderr);
		return 2;
	}
	if (store_open(argv[1], &s, &res) != 0) {
		fprintf(stderr, "benchstore: %s\n", res.error);
		return 1;
	}
	ok = bench_store(s, n) && bench_engine(s);
	store_close(s);
	if (!ok)
		fputs("benchstore: failed\n", stderr);
	return ok ? 0 : 1;
}
