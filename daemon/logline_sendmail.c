/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_sendmail.h"
#include "daemon/logreply.h"
#include "daemon/logscan.h"

#define QID_MIN 12 /* since 8.10 it is 14 */
#define QID_MAX 20

/* The client is in a line to come, by the queue id; without one, nowhere. */
static enum log_kind
later(struct log_event *ev, enum log_kind kind)
{
	ev->client_later = kind != LOG_INFO && ev->client.family == 0 &&
	    ev->session.n > 0;
	return kind;
}

/* ---- lines that start with words of Sendmail ---- */

static enum log_kind
connect_from(struct str s, struct log_event *ev)
{
	return scan_name_addr(&s, ev) && s.n == 0 ? LOG_CONNECT : LOG_NONE;
}

static enum log_kind
null_connection(struct str s, struct log_event *ev)
{
	return scan_name_addr(&s, ev) && s.n == 0 ? LOG_DISCONNECT : LOG_NONE;
}

/* `NAME [IP] to DAEMON after CMD` */
static enum log_kind
lost_from(struct str s, struct log_event *ev)
{
	struct str daemon;

	if (!scan_name_addr(&s, ev) || !scan_eat(&s, STR(" to ")))
		return LOG_NONE;
	ev->reason = s;
	if (scan_upto(&s, ' ', &daemon))
		ev->submission |= logline_sendmail_is_msa(daemon);
	return LOG_LOST;
}

static enum log_kind
timeout_from(struct str s, struct log_event *ev)
{
	if (!scan_name_addr(&s, ev) || !scan_eat(&s, STR(" during ")))
		return LOG_NONE;
	ev->reason = s;
	return LOG_LOST;
}

/* `NAME [IP] due to pre-greeting traffic after N seconds` */
static enum log_kind
early_from(struct str s, struct log_event *ev)
{
	if (!scan_name_addr(&s, ev) || !scan_eat(&s, STR(" due to ")))
		return LOG_NONE;
	ev->reason = s;
	return LOG_EARLY_TALK;
}

/* `rejecting server HELO from NAME [IP] due to traffic before response` */
static enum log_kind
before_response(struct str s, struct log_event *ev)
{
	struct str verb;

	if (!scan_upto(&s, ' ', &verb) || !scan_eat(&s, STR("from ")) ||
	    !scan_name_addr(&s, ev) || !scan_eat(&s, STR(" due to ")))
		return LOG_NONE;
	ev->reason = s;
	return LOG_PIPELINING;
}

static enum log_kind
unauthorized(struct str s, struct log_event *ev)
{
	ev->reason = STR("");
	(void)logline_sendmail_relay(s, ev);
	return later(ev, LOG_PIPELINING);
}

/*
 * `TEXT) from NAME [IP]`: the text is the client's, so it may end but once,
 * and the line ends with the address: of a long one syslog has only a part.
 */
static enum log_kind
bad_domain(struct str s, struct log_event *ev)
{
	static const struct str from = STR(") from ");
	bool whole = s.n <= SCAN_WHOLE_MAX;
	struct log_event got = *ev;
	struct str text;

	if (!scan_upto_str(&s, from, &text))
		return LOG_NONE;
	if (whole && !scan_has(s, from) && scan_name_addr(&s, &got) && s.n == 0)
		*ev = got;
	/* Not as `helo`: only what stands behind the address may be that. */
	ev->reason = text;
	return later(ev, LOG_HELO_REJECT);
}

static enum log_kind
too_many(struct str s, struct log_event *ev)
{
	(void)s;
	return later(ev, LOG_RATE_LIMIT);
}

/* `server, relay=NAME [IP], authid=U, ...`: the relay stands first. */
static enum log_kind
auth_server(struct str s, struct log_event *ev)
{
	if (!scan_name_addr(&s, ev) || !scan_eat(&s, STR(", ")))
		return LOG_NONE;
	ev->reason = s;
	return LOG_AUTH_OK;
}

/* `collect: unexpected close on connection from NAME, sender=<S>` */
static enum log_kind
lost_in_data(struct str s, struct log_event *ev)
{
	ev->reason = s;
	return later(ev, LOG_LOST);
}

/* `accept failed=-1, reason=R, SSL_error=5, ..., relay=NAME [IP]` */
static enum log_kind
tls_error(struct str s, struct log_event *ev)
{
	if (!logline_sendmail_relay(s, ev))
		return LOG_NONE;
	ev->reason = s;
	return LOG_INFO;
}

/*
 * `[IP]: newline in string "TEXT"`; more often the name of the client stands
 * there, and says nothing.
 */
