/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "daemon/loghead.h"
#include "daemon/logline_courier.h"
#include "daemon/logline_exim.h"
#include "daemon/logline_filter.h"
#include "daemon/logline_haraka.h"
#include "daemon/logline_opensmtpd.h"
#include "daemon/logline_postfix.h"
#include "daemon/logline_qmail.h"
#include "daemon/logline_sendmail.h"
#include "daemon/logscan.h"

/*
 * Who wrote it, by the tag's last path part.  `path` is whether the tag must
 * have a path: Postfix always writes one, and others' "smtpd" has none.
 * A parser for another MTA is one more row.
 */
static const struct logline_service {
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
	{ STR("lmtp"), true, STR("postfix"), logline_delivery },
	{ STR("local"), true, STR("postfix"), logline_delivery },
	{ STR("virtual"), true, STR("postfix"), logline_delivery },
	{ STR("pipe"), true, STR("postfix"), logline_delivery },
	{ STR("discard"), true, STR("postfix"), logline_delivery },
	{ STR("error"), true, STR("postfix"), logline_delivery },
	{ STR("bounce"), true, STR("postfix"), logline_bounce },
	{ STR("dnsblog"), true, STR("postfix"), logline_dnsblog },
	{ STR("tlsproxy"), true, STR("postfix"), logline_tlsproxy },
	{ STR("smtpd"), false, STR("opensmtpd"), logline_opensmtpd },
	{ STR("smtpd"), false, STR("qmail"), logline_qmail },
	{ STR("qmail"), false, STR("qmail"), logline_qmail },
	{ STR("tcpserver"), false, STR("qmail"), logline_tcpserver },
	{ STR("sslserver"), false, STR("qmail"), logline_tcpserver },
	{ STR("rblsmtpd"), false, STR("qmail"), logline_rblsmtpd },
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
	{ STR("sm-mta-in"), false, STR("sendmail"), logline_sendmail },
	{ STR("sm-acceptingconnections"), false, STR("sendmail"),
	    logline_sendmail },
	{ STR("sendmail-in"), false, STR("sendmail"), logline_sendmail },
	{ STR("courierpop3login"), false, STR("courier"),
	    logline_courierlogin },
	{ STR("imaplogin"), false, STR("courier"), logline_courierlogin },
	{ STR("pop3login"), false, STR("courier"), logline_courierlogin },
	{ STR("amavis"), false, STR("amavis"), logline_amavis },
	{ STR("amavisd"), false, STR("amavis"), logline_amavis },
	{ STR("amavisd"), true, STR("amavis"), logline_amavis },
	{ STR("amavisd-new"), true, STR("amavis"), logline_amavis },
	{ STR("rspamd"), false, STR("rspamd"), logline_rspamd },
	{ STR("spamd"), false, STR("spamd"), logline_spamd },
	{ STR("clamav-milter"), false, STR("clamav"), logline_clamav },
	{ STR("clamsmtpd"), false, STR("clamsmtp"), logline_clamsmtp },
	{ STR("mimedefang.pl"), false, STR("mimedefang"), logline_mimedefang },
	{ STR("mimedefang"), false, STR("mimedefang"), logline_mimedefang },
	// clang-format on
};

static const struct logline_service *const services_end = services +
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

static const struct logline_service *
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
 * `postfix/submission/smtpd`, up to a bracket, a colon or a blank.  The
 * service is what follows the last '/'; NULL = none that we know.
 */
static const struct logline_service *
take_service(const struct logline_conf *c, struct str *s, struct log_event *ev)
{
	size_t i = 0, part = 0;

	for (; i < s->n; i++) {
		if (!tag_ends[(uint8_t)s->p[i]])
			continue;
		if (s->p[i] != '/')
			break;
		ev->submission |= is_submission(c,
		    (struct str){ s->p + part, i - part });
		part = i + 1;
	}
	ev->service = (struct str){ s->p + part, i - part };
	ev->submission |= is_submission(c, ev->service);
	*s = str_from(*s, i);
	return find_service(ev->service, part > 0);
}

/* `[123]: `, `: ` or whatever word that ends in a colon. */
static inline bool __attribute__((always_inline)) skip_pid(struct str *s)
{
	struct str word;
	uint64_t pid;
	size_t n;

	if (s->n > 12 && s->p[0] == '[') {
		memcpy(&pid, s->p + 1, sizeof(pid));
		n = scan_digits(le64toh(pid)) + 1;
		if (n > 1 && n < 9 && memcmp(s->p + n, "]: ", 3) == 0) {
			*s = str_from(*s, n + 3);
			return true;
		}
	}
	return scan_upto(s, ' ', &word) && word.n > 0 &&
	    word.p[word.n - 1] == ':';
}

