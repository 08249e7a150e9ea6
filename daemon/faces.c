/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/faces.h"

#include <math.h>
#include <string.h>

#define HOUR_MS    ((int64_t)3600 * 1000)
#define DAY_MS     (24 * HOUR_MS)
#define HALF_MS    (12 * HOUR_MS)
#define DEED_MS    DAY_MS        /* deeds are forgotten so long after */
#define FRESH_MS   (2 * DAY_MS)  /* as long it is there, without mail */
#define GOOD_MS    (60 * DAY_MS) /* and as long with it */
#define DICTIONARY 2.7           /* recipients that do not exist: a run */
#define TRAPS      1.24          /* two within a day, see score.c */

#define BIT(k) (1ULL << EVIDENCE_##k)
#define WIRE   (BIT(EARLY_TALK) | BIT(PIPELINING) | BIT(NON_SMTP))
#define RECIPIENTS \
	(BIT(UNKNOWN_RCPT) | BIT(TRAP_RCPT) | BIT(RELAY_PROBE) | BIT(RATE) | \
	    BIT(CONTENT) | BIT(AUTH_GUESS))

_Static_assert(EVIDENCE_KINDS <= 64, "deeds are bits of 64");

const struct face *
faces_find(const struct faces *f, const struct stack *s)
{
	for (size_t i = 0; i < f->n && i < FACES; i++)
		if (stack_eq(&f->v[i].stack, s))
			return &f->v[i];
	return NULL;
}

static uint8_t
place_of(const struct faces *f, const struct stack *s)
{
	const struct face *found = stack_none(s) ? NULL : faces_find(f, s);

	return found == NULL ? 0 : (uint8_t)(found - f->v + 1);
}

void
faces_at(struct faces *f, const struct stack *s, uint32_t helo)
{
	f->now = place_of(f, s);
	f->helo = helo;
	f->fresh = 0;
}

struct stack
faces_stack(const struct faces *f)
{
	const struct face *me = faces_me(f);

	return me == NULL ? (struct stack){ 0 } : me->stack;
}

static int64_t
latest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Whom it costs least to forget: no mail before no deeds before age. */
static size_t
least(const struct faces *f)
{
	size_t at = 0;

	for (size_t i = 1; i < FACES; i++) {
		const struct face *a = &f->v[i], *b = &f->v[at];

		if ((a->good_ms != 0) != (b->good_ms != 0)) {
			at = a->good_ms == 0 ? i : at;
			continue;
		}
		if (latest(a->last_ms, a->bad_ms) <
		    latest(b->last_ms, b->bad_ms))
			at = i;
	}
	return at;
}

void
faces_open(struct faces *f, const struct stack *s, int64_t now_ms)
{
	struct face *me;

	faces_at(f, s, 0);
	if (stack_none(s))
		return;
	if (f->now == 0) {
		f->now = (uint8_t)((f->n < FACES ? f->n++ : least(f)) + 1);
		f->v[f->now - 1] = (struct face){ .stack = *s,
			.first_ms = now_ms };
	}
	me = &f->v[f->now - 1];
	me->last_ms = now_ms;
	me->sessions++;
}

/* ---- what it did ---- */

static double
faded(float n, int64_t from_ms, int64_t now_ms)
{
	if (now_ms <= from_ms)
		return (double)n;
	return (double)n * exp2(-(double)(now_ms - from_ms) / HALF_MS);
}

struct face_rcpts
face_rcpts(const struct face *f, int64_t now_ms)
{
	return (struct face_rcpts){ faded(f->unknown, f->rcpt_ms, now_ms),
		faded(f->known, f->rcpt_ms, now_ms),
		faded(f->traps, f->rcpt_ms, now_ms) };
}

