/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guard_impl - what guard.c (the loop), guardengine.c (the engine's side) and
 * guardopen.c (start) share
 *
 * For these three files only.  The struct owns everything in it but `conf`'s
 * pointers.  Fields are NULL or -1 until opened.
 */
#ifndef ZFW_DAEMON_GUARD_IMPL_H
#define ZFW_DAEMON_GUARD_IMPL_H

#include <event2/event.h>

#include "daemon/guard.h"
#include "daemon/guardapply.h"
#include "daemon/neverblock.h"
#include "daemon/guardtable.h"
#include "daemon/logwatch.h"
#include "fp/nfqueue.h"

#define GUARD_START_S 120 /* a big store may have to be repaired first */

enum guard_phase {
	PHASE_HELLO,   /* waiting for the engine's MSG_HELLO */
	PHASE_RESTORE, /* waiting for its first bulk restore */
	PHASE_READY,
	PHASE_STOP, /* the engine was told to end */
	PHASE_DEAD, /* the engine ended by itself */
};

enum guard_event {
	EV_ENGINE_READ,
	EV_ENGINE_WRITE,
	EV_WATCH,
	EV_OWN,
	EV_LOGS,
	EV_QUEUE,
	EV_TICK,     /* each second */
	EV_LOOK,     /* soon after the table was touched */
	EV_DEADLINE, /* of the start, of the stop */
	EV_SIGTERM,
	EV_SIGINT,
	EV_SIGCHLD,
	GUARD_EVENTS,
};

struct guard {
	struct guard_conf conf;
	enum guard_phase phase;
	int exit_code;
	struct child child;
	struct child journal; /* pid 0: none */
	struct nft_conf nft_conf;
	struct nft *nft;
	struct nftwatch *watch;
	struct neverblock *never;
	struct nfqueue *queue;
	struct logwatch *logs;
	struct guardsend *out;
	struct guardapply *apply;
	struct guardtable table;
	int notify_fd; /* of the service manager */
	struct event_base *base;
	struct event *ev[GUARD_EVENTS];
	uint64_t relay_lost; /* queued packets that the engine did not get */
	struct log_limit relay_limit, queue_limit, own_limit;
};

/* guard.c */
int64_t guard_now_ms(void);
int guard_events(struct guard *g); /* 0 or -ENOMEM */
void guard_timer(struct guard *g, enum guard_event e, int64_t ms);
void guard_renew_queue(struct guard *g);

/* guardengine.c: towards the engine */
void guard_queue_out(struct guard *g);
void guard_close_engine(struct guard *g);
void guard_engine_died(struct guard *g);
/* `why` NULL: its exit status says it. */
void guard_engine_gone(struct guard *g, const char *why);
void guard_flush(struct guard *g);
void guard_apply(struct guard *g, int64_t now_ms);
/* guardengine.c: what others call back */
void guard_on_read(evutil_socket_t fd, short what, void *arg);
void guard_on_write(evutil_socket_t fd, short what, void *arg);
void guard_on_table(void *arg, enum msg_table state, bool fresh, bool resync);
void guard_on_log(void *arg, const struct msg *m, int fd);
bool guard_on_packet(void *arg, const struct packet *p);
bool guard_on_never(void *arg, const struct net *n);
void guard_on_own(void *arg, const struct net *n, bool added);

/* guardopen.c */
void guard_notify(const struct guard *g, const char *text);

#endif
