/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * join - processes that come by themselves, instead of children
 *
 * A guard that a service manager started without root cannot become another
 * user, and so cannot start its engine as one.  Then the manager starts each
 * process as zfw-join under its own user; that connects to `join` in run_dir
 * and says who it is to be ("engine"), gets by one message what a child would
 * have been started with (joinmsg), and becomes that program.  Who may: the
 * configured user alone, one for each name.  Used at the start of the guard,
 * where it may wait; whoever comes later is told that he is not needed.
 * 0 or -errno with a sentence in `err`.
 */
#ifndef ZFW_DAEMON_JOIN_H
#define ZFW_DAEMON_JOIN_H

#include <stddef.h>
#include <sys/types.h>

#include "daemon/joinmsg.h"

#define JOIN_ERRLEN 4352 /* of a path and why */
#define JOIN_SOCKET "join"
#define JOIN_WAIT_S 30 /* for one that is needed */
#define JOIN_MAX    8  /* that wait at a time */

struct join {
	int fd;    /* listening; -1 = closed */
	uid_t uid; /* who may */
	size_t n;
	struct join_one {
		int fd;
		pid_t pid;
		char name[JOINMSG_NAME];
	} waiting[JOIN_MAX];
};

/* An old socket in `run_dir` is replaced. */
int join_open(struct join *j, const char *run_dir, const char *user,
    char err[JOIN_ERRLEN]);

struct join_gift {
	const char *name;
	struct joinmsg msg;
	int fds[JOINMSG_FDS]; /* stay the caller's */
};
/* Waits for that one; its process id, and a descriptor of the process. */
int join_give(struct join *j, const struct join_gift *g, pid_t *pid,
    int *pid_fd, char err[JOIN_ERRLEN]);

/* Nobody else is needed: says so to all who wait, and to all who have come. */
void join_turn_away(struct join *j);
void join_close(struct join *j);

#endif
