/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sites - stage 6 of 8: what the neighbours of a client did
 *
 * A bounded table of networks (addr_site()) with the number of clients that
 * were caught and of days on which clients sent wanted mail, both halved every
 * three days.  What "caught" is the caller says; since it is our own blocks,
 * the answer may move a score, but is no witness.  Of a full set the entry
 * unused for longest makes room.  Memory only; pure.  Times are wall clock
 * milliseconds.
 */
#ifndef ZFW_DAEMON_SITES_H
#define ZFW_DAEMON_SITES_H

#include "fp/addr.h"
#include "fp/hash.h"

struct sites;

struct sites *sites_new(const struct hash_key *key);
void sites_free(struct sites *s);

/* A client of this network was caught, or sent wanted mail. */
void sites_mark(struct sites *s, const struct addr *client, bool bad,
    int64_t now_ms);
/* Many caught and hardly any good here?  Asking evicts nothing. */
bool sites_bad(struct sites *s, const struct addr *client, int64_t now_ms);

#endif
