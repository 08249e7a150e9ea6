/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * uptime - stage 4 of 8: how long a host has been up, by its TCP timestamps
 *
 * Two timestamps of one clock give its rate, and the clock divided by the
 * rate is the uptime, modulo the time in which 32 bits come round.  The rules
 * are those by which p0f writes its uptime lines: at least 25 ms and 5 ticks,
 * at most ten minutes, 0.7 to 1500 ticks a second, which are rounded to a
 * rate that a system is likely to mean.  An uptime is only as true as the
 * clock is honest: current systems begin at a random number, and then it only
 * tells hosts apart.  Used by tsclock, and by hosts for `struct uptime`;
 * plain values, pure, cannot fail.  Times are of the packets' clock.
 */
#ifndef ZFW_FP_UPTIME_H
#define ZFW_FP_UPTIME_H

#include <stdint.h>

struct uptime_seen {
	int64_t ms;
	uint32_t ts; /* 0 = none */
};

struct uptime_told {
	double raw_hz;     /* as measured */
	uint16_t hz;       /* the usual rate near it; 0 = not known */
	uint16_t mod_days; /* the clock comes round after so many */
	uint32_t minutes;
};

enum uptime_answer {
	UPTIME_WAIT, /* not yet */
	UPTIME_BAD,  /* not a clock */
	UPTIME_TOLD, /* *out is set */
};

enum uptime_answer uptime_judge(const struct uptime_seen *first,
    const struct uptime_seen *now, struct uptime_told *out);

/* What is known of one host; begins as zeros. */
struct uptime {
	struct uptime_seen syn; /* which later packets are compared with */
	int64_t span_ms;        /* of `told`; 0 = not from this SYN */
	uint16_t port;          /* of the SYN */
	struct uptime_told told;
};

/* A SYN from `port`: the new reference.  `ts` 0 = without a timestamp. */
void uptime_syn(struct uptime *u, uint16_t port, uint32_t ts, int64_t t_us);
/*
 * A later packet of the host.  A span several times as long gives a better
 * estimate and replaces the one before.
 */
void uptime_packet(struct uptime *u, uint16_t port, uint32_t ts, int64_t t_us);

#endif
