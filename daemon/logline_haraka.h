/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_haraka - stage 5 of 8: the messages of Haraka
 *
 * `[LEVEL] [UUID] [PLUGIN] text`, or the same as JSON or logfmt, after a syslog
 * head, after Haraka's own stamp or after that of multilog.  The UUID without `.N`, its transaction,
 * is the `session`: only connect, disconnect and a few others have the
 * address, always as `ip=` before all that a client chose.  Most rejects are
 * told twice, by the hook and by the command; the hook's counts only where no
 * other line tells.  Levels below `info` are not read.  Called by logline;
 * pure, no memory.  The forms were read off logs of Haraka 2.0 to 3.1.
 */
#ifndef ZFW_DAEMON_LOGLINE_HARAKA_H
#define ZFW_DAEMON_LOGLINE_HARAKA_H

#include "daemon/logline.h"

enum log_kind logline_haraka(struct str msg, struct log_event *ev);

#endif
