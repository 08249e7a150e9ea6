/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tailfile - one log file that is being read: who it is and where we are
 *
 * Tells a file from others by device, inode and a hash of its first bytes,
 * so that a copytruncate or an inode used again does not look like more of
 * the same.  Only fstat and pread; opens nothing.  Used by logtail.c, which
 * owns the descriptor from tailfile_init() on.  `now_ms` is monotonic.
 */
#ifndef ZFW_DAEMON_TAILFILE_H
#define ZFW_DAEMON_TAILFILE_H

#include <stdbool.h>

#include "db/store.h"

#define TAILFILE_HEAD_BYTES 256

struct tail_file {
	int fd;
	struct store_logpos pos; /* offset: of the next byte to hand on */
	uint64_t size;
	bool skipping; /* in the rest of an over-long or half line */
	bool eof;
	int64_t quiet_from_ms; /* replaced, or last grown */
};

/* Takes the descriptor; false (and closed) when it cannot be looked at. */
bool tailfile_init(struct tail_file *f, int fd);

/* Goes to `offset`; inside a line, reading begins after that line. */
void tailfile_seek(struct tail_file *f, uint64_t offset);

/*
 * Is it the file of that position?  Device numbers may change at a reboot:
 * then inode and first bytes tell.
 */
bool tailfile_is(const struct tail_file *f, const struct store_logpos *p);

/* Goes on at a stored position; false: the file has begun anew, and so we. */
bool tailfile_resume(struct tail_file *f, const struct store_logpos *p);

/* Looks again; true when it was cut or rewritten: we are at its start. */
bool tailfile_check(struct tail_file *f, int64_t now_ms);

#endif
