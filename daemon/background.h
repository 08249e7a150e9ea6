/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * background - a daemon whose starter learns whether it came up
 *
 * background_start() forks before anything is opened: the child goes on, the
 * parent waits inside and exits 0 once background_ready() is called, or 1
 * when the child ends before that (it has said why on stderr).  The child
 * keeps stderr until it is ready.  Used by zfwd.c only.
 */
#ifndef ZFW_DAEMON_BACKGROUND_H
#define ZFW_DAEMON_BACKGROUND_H

struct background {
	int ready_fd; /* to the waiting parent, -1 = none */
	int null_fd;  /* /dev/null, opened while we may */
};

/* 0 in the child, or -errno when there is none. */
int background_start(struct background *b);
/* Lets the parent go, and the terminal. */
void background_ready(struct background *b);

#endif
