/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/scanfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/store.h"

#define LOG_EXT   ".wal"
#define LOG_FIRST ((size_t)16 << 10) /* it is cut when it was longer */
#define LOG_MAX   ((uint64_t)64 << 20)
#define TRIES     3 /* at a piece of one moment */

static int
failed(char error[256], int e, const char *path, const char *why)
{
	(void)snprintf(error, 256, "%.160s: %.90s", path, why);
	return e;
}

/* ---- opening ---- */

/* A store's file by its name: who has its directory locked has it. */
static char *
dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;

	if (strcmp(name, STORE_FILE) != 0)
		return NULL;
	if (slash == NULL)
		return strdup(".");
	return slash == path ? strdup("/") :
			       strndup(path, (size_t)(slash - path));
}

static int
open_file(struct scanfile *f, const char *path, char error[256])
{
	uint8_t head[KCFILE_HEAD];
	struct stat st;
	ssize_t n;

	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd == -1)
		return failed(error, -errno, path, strerror(errno));
	if (fstat(f->fd, &st) == -1)
		return failed(error, -errno, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return failed(error, -EINVAL, path, "not a file");
	n = pread(f->fd, head, sizeof(head), 0);
	if (n < 0)
		return failed(error, -errno, path, strerror(errno));
	if (!kcfile_head(head, (size_t)n, &f->head))
		return failed(error, -EBADMSG, path, "not a store of zfw");
	/* A hint of a damaged file may be anything. */
	if (f->head.records > (uint64_t)st.st_size / 16)
		f->head.records = (uint64_t)st.st_size / 16;
	(void)posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

int
scanfile_open(struct scanfile *f, const char *what, char error[256])
{
	char path[4096];
	struct stat st;
	bool is_dir = stat(what, &st) == 0 && S_ISDIR(st.st_mode);
	int e;

	*f = (struct scanfile){ .fd = -1, .log_fd = -1 };
	(void)snprintf(path, sizeof(path), is_dir ? "%s/" STORE_FILE : "%s",
	    what);
	e = open_file(f, path, error);
	if (e != 0)
		return e;
	f->dir = is_dir ? strdup(what) : dir_of(path);
	if (asprintf(&f->log_path, "%s" LOG_EXT, path) == -1)
		f->log_path = NULL;
	if (f->log_path == NULL || (is_dir && f->dir == NULL))
		return failed(error, -ENOMEM, path, strerror(ENOMEM));
	return 0;
}

void
scanfile_close(struct scanfile *f)
{
	if (f->fd != -1)
		close(f->fd);
	if (f->log_fd != -1)
		close(f->log_fd);
	free(f->buf);
	free(f->dir);
	free(f->log_path);
	free(f->log[0].p);
	free(f->log[1].p);
	kcwal_fini(&f->wal);
}

/* Whoever has the store keeps its directory locked. */
bool
scanfile_used(const struct scanfile *f)
{
	int fd;
	bool is;

	if (f->dir == NULL)
		return false;
	fd = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	is = fd != -1 && flock(fd, LOCK_SH | LOCK_NB) == -1 &&
	    errno == EWOULDBLOCK;
	if (fd != -1)
		close(fd);
	return is;
}

/* ---- bytes ---- */

static int
grow(uint8_t **p, size_t *max, size_t need)
{
	uint8_t *more;

	if (need <= *max)
		return 0;
	more = realloc(*p, need);
	if (more == NULL)
		return -ENOMEM;
	*p = more;
	*max = need;
	return 0;
}

/* As many of `want` as there are; bytes, or -errno. */
static ssize_t
read_at(int fd, uint8_t *p, size_t want, uint64_t at)
{
	size_t n = 0;

	while (n < want) {
		ssize_t got = pread(fd, p + n, want - n, (off_t)(at + n));

		if (got == -1 && errno != EINTR)
			return -errno;
		if (got == 0)
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	return (ssize_t)n;
}

/* ---- the write-ahead log ---- */

/* It comes with the first change after an opening, and goes at the close. */
static bool
log_open(struct scanfile *f, struct stat *st)
{
	if (f->log_fd != -1 && fstat(f->log_fd, st) == 0 && st->st_nlink > 0)
		return true;
	if (f->log_fd != -1)
		close(f->log_fd);
	f->log_fd = open(f->log_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (f->log_fd == -1) {
		f->blind |= errno != ENOENT;
		return false;
	}
	return fstat(f->log_fd, st) == 0 && S_ISREG(st->st_mode);
}

/* No log, or an empty one: none of its bytes. */
static int
log_read(struct scanfile *f, struct scanfile_log *l)
{
	size_t want = LOG_FIRST;
	struct stat st;
	ssize_t n;
	int e;

	l->n = 0;
	if (!log_open(f, &st))
		return 0;
	for (;;) {
		e = grow(&l->p, &l->max, want);
		if (e != 0)
			return e;
		n = read_at(f->log_fd, l->p, want, 0);
		if (n < 0)
			return (int)n;
		if (n == 0 || l->p[0] == 0)
			return 0;
		l->n = (size_t)n;
		if ((size_t)n < want || (uint64_t)st.st_size <= want)
			return 0;
		if ((uint64_t)st.st_size > LOG_MAX) {
			f->blind = true;
			l->n = 0;
			return 0;
		}
		want = (size_t)st.st_size;
	}
}

/* A last message that is torn is no message; but that cannot be told. */
static int
log_end(struct scanfile *f)
{
	const struct kcwal_msg *last = &f->wal.msg[f->wal.n - 1];
	struct scanfile_log *l = &f->log[1]; /* done with */
	ssize_t n;
	int e;

	if (!f->torn || last->old.n == 0 || last->old.p[last->old.n - 1] != 0)
		return 0;
	e = grow(&l->p, &l->max, last->old.n);
	if (e != 0)
		return e;
	n = read_at(f->fd, l->p, last->old.n, last->at);
	if (n < 0)
		return (int)n;
	f->wal.n -= kcwal_torn(last, (struct str){ (char *)l->p, (size_t)n });
	return 0;
}

bool
scanfile_undone(const struct scanfile *f)
{
	return f->settled && f->log[0].n > 0;
}

/* ---- pieces ---- */

/* What lies there, and how long the file is, as they are met. */
static int
read_raw(struct scanfile *f, uint64_t at, size_t want)
{
	uint8_t size[KCFILE_SIZE];
	struct stat st;
	ssize_t n;

	/* In this order: a file that grows in between is not too short. */
	n = read_at(f->fd, size, sizeof(size), KCFILE_SIZE_AT);
	if (n != sizeof(size))
		return n < 0 ? (int)n : -EIO;
	if (fstat(f->fd, &st) == -1)
		return -errno;
	f->head.size = kcfile_size(size);
	f->bytes = (uint64_t)st.st_size;
	n = read_at(f->fd, f->buf, want, at);
	f->n = n > 0 ? (size_t)n : 0;
	return n < 0 ? (int)n : 0;
}

/* Puts back what the change that is under way has changed. */
static int
undo(struct scanfile *f, uint64_t at, size_t want)
{
	uint8_t size[KCFILE_SIZE] = { 0 };
	int e = kcwal_parse(&f->wal, f->log[0].p, f->log[0].n);

	if (e == 1)
		e = log_end(f);
	else
		return e;
	/* Its end may have been cut off already: that is in the log. */
	if (at < f->wal.size && f->n < want) {
		uint64_t left = f->wal.size - at;
		size_t n = left < want ? (size_t)left : want;

		if (n > f->n)
			memset(f->buf + f->n, 0, n - f->n);
		f->n = n;
	}
	kcwal_undo(&f->wal, at, f->buf, f->n);
	kcwal_undo(&f->wal, KCFILE_SIZE_AT, size, sizeof(size));
	f->head.size = kcfile_size(size); /* its first message is the head */
	f->bytes = f->wal.size;
	return e;
}

int
scanfile_fill(struct scanfile *f, uint64_t at, size_t want)
{
	struct scanfile_log *l = f->log;
	int e = grow(&f->buf, &f->max, want);

	f->settled = false;
	for (unsigned i = 0; i < TRIES && e == 0 && !f->settled; i++) {
		e = log_read(f, &l[0]);
		if (e == 0)
			e = read_raw(f, at, want);
		if (e == 0)
			e = log_read(f, &l[1]);
		f->settled = e == 0 && l[0].n == l[1].n &&
		    (l[0].n == 0 || memcmp(l[0].p, l[1].p, l[0].n) == 0);
	}
	if (f->settled && l[0].n > 0)
		e = undo(f, at, want);
	f->from = at;
	f->end = f->head.size < f->bytes ? f->head.size : f->bytes;
	if (e != 0 || at >= f->end)
		f->n = 0;
	else if (f->n > f->end - at)
		f->n = (size_t)(f->end - at);
	return e;
}

static uint64_t
left(const struct scanfile *f, uint64_t at)
{
	return at < f->end ? f->end - at : 0;
}

bool
scanfile_has(const struct scanfile *f, uint64_t at, enum kcfile_is *is,
    struct kcfile_block *b)
{
	size_t skip = (size_t)(at - f->from);

	if (at < f->from || at - f->from >= f->n)
		return false;
	*is = kcfile_block(&f->head, f->buf + skip, f->n - skip, b);
	return *is != KCFILE_MORE && b->size <= left(f, at);
}

int
scanfile_block(struct scanfile *f, uint64_t at, uint64_t max,
    enum kcfile_is *is, struct kcfile_block *b)
{
	int e = 0;

	if (at < f->from || at - f->from >= f->n)
		e = scanfile_fill(f, at, f->want);
	for (;;) {
		size_t skip = (size_t)(at - f->from);

		*is = KCFILE_BAD;
		if (e != 0 || skip >= f->n)
			return e;
		*is = kcfile_block(&f->head, f->buf + skip, f->n - skip, b);
		if (*is != KCFILE_MORE || b->size > max)
			break;
		if (b->size > left(f, at)) /* it may have grown meanwhile */
			e = scanfile_fill(f, at, f->want);
		if (e != 0 || b->size > left(f, at))
			break;
		e = scanfile_fill(f, at,
		    b->size > f->want ? (size_t)b->size : f->want);
		if (e == 0 && f->n < b->size)
			break;
	}
	if (*is == KCFILE_MORE || b->size > left(f, at))
		*is = KCFILE_BAD;
	return e;
}
