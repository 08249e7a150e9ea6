/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_when - a time as people write it on a command line
 *
 * "90min", "7d": so long ago.  "2026-03-01", "2026-03-01 10:00",
 * "2026-03-01 10:00:30" (or with a T): local time.  "@1772445600": seconds
 * since 1970.  "now".  False: none of these, or before 1970.  Pure but for the
 * time zone.
 */
#ifndef ZFW_TOOLS_STATS_WHEN_H
#define ZFW_TOOLS_STATS_WHEN_H

#include <stdbool.h>
#include <stdint.h>

bool stats_when(const char *text, int64_t now_ms, int64_t *out_ms);

#endif
