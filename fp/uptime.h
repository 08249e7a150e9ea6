/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * uptime - stage 4 of 8: how long a host has been up, by its TCP timestamps
 *
 * Two timestamps of one connection, UPTIME_MIN_US to UPTIME_MAX_US apart,
 * give the rate of the host's clock; a rate near a usual one is taken as
 * that.  The clock divided by the rate is the uptime, modulo the time in
 * which 32 bits come round.  That is true of a host whose clock starts at
 * zero with it (p0f says the same of all); modern Linux and macOS add a
 * random offset, and then the number only tells hosts apart.  Fed by hosts
 * for packets with a timestamp; a plain value, pure, cannot fail.  Times are
 * microseconds of the packets' clock.
 */
#ifndef ZFW_FP_UPTIME_H
#define ZFW_FP_UPTIME_H

#include <stdbool.h>
#include <stdint.h>

#define UPTIME_MIN_US 25000
#define UPTIME_MAX_US (600 * 1000000LL)

struct uptime {
	int64_t ref_us;  /* of the SYN that later packets are compared with */
	int64_t span_us; /* over which hz was found, 0 = not from this SYN */
	uint32_t ref_ts;
	uint16_t ref_port;
	bool has_ref;
	uint16_t hz;       /* 0 = not known */
	uint16_t mod_days; /* the clock comes round after so many */
	uint32_t min;      /* minutes up when hz was found */
};

/* A SYN with a timestamp, from `port`: the new reference. */
void uptime_syn(struct uptime *u, uint16_t port, uint32_t ts, int64_t t_us);
/*
 * A later packet of the host; true when the rate is news.  A span several
 * times as long gives a better estimate and replaces the one before.
 */
bool uptime_packet(struct uptime *u, uint16_t port, uint32_t ts, int64_t t_us);
/* The usual rate near `ticks` in `us`, 0 when no clock runs like that. */
uint16_t uptime_rate(uint32_t ticks, int64_t us);

#endif
