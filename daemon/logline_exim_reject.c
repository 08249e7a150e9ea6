/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_exim.h"
#include "daemon/logrule.h"

#define TEXT_MAX 256 /* of a reason that is looked at */

/*
 * Words of Exim's own texts and of those that administrators write, small
 * letters; the first that the reason has tells the kind.  The text may hold
 * words of the client: they can change what is said of it, of nobody else.
 */
static const struct {
	struct str word;
	enum log_kind kind;
} words[] = {
	// clang-format off
	{ STR("sender verify"), LOG_OTHER_REJECT },
	{ STR("relay not permitted"), LOG_RELAY_DENIED },
	{ STR("relay access denied"), LOG_RELAY_DENIED },
	{ STR("relaying denied"), LOG_RELAY_DENIED },
	{ STR("relaying is not"), LOG_RELAY_DENIED },
	{ STR("relay denied"), LOG_RELAY_DENIED },
	{ STR("not permitted to relay"), LOG_RELAY_DENIED },
	{ STR("ratelimit"), LOG_RATE_LIMIT },
	{ STR("rate limit"), LOG_RATE_LIMIT },
	{ STR("too many connections"), LOG_RATE_LIMIT },
	{ STR("black list"), LOG_LIST_REJECT },
	{ STR("blacklist"), LOG_LIST_REJECT },
	{ STR("block list"), LOG_LIST_REJECT },
	{ STR("blocklist"), LOG_LIST_REJECT },
	{ STR("blocked using"), LOG_LIST_REJECT },
	{ STR("blocked by"), LOG_LIST_REJECT },
	{ STR("is listed"), LOG_LIST_REJECT },
	{ STR("listed at"), LOG_LIST_REJECT },
	{ STR("listed in"), LOG_LIST_REJECT },
	{ STR("listed by"), LOG_LIST_REJECT },
	{ STR("found in"), LOG_LIST_REJECT },
	{ STR("dnsbl"), LOG_LIST_REJECT },
	{ STR("dnslist"), LOG_LIST_REJECT },
	{ STR("spamhaus"), LOG_LIST_REJECT },
	{ STR("unrouteable address"), LOG_UNKNOWN_RCPT },
	{ STR("unknown user"), LOG_UNKNOWN_RCPT },
	{ STR("user unknown"), LOG_UNKNOWN_RCPT },
	{ STR("no such user"), LOG_UNKNOWN_RCPT },
	{ STR("no such recipient"), LOG_UNKNOWN_RCPT },
	{ STR("no such address"), LOG_UNKNOWN_RCPT },
	{ STR("no such mailbox"), LOG_UNKNOWN_RCPT },
	{ STR("no such person"), LOG_UNKNOWN_RCPT },
	{ STR("unknown recipient"), LOG_UNKNOWN_RCPT },
	{ STR("recipient unknown"), LOG_UNKNOWN_RCPT },
	{ STR("invalid recipient"), LOG_UNKNOWN_RCPT },
	{ STR("unknown address"), LOG_UNKNOWN_RCPT },
	{ STR("user not found"), LOG_UNKNOWN_RCPT },
	{ STR("mailbox not found"), LOG_UNKNOWN_RCPT },
	{ STR("mailbox unavailable"), LOG_UNKNOWN_RCPT },
	{ STR("no mailbox"), LOG_UNKNOWN_RCPT },
	{ STR("reverse dns"), LOG_NAME_REJECT },
	{ STR("rdns"), LOG_NAME_REJECT },
	{ STR("reverse host"), LOG_NAME_REJECT },
	{ STR("reverse lookup"), LOG_NAME_REJECT },
	{ STR("host lookup"), LOG_NAME_REJECT },
	{ STR("ptr record"), LOG_NAME_REJECT },
	{ STR("no ptr"), LOG_NAME_REJECT },
	{ STR("helo"), LOG_HELO_REJECT },
	{ STR("ehlo"), LOG_HELO_REJECT },
	{ STR("synchronization"), LOG_PIPELINING },
	{ STR("pipelining"), LOG_PIPELINING },
	// clang-format on
};

/* A "not now" that is no verdict about the client. */
static bool
is_delay(struct str text)
{
	return scan_has_nocase(text, STR("greylist")) ||
	    scan_has_nocase(text, STR("graylist")) ||
	    scan_has_nocase(text, STR("could not complete")) ||
	    scan_has_nocase(text, STR("did not complete")) ||
	    scan_has_nocase(text, STR("local problem"));
}

static enum log_kind
kind_of(enum log_kind other, const struct log_event *ev)
{
	struct str s = ev->reason;
	struct scan_text text;

	if (s.n > TEXT_MAX)
		s.n = TEXT_MAX;
	if (ev->soft && is_delay(s))
		return LOG_INFO;
	text = scan_text(s);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (scan_has_word(&text, words[i].word))
			return words[i].kind;
	return other;
}

