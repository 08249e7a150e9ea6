/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check - the answer of `zfwctl check`: a list of sentences with a judgement
 *
 * Filled by tools/check_kernel.c (what the rules do with test packets) and
 * tools/check_system.c (how things are on this machine), judged by
 * check_judge() and printed here.  A struct check_list holds no pointers: it
 * lies in memory that a child process shares.  Pure but for check_print().
 */
#ifndef ZFW_TOOLS_CHECK_H
#define ZFW_TOOLS_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "daemon/config.h"

#define CHECK_MAX  128
#define CHECK_TEXT 160
#define CHECK_MORE 320

enum check_result {
	CHECK_OK,
	CHECK_NOTE,  /* to know, neither good nor bad */
	CHECK_LACKS, /* not here, and zfw does something else instead */
	CHECK_FAILED,
};

struct check_line {
	enum check_result result;
	char text[CHECK_TEXT];
	char more[CHECK_MORE]; /* "" = none */
};

struct check_list {
	struct check_line v[CHECK_MAX];
	size_t n;
	size_t left_out;  /* lines that did not fit */
	unsigned lacking; /* of this kernel, see nft_lacking() */
	bool ended;       /* the child came to its end */
};

void check_add(struct check_list *l, enum check_result r, const char *text,
    const char *more, ...) __attribute__((format(printf, 4, 5)));

/* One thing that was tried. */
struct check_case {
	const char *text;       /* what should be so, as a sentence */
	const char *want, *got; /* in words */
	bool can;               /* the kernel has what it takes */
	const char *instead; /* what zfw does without; NULL = it must be so */
};

/* What is as it should be is ok; what cannot be here is lacking at most. */
enum check_result check_judge(const struct check_case *c);
/* Judges it and adds the line. */
void check_case(struct check_list *l, const struct check_case *c);

/* Exit status: 1 when anything failed. */
int check_status(const struct check_list *l);
/* 0, or -1 when it could not be written. */
int check_print(const struct check_list *l, bool json, FILE *out);

/* With test packets, in a child with a network namespace of its own. */
void check_kernel(struct check_list *l, const struct config *c);
/* On this machine, which is only looked at. */
void check_system(struct check_list *l, const struct config *c);

#endif
