/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logwatch - which file is at each log path, and a knock when one grows
 *
 * The engine reads logs by descriptors only; the guard, which may open them,
 * watches the configured paths.  When a path names another file than before
 * (rotated, made anew, a symlink turned), it is opened and handed on; when a
 * file is written to, the wake eventfd counts up.  Notices by inotify on the
 * file, its directory and, behind a symlink, the target's directory, and by
 * logwatch_tick() once a second for all that inotify does not show.  Opened
 * as root, works after priv_become().  Never reads a log.  Nothing here
 * fails for good: what is missing or denied is said once and tried again.  A
 * named pipe is handed on like a file.  A value that is no path has its
 * descriptor from logwatch_give() and is not watched.
 */
#ifndef ZFW_DAEMON_LOGWATCH_H
#define ZFW_DAEMON_LOGWATCH_H

#include "daemon/msg.h"

/*
 * A MSG_LOG_FD for the engine; `fd` (-1 = none) now belongs to the callee.
 *   MSG_LOG_CURRENT  dev, ino, fd   the file now at the path
 *   MSG_LOG_MISSING  dev, ino 0     nothing is at the path (for a second)
 *   MSG_LOG_DENIED   dev, ino 0     something is, but cannot be opened
 * Answers to logwatch_find() carry the dev and ino asked for (never 0):
 *   MSG_LOG_OLD      fd, or MSG_LOG_MISSING, or MSG_LOG_DENIED
 */
typedef void logwatch_cb(void *arg, const struct msg *m, int fd);

struct logwatch;

#define LOGWATCH_MAX 64

/*
 * `paths` is NULL-terminated and borrowed, LOGWATCH_MAX at most.  NULL with
 * errno set.
 */
struct logwatch *
logwatch_open(char *const *paths, int wake_fd, logwatch_cb *cb, void *arg);
void logwatch_close(struct logwatch *w);
/*
 * Others: where a path is another one than before, that source is new and
 * told; "" is none.  The old paths must still be there, and are not borrowed
 * any more.  False: too many, nothing has changed.
 */
bool logwatch_set(struct logwatch *w, char *const *paths);
int logwatch_fd(const struct logwatch *w);

/* What the source that is no path reads from; taken, and told once. */
void logwatch_give(struct logwatch *w, size_t source, int fd);

/* Says the state of every log, whatever was said before. */
void logwatch_announce(struct logwatch *w);
/* A bounded slice of events. */
void logwatch_read(struct logwatch *w);
void logwatch_tick(struct logwatch *w);
/* Looks for a rotated file in the log's directory; answers by the callback. */
void
logwatch_find(struct logwatch *w, uint16_t source, uint64_t dev, uint64_t ino);

/*
 * The i-th directory to read from, for Landlock: of the path (even = 2 *
 * source) and of what a symlink there points to (odd), or where such a
 * directory is missing the next one above, except "/".  False: no such i;
 * an empty `dir` is none.
 */
bool logwatch_dir(const struct logwatch *w, size_t i, char *dir, size_t n);

#endif
