/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logtail_impl - what logtail.c (files) and logtail_stream.c share
 *
 * For these two files only.
 */
#ifndef ZFW_DAEMON_LOGTAIL_IMPL_H
#define ZFW_DAEMON_LOGTAIL_IMPL_H

#include "daemon/logstream.h"
#include "daemon/logtail.h"
#include "daemon/tailfile.h"

/* More than a line, so that a full buffer always has something to give. */
#define LOGTAIL_BUF (64 * 1024)

struct source {
	enum logtail_state state;
	struct log_stream stream;              /* fd -1: it is a file */
	struct tail_file f[LOGTAIL_FILES_MAX]; /* oldest first */
	size_t n;
	struct store_logpos want[2]; /* still to be found, oldest first */
	size_t want_n;
	size_t found; /* files at the front that came this way */
	struct logtail_pos saved;
	bool has_saved; /* and not used yet */
	bool was_missing;
	bool backlog;
	int64_t find_until_ms;
	struct logtail_status st; /* counters only */
};

struct logtail {
	struct logtail_conf conf;
	size_t n;
	struct source *v;
	char buf[LOGTAIL_BUF];
};

/* logtail.c */
void
logtail_say(struct logtail *t, size_t i, enum logtail_event ev, uint64_t n);
void logtail_hand_on(struct logtail *t, size_t i, struct str line);

/* logtail_stream.c */
void logtail_stream_take(struct logtail *t, size_t i, int fd);
/* True: stopped by the budget. */
bool logtail_stream_read(struct logtail *t, size_t i);
void logtail_stream_end(struct logtail *t, size_t i);

#endif
