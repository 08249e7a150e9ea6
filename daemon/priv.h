/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * priv - giving up what a process does not need
 *
 * Called once by each daemon after it has opened what needs root, in the
 * order become, landlock, seccomp; irrevocable.  Each checks afterwards that
 * the right is really gone.  0 or -errno, with a sentence in `err`.
 */
#ifndef ZFW_DAEMON_PRIV_H
#define ZFW_DAEMON_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#define PRIV_ERRLEN 256

enum priv_cap { PRIV_NET_ADMIN = 1, PRIV_DAC_READ_SEARCH = 2 };

/*
 * Becomes `user` with its primary group (and `group` besides, NULL = none),
 * keeps exactly the capabilities in `caps` (permitted and effective; nothing
 * inheritable or ambient), sets no_new_privs, clears dumpable.  Who is not
 * root must be that user already, keeps his groups, and has no more than
 * `caps` afterwards, if less; where a service manager's filter forbids
 * capset() he may not have had more before.
 */
int priv_become(const char *user, const char *group, unsigned caps,
    char err[PRIV_ERRLEN]);

/* Are we that user, not root, with these effective capabilities? */
bool priv_is(const char *user, unsigned caps);

struct priv_path {
	const char *path; /* a directory (or file) */
	bool write;       /* else read only */
};
/* Has the kernel Landlock? */
bool priv_landlock_there(void);

/*
 * Confines all file access to these.  -ENOTSUP where the kernel has no
 * Landlock: the caller decides what to give up instead.
 */
int
priv_landlock(const struct priv_path *paths, size_t n, char err[PRIV_ERRLEN]);

/* PRIV_ENGINE_DNS: may send datagrams, too. */
enum priv_role {
	PRIV_GUARD,
	PRIV_ENGINE,
	PRIV_ENGINE_DNS,
	PRIV_JOURNAL,
	PRIV_FRONT, /* what it has open, and whom it accepts */
};
/* An allow list of system calls; anything else kills the process, loudly. */
int priv_seccomp(enum priv_role role, char err[PRIV_ERRLEN]);

#endif
