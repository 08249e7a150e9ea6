/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session_pool - stage 4 of 8: the memory of session, and nobody else's
 *
 * Two pools of fixed size in one array: half-open entries, then open ones
 * (lingering included).  What is needed until the end of the handshake lies
 * beside, in `half`, and what only an open session needs in `live`, a pool of
 * its own: most entries linger, and are small.  Every entry in use is in one
 * list, which tells what it is and how old, and in up to three indexes with
 * keyed hashes.  Entries are named by number; 0 is none.  What was used last
 * is used next, and what was never used is never touched: the memory of a
 * quiet table is that of its busiest moment.  Included by session*.c only.
 * Panics never, fails only in pool_init().
 */
#ifndef ZFW_FP_SESSION_POOL_H
#define ZFW_FP_SESSION_POOL_H

#include "fp/fold.h"
#include "fp/reorder.h"
#include "fp/smtp.h"

enum pool_list {
	LIST_FREE_HALF,
	LIST_FREE_OPEN,
	LIST_HALF,   /* by age */
	LIST_OPEN,   /* by the last packet */
	LIST_CUT,    /* open, too, but cut; likewise */
	LIST_OVER,   /* closed within this call: see pool_settle() */
	LIST_LINGER, /* by the time of closing */
	LIST_STUB,   /* cut, then silent; likewise */
	LISTS,
};

enum pool_index {
	BY_TUPLE,
	BY_PORT,   /* client address and port, the two pools apart */
	BY_CLIENT, /* client key (addr_key()), open pool only */
	INDEXES,
};

/* Whom an entry is about, as far as an index needs it. */
struct pool_key {
	struct addr client, server;
	uint16_t cport, sport;
};

struct link {
	uint32_t prev, next;
};

struct list {
	uint32_t head, tail; /* oldest, latest */
	size_t n;
};

/* What we need of TCP. */
struct tcp {
	uint32_t isn_c, isn_s;
	uint32_t isn_s_old; /* of the SYN+ACK before the last */
	uint32_t c_next;    /* after the client's highest byte, as handed on */
	uint32_t s_next;    /* after ours */
	uint32_t ack;       /* of the client, seen before our SYN+ACK */
	uint32_t syn_data;  /* bytes in the SYN that we acknowledged */
	int64_t copy_us;    /* the latest SYN */
	int64_t synack_us;
	struct ladder_first first;
	uint8_t c_scale, s_scale; /* FLOWSTAT_NO_SCALE: none */
	uint8_t synack_n;
	bool has_ack;
	bool greeted; /* the client may have heard something of us */
};

/* The texts that its SYN was given. */
struct look {
	char text[SIG_STRLEN];
	char os[SESSION_OS_LEN];
};

/* Of a half-open entry. */
struct half {
	struct tcp tcp;
	struct look look;
};

enum side { SIDE_CLIENT, SIDE_SERVER, SIDES };

/* Of an open session. */
struct live {
	struct tcp tcp;
	struct smtp smtp;
	struct flow flow;
	struct reorder_stream held[SIDES];
	struct look look;
	uint32_t free; /* the next of the free ones */
};

struct entry {
	struct session s;
	struct tcp *tcp;   /* of its half or live part; NULL: it lingers */
	struct live *live; /* NULL unless open */
	struct link link;  /* in its list */
	struct link chain[INDEXES];
	uint32_t hash[INDEXES];
	uint8_t list;
	bool indexed[INDEXES];
};

struct session_table {
	struct session_conf conf;
	struct fold fold;
	struct session_counts counts;
	size_t half_n, open_n, live_n;
	struct entry *entries;          /* [1 + half_n + open_n] */
	struct half *half;              /* [half_n], of the first entries */
	char (*helo)[SESSION_HELO_MAX]; /* [open_n], of the others */
	struct live *live;              /* [1 + live_n]; 0 is none */
	uint32_t live_free;             /* of these */
	uint32_t live_used_n;           /* that were ever used */
	uint32_t half_used_n, open_used_n;
	struct reorder *reorder;
	uint32_t *buckets[INDEXES];
	uint32_t mask;
	struct list lists[LISTS];
};

bool pool_init(struct session_table *t, const struct session_conf *conf);
void pool_fini(struct session_table *t);

static inline uint32_t
pool_id(const struct session_table *t, const struct entry *e)
{
	return (uint32_t)(e - t->entries);
}

static inline bool
pool_is_half(const struct session_table *t, const struct entry *e)
{
	return pool_id(t, e) <= t->half_n;
}

static inline struct half *
pool_half(struct session_table *t, const struct entry *e)
{
	return &t->half[pool_id(t, e) - 1];
}

static inline char *
pool_helo(struct session_table *t, const struct entry *e)
{
	return t->helo[pool_id(t, e) - t->half_n - 1];
}

/* The oldest of a list, or NULL. */
static inline struct entry *
pool_oldest(struct session_table *t, enum pool_list which)
{
	uint32_t id = t->lists[which].head;

	return id == 0 ? NULL : &t->entries[id];
}

/* A free entry, into LIST_HALF or LIST_OPEN; NULL: there is none. */
struct entry *pool_take(struct session_table *t, enum pool_list which);
bool pool_open_is_full(const struct session_table *t);
/* A live part for an entry of the open pool; false: there is none. */
bool pool_take_live(struct session_table *t, struct entry *e);
bool pool_live_is_full(const struct session_table *t);
/*
 * Those of LIST_OVER linger from now on, without a live part; what was cut and
 * ended by its silence is a LIST_STUB.  Only where no
 * function that works on a session is still at it.
 */
void pool_settle(struct session_table *t);
/* To the end of a list: its latest. */
void pool_move(struct session_table *t, struct entry *e, enum pool_list which);
/*
 * At the head of its chains: the latest is found first.  `tuple` is what
 * pool_find_pair() told, or the e->hash[BY_TUPLE] of the other pool.
 */
void pool_index_all(struct session_table *t, struct entry *e, uint32_t tuple);
void pool_unindex_one(struct session_table *t, struct entry *e,
    enum pool_index which);
void pool_unindex_all(struct session_table *t, struct entry *e);
/* Back to the free entries of its pool. */
void pool_release(struct session_table *t, struct entry *e);

/* The entries of one 4-tuple: one of each pool at most is current. */
struct pool_pair {
	struct entry *half, *open;
	uint32_t tuple; /* hash of the 4-tuple */
};

struct pool_pair
pool_find_pair(struct session_table *t, const struct traits *p, bool to_server);
/* The latest of that pool; reads at most `max` entries. */
struct entry *pool_find_port(struct session_table *t,
    const struct pool_key *key, bool half, int max);
/* The latest that is open and not cut, likewise. */
struct entry *
pool_find_uncut(struct session_table *t, const struct pool_key *key, int max);
/* The open pool's of a client's key, and of others: compare. */
struct entry *
pool_first_client(struct session_table *t, const struct addr *client);
struct entry *pool_next_client(struct session_table *t, const struct entry *e);

#endif