/*
 * After the stamp: `<mail.info>` of BSD, host.  A word with a colon at its end
 * is the tag already.
 */
static bool
take_head(struct str *s)
{
	struct str word, rest;

	if (!scan_eat(s, STR(" ")))
		return false;
	if (s->n > 0 && s->p[0] == '<' && !scan_upto(s, ' ', &word))
		return false;
	rest = *s;
	if (!scan_upto(&rest, ' ', &word))
		return false;
	if (word.n == 0 || word.p[word.n - 1] != ':')
		*s = rest;
	/* `mail.info` or, on AIX, `mail:info` behind the host. */
	if (s->n > 4 && (s->p[4] == '.' || s->p[4] == ':') &&
	    str_starts(*s, STR("mail")))
		return scan_upto(s, ' ', &word);
	return true;
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
	    rest.p[1] != '[' && rest.p[1] != '{' &&
	    (rest.p[1] != 'l' || !str_starts(rest, STR(" level=")));
}

/* Volatile: gcc's inline `rep stos` costs 7 % of all, a call less. */
static inline void
clear(struct log_event *ev)
{
	volatile size_t size = sizeof(*ev);

	memset(ev, 0, size);
	memset(&ev->n, 0xff, sizeof(ev->n)); /* all counters -1 */
}

/* A line that did not make an event says nothing about anybody. */
static void
forget(struct log_event *ev)
{
	int64_t t_ms = ev->t_ms;
	bool whole_second = ev->whole_second, submission = ev->submission;
	struct str mta = ev->mta, service = ev->service;

	clear(ev);
	ev->t_ms = t_ms;
	ev->whole_second = whole_second;
	ev->submission = submission;
	ev->mta = mta;
	ev->service = service;
}

