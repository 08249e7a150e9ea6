/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine_impl - what the files of the engine share; nobody else includes it
 */
#ifndef ZFW_DAEMON_ENGINE_IMPL_H
#define ZFW_DAEMON_ENGINE_IMPL_H

#include "daemon/attempts.h"
#include "daemon/blocks.h"
#include "daemon/climb.h"
#include "daemon/knocks.h"
#include "daemon/engine.h"
#include "daemon/evidence.h"
#include "daemon/logjoin.h"
#include "daemon/msgid.h"
#include "fp/dedup.h"

#define ENGINE_NETS_MAX 65536 /* allow entries and own addresses */
#define ENGINE_CLICKS   512   /* networks that clicked today */

struct engine_clicks {
	struct addr site;
	uint32_t day;
	uint32_t n;
};

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
	struct climb *climb;
	struct knocks *knocks;
	struct client over; /* lent by engine_climbed(), and for SYNs */
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

	struct addr at;    /* the session that the event is about: ... */
	uint16_t at_port;  /* ... 0 = none */
	bool front;        /* tier 1 can be rejected */
	bool no_narrow;    /* the kernel cannot */
	int64_t inline_ms; /* when to look for spam-only stacks next */
	struct engine_clicks clicks[ENGINE_CLICKS];

	struct engine_counts n;
	struct tally tally;
	struct attempts *attempts; /* of these, that were stopped */
	bool stopped; /* the SYN at hand, or it would be in enforce mode */
};

/* Lets time pass: ends and renews blocks that are due, in their order. */
void engine_advance(struct engine *e, int64_t now_ms);

bool engine_port(const struct policy *p, uint16_t port); /* of ours? */

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

/* ---- engine_syn.c ---- */

/* Is there a block on that address which hits that stack (NULL: any)? */
bool engine_hits(struct engine *e, const struct addr *a, const struct stack *s);
/* And is this session not one that was let through to be looked at? */
bool engine_stops(struct engine *e, const struct session *s);
bool engine_audit(const struct engine *e, const struct client *c,
    const struct session *s);
/* Is the event at hand of a session that was let through so? */
bool engine_sampled(struct engine *e, const struct client *c);
/* The event is of that session: of which machine, if of several? */
void engine_begin(struct engine *e, const struct session *s, bool opens);
void engine_end(struct engine *e, const struct addr *client);
/* When sessions of that stack were ended last, if it was of late; or 0. */
int64_t engine_ended_ms(struct engine *e, const struct addr *key,
    const struct stack *s);
/* True: the SYN falls under an active block, and its connection ends here. */
bool engine_syn_stopped(struct engine *e, const struct traits *t);

/* ---- engine_policy.c ---- */

/* True: that SYN comes from a listed network, and its connection ends here. */
bool engine_listed_stopped(struct engine *e, const struct traits *t);

/* ---- engine_ends.c ---- */

/*
 * A SYN of that stack falls under its block.  True: another machine than the
 * one that offended may have sent it; not so a copy of that one's SYN, which
 * some systems send with fewer options.
 */
bool engine_knock(struct engine *e, const struct block *b,
    const struct stack *stack, uint16_t port);
/* Its record is at hand: adds what was counted without it. */
void engine_knocked(struct engine *e, struct client *c);
/* What is over stays over, also where the clock is set back behind its end. */
void engine_stays_over(struct engine *e, struct client *c);
/* Pushes out a block of that tier or below; false: there is none at hand. */
bool engine_make_room(struct engine *e, uint8_t tier);
/* Takes it out of index and kernel, without more. */
void engine_end_early(struct engine *e, struct client *c, const char *why);

/* ---- engine_climb.c ---- */

/* Is there anything that speaks for it? */
bool engine_good(const struct engine *e, const struct client *c);
/* A block of it has begun; `s` NULL: at start. */
void
engine_climb(struct engine *e, const struct client *c, const struct score *s);
/* Nothing above that network is blocked any more, nor will be. */
void
engine_climb_spoil(struct engine *e, const struct net *net, const char *why);
/* If it is good. */
void engine_climb_good(struct engine *e, const struct client *c);
void engine_climb_tick(struct engine *e);
struct engine_wanted engine_climb_wanted(const struct engine *e, size_t i);
uint32_t engine_left_s(const struct engine *e, int64_t until_ms);

/* ---- engine_tally.c: counts what tally.h says ---- */

/* A SYN falls under a block, and that becomes of it. */
void engine_tally_attempt(struct engine *e, const struct traits *t,
    enum tally_kind k);
/* A line about a client; only where nothing is captured. */
void engine_tally_line(struct engine *e, const struct log_event *ev);
/* Before the session's event is dealt with, for that may end it; and after. */
void engine_tally_early(struct engine *e, enum session_event ev,
    const struct session *s);
void engine_tally_session(struct engine *e, enum session_event ev,
    const struct session *s);
void engine_tally_cut(struct engine *e, const struct client *c,
    const struct session *s);
/* A message is accepted: of the session of that client from that port. */
void engine_tally_mail(struct engine *e, const struct addr *key, uint16_t port);
/* A block is about to be put on the record. */
void engine_tally_block(struct engine *e, struct client *c, bool by_hand);
/* One was lifted early because of that. */
void engine_tally_lifted(struct engine *e, enum evidence_kind why);
/* One was over in time. */
void engine_tally_ended(struct engine *e, const struct client *c);
void engine_tally_knock(struct knock *k, int64_t now_ms);
/* Is one of these knocks a return to a block that began then? */
bool engine_tally_back(const struct knock *k, int64_t from_ms);

/* ---- engine_front.c, engine_inline.c ---- */

/* Has somebody said, by a click, that it is a mail server? */
bool engine_trusted(const struct engine *e, const struct client *c);
/* It has offended in spite of that. */
void engine_broken(const struct engine *e, struct client *c);
void engine_inline_tick(struct engine *e);

/* ---- engine_set.c ---- */

struct engine_new { /* a block to be */
	uint8_t tier;
	uint32_t for_s;
	uint8_t narrow_n; /* 0: the whole address */
	struct stack narrow[CLIENT_NARROW];
};
/* The same with all that the kernel is told of it. */
bool engine_index_client(struct engine *e, const struct client *c);
/* Those sessions that it has open now end with the block that begins. */
void engine_cut_all(struct engine *e, struct client *c);
/* Its time is over; its lease goes on. */
void engine_ended(struct engine *e, const struct client *c);
void engine_renewed(struct engine *e, const struct client *c);

/* ---- engine_narrow.c ---- */

/* The stacks of a new block; of a whole one, whose it was. */
void engine_set_narrow(const struct engine *e, struct client *c,
    const struct engine_new *b, const struct client *old);
/* Another stack knocks on that whole block: only who offended stays out. */
void engine_narrow(struct engine *e, const struct addr *key);
/* One more stack of a client that is blocked narrowly. */
void engine_set_more(struct engine *e, struct client *c,
    const struct stack *stack, const struct score *s);

/* ---- engine_block.c, for engine_admin.c ---- */

/* A /64 with an allowed or spared address in it is not blocked as a whole. */
bool engine_exempt(const struct engine *e, const struct addr *key);
int64_t engine_until(const struct engine *e, uint32_t for_s);
/* False: the index is full, and the client must be spared. */
bool engine_index(struct engine *e, const struct addr *key, int64_t until_ms,
    uint8_t tier);
/* Puts an indexed block on the client's record, and says so. */
void engine_set(struct engine *e, struct client *c, const struct engine_new *b,
    const struct score *s);
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
