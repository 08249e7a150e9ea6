/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_diff - two policies on one recording: what differs
 *
 * Collects the decisions of both engines and tells at the end which clients
 * only one of them blocked, with the counts side by side.  Memory grows with
 * the clients that were blocked; when it is short, diff_out() forgets and
 * diff_failed() says so.
 */
#ifndef ZFW_TOOLS_REPLAY_DIFF_H
#define ZFW_TOOLS_REPLAY_DIFF_H

#include <stdio.h>

#include "daemon/engine.h"
#include "tools/replay_truth.h"

#define DIFF_POLICIES 2

struct diff;

struct diff *diff_new(void); /* NULL when memory is short */
void diff_free(struct diff *d);
/* Engine 0 or 1 has decided. */
void diff_out(struct diff *d, size_t which, const struct engine_out *o);
bool diff_failed(const struct diff *d);

struct diff_print {
	const char *name[DIFF_POLICIES];
	struct engine *engine[DIFF_POLICIES];
	const char *const *changes; /* KEY=VALUE as given */
	size_t changes_n;
	const struct truth *truth; /* NULL: nobody knows */
	bool json;                 /* one object, on one line */
	FILE *out;
};
void diff_print(struct diff *d, const struct diff_print *p);

#endif
