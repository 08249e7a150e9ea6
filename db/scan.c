/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Blocks lie end to end, so whoever knows where one begins finds all that
 * follow.  While the owner writes, that can fail in two ways.  A block is met
 * in the middle of a change: scanfile.h takes most of that back, and the rest
 * is over a moment later.  Or records were moved towards the front to close
 * holes, and nothing begins any more where the last block ended: then waiting
 * is of no use, and we go back to where one began a moment ago, further each
 * time, to the front at last.  What was handed out already is known by its
 * hash.  What is still wrong then is a doubt (doubt.h), behind which the next
 * whole record is looked for.
 */
#include "db/scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "db/doubt.h"
#include "db/record.h"
#include "db/scanfile.h"
#include "db/seen.h"
#include "fp/hash.h"

#define BUFFER     ((size_t)256 << 10)
#define SMALL      ((size_t)16 << 10) /* of one moment more often */
#define MARKS      16
#define MARK_EACH  SMALL
#define TRIES      10  /* at one place */
#define TRIES_MAX  128 /* in one pass */
#define FRONTS_MAX 3   /* of these, from the front */
#define PAUSE_NS   500000L
#define PAUSE_MAX  5 /* times doubled */
#define PASSES     5 /* in one call */
#define PASS_NS    250000000L
#define RESCUE_MAX ((uint64_t)160 << 10) /* of a record behind damage */
#define ONE_MAX    ((size_t)8192)        /* of one that is read alone */
#define HASH_MAX   ((size_t)32)          /* of what is no block */

struct scan {
	struct scanfile f;
	uint64_t mark[MARKS]; /* where blocks began, the newest last */
	size_t marks;
	/* Trouble: how far we got, and how often we tried to get further. */
	uint64_t far;
	unsigned tries, all_tries, fronts, pass;
	struct doubts doubts;
	uint64_t where;       /* of the record that is handed out */
	struct timespec done; /* change of the file before the first pass */
	struct timespec met;  /* and before the last pass */
	bool progress;        /* it was written to since then */
	struct seen seen;     /* only if somebody has it open; else empty */
	struct scan_counts counts;
	scan_fn *fn;
	void *arg;
};

