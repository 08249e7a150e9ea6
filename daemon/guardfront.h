/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardfront - the front's listening sockets, and zfw-front as a child
 *
 * Opened by guardopen as root, only in enforce mode.  For tproxy the sockets
 * are transparent ones on 127.0.0.1 and ::1, for redirect they listen on all
 * addresses; both families on one port that the kernel chose.  After the
 * start our copies are closed: if the front dies nobody listens, and clients
 * are not kept waiting.  What fails here is logged, and zfwd goes on without
 * a front: then whoever would be rejected is dropped.
 */
#ifndef ZFW_DAEMON_GUARDFRONT_H
#define ZFW_DAEMON_GUARDFRONT_H

#include <stdint.h>

#include "daemon/child.h"
#include "daemon/config.h"

struct guardfront {         /* embedded in the guard */
	struct child child; /* pid 0: none */
	int engine_fd;      /* the engine's end until it is handed on; -1 */
	uint16_t port;      /* 0 = there is no front */
};

/* 0, or -errno after a log line. */
int guardfront_open(struct guardfront *f, const struct config *c,
    const struct child_conf *conf);
/* Closes what is ours; a front that the engine has no socket to ends. */
void guardfront_close(struct guardfront *f);

#endif
