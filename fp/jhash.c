/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel's `jhash` is Bob Jenkins' lookup3 (public domain) with a start
 * value of its own; words are read in the machine's byte order.
 */
#include "fp/jhash.h"

#include <string.h>

#define START 0xdeadbeefU

struct three {
	uint32_t a, b, c;
};

static uint32_t
rol(uint32_t v, unsigned by)
{
	return v << by | v >> (32 - by);
}

/* One line of the mixing: x loses y, takes y turned; y takes z. */
static void
mix_line(uint32_t *x, uint32_t *y, uint32_t z, unsigned by)
{
	*x -= *y;
	*x ^= rol(*y, by);
	*y += z;
}

static void
mix(struct three *t)
{
	mix_line(&t->a, &t->c, t->b, 4);
	mix_line(&t->b, &t->a, t->c, 6);
	mix_line(&t->c, &t->b, t->a, 8);
	mix_line(&t->a, &t->c, t->b, 16);
	mix_line(&t->b, &t->a, t->c, 19);
	mix_line(&t->c, &t->b, t->a, 4);
}

static void
last_line(uint32_t *x, uint32_t y, unsigned by)
{
	*x ^= y;
	*x -= rol(y, by);
}

static void
finish(struct three *t)
{
	last_line(&t->c, t->b, 14);
	last_line(&t->a, t->c, 11);
	last_line(&t->b, t->a, 25);
	last_line(&t->c, t->b, 16);
	last_line(&t->a, t->c, 4);
	last_line(&t->b, t->a, 14);
	last_line(&t->c, t->b, 24);
}

/* Up to 12 bytes; the last word's missing bytes are its upper ones. */
static void
take(struct three *t, const uint8_t *p, size_t n)
{
	uint32_t w[3] = { 0 };

	if (n % 4 == 0) {
		memcpy(w, p, n);
	} else {
		memcpy(w, p, n / 4 * 4);
		for (size_t i = n / 4 * 4; i < n; i++)
			w[i / 4] |= (uint32_t)p[i] << i % 4 * 8;
	}
	t->a += w[0];
	t->b += w[1];
	t->c += w[2];
}

uint32_t
jhash_bytes(const void *p, size_t n, uint32_t seed)
{
	const uint32_t start = START + (uint32_t)n + seed;
	struct three t = { start, start, start };
	const uint8_t *at = p;

	for (; n > 12; n -= 12, at += 12) {
		take(&t, at, 12);
		mix(&t);
	}
	if (n > 0) {
		take(&t, at, n);
		finish(&t);
	}
	return t.c;
}

uint32_t
jhash_scale(const struct addr *a, uint16_t port, uint32_t seed, uint32_t mod)
{
	const size_t n = a->family == 4 ? 4 : 16;
	uint8_t key[20] = { 0 };

	memcpy(key, a->b, n);
	key[n] = (uint8_t)(port >> 8);
	key[n + 1] = (uint8_t)port;
	return (uint32_t)((uint64_t)jhash_bytes(key, n + 4, seed) * mod >> 32);
}

struct jhash_pick
jhash_pick_of(uint32_t one_in, uint32_t times, uint32_t seed)
{
	uint32_t classes = JHASH_CLASSES_MAX;

	/* Four or more in each class, or rounding would tell. */
	while (classes > 1 && one_in < classes * 4)
		classes /= 2;
	return (struct jhash_pick){ .mask = (uint16_t)((classes - 1) << 1),
		.bits = (uint16_t)((seed & (classes - 1)) << 1),
		.mod = (one_in + classes / 2) / classes * times,
		.seed = seed };
}

bool
jhash_picks(const struct jhash_pick *p, const struct addr *a, uint16_t port)
{
	return (port & p->mask) == p->bits &&
	    jhash_scale(a, port, p->seed, p->mod) == 0;
}
