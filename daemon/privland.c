/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Landlock part of priv.h, by raw system calls: libc has no wrappers. */
#include "daemon/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than Debian 12's header; numbers are the kernel's ABI. */
#define FS_TRUNCATE         (1ULL << 14) /* since ABI 3 */
#define FS_IOCTL_DEV        (1ULL << 15) /* since ABI 5 */
#define NET_BIND_TCP        (1ULL << 0)  /* since ABI 4 */
#define NET_CONNECT_TCP     (1ULL << 1)
#define SCOPE_ABSTRACT_UNIX (1ULL << 0) /* since ABI 6 */

#define FS_ABI1 ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

struct ruleset_attr { /* struct landlock_ruleset_attr of ABI 6 */
	uint64_t fs, net, scoped;
};

static const uint64_t file_read = LANDLOCK_ACCESS_FS_READ_FILE;
static const uint64_t file_write = LANDLOCK_ACCESS_FS_READ_FILE |
    LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE;
static const uint64_t dir_read = LANDLOCK_ACCESS_FS_READ_FILE |
    LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t dir_write = LANDLOCK_ACCESS_FS_READ_FILE |
    LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE |
    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_SOCK;

static int
fail_errno(char err[PRIV_ERRLEN], const char *what, const char *path)
{
	int e = errno;

	(void)snprintf(err, PRIV_ERRLEN, "Landlock: %s%s%s: %s", what,
	    *path == '\0' ? "" : " ", path, strerror(e));
	return -e;
}

/* Everything that this kernel can forbid. */
static struct ruleset_attr
attr_for(long abi)
{
	struct ruleset_attr a = { .fs = FS_ABI1 };

	if (abi >= 2)
		a.fs |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= 3)
		a.fs |= FS_TRUNCATE;
	if (abi >= 4)
		a.net = NET_BIND_TCP | NET_CONNECT_TCP;
	if (abi >= 5)
		a.fs |= FS_IOCTL_DEV;
	if (abi >= 6)
		a.scoped = SCOPE_ABSTRACT_UNIX;
	return a;
}

static size_t
attr_size(long abi)
{
	return abi >= 6 ? sizeof(struct ruleset_attr) :
	    abi >= 4    ? offsetof(struct ruleset_attr, scoped) :
			  offsetof(struct ruleset_attr, net);
}

static int
add_path(int ruleset, const struct priv_path *p, uint64_t handled,
    char err[PRIV_ERRLEN])
{
	struct landlock_path_beneath_attr a = { 0 };
	struct stat st;
	int rc = 0;

	a.parent_fd = open(p->path, O_PATH | O_CLOEXEC);
	if (a.parent_fd == -1)
		return fail_errno(err, "cannot open", p->path);
	if (fstat(a.parent_fd, &st) == -1)
		rc = fail_errno(err, "cannot stat", p->path);
	else if (S_ISDIR(st.st_mode))
		a.allowed_access = p->write ? dir_write : dir_read;
	else
		a.allowed_access = p->write ? file_write : file_read;
	a.allowed_access &= handled;
	if (rc == 0 &&
	    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		&a, 0) != 0)
		rc = fail_errno(err, "cannot allow", p->path);
	close(a.parent_fd);
	return rc;
}

bool
priv_landlock_there(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		   LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

int
priv_landlock(const struct priv_path *paths, size_t n, char err[PRIV_ERRLEN])
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset_attr attr = attr_for(abi);
	int fd, rc = 0;

	if (abi < 1) {
		(void)snprintf(err, PRIV_ERRLEN, "the kernel has no Landlock");
		return -ENOTSUP;
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, attr_size(abi),
	    0);
	if (fd == -1)
		return fail_errno(err, "cannot make a ruleset", "");
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = add_path(fd, &paths[i], attr.fs, err);
	if (rc == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		rc = fail_errno(err, "no_new_privs", "");
	if (rc == 0 && syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		rc = fail_errno(err, "cannot restrict", "");
	close(fd);
	return rc;
}
