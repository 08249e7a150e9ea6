/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/seen.h"

#include <errno.h>
#include <stdlib.h>

#define MIN_SLOTS 1024
#define MAX_SLOTS ((size_t)1 << 30)

bool
seen_init(struct seen *s, uint64_t n)
{
	*s = (struct seen){ .max = MIN_SLOTS };
	while (s->max < MAX_SLOTS && s->max / 4 * 3 < n)
		s->max *= 2;
	s->slot = calloc(s->max, sizeof(*s->slot));
	return s->slot != NULL;
}

void
seen_fini(struct seen *s)
{
	free(s->slot);
	*s = (struct seen){ 0 };
}

/* Where it is, or would be. */
static uint64_t *
place(uint64_t *slot, size_t max, uint64_t hash)
{
	size_t i = (size_t)(hash ^ hash >> 32) & (max - 1);

	while (slot[i] != 0 && slot[i] != hash)
		i = (i + 1) & (max - 1);
	return &slot[i];
}

static bool
grow(struct seen *s)
{
	size_t max = s->max * 2;
	uint64_t *slot;

	slot = s->max >= MAX_SLOTS ? NULL : calloc(max, sizeof(*slot));
	if (slot == NULL)
		return false;
	for (size_t i = 0; i < s->max; i++)
		if (s->slot[i] != 0)
			*place(slot, max, s->slot[i]) = s->slot[i];
	free(s->slot);
	s->slot = slot;
	s->max = max;
	return true;
}

void
seen_soon(const struct seen *s, uint64_t hash)
{
	__builtin_prefetch(
	    &s->slot[(size_t)(hash ^ hash >> 32) & (s->max - 1)]);
}

int
seen_add(struct seen *s, uint64_t hash)
{
	uint64_t *at;

	if (hash == 0)
		hash = 1;
	at = place(s->slot, s->max, hash);
	if (*at == hash)
		return 1;
	if (s->n >= s->max / 4 * 3) {
		if (!grow(s))
			return -ENOMEM;
		at = place(s->slot, s->max, hash);
	}
	*at = hash;
	s->n++;
	return 0;
}
