/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/knocks.h"

#include <stdlib.h>

#define WAYS 4

struct knocks {
	struct hash_key key;
	struct knock *e;
	size_t n; /* used */
};

struct knocks *
knocks_new(const struct hash_key *key)
{
	struct knocks *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->key = *key;
	k->e = calloc(KNOCKS_MAX, sizeof(*k->e));
	if (k->e == NULL) {
		free(k);
		return NULL;
	}
	return k;
}

void
knocks_free(struct knocks *k)
{
	if (k == NULL)
		return;
	free(k->e);
	free(k);
}

static struct knock *
set_of(const struct knocks *k, const struct addr *key)
{
	return &k->e[hash_keyed(&k->key, key, sizeof(*key)) %
	    (KNOCKS_MAX / WAYS) * WAYS];
}

struct knock *
knocks_of(struct knocks *k, const struct addr *key, int64_t now_ms)
{
	struct knock *set = set_of(k, key), *old = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key.family != 0 && addr_eq(&set[i].key, key))
			return &set[i];
		if (set[i].last_ms < old->last_ms)
			old = &set[i];
	}
	k->n += old->key.family == 0;
	*old = (struct knock){ .key = *key, .last_ms = now_ms };
	return old;
}

bool
knocks_take(struct knocks *k, const struct addr *key, struct knock *out)
{
	struct knock *set;

	if (k->n == 0)
		return false;
	set = set_of(k, key);
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].key.family != 0 && addr_eq(&set[i].key, key)) {
			*out = set[i];
			set[i] = (struct knock){ .n = 0 };
			k->n--;
			return true;
		}
	return false;
}
