/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scanfile - a store's file as it was before the change that is under way
 *
 * For scan.c.  Reads pieces of the file into one buffer, without a lock.  With
 * each it reads the write-ahead log (kcwal.h) before and after, and puts back
 * what the log knows when it is the same both times: so a piece is whole
 * though its writer sleeps, or was killed, in the middle of a change.  When
 * the log is not the same the writer runs, and the piece is as it was met;
 * `settled` says which.  Memory: the buffer, and twice the log.
 * All return 0 or -errno.
 */
#ifndef ZFW_DB_SCANFILE_H
#define ZFW_DB_SCANFILE_H

#include "db/kcfile.h"
#include "db/kcwal.h"

struct scanfile_log {
	uint8_t *p;
	size_t n, max;
};

struct scanfile {
	int fd;
	char *dir;      /* of the store; NULL: just a file */
	char *log_path; /* of the write-ahead log, which need not be there */
	int log_fd;
	struct kcfile_head head;
	uint64_t bytes; /* of the file */
	uint64_t end;   /* where the blocks end: by the head, or of the file */
	uint8_t *buf;   /* bytes of the file from `from` on */
	size_t n, max;
	uint64_t from;
	size_t want;  /* bytes that scanfile_block() reads at a time */
	bool torn;    /* take the log's last message as torn if it may be */
	bool settled; /* the last piece is that of one moment, as it seems */
	bool blind;   /* there is a log that could not be read, at any time */
	struct scanfile_log log[2];
	struct kcwal wal;
};

/* `what`: state_dir, or a file.  `error` gets a sentence. */
int scanfile_open(struct scanfile *f, const char *what, char error[256]);
void scanfile_close(struct scanfile *f);

/* Has anybody the store open for writing? */
bool scanfile_used(const struct scanfile *f);

/* Is the last piece one of which a change was taken back? */
bool scanfile_undone(const struct scanfile *f);

/*
 * Reads from `at` on, up to `want` bytes but not behind `end`, which is looked
 * up at the same time.
 */
int scanfile_fill(struct scanfile *f, uint64_t at, size_t want);

/*
 * The block at `at` if it is in the buffer already: *is and *b, which borrows
 * until the next call that reads.  False: it has to be read.
 */
bool scanfile_has(const struct scanfile *f, uint64_t at, enum kcfile_is *is,
    struct kcfile_block *b);

/*
 * The block at `at`, up to `max` bytes of it; BAD also where it is longer than
 * that, or than the file.  *b borrows until the next call.
 */
int scanfile_block(struct scanfile *f, uint64_t at, uint64_t max,
    enum kcfile_is *is, struct kcfile_block *b);

#endif