static enum log_kind
possible_attack(struct str s, struct log_event *ev)
{
	if (str_starts(s, STR("["))) {
		if (!scan_sockaddr(&s, ev) || !scan_eat(&s, STR(": ")))
			return LOG_NONE;
		ev->reason = s;
		return LOG_OTHER_REJECT;
	}
	ev->reason = s;
	return later(ev, LOG_OTHER_REJECT);
}

static enum log_kind
tls_server(struct str s, struct log_event *ev)
{
	return scan_name_addr(&s, ev) && s.n > 0 && s.p[0] == ',' ? LOG_INFO :
								    LOG_NONE;
}

/* `METHOD): why (-13) SASL(-13): text[, user=U][, relay=NAME [IP]]` */
static enum log_kind
auth_failure(struct str s, struct log_event *ev)
{
	static const struct str ours[] = { STR("generic failure"),
		STR("temporary"), STR("no mechanism"), STR("internal"),
		STR("bad protocol / cancel"), STR("out of memory") };
	struct str line = s, skip;

	if (!scan_upto_str(&s, STR("): "), &skip))
		return LOG_NONE;
	ev->reason = s;
	(void)logline_sendmail_relay(line, ev);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (str_starts(s, ours[i]))
			return later(ev, LOG_INFO);
	return later(ev, LOG_AUTH_FAIL);
}

/* ---- rejects ---- */

static const struct {
	struct str name;
	struct str command; /* that it is asked about */
} rulesets[] = {
	// clang-format off
	{ STR("check_rcpt"), STR("RCPT") },
	{ STR("check_mail"), STR("MAIL") },
	{ STR("check_relay"), STR("") },
	{ STR("check_data"), STR("DATA") },
	{ STR("check_eom"), STR("DATA") },
	{ STR("to"), STR("RCPT") }, /* from here on those of Milter lines */
	{ STR("from"), STR("MAIL") },
	{ STR("helo"), STR("HELO") },
	{ STR("data"), STR("DATA") },
	{ STR("header"), STR("DATA") },
	{ STR("eoh"), STR("DATA") },
	{ STR("body"), STR("DATA") },
	{ STR("eom"), STR("DATA") },
	// clang-format on
};

static struct str
command_of(struct str name)
{
	for (size_t i = 0; i < sizeof(rulesets) / sizeof(rulesets[0]); i++)
		if (str_eq(name, rulesets[i].name))
			return rulesets[i].command;
	return STR("");
}

/* Its argument is the recipient or the sender, where it is one of these. */
static void
set_argument(struct str command, struct str arg, struct log_event *ev)
{
	if (str_eq(command, STR("RCPT"))) {
		(void)scan_mailbox(&arg, &ev->rcpt);
	} else if (str_eq(command, STR("MAIL")) &&
	    scan_mailbox(&arg, &ev->sender)) {
		ev->null_sender = ev->sender.n == 0;
	}
}

/* `X, arg1=A[, arg2=IP], relay=NAME [IP], reject=550 5.1.1 text` */
static enum log_kind
ruleset(struct str s, struct log_event *ev)
{
	struct str line = s, name, command, skip;

	if (!scan_upto(&s, ',', &name))
		return LOG_NONE;
	command = command_of(name);
	if (!scan_eat(&s, STR(" arg1=")))
		s = STR("");
	set_argument(command, s, ev);
	(void)logline_sendmail_relay(line, ev);
	if (!scan_upto_str(&s, STR(", reject="), &skip))
		return LOG_INFO;
	return later(ev, logreply_kind(command, s, ev));
}

/* `to=<R>, reject=550 text`, `data, reject=...`, `helo=X, discard` */
static enum log_kind
milter(struct str s, struct log_event *ev)
{
	static const struct str discard = STR(", discard");
	struct str stage = s, command, skip;
	size_t n = 0;

	while (n < s.n && char_is_letter(s.p[n]))
		n++;
	stage.n = n;
	s = str_from(s, n);
	command = command_of(stage);
	if (scan_eat(&s, STR("=")))
		set_argument(command, s, ev);
	if (scan_upto_str(&s, STR(", reject="), &skip))
		return later(ev, logreply_kind(command, s, ev));
	if (s.n >= discard.n && str_eq(str_from(s, s.n - discard.n), discard))
		return later(ev,
		    str_eq(command, STR("DATA")) ? LOG_CONTENT_REJECT :
						   LOG_OTHER_REJECT);
	return LOG_NONE;
}

