/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * span - stage 2 of 8: what is left of a packet
 *
 * A reader over the bytes that were captured, and beside it how many bytes
 * there are by the lengths of the layers read so far.  So a layer that was
 * cut by the snaplen (TRAITS_TRUNCATED) is told from one that does not fit
 * into the packet (TRAITS_MALFORMED).  For fp/link and fp/traits only;
 * inline, owns nothing.
 */
#ifndef ZFW_FP_SPAN_H
#define ZFW_FP_SPAN_H

#include "fp/bytes.h"
#include "fp/traits.h"

struct span {
	struct rd r;
	size_t wire; /* >= r.n */
};

static inline struct span
span_init(const struct packet *p)
{
	return (struct span){ rd_init(p->data, p->caplen),
		p->wirelen > p->caplen ? p->wirelen : p->caplen };
}

/* May the next `n` bytes be read? */
static inline enum traits_verdict
span_need(const struct span *s, size_t n)
{
	if (n > s->wire)
		return TRAITS_MALFORMED;
	return n > s->r.n ? TRAITS_TRUNCATED : TRAITS_OK;
}

/*
 * A reader of the next `n` bytes, for when span_need() has granted them.  Of a
 * constant `n` the compiler knows which reads go past its end: none.
 */
static inline struct rd
span_reader(const struct span *s, size_t n)
{
	return rd_init(s->r.p, n);
}

/* Moves on by `n` bytes that span_need() has granted. */
static inline void
span_skip(struct span *s, size_t n)
{
	rd_skip(&s->r, n);
	s->wire -= n;
}

/* Two bytes that span_need() has granted, and moves on. */
static inline uint16_t
span_be16(struct span *s)
{
	s->wire -= 2;
	return rd_be16(&s->r);
}

/* The layer says that it is `n` bytes long; what follows is padding. */
static inline enum traits_verdict
span_cut(struct span *s, size_t n)
{
	if (n > s->wire)
		return TRAITS_TRUNCATED;
	s->wire = n;
	if (s->r.n > n)
		s->r.n = n;
	return TRAITS_OK;
}

#endif
