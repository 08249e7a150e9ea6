/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay_spill.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fp/fold.h"

#define UNIT_BYTES  64 /* places in the file are multiples of this */
#define BUF_BYTES   ((size_t)1024 * 1024)
#define SLACK_BYTES ((uint64_t)64 * 1024 * 1024)
#define INDEX_FIRST ((size_t)1 << 14)

/*
 * A client in the file: its grains that are not all zero, behind bits that say
 * which these are.  Raw, against the rule for what is stored: nobody but this
 * process ever reads it.  Nor is it more than the daemon's store would keep.
 */
#define STORED_BYTES offsetof(struct client, dirty)
#define GRAINS_MAX   (sizeof(struct client) / sizeof(struct grain))
#define BITS         64
#define MAPS         ((GRAINS_MAX + BITS - 1) / BITS)

struct grain {
	uint64_t word[2];
};

struct packed {
	uint64_t map[MAPS];
	struct grain grains[GRAINS_MAX];
};

struct entry {
	uint64_t key; /* the bytes that make up a client's key */
	uint32_t at;  /* in units */
	uint16_t room;
	uint8_t family;
};

/* Open addressing, half full at most; an entry with room 0 is free. */
struct spill {
	struct fold fold;
	int fd; /* -1: not needed so far, or failed */
	struct entry *index;
	size_t slots, used;
	uint8_t *buf; /* what is behind `written`, which is not there yet */
	uint64_t written, end, live; /* bytes */
	struct packed *one;
	bool failed;
	char error[256];
};

struct spill *
spill_new(void)
{
	struct spill *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->fd = -1;
	s->fold = fold_init(&(struct hash_key){ { 0 } }, 'p');
	return s;
}

static void
let_go(struct spill *s)
{
	if (s->index != NULL)
		(void)munmap(s->index, s->slots * sizeof(*s->index));
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s->buf);
	free(s->one);
	s->index = NULL;
	s->buf = NULL;
	s->one = NULL;
	s->fd = -1;
	s->slots = s->used = 0;
}

void
spill_free(struct spill *s)
{
	if (s == NULL)
		return;
	let_go(s);
	free(s);
}

const char *
spill_error(const struct spill *s)
{
	return s->failed ? s->error : NULL;
}

static bool
fail(struct spill *s, const char *where, int err)
{
	if (!s->failed)
		(void)snprintf(s->error, sizeof(s->error),
		    "%.100s: no room for clients: %.100s", where,
		    strerror(err));
	s->failed = true;
	let_go(s);
	return false;
}

/* ---- the files ---- */

static const char *
temp_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	return tmp == NULL || *tmp == '\0' ? "/tmp" : tmp;
}

