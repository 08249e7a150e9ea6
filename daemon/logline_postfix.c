/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_postfix.h"
#include "daemon/logline_reject.h"
#include "daemon/logscan.h"

#define QID_MAX 32

typedef enum log_kind rule_fn(struct str s, struct log_event *ev);

/* A message that starts so is read by that; `s` is what follows. */
struct rule {
	struct str start;
	rule_fn *parse;
};

static enum log_kind
run_rules(const struct rule *rules, size_t n, struct str s,
    struct log_event *ev)
{
	for (size_t i = 0; i < n; i++)
		if (scan_starts(s, rules[i].start))
			return rules[i].parse(str_from(s, rules[i].start.n),
			    ev);
	return LOG_NONE;
}

#define RUN_RULES(rules, s, ev) \
	run_rules((rules), sizeof(rules) / sizeof((rules)[0]), (s), (ev))

/* All letters but small vowels; a table, for every line is looked at. */
static const bool qid_bytes[256] = {
	// clang-format off
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['b' ... 'd'] = true,
	['f' ... 'h'] = true, ['j' ... 'n'] = true, ['p' ... 't'] = true,
	['v' ... 'z'] = true,
	// clang-format on
};

bool
logline_qid(struct str *s, struct log_event *ev)
{
	struct str rest;
	size_t i = 0;

	while (i < s->n && i <= QID_MAX && qid_bytes[(uint8_t)s->p[i]])
		i++;
	rest = str_from(*s, i);
	if (i < 5 || i > QID_MAX || !scan_eat(&rest, STR(": ")))
		return false;
	ev->qid = (struct str){ s->p, i };
	if (str_eq(ev->qid, STR("NOQUEUE")))
		ev->qid = STR("");
	*s = rest;
	return true;
}

static enum log_kind
connect_from(struct str s, struct log_event *ev)
{
	return scan_namaddr(&s, ev) && s.n == 0 ? LOG_CONNECT : LOG_NONE;
}

#define COUNTER(field) offsetof(struct log_counters, field)
#define NO_COUNTER     SIZE_MAX

/*
 * `rcpt=2/5` or `quit=1`: which fields a word of a disconnect line fills.  The
 * first three letters of each give another place (a clash would not compile).
 */
#define PLACES         32
#define PLACE(a, b, c) (((a) + 2 * (b) + 7 * (c)) % PLACES)

static const struct counter {
	struct str name;
	size_t ok, all; /* offsets */
} counters[PLACES] = {
	// clang-format off
	[PLACE('e', 'h', 'l')] = { STR("ehlo"), NO_COUNTER, COUNTER(ehlo) },
	[PLACE('q', 'u', 'i')] = { STR("quit"), NO_COUNTER, COUNTER(quit) },
	[PLACE('m', 'a', 'i')] = { STR("mail"), COUNTER(mail_ok), COUNTER(mail) },
	[PLACE('r', 'c', 'p')] = { STR("rcpt"), COUNTER(rcpt_ok), COUNTER(rcpt) },
	[PLACE('d', 'a', 't')] = { STR("data"), COUNTER(data_ok), COUNTER(data) },
	[PLACE('c', 'o', 'm')] = { STR("commands"), COUNTER(commands_ok), COUNTER(commands) },
	[PLACE('s', 't', 'a')] = { STR("starttls"), NO_COUNTER, COUNTER(starttls) },
	[PLACE('h', 'e', 'l')] = { STR("helo"), NO_COUNTER, COUNTER(helo) },
	[PLACE('a', 'u', 't')] = { STR("auth"), COUNTER(auth_ok), COUNTER(auth) },
	[PLACE('u', 'n', 'k')] = { STR("unknown"), NO_COUNTER, COUNTER(unknown) },
	[PLACE('b', 'd', 'a')] = { STR("bdat"), NO_COUNTER, COUNTER(bdat) },
	[PLACE('r', 's', 'e')] = { STR("rset"), NO_COUNTER, COUNTER(rset) },
	[PLACE('n', 'o', 'o')] = { STR("noop"), NO_COUNTER, COUNTER(noop) },
	[PLACE('v', 'r', 'f')] = { STR("vrfy"), NO_COUNTER, COUNTER(vrfy) },
	// clang-format on
};

static void
set_counter(struct log_counters *n, size_t at, uint32_t v)
{
	int32_t value = (int32_t)v;

	/* The one place where a table names fields of a struct. */
	if (at != NO_COUNTER)
		memcpy((char *)n + at, &value, sizeof(value));
}

