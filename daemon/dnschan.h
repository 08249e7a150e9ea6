/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dnschan - questions to DNS servers, and their replies, in an event loop
 *
 * The one file that knows c-ares.  dnschan_new() reads /etc/resolv.conf, so
 * it comes before the sandbox; what comes after sends and receives datagrams
 * and nothing else: a reply that was cut off is taken as it is, no question
 * goes by TCP.  That a reply is one to our question (server, port, id and
 * name) is c-ares' business.  Used by the resolver; each question is answered
 * by exactly one call of its callback, which may come before dnschan_ask()
 * returns, and which may ask again.
 */
#ifndef ZFW_DAEMON_DNSCHAN_H
#define ZFW_DAEMON_DNSCHAN_H

#include "daemon/dnsmsg.h"

#define DNSCHAN_ERRLEN 256

struct event_base;

struct dnschan_conf {
	const struct addr *servers;
	size_t servers_n;    /* 0: those of /etc/resolv.conf */
	uint16_t port;       /* 0: 53 */
	uint32_t timeout_ms; /* for all tries of a question together */
};

enum dnschan_status {
	DNSCHAN_REPLY,  /* with answers */
	DNSCHAN_NONE,   /* there is no such name, or nothing of that type */
	DNSCHAN_FAILED, /* nobody could tell, or not in time */
};

/* `reply` holds a message when the status is DNSCHAN_REPLY. */
typedef void
dnschan_cb(void *arg, enum dnschan_status status, const struct rd *reply);

struct dnschan;
/* NULL with a sentence in `err`. */
struct dnschan *
dnschan_new(const struct dnschan_conf *conf, char err[DNSCHAN_ERRLEN]);
bool dnschan_start(struct dnschan *c, struct event_base *base);
/* Those who wait still get DNSCHAN_FAILED.  NULL is allowed. */
void dnschan_free(struct dnschan *c);

void dnschan_ask(struct dnschan *c, const char *name, enum dnsmsg_type type,
    dnschan_cb *then, void *arg);

#endif
