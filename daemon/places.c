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

/* Makes the directory, or makes an old one ours; its descriptor. */
static int
make_dir(const char *path, const struct owner *o, char err[PLACES_ERRLEN])
{
	struct stat st;
	int fd;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return fail(err, path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return fail(err, path);
	if (fstat(fd, &st) == 0 &&
	    (st.st_uid == o->uid && st.st_gid == o->gid &&
		(st.st_mode & 07777) == o->mode))
		return fd;
	if (fchown(fd, o->uid, o->gid) == 0 && fchmod(fd, o->mode) == 0)
		return fd;
	(void)fail(err, path);
	close(fd);
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
	int fd = openat(p->state_fd, LOCK_NAME,
	    O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	int rc;

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

int
places_open(struct places *p, const struct config *c, char err[PLACES_ERRLEN])
{
	struct owner user = { 0 }, guard = { 0 };
	int run_fd, rc;

	*p = (struct places){ -1, -1, -1 };
	rc = user_ids(c->user, &user, err);
	if (rc == 0)
		rc = user_ids(c->guard_user, &guard, err);
	if (rc != 0)
		return rc;
	run_fd = make_dir(c->run_dir, &(struct owner){ 0, user.gid, 0755 },
	    err);
	if (run_fd < 0)
		return run_fd;
	rc = take_lock(p, run_fd, err);
	close(run_fd);
	if (rc != 0)
		return rc;
	p->state_fd = make_dir(c->state_dir,
	    &(struct owner){ user.uid, guard.gid, 0750 }, err);
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
	*p = (struct places){ -1, -1, -1 };
}

bool
places_off(const struct places *p)
{
	struct stat st;

	return fstatat(p->state_fd, PLACES_OFF, &st, AT_SYMLINK_NOFOLLOW) == 0;
}
