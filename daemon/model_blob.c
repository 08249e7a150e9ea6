/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model_blob - the model as bytes, and back
 *
 *   version:1 hour:4 labels taught refused tables tokens sites check:8
 *
 * Little-endian; counts are the bits of doubles (features) and floats
 * (tokens), so that what comes back is what went in.  The check is
 * hash_stable() over all before it.  A table that has not the size that this
 * version knows is another version's, and then nothing is taken.
 */
#include <math.h>
#include <stdlib.h>

#include "daemon/model_impl.h"
#include "fp/le.h"

#define VERSION    1
#define CHECK      8
#define LABELS_MAX 1e12 /* no count is so high */
#define NATS_MAX   100.0

static void
wr_double(struct wr *w, double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	wr_le64(w, bits);
}

static void
wr_float(struct wr *w, float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	wr_le32(w, bits);
}

static double
checked(struct rd *r, double d, double min, double max)
{
	if (d >= min && d <= max)
		return d;
	r->bad = true;
	return 0;
}

static double
rd_count(struct rd *r)
{
	uint64_t bits = rd_le64(r);
	double d;

	memcpy(&d, &bits, sizeof(d));
	return checked(r, d, 0, LABELS_MAX);
}

static double
rd_nats(struct rd *r)
{
	uint64_t bits = rd_le64(r);
	double d;

	memcpy(&d, &bits, sizeof(d));
	return checked(r, d, -NATS_MAX, NATS_MAX);
}

static float
rd_float(struct rd *r, double min, double max)
{
	uint32_t bits = rd_le32(r);
	float f;

	memcpy(&f, &bits, sizeof(f));
	return (float)checked(r, (double)f, min, max);
}

/* ---- features ---- */

static void
wr_table(struct wr *w, const struct model_table *t)
{
	wr_u8(w, (uint8_t)t->n);
	wr_double(w, t->bad);
	wr_double(w, t->good);
	for (unsigned i = 0; i < t->n; i++) {
		wr_double(w, t->v[i].bad);
		wr_double(w, t->v[i].good);
		wr_double(w, t->v[i].yesterday);
	}
}

static void
rd_table(struct rd *r, struct model_table *t)
{
	if (rd_u8(r) != t->n)
		r->bad = true;
	t->bad = rd_count(r);
	t->good = rd_count(r);
	for (unsigned i = 0; i < t->n && !r->bad; i++) {
		t->v[i].bad = rd_count(r);
		t->v[i].good = rd_count(r);
		t->v[i].yesterday = rd_nats(r);
	}
	t->stale = true;
}

/* ---- tokens ---- */

static void
wr_tokens(struct wr *w, const struct model_tokens *t)
{
	uint32_t n = 0;

	for (size_t i = 0; i < MODEL_SETS * MODEL_WAYS; i++)
		n += t->e[i].key != 0;
	wr_double(w, t->all.bad);
	wr_double(w, t->all.good);
	wr_le32(w, n);
	for (size_t i = 0; i < MODEL_SETS * MODEL_WAYS; i++) {
		const struct model_entry *e = &t->e[i];

		if (e->key == 0)
			continue;
		wr_le64(w, e->key);
		wr_float(w, e->bad);
		wr_float(w, e->good);
		wr_float(w, e->yesterday);
		wr_float(w, e->base);
	}
}

static void
rd_tokens(struct rd *r, struct model *m, enum model_token t)
{
	uint32_t n;

	m->tokens[t].all.bad = rd_count(r);
	m->tokens[t].all.good = rd_count(r);
	n = rd_le32(r);
	if (n > MODEL_SETS * MODEL_WAYS)
		r->bad = true;
	for (; n > 0 && !r->bad; n--) {
		struct model_entry e = { .key = rd_le64(r) };

		e.bad = rd_float(r, 0, LABELS_MAX);
		e.good = rd_float(r, 0, LABELS_MAX);
		e.yesterday = rd_float(r, -MODEL_FENCE, MODEL_FENCE);
		e.base = rd_float(r, -MODEL_BASE_MAX, MODEL_BASE_MAX);
		if (!r->bad && !model_token_put(m, t, &e))
			r->bad = true;
	}
}

/* ---- networks of today ---- */

static void
wr_sites(struct wr *w, const struct model *m, bool bad)
{
	wr_le32(w, m->sites_n[bad]);
	for (size_t i = 0; i < MODEL_SITES; i++)
		if (m->sites[bad][i] != 0)
			wr_le64(w, m->sites[bad][i]);
}

static void
rd_sites(struct rd *r, struct model *m, bool bad)
{
	uint32_t n = rd_le32(r);

	if (n > MODEL_SITES_MAX)
		r->bad = true;
	for (; n > 0 && !r->bad; n--) {
		uint64_t site = rd_le64(r);

		if (!r->bad && !model_site_put(m, bad, site))
			r->bad = true;
	}
}

/* ---- the whole ---- */

size_t
model_encode(struct model *m, void *out, size_t max, int64_t now_ms)
{
	struct wr w = wr_init(out, max);

	model_advance(m, now_ms);
	wr_u8(&w, VERSION);
	wr_le32(&w, (uint32_t)m->hour);
	wr_double(&w, m->bad);
	wr_double(&w, m->good);
	wr_le64(&w, m->taught);
	wr_le64(&w, m->refused);
	wr_u8(&w, MODEL_TABLES);
	for (unsigned t = 0; t < MODEL_TABLES; t++)
		wr_table(&w, &m->tables[t]);
	wr_u8(&w, MODEL_TOKENS);
	for (unsigned t = 0; t < MODEL_TOKENS; t++)
		wr_tokens(&w, &m->tokens[t]);
	wr_sites(&w, m, false);
	wr_sites(&w, m, true);
	if (!w.bad)
		wr_le64(&w, hash_stable(w.p, w.n));
	return w.bad ? 0 : w.n;
}

static void
rd_model(struct rd *r, struct model *m)
{
	if (rd_u8(r) != VERSION)
		r->bad = true;
	m->hour = rd_le32(r);
	m->bad = rd_count(r);
	m->good = rd_count(r);
	m->taught = rd_le64(r);
	m->refused = rd_le64(r);
	if (rd_u8(r) != MODEL_TABLES)
		r->bad = true;
	for (unsigned t = 0; t < MODEL_TABLES && !r->bad; t++)
		rd_table(r, &m->tables[t]);
	if (rd_u8(r) != MODEL_TOKENS)
		r->bad = true;
	for (unsigned t = 0; t < MODEL_TOKENS && !r->bad; t++)
		rd_tokens(r, m, (enum model_token)t);
	rd_sites(r, m, false);
	rd_sites(r, m, true);
}

static bool
sealed(const void *in, size_t n)
{
	struct rd r = rd_init(in, n);

	if (n <= CHECK)
		return false;
	rd_skip(&r, n - CHECK);
	return rd_le64(&r) == hash_stable(in, n - CHECK);
}

bool
model_decode(struct model *m, const void *in, size_t n)
{
	struct model *fresh;
	struct rd r;
	bool ok;

	if (!sealed(in, n))
		return false;
	fresh = model_new(&m->key);
	if (fresh == NULL)
		return false;
	r = rd_init(in, n - CHECK);
	rd_model(&r, fresh);
	ok = !r.bad && r.n == 0;
	if (ok)
		*m = *fresh;
	model_free(fresh);
	return ok;
}
