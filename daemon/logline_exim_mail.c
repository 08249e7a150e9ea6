/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_exim.h"
#include "daemon/logrule.h"

/* How many letters and digits stand at the front. */
static size_t
id_span(struct str s)
{
	size_t n = 0;

	while (n < s.n && (char_is_letter(s.p[n]) || char_is_digit(s.p[n])))
		n++;
	return n;
}

bool
logline_exim_id(struct str *s, struct log_event *ev)
{
	struct str rest = *s;
	size_t a, b, c;

	a = id_span(rest);
	rest = str_from(rest, a);
	if (a != 6 || !scan_eat(&rest, STR("-")))
		return false;
	b = id_span(rest);
	rest = str_from(rest, b);
	if (!scan_eat(&rest, STR("-")))
		return false;
	c = id_span(rest);
	rest = str_from(rest, c);
	if (!(b == 6 && c == 2) && !(b == 11 && c == 4))
		return false;
	if (!scan_eat(&rest, STR(" ")))
		return false;
	ev->qid = (struct str){ s->p, a + b + c + 2 };
	*s = rest;
	return true;
}

static bool
ends_with(struct str s, struct str end)
{
	return s.n >= end.n && str_eq(str_from(s, s.n - end.n), end);
}

/*
 * `P=esmtpsa`: the protocol says that the client has logged in.  The field A=
 * says so as well, but behind texts that the client chose.
 */
static bool
has_login(struct str s)
{
	struct str word;

	while (scan_eat(&s, STR(" "))) {
		/* What its ident server says may be anything. */
		if (str_starts(s, STR("U=")))
			return false;
		word = logline_exim_word(&s);
		if (str_starts(word, STR("P=")))
			return ends_with(word, STR("smtpa")) ||
			    ends_with(word, STR("smtpsa")) ||
			    str_eq(word, STR("P=asmtp"));
	}
	return false;
}

static bool
has_quotes(struct str s)
{
	return scan_has(s, STR("\"")) || scan_has(s, STR("\\"));
}

static bool
is_once(struct str s, struct str needle)
{
	struct str skip;

	return s.n <= EXIM_WHOLE_MAX && scan_upto_str(&s, needle, &skip) &&
	    !scan_has(s, needle);
}

/*
 * `SENDER H=HOST ... P=esmtp ... S=123`; of our own bounces `<> R=ID ...`.
 * A message from this machine has no host.
 */
static enum log_kind
arrival(struct str s, struct log_event *ev)
{
	struct str whole = s;

	ev->sender = logline_exim_word(&s);
	if (str_eq(ev->sender, STR("<>"))) {
		ev->sender = STR("");
		ev->null_sender = true;
		if (scan_eat(&s, STR(" R="))) {
			ev->reason = logline_exim_word(&s);
			return LOG_OWN_BOUNCE;
		}
	}
	if (!scan_eat(&s, STR(" H=")))
		return LOG_INFO;
	/* Where the quotes end nobody has to guess in a line with one host. */
	if (has_quotes(ev->sender) && !is_once(whole, STR(" H=")))
		return LOG_NONE;
	if (!logline_exim_host(&s, ev))
		return LOG_NONE;
	if (has_login(s))
		return LOG_AUTH_OK;
	ev->queued = true; /* the log has no number of recipients */
	ev->nrcpt = 1;
	return LOG_ACCEPT;
}

/* ` <ADDRESS>` where it is not the word before; ` F=<>`, ` P=<>`. */
static void
take_recipient(struct str *s, struct log_event *ev)
{
	struct str rest, skip;

	ev->rcpt = logline_exim_word(s);
	rest = *s;
	if (scan_eat(&rest, STR(" ")) && scan_mailbox(&rest, &ev->rcpt))
		*s = rest;
	rest = *s;
	while ((scan_eat(&rest, STR(" F=")) || scan_eat(&rest, STR(" P="))) &&
	    scan_mailbox(&rest, &skip))
		*s = rest;
}

/* ` R=router T=transport S=123 H=`: all before the host, and H= itself. */
static bool
eat_route(struct str *s)
{
	struct str rest = *s;

	while (scan_eat(&rest, STR(" "))) {
		if (scan_eat(&rest, STR("H="))) {
			*s = rest;
			return true;
		}
		if (!str_starts(rest, STR("R=")) &&
		    !str_starts(rest, STR("T=")) &&
		    !str_starts(rest, STR("S=")))
			return false;
		(void)logline_exim_word(&rest);
	}
	return false;
}

