/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/uptime.h"

#define WAIT_MS   25
#define LATE_MS   600000
#define TICKS_MIN 5
#define HZ_MIN    0.7
#define HZ_MAX    1500.0
#define LONGER    4 /* times the span before: worth another estimate */

/*
 * Packets may overtake each other: so soon after the SYN a clock may seem to
 * have gone back by so many ticks.
 */
#define BACK_MS    100
#define BACK_TICKS 15000

/* The rate that a system is likely to mean. */
static uint32_t
usual_hz(uint32_t hz)
{
	if (hz == 0)
		return 1;
	if (hz <= 10)
		return hz;
	if (hz <= 50)
		return (hz + 3) / 5 * 5;
	if (hz <= 100)
		return (hz + 7) / 10 * 10;
	if (hz <= 500)
		return (hz + 33) / 50 * 50;
	return (hz + 67) / 100 * 100;
}

enum uptime_answer
uptime_judge(const struct uptime_seen *first, const struct uptime_seen *now,
    struct uptime_told *out)
{
	int64_t ms = now->ms - first->ms;
	uint32_t ticks = now->ts - first->ts, back = ~ticks, hz;
	double raw_hz;

	if (first->ts == 0 || now->ts == 0 || ms < WAIT_MS || ms > LATE_MS)
		return UPTIME_WAIT;
	if (ticks < TICKS_MIN || (ms < BACK_MS && back < BACK_TICKS))
		return UPTIME_WAIT;
	raw_hz = ticks * 1000.0 / (double)ms;
	if (ticks > back || raw_hz < HZ_MIN || raw_hz > HZ_MAX)
		return UPTIME_BAD;
	hz = usual_hz((uint32_t)raw_hz);
	*out = (struct uptime_told){
		.raw_hz = raw_hz,
		.hz = (uint16_t)hz,
		.mod_days = (uint16_t)(UINT32_MAX / (hz * 60 * 60 * 24)),
		.minutes = now->ts / hz / 60,
	};
	return UPTIME_TOLD;
}

void
uptime_syn(struct uptime *u, uint16_t port, uint32_t ts, int64_t t_us)
{
	u->syn = (struct uptime_seen){ t_us / 1000, ts };
	u->port = port;
	u->span_ms = 0;
}

void
uptime_packet(struct uptime *u, uint16_t port, uint32_t ts, int64_t t_us)
{
	const struct uptime_seen now = { t_us / 1000, ts };
	int64_t span_ms = now.ms - u->syn.ms;

	if (port == u->port && span_ms >= u->span_ms * LONGER &&
	    uptime_judge(&u->syn, &now, &u->told) == UPTIME_TOLD)
		u->span_ms = span_ms;
}
