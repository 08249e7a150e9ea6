/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_zone - the blocks in force as a dataset for rbldnsd, for other MXs
 *
 * zfw-stats --format rbldnsd: one scan of the store (db/scan.h: the daemon may
 * run or not, and is not asked), 16 bytes for each block, and one file of type
 * "combined" with IPv4 addresses and IPv6 networks.  Listed is who is blocked
 * as a whole at `now_ms` by a tier above the first, or by hand; and networks
 * that are blocked as a whole, told from the /64s in them as daemon/climb.h
 * does, but from those alone that are listed themselves.  Not listed: tier 1,
 * whose sender is offered a link here and would not be there; narrow blocks,
 * behind which there is a mail server; who is allowed, ours or never blocked;
 * anybody in shadow mode unless that is asked for.  In doubt nobody is listed.
 * Texts are zfw's own, and say the kind of reasons only.  Times are wall clock
 * milliseconds.  Borrows the policy; owns nothing afterwards.  0 or -errno,
 * with a sentence in `error` when it was not `f` that failed.
 */
#ifndef ZFW_TOOLS_STATS_ZONE_H
#define ZFW_TOOLS_STATS_ZONE_H

#include <stdio.h>

#include "daemon/policy.h"

#define STATS_ZONE_TEST    2  /* 127.0.0.2: RFC 5782's entry for tests */
#define STATS_ZONE_TIER    1  /* and the tier: 127.0.0.3 to 127.0.0.9 */
#define STATS_ZONE_ADMIN   10 /* 127.0.0.10: by hand */
#define STATS_ZONE_TTL_S   60
#define STATS_ZONE_VALID_S 3600 /* rbldnsd answers no longer from it */

struct stats_zone_opts {
	const char *dir; /* state_dir */
	int64_t now_ms;
	const struct policy *policy;
	bool shadow; /* in shadow mode list who would be blocked */
};

struct stats_zone_counts {
	size_t v4, v6, networks; /* listed: addresses, /64s, wider ones */
	uint64_t bad_records;    /* of the store, that could not be read */
};

int stats_zone(const struct stats_zone_opts *o, FILE *f,
    struct stats_zone_counts *out, char error[256]);

#endif
