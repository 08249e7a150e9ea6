/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/storefile.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "db/kcguard.h"
#include "db/record.h"

/*
 * Twice the records of a busy gateway; 3 MB at first.  No memory map: with
 * one, a full disk is a SIGBUS.  dfunit keeps the holes of grown records few.
 */
#define TUNING "#bnum=524288#msiz=0#dfunit=8"
/* The mark of a file that made Kyoto Cabinet abort. */
#define BROKEN_FILE STORE_FILE ".broken"
#define PATHLEN     STOREFILE_PATH
#define NAMELEN     256

/* The file as it lies there, before Kyoto Cabinet sees it. */
enum look { LOOK_FRESH, LOOK_FILE, LOOK_DAMAGED, LOOK_BROKEN, LOOK_FAILED };

/*
 * Where its header says that it was not closed, or that a record was found
 * broken: then opening repairs it, which can drop records that still read.
 */
#define HEADER_FLAGS 24
#define FLAG_FATAL   2

static int
why_failed(const struct storefile *f, int e)
{
	int code = kcdbecode(f->db);
	struct statvfs v;

	if (code == KCENOREC)
		return -ENOENT;
	if (code == KCENOPERM)
		return -EACCES;
	if (code != KCESYSTEM)
		return -EIO;
	if (e == ENOSPC || e == EDQUOT || e == EFBIG)
		return -ENOSPC;
	/* What it cleans up after a failure can hide the cause. */
	if (fstatvfs(f->lock, &v) == 0 && v.f_bavail == 0)
		return -ENOSPC;
	return -EIO;
}

int
storefile_errno(struct storefile *f)
{
	int e = why_failed(f, errno);

	if (e == -ENOSPC)
		f->full = true;
	else if (e != -ENOENT)
		f->hurt = true;
	return e;
}

int
storefile_sync(struct storefile *f)
{
	return f->dead ? -EIO : fdatasync(f->fd) == 0 ? 0 : -errno;
}

void
storefile_dead(struct storefile *f)
{
	int fd = openat(f->lock, BROKEN_FILE, O_WRONLY | O_CREAT | O_CLOEXEC,
	    0640);

	if (fd != -1)
		close(fd);
	f->dead = true;
	kcguard_init();
}

static int
failed(struct store_open_result *res, int e, const char *what, const char *why)
{
	(void)snprintf(res->error, sizeof(res->error), "%.150s: %.90s", what,
	    why);
	return e;
}

static int
lock_dir(struct storefile *f, const char *dir, struct store_open_result *res)
{
	int e;

	f->lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->lock == -1) {
		e = -errno;
		return failed(res, e, dir, strerror(-e));
	}
	if (flock(f->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	e = errno == EWOULDBLOCK ? -EBUSY : -errno;
	close(f->lock);
	f->lock = -1;
	return failed(res, e, dir,
	    e == -EBUSY ? "another process has the store" : strerror(-e));
}

static enum look
look_at(const char *path)
{
	struct stat st;
	uint8_t head[HEADER_FLAGS + 1];
	bool broken;
	int fd;

	if (stat(path, &st) == -1)
		return errno == ENOENT ? LOOK_FRESH : LOOK_FAILED;
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return LOOK_DAMAGED;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd == -1)
		return LOOK_FAILED;
	/* What is too short or no such header will be found damaged. */
	broken = pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	    memcmp(head, "KC\n", 4) == 0 && head[HEADER_FLAGS] != 0;
	close(fd);
	return broken ? LOOK_BROKEN : LOOK_FILE;
}

static int
rename_there(const char *from, const char *to)
{
	return rename(from, to) == 0 || errno == ENOENT ? 0 : -errno;
}

/* A name beside `path` that nothing has, with or without ".wal". */
static int
free_name(const char *path, char name[NAMELEN])
{
	char wal[NAMELEN + 8];
	time_t now = time(NULL);
	struct stat st;
	struct tm tm;
	size_t n;

	if (localtime_r(&now, &tm) == NULL)
		return -EOVERFLOW;
	n = (size_t)snprintf(name, NAMELEN, "%s.damaged-", path);
	n += strftime(name + n, 16, "%Y%m%d-%H%M%S", &tm);
	for (unsigned i = 1; i < 1000; i++) {
		(void)snprintf(wal, sizeof(wal), "%s.wal", name);
		if (lstat(name, &st) == -1 && errno == ENOENT &&
		    lstat(wal, &st) == -1 && errno == ENOENT)
			return 0;
		(void)snprintf(name + n, NAMELEN - n, ".%u", i);
	}
	return -EEXIST;
}

