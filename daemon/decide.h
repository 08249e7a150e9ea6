/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * decide - stage 8 of 8: score and history -> what to do, and for how long
 *
 * Pure and total: every doubtful case lets mail through.  Called by the
 * engine when new evidence came in.  The jitter is a stable hash of client
 * and offence, so that live and replay say the same.
 */
#ifndef ZFW_DAEMON_DECIDE_H
#define ZFW_DAEMON_DECIDE_H

#include "daemon/policy.h"
#include "daemon/score.h"

enum decide_what {
	DECIDE_PASS,       /* below the limit */
	DECIDE_IMMUNE,     /* over it, but known good */
	DECIDE_ONE_FAMILY, /* over it, but only one kind of witness */
	DECIDE_SHARED, /* over it, but a mail server that cannot be told from
	                      it is behind the address as well: its session
	                      may be ended, no more */
	DECIDE_BLOCK,
};

struct decision {
	enum decide_what what;
	uint8_t tier;     /* 1.. when DECIDE_BLOCK */
	uint32_t for_s;   /* with jitter */
	uint8_t narrow_n; /* stacks that are to be blocked; 0: the address */
	struct stack narrow[CLIENT_NARROW];
};

/*
 * Whose deeds are to be judged?  Where wanted mail comes from another machine
 * behind the address, the one at hand is judged alone (view.h), whatever the
 * address has earned; `profile`: it has the good profile.  Who has sent such
 * mail itself is judged with all that the address has earned.
 */
enum decide_who { DECIDE_ADDRESS, DECIDE_FACE };
enum decide_who
decide_who(const struct client *c, bool profile, int64_t now_ms);

struct decision decide(const struct policy *p, const struct client *c,
    const struct score *s, int64_t now_ms);

/*
 * Where a near-certain zombie starts of which we know that no name vouches
 * for it: ten minutes would only give away its second visit.  0 = it is not
 * one.  Also asked while it is blocked: what completes the picture often
 * comes a moment after what was enough.
 */
uint8_t decide_certain(const struct policy *p, const struct client *c,
    const struct score *s, uint32_t *for_s);

/* The tier of the next offence, from the history alone. */
uint8_t
decide_tier(const struct policy *p, const struct client *c, int64_t now_ms);

#endif
