/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_exim.h"
#include "daemon/logrule.h"

/* ` +0100`: how far east of UTC the stamp is. */
static bool
take_zone(struct str *s, int32_t *east_s)
{
	struct str rest = *s, sign;
	uint32_t hhmm;

	if (rest.n < 6 || (rest.p[1] != '+' && rest.p[1] != '-') ||
	    !scan_eat(&rest, STR(" ")))
		return false;
	sign = (struct str){ rest.p, 1 };
	rest = (struct str){ rest.p + 1, 4 };
	if (!scan_uint(&rest, &hhmm) || rest.n > 0 || hhmm / 100 > 23 ||
	    hhmm % 100 > 59)
		return false;
	*east_s = (int32_t)(hhmm / 100 * 3600 + hhmm % 100 * 60);
	if (sign.p[0] == '-')
		*east_s = -*east_s;
	*s = str_from(*s, 6);
	return true;
}

/* `[123] `, after the blank that ends the stamp. */
static void
skip_pid(struct str *s)
{
	struct str rest = *s;
	uint32_t pid;

	if (scan_eat(&rest, STR("[")) && scan_uint(&rest, &pid) &&
	    scan_eat(&rest, STR("] ")))
		*s = rest;
}

bool
logline_exim_head(struct str *s, int32_t zone_s, struct log_event *ev)
{
	int32_t east_s;

	if (take_zone(s, &east_s))
		ev->t_ms += (int64_t)(zone_s - east_s) * 1000;
	if (!scan_eat(s, STR(" ")))
		return false;
	skip_pid(s);
	return true;
}

/* In syslog Exim may write its own stamp again: syslog's is the one taken. */
static bool __attribute__((noinline)) take_stamp(struct str *s)
{
	static const struct logtime_conf utc = { 0, 0 };
	struct log_event skip;
	struct str rest = *s;
	size_t n = logtime_parse(&utc, rest, 0, &skip.t_ms, &skip.whole_second);

	rest = str_from(rest, n);
	if (n == 0 || !logline_exim_head(&rest, 0, &skip))
		return false;
	*s = rest;
	return true;
}

static void
skip_stamp(struct str *s)
{
	if (s->n <= 19 || s->p[4] != '-' || s->p[10] != ' ' || !take_stamp(s))
		skip_pid(s);
}

/* ` lost D=1s`, ` closed by QUIT`, ` (TCP/IP connection count = 3)` or none */
static enum log_kind
connection_from(struct str s, struct log_event *ev)
{
	if (!logline_exim_host(&s, ev))
		return LOG_NONE;
	if (s.n == 0 || str_starts(s, STR(" (TCP/IP connection count = ")) ||
	    str_starts(s, STR(" (via inetd)")))
		return LOG_CONNECT;
	if (!scan_eat(&s, STR(" ")))
		return LOG_NONE;
	ev->reason = s;
	if (str_starts(s, STR("lost")))
		return LOG_LOST;
	return str_starts(s, STR("closed ")) ? LOG_DISCONNECT : LOG_INFO;
}

