/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_blocks - a store with many blocked clients, for a daemon to restore
 *
 * zt-link: @STORE @ENGINE
 * zt-libs: kyotocabinet libsodium libm libpcre2-8
 *
 *	bench_blocks DIR N
 *
 * Puts the first N IPv4 clients of blocked.h into the store of DIR, each
 * blocked since a moment ago and for three days: tier 4, whole address.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "db/store.h"
#include "tests/tools/lib/blocked.h"

#define MINUTE_MS 60000
#define DAY_MS    (24 * 60 * INT64_C(60000))
#define TIER      4

static struct client
blocked_client(uint32_t i, int64_t now_ms)
{
	struct addr key = blocked_addr(4, i);
	struct client c;

	client_init(&c, &key, now_ms);
	client_add(&c, EVIDENCE_EARLY_TALK, 2, 0, now_ms - MINUTE_MS);
	client_set(&c, EVIDENCE_RDNS_NONE, 1, now_ms - MINUTE_MS);
	c.tier = TIER;
	c.action = CLIENT_DROP;
	c.score_permille = 995;
	c.reasons[0] = EVIDENCE_EARLY_TALK;
	c.reasons[1] = EVIDENCE_RDNS_NONE;
	c.block_from_ms = now_ms - MINUTE_MS;
	c.block_until_ms = now_ms + 3 * DAY_MS;
	c.offences = 1;
	c.offence_ms = c.block_from_ms;
	return c;
}

int
main(int argc, char **argv)
{
	int64_t now_ms = (int64_t)time(NULL) * 1000;
	struct store_open_result res;
	struct store *s;
	uint32_t n;

	n = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	if (n == 0) {
		fputs("usage: bench_blocks DIR N\n", stderr);
		return 2;
	}
	if (store_open(argv[1], &s, &res) != 0) {
		fprintf(stderr, "bench_blocks: %s\n", res.error);
		return 1;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct client c = blocked_client(i, now_ms);

		if (store_client_put(s, &c) != 0) {
			fputs("bench_blocks: the store failed\n", stderr);
			return 1;
		}
	}
	store_close(s);
	return 0;
}
