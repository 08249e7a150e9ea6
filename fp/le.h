/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * le - before stage 1: little-endian fields of our own records
 *
 * The counterpart of bytes.h for what zfw itself writes (guard messages, the
 * store): readers on `struct rd` and a writer over a caller's buffer, both
 * with a sticky error.  Everything is inline, owns nothing and cannot fail
 * otherwise.
 */
#ifndef ZFW_FP_LE_H
#define ZFW_FP_LE_H

#include "fp/bytes.h"

static inline uint16_t
rd_le16(struct rd *r)
{
	const uint8_t *p = rd_take(r, 2);

	return p == NULL ? 0 : (uint16_t)((unsigned)p[1] << 8 | p[0]);
}

static inline uint32_t
rd_le32(struct rd *r)
{
	uint32_t lo = rd_le16(r);

	return lo | (uint32_t)rd_le16(r) << 16;
}

static inline uint64_t
rd_le64(struct rd *r)
{
	uint64_t lo = rd_le32(r);

	return lo | (uint64_t)rd_le32(r) << 32;
}

/* A writer: what does not fit is left out and sets `bad`. */
struct wr {
	uint8_t *p; /* start of the buffer */
	size_t n;   /* bytes written */
	size_t max;
	bool bad;
};

static inline struct wr
wr_init(void *p, size_t max)
{
	return (struct wr){ p, 0, max, false };
}

static inline void
wr_bytes(struct wr *w, const void *p, size_t n)
{
	if (w->bad || n > w->max - w->n) {
		w->bad = true;
		return;
	}
	if (n > 0)
		memcpy(w->p + w->n, p, n);
	w->n += n;
}

static inline void
wr_u8(struct wr *w, uint8_t v)
{
	wr_bytes(w, &v, 1);
}

static inline void
wr_le16(struct wr *w, uint16_t v)
{
	uint8_t b[2] = { (uint8_t)v, (uint8_t)(v >> 8) };

	wr_bytes(w, b, sizeof(b));
}

static inline void
wr_le32(struct wr *w, uint32_t v)
{
	wr_le16(w, (uint16_t)v);
	wr_le16(w, (uint16_t)(v >> 16));
}

static inline void
wr_le64(struct wr *w, uint64_t v)
{
	wr_le32(w, (uint32_t)v);
	wr_le32(w, (uint32_t)(v >> 32));
}

#endif
