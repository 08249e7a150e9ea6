/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_tally_impl - what the files of replay_tally share; nobody else
 * includes it
 */
#ifndef ZFW_TOOLS_REPLAY_TALLY_IMPL_H
#define ZFW_TOOLS_REPLAY_TALLY_IMPL_H

#include "daemon/logjoin.h"
#include "tools/replay_conn.h"
#include "tools/replay_tally.h"

#define TALLY_NOTES_MAX 256

/* flags of a client */
enum { TALLY_SEEN = 1, TALLY_BLOCKED = 2, TALLY_HIT = 4 };

/* What is remembered of each address of the truth. */
struct tally_client {
	uint32_t conn; /* its latest connection */
	uint8_t flags;
};

/* What a callback told, to be looked at when the engine is done with it. */
struct tally_note {
	struct addr client;
	uint16_t port;
	bool cut;
	uint8_t stage;
};

struct tally {
	struct tally_conf conf;
	struct session_table *sessions; /* of what really happened */
	struct conns *conns;
	struct tally_client *state; /* [truth->n] */
	struct tally_sum *sum;      /* [truth->labels_n] */
	struct logline_conf logconf;
	struct logjoin *join;
	struct tally_note notes[TALLY_NOTES_MAX];
	size_t notes_n;
	struct engine *engine; /* of the call */
	int64_t now_ms;
	struct stat_calib firsts, all;
};

/* The callback of conns: counts one that is over; `arg` is the tally. */
void tally_count(void *arg, const struct conn *c);

#endif
