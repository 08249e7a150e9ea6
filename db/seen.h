/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * seen - a set of 64-bit hashes: which records were met already
 *
 * For scan.c.  Eight bytes an entry at a load of three quarters at most; grows
 * by doubling.  Entries are never taken out.
 */
#ifndef ZFW_DB_SEEN_H
#define ZFW_DB_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen {
	uint64_t *slot; /* 0 = free */
	size_t n, max;  /* max: a power of two, or 0 */
};

/* Room for `n`, which is a hint; false: no memory. */
bool seen_init(struct seen *s, uint64_t n);
void seen_fini(struct seen *s);
/* seen_add() will be asked for it soon. */
void seen_soon(const struct seen *s, uint64_t hash);
/* 1: it was there; 0: it is now; -ENOMEM. */
int seen_add(struct seen *s, uint64_t hash);

#endif
