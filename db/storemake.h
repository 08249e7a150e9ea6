/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * storemake - a fresh file of a store, record by record: for backups
 *
 * Without transactions, so twice as fast as a store, and not to be opened by
 * anybody before storemake_end() was 0: whoever calls this renames the file
 * then.  Called by tools.  All return 0 or -errno; a full disk is -ENOSPC.
 */
#ifndef ZFW_DB_STOREMAKE_H
#define ZFW_DB_STOREMAKE_H

#include <stddef.h>
#include <stdint.h>

struct storemake;

/* The file is there and empty; room for so many records, which is a hint. */
int storemake_begin(const char *path, uint64_t records, struct storemake **out);
/* As scan.h hands them out; one of the same key is replaced. */
int storemake_put(struct storemake *m, const void *key, size_t key_n,
    const void *value, size_t n);
/* Closes it, and puts it on the disk if `whole`. */
int storemake_end(struct storemake *m, int whole);

#endif
