/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * childopts - what the guard tells the engine on its command line
 *
 * Called once by zfw-engine.  Descriptors are checked: open, and of the right
 * kind.  Texts are those of argv.
 */
#ifndef ZFW_DAEMON_CHILDOPTS_H
#define ZFW_DAEMON_CHILDOPTS_H

#include <stdbool.h>

struct childopts {
	const char *conf, *record;
	bool foreground;
	int guard_fd, wake_fd;
};

/* 0 go on, 1 done (help was printed), 2 wrong usage (which was said) */
int childopts_parse(int argc, char **argv, struct childopts *o);

#endif
