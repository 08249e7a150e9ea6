/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/attempts.h"

#include <stdlib.h>

#include "fp/fold.h"

#define WAYS 4
#define SETS (ATTEMPTS_MAX / WAYS)

struct slot {
	uint32_t tag;  /* of the hash */
	uint32_t at_s; /* of its last copy; 0: unused */
};

struct attempts {
	struct fold fold;
	struct slot slot[SETS][WAYS];
};

struct attempts *
attempts_new(const struct hash_key *key)
{
	struct attempts *a = calloc(1, sizeof(*a));

	if (a != NULL)
		a->fold = fold_init(key, 'a');
	return a;
}

void
attempts_free(struct attempts *a)
{
	free(a);
}

static uint64_t
hash_of(const struct attempts *a, const struct traits *t)
{
	const uint64_t w[FOLD_WORDS] = { fold_word(t->src.b),
		fold_word(t->src.b + 8), fold_word(t->dst.b),
		fold_word(t->dst.b + 8),
		(uint64_t)t->sport << 48 | (uint64_t)t->dport << 32 | t->seq,
		t->src.family };

	return fold_6(&a->fold, w);
}

bool
attempts_again(struct attempts *a, const struct traits *syn, int64_t now_ms)
{
	uint64_t h = hash_of(a, syn);
	uint32_t tag = (uint32_t)(h >> 32);
	uint32_t now_s = (uint32_t)(now_ms / 1000);
	struct slot *set = a->slot[h % SETS], *old = set;
	bool again = false;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].at_s != 0 && set[i].tag == tag) {
			old = &set[i];
			/* Also where time has gone back. */
			again = now_s - old->at_s <= ATTEMPTS_MS / 1000 ||
			    now_s < old->at_s;
			break;
		}
		if (set[i].at_s < old->at_s)
			old = &set[i];
	}
	*old = (struct slot){ tag, now_s };
	return again;
}
