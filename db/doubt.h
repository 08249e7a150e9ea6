/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doubt - places of a store's file that made no sense, until that is sure
 *
 * For scan.c, while somebody writes to the file.  What is damaged stays so:
 * a place counts as damaged when it was met in DOUBT_LOOKS passes, always
 * reached from the front, always with the same bytes.  Anything else was
 * being changed.  A fixed table; what does not fit is never sure.
 */
#ifndef ZFW_DB_DOUBT_H
#define ZFW_DB_DOUBT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOUBT_MAX   64
#define DOUBT_LOOKS 3

struct doubt {
	uint64_t at, hash;  /* where, and of what lies there */
	uint64_t bad, lost; /* records and bytes, if it is damage */
	unsigned looks;     /* passes */
	unsigned pass;      /* the last of them */
	bool blind;         /* a change may be under way that we cannot see */
};

struct doubts {
	struct doubt v[DOUBT_MAX];
	size_t n;
	uint64_t more; /* in this pass, for which there was no room */
};

struct doubt_sum {
	uint64_t bad, lost; /* of the sure ones */
	uint64_t unsure;    /* places */
};

/* One that was met in this pass already; NULL: none. */
struct doubt *doubt_met(struct doubts *d, const struct doubt *is);
/* `is` was met: its numbers are the newest; `looks` is not looked at. */
void doubt_add(struct doubts *d, const struct doubt *is);
/* Forgets those that were not met in this pass. */
void doubt_end(struct doubts *d, unsigned pass);
struct doubt_sum doubt_sum(const struct doubts *d);

#endif
