/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/tsclock.h"

#include "fp/huge.h"

#include <stdlib.h>

#define WAYS 4

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
	c->sets = hash_buckets(hosts / WAYS);
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
	uint64_t h = fold_2(&c->fold, fold_word(&t->src.b[0]),
	    fold_word(&t->src.b[8]) ^ t->ver);

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

/* The longer unseen, the less; nothing is less than a free slot. */
static uint64_t
use_of(const struct slot *s)
{
	return (uint64_t)s->used_s + (s->tag != 0);
}

/* Which slot it is nobody can foretell: without branches. */
static struct slot *
take(struct tsclock *c, uint64_t place, uint32_t now_s)
{
	struct slot *set = c->slots[place & (c->sets - 1)], *old = set;
	uint64_t least = use_of(set);

	for (size_t i = 1; i < WAYS; i++) {
		uint64_t use = use_of(&set[i]);

		old = use < least ? &set[i] : old;
		least = use < least ? use : least;
	}
	*old = (struct slot){ .tag = tag_of(place), .used_s = now_s };
	return old;
}

enum uptime_answer
tsclock_begin(struct tsclock *c, uint64_t place, const struct traits *t,
    int64_t t_us, struct uptime_told *out)
{
	bool reply = (t->flags & TCPF_ACK) != 0;
	struct uptime_seen now = { t_us / 1000, t->ts_val };
	uint32_t now_s = (uint32_t)(t_us / 1000000);
	struct slot *s = find(c, place);
	enum uptime_answer a = UPTIME_WAIT;

	if (s == NULL && now.ts == 0)
		return UPTIME_WAIT; /* nothing to remember */
	if (s == NULL) {
		s = take(c, place, now_s);
	} else {
		struct uptime_seen first = { s->ms[reply], s->ts[reply] };

		a = uptime_judge(&first, &now, out);
	}
	s->used_s = now_s;
	s->ms[reply] = now.ms;
	s->ts[reply] = now.ts;
	return a;
}

enum uptime_answer
tsclock_more(const struct tsclock *c, bool reply, const struct traits *t,
    int64_t t_us, struct uptime_told *out)
{
	struct uptime_seen first, now = { t_us / 1000, t->ts_val };
	const struct slot *s;

	if (now.ts == 0)
		return UPTIME_WAIT;
	s = find(c, tsclock_place(c, t));
	if (s == NULL)
		return UPTIME_WAIT;
	first = (struct uptime_seen){ s->ms[reply], s->ts[reply] };
	return uptime_judge(&first, &now, out);
}