/* `<R>... User unknown`, and other errors of a RCPT */
static enum log_kind
rcpt_error(struct str s, struct log_event *ev)
{
	if (!scan_mailbox(&s, &ev->rcpt) || !scan_eat(&s, STR("... ")))
		return LOG_NONE;
	return later(ev, logreply_kind(STR("RCPT"), s, ev));
}

/* ---- lines that start with the client ---- */

static enum log_kind
no_mail(struct str s, struct log_event *ev)
{
	struct str skip;

	ev->reason = s;
	if (scan_upto_str(&s, STR(" during connection to "), &skip))
		ev->submission |= logline_sendmail_is_msa(s);
	return LOG_DISCONNECT;
}

static const struct {
	struct str start;
	enum log_kind kind;
} after_client[] = {
	// clang-format off
	{ STR(": probable open proxy: "), LOG_NON_SMTP },
	{ STR(": possible SMTP attack: "), LOG_OTHER_REJECT },
	{ STR(": Possible SMTP RCPT flood, "), LOG_RATE_LIMIT },
	{ STR(": VRFY "), LOG_INFO },
	{ STR(": EXPN "), LOG_INFO },
	{ STR(": ETRN "), LOG_INFO },
	// clang-format on
};

/* `NAME [IP] did not issue ...`, `NAME [IP]: text` */
static enum log_kind
client_first(struct str s, struct log_event *ev)
{
	if (!scan_name_addr(&s, ev))
		return LOG_NONE;
	if (scan_eat(&s, STR(" did not issue ")))
		return no_mail(s, ev);
	for (size_t i = 0; i < sizeof(after_client) / sizeof(after_client[0]);
	     i++) {
		if (!str_starts(s, after_client[i].start))
			continue;
		ev->reason = str_from(s, 2);
		return after_client[i].kind;
	}
	return LOG_NONE;
}

/* ---- all ---- */

static const struct {
	struct str start;
	enum log_kind (*parse)(struct str s, struct log_event *ev);
} rules[] = {
	// clang-format off
	{ STR("from="), logline_sendmail_from },
	{ STR("to="), logline_sendmail_to },
	{ STR("connect from "), connect_from },
	{ STR("Null connection from "), null_connection }, /* 8.8 to 8.11 */
	{ STR("ruleset="), ruleset },
	{ STR("lost input channel from "), lost_from },
	{ STR("timeout waiting for input from "), timeout_from },
	{ STR("rejecting commands from "), early_from },
	{ STR("rejecting server "), before_response },
	{ STR("unauthorized PIPELINING, "), unauthorized },
	{ STR("invalid domain name ("), bad_domain },
	{ STR("Too many recipients"), too_many },
	{ STR("AUTH=server, relay="), auth_server },
	{ STR("AUTH failure ("), auth_failure },
	{ STR("STARTTLS=server, relay="), tls_server },
	{ STR("STARTTLS=server, error: "), tls_error },
	{ STR("collect: unexpected close on connection from "), lost_in_data },
	{ STR("POSSIBLE ATTACK from "), possible_attack },
	{ STR("Milter: "), milter },
	// clang-format on
};

/* Letters and digits, some of these, and a colon. */
static bool
take_qid(struct str *s, struct str *qid)
{
	struct str rest;
	bool digit = false;
	size_t n = 0;

	for (; n < s->n && n <= QID_MAX; n++) {
		if (char_is_digit(s->p[n]))
			digit = true;
		else if (!char_is_letter(s->p[n]))
			break;
	}
	rest = str_from(*s, n);
	if (n < QID_MIN || n > QID_MAX || !digit || !scan_eat(&rest, STR(": ")))
		return false;
	*qid = (struct str){ s->p, n };
	*s = rest;
	return true;
}

/* `QID2: DSN: text`: QID2 tells the sender that QID was not delivered. */
static bool
is_own_bounce(struct str s, struct log_event *ev)
{
	struct str bounce;

	if (!take_qid(&s, &bounce) ||
	    (!scan_eat(&s, STR("DSN: ")) &&
		!scan_eat(&s, STR("return to sender: "))))
		return false;
	ev->session = STR("");
	ev->reason = s;
	return true;
}

enum log_kind
logline_sendmail(struct str msg, struct log_event *ev)
{
	if (take_qid(&msg, &ev->qid)) {
		ev->session = ev->qid;
		if (is_own_bounce(msg, ev))
			return LOG_OWN_BOUNCE;
	} else {
		(void)scan_eat(&msg, STR("NOQUEUE: "));
	}
	if (str_starts(msg, STR("<")))
		return rcpt_error(msg, ev);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (scan_eat(&msg, rules[i].start))
			return rules[i].parse(msg, ev);
	return client_first(msg, ev);
}
