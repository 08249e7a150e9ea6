/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rejlog - which rejections are worth a line in the log
 *
 * A client key gets one line a day, and all of them together REJLOG_MINUTE a
 * minute: "whom did we reject" is asked of the log, and a flood must not fill
 * it.  Remembers REJLOG_SLOTS keys by a keyed hash; when there are more, the
 * one that is soonest due again is forgotten, and may get a second line.
 * Times are monotonic.  Cannot fail once it is there.
 */
#ifndef ZFW_FRONT_REJLOG_H
#define ZFW_FRONT_REJLOG_H

#include "fp/addr.h"
#include "fp/hash.h"

#define REJLOG_SLOTS  8192
#define REJLOG_WAYS   4
#define REJLOG_MINUTE 60
#define REJLOG_DAY_MS (24 * 3600 * 1000LL)

struct rejlog {
	struct hash_key key;
	int64_t minute_ms; /* when this minute began */
	unsigned lines;    /* in it */
	uint64_t left_out; /* since the last line */
	struct {
		uint64_t hash; /* 0 = free */
		int64_t due_ms;
	} slots[REJLOG_SLOTS];
};

struct rejlog *rejlog_new(const struct hash_key *key); /* free() it */
/*
 * True: write a line about it.  *left_out: how many were not written since the
 * last one because there were too many in a minute.
 */
bool rejlog_due(struct rejlog *l, const struct addr *who, int64_t now_ms,
    uint64_t *left_out);

#endif
