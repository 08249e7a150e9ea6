/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scan - reads a store's file past its owner, while that goes on writing
 *
 * For tools: statistics, backup, export, check.  Reads the file of Kyoto
 * Cabinet's HashDB from front to end by read(2), without a lock and without a
 * word to the engine, and hands out every record whose check bytes (record.h)
 * are right.  What is being written that moment may be met twice, in an older
 * form, or not at all: scan_again() goes once more over it and hands out what
 * is new or changed since.  A file that is damaged gives what can be read, and
 * counts.  While somebody has the store, damage is only what is met in three
 * passes with the same bytes, so a call makes up to five, a quarter of a second
 * apart, when something makes no sense; what was met but is not sure is
 * counted apart.  A change that its writer did not end, asleep or killed, is
 * seen as not begun.  Memory: one buffer, twice the write-ahead log, and 8 to
 * 16 bytes a record while somebody has the store; when nobody has, that is not
 * needed, and then scan_again() hands out nothing, or all if the file was
 * changed since.
 * Returns 0 or -errno with a sentence in `error`.
 */
#ifndef ZFW_DB_SCAN_H
#define ZFW_DB_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scan;

struct scan_counts {
	uint64_t records;  /* handed out */
	uint64_t twice;    /* met again unchanged, and left out */
	uint64_t bad;      /* whose check bytes are wrong */
	uint64_t lost;     /* bytes that are neither record nor free */
	uint64_t anew;     /* places that made sense when read again */
	uint64_t unsure;   /* places left out: being changed, or damaged */
	uint64_t bytes;    /* of the file */
	uint64_t expected; /* records that it says to have: a hint */
	uint32_t format;   /* of the store */
	bool in_use;       /* somebody has it open for writing */
};

/* `dir`: state_dir, or a file, e.g. a backup. */
int scan_open(const char *dir, struct scan **out, char error[256]);
void scan_close(struct scan *s); /* NULL is allowed */

/*
 * All records: key and value as record.h has them (value with version byte and
 * check bytes: record_open(), record_client_decode()).  `fn` may return false
 * to stop, and uses them only until it returns.  -ENOTSUP: the file is of a
 * later format.
 */
typedef bool
scan_fn(void *arg, const void *key, size_t key_n, const void *value, size_t n);
int scan_all(struct scan *s, scan_fn *fn, void *arg);
/* After scan_all(): once more, what it did not hand out in that form. */
int scan_again(struct scan *s, scan_fn *fn, void *arg);
void scan_counts(const struct scan *s, struct scan_counts *out);

/*
 * Within fn: where in the file the record lies.  Afterwards: that one record
 * again, as it is now; -ENOENT when no whole one is there any more, or one
 * that is longer than a client's.
 */
uint64_t scan_where(const struct scan *s);
int scan_read(struct scan *s, uint64_t where, scan_fn *fn, void *arg);

#endif
