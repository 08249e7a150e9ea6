/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigfile - stage 3 of 8: signature files -> sigdb
 *
 * Reads p0f 3 files (ours are of that form, with a few additions) and pf.os
 * files, told apart by what stands in them.  A line that cannot be used is a
 * warning with file and line, and reading goes on; sections that are about
 * something else (http) are passed over in silence.  sigfile_load() is all or
 * nothing: a new compiled database, or NULL and why.  Files are read whole,
 * SIGFILE_MAX bytes at most; text parsing itself (sigfile_read) does no I/O.
 */
#ifndef ZFW_FP_SIGFILE_H
#define ZFW_FP_SIGFILE_H

#include "fp/bytes.h"
#include "fp/sigdb.h"

#define SIGFILE_MAX      (16 << 20)
#define SIGFILE_ERRLEN   512
#define SIGFILE_WARN_MAX 100        /* warnings of a file that are told */
#define SIGFILE_SIGS_MAX 20000      /* signatures of a database, in all */
#define SIGFILE_OURS     "built-in" /* the name of the shipped database */

/*
 * `text`: "FILE:LINE: what is wrong", without a newline, and without a byte of
 * the file that is not printable.  Behind SIGFILE_WARN_MAX of them comes one
 * "FILE: ..." that says how many more there are.
 */
typedef void sigfile_warn(void *arg, const char *text);

struct sigfile_report {
	size_t signatures, labels, mtus; /* in the database */
	size_t skipped;  /* signatures that are not: http, faulty */
	size_t warnings; /* told or not */
	size_t covered;  /* signatures that an earlier one makes needless */
	size_t merged;   /* pf.os: further names of one signature */
	size_t sources;  /* `from` lines */
};

/* The text of fp/zfw.fp, which is part of the program. */
struct str sigfile_ours(void);

/*
 * Adds what `text` says to `db`, which is not compiled yet, and what it was to
 * `rep`.  `name` is what warnings call it; `warn` may be NULL.  A signature
 * that an earlier one covers is worth a warning in the first file of a database
 * only: later ones may well say the same.  0, or -ENOMEM.
 */
int sigfile_read(struct sigdb *db, struct str text, const char *name,
    sigfile_warn *warn, void *arg, struct sigfile_report *rep);

/*
 * The database of `n` files, earlier ones first; a path of NULL is the shipped
 * one.  NULL with a sentence in `err` when a file cannot be read, is empty of
 * signatures, or memory is short.  `rep`, which may be NULL, is filled anew.
 */
struct sigdb *
sigfile_load(const char *const *paths, size_t n, sigfile_warn *warn, void *arg,
    struct sigfile_report *rep, char err[SIGFILE_ERRLEN]);

#endif