/* `: REASON`, where Exim gives one. */
static void
take_reason(struct str s, struct log_event *ev)
{
	if (scan_eat(&s, STR(": ")))
		ev->reason = s;
}

/* `<RCPT>: REASON` */
static enum log_kind
rejected_rcpt(struct str s, struct log_event *ev)
{
	if (!scan_mailbox(&s, &ev->rcpt))
		return LOG_OTHER_REJECT;
	take_reason(s, ev);
	return kind_of(LOG_OTHER_REJECT, ev);
}

/* `<SENDER>: REASON` */
static enum log_kind
rejected_mail(struct str s, struct log_event *ev)
{
	enum log_kind kind;

	if (!scan_mailbox(&s, &ev->sender))
		return LOG_OTHER_REJECT;
	ev->null_sender = ev->sender.n == 0;
	take_reason(s, ev);
	kind = kind_of(LOG_OTHER_REJECT, ev);
	/* "unknown" is then said of the sender. */
	return kind == LOG_UNKNOWN_RCPT ? LOG_OTHER_REJECT : kind;
}

/* `HELO: REASON`; the name stands in brackets before the address as well. */
static enum log_kind
rejected_helo(struct str s, struct log_event *ev)
{
	struct str name;

	if (!scan_upto_str(&s, STR(": "), &name))
		return LOG_HELO_REJECT;
	if (ev->helo.n == 0)
		ev->helo = name;
	ev->reason = s;
	return LOG_HELO_REJECT;
}

/* Nearly always the administrator's own text about the host. */
static enum log_kind
rejected_connection(struct str s, struct log_event *ev)
{
	take_reason(s, ev);
	return kind_of(LOG_OTHER_REJECT, ev);
}

/* Not now: greylisting, or a scanner of ours that has trouble. */
static enum log_kind
rejected_content(struct str s, struct log_event *ev)
{
	take_reason(s, ev);
	return ev->soft ? LOG_INFO : LOG_CONTENT_REJECT;
}

/* `EXPN x`, `AUTH`, `STARTTLS`: their own reason, if any. */
static enum log_kind
rejected_other(struct str s, struct log_event *ev)
{
	ev->reason = s;
	return LOG_OTHER_REJECT;
}

static const struct logrule rejects[] = {
	// clang-format off
	{ STR("RCPT "), rejected_rcpt },
	{ STR("MAIL "), rejected_mail },
	{ STR("EHLO or HELO "), rejected_helo },
	{ STR("connection in \"connect\" ACL"), rejected_connection },
	{ STR("after DATA"), rejected_content },
	{ STR("after PRDR"), rejected_content },
	{ STR("by local_scan()"), rejected_content },
	{ STR("during MIME ACL checks"), rejected_content },
	{ STR("MIME content"), rejected_content },
	{ STR(""), rejected_other },
	// clang-format on
};

/* `DN="..."`, `X=...`: skipped; a text may hold blanks. */
static bool
skip_field(struct str *s, bool *text)
{
	struct str rest = *s;

	while (rest.n > 0 && char_is_letter(rest.p[0]))
		rest = str_from(rest, 1);
	if (rest.n == s->n || !scan_eat(&rest, STR("=")))
		return false;
	*text |= str_starts(rest, STR("\""));
	(void)logline_exim_word(&rest);
	*s = rest;
	return true;
}

/* `F=<SENDER>` */
static bool
take_sender(struct str *s, struct log_event *ev)
{
	struct str word = logline_exim_word(s);

	if (word.n < 4 || word.p[word.n - 1] != '>')
		return false;
	ev->sender = (struct str){ word.p + 3, word.n - 4 };
	ev->null_sender = ev->sender.n == 0;
	return true;
}

/*
 * ` X=TLS1.3:... CV=no F=<SENDER> A=plain:alice `: up to the first word that
 * is no field.  Who has logged in is one of our own users; behind a text of
 * the client (the name in its certificate) this is not believed.
 */
static void
take_fields(struct str *s, struct log_event *ev)
{
	struct str rest = *s;
	bool text = false;

	while (scan_eat(&rest, STR(" "))) {
		*s = rest;
		if (str_starts(rest, STR("F=<"))) {
			if (!take_sender(&rest, ev))
				return;
			continue;
		}
		if (str_starts(rest, STR("A=")) && !text)
			ev->submission = true;
		if (!scan_eat(&rest, STR("DS")) && !skip_field(&rest, &text))
			return;
	}
	*s = rest;
}

enum log_kind
logline_exim_verdict(struct str s, struct log_event *ev)
{
	take_fields(&s, ev);
	ev->soft = scan_eat(&s, STR("temporarily "));
	if (scan_eat(&s, STR("rejected ")))
		return LOGRULE_RUN(rejects, s, ev);
	/* `Warning: ...`, `sender verify fail ...`, `incomplete ...` */
	ev->soft = false;
	ev->reason = s;
	return LOG_INFO;
}
