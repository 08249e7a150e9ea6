/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay - recordings and logs through the engine, in virtual time
 *
 * Merges capture files and log files by time and feeds the engine, or two
 * engines with two policies.  A log line stamped with the whole second s is
 * applied at s+1, one with a fraction at its time; in a recording made by
 * `zfwd --record`, which notes where each line was read, at that very place.
 * Each input is read once, so that a pipe will do.  Errors are sentences with
 * file and offset.
 */
#ifndef ZFW_TOOLS_REPLAY_H
#define ZFW_TOOLS_REPLAY_H

#include <stdio.h>

#include "tools/replay_world.h"

#define REPLAY_FILES_MAX 64
#define REPLAY_ERRLEN    512
#define REPLAY_POLICIES  2

struct replay_conf {
	const char *pcaps[REPLAY_FILES_MAX];
	size_t pcaps_n;
	const char *logs[REPLAY_FILES_MAX];
	size_t logs_n;
	struct world_policy with[REPLAY_POLICIES]; /* borrowed */
	size_t policies_n;                         /* 2: they are compared */
	const char *const *changes; /* what makes the second, for people */
	size_t changes_n;
	const char *truth_path, *report_path; /* NULL: none */
	const char *state_dir; /* to be made; NULL: none; with one policy */
	struct explain explain;
	bool jsonl;
	FILE *out;
};

/* 0; -1 with a sentence in `err`: what was read before was replayed. */
int
replay_run(struct replay_conf *conf, FILE *summary, char err[REPLAY_ERRLEN]);

/* Prints what was understood of each line. */
int replay_events(struct replay_conf *conf, char err[REPLAY_ERRLEN]);

#endif
