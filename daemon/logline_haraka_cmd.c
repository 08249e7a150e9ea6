/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_haraka_impl.h"

static const struct logrule_kind words[] = {
	// clang-format off
	{ STR("greylist"), LOG_INFO },
	{ STR("no such"), LOG_UNKNOWN_RCPT },
	{ STR("unknown"), LOG_UNKNOWN_RCPT },
	{ STR("not exist"), LOG_UNKNOWN_RCPT },
	{ STR("invalid"), LOG_UNKNOWN_RCPT },
	{ STR("mailbox unavailable"), LOG_UNKNOWN_RCPT },
	{ STR("user not found"), LOG_UNKNOWN_RCPT },
	{ STR("unable to find"), LOG_UNKNOWN_RCPT },
	{ STR("relay"), LOG_RELAY_DENIED },
	{ STR("i cannot deliver"), LOG_RELAY_DENIED },
	{ STR("listed"), LOG_LIST_REJECT },
	{ STR("too many"), LOG_RATE_LIMIT },
	{ STR("rate limit"), LOG_RATE_LIMIT },
	// clang-format on
};

static enum log_kind
kind_of_msg(struct str msg)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (scan_has_nocase(msg, words[i].start))
			return words[i].kind;
	return LOG_OTHER_REJECT;
}

/* DENY, DENYSOFT and their DISCONNECT; sets soft. */
static bool
is_deny(struct str code, struct log_event *ev)
{
	if (!scan_eat(&code, STR("DENY")))
		return false;
	ev->soft = scan_eat(&code, STR("SOFT"));
	return code.n == 0 || str_eq(code, STR("DISCONNECT"));
}

enum log_kind
haraka_recipient_code(struct str code, struct str msg, struct log_event *ev)
{
	if (!is_deny(code, ev))
		return LOG_INFO;
	ev->reason = msg;
	ev->code = ev->soft ? 450 : 550;
	return kind_of_msg(msg);
}

enum log_kind
haraka_sender_code(struct str code, struct str msg, struct log_event *ev)
{
	if (!is_deny(code, ev))
		return LOG_INFO;
	ev->reason = msg;
	ev->code = ev->soft ? 450 : 550;
	return ev->soft ? LOG_INFO : LOG_OTHER_REJECT;
}

enum log_kind
haraka_message_code(struct str code, struct str msg, struct log_event *ev)
{
	if (!is_deny(code, ev))
		return LOG_INFO;
	ev->reason = msg;
	ev->code = ev->soft ? 452 : 552;
	return ev->soft ? LOG_INFO : LOG_CONTENT_REJECT;
}

/* `code=DENY msg="..."`; false where there is no code. */
static bool
take_code(struct str *s, struct str *code, struct str *msg)
{
	*msg = STR("");
	if (!scan_eat(s, STR("code=")))
		return false;
	*code = logrule_word(s);
	if (scan_eat(s, STR("msg=")))
		(void)haraka_value(s, msg);
	return true;
}

/*
 * `<RCPT> code=DENY msg="..." sender=...`.  A code that is not DENY says
 * little: one that no plugin wanted is OK or CONT and yet refused.
 */
enum log_kind
haraka_recipient(struct str s, struct log_event *ev)
{
	struct str code, msg;

	if (!scan_mailbox(&s, &ev->rcpt) || !scan_eat(&s, STR(" ")))
		return LOG_NONE;
	if (!take_code(&s, &code, &msg))
		return LOG_INFO;
	ev->null_sender = str_eq(s, STR("sender=\"\"")) ||
	    str_eq(s, STR("sender=<>"));
	return haraka_recipient_code(code, msg, ev);
}

enum log_kind
haraka_sender(struct str s, struct log_event *ev)
{
	struct str code, msg;

	if (!scan_mailbox(&s, &ev->sender) || !scan_eat(&s, STR(" ")))
		return LOG_NONE;
	ev->null_sender = ev->sender.n == 0;
	return take_code(&s, &code, &msg) ? haraka_sender_code(code, msg, ev) :
					    LOG_INFO;
}

/*
 * `mid="..." size=1 rcpts=1/0/0 delay=0.1 code=DENY msg="..."`.  The message
 * id is text of whoever wrote the mail, not even of the client: no word that
 * it could hold is believed.
 */
enum log_kind
haraka_message(struct str s, struct log_event *ev)
{
	struct str skip, code, msg = STR("");

	if (!logrule_once(s, STR(" code="), &skip, &s))
		return LOG_INFO;
	code = logrule_word(&s);
	if (scan_eat(&s, STR("msg=")))
		(void)haraka_value(&s, &msg);
	return haraka_message_code(code, msg, ev);
}

/* `code=OK msg="Message Queued (UUID.1)"` */
enum log_kind
haraka_queue(struct str s, struct log_event *ev)
{
	if (!scan_eat(&s, STR("code=")))
		return LOG_NONE;
	if (str_eq(logrule_word(&s), STR("OK")))
		return LOG_ACCEPT;
	ev->reason = s;
	return LOG_INFO;
}

enum log_kind
haraka_queue_outbound(struct str s, struct log_event *ev)
{
	ev->submission = true;
	return haraka_queue(s, ev);
}

/* ---- hooks ---- */

static const struct logrule_kind plugins[] = {
	// clang-format off
	{ STR("dns-list"), LOG_LIST_REJECT },
	{ STR("dnsbl"), LOG_LIST_REJECT },
	{ STR("backscatterer"), LOG_LIST_REJECT },
	{ STR("helo.checks"), LOG_HELO_REJECT },
	{ STR("fcrdns"), LOG_NAME_REJECT },
	{ STR("connect.fcrdns"), LOG_NAME_REJECT },
	{ STR("lookup_rdns"), LOG_NAME_REJECT },
	{ STR("early_talker"), LOG_EARLY_TALK },
	{ STR("limit"), LOG_RATE_LIMIT },
	{ STR("rate_limit"), LOG_RATE_LIMIT },
	{ STR("toobusy"), LOG_INFO },
	// clang-format on
};

/*
 * `connect plugin=dns-list function=onConnect params="" retval=DENY msg=...`;
 * params is text of the client.
 */
enum log_kind
haraka_hook(struct str s, struct log_event *ev)
{
	struct str stage = logrule_word(&s), plugin, params;
	enum log_kind kind;

	if (!scan_eat(&s, STR("plugin=")))
		return LOG_NONE;
	plugin = logrule_word(&s);
	if (!scan_upto_str(&s, STR(" params="), &params) ||
	    !haraka_value(&s, &params) || !scan_eat(&s, STR("retval=")) ||
	    !is_deny(logrule_word(&s), ev))
		return LOG_NONE;
	if (scan_eat(&s, STR("msg=")))
		(void)haraka_value(&s, &ev->reason);
	if (str_eq(stage, STR("helo")) || str_eq(stage, STR("ehlo")))
		ev->helo = params;
	kind = LOGRULE_KIND(plugins, plugin, LOG_OTHER_REJECT);
	/* Those that sender, recipient and message lines tell. */
	if (str_eq(stage, STR("rcpt")) || str_eq(stage, STR("rcpt_ok")) ||
	    str_eq(stage, STR("mail")) || str_eq(stage, STR("data_post")))
		return LOG_INFO;
	if (str_eq(stage, STR("data")))
		kind = LOG_CONTENT_REJECT;
	return ev->soft && kind == LOG_OTHER_REJECT ? LOG_INFO : kind;
}
