/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_courier - stage 5 of 8: the messages of the Courier mail server
 *
 * courieresmtpd names the client first in each of its lines, mostly as an
 * IPv4-mapped address; courierd tells what was accepted, courieresmtp what
 * was delivered, and the IMAP and POP servers failed logins.  The last three
 * put text of others before an address: it is taken only where that text is
 * made of what a name, an address or a user may be made of, and holds none of
 * the marks that stand around the address.  Called by logline; pure, no
 * memory.
 */
#ifndef ZFW_DAEMON_LOGLINE_COURIER_H
#define ZFW_DAEMON_LOGLINE_COURIER_H

#include "daemon/logline.h"

enum log_kind logline_courieresmtpd(struct str msg, struct log_event *ev);
/* With the tags courieresmtpd-msa and -ssl. */
enum log_kind logline_couriermsa(struct str msg, struct log_event *ev);
enum log_kind logline_courierd(struct str msg, struct log_event *ev);
enum log_kind logline_courieresmtp(struct str msg, struct log_event *ev);
/* imapd, pop3d and their -ssl */
enum log_kind logline_courierlogin(struct str msg, struct log_event *ev);

#endif
