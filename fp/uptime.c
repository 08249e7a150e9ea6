/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/uptime.h"

#include <stddef.h>

#define SECOND_US     1000000LL
#define TICKS_MIN     10 /* fewer say too little of a rate */
#define HZ_MIN_DECI   7
#define HZ_MAX        1500
#define NEAR_PERMILLE 100
#define LONGER        4 /* times the span before: worth another estimate */

void
uptime_syn(struct uptime *u, uint16_t port, uint32_t ts, int64_t t_us)
{
	u->ref_us = t_us;
	u->ref_ts = ts;
	u->ref_port = port;
	u->has_ref = true;
	u->span_us = 0;
}

/* How far that is from the usual rate, of which it is a part. */
static uint64_t
permille_off(uint64_t ticks, uint64_t us, uint64_t hz)
{
	uint64_t is = ticks * SECOND_US, ought = hz * us;
	uint64_t off = is > ought ? is - ought : ought - is;

	return off * 1000 / ought;
}

uint16_t
uptime_rate(uint32_t ticks, int64_t us)
{
	static const uint16_t usual[] = { 1, 2, 10, 50, 64, 100, 128, 200, 250,
		256, 300, 500, 512, 1000, 1024 };
	uint64_t best_off = NEAR_PERMILLE, hz;
	uint16_t best = 0;

	if (us <= 0 || us > UPTIME_MAX_US)
		return 0;
	if ((uint64_t)ticks * SECOND_US * 10 < HZ_MIN_DECI * (uint64_t)us ||
	    (uint64_t)ticks * SECOND_US > HZ_MAX * (uint64_t)us)
		return 0;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		uint64_t off = permille_off(ticks, (uint64_t)us, usual[i]);

		if (off < best_off || (best == 0 && off == best_off)) {
			best_off = off;
			best = usual[i];
		}
	}
	if (best != 0)
		return best;
	hz = ((uint64_t)ticks * SECOND_US + (uint64_t)us / 2) / (uint64_t)us;
	return hz == 0 ? 1 : (uint16_t)hz;
}

bool
uptime_packet(struct uptime *u, uint16_t port, uint32_t ts, int64_t t_us)
{
	int64_t span_us = t_us - u->ref_us;
	uint32_t ticks = ts - u->ref_ts;
	uint16_t hz;
	bool news;

	if (!u->has_ref || port != u->ref_port || span_us < UPTIME_MIN_US ||
	    span_us > UPTIME_MAX_US || span_us < u->span_us * LONGER ||
	    ticks < TICKS_MIN || ticks > INT32_MAX)
		return false;
	hz = uptime_rate(ticks, span_us);
	if (hz == 0)
		return false;
	news = hz != u->hz;
	u->span_us = span_us;
	u->hz = hz;
	u->min = ts / hz / 60;
	u->mod_days = (uint16_t)(UINT32_MAX / hz / 86400);
	return news;
}
