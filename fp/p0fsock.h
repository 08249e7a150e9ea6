/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * p0fsock - beside stage 4: a Unix socket that answers p0f 3's queries
 *
 * Clients of p0f (rspamd, Haraka, ...) ask here about an address, as often
 * as they like on one connection, and get what hosts knows.  Everything
 * stands behind one epoll descriptor: poll p0fsock_fd() for reading, then
 * call p0fsock_run(); call it once a second besides.  Nothing blocks; one
 * call does a bounded slice.
 *
 * P0FSOCK_CLIENTS connections at most.  One that leaves half a query or an
 * answer lying for P0FSOCK_HALF_S is closed, and so is one that has asked
 * nothing P0FSOCK_IDLE_S after it came (Haraka connects long before its first
 * question, but no longer than 30 s).  When all places are taken the one that
 * has asked nothing for the longest time makes room, after a last look for a
 * query from it.  So silent clients, however many, keep nobody else out.  The
 * module owns the descriptors and allocates only in p0fsock_new().
 */
#ifndef ZFW_FP_P0FSOCK_H
#define ZFW_FP_P0FSOCK_H

#include <sys/types.h>

#include "fp/hosts.h"

#define P0FSOCK_CLIENTS 256
#define P0FSOCK_HALF_S  10
#define P0FSOCK_IDLE_S  60

struct p0fsock;

struct p0fsock_counts {
	uint64_t accepted, queries, bad, found;
	uint64_t idle;    /* closed because of a time limit */
	uint64_t evicted; /* closed to make room */
	size_t open_now;
};

/*
 * A listening socket at `path` with that mode; group `gid` unless it is
 * (gid_t)-1.  A socket that nobody answers on is replaced; -EADDRINUSE:
 * somebody does; -EEXIST: there is something that is no socket; -errno.
 */
int p0fsock_listen(const char *path, mode_t mode, gid_t gid);

/*
 * Takes `listen_fd`.  NULL with errno set on failure, and the descriptor
 * stays the caller's then.  The file at the path is not removed at the end:
 * the next p0fsock_listen() replaces it.
 */
struct p0fsock *p0fsock_new(int listen_fd);
void p0fsock_free(struct p0fsock *s); /* NULL is allowed */

int p0fsock_fd(const struct p0fsock *s);
/* `now_ms` is monotonic. */
void p0fsock_run(struct p0fsock *s, const struct hosts *h, int64_t now_ms);

void p0fsock_counts(const struct p0fsock *s, struct p0fsock_counts *out);

#endif
