/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smtp - stage 4 of 8: the command lines of one SMTP dialogue
 *
 * Follows both directions of a connection by TCP sequence number and gives
 * the client's commands one by one; retransmitted bytes are passed over.
 * Message bodies, BDAT chunks and authentication lines are no commands, and
 * nothing of them is kept.  What it cannot follow makes it *blind*, for good:
 * a gap in the commands, TLS, a client that does not wait where the answer
 * decides what follows.  A gap in our replies only ends the judgement on
 * pipelining and the reading of what hangs on a reply.  Called by session
 * for every segment with payload; pure, no memory of its own, never fails.
 */
#ifndef ZFW_FP_SMTP_H
#define ZFW_FP_SMTP_H

#include "fp/session.h"

#define SMTP_KEEP      128   /* bytes kept of a command line */
#define SMTP_LINE_MAX  16384 /* longer than any extension's: not SMTP */
#define SMTP_REPLY_MAX 16    /* bytes kept of a line of ours */

struct smtp {
	uint32_t c_next; /* the client's next sequence number */
	uint32_t s_next; /* ours */
	uint64_t chunk;  /* bytes of a BDAT chunk still to come */
	uint32_t line_n; /* length of the client's line so far */
	uint16_t owed;   /* replies that we have not given yet */
	uint16_t code;   /* our latest reply */
	uint8_t mode;    /* what the client's next byte is part of */
	uint8_t wait;    /* which reply decides what that is */
	uint8_t end;     /* matched bytes of CR LF . CR LF */
	uint8_t reply_n; /* bytes in `reply` */
	bool offered;    /* we offered PIPELINING */
	bool deaf;       /* our replies cannot be read any more */
	bool pipelined;  /* a command before the reply, without leave */
	bool bare_lf;    /* a command line ended in a bare LF */
	char last;       /* the latest byte of the client's line */
	char line[SMTP_KEEP];
	char reply[SMTP_REPLY_MAX];
};

struct smtp_command {
	uint16_t verb;  /* one bit of enum session_verb */
	struct str arg; /* trimmed; borrowed until the next call */
};

/* What is left to read of one client segment. */
struct smtp_in {
	struct rd r;
	uint32_t missing; /* bytes after it that were not captured */
};

/*
 * Both numbers are of the first byte after the SYNs; `greeted` when our
 * greeting went by unread.
 */
void smtp_init(struct smtp *m, uint32_t c_next, uint32_t s_next, bool greeted);
bool smtp_blind(const struct smtp *m);
void smtp_end(struct smtp *m); /* blind from now on */

/* A segment of the client; false when there is nothing new in it. */
bool smtp_client(struct smtp *m, const struct traits *p, struct smtp_in *in);
/* The next whole command in it; false when the segment is used up. */
bool smtp_next(struct smtp *m, struct smtp_in *in, struct smtp_command *out);
/* A segment of ours. */
void smtp_server(struct smtp *m, const struct traits *p);

#endif
