/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flow - tests only: one TCP connection as a capture at the server sees it
 *
 * Both ends with their sequence numbers, acknowledgements as they come on
 * real paths, repeated SYNs and segments, segments that overtake each other.
 * `t_us` is the present at the server; what the client sends arrives later
 * by the round trip and by how long it thinks.
 */
#ifndef ZFW_TESTS_TOOLS_DAY_FLOW_H
#define ZFW_TESTS_TOOLS_DAY_FLOW_H

#include "tests/tools/day/out.h"
#include "tests/tools/day/plan.h"

#define SERVER_V4 0xc0000219 /* 192.0.2.25 */

struct flow {
	struct out *out;
	const struct client *c;
	struct addr server;
	struct dice *dice;
	uint16_t port;
	int64_t t_us;
	int64_t heard_us; /* the client knows what we said then; 0: acked */
	int64_t rtt_us;   /* of this session */
	uint32_t cseq, sseq, cts, sts;
	uint16_t cid, sid;
	bool ts, bad_line; /* a bad line loses segments */
	uint32_t up_bytes; /* not acknowledged by us yet */
};

void flow_init(struct flow *f, struct out *out, const struct client *c,
    struct dice *dice);
/* SYN, SYN+ACK, ACK.  `f->t_us` is the first SYN before, the ACK after. */
void flow_open(struct flow *f);
/* A SYN that names the client, and our answer: nobody comes back to it. */
void flow_forged(struct flow *f);
/* Now. */
void flow_server(struct flow *f, const void *p, size_t n);
/* After the round trip and `think_us`; 0 bytes: it only acknowledges. */
void flow_client(struct flow *f, int64_t think_us, const void *p, size_t n);
/* At once: nothing was waited for. */
void flow_client_now(struct flow *f, const void *p, size_t n);
enum flow_end { FLOW_SERVER, FLOW_CLIENT, FLOW_RESET, FLOW_SILENT };
void flow_end(struct flow *f, enum flow_end how);

#endif
