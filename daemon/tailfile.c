/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/tailfile.h"
#include "fp/hash.h"

/* The hash of the first `n` bytes; false when they cannot be read. */
static bool
head_hash(int fd, uint32_t n, uint64_t *out)
{
	char head[TAILFILE_HEAD_BYTES];

	if (n > sizeof(head) || pread(fd, head, n, 0) != (ssize_t)n)
		return false;
	*out = hash_stable(head, n);
	return true;
}

/* False: these are not the bytes that the position was taken in. */
static bool
head_same(int fd, const struct store_logpos *p)
{
	uint64_t h;

	if (p->head_n == 0)
		return true;
	return head_hash(fd, p->head_n, &h) && h == p->head_hash;
}

/* Takes in more of the head while the file is still short. */
static void
head_grow(struct tail_file *f)
{
	uint32_t n = f->size < TAILFILE_HEAD_BYTES ? (uint32_t)f->size :
						     TAILFILE_HEAD_BYTES;

	if (n > f->pos.head_n && head_hash(f->fd, n, &f->pos.head_hash))
		f->pos.head_n = n;
}

bool
tailfile_init(struct tail_file *f, int fd)
{
	struct stat sb;

	if (fd < 0 || fstat(fd, &sb) != 0) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	*f = (struct tail_file){ .fd = fd, .size = (uint64_t)sb.st_size };
	f->pos.dev = sb.st_dev;
	f->pos.ino = sb.st_ino;
	return true;
}

void
tailfile_seek(struct tail_file *f, uint64_t offset)
{
	char before = '\n';

	if (offset > 0 && pread(f->fd, &before, 1, (off_t)offset - 1) != 1)
		before = '\n';
	f->pos.offset = offset;
	f->skipping = before != '\n';
	head_grow(f);
}

bool
tailfile_is(const struct tail_file *f, const struct store_logpos *p)
{
	return f->pos.ino == p->ino && (f->pos.dev == p->dev || p->head_n > 0);
}

bool
tailfile_resume(struct tail_file *f, const struct store_logpos *p)
{
	bool same = p->offset <= f->size && head_same(f->fd, p);

	if (same) {
		f->pos.head_n = p->head_n;
		f->pos.head_hash = p->head_hash;
	}
	tailfile_seek(f, same ? p->offset : 0);
	return same;
}

bool
tailfile_check(struct tail_file *f, int64_t now_ms)
{
	struct stat sb;
	bool anew;

	if (fstat(f->fd, &sb) != 0)
		return false;
	if ((uint64_t)sb.st_size > f->size)
		f->quiet_from_ms = now_ms;
	f->size = (uint64_t)sb.st_size;
	anew = f->size < f->pos.offset || !head_same(f->fd, &f->pos);
	if (anew) {
		f->pos.offset = 0;
		f->pos.head_n = 0;
		f->skipping = false;
	}
	head_grow(f);
	return anew;
}
