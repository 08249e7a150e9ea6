/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_haraka_impl - stage 5 of 8: what the files of logline_haraka share
 *
 * Readers of the messages about commands and hooks, which stand in
 * logline_haraka_cmd.c, and a small step of both.  Pure, no memory.
 */
#ifndef ZFW_DAEMON_LOGLINE_HARAKA_IMPL_H
#define ZFW_DAEMON_LOGLINE_HARAKA_IMPL_H

#include "daemon/logline_haraka.h"
#include "daemon/logrule.h"

/* Each gets what follows the word that it is named after. */
enum log_kind haraka_recipient(struct str s, struct log_event *ev);
enum log_kind haraka_sender(struct str s, struct log_event *ev);
enum log_kind haraka_message(struct str s, struct log_event *ev);
enum log_kind haraka_queue(struct str s, struct log_event *ev);
enum log_kind haraka_queue_outbound(struct str s, struct log_event *ev);
enum log_kind haraka_hook(struct str s, struct log_event *ev);

/*
 * A value up to the blank after it; Haraka quotes one that has blanks or is
 * empty.  False where a quoted one does not end.
 */
static inline bool
haraka_value(struct str *s, struct str *out)
{
	struct str rest = *s;

	if (!scan_eat(&rest, STR("\""))) {
		*out = logrule_word(s);
		return true;
	}
	if (scan_upto_str(&rest, STR("\" "), out)) {
		*s = rest;
		return true;
	}
	if (rest.n == 0 || rest.p[rest.n - 1] != '"')
		return false;
	*out = (struct str){ rest.p, rest.n - 1 };
	*s = str_from(*s, s->n);
	return true;
}

#endif
