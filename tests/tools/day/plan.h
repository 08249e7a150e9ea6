/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plan - tests only: who comes, and when
 *
 * Draws the clients of all days and the sessions of each, in order of time.
 * What a client shows whatever it does is drawn here, what a session shows
 * when it is played.  Owned by main, all memory until the end.
 */
#ifndef ZFW_TESTS_TOOLS_DAY_PLAN_H
#define ZFW_TESTS_TOOLS_DAY_PLAN_H

#include "tests/tools/day/kind.h"
#include "tests/tools/day/rand.h"

#define NAME_BYTES 80
#define DAY_US     86400000000ll

struct client {
	struct addr a;
	uint16_t kind; /* index of the world's */
	bool mixed;    /* a server and a zombie behind one address */
	uint8_t v[F_CLIENT];
	struct os_stack st;
	uint32_t rtt_us, ts_base;
	char rdns[NAME_BYTES]; /* confirmed; "" = none */
	char helo[NAME_BYTES], domain[NAME_BYTES];
	uint32_t net;        /* which network of its place */
	uint32_t sessions_n; /* planned */
	uint16_t port;       /* of the latest session */
	/* the oracle's */
	uint32_t played; /* sessions so far */
	unsigned seen;   /* features shown so far, as bits */
	float ll[KINDS_MAX];
};

struct session {
	int64_t t_us;
	uint32_t client;
	bool calm; /* a sleeper before its storm */
	bool grey; /* we tell it to come again later */
	/* what came of it */
	uint32_t nth; /* of its client, from 1 */
	uint16_t port;
	int64_t end_us, data_us, sent_us; /* 0 = no message */
	uint16_t messages, passed, rcpts, unknown, traps;
	uint8_t null_sender, early, tls;
	float odds[6]; /* the oracle's, enum oracle_stage */
};

struct options {
	uint64_t seed;
	unsigned days, world;
	double scale;   /* connections a day */
	double sloppy;  /* percent of the good servers */
	double zombies; /* percent of the connections */
	double grey;    /* percent of nameless clients that must come twice */
	bool classic, noport;
	const char *only; /* --botnets: names with commas, NULL = all */
	const char *dir;
};

struct plan {
	const struct options *opt;
	const struct world *world;
	struct client *clients;
	size_t clients_n, clients_max;
	struct session *sessions;
	size_t sessions_n, sessions_max;
	struct dice dice;
	int64_t start_us;
	uint8_t *used4, *used6; /* bits: addresses given away */
	unsigned snow;          /* snowshoe addresses so far */
};

void plan_make(struct plan *p, const struct options *opt);
void plan_fini(struct plan *p);

/* Names of a client once its address and features are known. */
void names_make(struct plan *p, struct client *c, struct dice *d);

#endif
