/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * play - tests only: one session, its packets and what Postfix logs of it
 *
 * Draws what the session shows, speaks for both sides, writes packets and log
 * lines of the same times, and tells the oracle each thing as it is shown.
 */
#ifndef ZFW_TESTS_TOOLS_DAY_PLAY_H
#define ZFW_TESTS_TOOLS_DAY_PLAY_H

#include "tests/tools/day/flow.h"
#include "tests/tools/day/oracle.h"

#define USERS  2000 /* real recipients */
#define TRAPS  12   /* the first half is refused, the rest is taken */
#define DOMAIN "example.org"

struct play_conf {
	struct plan *plan;
	struct oracle *oracle;
	struct out *out;
	bool noport;
};

void
play_session(const struct play_conf *pc, struct session *s, struct dice *dice);
/* We deliver mail to a server of theirs, or it comes back. */
void play_outbound(const struct play_conf *pc, const struct client *c,
    int64_t t_us, struct dice *dice);
/* The recipients that exist and the traps, by number. */
const char *play_user(unsigned i, char buf[64]);
const char *play_trap(unsigned i, char buf[64]);

#endif
