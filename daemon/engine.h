/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine - stages 2 to 8 in one pure object
 *
 * The same code live, in replay and in scenarios: packets and log lines go
 * in with their times, decisions come out of a callback.  No clock, no I/O,
 * no randomness.  Time never goes back, but by engine_clock(): an older time
 * is taken as the latest seen.  All memory is taken in engine_new().  The caller owns what the
 * policy points to and feeds:
 *
 *   engine_packet()  every captured packet, in order
 *   engine_line()    every complete log line, in order per source
 *   engine_tick()    at least once a second of its time
 *
 * Odd input is counted (engine_counts()), never an error.
 */
#ifndef ZFW_DAEMON_ENGINE_H
#define ZFW_DAEMON_ENGINE_H

#include "daemon/botnet.h"
#include "daemon/client.h"
#include "daemon/logline.h"
#include "daemon/pattern.h"
#include "daemon/policy.h"
#include "daemon/score.h"
#include "daemon/tally.h"
#include "fp/session.h"
#include "fp/stack.h"
#include "fp/traits.h"

enum engine_out_kind {
	ENGINE_BLOCK,    /* a new block, or a higher tier */
	ENGINE_UNBLOCK,  /* ended early: by admin, good mail, login */
	ENGINE_EXPIRE,   /* ended by time (the kernel does this itself) */
	ENGINE_RENEW,    /* the lease of a block that goes on */
	ENGINE_SYN_DROP, /* a SYN that fell under an active block */
	ENGINE_ORPHAN,   /* a log line about a client that never shook hands */
	ENGINE_CUT,      /* an open session of a client that is now blocked */
	ENGINE_MOVE,     /* an element whose block goes on in another set */
	ENGINE_OUTS,
};

struct engine_out {
	enum engine_out_kind kind;
	int64_t t_ms;
	int64_t cause_ms; /* of the packet or line that completed it */
	const struct client *client;
	struct net net;     /* IPv6: /64, or /56 or /48 when whole
				      networks are blocked */
	struct stack stack; /* what the element is narrowed to; CUT:
				      the session's */
	uint8_t action;     /* enum client_action, of the same */
	struct addr server; /* CUT: the other end of the session ... */
	uint16_t server_port;
	struct addr address; /* CUT, SYN_DROP: the client's very address */
	uint16_t port;       /* CUT, SYN_DROP: the client's */
	uint32_t timeout_s;  /* BLOCK, RENEW: for the kernel, <= lease */
	const struct score *score; /* BLOCK: every term; else NULL */
	const char *why;           /* UNBLOCK: a few words */
	bool shadow;
};

struct engine_conf {
	const struct policy *policy;
	struct hash_key key;     /* of tables; fixed in replay */
	struct sigcache *sigs;   /* borrowed; NULL: stacks have no class */
	bool witness;            /* packets are captured: log lines need them */
	int64_t witness_from_ms; /* since when */
	void *arg;
	void (*out)(void *arg, const struct engine_out *o);
	/* optional: the store */
	bool (*load)(void *arg, const struct addr *key, struct client *c);
	/* false: not written; it is tried again later */
	bool (*save)(void *arg, const struct client *c);
	/* save only what leaves the cache: the cache is all that must last */
	bool save_late;
	/* optional: whoever wants to see every session's events, too */
	session_cb *session;
	/*
	 * Sessions of a client that gets blocked are ended from outside: they
	 * are told as ENGINE_CUT, and what comes of them later counts no more.
	 */
	bool cut;
	struct patterns *patterns; /* the site's own; borrowed; may be NULL */
	/* optional: the engine would like to know a client's name */
	void (*ask)(void *arg, const struct addr *a);
};

struct engine_counts {
	uint64_t packets, duplicates, verdicts[TRAITS_VERDICTS];
	uint64_t lines, events, kinds[LOG_KINDS];
	uint64_t orphans, joined_port, joined_time, unjoined_blocked;
	uint64_t blocks, unblocks, syn_drops, shadow_blocks;
	uint64_t never_spared, immune_spared, rate_spared, full_spared;
	uint64_t shared_spared; /* zombie and mail server behind one address */
	uint64_t cuts, audited; /* audited: judged later, see policy.h */
	uint64_t one_family;    /* over the limit, but a single family */
	uint64_t narrow;        /* blocks of one stack behind an address */
	uint64_t rejects;       /* SYNs that went to the front */
	uint64_t leaks, audits; /* SYNs let through: to the front, to the MTA */
	uint64_t renewed;       /* blocks that went on because of knocks */
	uint64_t evicted;       /* blocks ended to make room for worse ones */
	uint64_t climbed;      /* IPv6 networks blocked instead of their /64s */
	uint64_t inline_drops; /* verdicts of engine_syn() */
	uint64_t clicks;       /* humans who let their server out */
	uint64_t listed;       /* SYNs from networks of a block_file */
	size_t blocks_now, clients_now;
	size_t tiers_now[POLICY_TIERS_MAX + 1]; /* blocks; [0]: others */
	uint64_t clients_evicted;
	struct session_counts sessions;
};

