/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline.h"
#include "daemon/logline_courier.h"
#include "daemon/logline_exim.h"
#include "daemon/logline_haraka.h"
#include "daemon/logline_opensmtpd.h"
#include "daemon/logline_postfix.h"
#include "daemon/logline_qmail.h"
#include "daemon/logline_sendmail.h"
#include "daemon/logscan.h"

const char *const log_kind_name[LOG_KINDS] = {
	[LOG_NONE] = "none",
	[LOG_CONNECT] = "connect",
	[LOG_DISCONNECT] = "disconnect",
	[LOG_ACCEPT] = "accept",
	[LOG_SENT] = "sent",
	[LOG_BOUNCED] = "bounced",
	[LOG_OWN_BOUNCE] = "own_bounce",
	[LOG_AUTH_OK] = "auth_ok",
	[LOG_INFO] = "info",
	[LOG_UNKNOWN_RCPT] = "unknown_rcpt",
	[LOG_TRAP_RCPT] = "trap_rcpt",
	[LOG_RELAY_DENIED] = "relay_denied",
	[LOG_LIST_REJECT] = "list_reject",
	[LOG_HELO_REJECT] = "helo_reject",
	[LOG_NAME_REJECT] = "name_reject",
	[LOG_CONTENT_REJECT] = "content_reject",
	[LOG_OTHER_REJECT] = "other_reject",
	[LOG_EARLY_TALK] = "early_talk",
	[LOG_PIPELINING] = "pipelining",
	[LOG_NON_SMTP] = "non_smtp",
	[LOG_LOST] = "lost",
	[LOG_RATE_LIMIT] = "rate_limit",
	[LOG_AUTH_FAIL] = "auth_fail",
};

/*
 * Who wrote it, by the tag's last path part.  `path` is whether the tag must
 * have a path: Postfix always writes one, and others' "smtpd" has none.
 * A parser for another MTA is one more row.
 */
static const struct service {
	struct str name;
	bool path;
	struct str mta;
	enum log_kind (*parse)(struct str msg, struct log_event *ev);
} services[] = {
	// clang-format off
	{ STR("smtpd"), true, STR("postfix"), logline_smtpd },
	{ STR("postscreen"), true, STR("postfix"), logline_postscreen },
	{ STR("qmgr"), true, STR("postfix"), logline_qmgr },
	{ STR("cleanup"), true, STR("postfix"), logline_cleanup },
	{ STR("smtp"), true, STR("postfix"), logline_smtp },
	{ STR("bounce"), true, STR("postfix"), logline_bounce },
	{ STR("dnsblog"), true, STR("postfix"), logline_dnsblog },
	{ STR("smtpd"), false, STR("opensmtpd"), logline_opensmtpd },
	{ STR("smtpd"), false, STR("qmail"), logline_qmail },
	{ STR("qmail"), false, STR("qmail"), logline_qmail },
	{ STR("tcpserver"), false, STR("qmail"), logline_qmail },
	{ STR("qmail-send"), false, STR("qmail"), logline_qmail },
	{ STR("qmail-smtpd"), false, STR("qmail"), logline_qmail },
	{ STR("spamdyke"), false, STR("qmail"), logline_spamdyke },
	{ STR("vpopmail"), false, STR("qmail"), logline_vchkpw },
	{ STR("haraka"), false, STR("haraka"), logline_haraka },
	{ STR("node"), false, STR("haraka"), logline_haraka },
	{ STR("courieresmtpd"), false, STR("courier"), logline_courieresmtpd },
	{ STR("courieresmtpd-msa"), false, STR("courier"), logline_couriermsa },
	{ STR("courieresmtpd-ssl"), false, STR("courier"), logline_couriermsa },
	{ STR("courierd"), false, STR("courier"), logline_courierd },
	{ STR("courieresmtp"), false, STR("courier"), logline_courieresmtp },
	{ STR("imapd"), false, STR("courier"), logline_courierlogin },
	{ STR("imapd-ssl"), false, STR("courier"), logline_courierlogin },
	{ STR("pop3d"), false, STR("courier"), logline_courierlogin },
	{ STR("pop3d-ssl"), false, STR("courier"), logline_courierlogin },
	{ STR("exim"), false, STR("exim"), logline_exim },
	{ STR("exim4"), false, STR("exim"), logline_exim },
	{ STR("sendmail"), false, STR("sendmail"), logline_sendmail },
	{ STR("sm-mta"), false, STR("sendmail"), logline_sendmail },
	{ STR("sm-msp-queue"), false, STR("sendmail"), logline_sendmail },
	{ STR("sm-que"), false, STR("sendmail"), logline_sendmail },
	// clang-format on
};

static const struct service *const services_end = services +
    sizeof(services) / sizeof(services[0]);

static inline bool
is_word(struct str s, const char *word)
{
	size_t i = 0;

	while (i < s.n && word[i] == s.p[i] && word[i] != '\0')
		i++;
	return i == s.n && word[i] == '\0';
}

static bool
is_submission(const struct logline_conf *c, struct str part)
{
	const char *const *s = c->submission;

	for (; part.n > 0 && s != NULL && *s != NULL; s++)
		if (**s == part.p[0] && is_word(part, *s))
			return true;
	return false;
}

static const struct service *
find_service(struct str name, bool path)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (str_eq(name, services[i].name) && services[i].path == path)
			return &services[i];
	return NULL;
}

