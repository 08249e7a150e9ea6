/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * repairs - how often the guard fights over the table
 *
 * Whoever deletes or changes our table finds it repaired at once; but two
 * programs that both repair would keep the kernel busy for ever.  So after
 * REPAIRS_MAX repairs (or `max`) within a minute there is none for a minute,
 * and so on.
 * Pure; `now_ms` is monotonic.  Used by guardtable.
 */
#ifndef ZFW_DAEMON_REPAIRS_H
#define ZFW_DAEMON_REPAIRS_H

#include <stdbool.h>
#include <stdint.h>

#define REPAIRS_MAX       10
#define REPAIRS_MINUTE_MS 60000

struct repairs {         /* zeroed by its owner */
	int64_t from_ms; /* of this minute */
	unsigned n;      /* repairs in it */
	bool paused;
	unsigned max; /* 0 = REPAIRS_MAX */
};

/* May there be one now?  Counts it when yes. */
bool repairs_allow(struct repairs *r, int64_t now_ms);

#endif
