/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay_marks.h"

#include <stdlib.h>

#include "fp/hash.h"

#define SETS 8192
#define WAYS 16

struct mark {
	uint64_t hash;
	int ahead; /* >0: the recording's came first; <0: the log's */
};

struct marks {
	struct mark v[SETS][WAYS];
	size_t next; /* the way to give up when a set is full */
};

struct marks *
marks_new(void)
{
	return calloc(1, sizeof(struct marks));
}

void
marks_free(struct marks *m)
{
	free(m);
}

static struct mark *
mark_of(struct marks *m, uint64_t hash)
{
	struct mark *set = m->v[hash % SETS], *unused = NULL;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].hash == hash)
			return &set[i];
		if (set[i].ahead == 0)
			unused = &set[i];
	}
	if (unused == NULL)
		unused = &set[m->next++ % WAYS];
	*unused = (struct mark){ hash, 0 };
	return unused;
}

bool
marks_pair(struct marks *m, struct str line, enum marks_half half)
{
	struct mark *mark = mark_of(m, hash_stable(line.p, line.n) | 1);

	mark->ahead += half;
	return half == MARKS_RECORDING ? mark->ahead <= 0 : mark->ahead >= 0;
}
