/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outcome - tests only: how one session of ztraffic ended
 *
 * Compares it with what the job expected and prints it as one line.  Borrows
 * everything; pure but for the printing.
 */
#ifndef ZFW_TESTS_TOOLS_OUTCOME_H
#define ZFW_TESTS_TOOLS_OUTCOME_H

#include "tests/tools/lib/talk.h"

struct outcome {
	const struct conn *conn;
	const struct talk *talk;
	bool opened; /* a SYN+ACK came */
};

/* Do all the words of `expect` hold (see job.c)? */
bool outcome_expected(const struct outcome *o, const char *expect);
void outcome_print(const struct outcome *o, bool ok);

#endif
