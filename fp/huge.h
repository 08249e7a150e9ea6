/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * huge - before stage 1: memory for large tables, in large pages
 *
 * A table of megabytes that is read here and there costs a walk through the
 * page tables for nearly each look, more so in a virtual machine.  Memory
 * from here is zero, begins at a cache line, and from HUGE_FROM bytes on asks
 * the kernel for large pages; where it has none nothing changes but the time.
 * Whoever takes it gives it back with the same size.  All inline.
 */
#ifndef ZFW_FP_HUGE_H
#define ZFW_FP_HUGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)
#define HUGE_FROM ((size_t)1 << 20)
#define HUGE_LINE ((size_t)128) /* two cache lines: they come in pairs */

static inline size_t
huge_round(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

/* Whole large pages, which begin where one may begin. */
static inline void *
huge_map(size_t n)
{
	char *p = mmap(NULL, n + HUGE_PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (p == MAP_FAILED)
		return NULL;
	before = huge_round((uintptr_t)p, HUGE_PAGE) - (uintptr_t)p;
	if (before > 0)
		munmap(p, before);
	munmap(p + before + n, HUGE_PAGE - before);
	(void)madvise(p + before, n, MADV_HUGEPAGE);
	return p + before;
}

/* NULL: no memory. */
static inline void *
huge_new(size_t n)
{
	void *p;

	if (n > SIZE_MAX - 2 * HUGE_PAGE)
		return NULL;
	if (n >= HUGE_FROM)
		return huge_map(huge_round(n, HUGE_PAGE));
	n = huge_round(n == 0 ? 1 : n, HUGE_LINE);
	p = aligned_alloc(HUGE_LINE, n);
	if (p != NULL)
		memset(p, 0, n);
	return p;
}

/* NULL is allowed. */
static inline void
huge_free(void *p, size_t n)
{
	if (p == NULL)
		return;
	if (n >= HUGE_FROM)
		munmap(p, huge_round(n, HUGE_PAGE));
	else
		free(p);
}

#endif
