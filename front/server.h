/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * server - the front's SMTP connections
 *
 * Accepts from the inherited listeners, asks the engine about each client at
 * once, and moves bytes between sockets and talk.h.  A line that needs to know
 * who the client is waits until the asker has told it.  All memory is taken in
 * server_new(): `max` connections of a few kilobytes.  While output of a
 * connection waits, nothing is read from it.  Who comes when all places are
 * taken, or is there `per_client` times already (IPv6: a /64), hears 421.
 * Deadlines are looked at by server_tick(), several times a second; it also
 * brings the times: monotonic, and wall clock for the links.  A rejection is
 * logged as rejlog.h says.  A broken connection is no error.
 */
#ifndef ZFW_FRONT_SERVER_H
#define ZFW_FRONT_SERVER_H

#include <event2/event.h>

#include "front/asker.h"
#include "front/talk.h"

#define SERVER_LISTENERS  2
#define SERVER_IDLE_MS    30000  /* nothing heard, or nothing taken */
#define SERVER_LIFE_MS    120000 /* from connect to the end */
#define SERVER_LINGER_MS  2000   /* from our last word to close(2) */
#define SERVER_PER_CLIENT 20

struct server_conf {
	struct event_base *base;
	struct asker *asker;
	int fds[SERVER_LISTENERS]; /* listening; -1 = none; closed by us */
	struct talk_conf talk;
	size_t max;
	unsigned per_client;
	int64_t idle_ms, life_ms, linger_ms;
};

struct server_counts {
	uint64_t connections; /* all of them */
	uint64_t busy;        /* 421 at once: no place */
	uint64_t crowded;     /* 421 at once: too many of one client */
	uint64_t rejected;    /* heard 550 for a recipient */
	uint64_t recipients;  /* that were refused, by 550 or 451 */
	uint64_t deferred;    /* heard 451: not blocked, or not known */
	uint64_t silent;      /* never named a recipient */
	uint64_t timeouts;
	size_t open_now;
};

struct server;

struct server *
server_new(const struct server_conf *conf, int64_t now_ms, int64_t wall_s);
void server_free(struct server *s);
void server_tick(struct server *s, int64_t now_ms, int64_t wall_s);
void server_counts(const struct server *s, struct server_counts *out);

#endif
