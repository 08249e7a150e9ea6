/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/logfind.h"

#define DIR_MASK \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | \
	    IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define FILE_MASK (IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF)

struct place { /* a directory, and a name in it */
	char dir[PATH_MAX];
	char base[NAME_MAX + 1]; /* "" = none */
	int wd;
};

struct source {
	const char *path;
	uint16_t index;
	struct place at;   /* of the path as configured */
	struct place real; /* of what a symlink leads to; else unused */
	int wd_file;       /* -1 = none */
	int wd_old;        /* the one before: its last lines still come */
	int fd;            /* held, so that its inode number is not reused */
	int given;         /* of a source that is no path; -1 = none (more) */
	uint64_t dev, ino; /* of the file that the engine has */
	int said;          /* enum msg_logfd, 0 = nothing yet */
	bool dirty;
	bool gone; /* not at its path, but that may be a rotation */
};

struct logwatch {
	int fd, wake_fd;
	logwatch_cb *cb;
	void *arg;
	size_t n;
	struct source v[];
};

/* "/var/log/mail.log" -> "/var/log", "mail.log"; false: no such shape. */
static bool
split(const char *path, struct place *p)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);

	p->base[0] = '\0';
	if (slash == NULL || slash[1] == '\0' || n >= sizeof(p->dir) ||
	    strlen(slash + 1) >= sizeof(p->base))
		return false;
	memcpy(p->dir, n == 0 ? "/" : path, n == 0 ? 1 : n);
	p->dir[n == 0 ? 1 : n] = '\0';
	memcpy(p->base, slash + 1, strlen(slash + 1) + 1);
	return true;
}

static bool
wd_used(const struct logwatch *w, int wd)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct source *s = &w->v[i];

		if (s->at.wd == wd || s->real.wd == wd || s->wd_file == wd ||
		    s->wd_old == wd)
			return true;
	}
	return false;
}

/* Several logs may share a directory, and so a watch. */
static void
wd_set(struct logwatch *w, int *wd, int now)
{
	int before = *wd;

	*wd = now;
	if (before != -1 && !wd_used(w, before))
		(void)inotify_rm_watch(w->fd, before);
}

/* Where the path leads now, and watches on the way. */
static void
watch_places(struct logwatch *w, struct source *s)
{
	char real[PATH_MAX];

	if (s->path[0] != '/')
		return;
	if (realpath(s->path, real) != NULL && !split(real, &s->real))
		s->real.base[0] = '\0';
	wd_set(w, &s->at.wd, inotify_add_watch(w->fd, s->at.dir, DIR_MASK));
	if (s->real.base[0] != '\0')
		wd_set(w, &s->real.wd,
		    inotify_add_watch(w->fd, s->real.dir, DIR_MASK));
}

static void
say(struct logwatch *w, struct source *s, enum msg_logfd what, int fd)
{
	struct msg m = {
		.op = MSG_LOG_FD,
		.source = s->index,
		.value = (int32_t)what,
	};

	s->said = (int)what;
	if (what == MSG_LOG_CURRENT) {
		m.dev = s->dev;
		m.ino = s->ino;
	}
	w->cb(w->arg, &m, fd);
}

static void
forget_file(struct source *s)
{
	if (s->fd != -1)
		close(s->fd);
	s->fd = -1;
	s->dev = s->ino = 0;
}

/*
 * Says once that the file cannot be had; `e` is why.  A log that was there is
 * only missing when a later tick does not find it either.
 */
static void
not_there(struct logwatch *w, struct source *s, int e, bool tick)
{
	bool denied = e == EACCES || e == EPERM || e == ENXIO;
	enum msg_logfd what = denied ? MSG_LOG_DENIED : MSG_LOG_MISSING;

	if (e == EMFILE || e == ENFILE || e == ENOMEM || e == EINTR)
		return; /* says nothing about the file: later again */
	if (s->said == MSG_LOG_CURRENT && !denied && !(s->gone && tick)) {
		s->gone = true; /* for at least a second: then it is said */
		return;
	}
	forget_file(s);
	if (s->said == (int)what)
		return;
	log_msg(LOG_WARNING, "log-unusable: log %s: %s", s->path,
	    e == ENXIO ? "neither a file nor a named pipe" : strerror(e));
	say(w, s, what, -1);
}

