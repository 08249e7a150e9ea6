/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_filter.h"
#include "daemon/logrule.h"

#define QID_MIN 5
#define QID_MAX 40

static bool
is_qid_byte(char c)
{
	return char_is_letter(c) || char_is_digit(c) || c == '-' || c == '.';
}

/* A queue id up to `end`, which is taken off too. */
static bool
take_qid(struct str *s, struct str end, struct log_event *ev)
{
	struct str rest = *s;
	size_t n = str_span(rest, is_qid_byte);

	rest = str_from(rest, n);
	if (n < QID_MIN || n > QID_MAX || !scan_eat(&rest, end))
		return false;
	ev->qid = (struct str){ s->p, n };
	*s = rest;
	return true;
}

/* ---- rspamd ---- */

static const struct logrule_kind actions[] = {
	{ STR("reject)"), LOG_CONTENT_REJECT },
	{ STR("add header)"), LOG_CONTENT_REJECT },
	{ STR("rewrite subject)"), LOG_CONTENT_REJECT },
	{ STR("quarantine)"), LOG_CONTENT_REJECT },
	{ STR("discard)"), LOG_CONTENT_REJECT },
};

/* ` from: <SENDER>,` */
static void
rspamd_sender(struct str s, struct log_event *ev)
{
	struct str skip;

	if (!scan_upto_str(&s, STR("from: "), &skip) ||
	    !scan_mailbox(&s, &ev->sender))
		return;
	ev->null_sender = ev->sender.n == 0;
}

/*
 * `<MID>, qid: <QID>, ip: IP, user: U, from: <S>, (default: T (reject):
 * [...`.  rspamd leaves no blank in the Message-ID.
 */
static enum log_kind
rspamd_task(struct str s, struct log_event *ev)
{
	struct str mid, head, skip;

	if (!scan_upto_str(&s, STR(">,"), &mid))
		return LOG_NONE;
	/* `>,` of the id itself goes on without a blank. */
	while (s.n > 0 && s.p[0] != ' ')
		if (!scan_upto_str(&s, STR(">,"), &skip))
			return LOG_NONE;
	mid.n = (size_t)(s.p - mid.p);
	if (memchr(mid.p, ' ', mid.n) != NULL)
		return LOG_NONE;
	if (scan_eat(&s, STR(" qid: <")) && !take_qid(&s, STR(">,"), ev))
		return LOG_NONE;
	if (!scan_upto_str(&s, STR(" (default: "), &head) ||
	    !scan_upto_str(&s, STR(" ("), &skip))
		return LOG_NONE;
	/* Who is logged in is one of our users; it stands before the sender. */
	if (scan_eat(&head, STR(" ip: ")))
		(void)logrule_word(&head);
	ev->submission |= str_starts(head, STR("user: "));
	rspamd_sender(head, ev);
	ev->reason = s;
	return LOGRULE_KIND(actions, s, LOG_INFO);
}

/* `[#123(normal) ]<abcdef>; task; rspamd_task_write_log: id: ` */
enum log_kind
logline_rspamd(struct str msg, struct log_event *ev)
{
	struct str skip;

	if (scan_eat(&msg, STR("#")) && !scan_upto(&msg, ' ', &skip))
		return LOG_NONE;
	if (!scan_eat(&msg, STR("<")) || !scan_upto(&msg, '>', &skip) ||
	    !scan_eat(&msg, STR("; ")) || !scan_upto(&msg, ' ', &skip) ||
	    !scan_eat(&msg, STR("rspamd_task_write_log: id: <")))
		return LOG_NONE;
	return rspamd_task(msg, ev);
}

/* ---- spamd ---- */

/*
 * `spamd: result: Y 12 - TESTS scantime=1.0,...,mid=<MID>,autolearn=no`.
 * spamd leaves no comma and no `<` in the Message-ID, and what stands before
 * it is not the client's.  The address in it is that of spamc's host.
 */
enum log_kind
logline_spamd(struct str msg, struct log_event *ev)
{
	struct str verdict, skip, mid;

	if (!scan_eat(&msg, STR("spamd: result: ")) ||
	    !scan_upto(&msg, ' ', &verdict) ||
	    !scan_upto_str(&msg, STR(" scantime="), &skip))
		return LOG_NONE;
	ev->reason = skip;
	if (scan_upto_str(&msg, STR(",mid=<"), &skip) &&
	    scan_upto(&msg, '>', &mid))
		ev->msgid = (struct str){ mid.p - 1, mid.n + 2 };
	return str_eq(verdict, STR("Y")) ? LOG_CONTENT_REJECT : LOG_INFO;
}

/* ---- the rest ---- */

/* `Message QID from <S> to <R> ... infected by VIRUS` */
enum log_kind
logline_clamav(struct str msg, struct log_event *ev)
{
	struct str skip;

	if (!scan_eat(&msg, STR("Message ")) ||
	    !take_qid(&msg, STR(" from "), ev))
		return LOG_NONE;
	/* Text before it may say so too: of the client's own message. */
	if (!scan_upto_str(&msg, STR(" infected by "), &skip))
		return LOG_INFO;
	ev->reason = msg;
	return LOG_CONTENT_REJECT;
}

/*
 * `100001: from=S, to=R, status=VIRUS:name`.  Its number is none that the MTA
 * knows: the MTA's own line about the delivery tells whose message it was.
 */
enum log_kind
logline_clamsmtp(struct str msg, struct log_event *ev)
{
	struct str skip;

	if (!scan_upto_str(&msg, STR(": from="), &skip) || skip.n > 16 ||
	    !scan_upto_str(&msg, STR(", status="), &skip))
		return LOG_NONE;
	ev->reason = msg;
	return str_starts(msg, STR("VIRUS")) ? LOG_CONTENT_REJECT : LOG_INFO;
}

/* `QID: MDLOG,QID,spam,12.3,IP,<S>,<R>,SUBJECT`, or without the first id */
enum log_kind
logline_mimedefang(struct str msg, struct log_event *ev)
{
	static const struct logrule_kind what[] = {
		{ STR("spam,"), LOG_CONTENT_REJECT },
		{ STR("virus,"), LOG_CONTENT_REJECT },
	};

	(void)take_qid(&msg, STR(": "), ev);
	if (!scan_eat(&msg, STR("MDLOG,")) || !take_qid(&msg, STR(","), ev))
		return LOG_NONE;
	ev->reason = msg;
	return LOGRULE_KIND(what, msg, LOG_INFO);
}