/* The tag of one MTA may be another's: their rows stand together. */
static inline enum log_kind
run(const struct logline_service *svc, struct str msg, struct log_event *ev)
{
	const struct logline_service *next = svc + 1;
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

/* Some loggers put words of their own around the message. */
static inline enum log_kind
run_wrapped(const struct logline_service *svc, struct str msg,
    struct log_event *ev)
{
	if (msg.n > 0 && (msg.p[0] == '[' || msg.p[0] == 'm'))
		loghead_unwrap(&msg);
	return run(svc, msg, ev);
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
	if (msg.n > 0 && msg.p[0] == '#') {
		ev->mta = STR("rspamd");
		return logline_rspamd(msg, ev);
	}
	if (msg.n > 1 &&
	    ((msg.p[0] == '[' && char_is_letter(msg.p[1])) || msg.p[0] == '{' ||
		str_starts(msg, STR("level=")))) {
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

/* `STAMP HOST APP PROCID MSGID SD MESSAGE`; of the tag only APP is there. */
static enum log_kind __attribute__((noinline))
parse_5424(const struct logline_conf *c, struct str line, int64_t now_ms,
    struct log_event *ev)
{
	const struct logline_service *svc = NULL;
	struct str app, part, tag;
	enum log_kind kind = LOG_NONE;
	size_t n = logtime_parse(&c->time, line, now_ms, &ev->t_ms,
	    &ev->whole_second);

	line = str_from(line, n);
	if (n == 0 || !loghead_5424(&line, &app))
		return LOG_NONE;
	for (tag = app; scan_upto(&tag, '/', &part);)
		ev->submission |= is_submission(c, part);
	ev->submission |= is_submission(c, tag);
	ev->service = tag;
	svc = find_service(tag, tag.n < app.n);
	if (svc != NULL)
		kind = run_wrapped(svc, line, ev);
	ev->kind = kind;
	if (kind == LOG_NONE && ev->mta.n > 0)
		forget(ev);
	return kind;
}

/* The line after its stamp, which is one of syslog's. */
static inline enum log_kind
parse_tagged(const struct logline_conf *c, struct str line,
    struct log_event *ev)
{
	const struct logline_service *svc;

	if (!take_head(&line))
		return LOG_NONE;
	svc = take_service(c, &line, ev);
	return svc != NULL && skip_pid(&line) ? run_wrapped(svc, line, ev) :
						LOG_NONE;
}

/* Too long ones are cut. */
static inline struct str
whole(struct str line)
{
	if (line.n > LOG_LINE_MAX)
		line.n = LOG_LINE_MAX;
	return line;
}

enum log_kind
logline_parse(const struct logline_conf *c, struct str line, int64_t now_ms,
    struct log_event *ev)
{
	struct str stamp;

	clear(ev);
	line = whole(line);
	if (line.n > 0 && line.p[0] == '<' && loghead_priority(&line))
		return ev->kind = parse_5424(c, line, now_ms, ev);
	stamp = (struct str){ line.p,
		logtime_parse(&c->time, line, now_ms, &ev->t_ms,
		    &ev->whole_second) };
	if (stamp.n == 0)
		return LOG_NONE;
	line = str_from(line, stamp.n);
	ev->kind = is_syslog(stamp, line) ? parse_tagged(c, line, ev) :
					    parse_untagged(c, stamp, line, ev);
	if (ev->kind == LOG_NONE && ev->mta.n > 0)
		forget(ev);
	return ev->kind;
}

/* ---- line after line ---- */

struct logline_reader {
	struct logline_conf conf;
	struct logtime_memo time;
	struct loghead_seen seen[LOGHEAD_SEEN];
};

struct logline_reader *
logline_reader_new(const struct logline_conf *c)
{
	struct logline_reader *r = malloc(sizeof(*r));

	if (r != NULL)
		logline_reader_set(r, c);
	return r;
}

void
logline_reader_free(struct logline_reader *r)
{
	free(r);
}

void
logline_reader_set(struct logline_reader *r, const struct logline_conf *c)
{
	*r = (struct logline_reader){ .conf = *c, .time = { .conf = c->time } };
}

/*
 * Finds out about a head, and remembers it if it is ` HOST TAG[` of `n` bytes:
 * where there is no host, a colon behind them decides what they are.
 */
static enum log_kind __attribute__((noinline))
read_new_head(struct logline_reader *r, struct loghead_seen *place, size_t n,
    struct str line, struct log_event *ev)
{
	struct str s = line;
	const struct logline_service *svc;
	bool host;

	if (!take_head(&s))
		return LOG_NONE;
	host = s.p > line.p + 1 && line.p[1] != '<';
	svc = take_service(&r->conf, &s, ev);
	if (host && s.p + 1 == line.p + n) {
		*place = (struct loghead_seen){ .service = svc,
			.n = (uint8_t)n,
			.name_at = (uint8_t)(ev->service.p - line.p),
			.submission = ev->submission };
		memcpy(place->text, line.p, n);
	}
	return svc != NULL && skip_pid(&s) ? run_wrapped(svc, s, ev) : LOG_NONE;
}

static inline enum log_kind
read_tagged(struct logline_reader *r, struct str line, struct log_event *ev)
{
	struct loghead_seen *seen;
	struct str s;
	size_t n;

	seen = loghead_place(r->seen, line, &n);
	if (seen == NULL)
		return parse_tagged(&r->conf, line, ev);
	if (seen->n != n || !loghead_same(seen->text, line.p, n))
		return read_new_head(r, seen, n, line, ev);
	s = str_from(line, n - 1);
	ev->submission = seen->submission;
	ev->service = (struct str){ line.p + seen->name_at,
		n - 1 - seen->name_at };
	if (seen->service == NULL || !skip_pid(&s))
		return LOG_NONE;
	return run_wrapped(seen->service, s, ev);
}

enum log_kind
logline_read(struct logline_reader *r, struct str line, int64_t now_ms,
    struct log_event *ev)
{
	struct str stamp;

	line = whole(line);
	if (line.n > 0 && line.p[0] == '<')
		return logline_parse(&r->conf, line, now_ms, ev);
	clear(ev);
	stamp = (struct str){ line.p,
		logtime_next(&r->time, line, now_ms, &ev->t_ms,
		    &ev->whole_second) };
	if (stamp.n == 0)
		return LOG_NONE;
	line = str_from(line, stamp.n);
	ev->kind = is_syslog(stamp, line) ?
	    read_tagged(r, line, ev) :
	    parse_untagged(&r->conf, stamp, line, ev);
	if (ev->kind == LOG_NONE && ev->mta.n > 0)
		forget(ev);
	return ev->kind;
}
