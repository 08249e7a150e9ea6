/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_haraka_impl.h"

static bool
take_ip(struct str *s, struct log_event *ev)
{
	return scan_eat(s, STR("ip=")) && logrule_client(logrule_word(s), ev);
}

/* What a host name may be made of. */
static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_letter(s.p[i]) && !char_is_digit(s.p[i]) &&
		    memchr("-._", s.p[i], 3) == NULL)
			return false;
	return s.n > 0;
}

/* ---- the connection ---- */

/* `ip=192.0.2.1 port=4711 local_ip=... local_port=25` */
static enum log_kind
connect_ip(struct str s, struct log_event *ev)
{
	struct str word;

	if (!take_ip(&s, ev) || !scan_eat(&s, STR("port=")))
		return LOG_NONE;
	ev->port = logrule_port(logrule_word(&s));
	word = logrule_word(&s);
	if (scan_eat(&s, STR("local_port=")))
		ev->submission |= logrule_is_submission(
		    logrule_port(logrule_word(&s)));
	return str_starts(word, STR("local_ip=")) ? LOG_CONNECT : LOG_NONE;
}

/* `2/0/1`: accepted, refused for now, refused. */
static bool
take_three(struct str s, int32_t *ok, int32_t *all)
{
	uint32_t a, t, r;

	if (!scan_uint(&s, &a) || !scan_eat(&s, STR("/")) ||
	    !scan_uint(&s, &t) || !scan_eat(&s, STR("/")) ||
	    !scan_uint(&s, &r) || a > 1000000 || t > 1000000 || r > 1000000)
		return false;
	*ok = (int32_t)a;
	*all = (int32_t)(a + t + r);
	return true;
}

static struct str
unquoted(struct str s)
{
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		return (struct str){ s.p + 1, s.n - 2 };
	return s;
}

void
haraka_disconnect_field(struct str key, struct str v, struct haraka_flags *f,
    struct log_event *ev)
{
	bool yes = str_eq(v, STR("Y"));
	uint32_t n;

	if (str_eq(key, STR("rdns")))
		ev->rdns_none = str_eq(v, STR("NXDOMAIN"));
	else if (str_eq(key, STR("helo")))
		ev->helo = v;
	else if (str_eq(key, STR("relay")))
		f->relay = yes;
	else if (str_eq(key, STR("early")))
		f->early = yes;
	else if (str_eq(key, STR("esmtp")))
		f->esmtp = yes;
	else if (str_eq(key, STR("tls")))
		ev->n.starttls = yes;
	else if (str_eq(key, STR("txns")) && scan_uint(&v, &n))
		ev->n.mail = (int32_t)n;
	else if (str_eq(key, STR("rcpts")))
		(void)take_three(v, &ev->n.rcpt_ok, &ev->n.rcpt);
	else if (str_eq(key, STR("msgs")))
		ev->has_counters = take_three(v, &ev->n.data_ok, &ev->n.data);
}

/*
 * The last reject.  That no plugin wanted the recipient is told nowhere else
 * (and is relaying: its domain is none of ours).
 */
enum log_kind
haraka_last_reject(struct str lr, struct log_event *ev)
{
	struct str text = lr;

	ev->reason = lr;
	if (!scan_eat(&text, STR("550 I cannot deliver mail for ")) ||
	    !scan_mailbox(&text, &ev->rcpt))
		return LOG_DISCONNECT;
	ev->code = 550;
	return LOG_RELAY_DENIED;
}

enum log_kind
haraka_disconnect_end(enum log_kind kind, const struct haraka_flags *f,
    struct log_event *ev)
{
	if (ev->has_counters) {
		ev->n.ehlo = f->esmtp;
		ev->n.helo = !f->esmtp && ev->helo.n > 0;
	}
	/* Whoever may relay is a user or a host of our own. */
	ev->submission |= f->relay;
	return f->early && !f->relay ? LOG_EARLY_TALK : kind;
}