/* A table: every byte of every tag is looked at. */
static const bool tag_ends[256] = {
	[' '] = true,
	['['] = true,
	[':'] = true,
	['/'] = true,
};

/*
 * `postfix/submission/smtpd[123]: ` or the same without a process id.  The
 * service is what follows the last '/'.
 */
static const struct service *
take_tag(const struct logline_conf *c, struct str *s, struct log_event *ev)
{
	size_t i = 0, part = 0;
	struct str name, rest;

	for (; i < s->n; i++) {
		if (!tag_ends[(uint8_t)s->p[i]])
			continue;
		if (s->p[i] != '/')
			break;
		ev->submission |= is_submission(c,
		    (struct str){ s->p + part, i - part });
		part = i + 1;
	}
	name = (struct str){ s->p + part, i - part };
	ev->submission |= is_submission(c, name);
	ev->service = name;
	if (!scan_upto(s, ' ', &rest) || rest.n == 0 ||
	    rest.p[rest.n - 1] != ':')
		return NULL;
	return find_service(name, part > 0);
}

/* After the stamp: `<mail.info>` of BSD, host. */
static bool
take_head(struct str *s)
{
	struct str word;

	if (!scan_eat(s, STR(" ")))
		return false;
	if (s->n > 0 && s->p[0] == '<' && !scan_upto(s, ' ', &word))
		return false;
	return scan_upto(s, ' ', &word);
}

/*
 * A file of Exim's own has a blank in the stamp where syslog has a `T`, and
 * no host and no tag: in such a file they would be words of a client.
 */
static bool
is_exim_file(struct str stamp)
{
	return stamp.n >= 19 && stamp.p[10] == ' ' && stamp.p[4] == '-';
}

static enum log_kind
exim_file(struct str line, int32_t zone_s, struct log_event *ev)
{
	if (!logline_exim_head(&line, zone_s, ev))
		return LOG_NONE;
	ev->mta = STR("exim");
	return logline_exim(line, ev);
}

/* Has the line the head of syslog: a host, a tag? */
static inline bool
is_syslog(struct str stamp, struct str rest)
{
	return stamp.p[0] != '@' && !is_exim_file(stamp) && rest.n > 1 &&
	    rest.p[1] != '[';
}

/*
 * Lines that went past syslog: those of Haraka, which begin with `[LEVEL]`,
 * those that multilog stamps with '@' or tai64nlocal with nine digits of a
 * second, and Exim's.  Not inline: the lines of syslog have to be fast.
 */
static enum log_kind __attribute__((noinline))
parse_untagged(const struct logline_conf *c, struct str stamp, struct str rest,
    struct log_event *ev)
{
	struct str msg = rest;

	while (msg.n > 0 && msg.p[0] == ' ')
		msg = str_from(msg, 1);
	if (msg.n > 1 && msg.p[0] == '[' && char_is_letter(msg.p[1])) {
		ev->mta = STR("haraka");
		return logline_haraka(msg, ev);
	}
	if (stamp.p[0] == '@' || (stamp.n == 29 && stamp.p[10] == ' ')) {
		ev->mta = STR("qmail");
		return logline_qmail(msg, ev);
	}
	return is_exim_file(stamp) ? exim_file(rest, c->time.zone_s, ev) :
				     LOG_NONE;
}

/* A line that did not make an event says nothing about anybody. */
static void
forget(struct log_event *ev)
{
	struct log_event none = { .t_ms = ev->t_ms,
		.whole_second = ev->whole_second,
		.submission = ev->submission,
		.mta = ev->mta,
		.service = ev->service };

	*ev = none;
	memset(&ev->n, 0xff, sizeof(ev->n));
}

/* The tag of one MTA may be another's: their rows stand together. */
static inline enum log_kind
run(const struct service *svc, struct str msg, struct log_event *ev)
{
	const struct service *next = svc + 1;
	enum log_kind kind;

	ev->mta = svc->mta;
	kind = svc->parse(msg, ev);
	if (kind != LOG_NONE || next == services_end ||
	    next->path != svc->path || !str_eq(next->name, svc->name))
		return kind;
	forget(ev);
	ev->mta = next->mta;
	return next->parse(msg, ev);
}

enum log_kind
logline_parse(const struct logline_conf *c, struct str line, int64_t now_ms,
    struct log_event *ev)
{
	/* Volatile: gcc's inline `rep stos` costs 7 % of all, a call less. */
	volatile size_t size = sizeof(*ev);
	const struct service *svc;
	struct str stamp;

	memset(ev, 0, size);
	memset(&ev->n, 0xff, sizeof(ev->n)); /* all counters -1 */
	if (line.n > LOG_LINE_MAX)
		line.n = LOG_LINE_MAX;
	stamp = (struct str){ line.p,
		logtime_parse(&c->time, line, now_ms, &ev->t_ms,
		    &ev->whole_second) };
	if (stamp.n == 0)
		return LOG_NONE;
	line = str_from(line, stamp.n);
	if (!is_syslog(stamp, line))
		ev->kind = parse_untagged(c, stamp, line, ev);
	else if (take_head(&line) && (svc = take_tag(c, &line, ev)) != NULL)
		ev->kind = run(svc, line, ev);
	if (ev->kind == LOG_NONE && ev->mta.n > 0)
		forget(ev);
	return ev->kind;
}
