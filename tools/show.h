/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * show - the daemon's answers as text for people
 *
 * Used by zfwctl and zfw-whitelist.  Takes answers as they came: a field
 * that is missing is shown as "-", never a crash.  Text from outside is
 * escaped; times are local.  No colours.
 */
#ifndef ZFW_TOOLS_SHOW_H
#define ZFW_TOOLS_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define SHOW_LEN 512

/* `all`: counters that are 0, or told in another line, as well. */
void show_status(FILE *out, const json_t *answer, bool all);
void show_why(FILE *out, const json_t *answer);
void show_reload(FILE *out, const json_t *answer);
void show_botnets(FILE *out, const json_t *answer);
/* Of `blocks`: the head, and one block. */
void show_blocks_head(FILE *out);
void show_block(FILE *out, const json_t *block);

/* The text at `key`, escaped; "-" without. */
const char *show_text(const json_t *o, const char *key, char buf[SHOW_LEN]);
/* "2026-03-01 04:05:06", or `none`. */
const char *show_time(const json_t *o, const char *key, const char *none,
    char buf[SHOW_LEN]);
/* 3671 -> "1 h 1 min". */
const char *show_span(json_int_t s, char buf[SHOW_LEN]);
/* 0 when it is not there. */
json_int_t show_int(const json_t *o, const char *key);

#endif
