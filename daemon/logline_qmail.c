/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_qmail_impl.h"

#define STAMP_MAX_MS (INT64_C(86400) * 1000) /* splogger against syslog */

/* ---- tcpserver, sslserver, rblsmtpd ---- */

/* `pid 4711 from 192.0.2.1`; `ok` follows with more of the same. */
static enum log_kind
tcp_pid(struct str s, struct log_event *ev)
{
	if (!qmail_pid(&s, ev) || !scan_eat(&s, STR(" from ")))
		return LOG_NONE;
	return logrule_client(s, ev) ? LOG_INFO : LOG_NONE;
}

/* Takes the last of what colons part off the end of `s`. */
static bool
take_last(struct str *s, struct str *out)
{
	const char *colon = s->n == 0 ? NULL : memrchr(s->p, ':', s->n);

	if (colon == NULL)
		return false;
	*out = str_from(*s, (size_t)(colon - s->p) + 1);
	s->n = (size_t)(colon - s->p);
	return true;
}

/*
 * `4711 LNAME:LIP:LPORT RNAME:RIP:RINFO:RPORT`.  tcpserver writes `?` for a
 * blank or colon in the names and in RINFO, which the client chose: so RIP,
 * which may have colons, is all between the first colon and the last but one.
 */
static bool
tcp_ends(struct str s, struct log_event *ev)
{
	struct str local, port, remote, skip;

	if (!qmail_pid(&s, ev) || !scan_eat(&s, STR(" ")) ||
	    !scan_upto(&s, ' ', &local) || !take_last(&local, &port))
		return false;
	ev->submission |= logrule_is_submission(logrule_port(port));
	remote = logrule_word(&s);
	if (!take_last(&remote, &port) || !take_last(&remote, &skip) ||
	    !scan_upto(&remote, ':', &skip) || !logrule_client(remote, ev))
		return false;
	ev->port = logrule_port(port);
	return true;
}

static enum log_kind
tcp_ok(struct str s, struct log_event *ev)
{
	return tcp_ends(s, ev) ? LOG_CONNECT : LOG_NONE;
}

static enum log_kind
tcp_deny(struct str s, struct log_event *ev)
{
	return tcp_ends(s, ev) ? LOG_OTHER_REJECT : LOG_NONE;
}

/* `4711 status 256` */
static enum log_kind
tcp_end(struct str s, struct log_event *ev)
{
	return qmail_pid(&s, ev) && str_starts(s, STR(" status ")) ?
	    LOG_DISCONNECT :
	    LOG_NONE;
}

/* `40/40`: of interest where no more clients are let in. */
static enum log_kind
tcp_status(struct str s, struct log_event *ev)
{
	struct str all = s;
	uint32_t now, max;

	if (!scan_uint(&s, &now) || !scan_eat(&s, STR("/")) ||
	    !scan_uint(&s, &max) || now < max)
		return LOG_NONE;
	ev->reason = all;
	return LOG_INFO;
}

static enum log_kind
tcpserver(struct str s, struct log_event *ev)
{
	static const struct logrule rules[] = {
		{ STR("ok "), tcp_ok },
		{ STR("pid "), tcp_pid },
		{ STR("end "), tcp_end },
		{ STR("status: "), tcp_status },
		{ STR("deny "), tcp_deny },
	};

	return LOGRULE_RUN(rules, s, ev);
}

/* `192.0.2.1 pid 4711[ ZONE]: 451 text of the list` */
static enum log_kind
rblsmtpd(struct str s, struct log_event *ev)
{
	struct str ip, skip;

	if (!scan_upto(&s, ' ', &ip) || !logrule_client(ip, ev) ||
	    !scan_eat(&s, STR("pid ")) || !qmail_pid(&s, ev) ||
	    !scan_upto_str(&s, STR(": "), &skip))
		return LOG_NONE;
	qmail_code(&s, ev);
	ev->reason = s;
	return ev->code != 0 ? LOG_LIST_REJECT : LOG_INFO;
}

/* ---- qmail-send ---- */

static bool
take_number(struct str *s, struct str *out)
{
	struct str rest = *s;
	uint32_t v;

	if (!scan_uint(&rest, &v))
		return false;
	*out = (struct str){ s->p, s->n - rest.n };
	*s = rest;
	return true;
}