/* `ip= rdns= helo= relay=N early=N ... bytes=0 lr="" time=1.2` */
static enum log_kind
disconnect_ip(struct str s, struct log_event *ev)
{
	struct haraka_flags f = { false, false, false };
	enum log_kind kind = LOG_DISCONNECT;
	struct str key, value;

	if (!take_ip(&s, ev))
		return LOG_NONE;
	while (scan_upto(&s, '=', &key)) {
		/* A HELO has no blank, but it may begin with a quote. */
		if (str_eq(key, STR("helo")))
			value = unquoted(logrule_word(&s));
		else if (!haraka_value(&s, &value))
			break;
		if (str_eq(key, STR("lr"))) {
			kind = haraka_last_reject(value, ev);
			break;
		}
		haraka_disconnect_field(key, value, &f, ev);
	}
	return haraka_disconnect_end(kind, &f, ev);
}

/*
 * `half closed connection ip=192.0.2.1`; before 3.0 `HOST [192.0.2.1] half
 * closed connection`, where HOST is the client's: its session has to do.
 */
static enum log_kind
client_lost(struct str s, struct log_event *ev)
{
	static const struct str ends[] = {
		STR("half closed connection"),
		STR("dropped connection"),
		STR("connection timed out"),
		STR("connection error"),
	};

	ev->reason = s;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (scan_eat(&s, ends[i])) {
			(void)(scan_eat(&s, STR(" ")) && take_ip(&s, ev));
			return LOG_LOST;
		}
		if (scan_has(s, ends[i]))
			return LOG_LOST;
	}
	return LOG_NONE;
}

static const struct logrule core_rules[] = {
	// clang-format off
	{ STR("connect "), connect_ip },
	{ STR("disconnect "), disconnect_ip },
	{ STR("client "), client_lost },
	{ STR("recipient "), haraka_recipient },
	{ STR("sender "), haraka_sender },
	{ STR("message "), haraka_message },
	{ STR("queue "), haraka_queue },
	{ STR("queue_outbound "), haraka_queue_outbound },
	{ STR("hook="), haraka_hook },
	{ STR(" hook="), haraka_hook },
	// clang-format on
};

/* ---- plugins ---- */

/* `helo_host: X, pass:..., fail:...`: what it thought, not what it did. */
static enum log_kind
helo_checks(struct str s, struct log_event *ev)
{
	if (!scan_eat(&s, STR("helo_host: ")) ||
	    !scan_upto_str(&s, STR(", "), &ev->helo))
		return LOG_NONE;
	ev->reason = s;
	return LOG_INFO;
}

/*
 * `ip=192.0.2.1  rdns="NAME" rdns_len=1 fcrdns="NAME" fcrdns_len=1 ...`: the
 * names are the client's, so they have to look like names.
 */
static enum log_kind
fcrdns(struct str s, struct log_event *ev)
{
	struct str rdns, name;
	uint32_t names, good;

	if (!take_ip(&s, ev))
		return LOG_NONE;
	(void)scan_eat(&s, STR(" "));
	if (!scan_eat(&s, STR("rdns=")) || !haraka_value(&s, &rdns) ||
	    !scan_eat(&s, STR("rdns_len=")) || !scan_uint(&s, &names) ||
	    !scan_eat(&s, STR(" fcrdns=")) || !haraka_value(&s, &name) ||
	    !scan_eat(&s, STR("fcrdns_len=")) || !scan_uint(&s, &good))
		return LOG_INFO;
	ev->rdns_none = names == 0;
	if (names > 0 && good == 0 && is_name(rdns)) {
		ev->rdns_unconfirmed = true;
		ev->reason = rdns;
	}
	if (good == 1 && is_name(name))
		ev->name = name;
	return LOG_INFO;
}

/* `fail:ZONE`: it is listed; the hook's line tells whether that counts. */
static enum log_kind
dns_list(struct str s, struct log_event *ev)
{
	if (!scan_has(s, STR("fail:")))
		return LOG_NONE;
	ev->reason = s;
	return LOG_INFO;
}

