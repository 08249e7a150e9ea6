/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_courier.h"
#include "daemon/logrule.h"

static bool
is_name_byte(char c)
{
	return char_is_letter(c) || char_is_digit(c) || c == '-' || c == '.' ||
	    c == '_';
}

static bool
is_user_byte(char c)
{
	return is_name_byte(c) || c == '@' || c == '+' || c == '=';
}

/* `[192.0.2.1]` with nothing else. */
static bool
take_bracket(struct str *s, struct log_event *ev)
{
	struct str text;

	return scan_eat(s, STR("[")) && scan_upto(s, ']', &text) &&
	    logrule_client(text, ev);
}

/*
 * `,port=[4711]` or `, port=[4711]` up to the end, or nothing, as older
 * versions have it; anything else is false.
 */
static bool
take_port(struct str s, struct log_event *ev)
{
	struct str text;

	if (s.n == 0)
		return true;
	if (!scan_eat(&s, STR(",")))
		return false;
	(void)scan_eat(&s, STR(" "));
	if (!scan_eat(&s, STR("port=[")) || !scan_upto(&s, ']', &text))
		return false;
	ev->port = logrule_port(text);
	return s.n == 0;
}

/* ---- courieresmtpd ---- */

static enum log_kind
started(struct str s, struct log_event *ev)
{
	return take_bracket(&s, ev) && take_port(s, ev) ? LOG_CONNECT :
							  LOG_NONE;
}

/* How the text after the reply code starts. */
static const struct logrule_kind texts[] = {
	// clang-format off
	{ STR("User unknown"), LOG_UNKNOWN_RCPT },
	{ STR("Relaying denied"), LOG_RELAY_DENIED },
	{ STR("Authentication "), LOG_AUTH_FAIL },
	{ STR("Mail rejected"), LOG_CONTENT_REJECT },
	{ STR("Too many "), LOG_RATE_LIMIT },
	{ STR("Maximum number of "), LOG_RATE_LIMIT },
	{ STR("HELO "), LOG_HELO_REJECT },
	{ STR("Service temporarily unavailable"), LOG_INFO },
	{ STR("Address temporarily unavailable"), LOG_INFO },
	// clang-format on
};

/* `550 `, and `5.7.1 ` when it is there. */
static void
take_code(struct str *s, struct log_event *ev)
{
	struct str rest = *s;
	uint32_t v;

	if (!scan_uint(&rest, &v) || v < 200 || v > 599 ||
	    (!scan_eat(&rest, STR(" ")) && !scan_eat(&rest, STR("-"))))
		return;
	ev->code = (uint16_t)v;
	ev->soft = v / 100 == 4;
	*s = rest;
	if (scan_uint(&rest, &v) && scan_eat(&rest, STR(".")) &&
	    scan_uint(&rest, &v) && scan_eat(&rest, STR(".")) &&
	    scan_uint(&rest, &v) && scan_eat(&rest, STR(" ")))
		*s = rest;
}

static enum log_kind
refusal(struct str s, struct log_event *ev)
{
	enum log_kind kind;

	take_code(&s, ev);
	ev->reason = s;
	kind = LOGRULE_KIND(texts, s, LOG_NONE);
	if (kind != LOG_NONE)
		return kind;
	if (scan_has_nocase(s, STR("blocked")) ||
	    scan_has_nocase(s, STR("dnsbl")) || scan_has_nocase(s, STR("rbl")))
		return LOG_LIST_REJECT;
	if (ev->soft &&
	    (scan_has_nocase(s, STR("greylist")) ||
		scan_has_nocase(s, STR("try another mx"))))
		return LOG_INFO;
	return LOG_OTHER_REJECT;
}

/* The command that was refused is text of the client. */
static bool
is_http(struct str cmd)
{
	return str_starts(cmd, STR("GET ")) || str_starts(cmd, STR("POST ")) ||
	    str_starts(cmd, STR("HEAD ")) || str_starts(cmd, STR("CONNECT ")) ||
	    str_starts(cmd, STR("PUT ")) || str_starts(cmd, STR("OPTIONS ")) ||
	    str_starts(cmd, STR("HOST: "));
}

