/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_reject - stage 5 of 8: what Postfix says about a command it refused
 *
 * Reads `CODE DSN <THING>: TEXT; from=<> to=<> proto= helo=<>`, the part of a
 * reject line after the client's address.  Everything in it may be client
 * text: it decides which kind of reject this is, nothing else.  smtpd,
 * cleanup and postscreen write the same form, with or without a code and
 * with blanks or commas between the last fields.  Called by logline_postfix and
 * logline_postscreen; pure, no memory, cannot fail.
 */
#ifndef ZFW_DAEMON_LOGLINE_REJECT_H
#define ZFW_DAEMON_LOGLINE_REJECT_H

#include "daemon/logline.h"

/*
 * Sets code, soft, reason, sender, null_sender, rcpt, helo and the rdns flags
 * of *ev.  Returns the kind; `other` where the text says nothing special.
 * LOG_INFO when the refusal is not about the client: trouble of our own
 * (DSN x.3.x), greylisting, an address probe that is still under way.
 */
enum log_kind
logline_reject(struct str s, enum log_kind other, struct log_event *ev);

#endif
