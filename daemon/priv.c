/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/priv.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "daemon/privsan.h"

static const struct {
	enum priv_cap bit;
	unsigned cap;
} known[] = {
	{ PRIV_NET_ADMIN, CAP_NET_ADMIN },
	{ PRIV_DAC_READ_SEARCH, CAP_DAC_READ_SEARCH },
};

struct who {
	uid_t uid;
	gid_t gid;
	gid_t extra[1];
	size_t extra_n;
};

/* Writes the sentence; hands `rc` on. */
static int __attribute__((format(printf, 3, 4)))
fail(char err[PRIV_ERRLEN], int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err, PRIV_ERRLEN, fmt, ap);
	va_end(ap);
	return rc;
}

static int
fail_errno(char err[PRIV_ERRLEN], const char *what)
{
	int e = errno == 0 ? EPERM : errno;

	return fail(err, -e, "%s: %s", what, strerror(e));
}

static int
look_up(const char *user, const char *group, struct who *w,
    char err[PRIV_ERRLEN])
{
	const struct passwd *pw = getpwnam(user);
	const struct group *gr;

	if (pw == NULL)
		return fail(err, -ENOENT, "no such user: %s", user);
	if (pw->pw_uid == 0 || pw->pw_gid == 0)
		return fail(err, -EINVAL, "user %s is root", user);
	*w = (struct who){ .uid = pw->pw_uid, .gid = pw->pw_gid };
	if (group == NULL)
		return 0;
	gr = getgrnam(group);
	if (gr == NULL)
		return fail(err, -ENOENT, "no such group: %s", group);
	if (gr->gr_gid != 0)
		w->extra[w->extra_n++] = gr->gr_gid;
	return 0;
}

/* Nothing that is executed later may have more; needs CAP_SETPCAP. */
static int
empty_bounding_set(char err[PRIV_ERRLEN])
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap) != 0)
			return fail_errno(err, "PR_CAPBSET_DROP");
	return 0;
}

static int
set_ids(const struct who *w, char err[PRIV_ERRLEN])
{
	if (setgroups(w->extra_n, w->extra) != 0)
		return fail_errno(err, "setgroups");
	if (setresgid(w->gid, w->gid, w->gid) != 0)
		return fail_errno(err, "setresgid");
	if (setresuid(w->uid, w->uid, w->uid) != 0)
		return fail_errno(err, "setresuid");
	return 0;
}

/* Permitted and effective become `caps`, inheritable and ambient empty. */
static int
set_caps(unsigned caps, char err[PRIV_ERRLEN])
{
	capng_clear(CAPNG_SELECT_BOTH);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (caps & known[i].bit)
			capng_update(CAPNG_ADD,
			    (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
			    known[i].cap);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
		return fail_errno(err, "PR_CAP_AMBIENT");
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		return fail_errno(err, "capset");
	return 0;
}

static bool
wanted(unsigned caps, unsigned cap)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].cap == cap)
			return (caps & known[i].bit) != 0;
	return false;
}

/* Asks the kernel anew: does it agree that nothing more is left? */
static int
check_caps(unsigned caps, char err[PRIV_ERRLEN])
{
	if (capng_get_caps_process() != 0)
		return fail(err, -EPERM, "capget failed");
	for (unsigned cap = 0; cap <= CAP_LAST_CAP; cap++) {
		bool want = wanted(caps, cap);

		if (capng_have_capability(CAPNG_EFFECTIVE, cap) != want ||
		    capng_have_capability(CAPNG_PERMITTED, cap) != want ||
		    capng_have_capability(CAPNG_INHERITABLE, cap))
			return fail(err, -EPERM,
			    "capability %u is not as it should be", cap);
	}
	return 0;
}

static int
check_ids(const struct who *w, char err[PRIV_ERRLEN])
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	if (getresuid(&r, &e, &s) != 0 || getresgid(&rg, &eg, &sg) != 0)
		return fail_errno(err, "getresuid");
	if (r != w->uid || e != w->uid || s != w->uid || rg != w->gid ||
	    eg != w->gid || sg != w->gid)
		return fail(err, -EPERM, "the user did not change");
	if (setuid(0) == 0 || setgid(0) == 0 || setgroups(0, NULL) == 0)
		return fail(err, -EPERM, "root can be had back");
	return 0;
}

/* Of `caps` what we have; `*more`: there is something besides. */
static int
held(unsigned caps, unsigned *have, bool *more, char err[PRIV_ERRLEN])
{
	if (capng_get_caps_process() != 0)
		return fail(err, -EPERM, "capget failed");
	*have = 0;
	*more = false;
	for (unsigned cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (capng_have_capability(CAPNG_PERMITTED, cap) &&
		    !wanted(caps, cap))
			*more = true;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if ((caps & known[i].bit) &&
		    capng_have_capability(CAPNG_PERMITTED, known[i].cap))
			*have |= known[i].bit;
	return 0;
}

/*
 * Where capset() is not to be had, what is left over is that `caps` may be
 * inherited: by nobody, for the ambient set is empty and no file of ours has
 * capabilities.
 */
static int
keep_caps(unsigned caps, char err[PRIV_ERRLEN])
{
	unsigned have;
	bool more;
	int rc = held(caps, &have, &more, err);

	if (rc == 0)
		rc = set_caps(have, err);
	if (rc == 0)
		return check_caps(have, err);
	if (rc != -EPERM)
		return rc;
	rc = held(caps, &have, &more, err);
	if (rc == 0 && more)
		return fail(err, -EPERM,
		    "there are capabilities that cannot be given up");
	return rc;
}

static int
no_new_rights(char err[PRIV_ERRLEN])
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail_errno(err, "PR_SET_NO_NEW_PRIVS");
	/* The leak sanitizer has to look into its own process. */
	if (!PRIV_SANITIZER && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fail_errno(err, "PR_SET_DUMPABLE");
	return 0;
}

/* Not root: nobody else can be had, but less. */
static int
remain(const struct who *w, unsigned caps, char err[PRIV_ERRLEN])
{
	int rc = keep_caps(caps, err);

	if (rc == 0)
		rc = no_new_rights(err);
	return rc != 0 ? rc : check_ids(w, err);
}

bool
priv_is(const char *user, unsigned caps)
{
	const struct passwd *pw = getpwnam(user);

	if (geteuid() == 0 || pw == NULL || pw->pw_uid != geteuid() ||
	    capng_get_caps_process() != 0)
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if ((caps & known[i].bit) &&
		    !capng_have_capability(CAPNG_EFFECTIVE, known[i].cap))
			return false;
	return true;
}

int
priv_become(const char *user, const char *group, unsigned caps,
    char err[PRIV_ERRLEN])
{
	struct who w;
	int rc = look_up(user, group, &w, err);

	if (rc == 0 && geteuid() != 0)
		return remain(&w, caps, err);
	if (rc == 0)
		rc = empty_bounding_set(err);
	if (rc != 0)
		return rc;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
		return fail_errno(err, "PR_SET_KEEPCAPS");
	rc = set_ids(&w, err);
	if (rc == 0)
		rc = set_caps(caps, err);
	if (rc != 0)
		return rc;
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) != 0)
		return fail_errno(err, "PR_SET_KEEPCAPS");
	rc = no_new_rights(err);
	if (rc != 0)
		return rc;
	rc = check_ids(&w, err);
	return rc != 0 ? rc : check_caps(caps, err);
}
