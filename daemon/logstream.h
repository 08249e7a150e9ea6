/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logstream - before stage 5: complete lines from a pipe or socket
 *
 * The other kind of log source: a named pipe that a syslog daemon writes to,
 * or the socket that zfw-journal writes to.  Both cannot be read twice, so
 * nothing of a pipe is remembered; of the journal it is the stamp of its last
 * line, which is told to zfw-journal at the start.  Writers of a pipe may
 * come and go; a socket whose writer is gone has ended for good.  Used by
 * logtail.c only, which hands the descriptor over; never blocks.  A line is
 * handed on when its newline is there, or its writer has gone.
 */
#ifndef ZFW_DAEMON_LOGSTREAM_H
#define ZFW_DAEMON_LOGSTREAM_H

#include <sys/types.h>

#include "daemon/logline.h"

enum logstream_state {
	LOGSTREAM_OPEN,
	LOGSTREAM_ALONE, /* a pipe without a writer just now */
	LOGSTREAM_ENDED, /* a socket without one, or an error */
};

struct log_stream {
	int fd; /* owned; -1 = closed */
	enum logstream_state state;
	bool journal;
	bool skipping;   /* the rest of a line that was cut */
	bool waiting;    /* the owner waits for `fd` to become readable */
	int64_t last_us; /* of the journal: the stamp of its last line */
	char *buf;       /* bytes 0..n are not handed on */
	size_t n;
};

struct logstream_sink {
	void *arg;
	void (*before)(void *arg);
	void (*line)(void *arg, struct str line);
};

/* Is this descriptor a stream?  Else it is a file, or nothing. */
bool logstream_is(int fd);

/*
 * Takes the descriptor; `since_us` is for a journal.  False (and closed) when
 * memory is short or nobody listens.
 */
bool logstream_open(struct log_stream *s, int fd, int64_t since_us);
void logstream_close(struct log_stream *s);

/*
 * Hands on `lines` lines at most.  True: there may be more at once; else
 * `state` says how it stands.  0 or -errno in *error.
 */
bool logstream_read(struct log_stream *s, const struct logstream_sink *sink,
    size_t lines, int *error);

#endif
