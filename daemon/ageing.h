/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ageing - which remembered clients are worth their place
 *
 * For the sweep of the store (live_sweep.c).  Each client has a time that it
 * is still worth remembering: none when it was only passing by a month ago, a
 * year and more when it sends wanted mail.  Who is blocked, trusted by a click
 * or barred from links stays until that is over.  When there are more than
 * the configuration allows, those with the least time left go: a round over
 * all of them counts how much each has, in hours, and the next one takes what
 * is too many.  Pure; times are wall clock milliseconds, and one that lies in
 * the future counts as now.
 */
#ifndef ZFW_DAEMON_AGEING_H
#define ZFW_DAEMON_AGEING_H

#include "daemon/client.h"

/* Days after it was last seen, or last did or got what is named. */
#define AGEING_ONCE_D   30  /* came once, nothing is held against it */
#define AGEING_AGAIN_D  60  /* came again */
#define AGEING_ZOMBIE_D 30  /* was blocked; and clean_period a tier */
#define AGEING_MAIL_D   180 /* had mail accepted, or clicked */
#define AGEING_GOOD_D   400 /* on three days, or is a user or peer of ours */

/* 0: it may be forgotten. */
int64_t
ageing_left_ms(const struct client *c, uint32_t clean_s, int64_t now_ms);

#define AGEING_HOURS (24 * 420)

struct ageing {                      /* 40 kB */
	uint64_t n;                  /* clients in this round */
	uint32_t left[AGEING_HOURS]; /* ... by the hours they have left */
};

void ageing_begin(struct ageing *a);
void ageing_count(struct ageing *a, int64_t left_ms);
/*
 * From which time left on a client stays, so that at most `max` do; 0: all do.
 * When they are too many it makes some room: a twentieth of `max`.
 */
int64_t ageing_limit_ms(const struct ageing *a, uint64_t max);

#endif
