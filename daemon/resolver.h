/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * resolver - names of clients and DNS lists, asked for beside everything else
 *
 * For an address: its names (PTR, four at most), the first of them that
 * points back to it (A or AAAA), and which of the site's DNS lists have it.
 * Asked by live_names, answered by a callback from the event loop.  Nothing
 * blocks and nothing is awaited: resolver_ask() puts the address into a queue
 * and returns, so it may be called for every packet.  All is bounded: the
 * queue (the oldest is dropped), what is in flight, the cache, each question
 * by RESOLVER_TIMEOUT_MS.  A server that is dead or says nonsense is counted
 * and costs nobody anything; no answer is not "it has no name".
 *
 * resolver_new() reads /etc/resolv.conf, so it comes before the sandbox;
 * later only datagrams to the servers are sent (see dnschan.h).  /etc/hosts
 * is not looked at.  Times are monotonic.
 */
#ifndef ZFW_DAEMON_RESOLVER_H
#define ZFW_DAEMON_RESOLVER_H

#include "fp/addr.h"
#include "fp/hash.h"

#define RESOLVER_ERRLEN      256
#define RESOLVER_TIMEOUT_MS  3000
#define RESOLVER_FLIGHT_MAX  256
#define RESOLVER_QUEUE_MAX   4096
#define RESOLVER_CACHE_SLOTS 8192
#define RESOLVER_SERVERS_MAX 3
#define RESOLVER_LISTS_MAX   8
#define RESOLVER_TTL_MIN_S   300
#define RESOLVER_TTL_MAX_S   86400
#define RESOLVER_TTL_NONE_S  1800 /* that it has no name, is on no list */

struct event_base;

/* Zeros stand for the defaults above. */
struct resolver_conf {
	struct addr servers[RESOLVER_SERVERS_MAX];
	size_t servers_n;                     /* 0: those of /etc/resolv.conf */
	uint16_t port;                        /* 0: 53 */
	struct str zones[RESOLVER_LISTS_MAX]; /* borrowed for good */
	size_t zones_n;
	struct hash_key key;
	uint32_t timeout_ms;
	size_t flight_max, queue_max, cache_slots;
};

enum resolver_name {
	RESOLVER_FAILED, /* nobody could tell */
	RESOLVER_NONE,   /* it has none, or none that points back */
	RESOLVER_NAMED,
};

struct resolver_answer {
	struct addr addr;
	enum resolver_name what;
	struct str name; /* NAMED: borrowed for the time of the call */
	unsigned listed; /* bit i: zones[i] has it */
};

struct resolver_counts {
	uint64_t asked, cached, dropped; /* dropped: queue or cache was full */
	uint64_t named, unnamed, failed, listed;
	uint64_t questions, replies; /* of single questions to servers */
	uint64_t list_errors;        /* a list refuses to answer us */
	size_t queued_now, in_flight_now;
};

/* Who is told, and what time it is. */
struct resolver_user {
	struct event_base *base;
	void *arg;
	void (*answer)(void *arg, const struct resolver_answer *a);
	int64_t (*mono_ms)(void);
};

struct resolver;
/* NULL with a sentence in `err`. */
struct resolver *
resolver_new(const struct resolver_conf *conf, char err[RESOLVER_ERRLEN]);
/* From now on there are answers; false: no memory. */
bool resolver_start(struct resolver *r, const struct resolver_user *user);
void resolver_free(struct resolver *r); /* before the base; NULL is allowed */

/* Never answers from within; each ask is answered once, or counted. */
void resolver_ask(struct resolver *r, const struct addr *a);
void resolver_counts(const struct resolver *r, struct resolver_counts *out);

#endif
