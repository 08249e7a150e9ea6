/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine_impl - what the files of the engine share; nobody else includes it
 */
#ifndef ZFW_DAEMON_ENGINE_IMPL_H
#define ZFW_DAEMON_ENGINE_IMPL_H

#include "daemon/blocks.h"
#include "daemon/engine.h"
#include "daemon/evidence.h"
#include "daemon/logjoin.h"
#include "fp/dedup.h"

#define ENGINE_NETS_MAX 65536 /* allow entries and own addresses */

struct engine {
	struct engine_conf conf;
	const struct policy *policy;
	int64_t now_ms;
	int64_t cause_ms;     /* of the packet or line being handled */
	int64_t port_seen_ms; /* when a log line last named a client's port */

	struct dedup *dedup;
	struct session_table *sessions;
	struct client_table *clients;
	struct evidence *evidence;
	struct blocks *blocks;
	struct logline_conf logconf;
	struct logjoin *join;
	struct traits last;
	bool last_ok;

	struct net_list allow; /* policy's and the store's; owned */
	struct net_list own;   /* never blocked besides the policy's; owned */
	int64_t rate_ms;       /* when rate_level was counted */
	uint64_t rate_level;   /* new blocks that may come now, in 1/60000 */
	size_t walk;           /* write-back cursor */

	struct engine_counts n;
};

/* Lets time pass: ends and renews blocks that are due, in their order. */
void engine_advance(struct engine *e, int64_t now_ms);

/* Never blocked, never judged: special ranges, ourselves, our hosts. */
bool engine_spared(const struct engine *e, const struct addr *a);

void engine_emit(struct engine *e, enum engine_out_kind kind,
    const struct client *c, const struct engine_out *more);
void engine_save(struct engine *e, struct client *c);

/* The callback of evidence: stages 7 and 8. */
void engine_judge(void *arg, struct client *c);

#endif
