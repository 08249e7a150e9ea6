/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dnscache - stage 6 of 8: what DNS said of an address, for a while
 *
 * A table of fixed size, keyed by the whole address under a secret key, since
 * strangers choose it.  An entry is waiting (queued or being asked for) or
 * known until a time; a full place gives up what is known first and runs out
 * soonest, never what is waited for.  Used by the resolver alone; memory is
 * taken once.  Times are monotonic milliseconds.
 */
#ifndef ZFW_DAEMON_DNSCACHE_H
#define ZFW_DAEMON_DNSCACHE_H

#include "daemon/dnsmsg.h"
#include "fp/hash.h"

enum dnscache_state { DNSCACHE_FREE, DNSCACHE_WAITING, DNSCACHE_KNOWN };

struct dnscache_entry {
	enum dnscache_state state;
	struct addr addr;
	int64_t until_ms; /* KNOWN */
	bool queued;      /* its address is in the resolver's queue */
	uint8_t what;     /* enum resolver_name */
	unsigned listed;  /* bit i: on list i */
	char name[DNSMSG_NAME_LEN];
};

struct dnscache;
struct dnscache *dnscache_new(size_t slots, const struct hash_key *key);
void dnscache_free(struct dnscache *c); /* NULL is allowed */

/* NULL: not there, or over.  Borrowed until the next dnscache_take(). */
struct dnscache_entry *
dnscache_get(struct dnscache *c, const struct addr *a, int64_t now_ms);
/* A WAITING one for it, there or new; NULL: all places there are waiting. */
struct dnscache_entry *
dnscache_take(struct dnscache *c, const struct addr *a, int64_t now_ms);

#endif