static void
set_counters(struct log_counters *n, struct str word, uint32_t ok, uint32_t all)
{
	const struct counter *c;

	if (word.n < 4)
		return;
	c = &counters[PLACE((uint8_t)word.p[0], (uint8_t)word.p[1],
	    (uint8_t)word.p[2])];
	if (!str_eq(c->name, word))
		return;
	set_counter(n, c->ok, ok);
	set_counter(n, c->all, all);
}

static enum log_kind
disconnect_from(struct str s, struct log_event *ev)
{
	struct str word;
	uint32_t ok, all;

	if (!scan_namaddr(&s, ev) || (s.n > 0 && s.p[0] != ' '))
		return LOG_NONE;
	while (scan_eat(&s, STR(" ")) && scan_upto(&s, '=', &word) &&
	    scan_uint(&s, &ok)) {
		all = ok;
		if (scan_eat(&s, STR("/")) && !scan_uint(&s, &all))
			break;
		set_counters(&ev->n, word, ok, all);
		ev->has_counters = true;
	}
	return LOG_DISCONNECT;
}

/* A stage is Postfix's own word: capitals and hyphens, or `.`. */
static bool
eat_stage(struct str *s)
{
	size_t i = 0;

	while (i < s->n &&
	    ((unsigned)(s->p[i] - 'A') < 26 || s->p[i] == '-' ||
		s->p[i] == '.'))
		i++;
	*s = str_from(*s, i);
	return i > 0;
}

/* `after DATA (123 bytes) from NAME[IP]` */
static bool
after_from(struct str *s, struct log_event *ev)
{
	uint32_t bytes;

	if (!scan_eat(s, STR("after ")) || !eat_stage(s))
		return false;
	if (scan_eat(s, STR(" ("))) {
		(void)scan_eat(s, STR("approximately "));
		if (!scan_uint(s, &bytes) || !scan_eat(s, STR(" bytes)")))
			return false;
	}
	return scan_eat(s, STR(" from ")) && scan_namaddr(s, ev);
}

/* `lost connection after RCPT from ...`; the reason is all before "from". */
static enum log_kind
lost(struct str msg, struct log_event *ev)
{
	struct str s = msg;

	if (!scan_eat(&s, STR("lost connection ")) &&
	    !scan_eat(&s, STR("timeout ")) &&
	    !scan_eat(&s, STR("too many errors ")))
		return LOG_NONE;
	if (!after_from(&s, ev) || s.n > 0)
		return LOG_NONE;
	(void)scan_upto_str(&msg, STR(" from "), &ev->reason);
	return LOG_LOST;
}

/* `improper command pipelining after EHLO from NAME[IP]: text` */
static enum log_kind
pipelining_after(struct str s, struct log_event *ev)
{
	if (!after_from(&s, ev) || (s.n > 0 && !scan_eat(&s, STR(": "))))
		return LOG_NONE;
	ev->reason = s;
	return LOG_PIPELINING;
}

/* `NAME[IP]: text`, `NAME[IP]` or `NAME[IP] text`: of no weight. */
static enum log_kind
info_from(struct str s, struct log_event *ev)
{
	if (!scan_namaddr(&s, ev))
		return LOG_NONE;
	return s.n == 0 || s.p[0] == ':' || s.p[0] == ' ' ? LOG_INFO : LOG_NONE;
}

/* `client=NAME[IP][, sasl_method=M, sasl_username=U...]` */
static enum log_kind
client_is(struct str s, struct log_event *ev)
{
	struct str method;

	if (!scan_namaddr(&s, ev) || (s.n > 0 && s.p[0] != ','))
		return LOG_NONE;
	if (scan_eat(&s, STR(", sasl_method=")) && scan_upto(&s, ',', &method))
		s = (struct str){ s.p - 1, s.n + 1 };
	/* sasl_sender, which follows, is the client's. */
	return str_starts(s, STR(", sasl_username=")) ? LOG_AUTH_OK :
							LOG_ACCEPT;
}

/* `RCPT from NAME[IP]: `, then what logline_reject reads. */
static bool
stage_from(struct str *s, struct log_event *ev)
{
	return eat_stage(s) && scan_eat(s, STR(" from ")) &&
	    scan_namaddr(s, ev) && scan_eat(s, STR(": "));
}

static enum log_kind
reject_from(struct str s, struct log_event *ev)
{
	if (scan_eat(&s, STR("bare <LF> received ")))
		return pipelining_after(s, ev);
	if (!stage_from(&s, ev))
		return LOG_NONE;
	return logline_reject(s, LOG_OTHER_REJECT, ev);
}

