/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_qmail - stage 5 of 8: the messages around a qmail
 *
 * tcpserver, rblsmtpd, spamdyke, the chkuser patch, the logs of s/qmail's and
 * indimail's qmail-smtpd, vchkpw and qmail-send; each names itself or is
 * told by its words, so one function reads all.  It gets what stands after
 * the tag and process id of syslog or after the stamp of multilog; the stamp
 * that splogger puts before a message is read as well, it knows more than
 * whole seconds.
 *
 * tcpserver names the client, and its process id is that of all that runs for
 * the connection: it is the `session`.  The address comes from there and from
 * places that no client's text can reach.  spamdyke and chkuser put sender
 * and recipient before the address: it is taken only where the words around
 * it stand in the line once and the line is short enough to be whole, and for
 * chkuser only IPv4.  What qmail-remote says of a delivery is text of others.
 * Called by logline; pure, no memory.
 */
#ifndef ZFW_DAEMON_LOGLINE_QMAIL_H
#define ZFW_DAEMON_LOGLINE_QMAIL_H

#include "daemon/logline.h"

enum log_kind logline_qmail(struct str msg, struct log_event *ev);

/* With their own names as the tag, which is not repeated. */
enum log_kind logline_tcpserver(struct str msg, struct log_event *ev);
enum log_kind logline_rblsmtpd(struct str msg, struct log_event *ev);
/* With the tags `spamdyke` and `vpopmail`, which are not repeated. */
enum log_kind logline_spamdyke(struct str msg, struct log_event *ev);
enum log_kind logline_vchkpw(struct str msg, struct log_event *ev);

#endif
