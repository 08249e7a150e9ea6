/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardclock - was the wall clock set, or did the machine sleep?
 *
 * Ends of blocks are kept as wall clock; the kernel counts their timeouts
 * down on a clock that nobody sets and that stands still while the machine
 * sleeps.  So both have to be brought together again after either.  Called by
 * the guard each second with three clocks.  Pure; milliseconds.  A clock that
 * is slewed is followed.
 */
#ifndef ZFW_DAEMON_GUARDCLOCK_H
#define ZFW_DAEMON_GUARDCLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define GUARDCLOCK_STEP_MS 1000 /* less is not worth the work */

struct guardclock {       /* zeroed by its owner */
	int64_t set_ms;   /* wall clock - time since boot */
	int64_t slept_ms; /* time since boot - monotonic clock */
	bool started;
};

struct guardclock_now {
	int64_t wall_ms, boot_ms, mono_ms;
};

enum guardclock_what { GUARDCLOCK_FINE, GUARDCLOCK_SET, GUARDCLOCK_SLEPT };
/* *by_ms: by how much it was set, or how long it slept. */
enum guardclock_what guardclock_look(struct guardclock *c,
    const struct guardclock_now *now, int64_t *by_ms);

#endif
