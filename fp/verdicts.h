/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * verdicts - stage 1 of 8: which queued packets still lack a verdict
 *
 * The kernel numbers queued packets one after the other, and takes a verdict
 * either for one of them or for all up to a number.  This keeps, by number
 * only, what was decided and what still waits, and says with how few messages
 * the kernel can be told: in order in runs, one by one behind a packet that
 * waits.  Pure, embedded in nfqueue; `now_ms` is monotonic.  Numbers wrap
 * around.  Bounded: no more than VERDICTS_MAX between the oldest that is not
 * told and the latest.
 */
#ifndef ZFW_FP_VERDICTS_H
#define ZFW_FP_VERDICTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERDICTS_MAX 4096 /* a power of two */

enum verdict {
	VERDICT_NONE, /* no such packet, or told */
	VERDICT_DROP,
	VERDICT_ACCEPT,
	VERDICT_WAIT,
};

struct verdicts {             /* zeroed by its owner; private */
	uint32_t first, next; /* numbers from here, and up to here */
	uint32_t scan;        /* behind packets that wait: looked at so far */
	size_t waiting, decided;
	struct {
		int64_t t_ms;
		uint32_t id;
		uint8_t state; /* enum verdict */
	} v[VERDICTS_MAX];
};

/* A packet; false: no room, the caller tells its verdict by itself. */
bool verdicts_put(struct verdicts *v, uint32_t id, enum verdict what,
    int64_t now_ms);
/* False: that one does not wait (any more). */
bool verdicts_answer(struct verdicts *v, uint32_t id, bool accept);
/* Accepts what has waited for `limit_ms`; how many. */
size_t verdicts_late(struct verdicts *v, int64_t now_ms, int64_t limit_ms);

struct verdict_told {
	uint32_t id;
	bool all; /* for all up to that number, else for that one only */
	bool accept;
};
/* What to tell the kernel next, in this order; false: nothing now. */
bool verdicts_next(struct verdicts *v, struct verdict_told *out);

#endif
