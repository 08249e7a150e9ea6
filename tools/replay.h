/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay - recordings and logs through the engine, in virtual time
 *
 * Merges capture files and log files by time and feeds the engine.  A log
 * line stamped with the whole second s is applied at s+1, one with a
 * fraction at its time; in a recording made by `zfwd --record`, which notes
 * where each line was read, at that very place.  Reads files only; errors
 * are sentences with file and offset.
 */
#ifndef ZFW_TOOLS_REPLAY_H
#define ZFW_TOOLS_REPLAY_H

#include <stdio.h>

#include "daemon/engine.h"

#define REPLAY_FILES_MAX 64
#define REPLAY_ERRLEN    512

struct replay_conf {
	const char *pcaps[REPLAY_FILES_MAX];
	size_t pcaps_n;
	const char *logs[REPLAY_FILES_MAX];
	size_t logs_n;
	struct policy *policy; /* replay sets enforce */
	struct sigcache *sigs; /* borrowed */
	bool jsonl;
	FILE *out;
};

/* 0; -1 with a sentence in `err`: what was read before was replayed. */
int
replay_run(struct replay_conf *conf, FILE *summary, char err[REPLAY_ERRLEN]);

/* Prints what was understood of each line. */
int replay_events(struct replay_conf *conf, char err[REPLAY_ERRLEN]);

#endif
