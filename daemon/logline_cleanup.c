/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_postfix.h"
#include "daemon/logline_reject.h"
#include "daemon/logrule.h"

/*
 * `header Subject: text from NAME[IP]; from=<>...`: text of the message before
 * the address, so the queue id has to do.
 */
static enum log_kind
content_check(struct str s, struct log_event *ev)
{
	if (!str_starts(s, STR("header ")) && !str_starts(s, STR("body ")) &&
	    !str_starts(s, STR("mime header ")) &&
	    !str_starts(s, STR("nested header ")) &&
	    !str_starts(s, STR("mime-error ")))
		return LOG_NONE;
	return logline_reject(s, LOG_CONTENT_REJECT, ev);
}

/* `message-id=<...>`, also `resent-message-id=`, which nobody needs. */
static enum log_kind
message_id(struct str s, struct log_event *ev)
{
	ev->msgid = s;
	return LOG_INFO;
}

/* `header ...`: seen and let pass, with whatever was done to it. */
static enum log_kind
content_seen(struct str s, struct log_event *ev)
{
	return content_check(s, ev) == LOG_NONE ? LOG_NONE : LOG_INFO;
}

static const struct logrule cleanup_rules[] = {
	// clang-format off
	{ STR("message-id="), message_id },
	{ STR("milter-reject: "), logline_milter_reject },
	{ STR("milter-discard: "), logline_milter_reject },
	{ STR("milter-hold: "), logline_action },
	{ STR("reject: "), content_check },
	{ STR("discard: "), content_check },
	{ STR("warning: "), content_seen },
	{ STR("hold: "), content_seen },
	{ STR("redirect: "), content_seen },
	{ STR("filter: "), content_seen },
	{ STR("info: "), content_seen },
	// clang-format on
};

enum log_kind
logline_cleanup(struct str msg, struct log_event *ev)
{
	if (!logline_qid(&msg, ev))
		return LOG_NONE;
	return LOGRULE_RUN(cleanup_rules, msg, ev);
}
