/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_exim - stage 5 of 8: the lines of Exim's main and reject log
 *
 * Gets what follows the stamp in Exim's own files, or the tag in syslog, and
 * fills what it understands of *ev, whose head logline has filled.  Exim puts
 * the client's HELO in brackets before the client's address, and some
 * commands and senders too; a host with helo_accept_junk_hosts lets any text
 * pass there.  So an address behind text of the client is taken only when no
 * other place of the line could be that address; a line that can be read in
 * two ways, or may have lost its end, is LOG_NONE.  The reject log repeats
 * lines of the main log: only one of them should be read.  Called by logline;
 * pure, no memory.  The forms were read off a running 4.96 and logs of 4.x.
 */
#ifndef ZFW_DAEMON_LOGLINE_EXIM_H
#define ZFW_DAEMON_LOGLINE_EXIM_H

#include "daemon/logline.h"

/* A longer message may have been cut, and its true address with it. */
#define EXIM_WHOLE_MAX (LOG_LINE_MAX - 512)

enum log_kind logline_exim(struct str msg, struct log_event *ev);

/*
 * `[ZONE ][PID ]` after the stamp of a line of Exim's own file, with the
 * blank before it.  The zone, where it is there, corrects ev->t_ms, which was
 * taken to be in the zone of `zone_s`.  False: this is no line of Exim.
 */
bool logline_exim_head(struct str *s, int32_t zone_s, struct log_event *ev);

/* logline_exim_host.c, for the other two */

/*
 * `[NAME ][(HELO) ][ADDRESS][:PORT][ I=[ADDRESS]:PORT]` into client, port,
 * name, helo and submission of *ev.
 */
bool logline_exim_host(struct str *s, struct log_event *ev);
/* The same after `before` and `mark`, which stands in the line only once. */
bool logline_exim_host_after(struct str *s, struct str mark, struct str *before,
    struct log_event *ev);
/* `NAME [ADDRESS][:PORT]` of a relay into client and name of *ev. */
bool logline_exim_relay(struct str *s, struct log_event *ev);
/* ADDRESS as Exim writes it without <>, up to a blank outside quotes. */
struct str logline_exim_word(struct str *s);

/* logline_exim_reject.c: what follows the host of a line that starts H= */
enum log_kind logline_exim_verdict(struct str s, struct log_event *ev);

/*
 * logline_exim_mail.c: what follows the id of a message.  LOG_NONE as well
 * where the line has the form of one without an id.
 */
enum log_kind logline_exim_mail(struct str s, struct log_event *ev);
/* `1abcDE-000123-AB ` or, since 4.97, `1abcDE-00000000abc-0123 ` */
bool logline_exim_id(struct str *s, struct log_event *ev);

#endif
