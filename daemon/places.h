/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * places - the guard's directories, lock and off flag
 *
 * Made as root, once, before privileges go:
 *   run_dir    root:<user's group> 0755  the lock, the control socket
 *   state_dir  <user>:<guard's group> 0750  the store, the off flag
 * A service manager that starts the guard as its own user has made them; then
 * run_dir is <guard>:<user's group> 1775, which root leaves as it is, so that
 * both ways of starting work in turn.  The lock file holds our pid and is
 * locked as long as we live; so is an empty file in state_dir, for it may be
 * another's, too.  The off flag is the file `off` in state_dir (any content):
 * whoever may become root makes it (zfwctl off) and it holds over restarts.
 * The guard's group may search state_dir, so places_off() works without
 * privileges.  0 or -errno with a sentence in `err`.
 */
#ifndef ZFW_DAEMON_PLACES_H
#define ZFW_DAEMON_PLACES_H

#include <stdbool.h>
#include <sys/types.h>

#include "daemon/config.h"

#define PLACES_ERRLEN 256
#define PLACES_OFF    "off"

struct places {
	int lock_fd;  /* -1 = not held */
	int claim_fd; /* the same, of the state directory */
	int state_fd; /* of the state directory */
	uid_t guard_uid;
};

/* -EWOULDBLOCK: another zfwd holds the lock. */
int
places_open(struct places *p, const struct config *c, char err[PLACES_ERRLEN]);
void places_close(struct places *p);

/* Does the admin want us out?  When in doubt: no. */
bool places_off(const struct places *p);

#endif
