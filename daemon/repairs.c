/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/repairs.h"

bool
repairs_allow(struct repairs *r, int64_t now_ms)
{
	if (r->n == 0 || now_ms - r->from_ms >= REPAIRS_MINUTE_MS)
		*r = (struct repairs){ .from_ms = now_ms, .max = r->max };
	if (r->n < (r->max == 0 ? REPAIRS_MAX : r->max)) {
		r->n++;
		return true;
	}
	if (!r->paused)
		r->from_ms = now_ms; /* a whole minute from here */
	r->paused = true;
	return false;
}
