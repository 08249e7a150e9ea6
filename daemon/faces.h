/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * faces - stage 6 of 8: the several machines behind one address
 *
 * A face is a stack (fp/stack.h) that completed sessions from a client showed,
 * with what those sessions did: mail that was taken, and deeds.  A client has
 * up to FACES of them; one that is worn, or the one that says least, makes
 * room for a new one.  The engine says which face an event is about
 * (faces_open(), faces_at()) before it hands the event on, and forgets that
 * after it (faces_leave()); in between client_add() attributes.  A plain value
 * within struct client; pure.  Times are wall clock milliseconds.
 */
#ifndef ZFW_DAEMON_FACES_H
#define ZFW_DAEMON_FACES_H

#include <stddef.h>

#include "daemon/evidence_kind.h"
#include "fp/stack.h"

#define FACES 3

struct face {
	struct stack stack;
	int64_t first_ms, last_ms;   /* of its sessions */
	int64_t good_ms, bad_ms;     /* its last mail that was taken, deed */
	int64_t rcpt_ms;             /* to which these three have faded ... */
	float unknown, known, traps; /* ... recipients; half in 12 hours */
	uint64_t deeds;    /* kinds of its deeds, 1 << EVIDENCE_...; */
	uint32_t sessions; /* they are forgotten a day after the last */
	uint16_t accepted, settled; /* mails */
	uint32_t helo; /* a hash of what the sender of the last called itself */
};

struct faces {
	struct face v[FACES];
	uint8_t n;
	/* not stored: of the event at hand */
	uint8_t now;    /* which face + 1; 0 = not known */
	uint32_t helo;  /* likewise of its session; 0 = not known (yet) */
	uint64_t fresh; /* deeds that it has told so far */
};

/* A session of that stack has opened. */
void faces_open(struct faces *f, const struct stack *s, int64_t now_ms);
/* The event is of a session of that stack and HELO; none, 0: not known. */
void faces_at(struct faces *f, const struct stack *s, uint32_t helo);
static inline void
faces_leave(struct faces *f)
{
	f->now = 0;
	f->helo = 0;
	f->fresh = 0;
}

/* The face that the event is about; NULL = not known. */
static inline const struct face *
faces_me(const struct faces *f)
{
	return f->now == 0 || f->now > f->n ? NULL : &f->v[f->now - 1];
}
const struct face *faces_find(const struct faces *f, const struct stack *s);
/* Its stack, or none. */
struct stack faces_stack(const struct faces *f);

/* One more of that kind was told of the client: of whom? */
void
faces_note(struct faces *f, enum evidence_kind k, double n, int64_t now_ms);
/* A message of that stack has settled. */
void faces_settled(struct faces *f, const struct stack *s, int64_t now_ms);

/*
 * Whose deeds convict the address?  The one face with deeds of the last day, or
 * if none has any, the one at hand; none when it is more than one.
 */
struct stack faces_offender(const struct faces *f, int64_t now_ms);
/* Has mail of any of them been taken lately? */
bool faces_any_good(const struct faces *f, int64_t now_ms);

/* Recipients of one face now. */
struct face_rcpts {
	double unknown, known, traps;
};
struct face_rcpts face_rcpts(const struct face *f, int64_t now_ms);

/* Was mail of it taken lately?  `settled`: and nobody complained. */
bool face_good(const struct face *f, bool settled, int64_t now_ms);
/* Seen lately, or with good mail: a machine that is to be reckoned with. */
bool face_alive(const struct face *f, int64_t now_ms);
/* Did it do anything within a day? */
bool face_bad(const struct face *f, int64_t now_ms);
/* How many others are alive; of these, how many have sent mail. */
size_t faces_others(const struct faces *f, int64_t now_ms, size_t *good);
/*
 * Did it do enough by itself, whoever else is behind its address: deeds of two
 * families, a dictionary run, or two traps?
 */
bool face_offends(const struct face *f, int64_t now_ms);

#endif
