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
 * pipelining and the reading of what hangs on a reply.  How the client speaks
 * is noted in `dlg` (dialogue.h) and stays when the rest goes blind.
 *
 * Our replies to MAIL, RCPT and DATA, and to the end of a message, are given
 * one by one with what they answer.  Replies come in the order of commands,
 * so they are counted off; where that may have gone wrong (a reply that
 * nothing seen has asked for, an empty line, which only some servers answer,
 * more commands at once than are remembered, a 421, which answers anything or
 * nothing, gaps of either side) no more are given in that dialogue: no guess.
 *
 * Called by session for every packet of an open session that has an ACK, in
 * sequence order and with the time at which it was captured: what a client
 * acknowledges tells what it had heard when it spoke.  Pure, no memory of its
 * own, never fails.
 */
#ifndef ZFW_FP_SMTP_H
#define ZFW_FP_SMTP_H

#include "fp/dialogue.h"
#include "fp/session.h"

#define SMTP_KEEP      128   /* bytes kept of a command line */
#define SMTP_LINE_MAX  16384 /* longer than any extension's: not SMTP */
#define SMTP_REPLY_MAX 124   /* bytes kept of a line of ours */
#define SMTP_ASKED     256   /* commands remembered until their reply */
#define SMTP_HASHES    64    /* and the hashes of the latest of them */

/* What a reply answers, as far as it matters; four bits. */
enum smtp_ask {
	ASK_OTHER, /* the greeting, and what is not below */
	ASK_HELLO,
	ASK_MAIL,
	ASK_NULL,     /* MAIL FROM:<> */
	ASK_RCPT,     /* `hash` is of its address */
	ASK_RCPT_ODD, /* of its line: the address is not known */
	ASK_DATA,
	ASK_END,   /* of a message */
	ASK_CHUNK, /* BDAT */
	ASK_LAST,  /* BDAT LAST */
	ASK_RSET,
};

/* A command that has no reply yet. */
struct smtp_asked {
	uint8_t ask;   /* enum smtp_ask */
	uint32_t hash; /* of the line, see there; 0 = unknown */
};

/* A refusal whose answer by the client is awaited. */
struct smtp_refused {
	struct smtp_asked what;
	uint32_t end; /* the sequence number behind our reply */
	bool awaited;
};

struct smtp {
	struct dialogue dlg;
	int64_t open_us;    /* the handshake was complete */
	int64_t reply_us;   /* our latest reply, while it can be timed */
	int64_t asked_us;   /* the command before it, likewise */
	uint64_t chunk;     /* bytes of a BDAT chunk still to come */
	uint32_t c_next;    /* the client's next sequence number */
	uint32_t s_next;    /* ours */
	uint32_t c_ack;     /* how far the client has heard us */
	uint32_t greet_end; /* the sequence number behind our greeting */
	uint32_t reply_end; /* and behind our latest reply */
	uint32_t line_n;    /* length of the client's line so far */
	uint32_t line_ack;  /* c_ack when it began that line */
	uint8_t asked[SMTP_ASKED / 2];  /* a ring of enum smtp_ask */
	uint32_t hashes[SMTP_HASHES];   /* of these, by the same places */
	struct smtp_refused refused[2]; /* 4xx, 5xx */
	uint16_t owed;                  /* replies that we have not given */
	uint16_t code;                  /* our latest reply */
	uint16_t pieces;                /* segments that the line came in */
	uint16_t rcpts;                 /* in this transaction */
	uint16_t verb;                  /* of the latest line */
	uint16_t hello;                 /* HELO or EHLO, the latest */
	uint16_t hello_code;            /* our reply to that, 0 = none yet */
	uint8_t mode;                   /* what the client's next byte is */
	uint8_t wait;                   /* which reply decides what that is */
	uint8_t end;                    /* matched bytes of CR LF . CR LF */
	uint8_t reply_n;                /* bytes in `reply` */
	uint8_t asked_at;               /* the oldest of `asked` */
	bool asked_lost;                /* too many at once to remember */
	bool greeted;                   /* our greeting is out */
	bool replied;                   /* reply_end holds */
	bool offered;                   /* we offered PIPELINING */
	bool deaf;          /* our replies cannot be read any more */
	bool pipelined;     /* a command before the reply, without leave */
	bool bare_lf;       /* a command line ended in a bare LF */
	bool late;          /* the next segment is not in its place */
	bool line_odd;      /* how the line is cut is not the client's doing */
	bool line_ahead;    /* it began before our reply was heard */
	bool hello_again;   /* another HELO or EHLO is in order */
	bool body_done;     /* a message was given, and no MAIL since */
	bool unsure;        /* what replies answer cannot be told any more */
	bool goodbye;       /* we hang up: a 421 */
	bool tls_named;     /* the reply that we are at has a line STARTTLS */
	bool tls_offered;   /* our latest to EHLO or HELO had one */
	bool null_sender;   /* of the transaction that the client is in */
	bool null_answered; /* and of the one that we are in */
	bool tail_any, tail_blank, tail_params; /* of a line too long to keep */
	char last[2];                           /* of the client's line */
	char line[SMTP_KEEP];
	char reply[SMTP_REPLY_MAX];
};