/* `delaying for 2 seconds` is what follows a wrong password. */
static enum log_kind
auth(struct str s, struct log_event *ev)
{
	ev->reason = s;
	return str_starts(s, STR("delaying for ")) ? LOG_AUTH_FAIL : LOG_NONE;
}

/*
 * `delivered file=F domain=D host=MX ip=192.0.2.1 port=25 ...`: domain and
 * host are no text of ours, so the words around the address stand there once.
 */
static enum log_kind
outbound(struct str s, struct log_event *ev)
{
	struct str before, host;

	if (!scan_eat(&s, STR("delivered file=")) ||
	    !logrule_once(s, STR(" ip="), &before, &s) ||
	    !logrule_client(logrule_word(&s), ev) ||
	    !scan_upto_str(&before, STR(" host="), &host))
		return LOG_NONE;
	/* The other end of our own connection; no session joins it. */
	ev->session = STR("");
	host = unquoted(before);
	if (is_name(host))
		ev->name = host;
	return LOG_SENT;
}

static enum log_kind
core(struct str s, struct log_event *ev)
{
	return LOGRULE_RUN(core_rules, s, ev);
}

static const struct logrule plugins[] = {
	// clang-format off
	{ STR("core"), core },
	{ STR("helo.checks"), helo_checks },
	{ STR("fcrdns"), fcrdns },
	{ STR("connect.fcrdns"), fcrdns },
	{ STR("dns-list"), dns_list },
	{ STR("dnsbl"), dns_list },
	{ STR("outbound"), outbound },
	// clang-format on
};

enum log_kind
haraka_text(struct str plugin, struct str text, struct log_event *ev)
{
	if (str_starts(plugin, STR("auth/")))
		return auth(text, ev);
	for (size_t i = 0; i < sizeof(plugins) / sizeof(plugins[0]); i++)
		if (str_eq(plugin, plugins[i].start))
			return plugins[i].parse(text, ev);
	return LOG_NONE;
}

static bool
is_uuid_byte(char c)
{
	return char_is_hex(c) || c == '-';
}

/* `UUID.1` into session and, with the number, queue id. */
bool
haraka_uuid(struct str id, struct log_event *ev)
{
	ev->session = (struct str){ id.p, str_span(id, is_uuid_byte) };
	if (ev->session.n < 32)
		return false;
	if (ev->session.n < id.n)
		ev->qid = id;
	return true;
}

/* Its own, behind the head of a syslog that knows whole seconds only. */
static void
take_stamp(struct str *s, struct log_event *ev)
{
	const struct logtime_conf utc = { 0, 0 };
	int64_t t_ms;
	bool whole;
	size_t n;

	if (s->n == 0 || !char_is_digit(s->p[0]))
		return;
	n = logtime_parse(&utc, *s, ev->t_ms, &t_ms, &whole);
	*s = str_from(*s, n);
	(void)scan_eat(s, STR(" "));
	if (n == 0 || !ev->whole_second)
		return;
	ev->t_ms = t_ms;
	ev->whole_second = whole;
}

enum log_kind
logline_haraka(struct str msg, struct log_event *ev)
{
	static const struct str levels[] = {
		STR("[NOTICE] ["),
		STR("[INFO] ["),
		STR("[WARN] ["),
		STR("[ERROR] ["),
	};
	struct str uuid, plugin;

	take_stamp(&msg, ev);
	if (str_starts(msg, STR("{")) || str_starts(msg, STR("level=")))
		return haraka_object(msg, ev);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (!scan_eat(&msg, levels[i]))
			continue;
		if (!scan_upto_str(&msg, STR("] ["), &uuid) ||
		    !scan_upto_str(&msg, STR("] "), &plugin) ||
		    !haraka_uuid(uuid, ev))
			return LOG_NONE;
		return haraka_text(plugin, msg, ev);
	}
	return LOG_NONE;
}
