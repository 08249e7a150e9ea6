/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_conn - connections that replay_effect follows
 *
 * A bounded table by client key (addr_key()) and port.  A connection is in it
 * from its first packet of interest until conns_end(), or until some time
 * after conns_settle(); each that leaves is handed to `fn` once.  A full table
 * lets one go that was begun long ago.  Borrowed pointers live until a
 * connection is taken or ended.  Times are wall clock milliseconds.
 */
#ifndef ZFW_TOOLS_REPLAY_CONN_H
#define ZFW_TOOLS_REPLAY_CONN_H

#include "fp/addr.h"
#include "fp/hash.h"

struct conn_messages {
	uint16_t sent;   /* bodies, whatever became of them */
	uint16_t taken;  /* of them: accepted */
	uint16_t queued; /* by the log */
	uint16_t logged; /* of those: not refused by a filter */
};

struct conn {
	struct addr key, client;
	uint16_t port;
	bool first;     /* of its client */
	bool unread;    /* its commands cannot be read: the log counts */
	uint8_t told;   /* stages after which the engine was asked, as bits, */
	uint8_t over;   /* and after which it held it for a zombie's */
	uint32_t truth; /* place in the truth file */
	uint32_t qid;   /* hash of the latest queue id */
	int64_t syn_ms; /* 0: not open */
	int64_t drop_ms, cut_ms; /* 0: not */
	int64_t due_ms;          /* settles then */
	bool body;               /* we have said 354 */
	/* messages: before the cut, and all */
	struct conn_messages cut, all;

	/* the table's */
	uint32_t chain, next; /* next: to settle, or free */
	bool used, settling;
};

struct conns;

/* NULL when memory is short. */
struct conns *
conns_new(size_t max, void (*fn)(void *arg, const struct conn *c), void *arg);
void conns_free(struct conns *t); /* hands none on */

/* NULL: not there. */
struct conn *
conns_find(struct conns *t, const struct addr *client, uint16_t port);
/* Makes one that is all zero but for client and port. */
struct conn *
conns_get(struct conns *t, const struct addr *client, uint16_t port);
void conns_end(struct conns *t, struct conn *c);
/* It is over; due times must not go back. */
void conns_settle(struct conns *t, struct conn *c, int64_t due_ms);
/* One that has settled by then, still in the table; NULL. */
struct conn *conns_due(struct conns *t, int64_t now_ms);
/* All. */
void conns_end_all(struct conns *t);

uint32_t conns_id(const struct conns *t, const struct conn *c);
/* NULL when there is none any more; it may be another's by now. */
struct conn *conns_at(struct conns *t, uint32_t id);

#endif
