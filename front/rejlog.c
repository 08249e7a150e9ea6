/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/rejlog.h"

#include <stdlib.h>

#define MINUTE_MS 60000

struct rejlog *
rejlog_new(const struct hash_key *key)
{
	struct rejlog *l = calloc(1, sizeof(*l));

	if (l != NULL)
		l->key = *key;
	return l;
}

/* Has everybody together had enough lines? */
static bool
minute_full(struct rejlog *l, int64_t now_ms)
{
	if (l->lines == 0 || now_ms - l->minute_ms >= MINUTE_MS) {
		l->minute_ms = now_ms;
		l->lines = 0;
	}
	return l->lines >= REJLOG_MINUTE;
}

bool
rejlog_due(struct rejlog *l, const struct addr *who, int64_t now_ms,
    uint64_t *left_out)
{
	const struct addr key = addr_key(who);
	const uint64_t h = hash_keyed(&l->key, &key, sizeof(key)) | 1;
	size_t at = (size_t)(h >> 32) % (REJLOG_SLOTS / REJLOG_WAYS) *
	    REJLOG_WAYS;
	size_t use = at;

	for (size_t i = at; i < at + REJLOG_WAYS; i++) {
		if (l->slots[i].hash == h && l->slots[i].due_ms > now_ms)
			return false;
		if (l->slots[i].due_ms < l->slots[use].due_ms)
			use = i;
	}
	if (minute_full(l, now_ms)) {
		l->left_out++;
		return false;
	}
	l->slots[use].hash = h;
	l->slots[use].due_ms = now_ms + REJLOG_DAY_MS;
	l->lines++;
	*left_out = l->left_out;
	l->left_out = 0;
	return true;
}
