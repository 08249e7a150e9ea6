/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_opensmtpd.h"
#include "daemon/logreply.h"
#include "daemon/logscan.h"

#define ID_BYTES    16 /* of a session or an envelope */
#define MSGID_BYTES 8  /* an envelope's first half is its message */

/* `"text"` or `text"` or text -> text */
static struct str
unquote(struct str s)
{
	(void)scan_eat(&s, STR("\""));
	if (s.n > 0 && s.p[s.n - 1] == '"')
		s.n--;
	return s;
}

static bool
take_hex(struct str *s, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++)
		if (i >= s->n || !char_is_hex(s->p[i]))
			return false;
	*out = (struct str){ s->p, n };
	*s = str_from(*s, n);
	return true;
}

/* `evpid=ID from=<S> to=<R>` */
static bool
take_envelope(struct str *s, struct log_event *ev)
{
	struct str rest;

	if (!scan_eat(s, STR("evpid=")) ||
	    !take_hex(s, MSGID_BYTES, &ev->qid) ||
	    !take_hex(s, ID_BYTES - MSGID_BYTES, &rest) ||
	    !scan_eat(s, STR(" from=")) || !scan_mailbox(s, &ev->sender) ||
	    !scan_eat(s, STR(" to=")) || !scan_mailbox(s, &ev->rcpt))
		return false;
	ev->null_sender = ev->sender.n == 0;
	return true;
}

/* `address=IP` or `address=[IPV6]`, ` host=NAME`; NAME is client text. */
static bool
take_client(struct str *s, struct log_event *ev)
{
	struct str rest = *s, text;

	if (!scan_eat(&rest, STR("address=")) || !scan_upto(&rest, ' ', &text))
		return false;
	if (text.n > 2 && text.p[0] == '[' && text.p[text.n - 1] == ']')
		text = (struct str){ text.p + 1, text.n - 2 };
	if (!addr_parse(text, &ev->client) || !scan_eat(&rest, STR("host=")))
		return false;
	if (!scan_upto(&rest, ' ', &ev->name)) {
		ev->name = rest;
		rest = str_from(rest, rest.n);
	}
	if (str_eq(ev->name, STR("<unknown>")) ||
	    str_eq(ev->name, STR("unknown"))) {
		ev->name = STR("");
		ev->rdns_none = true;
	}
	ev->name_claimed = ev->name.n > 0;
	*s = rest;
	return true;
}

static enum log_kind
connected(struct str s, struct log_event *ev)
{
	return take_client(&s, ev) ? LOG_CONNECT : LOG_NONE;
}

static enum log_kind
disconnected(struct str s, struct log_event *ev)
{
	while (scan_eat(&s, STR(" ")))
		;
	(void)take_client(&s, ev); /* as of 6.0 */
	if (!scan_eat(&s, STR("reason=")))
		return LOG_DISCONNECT;
	ev->reason = unquote(s);
	if (str_eq(s, STR("disconnect")) || str_eq(s, STR("timeout")) ||
	    str_starts(s, STR("\"io-error")))
		return LOG_LOST;
	return LOG_DISCONNECT;
}

/*
 * `COMMAND" result="REPLY"`: a client may have put the words between into
 * its command, so the last ones count, for what MTA wrote ends the line.
 */
static void
split_command(struct str s, struct str *command, struct str *reply)
{
	struct str part;

	*command = s;
	*reply = STR("");
	while (scan_upto_str(&s, STR("\" result=\""), &part)) {
		command->n = (size_t)(part.p + part.n - command->p);
		*reply = s;
	}
	*reply = unquote(*reply);
}

/* `RCPT TO:<x> ...` -> x */
static void
set_texts(struct str command, struct log_event *ev)
{
	struct str s = command, verb;

	if (!scan_upto(&s, ' ', &verb))
		return;
	if (logreply_verb(command) == LOGREPLY_RCPT &&
	    scan_upto(&s, ':', &verb)) {
		(void)scan_eat(&s, STR(" "));
		(void)scan_mailbox(&s, &ev->rcpt);
	} else if (logreply_verb(command) == LOGREPLY_HELO) {
		ev->helo = s;
	}
}

static enum log_kind
failed(struct str s, struct log_event *ev)
{
	struct str command, reply;

	(void)take_client(&s, ev); /* 6.0 has it here too */
	if (!scan_eat(&s, STR("command=\"")))
		return LOG_NONE;
	split_command(s, &command, &reply);
	set_texts(command, ev);
	return logreply_kind(command, reply, ev);
}

