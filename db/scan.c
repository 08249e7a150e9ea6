/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blocks lie end to end, so whoever knows where one begins finds all that
 * follow.  While the owner writes, that can fail in two ways: a block is read
 * half written, which is over a moment later; or records were moved towards
 * the front to close holes, and nothing begins any more where the last block
 * ended.  Then we go back to where we were a buffer or two ago, or to the
 * front: what was handed out already is known by its hash.  Only what is still
 * wrong then is damage, behind which the next whole record is looked for.
 */
#include "db/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "db/kcfile.h"
#include "db/record.h"
#include "db/seen.h"

#define BUFFER     ((size_t)256 << 10)
#define LOOKS      9 /* at one place, 1, 2, 4 ... ms apart: half a second */
#define LOOK_NS    1000000L
#define BACKS_MAX  64                    /* in one pass */
#define FRONTS_MAX 3                     /* of these, to the front */
#define RESCUE_MAX ((uint64_t)160 << 10) /* of a record behind damage */
#define ONE_MAX    8192                  /* of one that is read alone */

struct mark { /* a place where we can go on */
	uint64_t at, bad, lost;
};

struct scan {
	int fd;
	struct kcfile_head head;
	uint64_t end;
	uint8_t *buf; /* bytes of the file from `from` on */
	size_t n, max;
	uint64_t from;
	struct mark back[2]; /* the last buffer's begin, and that before */
	uint64_t trouble_at;
	uint64_t where;                /* of the record that is handed out */
	unsigned looks, backs, fronts; /* there; in this pass */
	char *dir;                     /* NULL: just a file */
	struct timespec done; /* change of the file before the first pass */
	struct seen seen;     /* only if somebody has it open; else empty */
	struct scan_counts counts;
	scan_fn *fn;
	void *arg;
};

static int
failed(char error[256], int e, const char *path, const char *why)
{
	(void)snprintf(error, 256, "%.160s: %.90s", path, why);
	return e;
}

/* Whoever has the store keeps its directory locked. */
static bool
locked(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is = fd != -1 && flock(fd, LOCK_SH | LOCK_NB) == -1 &&
	    errno == EWOULDBLOCK;

	if (fd != -1)
		close(fd);
	return is;
}

/* How long the file is by its head, which commits change. */
static int
look_end(struct scan *s)
{
	uint8_t size[KCFILE_SIZE];
	struct stat st;

	if (fstat(s->fd, &st) == -1)
		return -errno;
	if (pread(s->fd, size, sizeof(size), KCFILE_SIZE_AT) != sizeof(size))
		return -EIO;
	s->end = s->head.size = kcfile_size(size);
	s->counts.bytes = (uint64_t)st.st_size;
	if (s->end > s->counts.bytes)
		s->end = s->counts.bytes;
	return 0;
}

