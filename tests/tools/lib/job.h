/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * job - tests only: one line of ztraffic's input as a value
 *
 * A job is "these sources, with this stack, say that".  job_word() takes one
 * KEY=VALUE; job_source() gives the i-th address.  A plain value: a copy of
 * one is the default of the next.  Exits with a sentence on nonsense, for it
 * is a test tool.
 */
#ifndef ZFW_TESTS_TOOLS_JOB_H
#define ZFW_TESTS_TOOLS_JOB_H

#include "tests/tools/lib/stack.h"

#define JOB_TEXT 512

struct job {
	struct addr to4, to6;
	struct addr from;
	unsigned count; /* sources */
	unsigned step;  /* each in the next network of so many bits */
	bool random;    /* anywhere in from/step instead */
	unsigned times; /* sessions for each source */
	unsigned port, sport;
	struct os_stack stack;
	char doing[JOB_TEXT], helo[JOB_TEXT], mail[JOB_TEXT], rcpt[JOB_TEXT];
	char domain[JOB_TEXT], subject[JOB_TEXT], expect[JOB_TEXT];
	unsigned unknown, size;
	unsigned connect_ms, timeout_ms, pause_ms;
};

void job_init(struct job *j);
/* "KEY=VALUE"; `where` begins the error message. */
void job_word(struct job *j, const char *word, const char *where);
/* A whole line of such words, "..." around blanks; false: nothing in it. */
bool job_line(struct job *j, const char *line, const char *where);
struct addr job_source(const struct job *j, unsigned i, uint32_t random);
/* Where a source of that family goes; family 0: nowhere. */
const struct addr *job_dest(const struct job *j, const struct addr *src);
/* The keys, one a line, for --help. */
void job_help(void);

#endif
