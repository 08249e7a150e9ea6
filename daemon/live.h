/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live - the impure shell around the engine: loop, clock, sockets, store
 *
 * Runs one struct engine on the real world: packets from the captures, lines
 * from the log descriptors that the guard passes, requests from the control
 * socket; what it decides goes to the store first, then to the guard, then
 * to the log.  The only reader of clocks in the engine's process.  Every
 * callback does a bounded slice; nothing blocks.  Called by zfw-engine.c
 * once, after privileges are gone.  Owns nothing of struct live_conf; faults
 * of the world are logged here and mail passes.
 *
 *   live.c        start, loop, ticks, end
 *   live_in.c     captures and log lines -> engine
 *   live_out.c    engine -> store, guard, log
 *   live_save.c   clients and log positions into the store, in rounds
 *   live_sweep.c  forgets clients that are not worth their place any more
 *   live_learned.c  the model and the botnets: from the store and into it
 *   live_guard.c  the guard's socket, both ways
 *   live_allow.c  the allow list in force
 *   live_reload.c the configuration again, whole or not at all
 *   live_ctl.c    requests of the tools; live_status.c the answer to `status`,
 *                 live_botnets.c that to `botnets`
 *   live_top.c    what is going on just now, for `zfwctl top`
 *   live_alarm.c  says that we are blind
 *   live_p0f.c    answers p0f's queries from the packets seen
 *   live_names.c  questions to DNS and their answers
 */
#ifndef ZFW_DAEMON_LIVE_H
#define ZFW_DAEMON_LIVE_H

#include "daemon/config.h"
#include "daemon/lists.h"
#include "daemon/resolver.h"
#include "daemon/signatures.h"
#include "db/store.h"
#include "fp/capture.h"
#include "fp/recorder.h"

#define LIVE_IFACES_MAX 16

struct live_iface {
	char name[32];
	struct capture *capture;
};

struct live_conf {
	struct config *config; /* a reload writes to it */
	const struct live_iface *ifaces;
	size_t ifaces_n;
	struct recorder *recorder; /* NULL = none */
	struct store *store;
	struct signatures *sigs;
	struct lists *lists;
	struct resolver *resolver; /* NULL: off; freed by live_free() */
	struct patterns *patterns; /* the site's own, until a reload */
	int guard_fd, wake_fd;
	int ctl_fd; /* listening; -1 = none; closed by live_free() */
	int p0f_fd; /* the same */
};

struct live;

/*
 * The resolver that the config wants; reads /etc/resolv.conf, so before the
 * sandbox.  NULL with a sentence in `err`.
 */
struct resolver *
live_names_open(const struct config *c, char err[RESOLVER_ERRLEN]);

/* NULL when memory is short; descriptors and events are made here. */
struct live *live_new(const struct live_conf *conf);
/*
 * Loads allow list and blocks from the store and tells the guard that we
 * are ready.  After seccomp.  0 or -errno.
 */
int live_load(struct live *l);
/* Until the guard is gone or a signal; saves.  0 or -errno. */
int live_run(struct live *l);
void live_free(struct live *l); /* NULL is allowed */

#endif
