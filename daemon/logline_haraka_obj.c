/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_haraka_impl.h"

/*
 * `{"level":"NOTICE","uuid":"U","origin":"core","message":"connect","ip":...}`
 * or `level=NOTICE uuid=U origin=core message=connect ip=...`.  Haraka writes
 * the first four in this order, and its own values before those of the
 * client; in both forms a quote in a text is escaped.
 */

/* What is quoted, with its escapes; the quote before it is taken already. */
static bool
take_quoted(struct str *s, struct str *out)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->p[i] == '\\') {
			i++;
		} else if (s->p[i] == '"') {
			*out = (struct str){ s->p, i };
			*s = str_from(*s, i + 1);
			return true;
		}
	}
	return false;
}

static bool
is_json_word(char c)
{
	return char_is_letter(c) || char_is_digit(c) || c == '.' || c == '-' ||
	    c == '+';
}

/* `"key":"text"` or `"key":12` and the comma or brace behind it. */
static bool
json_next(struct str *s, struct str *key, struct str *value)
{
	if (!scan_eat(s, STR("\"")) || !take_quoted(s, key) ||
	    !scan_eat(s, STR(":")))
		return false;
	if (scan_eat(s, STR("\""))) {
		if (!take_quoted(s, value))
			return false;
	} else {
		*value = (struct str){ s->p, str_span(*s, is_json_word) };
		*s = str_from(*s, value->n);
	}
	return scan_eat(s, STR(",")) || scan_eat(s, STR("}"));
}

/* `key=word` or `key="text"` and the blank behind it. */
static bool
logfmt_next(struct str *s, struct str *key, struct str *value)
{
	if (!scan_upto(s, '=', key))
		return false;
	if (!scan_eat(s, STR("\""))) {
		*value = logrule_word(s);
		return true;
	}
	if (!take_quoted(s, value))
		return false;
	(void)scan_eat(s, STR(" "));
	return true;
}

struct object {
	bool json;
	struct str rest; /* what is still to be read */
};

static bool
next(struct object *o, struct str *key, struct str *value)
{
	return o->json ? json_next(&o->rest, key, value) :
			 logfmt_next(&o->rest, key, value);
}

static bool
next_is(struct object *o, struct str key, struct str *value)
{
	struct str got;

	return next(o, &got, value) && str_eq(got, key);
}

/* `ip` stands first, before anything of the client. */
static bool
take_ip(struct object *o, struct log_event *ev)
{
	struct str ip;

	return next_is(o, STR("ip"), &ip) && logrule_client(ip, ev);
}

static enum log_kind
connect_ip(struct object o, struct log_event *ev)
{
	struct str key, value;

	if (!take_ip(&o, ev))
		return LOG_NONE;
	while (next(&o, &key, &value)) {
		if (str_eq(key, STR("port")))
			ev->port = logrule_port(value);
		else if (str_eq(key, STR("local_port")))
			ev->submission |= logrule_is_submission(
			    logrule_port(value));
	}
	return LOG_CONNECT;
}

static enum log_kind
disconnect_ip(struct object o, struct log_event *ev)
{
	struct haraka_flags f = { false, false, false };
	enum log_kind kind = LOG_DISCONNECT;
	struct str key, value;

	if (!take_ip(&o, ev))
		return LOG_NONE;
	while (next(&o, &key, &value)) {
		if (str_eq(key, STR("lr")))
			kind = haraka_last_reject(value, ev);
		else
			haraka_disconnect_field(key, value, &f, ev);
	}
	return haraka_disconnect_end(kind, &f, ev);
}

typedef enum log_kind
code_fn(struct str code, struct str msg, struct log_event *ev);

/* The fields `code`, `msg` and `sender`. */
static enum log_kind
by_code(struct object o, code_fn *fn, struct log_event *ev)
{
	struct str key, value, code = STR(""), msg = STR("");

	while (next(&o, &key, &value)) {
		if (str_eq(key, STR("code")))
			code = value;
		else if (str_eq(key, STR("msg")))
			msg = value;
		else if (str_eq(key, STR("sender")) && fn != haraka_sender_code)
			ev->null_sender = value.n == 0 ||
			    str_eq(value, STR("<>"));
	}
	return fn(code, msg, ev);
}

static enum log_kind
queue_code(struct str code, struct str msg, struct log_event *ev)
{
	ev->reason = msg;
	return str_eq(code, STR("OK")) ? LOG_ACCEPT : LOG_INFO;
}

/* The other end of our own connection; no session joins it. */
static enum log_kind
delivered(struct object o, struct log_event *ev)
{
	struct str key, value;

	ev->session = STR("");
	while (next(&o, &key, &value))
		if (str_eq(key, STR("ip")))
			return logrule_client(value, ev) ? LOG_SENT : LOG_NONE;
	return LOG_NONE;
}

static enum log_kind
of_message(struct str text, struct object o, struct log_event *ev)
{
	if (str_eq(text, STR("connect")))
		return connect_ip(o, ev);
	if (str_eq(text, STR("disconnect")))
		return disconnect_ip(o, ev);
	if (str_eq(text, STR("queue_outbound")))
		ev->submission = true;
	if (str_eq(text, STR("queue")) || str_eq(text, STR("queue_outbound")))
		return by_code(o, queue_code, ev);
	if (str_eq(text, STR("message")))
		return by_code(o, haraka_message_code, ev);
	if (scan_eat(&text, STR("recipient ")) &&
	    scan_mailbox(&text, &ev->rcpt))
		return by_code(o, haraka_recipient_code, ev);
	if (scan_eat(&text, STR("sender ")) &&
	    scan_mailbox(&text, &ev->sender)) {
		ev->null_sender = ev->sender.n == 0;
		return by_code(o, haraka_sender_code, ev);
	}
	if (str_starts(text, STR("client "))) {
		(void)take_ip(&o, ev);
		ev->reason = text;
		return LOG_LOST;
	}
	return LOG_NONE;
}

enum log_kind
haraka_object(struct str msg, struct log_event *ev)
{
	struct object o = { scan_eat(&msg, STR("{")), msg };
	struct str level, uuid, origin, text;

	o.rest = msg;
	if (!next_is(&o, STR("level"), &level) ||
	    !next_is(&o, STR("uuid"), &uuid) ||
	    !next_is(&o, STR("origin"), &origin) ||
	    !next_is(&o, STR("message"), &text) || !haraka_uuid(uuid, ev))
		return LOG_NONE;
	if (!str_eq(level, STR("NOTICE")) && !str_eq(level, STR("INFO")) &&
	    !str_eq(level, STR("WARN")) && !str_eq(level, STR("ERROR")))
		return LOG_NONE;
	if (str_eq(origin, STR("outbound")))
		return str_starts(text, STR("delivered")) ? delivered(o, ev) :
							    LOG_NONE;
	return str_eq(origin, STR("core")) ? of_message(text, o, ev) :
					     haraka_text(origin, text, ev);
}
