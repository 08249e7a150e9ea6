/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smtp_own - stage 4 of 8: what the files of smtp share, and nobody else
 *
 * smtp.c cuts the client's bytes into lines, smtp_reply.c reads our replies,
 * smtp_note.c writes down what both mean for the dialect.  Pure, no memory,
 * never fails.
 */
#ifndef ZFW_FP_SMTP_OWN_H
#define ZFW_FP_SMTP_OWN_H

#include "fp/smtp.h"

enum smtp_mode {
	MODE_COMMAND,
	MODE_AUTH,  /* one line that is no command */
	MODE_BODY,  /* until a line with a dot alone */
	MODE_CHUNK, /* so many bytes */
	MODE_BLIND,
};

enum smtp_wait {
	WAIT_NONE,
	WAIT_DATA,
	WAIT_TLS,
	WAIT_AUTH,
};

#define CODE_MESSAGE 354 /* go ahead with the message */
#define CODE_READY   220 /* the greeting; STARTTLS accepted */
#define CODE_GOODBYE 421 /* we hang up, whatever was asked */

static inline bool
smtp_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* `s` without blanks around it, nor a CR behind it. */
static inline struct str
smtp_trim(struct str s)
{
	while (s.n > 0 && smtp_is_blank(s.p[0]))
		s = str_from(s, 1);
	while (s.n > 0 && (smtp_is_blank(s.p[s.n - 1]) || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

static inline bool
smtp_after(uint32_t seq, uint32_t ref)
{
	return (int32_t)(seq - ref) > 0;
}

/* Who acknowledges `ack` has heard our latest reply, as far as we know. */
static inline bool
smtp_heard(const struct smtp *m, uint32_t ack)
{
	return !m->replied || !smtp_after(m->reply_end, ack);
}

/* How the new bytes of a segment lie. */
struct smtp_place {
	uint32_t ahead; /* the gap before them */
	uint32_t skip;  /* what is known already */
};

/* smtp.c: false when there are no new bytes. */
bool smtp_place(uint32_t next, const struct traits *p, struct smtp_place *out);
/* The captured ones of the new bytes; returns how many were not. */
uint32_t smtp_new_bytes(const struct traits *p, uint32_t skip, struct rd *r);

/* smtp_reply.c: one more reply is owed, to such a line. */
void smtp_owe(struct smtp *m, struct smtp_asked what);
/* Our replies have a gap. */
void smtp_deafen(struct smtp *m);

/* smtp_note.c: new bytes of the client, however they are to be read. */
void smtp_note_early(struct smtp *m, uint32_t ack, uint32_t n);
/* A segment has something of a command line; of a new one if line_n is 0. */
void smtp_note_piece(struct smtp *m, const struct smtp_in *in);
/* The command line is whole; `ask` tells the forms of a verb apart. */
void smtp_note_line(struct smtp *m, const struct smtp_in *in,
    struct dialogue_line *l, enum smtp_ask ask);
/* The client speaks behind DATA, before its answer or after. */
void smtp_note_body(struct smtp *m, const struct smtp_in *in);
/* Our reply to `what`, up to the sequence number `end`. */
void smtp_note_reply(struct smtp *m, struct smtp_asked what, uint32_t end,
    int64_t t_us);
/* A command came before the reply that it had to wait for. */
void smtp_note_ahead(struct smtp *m, bool never);

#endif
