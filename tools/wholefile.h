/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * wholefile - a file that is there as a whole, or as it was before
 *
 * Written under another name in the same directory, which ends in no suffix
 * that anybody looks for, and renamed at the end.  What is no regular file
 * (/dev/stdout, a pipe) is written to as it is.  Called by tools that write
 * for programs that may read at any moment.  0 or -errno; what was begun has
 * to be ended.
 */
#ifndef ZFW_TOOLS_WHOLEFILE_H
#define ZFW_TOOLS_WHOLEFILE_H

#include <stdbool.h>
#include <stdio.h>

#define WHOLEFILE_PATH 4096

struct wholefile {
	FILE *f;
	const char *path;             /* the caller's */
	char tmp[WHOLEFILE_PATH + 8]; /* "" = written in place */
};

int wholefile_begin(struct wholefile *w, const char *path);
/* `good` false, or anything that fails: the file stays as it was. */
int wholefile_end(struct wholefile *w, bool good);

#endif
