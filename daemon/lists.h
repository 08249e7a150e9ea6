/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lists - the lists of networks in force: end users, mail providers, blocked
 *
 * Reads the files of end_user_files, pool_files and block_file into the
 * policy, and again while running: whole or not at all, so a file that cannot
 * be read leaves what was.  Used by zfw-engine, at start after root is given
 * up and at `zfwctl reload`, by zfw-replay, and by `zfwd -n`.  Owns the lists
 * that it puts under the policy's pointers; the old ones are gone when
 * lists_swap() returns, so nobody keeps a pointer over it.
 */
#ifndef ZFW_DAEMON_LISTS_H
#define ZFW_DAEMON_LISTS_H

#include "daemon/config.h"

#define LISTS_BLOCKED_MAX  100000 /* networks, of all block files */
#define LISTS_BLOCKED_BITS 3      /* none of them is wider */

struct lists;

/*
 * Borrows the config for good and writes to its policy.  NULL with a sentence
 * in `err` ("FILE:LINE: what") when a file cannot be used.
 */
struct lists *lists_new(struct config *c, char err[NETLIST_ERRLEN]);
void lists_free(struct lists *l); /* NULL is allowed */

/*
 * The files that `c` names, in two steps so that a reload of more than these
 * can be whole or not at all: 0, or -EINVAL with a sentence in `err` and
 * nothing read; then lists_swap() puts what was read in force, or
 * lists_drop().
 */
int
lists_stage(struct lists *l, const struct config *c, char err[NETLIST_ERRLEN]);
void lists_swap(struct lists *l);
void lists_drop(struct lists *l);

/*
 * The i-th network that is always blocked; false: there are no more.
 * Borrowed from what is in force.
 */
bool lists_blocked(const struct lists *l, size_t i, struct net *out);

#endif