struct engine;

struct engine *engine_new(const struct engine_conf *conf);
void engine_free(struct engine *e);

void engine_packet(struct engine *e, const struct packet *p);
/*
 * `now_ms` is when the line is applied: its arrival; the stamp's second + 1
 * in replay and for a backlog that was written before we started.  A line
 * applied before witness_from_ms has no witness and can only speak in favour.
 * Returns the event that was understood.
 */
enum log_kind engine_line(struct engine *e, struct str line, int64_t now_ms);
void engine_tick(struct engine *e, int64_t now_ms);
/*
 * Hands changed records to conf.save, looking at `slots` of the cache:
 * cursor 0 starts, 0 returned = the round is done.  All that was changed
 * before a round began has been handed over when it is done, whatever comes
 * in between.  engine_tick() goes slowly round by itself.
 */
size_t engine_flush_some(struct engine *e, size_t cursor, size_t slots);
/* A whole round at once, for the end: it may take seconds. */
void engine_flush(struct engine *e);
int64_t engine_now_ms(const struct engine *e);
/*
 * The wall clock was set: the only way for time to go back.  Blocks keep the
 * time of their end; each is to be sent again.
 */
void engine_clock(struct engine *e, int64_t now_ms);

/* The same for callers that have parsed already (packet recorder). */
const struct traits *engine_last_traits(const struct engine *e);

/* Brings back a stored block at start; false when it has run out. */
bool engine_restore(struct engine *e, const struct client *c, int64_t now_ms);

/* At start: of somebody good no network is blocked as a whole. */
void engine_seen(struct engine *e, const struct client *c);

/* The admin's will: at once, whatever the score.  0 or -errno. */
int engine_admin_block(struct engine *e, const struct net *net, uint32_t for_s,
    int64_t now_ms);
int engine_admin_unblock(struct engine *e, const struct net *net,
    int64_t now_ms); /* -ENOENT: nothing was blocked */

/* The allow list in force (the config's is added to it). */
int engine_allow_set(struct engine *e, const struct net *nets, size_t n,
    int64_t now_ms);
bool
engine_allowed(const struct engine *e, const struct addr *a, struct net *which);

/* Addresses never blocked besides the policy's (own, gateways). */
void engine_never_add(struct engine *e, const struct net *net);
void engine_never_del(struct engine *e, const struct net *net);

/*
 * The policy is another one, in its old place: whom nobody may block any more
 * is let go at once, everything else is judged by it from now on.  `patterns`
 * replaces conf.patterns.  The allow list, ports and the mode are in it, too;
 * sizes are not.  engine_allow_set() comes before this.
 */
void engine_reload(struct engine *e, struct patterns *patterns, int64_t now_ms);
/* In a network that the policy blocks for ever, and nothing spares it? */
bool
engine_listed(const struct engine *e, const struct addr *a, struct net *which);

/* What people say of a client's mail: `zfwctl report`.  0 or -errno. */
int engine_report(struct engine *e, const struct addr *a, bool spam,
    int64_t now_ms);

/*
 * Answers of our own resolver, asked for by conf.ask.  The client's confirmed
 * name ("" = it has none); that a DNS list has it, and what that weighs.
 */
void engine_dns_name(struct engine *e, const struct addr *a, struct str name,
    int64_t now_ms);
void engine_dns_listed(struct engine *e, const struct addr *a, struct str zone,
    double nats, int64_t now_ms);

/*
 * What was learned of many clients, as bytes for the store: see model.h and
 * botnet.h.  decode: false when they are not what they should be.
 */
enum engine_learned { ENGINE_MODEL, ENGINE_BOTNETS, ENGINE_LEARNED };
extern const char *const engine_learned_name[ENGINE_LEARNED];
#define ENGINE_LEARNED_MAX (8 << 20)
size_t engine_learned_encode(struct engine *e, enum engine_learned what,
    void *out, size_t max);
bool engine_learned_decode(struct engine *e, enum engine_learned what,
    const void *in, size_t n);

/* As botnets_list(): the biggest first. */
size_t engine_botnets(struct engine *e, struct botnet_info *out, size_t n);
/* As model_alarm(); NULL = nothing to tell. */
const char *engine_alarm(struct engine *e);

/*
 * Inline verdict on a queued SYN (raw IP): false = drop it.  Only for stacks
 * that local learning has seen to send nothing but spam (the upper 95 % bound
 * of their good share is below a limit, from policy.inline_sites networks),
 * from clients that nothing speaks for.  Makes no record of anybody.
 */
