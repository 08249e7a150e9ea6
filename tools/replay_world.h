/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_world - one policy at work on a recording
 *
 * An engine that enforces its blocks and cuts sessions, with all that looks
 * at what it does: the printer, the effect against a truth, the comparison
 * with another world, the story of single addresses.  What it remembers of
 * clients beyond a small cache lies in a temporary file (replay_spill.h), or
 * in a store that is to stay (replay_state.h).
 * Replay feeds every world the same packets and lines.
 */
#ifndef ZFW_TOOLS_REPLAY_WORLD_H
#define ZFW_TOOLS_REPLAY_WORLD_H

#include "tools/replay_diff.h"
#include "tools/replay_explain.h"
#include "tools/replay_out.h"
#include "tools/replay_spill.h"
#include "tools/replay_state.h"
#include "tools/replay_effect.h"

/* Clients in memory at most; all that are connected should have room. */
#define WORLD_CLIENTS 4096

struct world_policy {          /* all borrowed */
	struct policy *policy; /* enforced, and clients_max kept small */
	struct sigcache *sigs;
	struct patterns *patterns;
};

struct world_conf {
	struct world_policy with;
	bool witness; /* there are captures ... */
	int64_t witness_from_ms;
	struct replay_out *out;    /* prints; NULL: not */
	struct diff *diff;         /* NULL: no other world */
	size_t which;              /* of them */
	struct explain *explain;   /* NULL: nobody is explained */
	const struct truth *truth; /* NULL: nobody knows */
	struct state *state; /* takes what there is; borrowed; NULL: nothing */
};

struct world {
	struct world_conf conf;
	struct engine *engine;
	struct spill *spill;
	struct effect *effect; /* NULL without a truth */
};

/* False when memory is short; world_fini() all the same. */
bool world_init(struct world *w, const struct world_conf *conf);
void world_fini(struct world *w);

void world_packet(struct world *w, const struct packet *p);
void world_line(struct world *w, struct str line, int64_t now_ms);
void world_tick(struct world *w, int64_t now_ms);
/* There is no more. */
void world_end(struct world *w);
/* Clients that it remembers. */
size_t world_clients(const struct world *w);

#endif
