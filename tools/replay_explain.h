/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_explain - the story of single addresses in a replay
 *
 * Tells on one line whenever what zfw thinks of one of them changes, and at
 * the end all that led to it: the text of `zfwctl why`.  Called by replay
 * after each packet and line; looks at those that are about one of the
 * addresses only.
 */
#ifndef ZFW_TOOLS_REPLAY_EXPLAIN_H
#define ZFW_TOOLS_REPLAY_EXPLAIN_H

#include <stdio.h>

#include "daemon/engine.h"

#define EXPLAIN_MAX         32
#define EXPLAIN_VERDICT_LEN 32

struct explain_one {
	struct addr addr;
	char text[ADDR_STRLEN]; /* as logs have it */
	char verdict[EXPLAIN_VERDICT_LEN];
};

struct explain { /* all zero: nobody */
	struct explain_one v[EXPLAIN_MAX];
	size_t n;
	FILE *out;
	const struct policy *policy;
};

/* False: no address, or too many. */
bool explain_add(struct explain *x, const char *address);
void explain_packet(struct explain *x, struct engine *e);
void explain_line(struct explain *x, struct engine *e, struct str line);
void explain_end(struct explain *x, struct engine *e);

#endif
