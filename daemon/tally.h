/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tally - what is counted for statistics, and its history
 *
 * The engine counts totals since its start: tally_add() on its struct tally,
 * nothing else.  Whoever runs it (live_tally, replay) hands these totals in at
 * least once a minute with the wall clock: a history makes slots of them, by
 * minute (kept a day), hour (kept 31 days) and day (kept 10 years), all of UTC.
 * What zfw would have done in shadow mode counts as if it had been done; the
 * slot says in which mode that was.  A clock that goes back adds to the slot
 * that is there.  Pure; no memory is taken; db/ stores chunks of slots:
 * an hour of minutes, a day of hours, a month (32 days) of days.
 *
 * So an attempt of a blocked client is never a connection, even in shadow mode
 * where it gets through, and what is left of a session after its client was
 * convicted counts no more.  Without a capture, connections are the log's
 * connect lines; such of a blocked client are attempts prevented, and what
 * becomes of a connection (ZOMBIE, GOOD, CUT) is not known.  Networks that are
 * blocked as a whole, and those of a block_file, prevent attempts, but are no
 * blocks of a client.
 */
#ifndef ZFW_DAEMON_TALLY_H
#define ZFW_DAEMON_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tally_kind { /* stored by number: add at the end, never take one out */
	TALLY_CONNECTS, /* connections: completed handshakes */
	TALLY_ZOMBIE,   /* of these, by their end: from a convicted client */
	TALLY_GOOD,     /* of these: that delivered mail, from another client */
	TALLY_MESSAGES, /* accepted messages, of anybody, by the log */
	TALLY_RCPT_BAD, /* recipients refused as unknown, and traps */
	TALLY_EARLY,    /* connections that talked before the greeting */
	TALLY_PREVENTED, /* attempts to connect that were dropped: a SYN that
			    is sent again is the same attempt */
	TALLY_REJECTED,  /* attempts handed to the front, of tier 1 */
	TALLY_LEAKED,    /* attempts of blocked clients let to the front ... */
	TALLY_AUDITED,   /* ... or to the mail server, as a sample */
	TALLY_INLINE,    /* SYNs dropped for a stack that only sends spam */
	TALLY_CUT,       /* sessions that we ended */
	TALLY_CLIENTS,   /* clients that connect and never did before */
	TALLY_FIRST,     /* blocks of clients that were never blocked before */
	TALLY_AGAIN,     /* blocks of others */
	TALLY_ADMIN,     /* blocks by hand */
	TALLY_LIFTED,    /* blocks ended early by good mail or a login */
	TALLY_CLICKS,    /* ... by a click */
	TALLY_PARDONED,  /* ... by the admin, zfw-whitelist or a report */
	TALLY_MISTAKES,  /* possible mistakes: LIFTED, CLICKS, reports of wanted
			    mail, and new blocks of clients whose accepted
			    mail had settled, but for ADMIN */
	TALLY_ENDED,     /* blocks that were over in time; of these ... */
	TALLY_BACK,      /* ... whose client tried again between TALLY_BACK_MS
			    and TALLY_BACK_END_MS (in whole seconds) after it
			    began or went to a higher tier and before it was
			    over, as mail servers do that are told to come
			    later */
	TALLY_LISTED,    /* of PREVENTED: from networks of a block_file */
	TALLY_TOTALS,
	/* gauges: the last value in a slot */
	TALLY_BLOCKED_NOW = TALLY_TOTALS,
	TALLY_OPEN_NOW,   /* sessions */
	TALLY_STORED_NOW, /* clients in the store */
	TALLY_KINDS,
};
#define TALLY_BACK_MS     ((int64_t)5 * 60 * 1000)
#define TALLY_BACK_END_MS ((int64_t)4 * 3600 * 1000)

/* As Prometheus names them, without zfw_ and _total; and a few words. */
extern const char *const tally_name[TALLY_KINDS];
extern const char *const tally_words[TALLY_KINDS];

struct tally {
	uint64_t n[TALLY_KINDS];
};

static inline void
tally_add(struct tally *t, enum tally_kind k)
{
	t->n[k]++;
}

enum tally_step { TALLY_MINUTE, TALLY_HOUR, TALLY_DAY, TALLY_STEPS };
extern const int64_t tally_step_ms[TALLY_STEPS];
extern const uint32_t tally_chunk_slots[TALLY_STEPS]; /* 60, 24, 32 */
extern const uint32_t tally_keep_slots[TALLY_STEPS];  /* 1440, 744, 3660 */
#define TALLY_CHUNK_MAX 60

enum tally_mode { TALLY_SHADOW = 1, TALLY_ENFORCE = 2 };

struct tally_slot {
	uint8_t modes; /* enum tally_mode, or-ed; 0 = zfw did not run then */
	uint32_t n[TALLY_KINDS];
};

/* Adds a slot's totals; its gauges take the place of those. */
void tally_slot_sum(struct tally *to, const struct tally_slot *slot);

struct tally_chunk {    /* slots first .. first + tally_chunk_slots[step] - 1 */
	uint32_t first; /* number of the slot since 1970: a multiple of those */
	struct tally_slot slot[TALLY_CHUNK_MAX];
};

/* The number of the slot at that time, and of the first of its chunk. */
uint32_t tally_slot_at(enum tally_step step, int64_t ms);
uint32_t tally_first_at(enum tally_step step, int64_t ms);

/* 19 kB.  `last` are the totals that were counted in already. */
struct tally_history {
	struct tally last;
	struct tally_chunk chunk[TALLY_STEPS]; /* the current ones */
};

/* Nothing yet; chunks that the store has are filled in by the caller. */
void tally_history_init(struct tally_history *h, int64_t now_ms);
/*
 * Counts in what came since the last call.  True: nothing is counted yet, for
 * a chunk of that step is over and in *full, to be stored.  The new one is
 * empty: the caller fills in what the store has of it (a clock may go back),
 * and calls again until false.  The current ones are to be stored as they are,
 * as often as the caller likes.
 */
bool tally_history_add(struct tally_history *h, const struct tally *totals,
    enum tally_mode mode, int64_t now_ms, enum tally_step *step,
    struct tally_chunk *full);

/* Bytes for the store: 0 = no room.  decode: false when they are not that. */
#define TALLY_CHUNK_BYTES (8 + TALLY_CHUNK_MAX * (1 + 5 * TALLY_KINDS))
size_t tally_chunk_encode(enum tally_step step, const struct tally_chunk *c,
    void *out, size_t max);
bool tally_chunk_decode(enum tally_step step, const void *in, size_t n,
    struct tally_chunk *out);

#endif
