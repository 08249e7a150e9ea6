/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flowstat - stage 4 of 8: how the TCP of a session behaves
 *
 * Counts per direction, from the packets alone, whatever they carry (TLS
 * too).  Kept by session for each open session; pure, no memory.  "client" is
 * who sent the SYN.  A retransmission is payload that was there before, or
 * that fills a hole which later bytes had left; a segment that only comes
 * late (reordering: less than FLOWSTAT_REORDER_US after the hole showed) is
 * `reordered` instead.  Keepalives (one byte or none, just before the
 * expected) count as neither.  Every count stops at its type's end.
 *
 * Sequence numbers are taken as they come, so the caller keeps away packets
 * that cannot belong to the connection.  Bytes that one side acknowledges and
 * we never saw are lost to the capture, not to the connection.
 */
#ifndef ZFW_FP_FLOWSTAT_H
#define ZFW_FP_FLOWSTAT_H

#include "fp/traits.h"

#define FLOWSTAT_REORDER_US 3000
#define FLOWSTAT_DATA_SEGS  8
#define FLOWSTAT_HOLES      4   /* that are followed at a time; more: lost */
#define FLOWSTAT_NO_SCALE   255 /* no window scale option */

struct flowstat_side {
	uint32_t packets, bytes; /* bytes: payload, without copies */
	uint16_t retransmitted, reordered, resets, fins, keepalives;
	uint16_t zero_windows; /* how often it closed its window */
	uint16_t dup_acks;
	uint32_t window_min;  /* smallest advertised, scaled, bytes */
	uint32_t burst;       /* payload of the first flight: bytes before the
	                        first acknowledgement of any of them */
	uint32_t segment_max; /* largest payload (GRO may merge several) */
};

struct flowstat {
	struct flowstat_side client, server;
	uint32_t idle_max_us;   /* longest gap between two packets */
	uint16_t lost_segments; /* holes in what we captured of the client */
	uint8_t data_n;         /* payload sizes of the client's first segments
	                           of a message body (DATA or BDAT) */
	uint16_t data[FLOWSTAT_DATA_SEGS];
};

/* What the counting needs to know of one side. */
struct flowstat_track {
	uint32_t next;  /* after its highest byte */
	uint32_t first; /* its first byte */
	uint32_t ack;   /* the latest that it acknowledged */
	uint16_t window;
	uint8_t scale;
	uint8_t holes_n;
	bool flight_over; /* some of its first flight is acknowledged */
	struct flowstat_hole {
		uint32_t from, to;
		int64_t t_us;    /* when it showed */
	} holes[FLOWSTAT_HOLES]; /* in the order of their numbers */
};

struct flow {
	struct flowstat stat;
	struct flowstat_track client, server;
	int64_t last_us; /* the latest packet */
};

struct flowstat_start {
	uint32_t c_next, s_next;  /* of the first byte after the SYNs */
	uint8_t c_scale, s_scale; /* shifts, or FLOWSTAT_NO_SCALE */
	int64_t open_us;
};

void flowstat_begin(struct flow *f, const struct flowstat_start *start);

/*
 * One packet after the handshake.  Returns how many bytes of its payload were
 * not there before.
 */
uint32_t flowstat_packet(struct flow *f, const struct traits *p,
    bool from_client, int64_t t_us);

/* The client's segment, `n` new bytes, was part of a message body. */
void flowstat_data(struct flow *f, uint32_t n);

#endif
