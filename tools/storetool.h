/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * storetool - what zfwctl does with the store as a whole
 *
 * Backup, check and export read the file past the daemon (db/scan.h), which
 * notices nothing; import wants the store for itself.  `what` is the state
 * directory, or a file: a backup.  All return 0 or -errno with a sentence in
 * `error`.
 */
#ifndef ZFW_TOOLS_STORETOOL_H
#define ZFW_TOOLS_STORETOOL_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/scan.h"

#define STORETOOL_ERRLEN 512

/* Gives `e` back, and if it is one, the sentence of it. */
static inline int
storetool_failed(char error[STORETOOL_ERRLEN], const char *name, int e)
{
	if (e != 0)
		(void)snprintf(error, STORETOOL_ERRLEN, "%.300s: %s", name,
		    e == -ENOTSUP ? "written by a later version of zfw" :
				    strerror(-e));
	return e;
}

struct storetool_backup {
	uint64_t records; /* of them, some may have come in two forms */
	uint64_t bytes;   /* of the backup */
	struct scan_counts scan;
};
/* backup.c.  A file that a store can be made of by copying it. */
int storetool_backup(const char *what, const char *file,
    struct storetool_backup *out, char error[STORETOOL_ERRLEN]);

struct storetool_check {
	uint64_t clients, blocked, good, allowed, positions, blobs, history;
	uint64_t other; /* kinds that this version does not know */
	uint64_t
	    undecodable; /* whole, but they make no sense to this version */
	struct scan_counts scan;
};
/* checkdb.c */
int storetool_check(const char *what, int64_t now_ms,
    struct storetool_check *out, char error[STORETOOL_ERRLEN]);
bool storetool_damaged(const struct storetool_check *c);

/* export.c: `file` NULL: standard output. */
int storetool_export(const char *what, const char *file, uint64_t *lines,
    char error[STORETOOL_ERRLEN]);

struct storetool_import {
	uint64_t lines; /* stored */
	uint64_t line;  /* that is wrong; 0 = none */
};
/* import.c: `file` NULL: standard input. */
int storetool_import(const char *dir, const char *file,
    struct storetool_import *out, char error[STORETOOL_ERRLEN]);

#endif