/* What is in the log for each command of the session, at most the last 20. */
static int32_t *
counter_of(struct log_counters *n, struct str verb)
{
	const struct {
		struct str verb;
		int32_t *count;
	} all[] = {
		{ STR("EHLO"), &n->ehlo },
		{ STR("HELO"), &n->helo },
		{ STR("MAIL"), &n->mail },
		{ STR("RCPT"), &n->rcpt },
		{ STR("DATA"), &n->data },
		{ STR("BDAT"), &n->bdat },
		{ STR("RSET"), &n->rset },
		{ STR("NOOP"), &n->noop },
		{ STR("VRFY"), &n->vrfy },
		{ STR("AUTH"), &n->auth },
		{ STR("STARTTLS"), &n->starttls },
		{ STR("QUIT"), &n->quit },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (str_eq(verb, all[i].verb))
			return all[i].count;
	return &n->unknown;
}

static void
count_commands(struct str list, struct log_counters *n)
{
	struct str verb;

	n->commands = 0;
	while (list.n > 0) {
		int32_t *count;

		if (!scan_upto(&list, ',', &verb)) {
			verb = list;
			list = STR("");
		}
		count = counter_of(n, verb);
		*count = *count < 0 ? 1 : *count + 1;
		n->commands++;
	}
}

/* `SMTP connection from HOST D=21s[ ...][ C=EHLO,STARTTLS]` */
static enum log_kind
no_mail(struct str s, struct log_event *ev)
{
	struct str word = STR("");

	(void)scan_eat(&s, STR("TLS "));
	if (!scan_eat(&s, STR("SMTP connection from ")) ||
	    !logline_exim_host(&s, ev) || !str_starts(s, STR(" D=")))
		return LOG_NONE;
	while (scan_eat(&s, STR(" ")))
		word = logline_exim_word(&s);
	if (!scan_eat(&word, STR("C=")))
		word = STR("");
	count_commands(word, &ev->n);
	ev->has_counters = true;
	return LOG_DISCONNECT;
}

/* `no host name found for IP address ADDRESS` */
static enum log_kind
no_name(struct str s, struct log_event *ev)
{
	if (!logrule_client(s, ev))
		return LOG_NONE;
	ev->rdns_none = true;
	return LOG_INFO;
}

/*
 * `NAME (during SMTP connection from HOST)`.  Later in a session the name may
 * be another one than the client's: a HELO name that Exim looks up.
 */
static enum log_kind
no_address(struct str s, struct log_event *ev)
{
	struct str name;

	bool early;

	if (!scan_upto(&s, ' ', &name) ||
	    !scan_eat(&s, STR("(during SMTP connection from ")))
		return LOG_NONE;
	early = str_starts(s, STR("["));
	if (!logline_exim_host(&s, ev))
		return LOG_NONE;
	ev->rdns_unconfirmed = early;
	if (early)
		ev->reason = name;
	return LOG_INFO;
}

static enum log_kind
lost_from(struct str s, struct log_event *ev)
{
	if (!logline_exim_host(&s, ev))
		return LOG_NONE;
	(void)scan_eat(&s, STR(" "));
	ev->reason = s;
	return LOG_LOST;
}

static enum log_kind
timeout_on(struct str s, struct log_event *ev)
{
	(void)scan_eat(&s, STR("TLS "));
	return scan_eat(&s, STR("connection from ")) ? lost_from(s, ev) :
						       LOG_NONE;
}

/* `HOST dropped: too many unrecognized commands (last was "x")` */
static enum log_kind
call_from(struct str s, struct log_event *ev)
{
	if (!logline_exim_host(&s, ev) ||
	    !scan_eat(&s, STR(" dropped: too many ")))
		return LOG_NONE;
	ev->reason = s;
	if (str_starts(s, STR("unrecognized commands")))
		return LOG_NON_SMTP;
	return LOG_LOST;
}

static bool
is_http(struct str s)
{
	static const struct str verbs[] = {
		STR("GET "),
		STR("POST "),
		STR("HEAD "),
		STR("PUT "),
		STR("CONNECT "),
		STR("OPTIONS "),
	};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (str_starts(s, verbs[i]))
			return true;
	return false;
}

/* `rejected connection from H=HOST input="TEXT"` */
static enum log_kind
greeting_sync(struct str s, struct log_event *ev)
{
	if (!logline_exim_host(&s, ev))
		return LOG_NONE;
	if (scan_eat(&s, STR(" input=\"")))
		ev->reason = s;
	return is_http(ev->reason) ? LOG_NON_SMTP : LOG_EARLY_TALK;
}

/* `rejected "COMMAND" H=HOST next input="TEXT"` */
static enum log_kind
command_sync(struct str s, struct log_event *ev)
{
	struct str command;

	if (!scan_upto_str(&s, STR("): rejected \""), &command) ||
	    !logline_exim_host_after(&s, STR("\" H="), &command, ev))
		return LOG_NONE;
	ev->reason = command;
	return is_http(command) ? LOG_NON_SMTP : LOG_PIPELINING;
}

/* `COMMAND" H=HOST what is wrong with it` */
static enum log_kind
bad_command(struct str s, struct log_event *ev)
{
	struct str command;

	if (!logline_exim_host_after(&s, STR("\" H="), &command, ev))
		return LOG_NONE;
	(void)scan_eat(&s, STR(" "));
	ev->reason = s;
	return is_http(command) ? LOG_NON_SMTP : LOG_OTHER_REJECT;
}

/* `HOST: syntactically invalid argument(s): HELO` */
static enum log_kind
rejected_helo(struct str s, struct log_event *ev)
{
	if (!logline_exim_host(&s, ev) || !scan_eat(&s, STR(": ")))
		return LOG_NONE;
	ev->reason = s;
	if (scan_eat(&s, STR("syntactically invalid argument(s): ")) &&
	    !str_eq(s, STR("(no argument given)")))
		ev->helo = s;
	return LOG_HELO_REJECT;
}

static enum log_kind
rejected_from(struct str s, struct log_event *ev)
{
	(void)scan_eat(&s, STR("H="));
	if (!logline_exim_host(&s, ev))
		return LOG_NONE;
	(void)scan_eat(&s, STR(":"));
	(void)scan_eat(&s, STR(" "));
	ev->reason = s;
	return LOG_OTHER_REJECT;
}

/* `ADDRESS> H=HOST text` */
static enum log_kind
rejected_address(struct str s, struct log_event *ev)
{
	struct str address;

	if (!logline_exim_host_after(&s, STR("> H="), &address, ev))
		return LOG_NONE;
	ev->sender = address;
	ev->null_sender = address.n == 0;
	(void)scan_eat(&s, STR(":"));
	(void)scan_eat(&s, STR(" "));
	ev->reason = s;
	return LOG_OTHER_REJECT;
}

static enum log_kind
rejected_soft(struct str s, struct log_event *ev)
{
	ev->soft = true;
	return rejected_address(s, ev);
}

static enum log_kind
rejected_rcpt(struct str s, struct log_event *ev)
{
	enum log_kind kind = rejected_address(s, ev);

	ev->rcpt = ev->sender;
	ev->sender = STR("");
	ev->null_sender = false;
	return kind;
}

/* `HOST refused: too many connections from that IP address` */
static enum log_kind
connection_refused(struct str s, struct log_event *ev)
{
	if (!logline_exim_host(&s, ev) || !scan_eat(&s, STR(" refused: ")))
		return LOG_NONE;
	ev->reason = s;
	return str_eq(s, STR("too many connections from that IP address")) ?
	    LOG_RATE_LIMIT :
	    LOG_INFO; /* our load, others' connections */
}

static enum log_kind
info_from(struct str s, struct log_event *ev)
{
	if (!logline_exim_host(&s, ev))
		return LOG_NONE;
	(void)scan_eat(&s, STR(":"));
	(void)scan_eat(&s, STR(" "));
	ev->reason = s;
	return LOG_INFO;
}

/* `ADDRESS failed: Connection refused`, `ADDRESS timed out` */
static enum log_kind
ident(struct str s, struct log_event *ev)
{
	struct str ip;

	if (!scan_upto(&s, ' ', &ip) || !logrule_client(ip, ev))
		return LOG_NONE;
	ev->reason = s;
	return LOG_INFO;
}

static enum log_kind
host_line(struct str s, struct log_event *ev)
{
	return logline_exim_host(&s, ev) ? logline_exim_verdict(s, ev) :
					   LOG_NONE;
}

static const struct logrule rules[] = {
	// clang-format off
	{ STR("H="), host_line },
	{ STR("SMTP connection from "), connection_from },
	{ STR("no MAIL in "), no_mail },
	{ STR("no host name found for IP address "), no_name },
	{ STR("no IP address found for host "), no_address },
	{ STR("unexpected disconnection while reading SMTP command from "),
	    lost_from },
	{ STR("SMTP command timeout on "), timeout_on },
	{ STR("SMTP data timeout (message abandoned) on "), timeout_on },
	{ STR("SMTP call from "), call_from },
	{ STR("SMTP protocol synchronization error (input sent without waiting "
	    "for greeting): rejected connection from H="), greeting_sync },
	{ STR("SMTP protocol synchronization error (next input sent too soon"),
	    command_sync },
	{ STR("SMTP syntax error in \""), bad_command },
	{ STR("SMTP protocol error in \""), bad_command },
	{ STR("rejected EHLO from "), rejected_helo },
	{ STR("rejected HELO from "), rejected_helo },
	{ STR("rejected MAIL from "), rejected_from },
	{ STR("rejected VRFY from "), rejected_from },
	{ STR("rejected EXPN from "), rejected_from },
	{ STR("rejected ETRN from "), rejected_from },
	{ STR("rejected MAIL command H="), rejected_from },
	{ STR("rejected MAIL FROM:<"), rejected_address },
	{ STR("unqualified sender rejected: <"), rejected_address },
	{ STR("unqualified recipient rejected: <"), rejected_rcpt },
	{ STR("unqualified verify rejected: <"), rejected_rcpt },
	{ STR("ident connection to "), ident },
	{ STR("too many recipients: message rejected: sender=<"),
	    rejected_address },
	{ STR("too many recipients: excess temporarily rejected: sender=<"),
	    rejected_soft },
	{ STR("refused connection from "), rejected_from },
	{ STR("temporarily refused connection from "), info_from },
	{ STR("Connection from "), connection_refused },
	{ STR("TLS error on connection from "), info_from },
	{ STR("TLS error on connection (recv) from "), info_from },
	{ STR("TLS error on connection (send) from "), info_from },
	// clang-format on
};

/*
 * `NAME authenticator failed for HOST: 535 text`.  535 alone is a wrong
 * password: 435 is our trouble, 501 a client's change of mind.
 */
static enum log_kind
authenticator(struct str s, struct log_event *ev)
{
	struct str name;
	uint32_t code;

	if (!scan_upto(&s, ' ', &name) || name.n == 0 ||
	    !scan_eat(&s, STR("authenticator failed for ")))
		return LOG_NONE;
	(void)scan_eat(&s, STR("H="));
	if (!logline_exim_host(&s, ev))
		return LOG_NONE;
	if (scan_eat(&s, STR(" U=")) && scan_upto_str(&s, STR(": "), &name))
		; /* what its ident server said */
	else if (!scan_eat(&s, STR(": ")))
		return LOG_NONE;
	ev->reason = s;
	if (!scan_uint(&s, &code) || code > 599)
		return LOG_INFO;
	ev->code = (uint16_t)code;
	return code == 535 ? LOG_AUTH_FAIL : LOG_INFO;
}

enum log_kind
logline_exim(struct str msg, struct log_event *ev)
{
	enum log_kind kind = LOG_NONE;

	skip_stamp(&msg);
	if (logline_exim_id(&msg, ev))
		kind = logline_exim_mail(msg, ev);
	if (kind == LOG_NONE)
		kind = LOGRULE_RUN(rules, msg, ev);
	return kind != LOG_NONE ? kind : authenticator(msg, ev);
}
