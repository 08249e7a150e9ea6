/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logfind - a log file that was rotated away, by its inode
 *
 * Used by logwatch.  Looks through one directory for a regular file with that
 * number whose name begins with the log's, and opens it for reading.
 */
#ifndef ZFW_DAEMON_LOGFIND_H
#define ZFW_DAEMON_LOGFIND_H

#include <stdint.h>

/* -1 with errno: ENOENT, it is not there; or why it cannot be had. */
int logfind(const char *dir, const char *base, uint64_t dev, uint64_t ino);

#endif