static int
open_file(struct scan *s, const char *path, char error[256])
{
	uint8_t head[KCFILE_HEAD];
	struct stat st;
	ssize_t n;

	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd == -1)
		return failed(error, -errno, path, strerror(errno));
	if (fstat(s->fd, &st) == -1)
		return failed(error, -errno, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return failed(error, -EINVAL, path, "not a file");
	n = pread(s->fd, head, sizeof(head), 0);
	if (n < 0)
		return failed(error, -errno, path, strerror(errno));
	if (!kcfile_head(head, (size_t)n, &s->head))
		return failed(error, -EBADMSG, path, "not a store of zfw");
	/* A hint of a damaged file may be anything. */
	if (s->head.records > (uint64_t)st.st_size / 16)
		s->head.records = (uint64_t)st.st_size / 16;
	(void)posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

int
scan_open(const char *dir, struct scan **out, char error[256])
{
	struct scan *s = calloc(1, sizeof(*s));
	char path[4096];
	struct stat st;
	bool is_dir = stat(dir, &st) == 0 && S_ISDIR(st.st_mode);
	int e;

	*out = NULL;
	if (s == NULL)
		return failed(error, -ENOMEM, dir, strerror(ENOMEM));
	(void)snprintf(path, sizeof(path), is_dir ? "%s/" STORE_FILE : "%s",
	    dir);
	e = open_file(s, path, error);
	if (e == 0) {
		s->counts.expected = s->head.records;
		s->dir = is_dir ? strdup(dir) : NULL;
		s->counts.in_use = is_dir && locked(dir);
		s->max = BUFFER;
		s->buf = malloc(s->max);
		if (s->buf == NULL || (is_dir && s->dir == NULL))
			e = failed(error, -ENOMEM, path, strerror(ENOMEM));
	}
	if (e == 0)
		*out = s;
	else
		scan_close(s);
	return e;
}

void
scan_close(struct scan *s)
{
	if (s == NULL)
		return;
	if (s->fd != -1)
		close(s->fd);
	free(s->buf);
	free(s->dir);
	seen_fini(&s->seen);
	free(s);
}

static int
grow(struct scan *s, size_t need)
{
	uint8_t *buf = realloc(s->buf, need);

	if (buf == NULL)
		return -ENOMEM;
	s->buf = buf;
	s->max = need;
	return 0;
}

/* Reads from there on: at least `need` bytes, if the file has them. */
static int
fill(struct scan *s, uint64_t at, size_t need)
{
	int e = look_end(s);

	s->n = 0;
	s->from = at;
	if (e == 0 && need > s->max)
		e = grow(s, need);
	while (e == 0 && s->n < s->max && at + s->n < s->end) {
		size_t want = s->max - s->n;
		ssize_t n;

		if (want > s->end - at - s->n)
			want = (size_t)(s->end - at - s->n);
		n = pread(s->fd, s->buf + s->n, want, (off_t)(at + s->n));
		if (n == -1 && errno != EINTR)
			e = -errno;
		if (n == 0)
			break;
		s->n += n > 0 ? (size_t)n : 0;
	}
	return e;
}

static uint64_t
left(const struct scan *s, uint64_t at)
{
	return at < s->end ? s->end - at : 0;
}

/* The block at `at`; *is BAD also where it is longer than the file. */
static int
look(struct scan *s, uint64_t at, uint64_t max, enum kcfile_is *is,
    struct kcfile_block *b)
{
	int e = 0;

	if (at < s->from || at - s->from >= s->n)
		e = fill(s, at, 1);
	for (;;) {
		size_t skip = (size_t)(at - s->from);

		*is = KCFILE_BAD;
		if (e != 0 || skip >= s->n)
			return e;
		*is = kcfile_block(&s->head, s->buf + skip, s->n - skip, b);
		if (*is != KCFILE_MORE || b->size > max)
			break;
		if (b->size > left(s, at)) /* it may have grown meanwhile */
			e = look_end(s);
		if (e != 0 || b->size > left(s, at))
			break;
		e = fill(s, at, (size_t)b->size);
		if (e == 0 && s->n < b->size)
			break;
	}
	if (*is == KCFILE_MORE || b->size > left(s, at))
		*is = KCFILE_BAD;
	return e;
}

static bool
is_meta(const struct kcfile_block *b)
{
	struct record_key k = record_meta_key();

	return b->key.n == k.n && memcmp(b->key.p, k.b, k.n) == 0 &&
	    record_meta_decode(b->value.p, b->value.n) != 0;
}

static bool
sound(enum kcfile_is is, const struct kcfile_block *b)
{
	uint64_t hash;

	if (is == KCFILE_FREE)
		return true;
	return is == KCFILE_RECORD &&
	    (is_meta(b) || record_whole(b->key, b->value, &hash));
}

/* 0, 1 = told to stop, -errno. */
static int
hand_out(struct scan *s, const struct kcfile_block *b, uint64_t hash)
{
	int there = s->seen.max == 0 ? 0 : seen_add(&s->seen, hash);

	if (there < 0)
		return there;
	if (there == 1) {
		s->counts.twice++;
		return 0;
	}
	s->counts.records++;
	return s->fn(s->arg, b->key.p, b->key.n, b->value.p, b->value.n) ? 0 :
									   1;
}

/* Goes to that place, with what was counted until then. */
static int
go(struct scan *s, const struct mark *m, uint64_t *at)
{
	*at = m->at;
	s->counts.bad = m->bad;
	s->counts.lost = m->lost;
	return fill(s, *at, 1);
}

/*
 * Nothing sound is at *at.  1: look again, there or where *at is now; 0: it is
 * damage; -errno.
 */
static int
again(struct scan *s, uint64_t *at)
{
	const struct mark front = { s->head.first, 0, 0 };
	unsigned look;
	int e;

	if (!s->counts.in_use && s->dir != NULL)
		s->counts.in_use = locked(s->dir); /* begun meanwhile? */
	if (!s->counts.in_use || s->backs >= BACKS_MAX)
		return 0;
	if (*at != s->trouble_at)
		s->looks = 0;
	s->trouble_at = *at;
	look = s->looks++;
	if (look < LOOKS) {
		/* The writer may have been put to sleep half way. */
		struct timespec moment = { 0, LOOK_NS << look };

		(void)nanosleep(&moment, NULL);
		e = fill(s, *at, 1);
	} else if (look == LOOKS) {
		s->backs++;
		e = go(s, &s->back[1], at);
	} else if (look == LOOKS + 1 && s->fronts < FRONTS_MAX) {
		s->backs++;
		s->fronts++;
		e = go(s, &front, at);
	} else
		return 0;
	return e == 0 ? 1 : e;
}

/* Is there a block behind it, or the end? */
static int
followed(struct scan *s, uint64_t at, bool *yes)
{
	struct kcfile_block b;
	enum kcfile_is is = KCFILE_FREE;
	int e = 0;

	if (at < s->end)
		e = look(s, at, RESCUE_MAX, &is, &b);
	*yes = at <= s->end && is != KCFILE_BAD;
	return e;
}

/* Moves *at behind what is damaged, to the next place that makes sense. */
static int
skip(struct scan *s, uint64_t *at, enum kcfile_is is, uint64_t size)
{
	uint64_t from = *at;
	bool yes = false;
	int e = 0;

	if (is == KCFILE_RECORD && from + size <= s->end)
		e = followed(s, from + size, &yes);
	if (yes) {
		s->counts.bad++;
		*at = from + size;
		return e;
	}
	while (e == 0 && !yes) {
		struct kcfile_block b;

		*at += s->head.align;
		if (*at >= s->end)
			break;
		e = look(s, *at, RESCUE_MAX, &is, &b);
		yes = e == 0 && sound(is, &b);
		if (yes && is == KCFILE_FREE)
			e = followed(s, *at + b.size, &yes);
	}
	if (*at > s->end)
		*at = s->end;
	s->counts.lost += *at - from;
	return e;
}

static void
mark_buffer(struct scan *s)
{
	if (s->from <= s->back[0].at)
		return;
	s->back[1] = s->back[0];
	s->back[0] = (struct mark){ s->from, s->counts.bad, s->counts.lost };
}

/* One block; 0, 1 = told to stop, -errno. */
static int
step(struct scan *s, uint64_t *at)
{
	struct kcfile_block b = { 0 };
	enum kcfile_is is;
	uint64_t hash = 0;
	int e = look(s, *at, UINT64_MAX, &is, &b);

	if (e != 0)
		return e;
	if (is == KCFILE_FREE) {
		*at += b.size;
		return 0;
	}
	if (is == KCFILE_RECORD && record_whole(b.key, b.value, &hash)) {
		if (s->from == *at)
			mark_buffer(s);
		s->where = *at;
		*at += b.size;
		return hand_out(s, &b, hash);
	}
	if (is == KCFILE_RECORD && is_meta(&b)) {
		*at += b.size;
		s->counts.format = record_meta_decode(b.value.p, b.value.n);
		return s->counts.format > RECORD_FORMAT ? -ENOTSUP : 0;
	}
	e = again(s, at);
	if (e != 0)
		return e < 0 ? e : 0;
	return skip(s, at, is, b.size);
}

static int
pass(struct scan *s, scan_fn *fn, void *arg)
{
	uint64_t at = s->head.first;
	int e = look_end(s);

	s->fn = fn;
	s->arg = arg;
	s->back[0] = s->back[1] = (struct mark){ at, 0, 0 };
	s->trouble_at = 0;
	s->backs = s->fronts = s->looks = 0;
	s->counts.bad = s->counts.lost = 0;
	s->n = 0;
	if (e == 0)
		e = fill(s, at, 1);
	for (;;) {
		while (e == 0 && at < s->end)
			e = step(s, &at);
		if (e != 0 || (e = look_end(s)) != 0 || at >= s->end)
			break;
	}
	/* A file cut short: what its head still knows. */
	if (e == 0 && s->head.size > s->counts.bytes)
		s->counts.lost += s->head.size - s->counts.bytes;
	return e < 0 ? e : 0;
}

static bool
changed(const struct scan *s)
{
	struct stat st;

	return fstat(s->fd, &st) == -1 || st.st_mtim.tv_sec != s->done.tv_sec ||
	    st.st_mtim.tv_nsec != s->done.tv_nsec;
}

int
scan_all(struct scan *s, scan_fn *fn, void *arg)
{
	struct stat st;

	if (s->dir != NULL)
		s->counts.in_use = locked(s->dir);
	if (s->counts.in_use && s->seen.max == 0 &&
	    !seen_init(&s->seen, s->head.records))
		return -ENOMEM;
	if (fstat(s->fd, &st) == -1)
		return -errno;
	s->done = st.st_mtim;
	return pass(s, fn, arg);
}

int
scan_again(struct scan *s, scan_fn *fn, void *arg)
{
	if (s->seen.max == 0 && !changed(s))
		return 0;
	return pass(s, fn, arg);
}

void
scan_counts(const struct scan *s, struct scan_counts *out)
{
	*out = s->counts;
}

uint64_t
scan_where(const struct scan *s)
{
	return s->where;
}

int
scan_read(struct scan *s, uint64_t where, scan_fn *fn, void *arg)
{
	uint8_t buf[ONE_MAX];
	struct kcfile_block b = { 0 };
	uint64_t hash;
	ssize_t n = pread(s->fd, buf, sizeof(buf), (off_t)where);

	if (n < 0)
		return -errno;
	if (kcfile_block(&s->head, buf, (size_t)n, &b) != KCFILE_RECORD ||
	    !record_whole(b.key, b.value, &hash))
		return -ENOENT;
	s->where = where;
	(void)fn(arg, b.key.p, b.key.n, b.value.p, b.value.n);
	return 0;
}