int
scan_open(const char *dir, struct scan **out, char error[256])
{
	struct scan *s = calloc(1, sizeof(*s));
	int e;

	*out = NULL;
	if (s == NULL) {
		(void)snprintf(error, 256, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	e = scanfile_open(&s->f, dir, error);
	s->counts.expected = s->f.head.records;
	s->counts.in_use = e == 0 && scanfile_used(&s->f);
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
	scanfile_close(&s->f);
	seen_fini(&s->seen);
	free(s);
}

static bool
is_meta(const struct kcfile_block *b)
{
	struct record_key k = record_meta_key();

	return b->key.n == k.n && memcmp(b->key.p, k.b, k.n) == 0 &&
	    record_meta_decode(b->value.p, b->value.n) != 0;
}

/* *hash: of a record; 0 = the mark, or none. */
static bool
sound(enum kcfile_is is, const struct kcfile_block *b, uint64_t *hash)
{
	if (is == KCFILE_RECORD && record_whole(b->key, b->value, hash))
		return true;
	*hash = 0;
	return is == KCFILE_FREE || (is == KCFILE_RECORD && is_meta(b));
}

/* ---- while somebody writes ---- */

static void
mark(struct scan *s, uint64_t at)
{
	if (s->marks > 0 && at < s->mark[s->marks - 1] + MARK_EACH)
		return;
	if (s->marks == MARKS) {
		memmove(s->mark, s->mark + 1, (MARKS - 1) * sizeof(s->mark[0]));
		s->marks--;
	}
	s->mark[s->marks++] = at;
}

/* Where a block began `n` marks ago; the front, but not too often. */
static uint64_t
back(struct scan *s, size_t n)
{
	if (n > s->marks && s->fronts < FRONTS_MAX) {
		s->fronts++;
		s->marks = 0;
	} else if (s->marks > 0)
		s->marks -= n < s->marks ? n : s->marks - 1;
	return s->marks == 0 ? s->f.head.first : s->mark[s->marks - 1];
}

static void
sleep_ns(long ns)
{
	struct timespec t = { 0, ns };

	(void)nanosleep(&t, NULL);
}

/* No trouble, or no more. */
static void
calm(struct scan *s)
{
	s->tries = 0;
	s->f.want = BUFFER;
}

/* Begun meanwhile?  From now on we may meet things again. */
static int
used(struct scan *s)
{
	if (!s->counts.in_use)
		s->counts.in_use = scanfile_used(&s->f);
	if (s->counts.in_use && s->seen.max == 0 &&
	    !seen_init(&s->seen, s->f.head.records))
		return -ENOMEM;
	return s->counts.in_use;
}

/*
 * Is it of any use to try again?  When nobody writes, once: the end of the log
 * of who was killed can be taken in two ways.  -ENOMEM.
 */
static int
may_try(struct scan *s)
{
	int e = used(s);

	if (e == 0)
		return s->tries == 0 && scanfile_undone(&s->f);
	return e < 0 ? e : s->tries < TRIES && s->all_tries < TRIES_MAX;
}

/*
 * Nothing sound is at *at.  1: look again, there or where *at is now; 0: that
 * was no use; -errno.
 */
static int
again(struct scan *s, uint64_t *at)
{
	unsigned try = s->tries;
	int e = may_try(s);

	if (e <= 0)
		return e;
	if (try == 0 || *at > s->far)
		s->far = *at;
	s->tries++;
	s->all_tries++;
	s->f.want = SMALL;
	s->f.torn = !s->f.torn;
	if (try >= 2)
		sleep_ns(PAUSE_NS << (try < PAUSE_MAX ? try : PAUSE_MAX));
	/* There, one back, two, four ... */
	if (try > 0)
		*at = back(s, (size_t)1 << (try - 1));
	e = scanfile_fill(&s->f, *at, s->f.want);
	return e == 0 ? 1 : e;
}

/* A block was sound up to here. */
static void
passed(struct scan *s, uint64_t at)
{
	if (s->tries > 0 && at > s->far) {
		calm(s);
		s->counts.anew++;
	}
	if (s->counts.in_use)
		mark(s, at);
}

/* ---- damage ---- */

/* Is there a block behind it, or the end? */
static int
followed(struct scan *s, uint64_t at, bool *yes)
{
	struct kcfile_block b;
	enum kcfile_is is = KCFILE_FREE;
	int e = 0;

	if (at < s->f.end)
		e = scanfile_block(&s->f, at, RESCUE_MAX, &is, &b);
	*yes = at <= s->f.end && is != KCFILE_BAD;
	return e;
}

/* Moves *at behind what is damaged, to the next place that makes sense. */
static int
skip(struct scan *s, uint64_t *at, uint64_t size, struct doubt *d)
{
	uint64_t from = *at;
	size_t want = s->f.want;
	bool yes = false;
	int e = 0;

	s->f.want = BUFFER;
	if (size > 0 && from + size <= s->f.end)
		e = followed(s, from + size, &yes);
	d->bad = yes;
	if (yes)
		*at = from + size;
	while (e == 0 && !yes) {
		struct kcfile_block b;
		enum kcfile_is is;
		uint64_t hash;

		*at += s->f.head.align;
		if (*at >= s->f.end)
			break;
		e = scanfile_block(&s->f, *at, RESCUE_MAX, &is, &b);
		yes = e == 0 && sound(is, &b, &hash);
		if (yes && is == KCFILE_FREE)
			e = followed(s, *at + b.size, &yes);
	}
	if (*at > s->f.end)
		*at = s->f.end > from ? s->f.end : from;
	if (d->bad == 0)
		d->lost = *at - from;
	s->f.want = want;
	return e;
}

/* `size`: 0, or of a record whose check bytes are wrong. */
static struct doubt
doubt_here(const struct scan *s, uint64_t at, uint64_t size)
{
	size_t skipped = (size_t)(at - s->f.from);
	size_t n = skipped < s->f.n ? s->f.n - skipped : 0;

	if (n > (size > 0 ? size : HASH_MAX))
		n = size > 0 ? (size_t)size : HASH_MAX;
	return (struct doubt){
		.at = at,
		.hash = n == 0 ? 0 : hash_stable(s->f.buf + skipped, n),
		.pass = s->pass,
		/* What is under way there may be the same as last time. */
		.blind = s->f.blind && !s->progress,
	};
}

static void
settle(struct scan *s, const struct doubt *d)
{
	calm(s);
	if (s->counts.in_use) {
		doubt_add(&s->doubts, d);
		return;
	}
	s->counts.bad += d->bad;
	s->counts.lost += d->lost;
}

static int
trouble(struct scan *s, uint64_t *at, uint64_t size)
{
	struct doubt d = doubt_here(s, *at, size);
	bool known = doubt_met(&s->doubts, &d) != NULL;
	int e = known ? 0 : again(s, at);

	if (e != 0)
		return e < 0 ? e : 0;
	e = skip(s, at, size, &d);
	if (e == 0 && !known)
		settle(s, &d);
	return e;
}

/* ---- passes ---- */

/* 0 or -errno; STOP: told to. */
#define STOP (-ECANCELED)

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
									   STOP;
}

/* One block. */
static int
step(struct scan *s, uint64_t *at)
{
	struct kcfile_block b = { 0 };
	enum kcfile_is is;
	uint64_t hash;
	int e = scanfile_block(&s->f, *at, UINT64_MAX, &is, &b);

	if (e != 0)
		return e;
	if (!sound(is, &b, &hash))
		return trouble(s, at, is == KCFILE_RECORD ? b.size : 0);
	s->where = *at;
	*at += b.size;
	passed(s, *at);
	if (is == KCFILE_FREE)
		return 0;
	if (hash != 0 || !is_meta(&b))
		return hand_out(s, &b, hash);
	s->counts.format = record_meta_decode(b.value.p, b.value.n);
	return s->counts.format > RECORD_FORMAT ? -ENOTSUP : 0;
}

/* Nothing is left at *at.  1: that was the end; 0: go on at *at; -errno. */
static int
ended(struct scan *s, uint64_t *at)
{
	struct doubt d;
	int e = scanfile_fill(&s->f, *at, s->f.want);

	if (e != 0 || *at < s->f.end)
		return e;
	if (*at == s->f.end && s->f.head.size <= s->f.bytes) {
		s->counts.anew += s->tries > 0;
		return 1;
	}
	/* A file cut short, or its end was cut off before us. */
	e = again(s, at);
	if (e != 0)
		return e < 0 ? e : 0;
	if (s->f.head.size > s->f.bytes) {
		d = doubt_here(s, s->f.bytes, 0);
		d.hash = s->f.head.size;
		d.lost = s->f.head.size - s->f.bytes;
		settle(s, &d);
	}
	return 1;
}

static struct timespec
changed_at(const struct scan *s)
{
	struct stat st = { 0 };

	(void)fstat(s->f.fd, &st);
	return st.st_mtim;
}

static bool
same(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static int
pass(struct scan *s)
{
	uint64_t at = s->f.head.first;
	struct timespec now = changed_at(s);
	bool end = false;
	int e;

	s->progress = s->pass > 0 && !same(now, s->met);
	s->met = now;
	s->pass++;
	s->marks = 0;
	s->all_tries = s->fronts = 0;
	calm(s);
	s->counts.bad = s->counts.lost = s->doubts.more = 0;
	e = scanfile_fill(&s->f, at, s->f.want);
	while (e == 0 && !end) {
		while (e == 0 && at < s->f.end)
			e = step(s, &at);
		if (e == 0)
			e = ended(s, &at);
		end = e == 1;
		e = end ? 0 : e;
	}
	doubt_end(&s->doubts, s->pass);
	return e;
}

/* Once, or until all that made no sense is sure. */
static int
passes(struct scan *s, scan_fn *fn, void *arg)
{
	struct doubt_sum sum = { 0 };
	int e = 0;

	s->fn = fn;
	s->arg = arg;
	for (unsigned i = 0; i < PASSES && e == 0; i++) {
		if (i > 0)
			sleep_ns(PASS_NS);
		e = pass(s);
		sum = doubt_sum(&s->doubts);
		if (sum.unsure == 0)
			break;
	}
	s->counts.bad += sum.bad;
	s->counts.lost += sum.lost;
	s->counts.unsure = sum.unsure;
	return e == STOP ? 0 : e;
}

int
scan_all(struct scan *s, scan_fn *fn, void *arg)
{
	int e;

	s->counts.in_use = scanfile_used(&s->f);
	e = used(s);
	if (e < 0)
		return e;
	s->done = changed_at(s);
	return passes(s, fn, arg);
}

int
scan_again(struct scan *s, scan_fn *fn, void *arg)
{
	if (s->seen.max == 0 && same(s->done, changed_at(s)))
		return 0;
	return passes(s, fn, arg);
}

void
scan_counts(const struct scan *s, struct scan_counts *out)
{
	*out = s->counts;
	out->bytes = s->f.bytes;
}

uint64_t
scan_where(const struct scan *s)
{
	return s->where;
}

int
scan_read(struct scan *s, uint64_t where, scan_fn *fn, void *arg)
{
	struct kcfile_block b = { 0 };
	uint64_t hash;
	int e = scanfile_fill(&s->f, where, ONE_MAX);

	if (e != 0)
		return e;
	if (kcfile_block(&s->f.head, s->f.buf, s->f.n, &b) != KCFILE_RECORD ||
	    !record_whole(b.key, b.value, &hash))
		return -ENOENT;
	s->where = where;
	(void)fn(arg, b.key.p, b.key.n, b.value.p, b.value.n);
	return 0;
}