/* The file and its write-ahead log, which belongs to no other. */
static int
put_aside(const char *path, struct store_open_result *res)
{
	char name[NAMELEN], from[NAMELEN + 8], to[NAMELEN + 8];
	int e = free_name(path, name);

	if (e == 0)
		e = rename_there(path, name);
	(void)snprintf(from, sizeof(from), "%s.wal", path);
	(void)snprintf(to, sizeof(to), "%s.wal", name);
	if (e == 0)
		e = rename_there(from, to);
	if (e != 0)
		return failed(res, e, path, "damaged, and cannot be put aside");
	res->damaged = true;
	(void)snprintf(res->aside, sizeof(res->aside), "%s", name);
	return 0;
}

static int
copy(int from, int to)
{
	ssize_t n;

	do
		n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);
	while (n > 0);
	return n == 0 ? 0 : -errno;
}

/* A copy for whoever wants to rescue more than the repair does. */
static int
copy_aside(const char *path, struct store_open_result *res)
{
	char name[NAMELEN];
	int from, to, e = free_name(path, name);

	if (e != 0)
		return e;
	from = open(path, O_RDONLY | O_CLOEXEC);
	if (from == -1)
		return -errno;
	to = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	e = to == -1 ? -errno : copy(from, to);
	close(from);
	if (to != -1 && close(to) == -1 && e == 0)
		e = -errno;
	if (e != 0) {
		(void)unlink(name);
		return e;
	}
	res->damaged = true;
	(void)snprintf(res->aside, sizeof(res->aside), "%s", name);
	return 0;
}

static bool
write_meta(struct storefile *f)
{
	struct record_key k = record_meta_key();
	char buf[RECORD_META_MAX];
	size_t n = record_meta_encode(RECORD_FORMAT, buf, sizeof(buf));

	errno = 0;
	return kcdbset(f->db, (const char *)k.b, k.n, buf, n);
}

/* 0, -errno, or 1: damaged. */
static int
check_meta(struct storefile *f, const char *path, struct store_open_result *res)
{
	struct record_key k = record_meta_key();
	char buf[RECORD_META_MAX];
	uint32_t format;
	int32_t n = kcdbgetbuf(f->db, (const char *)k.b, k.n, buf, sizeof(buf));

	if (n == -1 && kcdbecode(f->db) == KCENOREC && kcdbcount(f->db) == 0)
		return write_meta(f) ?
		    0 :
		    failed(res, storefile_errno(f), path, "cannot be written");
	if (n < 0)
		return 1;
	/* More than fits is of a later format. */
	format = record_meta_decode(buf,
	    (size_t)n < sizeof(buf) ? (size_t)n : sizeof(buf));
	/* One of an earlier format would be brought up to date here. */
	if (format == RECORD_FORMAT)
		return 0;
	return failed(res, -ENOTSUP, path,
	    format > RECORD_FORMAT ?
		"written by a later version of zfw; left as it is" :
		"what says its format is damaged; left as it is");
}

struct
try {
	struct storefile *f;
	const char *path;
	struct store_open_result *res;
	int e; /* 0, -errno, or 1: damaged */
};

static int
try_db(struct storefile *f, const char *path, struct store_open_result *res)
{
	char full[PATHLEN + sizeof(TUNING)];
	int e, code;

	(void)snprintf(full, sizeof(full), "%s" TUNING, path);
	f->db = kcdbnew();
	errno = 0;
	if (kcdbopen(f->db, full,
		KCOWRITER | KCOCREATE | KCOAUTOTRAN | KCOTRYLOCK)) {
		e = check_meta(f, path, res);
		if (e != 0)
			(void)kcdbclose(f->db);
		return e;
	}
	e = errno;
	code = kcdbecode(f->db);
	if (code == KCEBROKEN || code == KCEINVALID)
		return 1;
	if (code == KCESYSTEM && (e == EAGAIN || e == EACCES))
		return failed(res, -EBUSY, path, "another process has it");
	return failed(res, storefile_errno(f), path, kcdbemsg(f->db));
}

static void
guarded_try(void *arg)
{
	struct try *t = arg;

	t->e = try_db(t->f, t->path, t->res);
}

/* 0, -errno, or 1: damaged.  On all but 0 nothing is open. */
static int
open_db(struct storefile *f, const char *path, struct store_open_result *res)
{
	struct try t = { f, path, res, 1 };
	mode_t mask = umask(027);
	bool back;

	kcguard_init();
	back = kcguard(guarded_try, &t);
	(void)umask(mask);
	if (back && t.e != 0)
		kcdbdel(f->db);
	if (!back || t.e != 0)
		f->db = NULL; /* lost when it aborted */
	return back ? t.e : 1;
}

/* Puts aside what must be before Kyoto Cabinet opens the path. */
static int
prepare(const struct storefile *f, const char *path, enum look look,
    struct store_open_result *res)
{
	char wal[PATHLEN + 8];
	int e;