/* `535 Authentication failed.",cmd: TEXT`, or an error of the system. */
static enum log_kind
command_error(struct str s, struct log_event *ev)
{
	static const struct logrule_kind lost[] = {
		{ STR("writev: "), LOG_LOST },
		{ STR("write: "), LOG_LOST },
		{ STR("read: "), LOG_LOST },
		{ STR("select: "), LOG_LOST },
	};
	struct str text, cmd = STR("");
	enum log_kind kind;

	if (!scan_upto_str(&s, STR("\",cmd: "), &text))
		text = s;
	else
		cmd = s;
	kind = LOGRULE_KIND(lost, text, LOG_NONE);
	if (kind != LOG_NONE) {
		ev->reason = text;
		return kind;
	}
	kind = refusal(text, ev);
	return kind == LOG_OTHER_REJECT && is_http(cmd) ? LOG_NON_SMTP : kind;
}

/*
 * `,ident=TEXT` has no comma but is the client's: it ends at what may follow
 * it.  In old versions it is quoted before a message.
 */
static void
skip_ident(struct str *s)
{
	struct str rest = *s, skip;

	if (!scan_eat(&rest, STR("ident=")))
		return;
	if (scan_upto(&rest, ',', &skip))
		*s = rest;
}

/* An address in which Courier has made '<', '>' and ':' blanks. */
static bool
take_address(struct str *s, struct str *out)
{
	return scan_eat(s, STR("<")) && scan_upto(s, '>', out);
}

/* `from=<SENDER>,to=<RCPT>: 550 User unknown.` */
static enum log_kind
address_error(struct str s, struct log_event *ev)
{
	if (!take_address(&s, &ev->sender))
		return LOG_NONE;
	ev->null_sender = ev->sender.n == 0;
	if (scan_eat(&s, STR(",to=")) && !take_address(&s, &ev->rcpt))
		return LOG_NONE;
	return scan_eat(&s, STR(": ")) ? refusal(s, ev) : LOG_NONE;
}

/* `::ffff:192.0.2.1,port=4711,from=...` or `...,msg="..."` */
static enum log_kind
relay_error(struct str s, struct log_event *ev)
{
	struct str ip, word;

	if (!scan_upto(&s, ',', &ip) || !logrule_client(ip, ev))
		return LOG_NONE;
	if (scan_eat(&s, STR("port="))) {
		if (!scan_upto(&s, ',', &word))
			return LOG_NONE;
		ev->port = logrule_port(word);
	}
	skip_ident(&s);
	(void)scan_eat(&s, STR(" "));
	if (scan_eat(&s, STR("from=")))
		return address_error(s, ev);
	if (scan_eat(&s, STR("msg=\"")))
		return command_error(s, ev);
	return LOG_NONE;
}

enum log_kind
logline_courieresmtpd(struct str msg, struct log_event *ev)
{
	static const struct logrule rules[] = {
		{ STR("started,ip="), started },
		{ STR("error,relay="), relay_error },
	};

	if (str_starts(msg, STR("LOGIN FAILED, ")))
		return logline_courierlogin(msg, ev);
	return LOGRULE_RUN(rules, msg, ev);
}

enum log_kind
logline_couriermsa(struct str msg, struct log_event *ev)
{
	ev->submission = true;
	return logline_courieresmtpd(msg, ev);
}

/* ---- courierd, courieresmtp ---- */

static bool
is_id_byte(char c)
{
	return char_is_hex(c) || c == '.';
}

static bool
take_id(struct str *s, struct log_event *ev)
{
	ev->qid = (struct str){ s->p, str_span(*s, is_id_byte) };
	*s = str_from(*s, ev->qid.n);
	return ev->qid.n > 0;
}

/*
 * `dns; HELO (NAME [192.0.2.1])` and no more; without NAME when there is
 * none.
 */