/* A milter refuses content only once it has seen some. */
enum log_kind
logline_milter_reject(struct str s, struct log_event *ev)
{
	bool content = str_starts(s, STR("END-OF-")) ||
	    str_starts(s, STR("DATA ")) || str_starts(s, STR("BDAT ")) ||
	    str_starts(s, STR("EOM "));

	if (!stage_from(&s, ev))
		return LOG_NONE;
	return logline_reject(s,
	    content ? LOG_CONTENT_REJECT : LOG_OTHER_REJECT, ev);
}

/* Anything that an access table can do except refuse. */
enum log_kind
logline_action(struct str s, struct log_event *ev)
{
	if (!stage_from(&s, ev))
		return LOG_NONE;
	(void)logline_reject(s, LOG_INFO, ev);
	return LOG_INFO;
}

/* `END-OF-MESSAGE: 554 5.7.0 ...; from=`: there is no client in it. */
static enum log_kind
proxy_reject(struct str s, struct log_event *ev)
{
	if (!eat_stage(&s) || !scan_eat(&s, STR(": ")))
		return LOG_NONE;
	return logline_reject(s, LOG_CONTENT_REJECT, ev);
}

static const struct rule smtpd_qid_rules[] = {
	// clang-format off
	{ STR("client="), client_is },
	{ STR("reject: "), reject_from },
	{ STR("milter-reject: "), logline_milter_reject },
	{ STR("discard: "), reject_from },
	{ STR("milter-discard: "), logline_milter_reject },
	{ STR("reject_warning: "), logline_action },
	{ STR("filter: "), logline_action },
	{ STR("hold: "), logline_action },
	{ STR("redirect: "), logline_action },
	{ STR("prepend: "), logline_action },
	{ STR("warn: "), logline_action },
	{ STR("info: "), logline_action },
	{ STR("bcc: "), logline_action },
	{ STR("delay: "), logline_action },
	{ STR("replace: "), logline_action },
	{ STR("permit: "), logline_action },
	{ STR("milter-hold: "), logline_action },
	{ STR("milter-accept: "), logline_action },
	{ STR("abort: TLS from "), info_from },
	{ STR("improper command pipelining "), pipelining_after },
	{ STR("bare <LF> received "), pipelining_after },
	{ STR("proxy-reject: "), proxy_reject },
	// clang-format on
};

/* `hostname NAME does not resolve to address IP[: error]` */
static enum log_kind
hostname_warning(struct str s, struct log_event *ev)
{
	struct str name, ip;
	struct str rest;

	if (!scan_upto(&s, ' ', &name) ||
	    !scan_eat(&s, STR("does not resolve to address ")))
		return LOG_NONE;
	rest = s;
	if (!scan_upto_str(&rest, STR(": "), &ip))
		ip = s;
	if (!addr_parse(ip, &ev->client))
		return LOG_NONE;
	ev->rdns_unconfirmed = true;
	ev->reason = name;
	return LOG_INFO;
}

/* Postfix before 2.6: `IP: hostname NAME verification failed: ...` */
static enum log_kind
old_hostname_warning(struct str s, struct log_event *ev)
{
	struct str ip;

	(void)scan_eat(&s, STR("smtpd_peer_init: "));
	if (!scan_upto_str(&s, STR(": "), &ip) || !addr_parse(ip, &ev->client))
		return LOG_NONE;
	if (!scan_eat(&s, STR("hostname ")) &&
	    !scan_eat(&s, STR("address not listed for hostname ")))
		return LOG_NONE;
	ev->rdns_unconfirmed = true;
	if (!scan_upto(&s, ' ', &ev->reason))
		ev->reason = s;
	return LOG_INFO;
}

