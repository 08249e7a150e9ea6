/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "daemon/sites.h"

#define DAY_MS      ((int64_t)86400 * 1000)
#define HALF_MS     (3 * DAY_MS)
#define WAYS        4
#define SETS        8192
#define BAD_MIN     8 /* caught clients that make a neighbourhood dense */
#define BAD_TO_GOOD 4

struct site {
	uint64_t key;
	int64_t last_ms;
	float bad, good;
};

struct sites {
	struct hash_key key;
	struct site v[SETS * WAYS];
};

struct sites *
sites_new(const struct hash_key *key)
{
	struct sites *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->key = *key;
	return s;
}

void
sites_free(struct sites *s)
{
	free(s);
}

static uint64_t
key_of(const struct sites *s, const struct addr *client)
{
	struct addr site = addr_site(client);

	return hash_keyed(&s->key, &site, sizeof(site));
}

/* NULL: nothing is known. */
static struct site *
find(struct sites *s, uint64_t key)
{
	struct site *set = &s->v[(key % SETS) * WAYS];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].key == key && set[i].last_ms != 0)
			return &set[i];
	return NULL;
}

static struct site *
make(struct sites *s, uint64_t key)
{
	struct site *found = find(s, key);
	struct site *set = &s->v[(key % SETS) * WAYS], *oldest = set;

	if (found != NULL)
		return found;
	for (size_t i = 1; i < WAYS; i++)
		if (set[i].last_ms < oldest->last_ms)
			oldest = &set[i];
	*oldest = (struct site){ .key = key };
	return oldest;
}

static void
fade(struct site *t, int64_t now_ms)
{
	if (t->last_ms != 0 && now_ms > t->last_ms) {
		double f = exp2(
		    -(double)(now_ms - t->last_ms) / (double)HALF_MS);

		t->bad = (float)((double)t->bad * f);
		t->good = (float)((double)t->good * f);
	}
	if (now_ms > t->last_ms)
		t->last_ms = now_ms;
}

void
sites_mark(struct sites *s, const struct addr *client, bool bad, int64_t now_ms)
{
	struct site *t = make(s, key_of(s, client));

	fade(t, now_ms);
	*(bad ? &t->bad : &t->good) += 1;
}

bool
sites_bad(struct sites *s, const struct addr *client, int64_t now_ms)
{
	struct site *t = find(s, key_of(s, client));

	if (t == NULL)
		return false;
	fade(t, now_ms);
	return t->bad >= BAD_MIN && t->bad > BAD_TO_GOOD * t->good;
}
