/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_marks - log lines that come twice: in a recording and in the log
 *
 * A recording notes when each log line was read; if the log itself is given
 * too, whichever half comes first is applied and the other passed over.
 * Counts per hash of the line, in sets that hold far more than the lines of
 * the second or two between the halves.
 */
#ifndef ZFW_TOOLS_REPLAY_MARKS_H
#define ZFW_TOOLS_REPLAY_MARKS_H

#include "fp/bytes.h"

struct marks;

enum marks_half { MARKS_LOG = -1, MARKS_RECORDING = 1 };

struct marks *marks_new(void); /* NULL when memory is short */
void marks_free(struct marks *m);
/* True: the other half of this line was applied before; pass it over. */
bool marks_pair(struct marks *m, struct str line, enum marks_half half);

#endif
