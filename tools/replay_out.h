/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_out - what the engine decided, as text or JSON lines
 *
 * One line per block, unblock, dropped SYN and cut session, in order of time; the fields
 * of the JSON are documented in zfw-replay(1) and are a contract.
 */
#ifndef ZFW_TOOLS_REPLAY_OUT_H
#define ZFW_TOOLS_REPLAY_OUT_H

#include <stdio.h>

#include "daemon/engine.h"

struct replay_out {
	FILE *f;
	bool jsonl;
	int64_t minute_s; /* which `when` has; ours */
	char when[32];
};

void replay_out_event(void *arg, const struct engine_out *o);
/* `clients` are remembered, in memory or not. */
void replay_out_summary(const struct engine *e, size_t clients, FILE *f);

#endif