struct smtp_command {
	uint16_t verb;    /* one bit of enum session_verb */
	bool null_sender; /* of the transaction that it is in */
	struct str arg;   /* trimmed; of MAIL and RCPT the address alone, or
	                     its beginning; borrowed until the next call */
};

/* What is left to read of one client segment. */
struct smtp_in {
	struct rd r;
	uint32_t missing; /* bytes after it that were not captured */
	/* for smtp itself */
	uint32_t segment_n, ack;
	uint16_t lines; /* whole commands so far */
	bool exact;     /* its time and its cut are the client's doing */
	int64_t t_us;
};

/* What is left to read of one of our segments. */
struct smtp_out {
	struct rd r;
	uint32_t missing; /* bytes after it that were not captured */
	uint32_t end;     /* the sequence number behind what was captured */
	uint32_t ack;     /* how far we had heard the client then */
	bool again;       /* some of it was there before */
	int64_t t_us;
};

/* A whole reply of ours to MAIL, RCPT or DATA, or to the end of a message. */
struct smtp_reply {
	uint16_t verb; /* one bit of enum session_verb */
	uint16_t code;
	bool message;     /* it ends a message: DATA's second, or BDAT LAST */
	bool null_sender; /* of the transaction that it is in */
	uint32_t hash;    /* see reply_hash of struct session */
	struct str text;  /* of its last line, behind the code; borrowed until
	                     the next call */
};

struct smtp_start {
	uint32_t c_next, s_next; /* of the first byte after the SYNs */
	uint32_t syn_data;       /* bytes of the client's SYN that we took */
	bool greeted;            /* our greeting went by unread */
	int64_t open_us;         /* the handshake was complete */
};

/* Data in the SYN is gone: it makes blind (and early, unless greeted). */
void smtp_init(struct smtp *m, const struct smtp_start *start);
bool smtp_blind(const struct smtp *m);
/* Is the client's next byte part of a message (DATA or BDAT)? */
bool smtp_in_body(const struct smtp *m);

/*
 * The client's next segment comes late: it was held behind a hole, or fills
 * it.  How it is cut, and when it came, is the network's doing.
 */
void smtp_late(struct smtp *m);
/* A segment of the client; false when there is nothing new in it. */
bool smtp_client(struct smtp *m, const struct traits *p, int64_t t_us,
    struct smtp_in *in);
/* The next whole command in it; false when the segment is used up. */
bool smtp_next(struct smtp *m, struct smtp_in *in, struct smtp_command *out);
/* A segment of ours; false when there is nothing new in it. */
bool smtp_server(struct smtp *m, const struct traits *p, int64_t t_us,
    struct smtp_out *out);
/*
 * The next whole reply in it that is worth telling; false when the segment is
 * used up, which is when it is read: ask until then.  A BDAT that is not the
 * last counts only when it was refused.
 */
bool smtp_reply(struct smtp *m, struct smtp_out *out, struct smtp_reply *r);
/* The session is over; its last packet was given before, if it had an ACK. */
void smtp_close(struct smtp *m, enum session_end how);

#endif
