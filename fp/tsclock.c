/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/tsclock.h"

#include "fp/huge.h"

#include <stdlib.h>

#define WAYS      4
#define WAIT_MS   25
#define LATE_MS   600000
#define TICKS_MIN 5
#define HZ_MIN    0.7
#define HZ_MAX    1500.0

/*
 * Packets may overtake each other: so soon after the SYN a clock may seem to
 * have gone back by so many ticks.
 */
#define BACK_MS    100
#define BACK_TICKS 15000

struct seen {
	int64_t ms;
	uint32_t ts; /* 0 = none */
};

struct slot {
	uint32_t tag; /* 0 = free */
	uint32_t ts[2];
	uint32_t used_s;
	int64_t ms[2]; /* of the latest SYN; of the latest SYN+ACK */
};

_Static_assert(sizeof(struct slot) == 32, "two entries a cache line");

struct tsclock {
	struct fold fold;
	size_t sets; /* power of two */
	struct slot (*slots)[WAYS];
};

struct tsclock *
tsclock_new(size_t hosts, const struct hash_key *key)
{
	struct tsclock *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->fold = fold_init(key, 'c');
	c->sets = 1;
	while (c->sets < hosts / WAYS && c->sets < SIZE_MAX / 1024)
		c->sets *= 2;
	c->slots = huge_new(c->sets * sizeof(c->slots[0]));
	if (c->slots == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void
tsclock_free(struct tsclock *c)
{
	if (c == NULL)
		return;
	huge_free(c->slots, c->sets * sizeof(c->slots[0]));
	free(c);
}

uint64_t
tsclock_place(const struct tsclock *c, const struct traits *t)
{
	uint64_t a, b, h;

	memcpy(&a, &t->src.b[0], sizeof(a));
	memcpy(&b, &t->src.b[8], sizeof(b));
	h = fold_2(&c->fold, a, b ^ t->ver);
	__builtin_prefetch(&c->slots[h & (c->sets - 1)][0], 1);
	__builtin_prefetch(&c->slots[h & (c->sets - 1)][2], 1);
	return h;
}

static uint32_t
tag_of(uint64_t place)
{
	uint32_t tag = (uint32_t)(place >> 32);

	return tag == 0 ? 1 : tag;
}

static struct slot *
find(const struct tsclock *c, uint64_t place)
{
	struct slot *set = c->slots[place & (c->sets - 1)];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].tag == tag_of(place))
			return &set[i];
	return NULL;
}

static struct slot *
take(struct tsclock *c, uint64_t place, uint32_t now_s)
{
	struct slot *set = c->slots[place & (c->sets - 1)], *old = set;

	for (size_t i = 1; i < WAYS; i++)
		if (old->tag != 0 &&
		    (set[i].tag == 0 || set[i].used_s < old->used_s))
			old = &set[i];
	*old = (struct slot){ .tag = tag_of(place), .used_s = now_s };
	return old;
}

/* The rate that a system is likely to mean. */
static uint32_t
usual_hz(uint32_t hz)
{
	if (hz == 0)
		return 1;
	if (hz <= 10)
		return hz;
	if (hz <= 50)
		return (hz + 3) / 5 * 5;
	if (hz <= 100)
		return (hz + 7) / 10 * 10;
	if (hz <= 500)
		return (hz + 33) / 50 * 50;
	return (hz + 67) / 100 * 100;
}

static enum tsclock_answer
judge(const struct seen *first, const struct seen *now, struct tsclock_up *out)
{
	int64_t ms = now->ms - first->ms;
	uint32_t ticks = now->ts - first->ts, back = ~ticks, hz;

	if (first->ts == 0 || now->ts == 0 || ms < WAIT_MS || ms > LATE_MS)
		return TSCLOCK_WAIT;
	if (ticks < TICKS_MIN || (ms < BACK_MS && back < BACK_TICKS))
		return TSCLOCK_WAIT;
	out->raw_hz = ticks * 1000.0 / (double)ms;
	if (ticks > back || out->raw_hz < HZ_MIN || out->raw_hz > HZ_MAX)
		return TSCLOCK_BAD;
	hz = usual_hz((uint32_t)out->raw_hz);
	out->hz = (uint16_t)hz;
	out->minutes = now->ts / hz / 60;
	out->mod_days = (uint16_t)(UINT32_MAX / (hz * 60 * 60 * 24));
	return TSCLOCK_TOLD;
}

enum tsclock_answer
tsclock_begin(struct tsclock *c, uint64_t place, const struct traits *t,
    int64_t t_us, struct tsclock_up *out)
{
	bool reply = (t->flags & TCPF_ACK) != 0;
	struct seen now = { t_us / 1000, t->ts_val };
	uint32_t now_s = (uint32_t)(t_us / 1000000);
	struct slot *s = find(c, place);
	enum tsclock_answer a = TSCLOCK_WAIT;

	if (s == NULL && now.ts == 0)
		return TSCLOCK_WAIT; /* nothing to remember */
	if (s == NULL) {
		s = take(c, place, now_s);
	} else {
		struct seen first = { s->ms[reply], s->ts[reply] };

		a = judge(&first, &now, out);
	}
	s->used_s = now_s;
	s->ms[reply] = now.ms;
	s->ts[reply] = now.ts;
	return a;
}

enum tsclock_answer
tsclock_more(const struct tsclock *c, bool reply, const struct traits *t,
    int64_t t_us, struct tsclock_up *out)
{
	struct seen first, now = { t_us / 1000, t->ts_val };
	const struct slot *s;

	if (now.ts == 0)
		return TSCLOCK_WAIT;
	s = find(c, tsclock_place(c, t));
	if (s == NULL)
		return TSCLOCK_WAIT;
	first = (struct seen){ s->ms[reply], s->ts[reply] };
	return judge(&first, &now, out);
}
