/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/knocks.h"

#include <stdlib.h>

#define WAYS 4

struct knocks {
	struct hash_key key;
	struct knock *e;
	size_t n;           /* used */
	int64_t look_ms;    /* when look_level was counted */
	int64_t look_level; /* looks that may be now, in 1/1000 */
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
		if (set[i].last_s < old->last_s)
			old = &set[i];
	}
	k->n += old->key.family == 0;
	*old = (struct knock){ .key = *key,
		.last_s = (uint32_t)(now_ms / 1000) };
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

bool
knocks_may_look(struct knocks *k, int64_t now_ms)
{
	const int64_t full = KNOCKS_LOOKS * 1000;
	int64_t past_ms = now_ms - k->look_ms;

	if (past_ms < 0 || past_ms >= 1000)
		k->look_level = full;
	else
		k->look_level += past_ms * KNOCKS_LOOKS;
	k->look_ms = now_ms;
	if (k->look_level > full)
		k->look_level = full;
	if (k->look_level < 1000)
		return false;
	k->look_level -= 1000;
	return true;
}
