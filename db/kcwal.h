/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kcwal - the bytes of Kyoto Cabinet's write-ahead log
 *
 * For scanfile.c.  Beside the file of a store lies NAME.wal.  A change of the
 * store is several writes into the file, and before each of them the log gets
 * what lay in that place; when the change is done the log is emptied.  So who
 * puts all of a log back into what he read of the file sees the file as it was
 * before the change that is under way, just as the library does at the next
 * opening when its process was killed in the middle.  What lay behind the old
 * end of the file is not in the log: that is the new end again.
 * Any bytes may come in: what makes no sense ends the log.  Pure but for the
 * list of messages, which kcwal_fini() frees; the bytes stay the caller's.
 */
#ifndef ZFW_DB_KCWAL_H
#define ZFW_DB_KCWAL_H

#include "fp/bytes.h"

struct kcwal_msg {
	uint64_t at;    /* in the store's file */
	struct str old; /* what lay there */
};

struct kcwal {
	uint64_t size; /* of the file before the change */
	struct kcwal_msg *msg;
	size_t n, max;
};

/*
 * Is a change under way that has written to the file?  1: then *w is what it
 * changed, until kcwal_fini() or the next call; 0: no; -ENOMEM.
 */
int kcwal_parse(struct kcwal *w, const void *p, size_t n);
void kcwal_fini(struct kcwal *w);

/*
 * The log may end in a message of which only a part was written, and behind
 * that zeros.  Nothing was changed for it yet, so this says by what lies in
 * its place now (as much as there is of it) that it may be one: it may as well
 * be whole, and of bytes that end in zeros.
 */
bool kcwal_torn(const struct kcwal_msg *last, struct str now);

/* `p` are `n` bytes of the file from `at` on: as they were before. */
void kcwal_undo(const struct kcwal *w, uint64_t at, void *p, size_t n);

#endif
