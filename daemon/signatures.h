/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * signatures - the signature database in force
 *
 * Loads the site's signature files and the shipped database behind them, and
 * loads them again while running: all or nothing, so a file that cannot be
 * read leaves what was.  Used by zfw-engine, at start after root is given up
 * and at `zfwctl reload`, and by zfw-replay.  Owns database and cache; lines
 * that make no sense are logged, SIGNATURES_WARN_MAX of them at most.
 */
#ifndef ZFW_DAEMON_SIGNATURES_H
#define ZFW_DAEMON_SIGNATURES_H

#include "fp/sigcache.h"
#include "fp/sigfile.h"

#define SIGNATURES_WARN_MAX 20

struct signatures;

/*
 * `files`: paths, ended by NULL.  NULL itself stands for none.  NULL with a sentence in `err` when a file cannot be used.
 */
struct signatures *signatures_new(char *const *files,
    const struct hash_key *key, char err[SIGFILE_ERRLEN]);
void signatures_free(struct signatures *s); /* NULL is allowed */

/*
 * The files that these paths name, in two steps so that a reload of more than
 * these can be whole or not at all: 0, or -EINVAL with a sentence in `err` and
 * nothing read; then signatures_swap() puts what was read in force, or
 * signatures_drop().
 */
int signatures_stage(struct signatures *s, char *const *files,
    char err[SIGFILE_ERRLEN]);
void signatures_swap(struct signatures *s);
void signatures_drop(struct signatures *s);

/* Borrowed until signatures_free(); follows a reload by itself. */
struct sigcache *signatures_cache(struct signatures *s);
/* Borrowed until the next reload. */
const struct sigdb *signatures_db(const struct signatures *s);
void signatures_report(const struct signatures *s, struct sigfile_report *out);

#endif
