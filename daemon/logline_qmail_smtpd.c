/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_qmail_impl.h"

/* `a:b:192.0.2.1`: what follows the last colon; no colon can hide in IPv4. */
static bool
tail_v4(struct str s, struct log_event *ev)
{
	const char *colon = s.n == 0 ? NULL : memrchr(s.p, ':', s.n);

	if (colon == NULL)
		return false;
	s = str_from(s, (size_t)(colon - s.p) + 1);
	return memchr(s.p, '.', s.n) != NULL && logrule_client(s, ev);
}

/* ---- spamdyke ---- */

static const struct logrule_kind spamdyke_kinds[] = {
	// clang-format off
	{ STR("ALLOWED_AUTHENTICATED"), LOG_AUTH_OK },
	{ STR("ALLOWED_TLS"), LOG_INFO },
	{ STR("ALLOWED"), LOG_ACCEPT },
	{ STR("DENIED_RDNS_"), LOG_NAME_REJECT },
	{ STR("DENIED_IP_IN_"), LOG_NAME_REJECT },
	{ STR("DENIED_RBL_MATCH"), LOG_LIST_REJECT },
	{ STR("DENIED_EARLYTALKER"), LOG_EARLY_TALK },
	{ STR("DENIED_GRAYLISTED"), LOG_INFO },
	{ STR("DENIED_RELAYING"), LOG_RELAY_DENIED },
	{ STR("DENIED_TOO_MANY_RECIPIENTS"), LOG_RATE_LIMIT },
	{ STR("DENIED_"), LOG_OTHER_REJECT },
	{ STR("TIMEOUT"), LOG_LOST },
	{ STR("FAILED_AUTH"), LOG_AUTH_FAIL },
	{ STR("UNKNOWN_AUTH"), LOG_INFO },
	{ STR("FAILED_TLS"), LOG_INFO },
	{ STR("TLS_ENCRYPTED"), LOG_INFO },
	// clang-format on
};

/* Those that spamdyke answers with 421. */
static bool
spamdyke_is_soft(struct str code)
{
	return str_starts(code, STR("DENIED_RDNS_")) ||
	    str_eq(code, STR("DENIED_GRAYLISTED")) ||
	    str_eq(code, STR("DENIED_SENDER_NO_MX")) ||
	    str_eq(code, STR("DENIED_TOO_MANY_RECIPIENTS"));
}

/* What qmail itself refused; the words of its patches. */
static enum log_kind
qmail_refusal(struct str text)
{
	if (scan_has(text, STR("rcpthosts")))
		return LOG_RELAY_DENIED;
	if (scan_has(text, STR("5.1.1")) ||
	    scan_has_nocase(text, STR("no mailbox")) ||
	    scan_has(text, STR("no_mailbox")))
		return LOG_UNKNOWN_RCPT;
	return LOG_OTHER_REJECT;
}

/*
 * `origin_rdns: NAME auth: USER encryption: E reason: TEXT`.  NAME is the
 * client's: where it holds a blank, USER is nobody.
 */
static struct str
spamdyke_tail(struct str s, struct log_event *ev)
{
	struct str name, user = STR("(unknown)");

	if (!scan_eat(&s, STR("origin_rdns: ")))
		return user;
	name = logrule_word(&s);
	ev->rdns_none = str_eq(name, STR("(unknown)"));
	if (scan_eat(&s, STR("auth: ")) && !scan_has(s, STR(" auth: ")))
		user = logrule_word(&s);
	if (scan_eat(&s, STR("encryption: ")) &&
	    scan_upto_str(&s, STR("reason: "), &name) &&
	    !str_eq(s, STR("(empty)")))
		ev->reason = s;
	return user;
}

/* `ip: 192.0.2.1 rbl: ZONE`: why; the DENIED_ line tells what was done. */
static enum log_kind
spamdyke_filter(struct str s, struct log_event *ev)
{
	if (!scan_eat(&s, STR("ip: ")) || !logrule_client(logrule_word(&s), ev))
		return LOG_NONE;
	ev->reason = s;
	return LOG_INFO;
}

