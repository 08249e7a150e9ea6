/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/stackmix.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define HOPS_MIN 5 /* to 25, most of them between 10 and 20 */
#define HOPS_DIE 11

enum { DF = 1, ID = 2, FLOW = 4, ECN = 8, TS_ZERO = 16 };

/* Layouts that several have. */
#define L_LINUX  "mss,sok,ts,nop,ws"
#define L_NO_TS  "mss,nop,nop,sok,nop,ws"
#define L_WIN    "mss,nop,ws,nop,nop,sok"
#define L_OLDWIN "mss,nop,nop,sok"
#define L_WIN_TS "mss,nop,ws,nop,nop,ts,nop,nop,sok"
#define L_APPLE  "mss,nop,ws,nop,nop,ts,sok,eol+1"
#define L_FBSD   "mss,nop,ws,sok,ts"
#define L_OBSD   "mss,nop,nop,sok,nop,ws,nop,nop,ts"
#define L_NBSD   "mss,nop,ws,sok,nop,nop,nop,nop,ts"

static const struct row {
	const char *name;
	unsigned often; /* a guess: servers and infected PCs lead */
	unsigned ttl, what;
	unsigned window; /* below 100: so many segments; 0: all of 65535 */
	unsigned ws;
	unsigned mss; /* 0: as the path has it */
	const char *layout;
} rows[] = {
	{ "linux-2.4", 1, 64, DF | ID, 4, 0, 0, L_LINUX },
	{ "linux-2.6", 2, 64, DF | ID, 4, 7, 0, L_LINUX },
	{ "linux-2.6.32", 3, 64, DF | ID | FLOW, 4, 6, 0, L_LINUX },
	{ "linux-3.2", 3, 64, DF | ID | FLOW, 10, 7, 0, L_LINUX },
	{ "linux-3.10", 8, 64, DF | ID | FLOW, 20, 7, 0, L_LINUX },
	{ "linux-4", 6, 64, DF | ID | FLOW, 20, 9, 0, L_LINUX },
	{ "linux-5", 16, 64, DF | ID | FLOW, 0, 7, 0, L_LINUX },
	{ "linux-6", 10, 64, DF | ID | FLOW, 0, 10, 0, L_LINUX },
	{ "linux-ecn", 2, 64, DF | ID | FLOW | ECN, 0, 7, 0, L_LINUX },
	{ "linux-jumbo", 2, 64, DF | ID | FLOW, 62727, 7, 8961, L_LINUX },
	{ "linux-no-ts", 1, 64, DF | ID | FLOW, 20, 7, 0, L_NO_TS },
	{ "android-4", 1, 64, DF | ID, 10, 6, 0, L_LINUX },
	{ "android-6", 2, 64, DF | ID | FLOW, 65535, 6, 0, L_LINUX },
	{ "android-9", 3, 64, DF | ID | FLOW, 65535, 8, 0, L_LINUX },
	{ "android-12", 2, 64, DF | ID | FLOW, 65535, 9, 0, L_LINUX },
	{ "win-xp", 3, 128, DF | ID, 65535, 0, 0, L_OLDWIN },
	{ "win-xp-44", 1, 128, DF | ID, 0, 0, 0, L_OLDWIN },
	{ "win-xp-ts", 1, 128, DF | ID | TS_ZERO, 65535, 0, 0, L_WIN_TS },
	{ "win-2003", 2, 128, DF | ID, 16384, 0, 0, L_OLDWIN },
	{ "win-7", 8, 128, DF | ID, 8192, 8, 0, L_WIN },
	{ "win-7-sp1", 3, 128, DF | ID, 8192, 2, 0, L_WIN },
	{ "win-7-third", 1, 128, DF | ID, 8192, 0, 0, L_OLDWIN },
	{ "win-2008", 2, 128, DF | ID, 8192, 8, 0, L_FBSD },
	{ "win-2012", 4, 128, DF | ID | ECN, 8192, 8, 0, L_WIN },
	{ "win-10", 14, 128, DF | ID, 0, 8, 0, L_WIN },
	{ "win-11", 8, 128, DF | ID, 65535, 8, 0, L_WIN },
	{ "win-2019", 4, 128, DF | ID | ECN, 65535, 8, 0, L_WIN },
	{ "macos-10.9", 1, 64, DF | ID, 65535, 4, 0, L_APPLE },
	{ "macos-12", 2, 64, DF | FLOW, 65535, 6, 0, L_APPLE },
	{ "macos-ecn", 1, 64, DF | FLOW | ECN, 65535, 6, 0, L_APPLE },
	{ "ios-9", 1, 64, DF | ID | FLOW, 65535, 5, 0, L_APPLE },
	{ "ios-15", 1, 64, DF | FLOW, 65535, 7, 0, L_APPLE },
	{ "apple-last", 1, 64, DF | FLOW, 65535, 0, 0, "mss,sok,eol+1" },
	{ "freebsd-9", 2, 64, DF | ID, 65535, 6, 0, L_FBSD },
	{ "freebsd-13", 2, 64, DF | FLOW, 65535, 9, 0, L_FBSD },
	{ "openbsd", 1, 64, DF | ID | FLOW, 16384, 6, 0, L_OBSD },
	{ "openbsd-4", 1, 64, DF | ID, 16384, 3, 0, L_OBSD },
	{ "netbsd", 1, 64, DF | ID, 32768, 3, 0, L_NBSD },
	{ "solaris", 1, 64, DF | ID, 34, 0, 0, L_WIN },
	{ "ios-router", 1, 255, ID, 4128, 0, 536, "mss" },
	{ "printer", 1, 64, ID, 8192, 0, 0, "mss" },
	{ "realtime", 1, 64, ID, 8192, 0, 0, "mss,nop,ws,nop,nop,ts" },
	{ "balancer", 1, 255, DF | ID, 4380, 0, 0, "mss,nop,nop,ts,sok,eol+1" },
	{ "proxy", 1, 255, ID, 8190, 0, 0, L_WIN },
	{ "scanner", 3, 255, 0, 1024, 0, 0, "" },
	{ "scanner-mss", 1, 64, 0, 1024, 0, 0, "mss" },
};

