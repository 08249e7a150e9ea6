/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * blockset - the guard's own account of the blocks that are in the kernel
 *
 * Dumping a big set from the kernel takes seconds, so the guard remembers
 * which elements it has put there and when each runs out.  It tells a new
 * block from a renewed one, counts for the size cap, and knows all blocks
 * that hold an address.  Owned by guardapply.  An element is what an nft_op
 * names: network, stack and action.
 * Times are monotonic seconds, as the kernel counts timeouts.  20 bytes a
 * block, in a table that doubles as needed up to `max` of each family;
 * addresses are hashed with a secret, because strangers choose them.  No more
 * than BLOCKSET_STACKS narrow blocks of one address.  Blocks that ran out are
 * forgotten when looked at, or by blockset_sweep().
 */
#ifndef ZFW_DAEMON_BLOCKSET_H
#define ZFW_DAEMON_BLOCKSET_H

#include "nft/nft.h"

#define BLOCKSET_STACKS 8
/* All that can hold one address: whole and narrow, three sizes of network. */
#define BLOCKSET_OF_MAX (BLOCKSET_STACKS + 6)

struct blockset;

struct blockset *blockset_new(size_t max); /* NULL: no memory */
void blockset_free(struct blockset *b);
/* It will be asked for: has its place fetched into the cache meanwhile. */
void blockset_soon(const struct blockset *b, const struct net *n);

/*
 * `key` is an operation with net, stack and action: a /32, /64, /56 or /48.
 * All take the time, and see no block that is over.
 */
bool blockset_has(struct blockset *b, const struct nft_op *key, uint32_t now_s);
/* The operation that makes it as it should be now; false: it is not there. */
bool blockset_get(struct blockset *b, const struct nft_op *key, uint32_t now_s,
    struct nft_op *out);
/*
 * Adds or changes; false when `max` of the family or the address, or no
 * memory.  Its tier and the percents of its score are remembered.
 */
bool blockset_put(struct blockset *b, const struct nft_op *key,
    uint32_t until_s, uint32_t now_s);
void blockset_del(struct blockset *b, const struct nft_op *key);
/* Is there any block of that very network? */
bool blockset_of_net(struct blockset *b, const struct net *n, uint32_t now_s);
/* All blocks that hold `a`, as operations to delete them; how many. */
size_t blockset_of(struct blockset *b, const struct addr *a,
    struct nft_op out[BLOCKSET_OF_MAX]);
void blockset_clear(struct blockset *b);
/* Of a family (4 or 6); those that ran out unseen are still counted. */
size_t blockset_count(const struct blockset *b, uint8_t of);
/* Looks at the next `n` slots for blocks that ran out. */
void blockset_sweep(struct blockset *b, size_t n, uint32_t now_s);

#endif