/* `ALLOWED from: SENDER to: RCPT origin_ip: 192.0.2.1 origin_rdns: ...` */
enum log_kind
logline_spamdyke(struct str msg, struct log_event *ev)
{
	struct str code = logrule_word(&msg), who, user;
	enum log_kind kind = LOGRULE_KIND(spamdyke_kinds, code, LOG_NONE);

	if (str_starts(code, STR("FILTER_")))
		return spamdyke_filter(msg, ev);
	if (kind == LOG_NONE || !scan_eat(&msg, STR("from: ")) ||
	    !logrule_once(msg, STR(" origin_ip: "), &who, &msg) ||
	    !scan_upto_str(&who, STR(" to: "), &ev->sender))
		return LOG_NONE;
	if (!str_eq(who, STR("(unknown)")))
		ev->rcpt = who;
	if (!logrule_client(logrule_word(&msg), ev))
		return LOG_NONE;
	user = spamdyke_tail(msg, ev);
	ev->rdns_none |= str_eq(code, STR("DENIED_RDNS_MISSING"));
	ev->rdns_unconfirmed = str_eq(code, STR("DENIED_RDNS_RESOLVE"));
	ev->null_sender = str_eq(ev->sender, STR("(unknown)"));
	if (ev->null_sender)
		ev->sender = STR("");
	ev->soft = spamdyke_is_soft(code);
	if (str_eq(code, STR("DENIED_OTHER"))) {
		kind = qmail_refusal(ev->reason);
		qmail_code(&ev->reason, ev);
	}
	return kind == LOG_ACCEPT && !str_eq(user, STR("(unknown)")) ?
	    LOG_AUTH_OK :
	    kind;
}

/* `spamdyke[4711]: ` on stderr, in a log of multilog */
enum log_kind
qmail_spamdyke(struct str s, struct log_event *ev)
{
	if (!qmail_pid(&s, ev) || !scan_eat(&s, STR("]: ")))
		return LOG_NONE;
	return logline_spamdyke(s, ev);
}

/* ---- patches of qmail-smtpd ---- */

static const struct logrule_kind chkuser_kinds[] = {
	// clang-format off
	{ STR("accepted rcpt"), LOG_ACCEPT },
	{ STR("accepted any rcpt"), LOG_ACCEPT },
	{ STR("relaying rcpt"), LOG_ACCEPT },
	{ STR("rejected relaying"), LOG_RELAY_DENIED },
	{ STR("rejected intrusion"), LOG_RATE_LIMIT },
	{ STR("intrusion threshold"), LOG_RATE_LIMIT },
	{ STR("rejected sender"), LOG_OTHER_REJECT },
	{ STR("must auth"), LOG_OTHER_REJECT },
	/* the rest of `rejected rcpt: ` */
	{ STR("not existing recipient"), LOG_UNKNOWN_RCPT },
	{ STR("max number"), LOG_RATE_LIMIT },
	{ STR("temporary DNS"), LOG_INFO },
	// clang-format on
};

/*
 * `rejected rcpt: from <SENDER:INFO:ID> remote <HELO:NAME:192.0.2.1> rcpt
 * <RCPT> : not existing recipient`
 */
enum log_kind
qmail_chkuser(struct str s, struct log_event *ev)
{
	struct str brief, from, remote;

	if (!scan_upto(&s, ':', &brief) || !scan_eat(&s, STR(" from <")) ||
	    !logrule_once(s, STR("> remote <"), &from, &s) ||
	    !logrule_once(s, STR("> rcpt <"), &remote, &s) ||
	    !tail_v4(remote, ev))
		return LOG_NONE;
	(void)scan_upto(&from, ':', &ev->sender);
	(void)scan_upto(&remote, ':', &ev->helo);
	ev->null_sender = ev->sender.n == 0;
	if (scan_upto_str(&s, STR("> : "), &ev->rcpt))
		ev->reason = s;
	if (str_eq(brief, STR("rejected rcpt")))
		return LOGRULE_KIND(chkuser_kinds, ev->reason,
		    LOG_OTHER_REJECT);
	return LOGRULE_KIND(chkuser_kinds, brief, LOG_INFO);
}

