/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scan_impl - inside scan.h: what its two files share, nobody else
 *
 * scan.c goes through the file, tries again and hands out; scan_skip.c tells
 * what makes sense, and finds the next such place behind what does not.
 */
#ifndef ZFW_DB_SCAN_IMPL_H
#define ZFW_DB_SCAN_IMPL_H

#include <time.h>

#include "db/doubt.h"
#include "db/scan.h"
#include "db/scanfile.h"
#include "db/seen.h"

#define SCAN_MARKS  16
#define SCAN_BUFFER ((size_t)256 << 10)

struct scan {
	struct scanfile f;
	uint64_t mark[SCAN_MARKS]; /* where blocks began, the newest last */
	size_t marks;
	/* Trouble: how far we got, and how often we tried to get further. */
	uint64_t far;
	unsigned tries, all_tries, fronts, pass;
	struct doubts doubts;
	uint64_t where;       /* of the record that is handed out */
	struct timespec done; /* change of the file before the first pass */
	struct timespec met;  /* and before the last pass */
	bool progress;        /* it was written to since then */
	struct seen seen;     /* only if somebody has it open; else empty */
	struct held {         /* a record that waits for `seen` */
		bool is;
		struct kcfile_block b; /* in the buffer of f */
		uint64_t hash, where;
	} held;
	struct scan_counts counts;
	scan_fn *fn;
	void *arg;
};

/* The mark of a store, which has no check bytes? */
bool scan_is_meta(const struct kcfile_block *b);
/* *hash: of a record; 0 = the mark, or none. */
bool
scan_sound(enum kcfile_is is, const struct kcfile_block *b, uint64_t *hash);

/*
 * Moves *at behind what is damaged, to the next place that makes sense, and
 * notes how much that was.  `size`: 0, or of a record whose check bytes are
 * wrong.
 */
int scan_skip(struct scan *s, uint64_t *at, uint64_t size, struct doubt *d);
struct doubt scan_doubt(const struct scan *s, uint64_t at, uint64_t size);

#endif
