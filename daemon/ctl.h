/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ctl - the control socket: requests of zfwctl and zfw-whitelist
 *
 * One request line a connection (ctlreq.h), one JSON object back, then the
 * connection is closed.  Run by live.c's event loop; nothing blocks, slow or
 * silent peers are dropped after CTL_READ_S, a peer that does not take its
 * answer after CTL_WRITE_S without progress, and more than CTL_CONNS_MAX at
 * once are turned away.  The owner answers each request with ctl_reply() or
 * ctl_stream(), at once or later; a request that stays unanswered for
 * CTL_WAIT_S is answered with an error.  `now_ms` is monotonic.
 */
#ifndef ZFW_DAEMON_CTL_H
#define ZFW_DAEMON_CTL_H

#include <event2/event.h>
#include <jansson.h>

#include "daemon/ctlreq.h"

#define CTL_CONNS_MAX 32
#define CTL_READ_S    5
#define CTL_WAIT_S    8
#define CTL_WRITE_S   10

struct ctl;
struct ctl_conn;

/*
 * Makes the next piece of a long answer with ctl_append(); true when that
 * was the last.  *cursor starts at 0 and is the maker's own.
 */
typedef bool ctl_more(void *arg, struct ctl_conn *c, size_t *cursor);

struct ctl_conf {
	struct event_base *base;
	int fd; /* listening, non-blocking; ctl owns it from now on */
	void *arg;
	void (
	    *request)(void *arg, struct ctl_conn *c, const struct ctl_req *req);
	/* A request that was not answered is forgotten: peer gone, timeout. */
	void (*gone)(void *arg, struct ctl_conn *c);
};

struct ctl_counts {
	uint64_t requests, bad, turned_away, timeouts;
	size_t open_now;
};

/*
 * A listening socket at `path`, an old one removed; mode 0660 owned by
 * root and `gid`, 0600 when gid is (gid_t)-1.  -errno on failure.
 */
int ctl_listen(const char *path, gid_t gid);

/* NULL when memory is short (conf->fd stays the caller's then). */
struct ctl *ctl_new(const struct ctl_conf *conf, int64_t now_ms);
void ctl_free(struct ctl *s); /* NULL is allowed */
/* At least once a second: deadlines. */
void ctl_tick(struct ctl *s, int64_t now_ms);

/* Takes `o`; NULL (memory short) closes the connection. */
void ctl_reply(struct ctl_conn *c, json_t *o);
/* {"ok":false,"error":"..."} */
void ctl_error(struct ctl_conn *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void ctl_stream(struct ctl_conn *c, ctl_more *more, void *arg);
void ctl_append(struct ctl_conn *c, const char *p, size_t n);

void ctl_counts(const struct ctl *s, struct ctl_counts *out);

#endif
