/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats_dict - few names, each with a number from 1 on */
#include <stdlib.h>

#include "tools/stats_impl.h"

#define FEW 64

static uint64_t
hash_of(const struct stats_dict *d, const void *key, size_t n)
{
	return hash_keyed(&d->key, key, n);
}

/* The slot that has it, or the empty one where it belongs. */
static size_t
slot_of(const struct stats_dict *d, const void *key, size_t n)
{
	size_t i = hash_of(d, key, n) & (d->slots - 1);

	while (d->slot[i] != 0) {
		const struct stats_word *w = &d->word[d->slot[i]];

		if (w->key_n == n && memcmp(w->key, key, n) == 0)
			break;
		i = (i + 1) & (d->slots - 1);
	}
	return i;
}

static bool
grow(struct stats_dict *d)
{
	uint32_t max = d->max == 0 ? FEW : d->max * 2;
	struct stats_word *word = realloc(d->word, max * sizeof(*word));
	uint32_t *slot = calloc((size_t)max * 2, sizeof(*slot));

	if (word != NULL)
		d->word = word;
	if (word == NULL || slot == NULL) {
		free(slot);
		return false;
	}
	free(d->slot);
	d->slot = slot;
	d->slots = (size_t)max * 2;
	d->max = max;
	for (uint32_t id = 1; id <= d->n; id++)
		d->slot[slot_of(d, d->word[id].key, d->word[id].key_n)] = id;
	return true;
}

uint32_t
stats_dict_id(struct stats_dict *d, const void *key, size_t n)
{
	size_t at;
	void *copy;

	if (d->n + 1 >= d->max && !grow(d)) {
		d->mem->failed = true;
		return 0;
	}
	at = slot_of(d, key, n);
	if (d->slot[at] != 0)
		return d->slot[at];
	copy = d->n < d->limit ? stats_alloc(d->mem, n, 1) : NULL;
	if (copy == NULL)
		return 0;
	memcpy(copy, key, n);
	d->slot[at] = ++d->n;
	d->word[d->n] = (struct stats_word){ copy, n, "", "", 0 };
	return d->n;
}

void
stats_dict_free(struct stats_dict *d)
{
	free(d->word);
	free(d->slot);
	d->word = NULL;
	d->slot = NULL;
	d->n = d->max = 0;
	d->slots = 0;
}
