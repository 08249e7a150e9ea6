/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * botnet_blob - clusters and owned names as bytes for the store
 *
 * version u8, base, owned u32 * { key48, when }, clusters u32 * { ... }; all
 * little-endian, counts in thousandths.  Maps are mostly zero: of each eight
 * bytes a mask says which follow, and behind an empty one stands how many more
 * such there are.  Seeds are not stored: they are soon there again.
 */
#include <math.h>

#include "daemon/botnet_impl.h"
#include "fp/le.h"

#define VERSION    2
#define BEFORE     1    /* had smaller maps, and ways without a HELO */
#define CLUSTER    832  /* bytes that one needs at most */
#define PLACES     1792 /* sets of all kinds */
#define THOUSANDTH 1000.0
#define TIME_MAX   ((int64_t)1 << 48)

_Static_assert((size_t)PLACES *BOTNET_WAYS *CLUSTER +
	    (size_t)BOTNET_OWNED_SETS * BOTNET_OWNED_WAYS * 8 +
	    2 * sizeof(struct botnet_base) <
	BOTNET_BLOB_MAX,
    "a full table has room in a blob");

/* ---- fields ---- */

/* The bytes of a group that are not zero, as bits. */
static uint8_t
mask_of(const uint8_t *v, size_t n)
{
	uint8_t mask = 0;

	for (size_t i = 0; i < 8 && i < n; i++)
		mask |= (uint8_t)((v[i] != 0) << i);
	return mask;
}

static void
wr_map(struct wr *w, const void *p, size_t n)
{
	const uint8_t *v = p;

	for (size_t at = 0; at < n; at += 8) {
		uint8_t mask = mask_of(v + at, n - at), more = 0;

		wr_u8(w, mask);
		for (size_t i = 0; i < 8 && at + i < n; i++)
			if (v[at + i] != 0)
				wr_u8(w, v[at + i]);
		if (mask != 0)
			continue;
		for (; more < UINT8_MAX && at + 8 < n &&
		     mask_of(v + at + 8, n - at - 8) == 0;
		     at += 8)
			more++;
		wr_u8(w, more);
	}
}

/* `v` is zero so far. */
static void
rd_map(struct rd *r, void *p, size_t n)
{
	uint8_t *v = p;

	for (size_t at = 0; at < n && !r->bad; at += 8) {
		uint8_t mask = rd_u8(r);

		if (mask == 0)
			at += 8 * (size_t)rd_u8(r);
		for (size_t i = 0; i < 8 && !r->bad; i++) {
			if ((mask >> i & 1) == 0)
				continue;
			r->bad = at + i >= n;
			if (!r->bad)
				v[at + i] = rd_u8(r);
			r->bad |= !r->bad && v[at + i] == 0;
		}
	}
}

static void
wr_count(struct wr *w, double v)
{
	v = round(v * THOUSANDTH);
	wr_le32(w, v < UINT32_MAX ? (uint32_t)v : UINT32_MAX);
}

static double
rd_count(struct rd *r)
{
	return rd_le32(r) / THOUSANDTH;
}

static int64_t
rd_ms(struct rd *r)
{
	int64_t t = (int64_t)rd_le64(r);

	r->bad |= t < 0 || t > TIME_MAX;
	return t;
}

static void
wr_name(struct wr *w, const char *name)
{
	size_t n = strnlen(name, BOTNET_NAME_MAX - 1);

	wr_u8(w, (uint8_t)n);
	wr_bytes(w, name, n);
}

static void
rd_name(struct rd *r, char out[BOTNET_NAME_MAX])
{
	size_t n = rd_u8(r);
	const uint8_t *p = n < BOTNET_NAME_MAX ? rd_take(r, n) : NULL;

	r->bad |= p == NULL || n == 0;
	for (size_t i = 0; !r->bad && i < n; i++) {
		r->bad = p[i] <= ' ' || p[i] >= 0x7f;
		out[i] = (char)p[i];
	}
	out[r->bad ? 0 : n] = '\0';
}

/* ---- what is common to all ---- */

static void
wr_base(struct wr *w, const struct botnet_base *base)
{
	wr_count(w, base->label[BOTNET_GOOD]);
	wr_count(w, base->label[BOTNET_BAD]);
	wr_le64(w, (uint64_t)base->faded_ms);
	wr_le32(w, base->day);
	wr_map(w, base->today, sizeof(base->today));
}

static void
rd_base(struct rd *r, struct botnet_base *base)
{
	base->label[BOTNET_GOOD] = rd_count(r);
	base->label[BOTNET_BAD] = rd_count(r);
	base->faded_ms = rd_ms(r);
	base->day = rd_le32(r);
	rd_map(r, base->today, sizeof(base->today));
}

static void
wr_owned(struct wr *w, const struct botnets *b)
{
	const size_t all = BOTNET_OWNED_SETS * BOTNET_OWNED_WAYS;
	uint32_t n = 0;

	for (size_t i = 0; i < all; i++)
		n += b->owned[i].when != 0;
	wr_le32(w, n);
	for (size_t i = 0; i < all; i++) {
		const struct owned *o = &b->owned[i];

		if (o->when == 0)
			continue;
		wr_le32(w, o->lo);
		wr_le16(w, o->hi);
		wr_le16(w, o->when);
	}
}

/* `b` may be NULL: then it is only looked at. */
static void
rd_owned(struct rd *r, struct botnets *b)
{
	uint32_t n = rd_le32(r);

	for (uint32_t i = 0; i < n && !r->bad; i++) {
		struct owned o = { .lo = rd_le32(r),
			.hi = rd_le16(r),
			.when = rd_le16(r) };

		r->bad |= o.when == 0;
		if (b != NULL && !r->bad)
			botnet_own_put(b, o);
	}
}