bool engine_syn(struct engine *e, const struct packet *p);
/* Is there any such stack now?  Else nobody needs to wait for verdicts. */
bool engine_inline(struct engine *e);

/*
 * One click: what the front may know and do.  engine_front_ask() says whether
 * the client is blocked, by which kind of reason, and whether it may have a
 * link.  engine_front_click() with a token made at `issued_ms` lifts the block
 * (ENGINE_UNBLOCK comes first) and gives an allowance: 7 days, 180 once mail
 * was accepted without complaint; meanwhile only what it does to recipients
 * from then on counts against it.  The first new offence ends it, and for 90
 * days there is no other.  At most FRONT_CLICKS_NET clicks a day per network
 * (IPv4 /24, IPv6 /48).
 */
#define FRONT_CLICKS_NET 5
struct engine_front {
	uint8_t result; /* enum front_result of frontmsg.h */
	uint8_t kind;   /* enum front_kind */
	uint8_t tier;
	bool link;
	int64_t until_ms;
};
struct engine_front engine_front_ask(struct engine *e, const struct addr *a,
    int64_t issued_ms, int64_t now_ms);
struct engine_front engine_front_click(struct engine *e, const struct addr *a,
    int64_t issued_ms, int64_t now_ms);

/* Sessions are ended (or not: `zfwctl off`).  Default: engine_conf.cut. */
void engine_set_cut(struct engine *e, bool may);
/* Rejecting is possible (or not any more: then it drops).  Default: policy. */
void engine_set_front(struct engine *e, bool there, int64_t now_ms);

/*
 * The i-th element that the kernel should have for this client now: its block
 * as one operation for each stack.  False: no more.
 */
struct engine_element {
	struct net net;
	struct stack stack;
	uint8_t action; /* enum client_action */
	uint32_t timeout_s;
};
bool engine_element(const struct engine *e, const struct client *c, size_t i,
    struct engine_element *out);

/*
 * All elements, in slices, as engine_blocks(): n blocks at a time, each of
 * which has some.  Reads no records but of those that are narrow.
 */
struct engine_wanted {
	struct engine_element at;
	uint8_t tier;
	uint16_t score; /* permille */
	uint8_t reasons[4];
	int64_t left_ms; /* until its end; the kernel may say less, ... */
	int64_t next_ms; /* ... but not than until its next renewal */
	bool told;       /* by engine_wanted_early() */
};
size_t engine_wanted(struct engine *e, size_t cursor, size_t n,
    void (*fn)(void *arg, const struct engine_wanted *w), void *arg);
/*
 * While blocks are still being restored: those from number `from` on, as many
 * as there are by now, at most n.  Reads no record, so narrow blocks and whole
 * networks are left to engine_wanted().  Where to go on.
 */
size_t engine_wanted_early(struct engine *e, size_t from, size_t n,
    void (*fn)(void *arg, const struct engine_wanted *w), void *arg);
/* The elements of one block, chosen by a number; false: there is none. */
bool
engine_wanted_one(struct engine *e, uint64_t which, struct engine_wanted *out);
/* Is that element (its net and stack, action unless narrow) still wanted? */
bool engine_wanted_find(struct engine *e, const struct engine_element *at,
    struct engine_wanted *out);

/*
 * The kernel has refused the narrow element of that client: if its block was
 * that of the whole address before, it is again, and no other becomes narrow.
 */
void engine_narrow_refused(struct engine *e, const struct addr *key);

/* Borrowed; NULL = never seen.  *score is its verdict now. */
const struct client *engine_client(struct engine *e, const struct addr *a,
    int64_t now_ms, struct score *score);

/*
 * The network over that address that is blocked as a whole, as if it were a
 * client; NULL = none.  Borrowed until the next call.
 */
const struct client *
engine_climbed(struct engine *e, const struct addr *a, struct net *net);
/* All of these, in slices as below. */
size_t engine_climbs(struct engine *e, size_t cursor, size_t n,
    void (*fn)(void *arg, const struct client *c, const struct net *net),
    void *arg);

/*
 * All active blocks, in slices: cursor 0 starts, 0 returned = done.  None
 * that lasts from the first slice to the last is left out; one may come
 * twice, and one that is new since may not come at all.  `fn` changes none.
 */
size_t engine_blocks(struct engine *e, size_t cursor, size_t n,
    void (*fn)(void *arg, const struct client *c), void *arg);

void engine_counts(const struct engine *e, struct engine_counts *out);
/* Totals since the start, borrowed; TALLY_STORED_NOW is the caller's. */
const struct tally *engine_tally(struct engine *e);

#endif
