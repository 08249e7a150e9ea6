/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * log - one line per decision or fault, to syslog and/or stderr
 *
 * The only module with process-wide state: program name, level, target.
 * Until log_open() lines go to stderr.  Lines are `key=value` where they
 * report a decision; text from outside goes through log_escape() first.  A
 * line is LOG_OUT_MAX bytes at most, prefix included, and costs no memory;
 * controls in it become '?'.  A stderr without room is not waited for: such
 * lines are lost, and counted in a later one.  errno is left alone.  log_every() limits a kind
 * of line to one a minute and says how many were left out.  Writing cannot
 * fail visibly: a line that nobody takes is lost.
 */
#ifndef ZFW_DAEMON_LOG_H
#define ZFW_DAEMON_LOG_H

#include <stdint.h>
#include <syslog.h>

#include "fp/bytes.h"

#define LOG_OUT_MAX 1000

enum log_target { LOG_TO_STDERR = 1, LOG_TO_SYSLOG = 2 };

/*
 * Connects to syslog and reads the time zone, so that later lines need no
 * file (call it before the sandbox closes).  An unknown facility is "daemon".
 */
void log_open(const char *program, int targets, const char *facility);
/* Lines less urgent than that are dropped; LOG_INFO at start. */
void log_level(int priority);
void log_msg(int priority, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* syslog's number for "daemon", "mail", "local0", ...; -1 = no such name. */
int log_facility(const char *name);

struct log_limit { /* zeroed by its owner */
	int64_t next_ms;
	uint64_t left_out;
};
/*
 * False: said less than a minute ago (counted).  True: say it; *left_out
 * (may be NULL) is how many were not said since.
 */
bool log_every(struct log_limit *l, int64_t now_ms, uint64_t *left_out);

/*
 * C escapes for controls, quotes, backslash and bytes >= 0x80; truncates,
 * never inside an escape.  Always ends in NUL when n > 0; returns `buf`.
 */
const char *log_escape(struct str s, char *buf, size_t n);

/* Our own bug: says so and aborts, also in release builds. */
void
zfw_panic(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
