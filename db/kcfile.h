/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kcfile - the bytes of a file of Kyoto Cabinet's HashDB
 *
 * For scan.c, which reads the file of a store without the library.  Behind a
 * head of 64 bytes lie a pool of free blocks and the buckets, which a reader
 * from front to end does not need, and then blocks, end to end: records with
 * their padding, and free ones.  Numbers are big-endian.  Only files as the
 * store makes them are known: 6-byte addresses, trees in the buckets, nothing
 * compressed.  Pure; what comes out borrows the bytes that went in.
 */
#ifndef ZFW_DB_KCFILE_H
#define ZFW_DB_KCFILE_H

#include "fp/bytes.h"

#define KCFILE_HEAD      64
#define KCFILE_SIZE_AT   40 /* where the head says how long the file is ... */
#define KCFILE_SIZE      8  /* ... in so many bytes */
#define KCFILE_KEY_MAX   256
#define KCFILE_VALUE_MAX ((16u << 20) + 64)

struct kcfile_head {
	uint64_t first; /* offset of the first block */
	uint64_t size;  /* of the file, as it was last committed */
	uint64_t records;
	unsigned align; /* blocks begin and end at multiples of it */
	bool broken;    /* left open without transactions, or found damaged */
};

/* False: not such a file. */
bool kcfile_head(const void *p, size_t n, struct kcfile_head *out);
uint64_t kcfile_size(const uint8_t p[KCFILE_SIZE]);

enum kcfile_is {
	KCFILE_BAD,    /* no block begins here */
	KCFILE_MORE,   /* tell again with `size` bytes */
	KCFILE_FREE,   /* of `size` bytes */
	KCFILE_RECORD, /* the same, with key and value */
};

struct kcfile_block {
	uint64_t size;
	struct str key, value;
};

/* The block that begins with these `n` bytes. */
enum kcfile_is kcfile_block(const struct kcfile_head *h, const void *p,
    size_t n, struct kcfile_block *out);

#endif
