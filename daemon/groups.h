/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * groups - stage 6 of 8: what many clients have in common
 *
 * Three bounded tables, each evicting the entry that was used longest ago in
 * its bucket: HELO names with the number of unrelated networks (addr_site)
 * that used them; neighbourhoods with the number of clients blocked and of
 * clients that sent wanted mail; TCP signatures with their labelled record.
 * Labels come from the caller, never from our own blocks.  Memory only;
 * pure.  Times are wall clock milliseconds.
 */
#ifndef ZFW_DAEMON_GROUPS_H
#define ZFW_DAEMON_GROUPS_H

#include "fp/addr.h"
#include "fp/hash.h"

struct groups;

struct groups *groups_new(const struct hash_key *key);
void groups_free(struct groups *g);

/*
 * `site` says `helo`: how many networks have said it by now (an estimate,
 * right to a few percent up to 200), 0 when it is confirmed.  A name unused
 * for three days is forgotten.
 */
unsigned groups_helo(struct groups *g, struct str helo,
    const struct addr *client, int64_t now_ms);

/*
 * A client whose confirmed name is of the same domain says it: for as long
 * as that happens every three days it is nobody's group, whoever else says it.
 */
void groups_helo_confirmed(struct groups *g, struct str helo, int64_t now_ms);

/* A client of this neighbourhood was caught, or sent wanted mail. */
void groups_site_mark(struct groups *g, const struct addr *client, bool bad,
    int64_t now_ms);
/* Many caught and hardly any good here? */
bool
groups_site_bad(struct groups *g, const struct addr *client, int64_t now_ms);

/* One label for a stack: by one client, so that nobody teaches twice a day. */
void groups_sig_label(struct groups *g, uint64_t sig, bool bad, int64_t now_ms);
/* log(bad rate / good rate) of the stack here; 0 when little is known. */
double groups_sig_llr(struct groups *g, uint64_t sig, int64_t now_ms);

#endif
