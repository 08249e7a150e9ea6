/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigcache - stage 3 of 8: signature and label of a SYN, made once
 *
 * Real traffic repeats a few thousand shapes, so the text of a signature, its
 * key and its match are remembered for the last ones.  A fixed table with a
 * keyed hash and whole-key comparison: what comes out is what sig_make() and
 * sigdb_match() would say.  Owns its table, borrows the database.  One per
 * thread.  Allocates only in sigcache_new().
 */
#ifndef ZFW_FP_SIGCACHE_H
#define ZFW_FP_SIGCACHE_H

#include "fp/hash.h"
#include "fp/sigclass.h"

struct sigcache;

struct sigcache_hit {
	struct sig sig;
	uint16_t text_n; /* strlen(sig.text) */
	uint8_t cls;     /* enum sig_class */
	struct sigdb_match match;
};

/* `db` may be NULL: then nothing has a label.  `slots` is rounded up to a
 * power of two, each of about 400 bytes.  NULL: out of memory. */
struct sigcache *
sigcache_new(const struct sigdb *db, size_t slots, const struct hash_key *key);
void sigcache_free(struct sigcache *c);
/* Another database, from now on: everything remembered is dropped. */
void sigcache_set(struct sigcache *c, const struct sigdb *db);

/* `t` is of a SYN, or (reply) of a SYN+ACK.  Borrowed until the next call. */
const struct sigcache_hit *sigcache_get(struct sigcache *c,
    const struct traits *t, bool reply, uint16_t peer_mss);

/*
 * The same in three steps, for who has several packets at hand: each of the
 * first two asks the memory for what the next will read, so that the time
 * until it comes is spent on other packets.
 */
struct sigcache_ask {
	bool reply; /* the caller's, as in sigcache_get() */
	uint16_t peer_mss;
	/* Ours: what is asked for, and where to look. */
	uint16_t tag;
	uint64_t key[6];
	size_t set, at;
};
void sigcache_ask(const struct sigcache *c, const struct traits *t,
    struct sigcache_ask *ask);
void sigcache_look(const struct sigcache *c, struct sigcache_ask *ask);
/* `t` is the same as in the first step. */
const struct sigcache_hit *sigcache_take(struct sigcache *c,
    const struct sigcache_ask *ask, const struct traits *t);

#endif
