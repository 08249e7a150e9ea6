/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * confine - runs a command as a service's unit file says, without systemd
 *
 * usage: confine [-k DIR]... [-g FILE] UNIT -- COMMAND [ARG...]
 *        confine --check UNIT
 *
 * Applies all of [Service] that limits what a process may do: user, groups,
 * capabilities, system calls, what it sees of the file system.  What concerns
 * the service manager alone is passed over; what is not known here is an
 * error, so that a test fails when a unit has grown something that it does not
 * try.  -k: this directory stays visible although /tmp becomes private; -g:
 * the groups of system calls, as `systemd-analyze syscall-filter` prints them.
 *
 * zt-link: tests/tools/lib/confine_unit tests/tools/lib/confine_mount tests/tools/lib/confine_call
 * zt-libs: libseccomp libcap-ng
 */
#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/tools/lib/confine.h"

#define GROUPS_MAX 8

void
confine_die(const char *what, const char *why)
{
	fprintf(stderr, "confine: %s: %s\n", what,
	    why == NULL ? strerror(errno) : why);
	exit(125);
}

static unsigned
cap_number(const char *name)
{
	int n = strncmp(name, "CAP_", 4) == 0 ?
	    capng_name_to_capability(name + 4) :
	    -1;

	if (n < 0)
		confine_die(name, "no such capability");
	return (unsigned)n;
}

/* A bit for each of the names. */
static uint64_t
cap_set(const struct confine_words *w)
{
	uint64_t set = 0;

	for (size_t i = 0; i < w->n; i++)
		set |= (uint64_t)1 << cap_number(w->v[i]);
	return set;
}

static void
limit(const struct confine_unit *u)
{
	struct rlimit r = { (rlim_t)u->nofile, (rlim_t)u->nofile };

	if (u->nofile > 0 && setrlimit(RLIMIT_NOFILE, &r) != 0)
		confine_die("LimitNOFILE", NULL);
	(void)umask(u->umask);
	if (u->private_network && unshare(CLONE_NEWNET) != 0)
		confine_die("PrivateNetwork", NULL);
	if (u->protect_hostname && unshare(CLONE_NEWUTS) != 0)
		confine_die("ProtectHostname", NULL);
}

static void
set_groups(const struct confine_unit *u, const struct passwd *pw)
{
	gid_t list[GROUPS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < u->groups.n && n < GROUPS_MAX; i++) {
		const struct group *gr = getgrnam(u->groups.v[i]);

		if (gr == NULL)
			confine_die(u->groups.v[i], "no such group");
		list[n++] = gr->gr_gid;
	}
	if (setgroups(n, list) != 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0)
		confine_die("Group", NULL);
}

static void
bound(uint64_t keep)
{
	for (unsigned c = 0; prctl(PR_CAPBSET_READ, c) >= 0; c++)
		if ((keep >> c & 1) == 0 && prctl(PR_CAPBSET_DROP, c) != 0)
			confine_die("CapabilityBoundingSet", NULL);
}

static void
write_line(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		confine_die(path, NULL);
}

/* There is nobody but our own user and group, and no capability outside. */
static void
own_users(void)
{
	char uid[64], gid[64];

	(void)snprintf(uid, sizeof(uid), "%d %d 1\n", (int)getuid(),
	    (int)getuid());
	(void)snprintf(gid, sizeof(gid), "%d %d 1\n", (int)getgid(),
	    (int)getgid());
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0 ||
	    unshare(CLONE_NEWUSER) != 0)
		confine_die("PrivateUsers", NULL);
	write_line("/proc/self/setgroups", "deny");
	write_line("/proc/self/uid_map", uid);
	write_line("/proc/self/gid_map", gid);
}

/* After the change of user: only those, over exec, too. */
static void
raise_ambient(uint64_t caps)
{
	capng_clear(CAPNG_SELECT_CAPS);
	for (unsigned c = 0; c < 64; c++)
		if (caps >> c & 1)
			capng_update(CAPNG_ADD,
			    (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED |
				CAPNG_INHERITABLE),
			    c);
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		confine_die("capset", NULL);
	for (unsigned c = 0; c < 64; c++)
		if ((caps >> c & 1) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0) != 0)
			confine_die("AmbientCapabilities", NULL);
}

static void
become(const struct confine_unit *u)
{
	const struct passwd *pw = getpwnam(u->user);
	const struct group *gr;

	if (pw == NULL)
		confine_die(u->user, "no such user");
	gr = getgrgid(pw->pw_gid);
	if (gr == NULL || strcmp(gr->gr_name, u->group) != 0)
		confine_die(u->group, "is not the user's own group");
	set_groups(u, pw);
	if (u->has_bounding && !u->private_users)
		bound(cap_set(&u->bounding));
	if (prctl(PR_SET_KEEPCAPS, 1) != 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
		confine_die("User", NULL);
	if (u->private_users) {
		own_users();
		if (u->has_bounding) /* the namespace began with all */
			bound(cap_set(&u->bounding));
	}
	raise_ambient(cap_set(&u->ambient));
	if (u->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		confine_die("NoNewPrivileges", NULL);
}

static int
usage(void)
{
	fputs("usage: confine [-k DIR]... [-g FILE] UNIT -- COMMAND...\n"
	      "       confine --check UNIT\n",
	    stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	static struct confine_unit u;
	const char *groups = NULL;
	int c;

	if (argc == 3 && strcmp(argv[1], "--check") == 0) {
		confine_unit_read(&u, argv[2]);
		return 0;
	}
	while ((c = getopt(argc, argv, "+k:g:")) != -1) {
		if (c == 'k' && u.keep.n < CONFINE_WORDS)
			u.keep.v[u.keep.n++] = optarg;
		else if (c == 'g')
			groups = optarg;
		else
			return usage();
	}
	if (argc - optind < 3 || strcmp(argv[optind + 1], "--") != 0)
		return usage();
	confine_unit_read(&u, argv[optind]);
	confine_calls_read(&u, groups);
	confine_mount(&u);
	limit(&u);
	become(&u);
	confine_calls(&u);
	execvp(argv[optind + 2], argv + optind + 2);
	confine_die(argv[optind + 2], NULL);
	return 1;
}
