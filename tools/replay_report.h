/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_report - what replay_effect counted, for people and for programs
 *
 * One policy, or two side by side.  Shares come with exact 95 % bounds.  The
 * members of the JSON are documented in zfw-replay(1).  Called once, at the
 * end.
 */
#ifndef ZFW_TOOLS_REPLAY_REPORT_H
#define ZFW_TOOLS_REPLAY_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "tools/replay_effect.h"

#define REPORT_POLICIES 2

struct report {
	const char *path; /* of the truth file */
	const struct truth *truth;
	const struct effect *effect[REPORT_POLICIES];
	const char *name[REPORT_POLICIES];
	size_t n; /* policies: 1 or 2 */
};

void report_text(const struct report *r, FILE *out);
/* NULL only when memory is short. */
json_t *report_json(const struct report *r);

#endif
