/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logreply - stage 5 of 8: what kind of reject an SMTP reply is
 *
 * For MTAs that log the reply as it was sent, in words of their own, of a
 * filter or of the administrator.  From the reply code, the enhanced status
 * code, the command and some words of the text.  Called by the parsers of
 * OpenSMTPD and Sendmail; pure, no memory.  The text may hold a client's
 * words: they can give it another kind of reject, not another client.
 */
#ifndef ZFW_DAEMON_LOGREPLY_H
#define ZFW_DAEMON_LOGREPLY_H

#include "daemon/logline.h"

enum logreply_verb {
	LOGREPLY_OTHER,
	LOGREPLY_HELO, /* and EHLO */
	LOGREPLY_MAIL,
	LOGREPLY_RCPT,
	LOGREPLY_DATA, /* its content: DATA, BDAT and the final dot */
	LOGREPLY_AUTH,
	LOGREPLY_ALIEN, /* of another protocol: HTTP, POP3 */
};

/* By its first word, in any case. */
enum logreply_verb logreply_verb(struct str command);

/* Sets code, soft and reason; the kind is a reject or LOG_INFO. */
enum log_kind
logreply_kind(struct str command, struct str reply, struct log_event *ev);

#endif