/* `4711: bytes 1234 from <SENDER> qp 4712 uid 1000` */
static enum log_kind
send_info(struct str s, struct log_event *ev)
{
	struct str skip;

	if (!take_number(&s, &ev->qid) || !scan_eat(&s, STR(": bytes ")) ||
	    !take_number(&s, &skip) || !scan_eat(&s, STR(" from <")) ||
	    !scan_upto_str(&s, STR("> qp "), &ev->sender))
		return LOG_NONE;
	ev->null_sender = ev->sender.n == 0;
	return LOG_ACCEPT;
}

/* `1: msg 4711 to remote RCPT` */
static enum log_kind
send_start(struct str s, struct log_event *ev)
{
	struct str skip;

	if (!take_number(&s, &skip) || !scan_eat(&s, STR(": msg ")) ||
	    !take_number(&s, &ev->qid) || !scan_eat(&s, STR(" to ")) ||
	    !scan_upto(&s, ' ', &skip))
		return LOG_NONE;
	ev->rcpt = s;
	return LOG_INFO;
}

/* `1: success: 192.0.2.1_accepted_message./Remote_host_said:_250_ok/` */
static enum log_kind
send_result(struct str s, struct log_event *ev)
{
	static const struct logrule_kind results[] = {
		{ STR("success: "), LOG_SENT },
		{ STR("failure: "), LOG_BOUNCED },
		{ STR("deferral: "), LOG_INFO },
	};
	struct str skip;
	enum log_kind kind;

	if (!take_number(&s, &skip) || !scan_eat(&s, STR(": ")))
		return LOG_NONE;
	kind = LOGRULE_KIND(results, s, LOG_NONE);
	if (kind != LOG_NONE && scan_upto(&s, ' ', &skip))
		ev->reason = s;
	return kind;
}

/* `4711 qp 4712` */
static enum log_kind
send_bounce(struct str s, struct log_event *ev)
{
	return take_number(&s, &ev->qid) && str_starts(s, STR(" qp ")) ?
	    LOG_OWN_BOUNCE :
	    LOG_NONE;
}

/* `discarding bounce/4711`: nobody wants our bounce. */
static enum log_kind
send_discard(struct str s, struct log_event *ev)
{
	ev->reason = s;
	return str_starts(s, STR("discarding ")) ? LOG_INFO : LOG_NONE;
}

enum log_kind
logline_tcpserver(struct str msg, struct log_event *ev)
{
	enum log_kind kind = logline_qmail(msg, ev);

	return kind != LOG_NONE ? kind : tcpserver(msg, ev);
}

enum log_kind
logline_rblsmtpd(struct str msg, struct log_event *ev)
{
	return rblsmtpd(msg, ev);
}

static const struct logrule qmail_rules[] = {
	// clang-format off
	{ STR("tcpserver: "), tcpserver },
	{ STR("sslserver: "), tcpserver },
	{ STR("rblsmtpd: "), rblsmtpd },
	{ STR("spamdyke["), qmail_spamdyke },
	{ STR("CHKUSER "), qmail_chkuser },
	{ STR("qmail-smtpd: "), qmail_smtpd },
	{ STR("info msg "), send_info },
	{ STR("starting delivery "), send_start },
	{ STR("delivery "), send_result },
	{ STR("bounce msg "), send_bounce },
	{ STR("double bounce: "), send_discard },
	{ STR("triple bounce: "), send_discard },
	// clang-format on
};

/*
 * `1157520813.485077 ` of splogger.  With a `+` instead of the blank it is
 * the middle of a line, which may be text of a client: not taken off.
 */
static void
take_stamp(struct str *s, struct log_event *ev)
{
	struct str rest = *s, text;
	uint64_t t_s = 0;
	uint32_t us;
	int64_t t_ms;
	size_t i = 0;

	for (; i < rest.n && i < 12 && char_is_digit(rest.p[i]); i++)
		t_s = t_s * 10 + (uint64_t)(rest.p[i] - '0');
	text = rest = str_from(rest, i);
	if (i == 0 || !scan_eat(&rest, STR(".")) || !scan_uint(&rest, &us) ||
	    text.n - rest.n != 7 || !scan_eat(&rest, STR(" ")))
		return;
	*s = rest;
	/* A host with a wrong clock is believed by no more than a day. */
	t_ms = (int64_t)t_s * 1000 + us / 1000;
	if (!ev->whole_second || t_ms > ev->t_ms + STAMP_MAX_MS ||
	    t_ms < ev->t_ms - STAMP_MAX_MS)
		return;
	ev->t_ms = t_ms;
	ev->whole_second = false;
}

enum log_kind
logline_qmail(struct str msg, struct log_event *ev)
{
	take_stamp(&msg, ev);
	return LOGRULE_RUN(qmail_rules, msg, ev);
}
