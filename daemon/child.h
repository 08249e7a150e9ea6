/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * child - the engine as a process: start, end, and how it ended
 *
 * The guard starts the engine while still root; the engine gives root up by
 * itself.  It gets its end of the message socket as descriptor 3, the wake
 * eventfd as 4, and nothing else but 0-2.  It runs in a process group of its
 * own, so that ^C reaches the guard alone, which then ends it in order.  The
 * guard cannot signal it later (another user): closing the socket is how it
 * is told.  zfw-front gets its listening sockets and a socket to the engine in
 * the same way, and ends when the engine's end is closed.  The journal's
 * reader, if there is one, gets a socket to the engine as its 0 and 1; it ends
 * when that is closed.  A guard that was not started as root cannot start
 * anybody as another user: with `join` it waits for a process that was, and
 * gives it the same (join).  0 or -errno with a sentence in `err`.
 */
#ifndef ZFW_DAEMON_CHILD_H
#define ZFW_DAEMON_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "daemon/join.h"

#define CHILD_ERRLEN   4352 /* of a path and why */
#define CHILD_GUARD_FD 3
#define CHILD_WAKE_FD  4

struct child_conf {
	const char *conf_path;   /* absolute */
	const char *record_path; /* NULL = none */
	bool foreground;
	bool urgent;       /* mail waits for it: child_hurry() */
	struct join *join; /* NULL = a child by fork */
};

/* Packets wait for this process: the scheduler is to prefer it somewhat. */
void child_hurry(void);

struct child {
	pid_t pid;   /* 0 = none, or reaped */
	int sock;    /* our end, non-blocking; -1 = closed */
	int wake_fd; /* eventfd: the logs grew */
	int pid_fd;  /* of one that joined: readable when it has ended; or -1 */
	int status;  /* as of waitpid(), once reaped; 0 of one that joined */
};
#define CHILD_NONE ((struct child){ .sock = -1, .wake_fd = -1, .pid_fd = -1 })

int child_start(struct child *c, const struct child_conf *conf,
    char err[CHILD_ERRLEN]);

struct child_journal {
	const char *units; /* "" = those of known mail servers */
	const char *user, *group;
	const char *facility; /* NULL = say all to stderr */
	struct join *join;
};
/* zfw-journal; its socket is for the engine and the caller's to close. */
int child_start_journal(struct child *c, const struct child_journal *conf,
    int *sock, char err[CHILD_ERRLEN]);

struct child_front {
	const char *conf_path; /* absolute */
	bool foreground;
	int smtp4, smtp6, http; /* listening, -1 = none; stay the caller's */
	struct join *join;
};
/* zfw-front; *engine is the engine's end, the caller's to hand on. */
int child_start_front(struct child *c, const struct child_front *conf,
    int *engine, char err[CHILD_ERRLEN]);

/* Looks without waiting: true when it has ended (then, and ever after). */
bool child_reap(struct child *c);
/* Closes the socket: the engine ends by itself. */
void child_tell_end(struct child *c);
void child_close(struct child *c);
/*
 * "exit status 1", "killed by signal 11 (Segmentation fault)", or of one that
 * joined, which only its own parent knows: "its service manager knows why".
 */
const char *child_how(const struct child *c, char *buf, size_t n);

#endif
