/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which of a host's openings its later packets are compared with.
 *
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/tsclock fp/uptime
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include "fp/tsclock.h"

#define MS 1000
#define T0 (1000000000LL * 1000000)

static const struct hash_key key;

static struct traits
from(uint32_t host, uint16_t flags, uint32_t ts)
{
	return (struct traits){
		.ver = 4,
		.src = addr_v4(host),
		.flags = flags,
		.ts_val = ts,
	};
}

static void
test_sides(void)
{
	struct tsclock *c = tsclock_new(64, &key);
	struct traits syn = from(1, TCPF_SYN, 6000000);
	struct traits reply = from(1, TCPF_SYN | TCPF_ACK, 9000000);
	struct traits again = from(1, TCPF_SYN, 6001000);
	struct traits none = from(1, TCPF_SYN, 0);
	struct uptime_told up;
	uint64_t at = tsclock_place(c, &syn);

	tsclock_begin(c, at, &syn, T0, &up);
	ZT_CASE("a SYN+ACK is not compared with a SYN",
	    tsclock_begin(c, at, &reply, T0 + 1000 * MS, &up) == UPTIME_WAIT);
	ZT_CASE("the next SYN is compared with the one before",
	    tsclock_begin(c, at, &again, T0 + 1000 * MS, &up) == UPTIME_TOLD &&
		up.hz == 1000);
	tsclock_begin(c, at, &none, T0 + 1500 * MS, &up);
	again.ts_val = 6002000;
	ZT_CASE("a SYN without a timestamp leaves nothing to compare with",
	    tsclock_more(c, false, &again, T0 + 2000 * MS, &up) == UPTIME_WAIT);
	tsclock_free(c);
}

/* More hosts than places: the latest are known, none is mistaken. */
static void
test_many(void)
{
	struct tsclock *c = tsclock_new(64, &key);
	struct uptime_told up;
	int wrong = 0, known = 0;

	for (uint32_t i = 1; i <= 5000; i++) {
		struct traits syn = from(i, TCPF_SYN, 6000000 + i);
		struct traits more = from(i, TCPF_ACK, 6000500 + i);
		int64_t t_us = T0 + i * 1000LL * MS;

		wrong += tsclock_begin(c, tsclock_place(c, &syn), &syn, t_us,
			     &up) != UPTIME_WAIT;
		known += tsclock_more(c, false, &more, t_us + 500 * MS, &up) ==
			UPTIME_TOLD &&
		    up.hz == 1000;
	}
	ZT_CASE("a new host has no clock yet", wrong == 0);
	ZT_CASE("each of 5000 hosts in 64 places is known right after",
	    known == 5000);
	tsclock_free(c);
}

static const struct zt_test tests[] = {
	{ "sides", test_sides },
	{ "many", test_many },
};

ZT_MAIN("tsclock", tests)
