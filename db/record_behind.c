/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/record_behind.h"

#include <math.h>

#include "db/field.h"

static void
wr_visit(struct wr *w, const struct client_visit *v)
{
	wr_time(w, v->open_ms);
	wr_le64(w, v->dialect);
	wr_le32(w, v->long_ms);
	wr_le16(w, v->port);
	for (size_t i = 0; i < CLIENT_STAGES; i++)
		wr_le16(w, v->p_permille[i]);
	wr_le16(w, v->rcpts_ok);
	wr_le16(w, v->rcpts_soft);
	wr_le16(w, v->rcpts_refused);
	wr_le16(w, v->commands);
	wr_u8(w, v->messages);
	wr_u8(w, v->end);
	wr_u8(w, v->flags);
}

void
record_visits_write(struct wr *w, const struct client *c)
{
	size_t n = 0;

	while (n < CLIENT_VISITS && c->visits[n].open_ms != 0)
		n++;
	wr_u8(w, (uint8_t)n);
	for (size_t i = 0; i < n; i++)
		wr_visit(w, &c->visits[i]);
}

void
record_visits_read(struct rd *r, struct client *c)
{
	size_t n = rd_u8(r);

	if (n > CLIENT_VISITS)
		r->bad = true;
	for (size_t i = 0; i < n && !r->bad; i++) {
		struct client_visit *v = &c->visits[i];

		v->open_ms = rd_time(r);
		v->dialect = rd_le64(r);
		v->long_ms = rd_le32(r);
		v->port = rd_le16(r);
		for (size_t k = 0; k < CLIENT_STAGES; k++)
			v->p_permille[k] = rd_le16(r);
		v->rcpts_ok = rd_le16(r);
		v->rcpts_soft = rd_le16(r);
		v->rcpts_refused = rd_le16(r);
		v->commands = rd_le16(r);
		v->messages = rd_u8(r);
		v->end = rd_u8(r);
		v->flags = rd_u8(r);
	}
}

enum { HAS_FACES = 1, HAS_NARROW = 2, HAS_CLICK = 4, HAS_OFFENDER = 8 };

static void
wr_stack(struct wr *w, const struct stack *s)
{
	wr_le16(w, s->len);
	wr_le16(w, s->window);
	wr_le16(w, s->mss);
	wr_u8(w, s->has_mss);
}

static void
rd_stack(struct rd *r, struct stack *s)
{
	s->len = rd_le16(r);
	s->window = rd_le16(r);
	s->mss = rd_le16(r);
	s->has_mss = rd_bool(r);
	if (stack_none(s) || (s->mss != 0 && !s->has_mss))
		r->bad = true;
}

static void
wr_float(struct wr *w, float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	wr_le32(w, bits);
}

static float
rd_float(struct rd *r)
{
	uint32_t bits = rd_le32(r);
	float f;

	memcpy(&f, &bits, sizeof(f));
	if (!isfinite(f))
		r->bad = true;
	return f;
}

static void
wr_face(struct wr *w, const struct face *f)
{
	wr_stack(w, &f->stack);
	wr_time(w, f->first_ms);
	wr_time(w, f->last_ms);
	wr_time(w, f->good_ms);
	wr_time(w, f->bad_ms);
	wr_time(w, f->rcpt_ms);
	wr_float(w, f->unknown);
	wr_float(w, f->known);
	wr_float(w, f->traps);
	wr_le64(w, f->deeds);
	wr_le32(w, f->sessions);
	wr_le16(w, f->accepted);
	wr_le16(w, f->settled);
	wr_le32(w, f->helo);
}

static void
rd_face(struct rd *r, struct face *f)
{
	rd_stack(r, &f->stack);
	f->first_ms = rd_time(r);
	f->last_ms = rd_time(r);
	f->good_ms = rd_time(r);
	f->bad_ms = rd_time(r);
	f->rcpt_ms = rd_time(r);
	f->unknown = rd_float(r);
	f->known = rd_float(r);
	f->traps = rd_float(r);
	f->deeds = rd_le64(r);
	f->sessions = rd_le32(r);
	f->accepted = rd_le16(r);
	f->settled = rd_le16(r);
	f->helo = rd_le32(r);
}

/* One machine alone, which nearly all are, is not worth its bytes. */
static unsigned
behind_has(const struct client *c)
{
	return (c->faces.n > 1 && c->faces.n <= FACES ? HAS_FACES : 0U) |
	    (c->narrow_n > 0 && c->narrow_n <= CLIENT_NARROW ? HAS_NARROW :
							       0U) |
	    (c->click_ms > 0 || c->no_link_until_ms > 0 ? HAS_CLICK : 0U) |
	    (c->narrow_n == 0 && !stack_none(&c->narrow[0]) ? HAS_OFFENDER :
							      0U);
}

void
record_behind_write(struct wr *w, const struct client *c)
{
	unsigned has = behind_has(c);

	wr_u8(w, (uint8_t)has);
	if (has & HAS_FACES) {
		wr_u8(w, c->faces.n);
		for (size_t i = 0; i < c->faces.n; i++)
			wr_face(w, &c->faces.v[i]);
	}
	if (has & HAS_NARROW) {
		wr_u8(w, c->narrow_n);
		for (size_t i = 0; i < c->narrow_n; i++)
			wr_stack(w, &c->narrow[i]);
	}
	if (has & HAS_CLICK) {
		wr_time(w, c->click_ms);
		wr_time(w, c->click_until_ms);
		wr_time(w, c->no_link_until_ms);
	}
	if (has & HAS_OFFENDER)
		wr_stack(w, &c->narrow[0]);
}

/* 1..max */
static uint8_t
rd_count(struct rd *r, size_t max)
{
	uint8_t n = rd_u8(r);

	if (n == 0 || n > max)
		r->bad = true;
	return r->bad ? 0 : n;
}

void
record_behind_read(struct rd *r, struct client *c)
{
	unsigned has = rd_u8(r);

	if (has == 0 || has >= 2 * HAS_OFFENDER ||
	    (has & (HAS_NARROW | HAS_OFFENDER)) == (HAS_NARROW | HAS_OFFENDER))
		r->bad = true;
	if (has & HAS_FACES) {
		c->faces.n = rd_count(r, FACES);
		for (size_t i = 0; i < c->faces.n; i++)
			rd_face(r, &c->faces.v[i]);
	}
	if (has & HAS_NARROW) {
		c->narrow_n = rd_count(r, CLIENT_NARROW);
		for (size_t i = 0; i < c->narrow_n; i++)
			rd_stack(r, &c->narrow[i]);
	}
	if (has & HAS_CLICK) {
		c->click_ms = rd_time(r);
		c->click_until_ms = rd_time(r);
		c->no_link_until_ms = rd_time(r);
	}
	if (has & HAS_OFFENDER)
		rd_stack(r, &c->narrow[0]);
}