static const struct logrule_kind smtpd_kinds[] = {
	// clang-format off
	{ STR("Accept::AUTH"), LOG_AUTH_OK },
	{ STR("Accept::"), LOG_ACCEPT },
	{ STR("Reject::RCPT::Failed_Rcptto"), LOG_UNKNOWN_RCPT },
	{ STR("Reject::RCPT::Toomany"), LOG_RATE_LIMIT },
	{ STR("Reject::SNDR::Invalid_Relay"), LOG_RELAY_DENIED },
	{ STR("Reject::ORIG::DNS_HELO"), LOG_HELO_REJECT },
	{ STR("Reject::ORIG::Bad_Helo"), LOG_HELO_REJECT },
	{ STR("Reject::ORIG::Missing_Auth"), LOG_OTHER_REJECT },
	{ STR("Reject::AUTH"), LOG_AUTH_FAIL },
	{ STR("Reject::DATA"), LOG_CONTENT_REJECT },
	{ STR("Reject::TLS"), LOG_INFO },
	{ STR("Reject::"), LOG_OTHER_REJECT },
	// clang-format on
};

/* `P:ESMTP S:NAME:192.0.2.1 H:HELO F:SENDER T:RCPT` */
static bool
smtpd_fields(struct str s, struct log_event *ev)
{
	struct str word = logrule_word(&s);

	if (str_starts(word, STR("P:")))
		word = logrule_word(&s);
	if (!scan_eat(&word, STR("S:")) || !tail_v4(word, ev))
		return false;
	word = logrule_word(&s);
	if (scan_eat(&word, STR("H:")))
		ev->helo = word;
	word = logrule_word(&s);
	if (scan_eat(&word, STR("F:")))
		ev->sender = word;
	word = logrule_word(&s);
	if (scan_eat(&word, STR("T:")))
		ev->rcpt = word;
	return true;
}

/*
 * `pid 4711 from 192.0.2.1 HELO <HELO> MAIL from <SENDER> ...` and
 * `pid 4711 Reject::RCPT::Failed_Rcptto: P:ESMTP S:...`
 */
enum log_kind
qmail_smtpd(struct str s, struct log_event *ev)
{
	struct str word;

	if (!scan_eat(&s, STR("pid ")) || !qmail_pid(&s, ev) ||
	    !scan_eat(&s, STR(" ")))
		return LOG_NONE;
	if (scan_eat(&s, STR("from "))) {
		if (!logrule_client(logrule_word(&s), ev))
			return LOG_NONE;
		return scan_eat(&s, STR("HELO ")) &&
			scan_mailbox(&s, &ev->helo) ?
		    LOG_ACCEPT :
		    LOG_INFO;
	}
	word = logrule_word(&s);
	return smtpd_fields(s, ev) ? LOGRULE_KIND(smtpd_kinds, word, LOG_NONE) :
				     LOG_NONE;
}

/* ---- vpopmail's check of passwords ---- */

static const struct logrule_kind vchkpw_kinds[] = {
	{ STR("password fail "), LOG_AUTH_FAIL },
	{ STR("vpopmail user not found "), LOG_AUTH_FAIL },
	{ STR("(PLAIN) login success "), LOG_AUTH_OK },
	{ STR("(LOGIN) login success "), LOG_AUTH_OK },
	{ STR("(CRAM-MD5) login success "), LOG_AUTH_OK },
};

static bool
is_user_byte(char c)
{
	return char_is_letter(c) || char_is_digit(c) ||
	    memchr("@.-_+=", c, 6) != NULL;
}

/*
 * `vchkpw-smtp: password fail USER:192.0.2.1`.  USER is the client's: only
 * what looks like one, to the colon before the address that ends the line.
 */
enum log_kind
logline_vchkpw(struct str msg, struct log_event *ev)
{
	if (msg.n > LOGRULE_WHOLE_MAX)
		return LOG_NONE;
	if (scan_eat(&msg, STR("vchkpw-submission: ")))
		ev->submission = true;
	else if (!scan_eat(&msg, STR("vchkpw-smtp: ")) &&
	    !scan_eat(&msg, STR("vchkpw-smtps: ")))
		return LOG_NONE;
	for (size_t i = 0; i < sizeof(vchkpw_kinds) / sizeof(vchkpw_kinds[0]);
	     i++) {
		if (!scan_eat(&msg, vchkpw_kinds[i].start))
			continue;
		/* The address is the end, whatever the password was. */
		if (str_starts(msg, STR("(pass: '")))
			return tail_v4(msg, ev) ? vchkpw_kinds[i].kind :
						  LOG_NONE;
		msg = str_from(msg, str_span(msg, is_user_byte));
		return msg.n > 0 && msg.p[0] == ':' && tail_v4(msg, ev) &&
			memrchr(msg.p, ':', msg.n) == msg.p ?
		    vchkpw_kinds[i].kind :
		    LOG_NONE;
	}
	return LOG_NONE;
}
