/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guard - the privileged process: kernel table, log paths, queue, child
 *
 * Called by zfwd.c in this order: guard_open() as root (it opens everything
 * that needs root and starts the engine), guard_confine() (gives root up),
 * guard_run() (until the end), guard_close().  The engine is a child of its
 * own executable; the guard believes nothing that it says (guardcheck).
 * Errors are logged where they happen; 0 or -errno.
 *
 * While it runs:
 *   engine        its records are checked, applied, answered (guardapply)
 *   kernel table  deleted or changed by others: repaired (guardtable)
 *   log paths     a fresh descriptor after a rotation (logwatch)
 *   own addresses kept current, told to the engine (neverblock)
 *   queue         packets accepted and relayed; its lease renewed
 *   config        read again when the engine says so, or at SIGHUP
 *   systemd       told that all is well, while the engine's loop goes round
 * When the engine dies the queue rule goes, the blocks stay, and the guard
 * ends with 1: systemd starts both afresh.
 */
#ifndef ZFW_DAEMON_GUARD_H
#define ZFW_DAEMON_GUARD_H

#include "daemon/child.h"
#include "daemon/config.h"
#include "daemon/places.h"

struct guard_conf {
	struct config *config;       /* borrowed; a reload writes to it */
	const struct places *places; /* borrowed */
	struct child_conf child;
	void (*ready)(void *arg); /* once: mail is being guarded */
	void *arg;
};

struct guard;

int guard_open(const struct guard_conf *conf, struct guard **out);
int guard_confine(struct guard *g);
/* The exit code: 0 after SIGTERM or SIGINT, 1 when something died. */
int guard_run(struct guard *g);
void guard_close(struct guard *g);

#endif
