/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats_mem - memory of a struct stats, and dictionaries of few names */
#include <stdlib.h>

#include "tools/stats_impl.h"

#define CHUNK ((size_t)64 << 10)
#define ALIGN 16

struct stats_chunk {
	struct stats_chunk *next;
	size_t used, max;
	_Alignas(ALIGN) uint8_t b[];
};

void *
stats_alloc(struct stats_mem *m, size_t n, size_t size)
{
	size_t want = 0;
	struct stats_chunk *c = m->chunk;
	void *p;

	if (__builtin_mul_overflow(n, size, &want) || want > SIZE_MAX / 2) {
		m->failed = true;
		return NULL;
	}
	want = (want + ALIGN - 1) / ALIGN * ALIGN;
	if (c == NULL || want > c->max - c->used) {
		size_t max = want > CHUNK ? want : CHUNK;

		c = calloc(1, sizeof(*c) + max);
		if (c == NULL) {
			m->failed = true;
			return NULL;
		}
		c->max = max;
		/* One that is full at once goes behind the current one. */
		if (m->chunk != NULL && max > CHUNK) {
			c->next = m->chunk->next;
			m->chunk->next = c;
		} else {
			c->next = m->chunk;
			m->chunk = c;
		}
	}
	p = c->b + c->used;
	c->used += want;
	return p;
}

const char *
stats_copy(struct stats_mem *m, struct str s)
{
	char *p = s.n == 0 ? NULL : stats_alloc(m, s.n + 1, 1);

	if (p == NULL)
		return "";
	memcpy(p, s.p, s.n);
	return p;
}

void
stats_mem_free(struct stats_mem *m)
{
	while (m->chunk != NULL) {
		struct stats_chunk *next = m->chunk->next;

		free(m->chunk);
		m->chunk = next;
	}
}
