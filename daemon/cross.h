/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cross - stage 6 of 8: do the packets bear out what a log line says?
 *
 * Any local user can write to syslog.  A line about a session that the
 * packets show must agree with them: as many rejected recipients as the
 * client named, early talk only where it talked early.  What packets cannot
 * show (TLS, gaps, one-sided captures) is not held against a line, but see
 * cross_helo(): where a HELO was seen, no line replaces it.  Pure.
 */
#ifndef ZFW_DAEMON_CROSS_H
#define ZFW_DAEMON_CROSS_H

#include "daemon/client.h"
#include "daemon/logline.h"
#include "fp/session.h"

/*
 * False: the packets say otherwise; the line is no evidence.  `s` NULL: there
 * is no session to ask.  Counts rejected recipients of the session in `c`.
 */
bool cross_agrees(struct client *c, const struct session *s,
    const struct log_event *ev);

/* May the line's HELO be believed? */
bool cross_helo(const struct session *s);

#endif
