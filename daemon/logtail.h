/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logtail - before stage 5: complete lines from log files that rotate
 *
 * Opens nothing: the guard passes descriptors, and again after a rotation.
 * An old file is read to its end first and kept LOGTAIL_GRACE_MS longer,
 * since its writer may still hold it.  A file that became shorter, or whose
 * first bytes changed, was truncated by copytruncate and is read anew.  Where
 * a source was left is told by positions that the owner stores: two, because
 * a rotated file may still be read while the new one is.  Lines are cut at
 * LOG_LINE_MAX; NUL is a byte like others.  A line is handed on only when
 * its newline is there; a file that goes away gives its last one without.
 * A descriptor that is a pipe or a socket is read by logstream instead.
 *
 * Run by live.c; reads bounded slices and never blocks.  `now_ms` is
 * monotonic.  I/O errors are counted and end the file, not the source.
 */
#ifndef ZFW_DAEMON_LOGTAIL_H
#define ZFW_DAEMON_LOGTAIL_H

#include "daemon/logline.h"
#include "daemon/msg.h"
#include "db/store.h"

#define LOGTAIL_GRACE_MS  10000
#define LOGTAIL_FIND_MS   5000         /* how long the guard may look */
#define LOGTAIL_FILES_MAX 8            /* of one source at once */
#define LOGTAIL_SLICE     (256 * 1024) /* bytes of one source a turn */
#define LOGTAIL_LINES     2000         /* or so many lines */

enum logtail_state {
	LOGTAIL_WAITING, /* nothing heard of it yet */
	LOGTAIL_FINDING, /* asked for the rotated file that we were in */
	LOGTAIL_READING,
	LOGTAIL_MISSING,
	LOGTAIL_DENIED,
	LOGTAIL_ENDED, /* the journal's reader is gone */
};
extern const char *const logtail_state_name[];

/* What is worth a line in our own log. */
enum logtail_event {
	LOGTAIL_EV_FIRST,     /* never read before: begins at its end */
	LOGTAIL_EV_RESUMED,   /* goes on where it was left */
	LOGTAIL_EV_ROTATED,   /* a new file */
	LOGTAIL_EV_TRUNCATED, /* copytruncate: begins anew */
	LOGTAIL_EV_LOST,      /* the file that we were in is gone: a gap */
	LOGTAIL_EV_MISSING,
	LOGTAIL_EV_DENIED,
	LOGTAIL_EV_ERROR, /* reading failed: errno in `n` */
	LOGTAIL_EV_ENDED, /* the journal's reader is gone: no more lines */
};

enum logtail_kind { LOGTAIL_FILE, LOGTAIL_PIPE, LOGTAIL_JOURNAL };
extern const char *const logtail_kind_name[];

struct logtail_conf {
	void *arg;
	/*
	 * Bytes were read, their lines come next: whatever else happened
	 * before them can be looked at now.  May be NULL.
	 */
	void (*before)(void *arg);
	/* One line without newline; backlog: written before we were there. */
	void (*line)(void *arg, size_t source, struct str line, bool backlog);
	/* Ask the guard for this rotated file. */
	void (*find)(void *arg, size_t source, uint64_t dev, uint64_t ino);
	void (*event)(void *arg, size_t source, enum logtail_event ev,
	    uint64_t n); /* bytes skipped, still to read, ...; may be NULL */
	/*
	 * A stream: call logtail_read() when `fd` is readable; -1 = not any
	 * more.  May be NULL.
	 */
	void (*wait)(void *arg, size_t source, int fd);
};

/*
 * [0] the newer file, [1] the older one that is not done; ino 0: none.  Of
 * the journal [0].ino is 1 and [0].offset the stamp of its last line in
 * microseconds; a pipe has none.
 */
struct logtail_pos {
	struct store_logpos p[2];
};

struct logtail_status {
	enum logtail_state state;
	enum logtail_kind kind;
	uint64_t lines, cut, bytes, truncated, rotated, errors;
	uint64_t dev, ino, offset, size; /* of the newest file */
	size_t files;
	bool backlog;
};

struct logtail;

struct logtail *logtail_new(const struct logtail_conf *conf, size_t sources);
void logtail_free(struct logtail *t); /* NULL is allowed */

/* Where a source was left; before its first descriptor. */
void
logtail_resume(struct logtail *t, size_t source, const struct logtail_pos *pos);

/* That source is gone, or another one has its number from now on. */
void logtail_reset(struct logtail *t, size_t source);

/*
 * What the guard says (MSG_LOG_FD).  `fd` is owned from now on, -1 = none;
 * `dev` and `ino` as in the message: where nothing was found, what was asked.
 */
void logtail_fd(struct logtail *t, size_t source, enum msg_logfd what, int fd,
    uint64_t dev, uint64_t ino, int64_t now_ms);

/* One slice of every source; true when more is there to read at once. */
bool logtail_read(struct logtail *t, int64_t now_ms);

/* Of the first byte not yet handed on; false: nothing to store yet. */
bool logtail_position(const struct logtail *t, size_t source,
    struct logtail_pos *out);
void logtail_status(const struct logtail *t, size_t source,
    struct logtail_status *out);

#endif