static enum log_kind
newmsg(struct str s, struct log_event *ev)
{
	size_t n;

	if (s.n > LOGRULE_WHOLE_MAX || !take_id(&s, ev) ||
	    !scan_eat(&s, STR(": dns; ")))
		return LOG_NONE;
	n = str_span(s, is_name_byte);
	s = str_from(s, n);
	if (n == 0 || !scan_eat(&s, STR(" (")))
		return LOG_NONE;
	n = str_span(s, is_name_byte);
	s = str_from(s, n);
	if ((n > 0 && !scan_eat(&s, STR(" "))) || !take_bracket(&s, ev) ||
	    !str_eq(s, STR(")")))
		return LOG_NONE;
	return LOG_ACCEPT;
}

/* `ID,from=<SENDER>,module=esmtp,host=example.org,addr=<RCPT>` */
static enum log_kind
delivery_started(struct str s, struct log_event *ev)
{
	struct str skip;

	if (!take_id(&s, ev) || !scan_eat(&s, STR(",from=")) ||
	    !scan_mailbox(&s, &ev->sender))
		return LOG_NONE;
	ev->null_sender = ev->sender.n == 0;
	if (scan_upto_str(&s, STR(",addr="), &skip))
		(void)scan_mailbox(&s, &ev->rcpt);
	ev->queued = true;
	ev->nrcpt = 1;
	return LOG_INFO;
}

enum log_kind
logline_courierd(struct str msg, struct log_event *ev)
{
	static const struct logrule rules[] = {
		{ STR("newmsg,id="), newmsg },
		{ STR("started,id="), delivery_started },
	};

	return LOGRULE_RUN(rules, msg, ev);
}

/* `<...>` of what users are made of; anything else may forge the rest. */
static bool
take_plain(struct str *s, struct str *out)
{
	if (!scan_eat(s, STR("<")))
		return false;
	*out = (struct str){ s->p, str_span(*s, is_user_byte) };
	*s = str_from(*s, out->n);
	return scan_eat(s, STR(">"));
}

/* `delivered: mx.example.net [192.0.2.1]` */
static enum log_kind
delivered(struct str s, struct log_event *ev)
{
	struct str name = { s.p, str_span(s, is_name_byte) };

	s = str_from(s, name.n);
	if (!scan_eat(&s, STR(" ")) || !take_bracket(&s, ev) || s.n > 0)
		return LOG_NONE;
	ev->name = name;
	return LOG_SENT;
}

/*
 * `id=ID,from=<SENDER>,addr=<RCPT>,size=1,success: delivered: ...` or
 * `...,status: failure`
 */
enum log_kind
logline_courieresmtp(struct str msg, struct log_event *ev)
{
	uint32_t size;

	if (!scan_eat(&msg, STR("id=")) || !take_id(&msg, ev) ||
	    !scan_eat(&msg, STR(",from=")) || !take_plain(&msg, &ev->sender) ||
	    !scan_eat(&msg, STR(",addr=")) || !take_plain(&msg, &ev->rcpt))
		return LOG_NONE;
	ev->null_sender = ev->sender.n == 0;
	if (scan_eat(&msg, STR(",size=")) && !scan_uint(&msg, &size))
		return LOG_NONE;
	if (scan_eat(&msg, STR(",success: delivered: ")))
		return delivered(msg, ev);
	if (scan_eat(&msg, STR(",status: failure")))
		return LOG_BOUNCED;
	return str_starts(msg, STR(",status: deferred")) ? LOG_INFO : LOG_NONE;
}

/* ---- logins ---- */

/*
 * `LOGIN FAILED, user=USER, ip=[192.0.2.1], port=[4711]` and no more: USER
 * may look like the rest of the line.
 */
enum log_kind
logline_courierlogin(struct str msg, struct log_event *ev)
{
	(void)scan_eat(&msg, STR("Info: "));
	if (msg.n > LOGRULE_WHOLE_MAX || !scan_eat(&msg, STR("LOGIN FAILED, ")))
		return LOG_NONE;
	if (scan_eat(&msg, STR("user=")) || scan_eat(&msg, STR("method="))) {
		msg = str_from(msg, str_span(msg, is_user_byte));
		if (!scan_eat(&msg, STR(", ")))
			return LOG_NONE;
	}
	return scan_eat(&msg, STR("ip=")) && take_bracket(&msg, ev) &&
		take_port(msg, ev) ?
	    LOG_AUTH_FAIL :
	    LOG_NONE;
}
