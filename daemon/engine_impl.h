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
#include "daemon/msgid.h"
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
	struct logline_reader *reader; /* of lines, with logconf */
	struct log_event event;        /* of the line being read */
	struct logjoin *join;
	struct msgid *msgid;
	struct traits last;
	bool last_ok;

	struct net_list allow; /* policy's and the store's; owned */
	struct net_list own;   /* never blocked besides the policy's; owned */
	/* pairs of first bytes that spared IPv4 addresses have */
	uint64_t spared_v4[65536 / 64];
	int64_t rate_ms;     /* when rate_level was counted */
	uint64_t rate_level; /* new blocks that may come now, in 1/60000 */
	size_t walk;         /* write-back cursor */

	/* the client that the event at hand was judged by, and its P */
	const struct client *p_of;
	double p;

	struct engine_counts n;
};

/* Lets time pass: ends and renews blocks that are due, in their order. */
void engine_advance(struct engine *e, int64_t now_ms);

/* Never blocked, never judged: special ranges, ourselves, our hosts. */
bool engine_spared(const struct engine *e, const struct addr *a);
/* After a change of whom that is. */
void engine_spared_learn(struct engine *e);

void engine_emit(struct engine *e, enum engine_out_kind kind,
    const struct client *c, const struct engine_out *more);
void engine_save(struct engine *e, struct client *c);

/* That session of a blocked client is ended, where sessions are. */
void
engine_cut_one(struct engine *e, struct client *c, const struct session *s);

/* ---- engine_block.c, for engine_admin.c ---- */

/* A /64 with an allowed or spared address in it is not blocked as a whole. */
bool engine_exempt(const struct engine *e, const struct addr *key);
int64_t engine_until(const struct engine *e, uint32_t for_s);
/* False: the index is full, and the client must be spared. */
bool engine_index(struct engine *e, const struct addr *key, int64_t until_ms);
/* Puts an indexed block on the client's record, and says so. */
void engine_set(struct engine *e, struct client *c, uint8_t tier,
    uint32_t for_s, const struct score *s);
/* False: it was not blocked. */
bool engine_unset(struct engine *e, struct client *c, const char *why);
void engine_score(struct engine *e, const struct client *c, struct score *s);

/* Ends all blocks of that network; -ENOENT when there are none. */
int engine_lift(struct engine *e, const struct net *net, const char *why);

/* How sure we are of a zombie now. */
double engine_p(struct engine *e, const struct client *c);

/* The callback of evidence: stages 7 and 8. */
void engine_judge(void *arg, struct client *c);

#endif
