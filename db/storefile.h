/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * storefile - the store's file: lock, open, damage
 *
 * Shared by store.c only.  Opens Kyoto Cabinet's file under a lock of its
 * directory, so that putting a damaged file aside and starting a fresh one is
 * one step for every other process, and checks that the file is ours and of
 * this format.  A file of a later format, or with a damaged mark of the format,
 * is refused and stays as it is.
 * Calls into an open database go through kcguard(); when one did not come back,
 * storefile_dead() leaves a mark so that the next start puts the file aside.
 */
#ifndef ZFW_DB_STOREFILE_H
#define ZFW_DB_STOREFILE_H

#include <kclangc.h>

#include "db/store.h"

#define STOREFILE_PATH 216

struct storefile {
	KCDB *db;
	int lock;  /* descriptor of the directory, flock()ed */
	int fd;    /* of the file itself, besides Kyoto Cabinet's */
	bool dead; /* must not be touched any more */
	bool full; /* a call failed on a full disk ... */
	bool hurt; /* ... or for any other reason */
	char path[STOREFILE_PATH];
};

/* 0 or -errno with a sentence in res->error; then nothing is held. */
int storefile_open(struct storefile *f, const char *dir,
    struct store_open_result *res);
void storefile_close(struct storefile *f);

/*
 * The same file once more, to be read from memory, ten times as fast; NULL:
 * it cannot be.  Only while nobody writes to it.
 */
KCDB *storefile_reader(const struct storefile *f);

void storefile_dead(struct storefile *f);

/*
 * Puts what the system holds back on the disk; 0 or -errno.  Not by Kyoto
 * Cabinet: that would write its list of free blocks into the file, and whoever
 * is killed later finds an old one there, and writes over records.
 */
int storefile_sync(struct storefile *f);

/* -errno of the last failed call; errno must have been 0 before it. */
int storefile_errno(struct storefile *f);

#endif
