/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tcp - tests only: one TCP connection, client side, in user space
 *
 * Just enough TCP to talk to a mail server as somebody else: handshake with
 * a SYN ladder, in-order data both ways, retransmission, FIN and RST.  The
 * owner feeds it packets (conn_input) and time (conn_timer), reads `in` and
 * the flags, and calls conn_flush() when it is done with a moment.  Segments
 * leave through the owner's wire.  Clock: monotonic microseconds.
 */
#ifndef ZFW_TESTS_TOOLS_TCP_H
#define ZFW_TESTS_TOOLS_TCP_H

#include "tests/tools/lib/stack.h"
#include "tests/tools/lib/wire.h"

#define CONN_IN_MAX 16384

enum conn_state {
	CONN_SYN,     /* SYN sent */
	CONN_OPEN,    /* handshake done */
	CONN_REFUSED, /* RST instead of SYN+ACK */
	CONN_RESET,   /* RST later on */
	CONN_GONE,    /* we left (RST sent, or silently), or nobody answers */
};

struct conn {
	struct wire *wire;
	const struct os_stack *st;
	struct addr src, dst;
	uint16_t sport, dport;
	enum conn_state state;
	bool fin;       /* ours is wanted */
	bool fin_acked; /* ... and was acknowledged */
	bool peer_fin;  /* theirs has come */
	bool ack_due;
	bool ts_on;
	uint32_t snd_una, snd_nxt, rcv_nxt, ts_peer;
	uint32_t snd_wnd;
	uint16_t peer_mss;
	uint8_t peer_ws;
	uint16_t ip_id;
	const char *rung; /* next number of the SYN ladder */
	unsigned tries;
	int64_t timer_us; /* 0 = off */
	int64_t now_us;
	uint8_t *out; /* from snd_una; owned */
	size_t out_n, out_cap;
	char in[CONN_IN_MAX]; /* received, not yet taken by the owner */
	size_t in_n;
};

/* Addresses, ports, stack and wire are set by the caller before. */
void conn_open(struct conn *c, uint32_t iss, uint16_t ip_id, int64_t now_us);
void conn_fini(struct conn *c);

void conn_input(struct conn *c, const struct seg *s, int64_t now_us);
/* To be called when `timer_us` has come. */
void conn_timer(struct conn *c, int64_t now_us);

void conn_write(struct conn *c, const void *p, size_t n);
/* Sends what may be sent, and the ACK that is due. */
void conn_flush(struct conn *c, int64_t now_us);
/* Sends a due ACK alone, before any data. */
void conn_ack(struct conn *c);
void conn_rst(struct conn *c);
/* Everything written was acknowledged? */
bool conn_idle(const struct conn *c);

#endif
