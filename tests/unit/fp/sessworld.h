/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sessworld - tests only: a session table, what it says, and a clock
 *
 * Packets are given by flags and by offsets into the two streams of one
 * connection; every packet takes a millisecond.  For test_session*.c.
 */
#ifndef ZFW_TESTS_UNIT_FP_SESSWORLD_H
#define ZFW_TESTS_UNIT_FP_SESSWORLD_H

#include "fp/session.h"
#include "tests/unit/fp/pkt.h"

#define MS     INT64_C(1000)
#define S      (1000 * MS)
#define T0     (1700000000 * S)
#define ISN_C  1000U
#define ISN_S  7000U
#define OPTS   "020405b40402080a000000010000000001030307"
#define CLIENT "192.0.2.7"
#define SERVER "198.51.100.1"

/* A table, what it has called back with, and a clock. */
struct world {
	struct session_table *t;
	int64_t now_us;
	char log[512];
	struct session last;       /* as the latest event showed it */
	struct flowstat flow;      /* its counts then, if it was open */
	char arg[160], reply[160]; /* the latest of each */
	int cut_on;                /* cuts at the first such event; 0: never */
};

static inline void
on_event(void *arg, enum session_event ev, const struct session *s)
{
	static const char *const names[] = { "syn", "open", "early", "greet",
		"cmd", "close", "unanswered", "reply" };
	struct world *w = arg;
	size_t n = strlen(w->log);

	snprintf(&w->log[n], sizeof(w->log) - n, "%s%s", n > 0 ? " " : "",
	    names[ev]);
	w->last = *s;
	if (s->flow != NULL)
		w->flow = *s->flow;
	if (s->arg.n > 0)
		snprintf(w->arg, sizeof(w->arg), "%.*s", (int)s->arg.n,
		    s->arg.p);
	if (s->reply.n > 0)
		snprintf(w->reply, sizeof(w->reply), "%.*s", (int)s->reply.n,
		    s->reply.p);
	if (w->cut_on != 0 && (int)ev == w->cut_on) {
		w->cut_on = 0;
		(void)session_cut(w->t, &s->client, s->cport);
	}
}

static inline struct world *
world_conf(struct session_conf conf)
{
	struct world *w = calloc(1, sizeof(*w));

	conf.half_open_s = 60;
	conf.silence_s = 600;
	conf.linger_s = 120;
	conf.cb = on_event;
	conf.arg = w;
	w->t = session_new(&conf);
	w->now_us = T0;
	return w;
}

static inline struct world *
world_sized(size_t half, size_t open)
{
	return world_conf(
	    (struct session_conf){ .half_open_max = half, .open_max = open });
}

static inline struct world *
world_new(void)
{
	return world_sized(64, 64);
}

static inline void
world_free(struct world *w)
{
	session_free(w->t);
	free(w);
}

static inline void
feed(struct world *w, struct pkt k, bool to_server)
{
	uint8_t b[PKT_MAX];
	struct traits t;
	struct packet p;

	k.src = k.src ? k.src : CLIENT;
	k.dst = k.dst ? k.dst : SERVER;
	k.sport = k.sport ? k.sport : 40000;
	k.dport = k.dport ? k.dport : 25;
	if (!to_server) {
		const char *a = k.src;
		uint16_t port = k.sport;

		k.src = k.dst;
		k.dst = a;
		k.sport = k.dport;
		k.dport = port;
	}
	p = pkt_build(&k, b, w->now_us);
	if (traits_parse(&p, &t) == TRAITS_OK)
		session_packet(w->t, &t, to_server, w->now_us);
	w->now_us += MS;
}

/* `k` names the connection; sequence numbers are given from its start. */
static inline void
syn(struct world *w, struct pkt k)
{
	k.flags = TCPF_SYN;
	k.seq = k.seq ? k.seq : ISN_C;
	k.opts = k.opts ? k.opts : OPTS;
	k.window = 64240;
	feed(w, k, true);
}

static inline void
synack(struct world *w, struct pkt k)
{
	k.flags = TCPF_SYN | TCPF_ACK;
	k.seq = k.seq ? k.seq : ISN_S;
	k.ack = k.ack ? k.ack : ISN_C + 1;
	feed(w, k, false);
}

/* Data (or a bare ACK) at these offsets of the two streams. */
static inline void
client(struct world *w, uint32_t at, uint32_t acks, const char *text)
{
	feed(w,
	    (struct pkt){ .flags = TCPF_ACK,
		.seq = ISN_C + 1 + at,
		.ack = ISN_S + 1 + acks,
		.payload = text },
	    true);
}

static inline void
server(struct world *w, uint32_t at, uint32_t acks, const char *text)
{
	feed(w,
	    (struct pkt){ .flags = TCPF_ACK,
		.seq = ISN_S + 1 + at,
		.ack = ISN_C + 1 + acks,
		.payload = text },
	    false);
}

static inline void
handshake(struct world *w, struct pkt k)
{
	syn(w, k);
	synack(w,
	    (struct pkt){ .src = k.src,
		.sport = k.sport,
		.dst = k.dst,
		.dport = k.dport,
		.ack = (k.seq ? k.seq : ISN_C) + 1 });
	k.flags = TCPF_ACK;
	k.seq = (k.seq ? k.seq : ISN_C) + 1;
	k.ack = ISN_S + 1;
	feed(w, k, true);
}

static inline const struct session *
find(struct world *w, uint16_t port)
{
	struct addr a = pkt_addr(CLIENT);

	return session_find(w->t, &a, port);
}

static inline bool
log_is(const struct world *w, const char *want)
{
	if (strcmp(w->log, want) == 0)
		return true;
	printf("got \"%s\"\n", w->log);
	return false;
}

static inline struct session_counts
counts(const struct world *w)
{
	struct session_counts c;

	session_counts(w->t, &c);
	return c;
}

#endif
