/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * top - what zfw does just now, a frame a second
 *
 * top_frame() is pure: two answers to the control request `top`, one after
 * the other (the first may be NULL), become lines of text that fit the size.
 * top_run() asks and draws until `q`; the terminal is as it was when it
 * returns, and when a signal ends the program.  Plain ANSI sequences; text
 * from outside is escaped.
 */
#ifndef ZFW_TOOLS_TOP_H
#define ZFW_TOOLS_TOP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct top_size {
	unsigned rows, cols; /* rows 0: as many as there are to show */
	bool screen;         /* each line clears what was behind it */
};

void top_frame(FILE *out, const json_t *now, const json_t *before,
    const struct top_size *size);

/*
 * `run_dir` is the daemon's; `once`: one frame of two answers a second apart,
 * to standard output, which need not be a terminal.  The exit status, after a
 * sentence on stderr when it is not 0.
 */
int top_run(const char *run_dir, bool once);

#endif
