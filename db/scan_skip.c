/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scan_skip - what is a whole block, and the way past what is none */
#include "db/record.h"
#include "db/scan_impl.h"
#include "fp/hash.h"

#define RESCUE_MAX ((uint64_t)160 << 10) /* of a record behind damage */
#define HASH_MAX   ((size_t)32)          /* of what is no block */

bool
scan_is_meta(const struct kcfile_block *b)
{
	struct record_key k = record_meta_key();

	return b->key.n == k.n && memcmp(b->key.p, k.b, k.n) == 0 &&
	    record_meta_decode(b->value.p, b->value.n) != 0;
}

bool
scan_sound(enum kcfile_is is, const struct kcfile_block *b, uint64_t *hash)
{
	if (is == KCFILE_RECORD && record_whole(b->key, b->value, hash))
		return true;
	*hash = 0;
	return is == KCFILE_FREE || (is == KCFILE_RECORD && scan_is_meta(b));
}

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

int
scan_skip(struct scan *s, uint64_t *at, uint64_t size, struct doubt *d)
{
	uint64_t from = *at;
	size_t want = s->f.want;
	bool yes = false;
	int e = 0;

	s->f.want = SCAN_BUFFER;
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
		yes = e == 0 && scan_sound(is, &b, &hash);
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

struct doubt
scan_doubt(const struct scan *s, uint64_t at, uint64_t size)
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
