/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_opensmtpd - stage 5 of 8: the messages of OpenSMTPD's smtpd
 *
 * Gets the message after `smtpd[pid]: ` and fills what it understands of *ev.
 * The client's address stands in the `connected` line only, straight after
 * the session id; all other lines of a connection have that id as `session`,
 * and logjoin knows the rest.  `host=` of that line is what the client's DNS
 * says and nobody confirmed: the name is marked so.  The relay of a delivery
 * stands behind addresses that others chose: it is taken only where nothing
 * else in the line looks like it.  Called by logline; pure, no memory.  The
 * forms are those of OpenSMTPD 6.8, of 6.0 with `event=`, and of 5.x.
 */
#ifndef ZFW_DAEMON_LOGLINE_OPENSMTPD_H
#define ZFW_DAEMON_LOGLINE_OPENSMTPD_H

#include "daemon/logline.h"

enum log_kind logline_opensmtpd(struct str msg, struct log_event *ev);

#endif
