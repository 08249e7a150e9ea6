/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ladder - stage 4 of 8: a client's SYN retransmissions as a trait
 *
 * How long a stack waits before it sends its SYN again, and what it leaves
 * out then, is a second opinion on what it is (docs/SIGNATURES.md has the
 * table and where each row is from).  Fed by session with each copy of a SYN;
 * pure, no memory, never fails.  Times are wall clock microseconds.  What can
 * be told depends on how long the client was left waiting: Apple's pace is
 * that of a new Linux until it leaves out options, and both begin like the
 * doubling one.  A copy that the capture lost makes a ladder `unlike`.
 */
#ifndef ZFW_FP_LADDER_H
#define ZFW_FP_LADDER_H

#include "fp/traits.h"

#define LADDER_STEPS 8

enum ladder_class {
	LADDER_UNTRIED,  /* answered before a retransmission was due */
	LADDER_NEVER,    /* not answered for 10 s, and never sent again */
	LADDER_SHORT,    /* once after a second: too short to tell */
	LADDER_UNLIKE,   /* sent again, at a pace that we do not know */
	LADDER_DOUBLING, /* 1-2-4-8: Linux, Windows 10 and later */
	LADDER_LINEAR,   /* 1-1-1-1-1-2-4: Linux since 6.5 */
	LADDER_APPLE,    /* the same with fewer options late */
	LADDER_SLOW,     /* 3-6-12: old Linux and Windows up to 7 */
	LADDER_SLOW_WIN, /* 3-6, the third without window scale: Windows */
	LADDER_REFUSED,  /* tried again after our RST: Windows */
	LADDER_CLASSES,
};
extern const char *const ladder_class_name[LADDER_CLASSES];

enum ladder_change {
	LADDER_LOST_WS = 1 << 0,
	LADDER_LOST_TS = 1 << 1,
	LADDER_LOST_SOK = 1 << 2,
	LADDER_LOST_ECN = 1 << 3,
	LADDER_OTHER_WINDOW = 1 << 4,
	LADDER_OTHER_LAYOUT = 1 << 5,
};

struct ladder {
	uint8_t n;          /* retransmissions, may exceed STEPS */
	uint8_t changes;    /* enum ladder_change, over all of them */
	uint8_t ws_lost_at; /* which copy first had no ws; 0 = none */
	bool reset;         /* we answered with a RST; set by session */
	bool refused;       /* and a copy came after it */
	uint16_t gap_ds[LADDER_STEPS]; /* tenths of a second between them */
};

/* What of the first SYN is compared. */
struct ladder_first {
	uint16_t window;
	bool has_ws, has_ts, has_sok, ecn;
	uint8_t opts_n;
};

void ladder_begin(struct ladder_first *f, const struct traits *syn);
/* A copy of the SYN, `gap_us` after the one before. */
void ladder_step(struct ladder *l, const struct ladder_first *f,
    const struct traits *syn, int64_t gap_us);
/* `waited_us`: how long after the last copy it was answered or given up. */
enum ladder_class
ladder_judge(const struct ladder *l, bool answered, int64_t waited_us);

#endif
