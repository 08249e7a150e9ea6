/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parts - a long blob in the store, written piece by piece
 *
 * One write of megabytes would hold up the loop; pieces of PARTS_SIZE take a
 * millisecond or two each.  There are two sets of pieces, and a head that says
 * which is whole: a writer fills the other set and puts the head last, so that
 * whoever is killed half way finds the old blob.  Called by live; the bytes
 * are borrowed until the last step.  Errors are those of the store.
 */
#ifndef ZFW_DB_PARTS_H
#define ZFW_DB_PARTS_H

#include "db/store.h"

#define PARTS_SIZE     (128 << 10)
#define PARTS_NAME_MAX 20 /* of a blob's name, as store_blob_put() wants it */

struct parts {
	const char *name;
	const uint8_t *p;
	size_t n, at;
	uint8_t set;
};

/* 0 or -errno; -EINVAL for a name that cannot be. */
int parts_begin(struct parts *w, struct store *s, const char *name,
    struct str bytes);
/* Writes one piece, or the head: 1 = there is more, 0 = done, -errno. */
int parts_step(struct parts *w, struct store *s);

/* Its length; 0 = not there, -EBADMSG = damaged or too long, -errno. */
long parts_get(struct store *s, const char *name, void *out, size_t max);

#endif
