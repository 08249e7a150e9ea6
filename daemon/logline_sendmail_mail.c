/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_sendmail.h"
#include "daemon/logscan.h"

/* `relay=`, where it stands once; what follows it is in *rest. */
static bool
only_relay(struct str line, struct str *rest)
{
	static const struct str relay = STR("relay=");
	struct str before;

	*rest = line;
	return scan_upto_str(rest, relay, &before) && !scan_has(*rest, relay);
}

/* Sendmail cuts what is too long for syslog into lines that end so. */
static bool
is_part(struct str line)
{
	static const struct str dots = STR(" ...");

	return line.n > SCAN_WHOLE_MAX ||
	    (line.n >= dots.n && str_eq(str_from(line, line.n - dots.n), dots));
}

bool
logline_sendmail_relay(struct str line, struct log_event *ev)
{
	struct log_event got = *ev;
	struct str s;

	if (is_part(line) || !only_relay(line, &s) ||
	    !scan_name_addr(&s, &got) || (s.n > 0 && s.p[0] != ','))
		return false;
	*ev = got;
	return true;
}

bool
logline_sendmail_is_msa(struct str daemon)
{
	return scan_has_nocase(daemon, STR("msa")) ||
	    scan_has_nocase(daemon, STR("submission")) ||
	    scan_has_nocase(daemon, STR("smtps")) ||
	    str_eq(daemon, STR("TLSMTA"));
}

/* `daemon=MSA, relay=`, or the A of a login at the end of `proto=ESMTPSA`. */
static bool
is_submission(struct str line)
{
	struct str s = line, skip, daemon, proto;

	/* Of the last ones, which are Sendmail's own. */
	while (scan_upto_str(&s, STR(", proto="), &skip))
		;
	if (!scan_upto_str(&s, STR(", daemon="), &proto) ||
	    !scan_upto(&s, ',', &daemon))
		return false;
	return logline_sendmail_is_msa(daemon) ||
	    (proto.n > 5 && proto.p[proto.n - 1] == 'A');
}

/* `<a@b>` or the bare name of a local user. */
static void
take_sender(struct str *s, struct log_event *ev)
{
	struct str rest = *s;

	if (scan_mailbox(s, &ev->sender))
		ev->null_sender = ev->sender.n == 0;
	else if (scan_upto(&rest, ',', &ev->sender))
		*s = str_from(*s, ev->sender.n);
}

/*
 * `<S>, size=N, class=N, nrcpts=N[, msgid=M][, ...], relay=NAME [IP]`.  There
 * is a message id only where a message was received to its end.
 */
enum log_kind
logline_sendmail_from(struct str s, struct log_event *ev)
{
	struct str line = s;
	uint32_t n;
	bool whole;

	take_sender(&s, ev);
	if (!scan_eat(&s, STR(", size=")) || !scan_uint(&s, &n) ||
	    !scan_eat(&s, STR(", class=")))
		return LOG_NONE;
	(void)scan_eat(&s, STR("-"));
	if (!scan_uint(&s, &n) || !scan_eat(&s, STR(", nrcpts=")) ||
	    !scan_uint(&s, &n))
		return LOG_NONE;
	whole = n > 0 && str_starts(s, STR(", msgid="));
	if (logline_sendmail_relay(line, ev))
		ev->submission |= is_submission(s);
	if (!whole)
		return LOG_INFO;
	ev->nrcpt = n;
	ev->queued = true;
	return ev->client.family != 0 ? LOG_ACCEPT : LOG_INFO;
}

/* `stat=` where it stands once: a remote server's words may be behind it. */
static struct str
status_of(struct str line)
{
	struct str s = line, skip;

	if (!scan_upto_str(&s, STR(", stat="), &skip))
		return STR("");
	return s;
}

static enum log_kind
kind_of(struct str line, const struct log_event *ev)
{
	struct str s = line, skip;

	if (str_starts(ev->reason, STR("Sent")))
		return ev->client.family != 0 ? LOG_SENT : LOG_INFO;
	if (scan_upto_str(&s, STR(", dsn="), &skip) && s.n > 0 && s.p[0] == '5')
		return LOG_BOUNCED;
	return LOG_INFO;
}

/* `<R>[,<R>...], ctladdr=..., mailer=M, relay=MX [IP], dsn=D, stat=S` */
enum log_kind
logline_sendmail_to(struct str s, struct log_event *ev)
{
	struct str line = s;

	/* The relay is not the client that the queue id stands for. */
	ev->session = STR("");
	if (!scan_mailbox(&s, &ev->rcpt))
		return LOG_NONE;
	ev->reason = status_of(s);
	if (logline_sendmail_relay(line, ev))
		ev->rdns_none = ev->rdns_unconfirmed = false;
	return kind_of(s, ev);
}
