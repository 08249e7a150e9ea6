/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_haraka_impl - stage 5 of 8: what the files of logline_haraka share
 *
 * Readers of the messages about commands and hooks, which stand in
 * logline_haraka_cmd.c, of messages as objects, in logline_haraka_obj.c, and
 * small steps of all.  Pure, no memory.
 */
#ifndef ZFW_DAEMON_LOGLINE_HARAKA_IMPL_H
#define ZFW_DAEMON_LOGLINE_HARAKA_IMPL_H

#include "daemon/logline_haraka.h"
#include "daemon/logrule.h"

/* A message of that plugin. */
enum log_kind
haraka_text(struct str plugin, struct str text, struct log_event *ev);
bool haraka_uuid(struct str id, struct log_event *ev);

/* logline_haraka_obj.c: the same as JSON or as logfmt */
enum log_kind haraka_object(struct str msg, struct log_event *ev);

/* What a disconnect says, one `key=value` after the other. */
struct haraka_flags {
	bool relay, early, esmtp;
};
void haraka_disconnect_field(struct str key, struct str v,
    struct haraka_flags *f, struct log_event *ev);
enum log_kind haraka_last_reject(struct str lr, struct log_event *ev);
enum log_kind haraka_disconnect_end(enum log_kind kind,
    const struct haraka_flags *f, struct log_event *ev);

/* `code` and `msg` of a recipient, a sender, a message; of a queue plugin. */
enum log_kind
haraka_recipient_code(struct str code, struct str msg, struct log_event *ev);
enum log_kind
haraka_sender_code(struct str code, struct str msg, struct log_event *ev);
enum log_kind
haraka_message_code(struct str code, struct str msg, struct log_event *ev);

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
