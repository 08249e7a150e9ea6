/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logjson - stage 5 of 8: a log event as one line of JSON
 *
 * What `zfw-replay --events` prints and the golden files hold: line, t, mta,
 * event, client and port always (null where the line had none), helo, sender,
 * rcpt and reason where there are any; a null sender is "".  Whatever bytes a
 * client put into its names, the result is valid JSON in valid UTF-8: what
 * is not becomes U+FFFD, long texts are cut between characters.  Pure, no
 * memory; the time is wall clock, in seconds.
 */
#ifndef ZFW_DAEMON_LOGJSON_H
#define ZFW_DAEMON_LOGJSON_H

#include "daemon/logline.h"

#define LOGJSON_TEXT_MAX 512   /* bytes of one text, before escaping */
#define LOGJSON_MAX      13000 /* any event fits in that */

/*
 * Writes the object with a NUL and without a newline, returns its length; 0
 * and an empty text when it does not fit in `n`.
 */
size_t logjson_print(const struct log_event *ev, unsigned long line, char *out,
    size_t n);

#endif