/* ---- clusters ---- */

static void
wr_cluster(struct wr *w, uint64_t key, const struct cluster *cl)
{
	wr_u8(w, cl->kind);
	wr_u8(w, cl->word);
	wr_le64(w, key);
	wr_le64(w, cl->owner);
	wr_le64(w, (uint64_t)cl->first_ms);
	wr_le64(w, (uint64_t)cl->last_ms);
	wr_le64(w, (uint64_t)cl->faded_ms);
	wr_le32(w, cl->era);
	wr_le32(w, cl->day);
	wr_le32(w, cl->slot);
	wr_name(w, cl->name);
	for (unsigned i = 0; i < BOTNET_LABELS; i++)
		wr_count(w, (double)cl->label[i]);
	for (unsigned i = 0; i < BOTNET_SLOTS; i++) {
		wr_count(w, (double)cl->fresh[i]);
		wr_count(w, (double)cl->seen[i]);
	}
	wr_map(w, &cl->bits, sizeof(cl->bits));
}

/* What came before: the map of named networks had a quarter of its bits. */
static void
rd_bits(struct rd *r, struct cluster_bits *b, unsigned version)
{
	struct {
		struct netset nets[2];
		uint8_t named[2][16];
		uint8_t taught[BOTNET_LABELS][2][16];
		uint8_t today[BOTNET_LABELS][32];
	} was = { 0 };

	if (version == VERSION) {
		rd_map(r, b, sizeof(*b));
		return;
	}
	rd_map(r, &was, sizeof(was));
	memcpy(b->nets, was.nets, sizeof(b->nets));
	memcpy(b->taught, was.taught, sizeof(b->taught));
	memcpy(b->today, was.today, sizeof(b->today));
	for (unsigned i = 0; i < 2; i++)
		memcpy(b->named[i].all, was.named[i], sizeof(was.named[i]));
}

static uint64_t
rd_cluster(struct rd *r, struct cluster *cl, unsigned version)
{
	uint64_t key;

	*cl = (struct cluster){ .stale = true };
	cl->kind = rd_u8(r);
	cl->word = rd_u8(r);
	key = rd_le64(r);
	cl->owner = rd_le64(r);
	cl->first_ms = rd_ms(r);
	cl->last_ms = rd_ms(r);
	cl->faded_ms = rd_ms(r);
	cl->era = rd_le32(r);
	cl->day = rd_le32(r);
	cl->slot = rd_le32(r);
	rd_name(r, cl->name);
	for (unsigned i = 0; i < BOTNET_LABELS; i++)
		cl->label[i] = (float)rd_count(r);
	for (unsigned i = 0; i < BOTNET_SLOTS; i++) {
		cl->fresh[i] = (float)rd_count(r);
		cl->seen[i] = (float)rd_count(r);
	}
	rd_bits(r, &cl->bits, version);
	cl->networks = (float)netset_size(&cl->bits.nets[0], &cl->bits.nets[1]);
	r->bad |= cl->kind >= BOTNET_KINDS || cl->word > BOTNET_WORD_COMMON ||
	    key == 0 || cl->first_ms > cl->last_ms || cl->last_ms == 0;
	return key;
}

static void
wr_clusters(struct wr *w, struct botnets *b, int64_t now_ms)
{
	struct wr at = *w;
	uint32_t n = 0;

	wr_le32(w, 0);
	for (unsigned k = 0; k < BOTNET_KINDS; k++) {
		struct shelf *s = &b->shelf[k];

		for (size_t i = 0; i < s->sets * BOTNET_WAYS; i++) {
			uint64_t key = s->keys[i];

			if (key == 0 ||
			    botnet_find(b, (enum botnet_kind)k, key, now_ms) !=
				&s->clusters[i])
				continue;
			wr_cluster(w, key, &s->clusters[i]);
			n++;
		}
	}
	wr_le32(&at, n);
}

static void
rd_clusters(struct rd *r, struct botnets *b, unsigned version)
{
	uint32_t n = rd_le32(r);

	for (uint32_t i = 0; i < n && !r->bad; i++) {
		struct cluster cl;
		uint64_t key = rd_cluster(r, &cl, version);

		/* Nobody will be in such a way again. */
		if (b == NULL || r->bad ||
		    (cl.kind == BOTNET_WAY && version == BEFORE))
			continue;
		*botnet_make(b, (enum botnet_kind)cl.kind, key,
		    cl.last_ms) = cl;
	}
}

/* ---- the whole ---- */

size_t
botnets_encode(struct botnets *b, void *out, size_t max, int64_t now_ms)
{
	struct wr w = wr_init(out, max);

	wr_u8(&w, VERSION);
	wr_base(&w, b->base);
	wr_owned(&w, b);
	wr_clusters(&w, b, now_ms);
	return w.bad ? 0 : w.n;
}

/* Reads all of it into `b`, or, for NULL, whether it can be read. */
static bool
read_all(struct botnets *b, struct rd r)
{
	struct botnet_base base = { 0 };
	unsigned version = rd_u8(&r);

	if (version != VERSION && version != BEFORE)
		return false;
	rd_base(&r, &base);
	if (b != NULL)
		*b->base = base;
	rd_owned(&r, b);
	rd_clusters(&r, b, version);
	return !r.bad && r.n == 0;
}

bool
botnets_decode(struct botnets *b, const void *in, size_t n)
{
	struct rd r = rd_init(in, n);

	if (!read_all(NULL, r))
		return false;
	botnet_tables_clear(b);
	return read_all(b, r);
}
