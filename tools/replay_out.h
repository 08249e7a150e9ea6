/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_out - what the engine decided, as text or JSON lines
 *
 * One line per block, unblock and dropped SYN, in order of time; the fields
 * of the JSON are documented in zfw-replay(1) and are a contract.
 */
#ifndef ZFW_TOOLS_REPLAY_OUT_H
#define ZFW_TOOLS_REPLAY_OUT_H

#include <stdio.h>

#include "daemon/engine.h"

struct replay_out {
	FILE *f;
	bool jsonl;
};

void replay_out_event(void *arg, const struct engine_out *o);
void
replay_out_summary(struct replay_out *out, const struct engine *e, FILE *f);

#endif
