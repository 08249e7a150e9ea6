/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_reject.h"
#include "daemon/logscan.h"

#define TAILS_MAX 4 /* starts of the fields that are tried: stay linear */

/* How the text after the <THING> starts, most frequent first. */
static const struct {
	struct str start;
	enum log_kind kind;
} texts[] = {
	// clang-format off
	{ STR("Recipient address rejected: User unknown"), LOG_UNKNOWN_RCPT },
	{ STR("Relay access denied"), LOG_RELAY_DENIED },
	{ STR("Helo command rejected: "), LOG_HELO_REJECT },
	{ STR("Client host rejected: cannot find your "), LOG_NAME_REJECT },
	{ STR("Recipient address rejected: undeliverable address: "),
	    LOG_UNKNOWN_RCPT },
	{ STR("Recipient address rejected: unverified address: "), LOG_INFO },
	{ STR("User unknown"), LOG_UNKNOWN_RCPT }, /* before 2.0 */
	{ STR("Client host rejected: Improper use of SMTP command pipelining"),
	    LOG_PIPELINING },
	{ STR("Data command rejected: Improper use of SMTP command pipelining"),
	    LOG_PIPELINING },
	{ STR("Helo command rejected: Improper use of SMTP command pipelining"),
	    LOG_PIPELINING },
	/* postscreen, without a reply code */
	{ STR("too many connections"), LOG_RATE_LIMIT },
	{ STR("all server ports busy"), LOG_INFO },
	{ STR("all screening ports busy"), LOG_INFO },
	// clang-format on
};

/* `550 `; no code for a text that starts in another way. */
static uint16_t
take_code(struct str *s)
{
	struct str rest = *s;
	uint32_t v;

	if (!scan_uint(&rest, &v) || v < 200 || v > 599 ||
	    !scan_eat(&rest, STR(" ")))
		return 0;
	*s = rest;
	return (uint16_t)v;
}

/* `word=value` or `word=<value>` that nobody here needs. */
static bool
skip_field(struct str *s)
{
	struct str rest = *s, skip;

	while (rest.n > 0 && (char_is_letter(rest.p[0]) || rest.p[0] == '_'))
		rest = str_from(rest, 1);
	if (!scan_eat(&rest, STR("=")))
		return false;
	if (!scan_mailbox(&rest, &skip))
		while (rest.n > 0 && rest.p[0] != ' ' && rest.p[0] != ',')
			rest = str_from(rest, 1);
	*s = rest;
	return true;
}

/* One field; false where something else stands, or half a field. */
static bool
take_field(struct str *s, struct log_event *ev)
{
	if (str_starts(*s, STR("helo=<"))) {
		*s = str_from(*s, 5);
		return scan_mailbox(s, &ev->helo);
	}
	if (scan_eat(s, STR("from="))) {
		if (!scan_mailbox(s, &ev->sender))
			return false;
		ev->null_sender = ev->sender.n == 0;
		return true;
	}
	if (scan_eat(s, STR("to=")))
		return scan_mailbox(s, &ev->rcpt);
	return skip_field(s);
}

/* All fields up to the end of the line; false when other text is there. */
static bool
take_fields(struct str s, struct log_event *ev)
{
	do {
		if (!take_field(&s, ev))
			return false;
		(void)scan_eat(&s, STR(","));
	} while (scan_eat(&s, STR(" ")));
	return s.n == 0;
}

static void
forget_fields(struct log_event *ev)
{
	ev->helo = ev->sender = ev->rcpt = STR("");
	ev->null_sender = false;
}

/* Is this where the fields of the end begin? */
static bool
is_tail(struct str s)
{
	return str_starts(s, STR(" from=<")) || str_starts(s, STR(" to=<")) ||
	    str_starts(s, STR(" proto="));
}

/*
 * Cuts `s` where the fields of the end begin and reads them.  A recipient may
 * hold what looks like them (Postfix writes <THING> without its quotes), so
 * they have to reach the end of the line.  Of a line that was cut off nothing
 * but the first start is known.
 */
static struct str
split_tail(struct str s, struct log_event *ev)
{
	struct str rest = s, skip, text = s;
	unsigned tries = 0;

	while (tries < TAILS_MAX && scan_upto(&rest, ';', &skip)) {
		struct str upto = { s.p, s.n - rest.n - 1 };

		if (!is_tail(rest))
			continue;
		if (take_fields(str_from(rest, 1), ev))
			return upto;
		forget_fields(ev);
		if (tries++ == 0)
			text = upto;
	}
	return text;
}

static bool
is_plain(struct str s)
{
	return memchr(s.p, '"', s.n) == NULL && memchr(s.p, '\\', s.n) == NULL;
}

/* Takes off `quoted` as it looks without quotes, and `>: `. */
static bool
eat_thing(struct str *s, struct str quoted)
{
	struct str rest = *s;
	size_t i = 0;

	if (quoted.n == 0)
		return false;
	if (str_starts(rest, quoted) && is_plain(quoted)) {
		rest = str_from(rest, quoted.n);
		i = quoted.n;
	}
	for (; i < quoted.n; i++) {
		if (quoted.p[i] == '"')
			continue;
		if (quoted.p[i] == '\\' && i + 1 < quoted.n)
			i++;
		if (!scan_eat(&rest, (struct str){ quoted.p + i, 1 }))
			return false;
	}
	if (!scan_eat(&rest, STR(">: ")))
		return false;
	*s = rest;
	return true;
}

/*
 * `<THING>: ` is the recipient, the sender, the HELO name or the client.
 * Where it ends is known from the fields of the end, which have quotes.
 */
static void
skip_thing(struct str *s, const struct log_event *ev)
{
	struct str rest = *s, thing;

	if (!scan_eat(&rest, STR("<")))
		return;
	if (eat_thing(&rest, ev->rcpt) || eat_thing(&rest, ev->sender) ||
	    eat_thing(&rest, ev->helo)) {
		*s = rest;
		return;
	}
	if (scan_upto_str(&rest, STR(">: "), &thing))
		*s = rest;
}

static void
set_rdns(struct str text, struct log_event *ev)
{
	if (!scan_eat(&text, STR("Client host rejected: cannot find your ")))
		return;
	/* "reverse hostname": no PTR at all; else one that may be a lie. */
	if (str_starts(text, STR("reverse hostname")))
		ev->rdns_none = true;
	else if (str_starts(text, STR("hostname")))
		ev->rdns_unconfirmed = true;
}

static enum log_kind
kind_of(struct str text, struct scan_dsn d, bool soft, enum log_kind other)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (scan_starts(text, texts[i].start))
			return texts[i].kind;
	if (str_starts(text, STR("Service unavailable; ")) &&
	    scan_has(text, STR(" blocked using ")))
		return LOG_LIST_REJECT;
	if (d.subject == 1 && d.detail == 1 &&
	    str_starts(text, STR("Recipient address rejected: ")))
		return LOG_UNKNOWN_RCPT;
	if (soft && (d.subject == 3 || scan_has_nocase(text, STR("greylist"))))
		return LOG_INFO;
	return other;
}

enum log_kind
logline_reject(struct str s, enum log_kind other, struct log_event *ev)
{
	struct scan_dsn d;

	ev->code = take_code(&s);
	d = scan_dsn(&s);
	ev->soft = ev->code / 100 == 4 || (ev->code == 0 && d.cls == 4);
	s = split_tail(s, ev);
	skip_thing(&s, ev);
	ev->reason = s;
	set_rdns(ev->reason, ev);
	return kind_of(ev->reason, d, ev->soft, other);
}
