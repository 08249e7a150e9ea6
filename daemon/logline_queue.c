/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_postfix.h"
#include "daemon/logscan.h"

/* `from=<a>, size=5, nrcpt=1 (queue active)` or `from=<a>, status=expired` */
static enum log_kind
queued_from(struct str s, struct log_event *ev)
{
	uint32_t size;

	if (!scan_mailbox(&s, &ev->sender))
		return LOG_NONE;
	ev->null_sender = ev->sender.n == 0;
	if (scan_eat(&s, STR(", status="))) {
		ev->reason = s;
		return LOG_INFO;
	}
	if (!scan_eat(&s, STR(", size=")) || !scan_uint(&s, &size) ||
	    !scan_eat(&s, STR(", nrcpt=")) || !scan_uint(&s, &ev->nrcpt) ||
	    !scan_eat(&s, STR(" (queue active)")))
		return LOG_NONE;
	ev->queued = true;
	return LOG_INFO;
}

enum log_kind
logline_qmgr(struct str msg, struct log_event *ev)
{
	if (!logline_qid(&msg, ev) || ev->qid.n == 0)
		return LOG_NONE;
	if (scan_eat(&msg, STR("from=")))
		return queued_from(msg, ev);
	if (!str_eq(msg, STR("removed")))
		return LOG_NONE;
	ev->reason = msg;
	return LOG_INFO;
}

/* `HOST[IP]:25`; `none`, `local` or a socket's name is no address. */
static void
set_relay(struct str relay, struct log_event *ev)
{
	struct str s = relay;

	if (!scan_namaddr(&s, ev))
		return;
	/* The port is the relay's, never that of a client of ours. */
	ev->port = 0;
	ev->rdns_none = false;
	if (s.n == 0)
		return;
	ev->client = (struct addr){ 0 };
	ev->name = STR("");
}

/*
 * Before 3.5 (or with info_log_addr_form = internal) a quoted recipient is
 * logged without its quotes: it may then hold a whole false end of its own.
 * Two ends in one line: nobody can say which is true.
 */
static bool
is_ambiguous(struct str s)
{
	return scan_has(s, STR(">, relay=")) || scan_has(s, STR(">, orig_to="));
}

/* `sent (250 Ok)`: what became of the delivery, and what the relay said. */
static enum log_kind
delivery_status(struct str s, struct log_event *ev)
{
	struct str status;

	ev->reason = s;
	if (!scan_upto(&s, ' ', &status))
		return LOG_NONE;
	if (ev->client.family == 0)
		return LOG_INFO;
	if (str_eq(status, STR("sent")))
		return LOG_SENT;
	return str_eq(status, STR("bounced")) ? LOG_BOUNCED : LOG_INFO;
}

/* Answers of a content filter on this host to which Postfix hands its mail. */
static bool
is_filtered(struct str s, const struct log_event *ev)
{
	static const struct str answers[] = {
		STR("Ok, discarded, id="),
		STR("Reject, id="),
		STR("250 Virus Detected"),
		STR("250 Virus infected"),
	};

	if (ev->client.family != 4 || ev->client.b[0] != 127)
		return false;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (scan_has(s, answers[i]))
			return true;
	return false;
}

/* `to=<r>, [orig_to=<o>, ]relay=HOST[IP]:25, ..., status=sent (text)` */
enum log_kind
logline_smtp(struct str msg, struct log_event *ev)
{
	struct str relay, skip;

	if (!logline_qid(&msg, ev) || !scan_eat(&msg, STR("to=")) ||
	    !scan_mailbox(&msg, &ev->rcpt))
		return LOG_NONE;
	if (scan_eat(&msg, STR(", orig_to=")) &&
	    !scan_mailbox(&msg, &ev->orig_rcpt))
		return LOG_NONE;
	if (!scan_eat(&msg, STR(", relay=")) || !scan_upto(&msg, ',', &relay) ||
	    is_ambiguous(msg))
		return LOG_NONE;
	set_relay(relay, ev);
	if (!scan_upto_str(&msg, STR(", status="), &skip))
		return LOG_NONE;
	if (is_filtered(msg, ev)) {
		ev->client = (struct addr){ 0 };
		ev->reason = msg;
		return LOG_CONTENT_REJECT;
	}
	return delivery_status(msg, ev);
}

/*
 * The same of mail for us: to LMTP servers and filters of ours, mailboxes,
 * programs, or nowhere.  Only whom it was for tells something.
 */
enum log_kind
logline_delivery(struct str msg, struct log_event *ev)
{
	enum log_kind kind = logline_smtp(msg, ev);

	ev->client = (struct addr){ 0 };
	ev->name = STR("");
	return kind == LOG_SENT || kind == LOG_BOUNCED ? LOG_INFO : kind;
}

/* Delay and success notices are bounces of nothing. */
enum log_kind
logline_bounce(struct str msg, struct log_event *ev)
{
	struct str what;
	bool own;

	if (!logline_qid(&msg, ev))
		return LOG_NONE;
	own = str_starts(msg, STR("sender non-delivery "));
	if (!scan_upto_str(&msg, STR("notification: "), &what))
		return LOG_NONE;
	ev->reason = msg;
	return own ? LOG_OWN_BOUNCE : LOG_INFO;
}
