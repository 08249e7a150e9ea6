/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats_dict - few names, each with a number from 1 on */
#include <stdlib.h>

#include "tools/stats_impl.h"
#include "tools/stats_sip.h"

#define FEW 64

static bool
is_word(const struct stats_word *w, const void *key, size_t n)
{
	return w->key_n == n && memcmp(w->key, key, n) == 0;
}

/* The slot that has it, or the empty one where it belongs. */
static size_t
slot_of(const struct stats_dict *d, const void *key, size_t n)
{
	size_t i = stats_sip(&d->key, key, n) & (d->slots - 1);

	while (d->slot[i] != 0) {
		if (is_word(&d->word[d->slot[i]], key, n))
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

/* A few names are most of what is looked up; a wrong guess costs nothing. */
static uint32_t *
guess(struct stats_dict *d, const void *key, size_t n)
{
	struct rd r = rd_init(key, n);
	uint32_t end;

	rd_skip(&r, n < 4 ? n : n - 4);
	end = rd_be32(&r);
	return &d->recent[(end ^ end >> 5 ^ n) % STATS_RECENT];
}

static uint32_t
find_or_add(struct stats_dict *d, const void *key, size_t n)
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
	d->word[d->n] = (struct stats_word){ .key = copy,
		.key_n = n,
		.name = "",
		.note = "" };
	return d->n;
}

uint32_t
stats_dict_id(struct stats_dict *d, const void *key, size_t n)
{
	uint32_t *recent = guess(d, key, n);

	if (*recent == 0 || !is_word(&d->word[*recent], key, n))
		*recent = find_or_add(d, key, n);
	return *recent;
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
	memset(d->recent, 0, sizeof(d->recent));
}