/* A file without a name, or -1 and errno. */
static int
temp_file(void)
{
	char path[PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%.4000s/zfw-replay.XXXXXX",
	    temp_dir());
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

/* All of its room is there before it is touched; NULL and errno. */
static struct entry *
new_index(size_t slots)
{
	off_t n = (off_t)(slots * sizeof(struct entry));
	int fd = temp_file(), err;
	void *p;

	if (fd < 0)
		return NULL;
	err = posix_fallocate(fd, 0, n);
	p = err != 0 ?
	    MAP_FAILED :
	    mmap(NULL, (size_t)n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (err == 0 && p == MAP_FAILED)
		err = errno;
	(void)close(fd);
	errno = err;
	return p == MAP_FAILED ? NULL : p;
}

static bool
open_files(struct spill *s)
{
	s->buf = calloc(1, BUF_BYTES);
	s->one = calloc(1, sizeof(*s->one) + UNIT_BYTES);
	s->index = new_index(INDEX_FIRST);
	if (s->buf == NULL || s->one == NULL || s->index == NULL ||
	    (s->fd = temp_file()) < 0)
		return fail(s, temp_dir(), errno);
	s->slots = INDEX_FIRST;
	s->written = s->end = s->live = 0;
	return true;
}

static bool
write_at(struct spill *s, const void *p, size_t n, uint64_t at)
{
	size_t done = 0;

	while (done < n) {
		ssize_t k = pwrite(s->fd, (const uint8_t *)p + done, n - done,
		    (off_t)(at + done));

		if (k < 0 && errno != EINTR)
			return fail(s, "temporary file", errno);
		done += k > 0 ? (size_t)k : 0;
	}
	return true;
}

static bool
flush(struct spill *s)
{
	if (!write_at(s, s->buf, s->end - s->written, s->written))
		return false;
	s->written = s->end;
	return true;
}

static bool
read_at(const struct spill *s, const struct entry *e, struct packed *out)
{
	uint64_t at = e->at * (uint64_t)UNIT_BYTES;
	size_t n = e->room * (size_t)UNIT_BYTES;

	if (at < s->written)
		return pread(s->fd, out, n, (off_t)at) == (ssize_t)n;
	memcpy(out, s->buf + (at - s->written), n);
	return true;
}

/* ---- a client in few bytes ---- */

/* How many bytes it takes. */
static size_t
pack(const struct client *c, struct packed *out)
{
	const char *from = (const char *)c;
	size_t n = 0, tail = STORED_BYTES % sizeof(struct grain);

	memset(out->map, 0, sizeof(out->map));
	for (size_t i = 0; i < STORED_BYTES / sizeof(struct grain); i++) {
		struct grain g;

		memcpy(&g, from + i * sizeof(g), sizeof(g));
		if ((g.word[0] | g.word[1]) == 0)
			continue;
		out->grains[n++] = g;
		out->map[i / BITS] |= UINT64_C(1) << i % BITS;
	}
	memcpy(&out->grains[n], from + STORED_BYTES - tail, tail);
	return offsetof(struct packed, grains) + n * sizeof(struct grain) +
	    tail;
}

static void
unpack(const struct packed *in, struct client *c)
{
	char *to = (char *)c;
	size_t n = 0, tail = STORED_BYTES % sizeof(struct grain);

	memset(c, 0, sizeof(*c));
	for (size_t m = 0; m < MAPS; m++)
		for (uint64_t map = in->map[m]; map != 0; map &= map - 1) {
			size_t i = m * BITS + (size_t)__builtin_ctzll(map);

			memcpy(to + i * sizeof(struct grain), &in->grains[n++],
			    sizeof(struct grain));
		}
	memcpy(to + STORED_BYTES - tail, &in->grains[n], tail);
}

/* ---- the index ---- */

static size_t
place_of(const struct spill *s, const struct entry *e)
{
	return fold_2(&s->fold, e->key, e->family);
}

/* Its entry, or the free one where it belongs. */
static struct entry *
find(const struct spill *s, const struct entry *want)
{
	size_t mask = s->slots - 1, i = place_of(s, want) & mask;

	while (s->index[i].room != 0 &&
	    (s->index[i].key != want->key ||
		s->index[i].family != want->family))
		i = (i + 1) & mask;
	return &s->index[i];
}

static struct entry
entry_of(const struct addr *key)
{
	struct entry e = { .family = key->family };

	memcpy(&e.key, key->b, sizeof(e.key)); /* a /64: all of it */
	return e;
}

static bool
grow(struct spill *s)
{
	struct spill wide = *s;

	wide.slots = s->slots * 2;
	wide.index = new_index(wide.slots);
	if (wide.index == NULL)
		return fail(s, temp_dir(), errno);
	for (size_t i = 0; i < s->slots; i++)
		if (s->index[i].room != 0)
			*find(&wide, &s->index[i]) = s->index[i];
	(void)munmap(s->index, s->slots * sizeof(*s->index));
	s->index = wide.index;
	s->slots = wide.slots;
	return true;
}

/* ---- */

/* Its place is at the end. */
static bool
append(struct spill *s, struct entry *e, size_t n)
{
	size_t room = (n + UNIT_BYTES - 1) / UNIT_BYTES;

	if (s->end / UNIT_BYTES + room > UINT32_MAX)
		return fail(s, "temporary file", EFBIG);
	if (s->end + room * UNIT_BYTES - s->written > BUF_BYTES && !flush(s))
		return false;
	s->live += (room - e->room) * UNIT_BYTES;
	e->at = (uint32_t)(s->end / UNIT_BYTES);
	e->room = (uint16_t)room;
	memcpy(s->buf + (s->end - s->written), s->one, n);
	s->end += room * UNIT_BYTES;
	return true;
}

/* What lives goes to a new file, once most of the old one does not. */
static bool
compact(struct spill *s)
{
	struct spill old = *s;

	if (!flush(s))
		return false;
	old.written = s->written;
	if ((s->fd = temp_file()) < 0) {
		s->fd = old.fd;
		return fail(s, temp_dir(), errno);
	}
	s->live = s->written = s->end = 0;
	for (size_t i = 0; i < s->slots && !s->failed; i++) {
		struct entry *e = &s->index[i];
		size_t n = e->room * (size_t)UNIT_BYTES;

		if (n > 0 && !read_at(&old, e, s->one))
			(void)fail(s, "temporary file", EIO);
		else if (n > 0) {
			e->room = 0;
			(void)append(s, e, n);
		}
	}
	(void)close(old.fd);
	return !s->failed;
}

/*
 * To the end, since a system call for each is slower than all else here; but
 * what is still in the buffer is written over there.
 */
bool
spill_put(struct spill *s, const struct client *c)
{
	struct entry key = entry_of(&c->key), *e;
	uint64_t at;
	size_t n;

	if (s->failed || (s->fd < 0 && !open_files(s)) ||
	    (s->used * 2 >= s->slots && !grow(s)) ||
	    (s->end > s->live * 2 + SLACK_BYTES && !compact(s)))
		return false;
	n = pack(c, s->one);
	e = find(s, &key);
	if (e->room == 0) {
		*e = key;
		s->used++;
	}
	at = e->at * (uint64_t)UNIT_BYTES;
	if (e->room == 0 || at < s->written || e->room * (size_t)UNIT_BYTES < n)
		return append(s, e, n);
	memcpy(s->buf + (at - s->written), s->one, n);
	return true;
}

bool
spill_get(struct spill *s, const struct addr *key, struct client *out)
{
	struct entry want = entry_of(key), *e;

	if (s->fd < 0)
		return false;
	e = find(s, &want);
	if (e->room == 0 || !read_at(s, e, s->one))
		return false;
	unpack(s->one, out);
	return true;
}

size_t
spill_count(const struct spill *s)
{
	return s->used;
}
