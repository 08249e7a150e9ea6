/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_postfix.h"
#include "daemon/logline_reject.h"
#include "daemon/logscan.h"

/*
 * All of postscreen's lines but one have the form
 * `WORDS [number after time] from [IP]:PORT REST`.
 */
static const struct form {
	struct str start;
	struct str before; /* stands between numbers and the bracket */
	enum log_kind kind;
	bool timed; /* numbers come first: `PREGREET 6 after 1.2 from` */
} forms[] = {
	// clang-format off
	{ STR("CONNECT from "), STR(""), LOG_CONNECT, false },
	{ STR("DISCONNECT "), STR(""), LOG_DISCONNECT, false },
	{ STR("PASS OLD "), STR(""), LOG_INFO, false },
	{ STR("PASS NEW "), STR(""), LOG_INFO, false },
	{ STR("PREGREET "), STR(" from "), LOG_EARLY_TALK, true },
	{ STR("DNSBL rank "), STR(" for "), LOG_LIST_REJECT, true },
	{ STR("HANGUP after "), STR(" from "), LOG_LOST, true },
	{ STR("COMMAND TIME LIMIT from "), STR(""), LOG_LOST, false },
	{ STR("COMMAND COUNT LIMIT from "), STR(""), LOG_LOST, false },
	{ STR("COMMAND LENGTH LIMIT from "), STR(""), LOG_LOST, false },
	{ STR("COMMAND PIPELINING from "), STR(""), LOG_PIPELINING, false },
	{ STR("BARE NEWLINE from "), STR(""), LOG_PIPELINING, false },
	{ STR("NON-SMTP COMMAND from "), STR(""), LOG_NON_SMTP, false },
	{ STR("DATA without valid RCPT from "), STR(""), LOG_INFO, false },
	{ STR("BDAT without valid RCPT from "), STR(""), LOG_INFO, false },
	{ STR("WHITELISTED "), STR(""), LOG_INFO, false },
	{ STR("ALLOWLISTED "), STR(""), LOG_INFO, false },
	{ STR("BLACKLISTED "), STR(""), LOG_INFO, false },
	{ STR("DENYLISTED "), STR(""), LOG_INFO, false },
	{ STR("WHITELIST VETO "), STR(""), LOG_INFO, false },
	{ STR("ALLOWLIST VETO "), STR(""), LOG_INFO, false },
	// clang-format on
};

/* `6 after 1.2`, `3`, `0.11`: digits, points and the word between. */
static void
skip_numbers(struct str *s)
{
	size_t i = 0;

	while (i < s->n &&
	    (char_is_digit(s->p[i]) || s->p[i] == '.' || s->p[i] == '-' ||
		s->p[i] == '+'))
		i++;
	*s = str_from(*s, i);
	if (scan_eat(s, STR(" after ")))
		skip_numbers(s);
}

/* What is left says what was done: `: text`, ` after CMD: text`. */
static void
set_reason(struct str s, struct log_event *ev)
{
	if (scan_eat(&s, STR(": ")) || scan_eat(&s, STR(" ")))
		ev->reason = s;
}

/* `RCPT from [IP]:PORT: 550 5.7.1 ...; from=<>, to=<>, proto=, helo=<>` */
static enum log_kind
reject_from(struct str s, struct log_event *ev)
{
	if (!scan_eat(&s, STR("RCPT from ")) &&
	    !scan_eat(&s, STR("CONNECT from ")) &&
	    !scan_eat(&s, STR("connect from ")))
		return LOG_NONE;
	if (!scan_sockaddr(&s, ev) || !scan_eat(&s, STR(": ")))
		return LOG_NONE;
	return logline_reject(s, LOG_OTHER_REJECT, ev);
}

enum log_kind
logline_postscreen(struct str msg, struct log_event *ev)
{
	const struct form *f = forms;
	const struct form *end = forms + sizeof(forms) / sizeof(forms[0]);

	if (scan_eat(&msg, STR("NOQUEUE: reject: ")) ||
	    scan_eat(&msg, STR("reject: ")))
		return reject_from(msg, ev);
	while (f < end && !scan_starts(msg, f->start))
		f++;
	if (f == end)
		return LOG_NONE;
	msg = str_from(msg, f->start.n);
	if (f->timed) {
		skip_numbers(&msg);
		if (!scan_eat(&msg, f->before))
			return LOG_NONE;
	}
	if (!scan_sockaddr(&msg, ev))
		return LOG_NONE;
	if (f->kind != LOG_CONNECT)
		set_reason(msg, ev);
	return f->kind;
}

/* What postscreen has told of already, or will. */
enum log_kind
logline_tlsproxy(struct str msg, struct log_event *ev)
{
	struct str skip;

	(void)scan_eat(&msg, STR("DIS"));
	if (scan_eat(&msg, STR("CONNECT from ")) ||
	    scan_eat(&msg, STR("CONNECT ")) ||
	    scan_upto_str(&msg, STR("TLS connection established from "), &skip))
		return scan_sockaddr(&msg, ev) ? LOG_INFO : LOG_NONE;
	return LOG_NONE;
}

/* `addr IP listed by domain ZONE as 127.0.0.2` */
enum log_kind
logline_dnsblog(struct str msg, struct log_event *ev)
{
	struct str ip;

	if (!scan_eat(&msg, STR("addr ")) || !scan_upto(&msg, ' ', &ip) ||
	    !scan_eat(&msg, STR("listed by domain ")) ||
	    !addr_parse(ip, &ev->client))
		return LOG_NONE;
	ev->reason = msg;
	return LOG_INFO;
}
