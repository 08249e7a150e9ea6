/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * talk_impl - tests only: what the files of talk share
 *
 * Text that grows up to a limit, and one command with what follows from it.
 */
#ifndef ZFW_TESTS_TOOLS_DAY_TALK_IMPL_H
#define ZFW_TESTS_TOOLS_DAY_TALK_IMPL_H

#include "tests/tools/day/talk.h"

#define TALK_TEXT_MAX 4096

struct talk_text {
	char p[TALK_TEXT_MAX];
	size_t n;
};

/* What does not fit is cut. */
void talk_add(struct talk_text *x, const char *s);
/* The pattern with each % and its letter replaced by the next of `words`. */
void talk_add_pattern(struct talk_text *x, const char *pattern,
    const char *const *words);
/* The client says it, after the pause that this session makes. */
void talk_speak(struct talk *t, const char *p, size_t n);
void talk_count(struct talk *t, enum verb v, bool ok);
/* One command without arguments, and its reply. */
void talk_command(struct talk *t, const char *word, const char *reply);

#endif
