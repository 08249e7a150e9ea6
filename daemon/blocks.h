/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blocks - stage 8 of 8: which client keys are blocked until when
 *
 * A hash of the active blocks, and a heap that says whose time comes next:
 * the end of a block, or the renewal of its lease.  Fixed size, taken at
 * once, and touched only as it is needed; 36 bytes and a bit for each block.
 * Times are cut to BLOCKS_MS_MAX.  Keys are those of addr_key().
 * What is lent lives until the next call of the same function, or a change.
 * Owned by the engine; pure.
 */
#ifndef ZFW_DAEMON_BLOCKS_H
#define ZFW_DAEMON_BLOCKS_H

#include "fp/addr.h"
#include "fp/hash.h"
#include "fp/stack.h"

#define BLOCKS_MS_MAX (((int64_t)1 << 43) - 1) /* of times: the year 2248 */
#define BLOCKS_MAX    ((size_t)1 << 24)
#define BLOCKS_TIERS  16

struct block {
	struct addr key;
	int64_t until_ms;
	int64_t next_ms; /* when to look again: <= until_ms */
	/* what the kernel is told of it, so that nobody has to read a record */
	uint8_t tier;   /* 0..15 */
	bool reject;    /* to the front, else dropped */
	bool narrow;    /* to stacks that only the record knows */
	bool told;      /* see blocks_tell() */
	uint16_t score; /* permille */
	/* block_own() of the only stack that offended; 0: it may not be narrowed */
	uint8_t own;
	uint8_t reasons[4]; /* enum evidence_kind */
};

struct blocks;

/*
 * A stack in a byte, 1..255; 0 = no stack.  The same for ever and everywhere,
 * so that replays agree: who takes pains to have another's gains nothing.
 */
uint8_t block_own(const struct stack *s);

/* NULL: no memory, or above BLOCKS_MAX. */
struct blocks *blocks_new(size_t max, const struct hash_key *key);
void blocks_free(struct blocks *b);
size_t blocks_n(const struct blocks *b);
size_t blocks_of_tier(const struct blocks *b, unsigned tier);

/* Borrowed; NULL = not blocked. */
const struct block *blocks_find(const struct blocks *b, const struct addr *key);
bool blocks_has(const struct blocks *b, const struct addr *key);
/* Adds or changes; false when full. */
bool blocks_put(struct blocks *b, const struct block *v);
bool blocks_del(struct blocks *b, const struct addr *key);
/* The one whose next_ms is the earliest; NULL = none. */
const struct block *blocks_next(const struct blocks *b);
/* When that is; INT64_MAX = never. */
int64_t blocks_next_ms(const struct blocks *b);
/*
 * Of 0..blocks_n()-1.  A new one comes last; deleting one puts the last in
 * its place; nothing else moves.  So a walk downwards misses none, whatever
 * is added, changed and deleted on the way; one may come twice.
 */
const struct block *blocks_at(const struct blocks *b, size_t i);
/* Notes on that one that it was told, until it is put anew. */
void blocks_tell(struct blocks *b, size_t i);

#endif