/* Our own trouble or a client's change of mind is no failed login. */
static bool
is_login_failure(struct str why)
{
	static const struct str ours[] = {
		STR("Connection lost to authentication server"),
		STR("Can't connect to"),
		STR("Temporary authentication failure"),
		STR("temporary"),
		STR("Internal"),
		STR("internal"),
		STR("generic failure"),
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (str_starts(why, ours[i]))
			return false;
	return true;
}

/* `NAME[IP]: SASL METHOD authentication failed: why[, sasl_username=u]` */
static enum log_kind
sasl_warning(struct str s, struct log_event *ev)
{
	struct str method;

	if (!scan_namaddr(&s, ev) || !scan_eat(&s, STR(": ")))
		return LOG_NONE;
	ev->reason = s;
	if (!scan_eat(&s, STR("SASL ")) || !scan_upto(&s, ' ', &method) ||
	    !scan_eat(&s, STR("authentication failed:")))
		return LOG_INFO;
	(void)scan_eat(&s, STR(" "));
	return is_login_failure(s) ? LOG_AUTH_FAIL : LOG_INFO;
}

static enum log_kind
non_smtp_from(struct str s, struct log_event *ev)
{
	if (!scan_namaddr(&s, ev) || !scan_eat(&s, STR(": ")))
		return LOG_NONE;
	ev->reason = s;
	return LOG_NON_SMTP;
}

static enum log_kind
syntax_from(struct str s, struct log_event *ev)
{
	if (!scan_namaddr(&s, ev) || !scan_eat(&s, STR(" in ")))
		return LOG_NONE;
	ev->reason = s;
	return LOG_OTHER_REJECT;
}

/* `12 from NAME[IP] for service smtp` */
static enum log_kind
limit_exceeded(struct str s, struct log_event *ev)
{
	uint32_t n;

	if (!scan_uint(&s, &n) || !scan_eat(&s, STR(" from ")) ||
	    !scan_namaddr(&s, ev) || !scan_eat(&s, STR(" for service ")))
		return LOG_NONE;
	return LOG_RATE_LIMIT;
}

static bool
is_words_byte(char c)
{
	return char_is_letter(c) || c == ' ';
}

/* `WORDS limit exceeded: `, for those that are still to come. */
static enum log_kind
other_limit(struct str s, struct log_event *ev)
{
	struct str words;

	if (!scan_upto_str(&s, STR(" limit exceeded: "), &words) ||
	    str_span(words, is_words_byte) < words.n)
		return LOG_NONE;
	return limit_exceeded(s, ev);
}

static const struct rule warning_rules[] = {
	// clang-format off
	{ STR("hostname "), hostname_warning },
	{ STR("non-SMTP command from "), non_smtp_from },
	{ STR("Connection rate limit exceeded: "), limit_exceeded },
	{ STR("Connection concurrency limit exceeded: "), limit_exceeded },
	{ STR("Message delivery request rate limit exceeded: "),
	    limit_exceeded },
	{ STR("Recipient address rate limit exceeded: "), limit_exceeded },
	{ STR("New TLS session rate limit exceeded: "), limit_exceeded },
	{ STR("AUTH command rate limit exceeded: "), limit_exceeded },
	{ STR("Too many connections: "), limit_exceeded }, /* before 2.2 */
	{ STR("Too frequent connections: "), limit_exceeded },
	{ STR("Illegal address syntax from "), syntax_from },
	// clang-format on
};

static enum log_kind
smtpd_warning(struct str s, struct log_event *ev)
{
	enum log_kind kind = RUN_RULES(warning_rules, s, ev);

	if (kind == LOG_NONE)
		kind = sasl_warning(s, ev);
	if (kind == LOG_NONE)
		kind = other_limit(s, ev);
	return kind != LOG_NONE ? kind : old_hostname_warning(s, ev);
}

/* `bare <LF> received after CMD from ...` and the like stand alone too. */
static const struct rule smtpd_rules[] = {
	// clang-format off
	{ STR("connect from "), connect_from },
	{ STR("disconnect from "), disconnect_from },
	{ STR("warning: "), smtpd_warning },
	{ STR("improper command pipelining "), pipelining_after },
	{ STR("bare <LF> received "), pipelining_after },
	{ STR("disconnect: bare <LF> received "), pipelining_after },
	{ STR("reject: "), reject_from }, /* before 2.1 */
	{ STR("proxy-reject: "), proxy_reject },
	{ STR("setting up TLS connection from "), info_from },
	{ STR("TLS connection established from "), info_from },
	{ STR("Anonymous TLS connection established from "), info_from },
	{ STR("Untrusted TLS connection established from "), info_from },
	{ STR("Trusted TLS connection established from "), info_from },
	{ STR("Verified TLS connection established from "), info_from },
	{ STR("SSL_accept error from "), info_from },
	{ STR("certificate verification failed for "), info_from },
	// clang-format on
};

enum log_kind
logline_smtpd(struct str msg, struct log_event *ev)
{
	enum log_kind kind;

	/* Since 3.10 a queue id may stand before some of these as well. */
	if (logline_qid(&msg, ev))
		kind = RUN_RULES(smtpd_qid_rules, msg, ev);
	else
		kind = RUN_RULES(smtpd_rules, msg, ev);
	if (kind == LOG_NONE)
		kind = lost(msg, ev);
	/* `NAME[IP]: subject_CN=...`, of its certificate */
	return kind != LOG_NONE ? kind : info_from(msg, ev);
}