/* The file that is open as `fd` becomes the current one. */
static void
take_file(struct logwatch *w, struct source *s, int fd, const struct stat *st)
{
	int wd, mine;

	forget_file(s);
	s->fd = fd;
	s->dev = st->st_dev;
	s->ino = st->st_ino;
	wd = inotify_add_watch(w->fd, s->path, FILE_MASK);
	if (wd != s->wd_file) {
		wd_set(w, &s->wd_old, s->wd_file);
		s->wd_file = wd;
	}
	mine = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (mine != -1)
		say(w, s, MSG_LOG_CURRENT, mine);
	else
		forget_file(s); /* no descriptors left: the tick tries again */
}

static void
hand_given(struct logwatch *w, struct source *s)
{
	int fd = s->given;

	s->given = -1;
	if (fd != -1)
		say(w, s, MSG_LOG_CURRENT, fd);
}

static bool
is_log(const struct stat *st)
{
	return S_ISREG(st->st_mode) || S_ISFIFO(st->st_mode);
}

/* Compares the path with what the engine has; `tick`: once a second. */
static void
check(struct logwatch *w, struct source *s, bool tick)
{
	struct stat st;
	int fd;

	s->dirty = false;
	if (s->path[0] != '/') {
		hand_given(w, s);
		return;
	}
	watch_places(w, s);
	if (stat(s->path, &st) == -1) {
		not_there(w, s, errno, tick);
		return;
	}
	s->gone = false;
	if (s->said == MSG_LOG_CURRENT && s->dev == st.st_dev &&
	    s->ino == st.st_ino)
		return;
	if (!is_log(&st)) { /* opening a device has effects */
		not_there(w, s, ENXIO, tick);
		return;
	}
	fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1) {
		not_there(w, s, errno, tick);
	} else if (fstat(fd, &st) == -1 || !is_log(&st)) {
		close(fd);
		not_there(w, s, ENXIO, tick);
	} else {
		take_file(w, s, fd, &st);
	}
}

static void
new_source(struct logwatch *w, size_t i, const char *path)
{
	struct source *s = &w->v[i];

	*s = (struct source){ .path = path, .fd = -1, .given = -1 };
	s->index = (uint16_t)i;
	s->wd_file = s->wd_old = s->at.wd = s->real.wd = -1;
	(void)split(path, &s->at);
}

static void
drop_source(struct logwatch *w, struct source *s)
{
	int *const all[] = { &s->at.wd, &s->real.wd, &s->wd_file, &s->wd_old };

	forget_file(s);
	if (s->given != -1)
		close(s->given);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		wd_set(w, all[i], -1);
}

bool
logwatch_set(struct logwatch *w, char *const *paths)
{
	size_t n = 0, was = w->n;

	while (paths[n] != NULL)
		n++;
	if (n > LOGWATCH_MAX)
		return false;
	for (size_t i = 0; i < was; i++) {
		if (i < n && strcmp(w->v[i].path, paths[i]) == 0) {
			w->v[i].path = paths[i];
			continue;
		}
		drop_source(w, &w->v[i]);
		if (i < n)
			new_source(w, i, paths[i]);
	}
	for (size_t i = was; i < n; i++)
		new_source(w, i, paths[i]);
	w->n = n;
	for (size_t i = 0; i < n; i++)
		if (w->v[i].said == 0)
			check(w, &w->v[i], true);
	return true;
}

struct logwatch *
logwatch_open(char *const *paths, int wake_fd, logwatch_cb *cb, void *arg)
{
	struct logwatch *w;
	size_t n = 0;

	while (paths[n] != NULL)
		n++;
	if (n > LOGWATCH_MAX) {
		errno = E2BIG;
		return NULL;
	}
	/* Those that are never used cost nothing. */
	w = calloc(1, sizeof(*w) + LOGWATCH_MAX * sizeof(w->v[0]));
	if (w == NULL)
		return NULL;
	*w = (struct logwatch){ .wake_fd = wake_fd, .cb = cb, .arg = arg };
	w->n = n;
	for (size_t i = 0; i < n; i++)
		new_source(w, i, paths[i]);
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd == -1) {
		free(w);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		watch_places(w, &w->v[i]);
	return w;
}

void
logwatch_close(struct logwatch *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->n; i++) {
		forget_file(&w->v[i]);
		if (w->v[i].given != -1)
			close(w->v[i].given);
	}
	close(w->fd);
	free(w);
}