	(void)snprintf(wal, sizeof(wal), "%s.wal", path);
	if (faccessat(f->lock, BROKEN_FILE, F_OK, 0) == 0) {
		e = put_aside(path, res);

		if (e == 0 && unlinkat(f->lock, BROKEN_FILE, 0) == -1)
			e = failed(res, -errno, path, "cannot be put aside");
		return e;
	}
	switch (look) {
	case LOOK_BROKEN:
		e = copy_aside(path, res);
		if (e == -ENOSPC || e == -EDQUOT)
			return failed(res, -ENOSPC, path,
			    "damaged, and no room on the disk to repair it");
		return e == 0 ? 0 : put_aside(path, res);
	case LOOK_DAMAGED:
		return put_aside(path, res);
	case LOOK_FRESH:
		res->fresh = true;
		return access(wal, F_OK) == 0 ? put_aside(path, res) : 0;
	default:
		return 0;
	}
}

static int
open_locked(struct storefile *f, const char *path,
    struct store_open_result *res)
{
	enum look look = look_at(path);
	int e = -errno;

	if (look == LOOK_FAILED)
		return failed(res, e, path, strerror(-e));
	e = prepare(f, path, look, res);
	if (e != 0)
		return e;
	e = open_db(f, path, res);
	if (e == 1 && (e = put_aside(path, res)) == 0)
		e = open_db(f, path, res);
	if (e == 1)
		e = failed(res, -EIO, path, "a fresh file is damaged at once");
	/* A beginning is nothing to keep, e.g. on a full disk. */
	if (e < 0 && (look == LOOK_FRESH || look == LOOK_DAMAGED))
		(void)unlink(path);
	return e;
}

static void
guarded_close(void *arg)
{
	KCDB *db = arg;

	/* In auto-transaction mode it has nothing left to write. */
	(void)kcdbclose(db);
	kcdbdel(db);
}

/*
 * On the disk, too, there must be no free blocks in the file while it is
 * open: Kyoto Cabinet has just taken that list out.
 */
static int
open_beside(struct storefile *f, struct store_open_result *res)
{
	int e;

	f->fd = open(f->path, O_RDWR | O_CLOEXEC);
	e = f->fd == -1 ? -errno : storefile_sync(f);
	if (e == 0)
		return 0;
	(void)failed(res, e, f->path, strerror(-e));
	(void)kcguard(guarded_close, f->db);
	f->db = NULL;
	if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
	return e;
}

int
storefile_open(struct storefile *f, const char *dir,
    struct store_open_result *res)
{
	char path[PATHLEN];
	int e, n = snprintf(path, sizeof(path), "%s/" STORE_FILE, dir);

	memset(res, 0, sizeof(*res));
	*f = (struct storefile){ .lock = -1, .fd = -1 };
	if (n < 0 || (size_t)n >= sizeof(path))
		return failed(res, -ENAMETOOLONG, dir, "the path is too long");
	/* Kyoto Cabinet reads tuning from behind it. */
	if (strchr(path, '#') != NULL)
		return failed(res, -EINVAL, path, "there is a '#' in the path");
	e = lock_dir(f, dir, res);
	if (e == 0)
		e = open_locked(f, path, res);
	memcpy(f->path, path, sizeof(path));
	if (e == 0)
		e = open_beside(f, res);
	if (e != 0 && f->lock != -1) {
		close(f->lock);
		f->lock = -1;
	}
	return e;
}

struct reader {
	KCDB *db;
	const char *full;
	bool good;
};

static void
guarded_reader(void *arg)
{
	struct reader *r = arg;

	r->db = kcdbnew();
	r->good = kcdbopen(r->db, r->full, KCOREADER | KCONOLOCK | KCONOREPAIR);
	if (!r->good)
		kcdbdel(r->db);
}

KCDB *
storefile_reader(const struct storefile *f)
{
	char full[PATHLEN + 32];
	struct reader r = { .full = full };
	struct stat st;

	if (f->dead || stat(f->path, &st) != 0)
		return NULL;
	(void)snprintf(full, sizeof(full), "%s#msiz=%lld", f->path,
	    (long long)st.st_size);
	return kcguard(guarded_reader, &r) && r.good ? r.db : NULL;
}

/*
 * Kyoto Cabinet marks a file as broken when a write has failed.  On a full
 * disk the transaction was taken back, and the file is as it should be.
 */
static void
forgive(const struct storefile *f)
{
	static const uint8_t none = 0;
	uint8_t flags = 0;

	if (pread(f->fd, &flags, 1, HEADER_FLAGS) == 1 && flags == FLAG_FATAL)
		(void)!pwrite(f->fd, &none, 1, HEADER_FLAGS);
}

void
storefile_close(struct storefile *f)
{
	if (f->db != NULL && !f->dead && !kcguard(guarded_close, f->db))
		storefile_dead(f);
	if (f->full && !f->hurt && !f->dead)
		forgive(f);
	if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
	if (f->lock != -1)
		close(f->lock);
	f->db = NULL;
	f->lock = -1;
}
