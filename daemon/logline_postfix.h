/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_postfix - stage 5 of 8: the messages of Postfix's SMTP server side
 *
 * One function for each service, named by the last part of the tag.  Each
 * gets the message after `tag[pid]: ` and fills what it understands of *ev,
 * whose head (time, mta, service) logline has filled.  The return is the
 * kind; with LOG_NONE the rest of *ev means nothing.  Where text of a client
 * stands before the client's address (header checks, ETRN) the address is
 * not taken: the queue id has to do.  Called by logline; pure, no memory.
 * The forms were read off Postfix 2.x to 3.10 logs and a running 3.7.
 */
#ifndef ZFW_DAEMON_LOGLINE_POSTFIX_H
#define ZFW_DAEMON_LOGLINE_POSTFIX_H

#include "daemon/logline.h"

enum log_kind logline_smtpd(struct str msg, struct log_event *ev);

/* logline_cleanup.c */
enum log_kind logline_cleanup(struct str msg, struct log_event *ev);

/* For it: `STAGE from NAME[IP]: ...` of a milter; of what only acts. */
enum log_kind logline_milter_reject(struct str s, struct log_event *ev);
enum log_kind logline_action(struct str s, struct log_event *ev);

/* logline_postscreen.c */
enum log_kind logline_postscreen(struct str msg, struct log_event *ev);
enum log_kind logline_dnsblog(struct str msg, struct log_event *ev);
enum log_kind logline_tlsproxy(struct str msg, struct log_event *ev);

/* logline_queue.c */
enum log_kind logline_qmgr(struct str msg, struct log_event *ev);
enum log_kind logline_smtp(struct str msg, struct log_event *ev);
enum log_kind logline_delivery(struct str msg, struct log_event *ev);
enum log_kind logline_bounce(struct str msg, struct log_event *ev);

/*
 * `QID: ` or `NOQUEUE: ` (then the id is empty).  False for `warning: ` and
 * its like: a queue id has no small vowel.
 */
bool logline_qid(struct str *s, struct log_event *ev);

#endif
