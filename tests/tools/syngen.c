/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * syngen - a capture file of any number of SYNs for the benches
 *
 * zt-link: tests/tools/lib/stack fp/addr fp/hash fp/capture fp/recorder
 * zt-libs: libpcap libsodium
 *
 * `syngen N OUT`: N SYNs to port 25 of 192.0.2.25 and 2001:db8:25::25, a
 * millisecond apart, of the stacks that stack.h knows, from documentation
 * addresses; one in four is IPv6.  Always the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fp/capture.h"
#include "fp/recorder.h"
#include "tests/tools/lib/stack.h"

#define START_US ((int64_t)1772445600 * 1000000)

static uint32_t
rnd(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 32);
}

static void
addresses(struct seg *s, uint64_t *seed)
{
	static const uint32_t nets[] = { 0xc6336400, 0xcb007100 };
	uint32_t r = rnd(seed);

	if (r % 4 != 0) {
		s->src = addr_v4(nets[r >> 8 & 1] | (r >> 16 & 0xff));
		s->dst = addr_v4(0xc0000219);
	} else {
		uint8_t src[16] = { 0x20, 1, 0xd, 0xb8, 0, (uint8_t)(r >> 8), 0,
			(uint8_t)(r >> 16), [15] = (uint8_t)(r >> 24) };
		uint8_t dst[16] = { 0x20, 1, 0xd, 0xb8, 0, 0x25, [15] = 0x25 };

		s->src = addr_v6_bytes(src);
		s->dst = addr_v6_bytes(dst);
	}
}

static int
generate(struct recorder *out, unsigned long n)
{
	uint64_t seed = 0x9e3779b97f4a7c15;
	size_t stacks = 0;
	int rc = 0;

	while (stack_at(stacks) != NULL)
		stacks++;
	for (unsigned long i = 0; rc == 0 && i < n; i++) {
		const struct stack *st = stack_at(rnd(&seed) % stacks);
		struct seg s = { .dport = 25, .flags = SEG_SYN };
		uint8_t ip[SEG_MAX];
		size_t len;

		addresses(&s, &seed);
		s.sport = (uint16_t)(1024 + rnd(&seed) % 64000);
		s.seq = rnd(&seed);
		s.ts_val = (uint32_t)i;
		len = seg_build(st, &s, (uint16_t)rnd(&seed), ip);
		rc = recorder_packet(out, START_US + (int64_t)i * 1000, ip,
		    (uint32_t)len, (uint32_t)len);
	}
	return rc;
}

int
main(int argc, char **argv)
{
	char err[CAPTURE_ERRLEN];
	struct recorder *out;
	int rc;

	if (argc != 3) {
		fputs("usage: syngen N OUT\n", stderr);
		return 2;
	}
	out = recorder_open(argv[2], err);
	if (out == NULL) {
		fprintf(stderr, "syngen: %s\n", err);
		return 1;
	}
	rc = generate(out, strtoul(argv[1], NULL, 10));
	if (rc == 0)
		rc = recorder_flush(out);
	recorder_close(out);
	if (rc != 0)
		fprintf(stderr, "syngen: %s: %s\n", argv[2], strerror(-rc));
	return rc == 0 ? 0 : 1;
}
