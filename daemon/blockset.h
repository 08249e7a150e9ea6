/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blockset - the guard's own account of what is in block4 and block6
 *
 * Dumping a big set from the kernel takes seconds, so the guard remembers
 * which blocks it has put there and when each runs out.  It tells a new block
 * from a renewed one and counts for the size cap.  Owned by guardapply.
 * Times are monotonic seconds, as the kernel counts timeouts.  16 bytes a
 * block, in a table that doubles as needed up to `max` of each family;
 * keys are hashed with a secret, because strangers choose them.  Blocks that
 * ran out are forgotten when looked at, or by blockset_sweep().
 */
#ifndef ZFW_DAEMON_BLOCKSET_H
#define ZFW_DAEMON_BLOCKSET_H

#include "fp/addr.h"

struct blockset;

struct blockset *blockset_new(size_t max); /* NULL: no memory */
void blockset_free(struct blockset *b);

/* `n` is a /32 or a /64.  All take the time, and see no block that is over. */
bool blockset_has(struct blockset *b, const struct net *n, uint32_t now_s);
/* Adds or changes; false when `max` of the family, or no memory. */
bool blockset_put(struct blockset *b, const struct net *n, uint32_t until_s,
    uint32_t now_s);
void blockset_del(struct blockset *b, const struct net *n);
void blockset_clear(struct blockset *b);
/* Of a family (4 or 6); those that ran out unseen are still counted. */
size_t blockset_count(const struct blockset *b, uint8_t family);
/* Looks at the next `n` slots for blocks that ran out. */
void blockset_sweep(struct blockset *b, size_t n, uint32_t now_s);

#endif