static void
add_rcpts(struct face *me, enum evidence_kind k, double n, int64_t now_ms)
{
	struct face_rcpts r = face_rcpts(me, now_ms);

	me->unknown = (float)(r.unknown + (k == EVIDENCE_UNKNOWN_RCPT ? n : 0));
	me->known = (float)(r.known + (k == EVIDENCE_RCPT_OK ? n : 0));
	me->traps = (float)(r.traps + (k == EVIDENCE_TRAP_RCPT ? n : 0));
	me->rcpt_ms = now_ms;
}

void
faces_note(struct faces *f, enum evidence_kind k, double n, int64_t now_ms)
{
	struct face *me = f->now == 0 || f->now > f->n ? NULL :
							 &f->v[f->now - 1];

	if ((1ULL << k & (WIRE | RECIPIENTS)) != 0)
		f->fresh |= 1ULL << k;
	if (me == NULL)
		return;
	if (k == EVIDENCE_UNKNOWN_RCPT || k == EVIDENCE_RCPT_OK ||
	    k == EVIDENCE_TRAP_RCPT)
		add_rcpts(me, k, n, now_ms);
	if (k == EVIDENCE_ACCEPTED && me->accepted < UINT16_MAX) {
		me->accepted++;
		me->helo = f->helo;
		me->good_ms = now_ms;
	}
	if ((1ULL << k & (WIRE | RECIPIENTS)) == 0)
		return;
	if (now_ms - me->bad_ms > DEED_MS)
		me->deeds = 0;
	me->deeds |= 1ULL << k;
	me->bad_ms = now_ms;
}

void
faces_settled(struct faces *f, const struct stack *s, int64_t now_ms)
{
	uint8_t at = place_of(f, s);

	if (at == 0 || f->v[at - 1].settled == UINT16_MAX)
		return;
	f->v[at - 1].settled++;
	f->v[at - 1].good_ms = now_ms;
}

/* ---- what that makes of it ---- */

bool
face_good(const struct face *f, bool settled, int64_t now_ms)
{
	return (f->settled > 0 || (!settled && f->accepted > 0)) &&
	    now_ms - f->good_ms < GOOD_MS;
}

bool
face_alive(const struct face *f, int64_t now_ms)
{
	return now_ms - f->last_ms < FRESH_MS || face_good(f, true, now_ms);
}

bool
face_bad(const struct face *f, int64_t now_ms)
{
	return f->deeds != 0 && now_ms - f->bad_ms < DEED_MS;
}

struct stack
faces_offender(const struct faces *f, int64_t now_ms)
{
	const struct face *me = faces_me(f), *bad = NULL;
	size_t n = 0;

	for (size_t i = 0; i < f->n && i < FACES; i++) {
		if (!face_bad(&f->v[i], now_ms))
			continue;
		bad = &f->v[i];
		n++;
	}
	if (n == 0)
		bad = me;
	if (bad == NULL || n > 1 || (me != NULL && me != bad))
		return (struct stack){ 0 };
	return bad->stack;
}

bool
faces_any_good(const struct faces *f, int64_t now_ms)
{
	for (size_t i = 0; i < f->n && i < FACES; i++)
		if (face_good(&f->v[i], false, now_ms))
			return true;
	return false;
}

size_t
faces_others(const struct faces *f, int64_t now_ms, size_t *good)
{
	size_t n = 0;

	*good = 0;
	for (size_t i = 0; i < f->n && i < FACES; i++) {
		if (i + 1 == f->now || !face_alive(&f->v[i], now_ms))
			continue;
		n++;
		*good += face_good(&f->v[i], false, now_ms);
	}
	return n;
}

bool
face_offends(const struct face *f, int64_t now_ms)
{
	struct face_rcpts r = face_rcpts(f, now_ms);

	if (f->bad_ms == 0 || now_ms - f->bad_ms > DEED_MS)
		return false;
	return ((f->deeds & WIRE) != 0 && (f->deeds & RECIPIENTS) != 0) ||
	    r.traps >= TRAPS ||
	    (r.unknown >= DICTIONARY && r.unknown > r.known);
}
