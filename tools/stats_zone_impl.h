/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_zone_impl - what the parts of stats_zone share
 *
 * stats_zone.c reads the store into entries and networks that are exempt;
 * stats_zone_choose.c leaves one entry of each key, says who is listed and
 * adds the networks above; stats_zone_write.c writes.  All of struct zone is
 * owned by stats_zone().  No memory: `failed`, and the caller ends with that.
 */
#ifndef ZFW_TOOLS_STATS_ZONE_IMPL_H
#define ZFW_TOOLS_STATS_ZONE_IMPL_H

#include <endian.h>
#include <string.h>

#include "daemon/evidence_kind.h"
#include "tools/stats_zone.h"

#define ZONE_TIER_LEAST 2

/* Kinds of reasons, a bit each. */
#define ZONE_KINDS   (1U << FAMILY_GOOD)
#define ZONE_NETWORK ZONE_KINDS /* and one more: a whole network */

enum zone_flag {
	ZONE_LISTED = 1,
	ZONE_CLIMBS = 2, /* counts for the networks above it */
	ZONE_GOOD = 4,   /* they are not blocked because of it */
};

/* A million of these. */
struct zone_entry {
	uint64_t key;  /* an IPv4 address, or the first half of an IPv6 one */
	uint8_t bits;  /* 32; 64, 56, 48 */
	uint8_t flags; /* enum zone_flag */
	uint8_t value; /* of 127.0.0.x */
	uint8_t kinds;
	uint8_t
	    pass; /* of two forms of a record that of the later one counts */
};

_Static_assert(sizeof(struct zone_entry) == 16, "a million of these");

struct zone {
	const struct stats_zone_opts *o;
	struct stats_zone_counts *counts;
	struct client *client; /* for the reader alone */
	struct zone_entry *entry;
	size_t n, max;
	struct net *exempt;
	size_t exempt_n, exempt_max;
	uint8_t pass;
	bool failed; /* no memory */
};

static inline uint64_t
zone_pack(const struct addr *a)
{
	uint64_t key;

	memcpy(&key, a->b, sizeof(key));
	key = be64toh(key);
	return a->family == 6 ? key : key >> 32;
}

void zone_add(struct zone *z, const struct zone_entry *e);
void zone_exempt(struct zone *z, const struct net *net);
/* Sorts: IPv4 by key, IPv6 by key, then the networks above. */
void zone_choose(struct zone *z);
/* The first entry, before the networks above, that is not below that key. */
size_t zone_from(const struct zone *z, bool v4, uint64_t key);
int zone_write(const struct zone *z, FILE *f); /* 0 or -errno */

#endif
