/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * soakclient - tests only: who connects next
 *
 * Mail servers are of 198.18.0.0/15 and always say the same name; zombies are
 * of 240.0.0.0/5, each sixth of 2001:db8:8000::/33 with a /64 of its own.
 * There is a pool of zombies: some connections are of the next in it, the
 * others of one of the last SOAKCLIENT_RECENT.  After the last comes the
 * first again.  Pure values, no memory, no clock.  Used by soakgen.
 */
#ifndef ZFW_TESTS_TOOLS_SOAKCLIENT_H
#define ZFW_TESTS_TOOLS_SOAKCLIENT_H

#include "tests/tools/lib/soaktalk.h"
#include "tests/tools/lib/stackmix.h"

#define SOAKCLIENT_SERVERS 3000
#define SOAKCLIENT_RECENT  65536

struct soakclients {
	unsigned zombies_percent, new_percent;
	uint32_t pool;
	uint64_t zombies; /* so many were the next so far */
};

struct soakclient {
	struct stackmix_host host;
	char helo[48], name[64]; /* the latter as in Postfix's log */
};

/* The client of the nth connection. */
enum soak_kind
soakclient_draw(struct soakclients *c, uint64_t nth, struct soakclient *out);

/* For a table by address. */
uint32_t soakclient_bits(const struct addr *a);

#endif