int
logwatch_fd(const struct logwatch *w)
{
	return w->fd;
}

void
logwatch_give(struct logwatch *w, size_t source, int fd)
{
	w->v[source].given = fd;
}

void
logwatch_announce(struct logwatch *w)
{
	for (size_t i = 0; i < w->n; i++) {
		w->v[i].said = 0;
		check(w, &w->v[i], true);
	}
}

void
logwatch_tick(struct logwatch *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].said != 0) /* announced */
			check(w, &w->v[i], true);
}

static void
knock(struct logwatch *w)
{
	const uint64_t one = 1;

	/* A full counter knocks as well. */
	if (write(w->wake_fd, &one, sizeof(one)) == -1)
		return;
}

static bool
names(const struct place *p, const struct inotify_event *e)
{
	return p->wd == e->wd && (e->len == 0 || strcmp(p->base, e->name) == 0);
}

/* The kernel dropped that watch: its file or directory is gone. */
static void
forget_wd(struct source *s, int wd)
{
	int *const all[] = { &s->at.wd, &s->real.wd, &s->wd_file, &s->wd_old };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (*all[i] == wd)
			*all[i] = -1;
}

/* What an event says about one log. */
static void
event(struct source *s, const struct inotify_event *e)
{
	if (e->mask & IN_Q_OVERFLOW)
		s->dirty = true;
	else if (e->wd == s->wd_file && !(e->mask & IN_MODIFY))
		s->dirty = true;
	else if (names(&s->at, e) || names(&s->real, e))
		s->dirty = true;
	if (e->mask & IN_IGNORED)
		forget_wd(s, e->wd);
}

void
logwatch_read(struct logwatch *w)
{
	union {
		struct inotify_event head; /* for its alignment */
		char buf[16384];
	} u;
	ssize_t n = read(w->fd, u.buf, sizeof(u.buf));
	bool grown = false;

	for (ssize_t at = 0; at < n;) {
		struct inotify_event e;

		memcpy(&e, u.buf + at, sizeof(e));
		grown = grown || (e.mask & (IN_MODIFY | IN_Q_OVERFLOW));
		for (size_t i = 0; i < w->n; i++)
			event(&w->v[i],
			    (const struct inotify_event *)(const void *)(u.buf +
				at));
		at += (ssize_t)(sizeof(e) + e.len);
	}
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].dirty && w->v[i].said != 0)
			check(w, &w->v[i], false);
	if (grown)
		knock(w);
}

void
logwatch_find(struct logwatch *w, uint16_t source, uint64_t dev, uint64_t ino)
{
	struct msg m = { .op = MSG_LOG_FD, .source = source };
	int fd;

	m.dev = dev;
	m.ino = ino;
	m.value = MSG_LOG_MISSING;
	if (source >= w->n || ino == 0) {
		w->cb(w->arg, &m, -1);
		return;
	}
	fd = logfind(w->v[source].at.dir, w->v[source].at.base, dev, ino);
	if (fd == -1 && errno == ENOENT)
		fd = logfind(w->v[source].real.dir, w->v[source].real.base, dev,
		    ino);
	if (fd != -1)
		m.value = MSG_LOG_OLD;
	else if (errno == EACCES || errno == EPERM)
		m.value = MSG_LOG_DENIED;
	w->cb(w->arg, &m, fd);
}

/* The directory itself, or what exists above it; "" when only "/" does. */
static void
existing(char *dir)
{
	struct stat st;

	while (stat(dir, &st) == -1 || !S_ISDIR(st.st_mode)) {
		char *slash = strrchr(dir, '/');

		if (slash == NULL || slash == dir) {
			dir[0] = '\0';
			return;
		}
		*slash = '\0';
	}
}

bool
logwatch_dir(const struct logwatch *w, size_t i, char *dir, size_t n)
{
	const struct place *p;

	if (i >= 2 * w->n || n == 0)
		return false;
	p = i % 2 == 0 ? &w->v[i / 2].at : &w->v[i / 2].real;
	dir[0] = '\0';
	if (p->base[0] == '\0' || strlen(p->dir) >= n)
		return true;
	memcpy(dir, p->dir, strlen(p->dir) + 1);
	existing(dir);
	return true;
}
