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

#include "db/record.h"
#include "db/scan_impl.h"

#define SMALL      ((size_t)16 << 10) /* of one moment more often */
#define MARK_EACH  SMALL
#define TRIES      10  /* at one place */
#define TRIES_MAX  128 /* in one pass */
#define FRONTS_MAX 3   /* of these, from the front */
#define PAUSE_NS   500000L
#define PAUSE_MAX  5 /* times doubled */
#define PASSES     5 /* in one call */
#define PASS_NS    250000000L
#define ONE_MAX    ((size_t)8192) /* of one that is read alone */
#define ONE_FIRST  ((size_t)2048) /* most are shorter */

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

/* ---- while somebody writes ---- */

static void
mark(struct scan *s, uint64_t at)
{
	if (s->marks > 0 && at < s->mark[s->marks - 1] + MARK_EACH)
		return;
	if (s->marks == SCAN_MARKS) {
		memmove(s->mark, s->mark + 1,
		    (SCAN_MARKS - 1) * sizeof(s->mark[0]));
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
	s->f.want = SCAN_BUFFER;
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
	struct doubt d = scan_doubt(s, *at, size);
	bool known = doubt_met(&s->doubts, &d) != NULL;
	int e = known ? 0 : again(s, at);

	if (e != 0)
		return e < 0 ? e : 0;
	e = scan_skip(s, at, size, &d);
	if (e == 0 && !known)
		settle(s, &d);
	return e;
}

/* ---- passes ---- */

/* 0 or -errno; STOP: told to. */
#define STOP (-ECANCELED)

static int
hand_out_now(struct scan *s, const struct held *h)
{
	int there = s->seen.max == 0 ? 0 : seen_add(&s->seen, h->hash);

	if (there < 0)
		return there;
	if (there == 1) {
		s->counts.twice++;
		return 0;
	}
	s->counts.records++;
	s->where = h->where;
	return s->fn(s->arg, h->b.key.p, h->b.key.n, h->b.value.p,
		   h->b.value.n) ?
	    0 :
	    STOP;
}

/* To be called before anything else is read into the buffer. */
static int
flush(struct scan *s)
{
	struct held h = s->held;

	s->held.is = false;
	return h.is ? hand_out_now(s, &h) : 0;
}

/* One behind: its place in `seen` comes from memory while the next is read. */
static int
hand_out(struct scan *s, const struct held *h)
{
	int e;

	if (s->seen.max == 0)
		return hand_out_now(s, h);
	seen_soon(&s->seen, h->hash);
	e = flush(s);
	s->held = *h;
	return e;
}

static int
block_at(struct scan *s, uint64_t at, enum kcfile_is *is,
    struct kcfile_block *b)
{
	int e;

	if (scanfile_has(&s->f, at, is, b))
		return 0;
	e = flush(s);
	return e != 0 ? e : scanfile_block(&s->f, at, UINT64_MAX, is, b);
}

/* One block. */
static int
step(struct scan *s, uint64_t *at)
{
	struct kcfile_block b = { 0 };
	enum kcfile_is is;
	uint64_t hash;
	uint64_t where = *at;
	int e = block_at(s, *at, &is, &b);

	if (e != 0)
		return e;
	if (!scan_sound(is, &b, &hash)) {
		e = flush(s);
		if (e != 0)
			return e;
		return trouble(s, at, is == KCFILE_RECORD ? b.size : 0);
	}
	*at += b.size;
	passed(s, *at);
	if (is == KCFILE_FREE)
		return 0;
	if (hash != 0 || !scan_is_meta(&b))
		return hand_out(s, &(struct held){ true, b, hash, where });
	s->counts.format = record_meta_decode(b.value.p, b.value.n);
	return s->counts.format > RECORD_FORMAT ? -ENOTSUP : 0;
}

/* Nothing is left at *at.  1: that was the end; 0: go on at *at; -errno. */
static int
ended(struct scan *s, uint64_t *at)
{
	struct doubt d;
	int e = flush(s);

	if (e == 0)
		e = scanfile_fill(&s->f, *at, s->f.want);
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
		d = scan_doubt(s, s->f.bytes, 0);
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
	s->held.is = false;
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
	enum kcfile_is is;
	uint64_t hash;
	int e = scanfile_fill(&s->f, where, ONE_FIRST);

	if (e != 0)
		return e;
	is = kcfile_block(&s->f.head, s->f.buf, s->f.n, &b);
	if (is == KCFILE_MORE) {
		e = scanfile_fill(&s->f, where, ONE_MAX);
		if (e != 0)
			return e;
		is = kcfile_block(&s->f.head, s->f.buf, s->f.n, &b);
	}
	if (is != KCFILE_RECORD || !record_whole(b.key, b.value, &hash))
		return -ENOENT;
	s->where = where;
	(void)fn(arg, b.key.p, b.key.n, b.value.p, b.value.n);
	return 0;
}
