/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * statsfake - tests only: a struct stats as of a real gateway
 *
 * Fills what stats_read() would, from a seed: a day and night of people, the
 * waves of zombies, groups of all kinds with their machines.  For the tests of
 * the writers, which so need no store.  Addresses and names are of the
 * documentation ranges.  With `hostile`, the first groups, machines and
 * mistakes have names that try to be markup, turn the direction of writing,
 * are no UTF-8 or are 1,000 characters long.  statsfake_free() frees it.
 */
#ifndef ZFW_TESTS_TOOLS_STATSFAKE_H
#define ZFW_TESTS_TOOLS_STATSFAKE_H

#include "tools/stats.h"

struct statsfake {
	uint64_t seed;
	int64_t until_ms;
	unsigned days;   /* that are asked for, of history; 0 = none at all */
	unsigned hours;  /* 0, or how long ago the history began */
	uint8_t modes;   /* enum tally_mode; both: the first third shadow */
	size_t groups;   /* of each kind */
	size_t machines; /* of each group, at most */
	size_t mistakes;
	bool hostile;
};

void statsfake_make(const struct statsfake *how, struct stats *out);
void statsfake_free(struct stats *s);

#endif
