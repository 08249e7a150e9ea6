/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * server_impl - what the two halves of the server share
 *
 * server.c has the listeners, the places and the ticks; server_conn.c what
 * one connection does with its bytes.  Nobody else includes this.
 */
#ifndef ZFW_FRONT_SERVER_IMPL_H
#define ZFW_FRONT_SERVER_IMPL_H

#include <event2/event_struct.h>

#include "front/rejlog.h"
#include "front/server.h"

#define SERVER_IN_MAX  1024
#define SERVER_OUT_MAX (2 * TALK_OUT_MAX)

enum conn_state { CONN_FREE, CONN_TALK, CONN_LINGER };

struct conn {
	struct server *s;
	enum conn_state state;
	int fd;
	struct conn *next_free;
	struct event readable, writable;
	short wants;
	int64_t idle_ms, life_ms; /* deadlines */
	uint32_t asked;           /* handle; 0 = told */
	uint8_t tier;
	struct talk_client client;
	struct talk talk;
	size_t in_off, in_n, out_off, out_n;
	char in[SERVER_IN_MAX], out[SERVER_OUT_MAX];
};

struct server {
	struct server_conf conf;
	struct event *ev[SERVER_LISTENERS];
	bool paused; /* no descriptors left: until the next tick */
	int64_t now_ms, wall_s;
	struct rejlog *rejlog;
	struct conn *free;
	struct server_counts n;
	struct addr *keys; /* of conns, in their order; family 0 = free */
	struct conn conns[];
};

/* On a place of the server's that is free, and no longer is. */
void conn_start(struct conn *c, int fd, const struct addr *who);
/* A deadline has passed: the last word, if it listens, and the end. */
void conn_expired(struct conn *c);
/* The only way out; gives the place back. */
void conn_close(struct conn *c);
/* That place, or none, and its key. */
void server_place_free(struct server *s, struct conn *c);

#endif