static enum log_kind
bad_input(struct str s, struct log_event *ev)
{
	(void)take_client(&s, ev);
	if (!scan_eat(&s, STR("result=\"")))
		return LOG_NONE;
	ev->reason = unquote(s);
	if (scan_has(s, STR("Pipelining")))
		return LOG_PIPELINING;
	return scan_has(s, STR("Command")) ? LOG_NON_SMTP : LOG_OTHER_REJECT;
}

/* `msgid=ID size=N nrcpt=N proto=P` */
static enum log_kind
message(struct str s, struct log_event *ev)
{
	struct str skip;

	(void)take_client(&s, ev);
	if (!scan_eat(&s, STR("msgid=")) ||
	    !take_hex(&s, MSGID_BYTES, &ev->qid))
		return LOG_NONE;
	if (scan_upto_str(&s, STR(" nrcpt="), &skip))
		(void)scan_uint(&s, &ev->nrcpt);
	return LOG_ACCEPT;
}

/* Only here is it known whether the message is a bounce. */
static enum log_kind
envelope(struct str s, struct log_event *ev)
{
	if (!take_envelope(&s, ev))
		return LOG_NONE;
	ev->queued = true;
	ev->nrcpt = 1;
	return LOG_INFO;
}

/* `user=U result=ok`; U is client text. */
static enum log_kind
authentication(struct str s, struct log_event *ev)
{
	static const struct str ok = STR(" result=ok");

	if (!scan_eat(&s, STR("user=")))
		return LOG_NONE;
	ev->reason = s;
	if (s.n >= ok.n && str_eq(str_from(s, s.n - ok.n), ok))
		return LOG_AUTH_OK;
	/* The `failed-command` that follows is the event. */
	return LOG_INFO;
}

static const struct {
	struct str start;
	enum log_kind (*parse)(struct str s, struct log_event *ev);
} smtp_rules[] = {
	// clang-format off
	{ STR("connected "), connected },
	{ STR("disconnected"), disconnected },
	{ STR("failed-command "), failed },
	{ STR("message "), message },
	{ STR("envelope "), envelope },
	{ STR("bad-input "), bad_input },
	{ STR("authentication "), authentication },
	{ STR("closed"), disconnected },
	// clang-format on
};

static enum log_kind
smtp_in(struct str s, struct log_event *ev)
{
	(void)scan_eat(&s, STR("event="));
	for (size_t i = 0; i < sizeof(smtp_rules) / sizeof(smtp_rules[0]); i++)
		if (scan_eat(&s, smtp_rules[i].start))
			return smtp_rules[i].parse(s, ev);
	return LOG_NONE;
}

/* `IP (NAME)` or `IP`, which others' text before must not have made. */
static void
set_relay(struct str s, struct log_event *ev)
{
	struct str skip, text, word;

	if (s.n > SCAN_WHOLE_MAX ||
	    !scan_upto_str(&s, STR(" relay=\""), &skip) ||
	    scan_has(s, STR(" relay=\"")) || !scan_upto(&s, '"', &text))
		return;
	if (!scan_upto(&text, ' ', &word))
		word = text;
	if (word.n > 2 && word.p[0] == '[' && word.p[word.n - 1] == ']')
		word = (struct str){ word.p + 1, word.n - 2 };
	(void)addr_parse(word, &ev->client);
}

/* ... ` rcpt=<> source="" relay="" delay= result="Ok" stat=""` */
static enum log_kind
delivery(struct str s, struct log_event *ev)
{
	struct str skip, result;

	(void)scan_eat(&s, STR("event="));
	if (!scan_eat(&s, STR("delivery ")) || !take_envelope(&s, ev))
		return LOG_NONE;
	ev->session = STR("");
	set_relay(s, ev);
	if (!scan_upto_str(&s, STR(" result=\""), &skip) ||
	    !scan_upto(&s, '"', &result))
		return LOG_NONE;
	(void)scan_eat(&s, STR(" stat="));
	ev->reason = unquote(s);
	if (str_eq(result, STR("Ok")))
		return LOG_SENT;
	return str_eq(result, STR("PermFail")) ? LOG_BOUNCED : LOG_INFO;
}

/* ---- 5.4 to 5.9: sentences with the session in the middle ---- */

/* `ID from host NAME [IP]`, all that is there */
static enum log_kind
old_session(struct str s, struct log_event *ev)
{
	if (!take_hex(&s, ID_BYTES, &ev->session) ||
	    !scan_eat(&s, STR(" from host ")) || !scan_name_addr(&s, ev) ||
	    s.n > 0)
		return LOG_NONE;
	ev->name_claimed = ev->name.n > 0;
	return LOG_CONNECT;
}

