/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blind - do we still see what we judge by?
 *
 * Counts of a span of some minutes -> whether a log is not understood, no log
 * speaks of the connections on the wire, or the wire shows nothing of those
 * that a log speaks of.  Which of an MTA's lines there are does not matter:
 * one that logs no connections (Exim, qmail) is seen by whatever else it says
 * of a client whose handshake we saw, only later.  Called by live_alarm.c;
 * pure, cannot fail.
 */
#ifndef ZFW_DAEMON_BLIND_H
#define ZFW_DAEMON_BLIND_H

#include <stdbool.h>
#include <stdint.h>

#define BLIND_LINES      20 /* of a log: fewer say nothing */
#define BLIND_HANDSHAKES 5  /* without a line, where connects are logged */
#define BLIND_ALONE      50 /* the same where they were never seen */
#define BLIND_ORPHANS    20 /* lines about clients without a handshake */

/* Of one source, in this span. */
bool blind_source(uint64_t lines, uint64_t understood);

enum blind_view {
	BLIND_NOT,
	BLIND_LOG,     /* handshakes, and no line about any client */
	BLIND_CAPTURE, /* lines about clients, and no handshake at all */
	BLIND_OTHER,   /* both, but never of the same client */
};
extern const char *const blind_view_name[];

struct blind_span {
	bool captures, logs; /* are there any? */
	uint64_t syns, handshakes;
	uint64_t connects; /* connect lines */
	uint64_t about;    /* lines about what a client did, those included */
	uint64_t joined;   /* of them: with a handshake of that client */
	uint64_t orphans;  /* of them: without */
};

struct blind { /* zeroed at start */
	bool connects_logged;
	uint64_t alone; /* handshakes since the last line about a client */
};

enum blind_view blind_wire(struct blind *b, const struct blind_span *s);

#endif
