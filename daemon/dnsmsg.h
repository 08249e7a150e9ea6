/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dnsmsg - stage 6 of 8: what a DNS message answers
 *
 * Reads the answer section of a reply for records of one type: names (PTR)
 * or addresses (A, AAAA).  Others, and records that are broken, are passed
 * over; a name that is no host name is not taken.  That the reply belongs to
 * our question has been checked by whoever received it.  Called by the
 * resolver; pure, no memory, linear.  And the names to ask for.
 */
#ifndef ZFW_DAEMON_DNSMSG_H
#define ZFW_DAEMON_DNSMSG_H

#include "fp/addr.h"

#define DNSMSG_NAMES    4
#define DNSMSG_ADDRS    64
#define DNSMSG_NAME_LEN 254 /* with NUL */

enum dnsmsg_type { DNSMSG_A = 1, DNSMSG_PTR = 12, DNSMSG_AAAA = 28 };

struct dnsmsg {
	unsigned rcode;
	bool truncated; /* there was more */
	uint32_t ttl_s; /* the least of the records taken; none: UINT32_MAX */
	size_t names_n, addrs_n;                   /* the first so many */
	char names[DNSMSG_NAMES][DNSMSG_NAME_LEN]; /* lower case */
	struct addr addrs[DNSMSG_ADDRS];
};

/* False: not a whole reply; what came before the fault has been taken. */
bool dnsmsg_parse(const void *p, size_t n, enum dnsmsg_type type,
    struct dnsmsg *out);
bool dnsmsg_has(const struct dnsmsg *m, const struct addr *a);

/*
 * The name under which an address is asked for, without a dot at its end:
 * 7.2.0.192.ZONE, or nibbles.  Zone empty: in-addr.arpa or ip6.arpa.
 * False: it would be too long.
 */
bool dnsmsg_reverse(const struct addr *a, struct str zone,
    char buf[DNSMSG_NAME_LEN]);

#endif
