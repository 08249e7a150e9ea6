/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardclock.h"

static bool
far(int64_t by_ms)
{
	return by_ms >= GUARDCLOCK_STEP_MS || by_ms <= -GUARDCLOCK_STEP_MS;
}

enum guardclock_what
guardclock_look(struct guardclock *c, const struct guardclock_now *now,
    int64_t *by_ms)
{
	const struct guardclock was = *c;

	c->set_ms = now->wall_ms - now->boot_ms;
	c->slept_ms = now->boot_ms - now->mono_ms;
	c->started = true;
	*by_ms = 0;
	if (!was.started)
		return GUARDCLOCK_FINE;
	if (far(c->slept_ms - was.slept_ms)) {
		*by_ms = c->slept_ms - was.slept_ms;
		return GUARDCLOCK_SLEPT;
	}
	if (!far(c->set_ms - was.set_ms))
		return GUARDCLOCK_FINE;
	*by_ms = c->set_ms - was.set_ms;
	return GUARDCLOCK_SET;
}
