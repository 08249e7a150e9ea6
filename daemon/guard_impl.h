/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guard_impl - what guard.c (the loop), guardengine.c (the engine's side),
 * guardqueue.c (the queue), guardreload.c, guardnotify.c and guardopen.c
 * (start) share
 *
 * For these files only.  The struct owns everything in it but `conf`'s
 * pointers.  Fields are NULL or -1 until opened.
 */
#ifndef ZFW_DAEMON_GUARD_IMPL_H
#define ZFW_DAEMON_GUARD_IMPL_H

#include <event2/event.h>

#include "daemon/guard.h"
#include "daemon/guardapply.h"
#include "daemon/guardclock.h"
#include "daemon/guardfront.h"
#include "daemon/guardlist.h"
#include "daemon/neverblock.h"
#include "daemon/guardtable.h"
#include "daemon/logwatch.h"
#include "fp/nfqueue.h"
#include "nft/nftwalk.h"

#define GUARD_START_S 120 /* a big store may have to be repaired first */

enum guard_phase {
	PHASE_HELLO,   /* waiting for the engine's first MSG_HELLO */
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
	EV_LATE,     /* while queued packets wait for verdicts */
	EV_TICK,     /* each second */
	EV_LOOK,     /* soon after the table was touched */
	EV_AUDIT,    /* the sets are looked through */
	EV_DEADLINE, /* of the start, of the stop */
	EV_SIGTERM,
	EV_SIGINT,
	EV_SIGCHLD,
	EV_SIGHUP,
	EV_JOIN,       /* somebody who is not needed */
	EV_ENGINE_END, /* of those that joined: they are no children */
	EV_FRONT_END,
	GUARD_EVENTS,
};

struct guardqueue {
	struct nfqueue *kernel; /* NULL = no queue */
	uint16_t num;
	int proc_fd;   /* where the kernel tells its length, or -1 */
	bool wait;     /* MSG_INLINE */
	bool answered; /* there are verdicts to be sent */
	struct msg_packets out;
	uint32_t asked[MSG_MAX]; /* of those in `out` that wait */
	size_t asked_n;
	uint64_t unseen; /* packets that the engine did not get */
	uint64_t matched, matched_last;
	uint64_t told[MSG_QUEUES];
	struct log_limit relay_limit, limit;
};

struct guard {
	struct guard_conf conf;
	enum guard_phase phase;
	int exit_code;
	struct child child;
	struct child journal; /* pid 0: none */
	struct guardfront front;
	int sole_fd; /* see guardsole */
	struct nft_conf nft_conf;
	char lacks[256]; /* what the kernel lacks, as last said */
	struct nft *nft;
	struct nftwatch *watch;
	struct nftwalk *walk;
	size_t audit_wrong; /* elements that it has put right */
	struct neverblock *never;
	struct guardqueue queue;
	struct guardcut cut;
	struct guardclock clock;
	struct logwatch *logs;
	struct guardsend *out;
	struct guardapply *apply;
	struct guardtable table;
	struct guardlist list;
	int notify_fd;       /* of the service manager */
	int64_t watchdog_ms; /* it wants to hear from us so often; 0: never */
	int64_t patted_ms, alive_ms; /* told it; heard of the engine */
	int64_t status_ms;
	char status[64]; /* as it was told */
	struct event_base *base;
	struct event *ev[GUARD_EVENTS];
	struct log_limit own_limit;
};

/* guard.c */
int64_t guard_now_ms(void);
int guard_events(struct guard *g); /* 0 or -ENOMEM */
void guard_timer(struct guard *g, enum guard_event e, int64_t ms);
void guard_renew_queue(struct guard *g);

/* guardengine.c: towards the engine */
void guard_rules_out(struct guard *g);
void guard_close_engine(struct guard *g);
/* Takes `fd`, -1 = none. */
void guard_put(struct guard *g, const struct msg *m, int fd);
/* Of the table that was just installed: once for each sentence. */
void guard_look_lacks(struct guard *g);
/* What is told without being asked. */
void guard_tell(struct guard *g, enum msg_op op, int32_t value);
/* There is no front any more, or never was: the engine and the kernel know. */
void guard_front_gone(struct guard *g);
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
size_t guard_on_elements(void *arg, const struct nft_op *ops, size_t n);
bool guard_on_never(void *arg, const struct net *n);
void guard_on_own(void *arg, const struct net *n, bool added);

/* guardqueue.c; all but the first do nothing where there is no queue */
int guard_queue_open(struct guard *g);
/* Accepts all that is in it, then closes it. */
void guard_queue_close(struct guard *g);
/* Accepts those that wait for a verdict. */
void guard_queue_release(struct guard *g);
void guard_queue_inline(struct guard *g, bool on);
void guard_queue_verdict(struct guard *g, const struct msg *m);
void guard_queue_verdicts(struct guard *g); /* sends those */
void guard_queue_tell(struct guard *g);
enum nfqueue_verdict
guard_on_packet(void *arg, const struct packet *p, uint32_t id);
void guard_on_queue(evutil_socket_t fd, short what, void *arg);
void guard_on_late(evutil_socket_t fd, short what, void *arg);

/* guardaudit.c: deletes what should not be in the sets, in its own time */
void guard_audit(void *guard);
void guard_on_audit(evutil_socket_t fd, short what, void *arg);

/* guardreload.c */
void guard_reload(struct guard *g, int fd, uint64_t hash); /* fd stays open */
void guard_front_conf(const struct guard *g, const struct config *c,
    struct nft_conf *n);

/* guardopen.c */
void guard_check_conf(struct guard *g); /* from the config, anew */

/* guardnotify.c: the service manager */
void guard_notify_open(struct guard *g); /* before there are children */
void guard_notify(const struct guard *g, const char *text);
void guard_notify_reloading(const struct guard *g);
void guard_notify_tick(struct guard *g, int64_t now_ms);

#endif