static enum log_kind
old_end(struct str s, struct log_event *ev)
{
	if (!take_hex(&s, ID_BYTES, &ev->session))
		return LOG_NONE;
	if (!scan_eat(&s, STR(": ")))
		return LOG_DISCONNECT;
	ev->reason = s;
	return LOG_LOST;
}

static enum log_kind
old_gone(struct str s, struct log_event *ev)
{
	return take_hex(&s, ID_BYTES, &ev->session) ? LOG_LOST : LOG_NONE;
}

/* `ID: "COMMAND" => REPLY` */
static enum log_kind
old_failed(struct str s, struct log_event *ev)
{
	struct str command, reply = STR(""), part;

	if (!take_hex(&s, ID_BYTES, &ev->session) || !scan_eat(&s, STR(": \"")))
		return LOG_NONE;
	command = s;
	while (scan_upto_str(&s, STR("\" => "), &part)) {
		command.n = (size_t)(part.p + part.n - command.p);
		reply = s;
	}
	set_texts(command, ev);
	return logreply_kind(command, reply, ev);
}

/* `ID: 500 5.5.1 Invalid command: Pipelining not supported` */
static enum log_kind
old_input(struct str s, struct log_event *ev)
{
	if (!take_hex(&s, ID_BYTES, &ev->session) || !scan_eat(&s, STR(": ")))
		return LOG_NONE;
	ev->reason = s;
	if (scan_has(s, STR("Pipelining")))
		return LOG_PIPELINING;
	return scan_has(s, STR("ommand")) ? LOG_NON_SMTP : LOG_OTHER_REJECT;
}

/* `MSGID on session ID: from=<S>, to=<R>, size=N, ndest=N, proto=P` */
static enum log_kind
old_message(struct str s, struct log_event *ev)
{
	if (!take_hex(&s, MSGID_BYTES, &ev->qid) ||
	    !scan_eat(&s, STR(" on session ")) ||
	    !take_hex(&s, ID_BYTES, &ev->session))
		return LOG_NONE;
	if (scan_eat(&s, STR(": from=")) && scan_mailbox(&s, &ev->sender)) {
		ev->null_sender = ev->sender.n == 0;
		if (scan_eat(&s, STR(", to=")))
			(void)scan_mailbox(&s, &ev->rcpt);
	}
	ev->queued = true;
	ev->nrcpt = 1;
	return LOG_ACCEPT;
}

/* `Ok for EVPID: ..., relay=IP (NAME), delay=1s, stat=250 ...` */
static enum log_kind
old_delivery(struct str s, struct log_event *ev)
{
	static const struct str relay = STR(", relay=");
	struct str line, word, how;

	if (!scan_upto_str(&s, STR(" for "), &how) ||
	    !take_hex(&s, MSGID_BYTES, &ev->qid))
		return LOG_NONE;
	line = s;
	if (s.n <= SCAN_WHOLE_MAX && scan_upto_str(&s, relay, &word) &&
	    !scan_has(s, relay) && scan_upto(&s, ' ', &word)) {
		if (word.n > 0 && word.p[word.n - 1] == ',')
			word.n--;
		(void)addr_parse(word, &ev->client);
	}
	ev->reason = line;
	if (str_eq(how, STR("Ok")))
		return LOG_SENT;
	return str_eq(how, STR("PermFail")) ? LOG_BOUNCED : LOG_INFO;
}

static const struct {
	struct str start;
	enum log_kind (*parse)(struct str s, struct log_event *ev);
} old_rules[] = {
	{ STR("smtp-in: New session "), old_session },
	{ STR("smtp-in: Failed command on session "), old_failed },
	{ STR("smtp-in: Accepted message "), old_message },
	{ STR("smtp-in: Bad input on session "), old_input },
	{ STR("smtp-in: Closing session "), old_end },
	{ STR("smtp-in: Disconnecting session "), old_end },
	{ STR("smtp-in: Received disconnect from session "), old_gone },
	{ STR("relay: "), old_delivery },
};

static enum log_kind
old_forms(struct str s, struct log_event *ev)
{
	(void)scan_eat(&s, STR("info: "));
	for (size_t i = 0; i < sizeof(old_rules) / sizeof(old_rules[0]); i++)
		if (scan_eat(&s, old_rules[i].start))
			return old_rules[i].parse(s, ev);
	return LOG_NONE;
}

enum log_kind
logline_opensmtpd(struct str msg, struct log_event *ev)
{
	if (!take_hex(&msg, ID_BYTES, &ev->session) ||
	    !scan_eat(&msg, STR(" ")))
		return old_forms(msg, ev);
	if (scan_eat(&msg, STR("smtp ")))
		return smtp_in(msg, ev);
	if (scan_eat(&msg, STR("mta ")))
		return delivery(msg, ev);
	return LOG_NONE;
}
