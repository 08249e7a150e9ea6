/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_effect - what the engine's decisions did to zombies and to servers
 *
 * Beside an engine that enforces its blocks, follows what really happened:
 * the packets of connections that were prevented or cut are in the recording
 * all the same, so a session table of its own, without an engine, sees what
 * each would have delivered.  Counts by the labels of a truth file.
 *
 * A connection is one that completed its handshake in the recording.  It is
 * *dropped* when the SYN that began it fell under a block, and *cut* when the
 * engine ended it.  A message counts when its body was answered on the wire;
 * where commands cannot be read (TLS, one side captured), when the log gives
 * it a queue id.  It is through when that was before the cut.  Without captures
 * the log's connect lines are the connections.
 *
 * Called by replay with the same packets and lines as the engine, just after
 * it.  Memory is bounded by the policy's session tables; a connection that
 * finds no room is counted as it is.  NULL only when memory is short.
 */
#ifndef ZFW_TOOLS_REPLAY_EFFECT_H
#define ZFW_TOOLS_REPLAY_EFFECT_H

#include "daemon/engine.h"
#include "tools/replay_stat.h"
#include "tools/replay_truth.h"

enum effect_stage {
	EFFECT_HANDSHAKE,
	EFFECT_GREETING,
	EFFECT_HELO,
	EFFECT_RCPT,
	EFFECT_CLOSE,
	EFFECT_STAGES,
};
extern const char *const effect_stage_name[EFFECT_STAGES];

struct effect_mail {
	uint64_t all, through;             /* through: not prevented */
	uint64_t first_all, first_through; /* in first connections */
	uint64_t first_would;              /* first connections with any */
	uint64_t first_saved;              /* of them: none was through */
};

/* Sums; first_ is of each client's first connection. */
struct effect_sum {
	uint64_t clients;     /* that connected */
	uint64_t hit_clients; /* of them: with a connection dropped or cut */
	uint64_t blocked;     /* that were ever blocked, connected or not */
	uint64_t conns, dropped, cut;
	uint64_t first_dropped, first_cut;
	struct effect_mail sent;      /* bodies, whatever became of them */
	struct effect_mail taken;     /* of them: accepted */
	uint64_t over[EFFECT_STAGES]; /* firsts over the limit after a stage */
};

struct effect_conf {
	const struct policy *policy;
	const struct truth *truth;
	bool wire; /* there are captures */
};

struct effect;

struct effect *effect_new(const struct effect_conf *conf);
void effect_free(struct effect *t);

/* From the engine's callbacks. */
void effect_session(struct effect *t, enum session_event ev,
    const struct session *s);
void effect_out(struct effect *t, const struct engine_out *o);

/* After the engine had it. */
void effect_packet(struct effect *t, struct engine *e, const struct packet *p);
void effect_line(struct effect *t, struct engine *e, struct str line,
    int64_t now_ms);
void effect_tick(struct effect *t, struct engine *e, int64_t now_ms);
/* All that is still open is counted. */
void effect_end(struct effect *t, struct engine *e);

const struct effect_sum *effect_of_label(const struct effect *t, size_t label);
struct effect_sum effect_of_kind(const struct effect *t, enum truth_kind kind);
/* The probability soon after each client's first session ... */
const struct stat_calib *effect_firsts(const struct effect *t);
/* ... and when any ended on the wire, was dropped or cut. */
const struct stat_calib *effect_all(const struct effect *t);

#endif