/* Half of all paths are plain Ethernet; the rest DSL, tunnels and radio. */
static const uint16_t path_mss[] = { 1452, 1452, 1452, 1452, 1440, 1440, 1430,
	1420, 1412, 1412, 1410, 1400, 1400, 1380, 1380, 1370, 1360, 1350, 1340,
	1300, 1240 };

uint64_t
stackmix_bits(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

struct addr
stackmix_v4_bench(uint32_t i)
{
	return addr_v4(0xc6120000 + i % STACKMIX_V4_BENCH);
}

struct addr
stackmix_v4(uint32_t i)
{
	static const uint32_t nets[] = { 0xc6336400, 0xcb007100 };

	if (i < STACKMIX_V4_DOCS)
		return addr_v4(nets[i >> 8] | (i & 0xff));
	return stackmix_v4_bench(i - STACKMIX_V4_DOCS);
}

struct addr
stackmix_v6(uint32_t i)
{
	uint8_t b[16] = { 0x20, 1, 0xd, 0xb8, (uint8_t)(i >> 24),
		(uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, [15] = 7 };

	return addr_v6_bytes(b);
}

static uint16_t
path(uint32_t r)
{
	return r % 2 == 0 ? 1460 : path_mss[r / 2 % N(path_mss)];
}

static const struct row *
pick_row(uint32_t r)
{
	uint32_t all = 0;
	size_t i = 0;

	for (size_t k = 0; k < N(rows); k++)
		all += rows[k].often;
	for (r %= all; r >= rows[i].often; i++)
		r -= rows[i].often;
	return &rows[i];
}

void
stackmix_host(const struct addr *addr, uint32_t i, struct stackmix_host *out)
{
	uint64_t bits = stackmix_bits((uint64_t)addr->family << 32 | i);
	const struct row *row = pick_row((uint32_t)bits);
	uint32_t rest = (uint32_t)(bits >> 32);
	struct os_stack *st = &out->st;

	*out = (struct stackmix_host){ .addr = *addr };
	st->name = row->name;
	st->ttl = row->ttl;
	st->hops = HOPS_MIN + rest % HOPS_DIE + rest / HOPS_DIE % HOPS_DIE;
	st->df = (row->what & DF) != 0;
	st->id = row->what & ID ? STACK_ID_RANDOM : STACK_ID_ZERO;
	st->flow = (row->what & FLOW) != 0;
	st->ecn = (row->what & ECN) != 0;
	st->mss = row->mss != 0 ? row->mss : path(rest / 256);
	st->ws = row->ws;
	st->window = row->window < 100 ? row->window * stack_mss(st, addr) :
					 row->window;
	memcpy(st->layout, row->layout, strlen(row->layout) + 1);
	out->ts_base = (uint32_t)stackmix_bits(bits);
	out->ts_zero = (row->what & TS_ZERO) != 0;
}

size_t
stackmix_syn(const struct stackmix_host *h, const struct addr *dst,
    uint16_t sport, uint16_t dport, uint32_t now_ms, uint8_t out[SEG_MAX])
{
	uint64_t bits = stackmix_bits((uint64_t)h->ts_base << 16 | sport);
	struct seg s = { .src = h->addr,
		.dst = *dst,
		.sport = sport,
		.dport = dport,
		.seq = (uint32_t)bits | 1,
		.flags = SEG_SYN };

	s.window = stack_window(&h->st, &h->addr);
	s.ts_val = h->ts_zero ? 0 : h->ts_base + now_ms;
	if (s.ts_val == 0 && !h->ts_zero)
		s.ts_val = 1;
	return seg_build(&h->st, &s, (uint16_t)(bits >> 32), out);
}
