/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/places.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME "zfwd.lock"

static int
fail(char err[PLACES_ERRLEN], const char *what)
{
	int e = errno;

	(void)snprintf(err, PLACES_ERRLEN, "%s: %s", what, strerror(e));
	return -e;
}

struct owner {
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

static bool
owned(int fd, const struct owner *o)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == o->uid &&
	    st.st_gid == o->gid && (st.st_mode & 07777) == o->mode;
}

/* As a service manager makes run_dir for a guard that is not root. */
static struct owner
shared(const struct owner *guard, const struct owner *user)
{
	return (struct owner){ guard->uid, user->gid, 01775 };
}

/*
 * Makes the directory, or makes an old one ours; its descriptor.  One that
 * belongs to `other` is left so.
 */
static int
make_dir(const char *path, const struct owner *o, const struct owner *other,
    char err[PLACES_ERRLEN])
{
	int fd;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return fail(err, path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return fail(err, path);
	if (owned(fd, o) || owned(fd, other))
		return fd;
	if (fchown(fd, o->uid, o->gid) == 0 && fchmod(fd, o->mode) == 0)
		return fd;
	(void)fail(err, path);
	close(fd);
	return -EPERM;
}

/* Without root: it must be there, and what it should be. */
static int
find_dir(const char *path, const struct owner *o, char err[PLACES_ERRLEN])
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return fail(err, path);
	if (owned(fd, o))
		return fd;
	close(fd);
	(void)snprintf(err, PLACES_ERRLEN,
	    "%.150s: should belong to %d:%d with mode %04o; "
	    "systemd-tmpfiles makes it so",
	    path, (int)o->uid, (int)o->gid, (unsigned)o->mode);
	return -EPERM;
}

static int
user_ids(const char *user, struct owner *o, char err[PLACES_ERRLEN])
{
	const struct passwd *pw = getpwnam(user);

	if (pw == NULL) {
		(void)snprintf(err, PLACES_ERRLEN, "no such user: %s", user);
		return -ENOENT;
	}
	o->uid = pw->pw_uid;
	o->gid = pw->pw_gid;
	return 0;
}

static int
held_by_another(int fd, char err[PLACES_ERRLEN])
{
	char text[16] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	long pid = n > 0 ? strtol(text, NULL, 10) : 0;

	if (pid > 0)
		(void)snprintf(err, PLACES_ERRLEN, "already running (pid %ld)",
		    pid);
	else
		(void)snprintf(err, PLACES_ERRLEN, "already running");
	return -EWOULDBLOCK;
}

static int
take_lock(struct places *p, int run_fd, char err[PLACES_ERRLEN])
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	int fd = openat(run_fd, LOCK_NAME,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd == -1)
		return fail(err, LOCK_NAME);
	/* Root's file would stand in the guard's way next time. */
	if (geteuid() == 0 && fchown(fd, p->guard_uid, (gid_t)-1) != 0) {
		int rc = fail(err, LOCK_NAME);

		close(fd);
		return rc;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int rc = errno == EWOULDBLOCK ? held_by_another(fd, err) :
						fail(err, LOCK_NAME);

		close(fd);
		return rc;
	}
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n) {
		int rc = fail(err, LOCK_NAME);

		close(fd);
		return rc;
	}
	p->lock_fd = fd;
	return 0;
}

/*
 * Another run_dir, perhaps in another namespace, but the same store?  The
 * directory itself is locked by the store; and it is the engine's, so that a
 * file in it is believed nothing but its lock.
 */
static int
claim_state(struct places *p, const struct config *c, char err[PLACES_ERRLEN])
{
	const int create = geteuid() == 0 ? O_CREAT : 0;
	int fd = openat(p->state_fd, LOCK_NAME,
	    O_RDONLY | create | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	int rc;

	/* Not ours to make: the engine's lock of the store must do. */
	if (fd == -1 && create == 0 && (errno == ENOENT || errno == EACCES))
		return 0;
	if (fd == -1)
		return fail(err, c->state_dir);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		p->claim_fd = fd;
		return 0;
	}
	if (errno == EWOULDBLOCK) {
		(void)snprintf(err, PLACES_ERRLEN,
		    "another zfwd works in %.200s", c->state_dir);
		rc = -EWOULDBLOCK;
	} else {
		rc = fail(err, c->state_dir);
	}
	close(fd);
	return rc;
}

/* What a root's engine left would stand in the way of the next one. */
static void
clear_socket(int run_fd)
{
	(void)unlinkat(run_fd, "ctl", 0);
}

static int
open_run_dir(struct places *p, const char *path, const struct owner *guard,
    const struct owner *user, char err[PLACES_ERRLEN])
{
	const struct owner both = shared(guard, user);
	int rc,
	    fd = geteuid() != 0 ?
	    find_dir(path, &both, err) :
	    make_dir(path, &(struct owner){ 0, user->gid, 0755 }, &both, err);

	if (fd < 0)
		return fd;
	rc = take_lock(p, fd, err);
	if (rc == 0 && geteuid() != 0)
		clear_socket(fd);
	close(fd);
	return rc;
}

int
places_open(struct places *p, const struct config *c, char err[PLACES_ERRLEN])
{
	struct owner user = { 0 }, guard = { 0 }, state;
	int rc;

	*p = (struct places){ -1, -1, -1, 0 };
	rc = user_ids(c->user, &user, err);
	if (rc == 0)
		rc = user_ids(c->guard_user, &guard, err);
	if (rc != 0)
		return rc;
	p->guard_uid = guard.uid;
	rc = open_run_dir(p, c->run_dir, &guard, &user, err);
	if (rc != 0)
		return rc;
	state = (struct owner){ user.uid, guard.gid, 0750 };
	p->state_fd = geteuid() != 0 ?
	    find_dir(c->state_dir, &state, err) :
	    make_dir(c->state_dir, &state, &state, err);
	if (p->state_fd < 0)
		return p->state_fd;
	return claim_state(p, c, err);
}

void
places_close(struct places *p)
{
	if (p->lock_fd >= 0)
		close(p->lock_fd);
	if (p->claim_fd >= 0)
		close(p->claim_fd);
	if (p->state_fd >= 0)
		close(p->state_fd);
	*p = (struct places){ -1, -1, -1, 0 };
}

bool
places_off(const struct places *p)
{
	struct stat st;

	return fstatat(p->state_fd, PLACES_OFF, &st, AT_SYMLINK_NOFOLLOW) == 0;
}
