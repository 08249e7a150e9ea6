/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_filter - stage 5 of 8: what content filters say of a message
 *
 * amavis, rspamd, spamd, clamav-milter, clamsmtp and MIMEDefang.  The event is
 * LOG_CONTENT_REJECT where spam or a virus was found, passed or not, and
 * LOG_INFO for all else.  A filter does not talk to the client: the address
 * that it logs is often a relay of ours, or was read from a header.  So the
 * message's queue id is taken, and the MTA's lines tell whose message that
 * is.  Only amavis is believed about a client: where it has no queue id and
 * knows the client's port, which the MTA must have told it.  spamd knows a
 * message by its Message-ID only, which is the client's text: see msgid.h.
 *
 * Sender, recipients, file names and Message-IDs are text of the client; what
 * stands behind them is taken where the form of the line leaves no doubt.
 * Called by logline; pure, no memory.  The forms of rspamd 3.4 and spamd
 * 4.0.1 were read off running ones, the others are those of the programs'
 * default templates.
 */
#ifndef ZFW_DAEMON_LOGLINE_FILTER_H
#define ZFW_DAEMON_LOGLINE_FILTER_H

#include "daemon/logline.h"

enum log_kind logline_amavis(struct str msg, struct log_event *ev);
/* In syslog, and in its own file, where the process stands before it. */
enum log_kind logline_rspamd(struct str msg, struct log_event *ev);
enum log_kind logline_spamd(struct str msg, struct log_event *ev);
enum log_kind logline_clamav(struct str msg, struct log_event *ev);
enum log_kind logline_clamsmtp(struct str msg, struct log_event *ev);
enum log_kind logline_mimedefang(struct str msg, struct log_event *ev);

#endif
