/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_sendmail - stage 5 of 8: the messages of Sendmail
 *
 * Gets the message after `sendmail[pid]: ` (or sm-mta, sm-msp-queue) and
 * fills what it understands of *ev.  Where Sendmail writes the client first
 * (`NAME [IP] did not issue`) it is taken from there.  Elsewhere it writes
 * `relay=NAME [IP]` behind senders, recipients, message ids and user names:
 * then it is taken only when `relay=` stands in the line once, so that no
 * text of a client can become the address; a line with two has no client.
 * Rejects that name no client (`QID: <rcpt>... User unknown`) have the queue
 * id as `session` and wait in logjoin for the `from=` line.  Called by
 * logline; pure, no memory.  The forms are those of Sendmail 8.17.
 */
#ifndef ZFW_DAEMON_LOGLINE_SENDMAIL_H
#define ZFW_DAEMON_LOGLINE_SENDMAIL_H

#include "daemon/logline.h"

enum log_kind logline_sendmail(struct str msg, struct log_event *ev);

/* logline_sendmail_mail.c: `from=...` and `to=...` */
enum log_kind logline_sendmail_from(struct str s, struct log_event *ev);
enum log_kind logline_sendmail_to(struct str s, struct log_event *ev);

/* The relay of a line in which it stands once; sets the client. */
bool logline_sendmail_relay(struct str line, struct log_event *ev);

/* Is a daemon of that name for submission? */
bool logline_sendmail_is_msa(struct str daemon);

#endif