/*
 * `RCPT R=router T=transport H=HOST [ADDRESS]...`.  The local part of our own
 * users is logged without its quotes and could hold such a line of its own:
 * two routers in a line, and it has no relay.
 */
static enum log_kind
delivery(struct str s, enum log_kind kind, struct log_event *ev)
{
	if (!is_once(s, STR(" R="))) {
		ev->reason = s;
		return LOG_INFO;
	}
	take_recipient(&s, ev);
	if (!str_starts(s, STR(" R="))) {
		ev->rcpt = STR("");
		return LOG_INFO;
	}
	if (!eat_route(&s) || !logline_exim_relay(&s, ev))
		return LOG_INFO;
	ev->reason = s;
	return kind;
}

static enum log_kind
sent(struct str s, struct log_event *ev)
{
	return delivery(s, LOG_SENT, ev);
}

static enum log_kind
bounced(struct str s, struct log_event *ev)
{
	return delivery(s, LOG_BOUNCED, ev);
}

static enum log_kind
deferred(struct str s, struct log_event *ev)
{
	return delivery(s, LOG_INFO, ev);
}

static enum log_kind
completed(struct str s, struct log_event *ev)
{
	(void)s; /* `QT=3s`, perhaps */
	ev->reason = STR("");
	return LOG_INFO;
}

/* `<SENDER> H=HOST ...: message too big: read=9 max=8` */
static enum log_kind
rejected_from(struct str s, struct log_event *ev)
{
	struct str sender;

	if (!logline_exim_host_after(&s, STR("> H="), &sender, ev))
		return LOG_NONE;
	ev->sender = sender;
	ev->null_sender = sender.n == 0;
	(void)scan_eat(&s, STR(": "));
	ev->reason = s;
	return LOG_OTHER_REJECT;
}

/* `SENDER> H=HOST P=esmtp [temporarily ]rejected by local_scan(): text` */
static enum log_kind
local_scan(struct str s, struct log_event *ev)
{
	struct str sender;
	enum log_kind kind;

	if (!logline_exim_host_after(&s, STR("> H="), &sender, ev))
		return LOG_NONE;
	kind = logline_exim_verdict(s, ev);
	ev->sender = sender;
	ev->null_sender = sender.n == 0;
	return kind;
}

static enum log_kind
lost_after_dot(struct str s, struct log_event *ev)
{
	if (!logline_exim_host(&s, ev))
		return LOG_NONE;
	ev->reason = STR("");
	return LOG_LOST;
}

/*
 * SA-Exim: `permanently rejected message: score=9 ... (scanned in 3/3 secs |
 * Message-Id: M). From <S> (host=NAME [ADDRESS]) for R`.  M and S are texts of
 * the client: they must not have `(host=` as well.
 */
static enum log_kind
sa_action(struct str s, struct log_event *ev)
{
	static const struct str host = STR("(host=");
	struct log_event got = *ev;
	struct str rest = s, name;

	ev->reason = s;
	if (is_once(s, host) && scan_upto_str(&rest, host, &name) &&
	    scan_upto(&rest, ' ', &name) && scan_sockaddr(&rest, &got) &&
	    str_starts(rest, STR(") for "))) {
		ev->client = got.client;
		if (!str_eq(name, STR("NULL")))
			ev->name = name;
	}
	if (str_starts(s, STR("scanned but message isn't spam")))
		return LOG_INFO;
	ev->soft = scan_has(s, STR("temporarily rejected"));
	return LOG_CONTENT_REJECT;
}

static const struct logrule rules[] = {
	// clang-format off
	{ STR("<= "), arrival },
	{ STR("=> "), sent },
	{ STR("-> "), sent },
	{ STR(">> "), sent },
	{ STR("** "), bounced },
	{ STR("== "), deferred },
	{ STR("Completed"), completed },
	{ STR("rejected from <"), rejected_from },
	{ STR("F=<"), local_scan },
	{ STR("SA: Action: "), sa_action },
	{ STR("SMTP connection lost after final dot H="), lost_after_dot },
	// clang-format on
};

enum log_kind
logline_exim_mail(struct str s, struct log_event *ev)
{
	return LOGRULE_RUN(rules, s, ev);
}
