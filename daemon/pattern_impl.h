/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pattern_impl - stage 5 of 8: what the two files of pattern share
 *
 * The compiled patterns with their groups' numbers and what PCRE2 wants for a
 * match.  Made and freed by pattern_new.c, used by pattern.c.
 */
#ifndef ZFW_DAEMON_PATTERN_IMPL_H
#define ZFW_DAEMON_PATTERN_IMPL_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "daemon/pattern.h"

enum pattern_group {
	PATTERN_CLIENT,
	PATTERN_PORT,
	PATTERN_HELO,
	PATTERN_SENDER,
	PATTERN_RCPT,
	PATTERN_QID,
	PATTERN_NAME,
	PATTERN_REASON,
	PATTERN_GROUPS,
};

struct pattern {
	enum log_kind kind;
	pcre2_code *code;
	uint32_t group[PATTERN_GROUPS]; /* 0 = not there */
};

struct patterns {
	struct pattern v[PATTERN_MAX];
	size_t n;
	pcre2_match_context *context;
	pcre2_match_data *data; /* of the pattern with most groups */
	pcre2_jit_stack *stack;
	struct pattern_counts counts;
};

#endif
