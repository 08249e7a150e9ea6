/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * joinmsg - what the guard gives to a process that joined it
 *
 * One message: a version byte, the number of descriptors that come with it and
 * the number of each in the new program, the number of arguments, and these,
 * each ended by a zero byte.  No arguments: you are not needed.  Written by
 * join, read by zfw-join.  Pure.
 */
#ifndef ZFW_DAEMON_JOINMSG_H
#define ZFW_DAEMON_JOINMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOINMSG_NAME  16    /* "engine", with its zero byte */
#define JOINMSG_FDS   4     /* so many at most */
#define JOINMSG_FD    8     /* each below it */
#define JOINMSG_ARGS  24    /* so many at most */
#define JOINMSG_BYTES 16384 /* of a message */

struct joinmsg {
	size_t fds_n, args_n;
	uint8_t at[JOINMSG_FDS];
	const char *args[JOINMSG_ARGS + 1]; /* the last is NULL */
};

/* Its length; 0: too long. */
size_t joinmsg_put(const struct joinmsg *m, char buf[JOINMSG_BYTES]);
/* The arguments point into `buf`; false: it is no such message. */
bool joinmsg_get(struct joinmsg *m, const char *buf, size_t n);

#endif
