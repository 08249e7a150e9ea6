/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logfile - a log file read line by line, with the time of each line
 *
 * Lines longer than LOG_LINE_MAX are cut; the rest is passed over.  NUL
 * bytes are kept.  Reads in big blocks.  "-" is standard input.  A file that
 * is packed (told by its first bytes, not its name) is read through gzip,
 * bzip2, xz or zstd, which must be installed and says itself what is wrong
 * with it.  Used by replay only: the daemon follows logs by logtail.
 */
#ifndef ZFW_TOOLS_LOGFILE_H
#define ZFW_TOOLS_LOGFILE_H

#include <sys/types.h>

#include "daemon/logline.h"

struct logfile {
	const char *path;
	char *buf; /* bytes at..n of it are not handed on */
	size_t at, n;
	int fd;
	pid_t packer; /* what unpacks it, 0 = nothing */
	bool eof;
	bool skipping;    /* the rest of a line that was cut */
	const char *line; /* borrowed until the next is read */
	size_t len;
	unsigned long number; /* of `line`, from 1 */
	bool have;            /* `line` is not consumed yet */
	int64_t due_ms;       /* when it is applied */
	struct logtime_memo memo;
};

/* 0 or -errno; -ENOPKG: it is packed, and what would unpack it is missing. */
int logfile_open(struct logfile *l, const char *path);
void logfile_close(struct logfile *l); /* also of one that did not open */
/*
 * The next line into `line`, without its newline.  1, 0 at the end, -errno
 * (-EBADMSG: packed and damaged).
 */
int logfile_line(struct logfile *l);
/*
 * The same with the line's time in `due_ms`: reads the next unless one is
 * waiting.  `ref_ms` guesses the year; `grace_ms` is added to stamps with a
 * fraction.
 */
int logfile_next(struct logfile *l, const struct logtime_conf *tc,
    int64_t ref_ms, int64_t grace_ms);

#endif
