/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardsend - what the guard has to say to the engine and could not yet send
 *
 * A bounded queue before msg_send(), in order.  guardsend_put() owns the
 * descriptor from the call on, whatever it returns.  The guard's loop calls
 * guardsend_flush() after each slice and whenever the socket takes data
 * again; it stops reading from an engine that does not read
 * (guardsend_busy()), so answers cannot fill the queue.  Never blocks.
 */
#ifndef ZFW_DAEMON_GUARDSEND_H
#define ZFW_DAEMON_GUARDSEND_H

#include "daemon/msg.h"

struct guardsend;

struct guardsend *guardsend_new(int sock, size_t max); /* NULL: no memory */
void guardsend_free(struct guardsend *q); /* closes waiting descriptors */

/* `fd` -1 = none.  -ENOBUFS: full, the engine has stopped reading. */
int guardsend_put(struct guardsend *q, const struct msg *m, int fd);
/* 0 all sent, -EAGAIN the rest waits, else -errno: the engine is gone. */
int guardsend_flush(struct guardsend *q);
/* Half full: take nothing on that needs an answer. */
bool guardsend_busy(const struct guardsend *q);

#endif
