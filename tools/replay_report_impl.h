/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_report_impl - what the files of replay_report share; nobody else
 * includes it
 *
 * A row is a line of the text and a member of the JSON.
 */
#ifndef ZFW_TOOLS_REPLAY_REPORT_IMPL_H
#define ZFW_TOOLS_REPLAY_REPORT_IMPL_H

#include "tools/replay_report.h"

enum row_kind {
	ROW_HEAD,  /* a title, text only */
	ROW_COUNT, /* k */
	ROW_SHARE, /* k of n, with bounds */
	ROW_RATIO, /* k for n, which may be less */
};

struct row {
	enum row_kind kind;
	const char *path; /* in JSON: OBJECT.MEMBER */
	const char *text;
	uint64_t k, n;
};

#define ROWS_MAX 48

struct rows {
	struct row v[ROWS_MAX];
	size_t n;
};

/* Of that policy. */
void report_rows(const struct report *r, size_t which, struct rows *rows);

static inline double
report_share(uint64_t k, uint64_t n)
{
	return n == 0 ? 0 : (double)k / (double)n;
}

#endif
