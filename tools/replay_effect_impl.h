/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_effect_impl - what the files of replay_effect share; nobody else
 * includes it
 */
#ifndef ZFW_TOOLS_REPLAY_EFFECT_IMPL_H
#define ZFW_TOOLS_REPLAY_EFFECT_IMPL_H

#include "daemon/logjoin.h"
#include "tools/replay_conn.h"
#include "tools/replay_effect.h"

#define EFFECT_NOTES_MAX 256

/* flags of a client */
enum { EFFECT_SEEN = 1, EFFECT_BLOCKED = 2, EFFECT_HIT = 4 };

/* What is remembered of each address of the truth. */
struct effect_client {
	uint32_t conn; /* its latest connection */
	uint8_t flags;
};

/* What a callback told, to be looked at when the engine is done with it. */
struct effect_note {
	struct addr client;
	uint16_t port;
	bool cut;
	uint8_t stage;
};

struct effect {
	struct effect_conf conf;
	struct session_table *sessions; /* of what really happened */
	struct conns *conns;
	struct effect_client *state; /* [truth->n] */
	struct effect_sum *sum;      /* [truth->labels_n] */
	struct logline_conf logconf;
	struct logjoin *join;
	struct effect_note notes[EFFECT_NOTES_MAX];
	size_t notes_n;
	struct engine *engine; /* of the call */
	int64_t now_ms;
	struct stat_calib firsts, all;
};

/* The callback of conns: counts one that is over; `arg` is the effect. */
void effect_count(void *arg, const struct conn *c);

#endif
