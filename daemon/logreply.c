/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logreply.h"
#include "daemon/logscan.h"

static const struct {
	struct str word;
	enum logreply_verb verb;
} verbs[] = {
	// clang-format off
	{ STR("rcpt"), LOGREPLY_RCPT },
	{ STR("mail"), LOGREPLY_MAIL },
	{ STR("data"), LOGREPLY_DATA },
	{ STR("bdat"), LOGREPLY_DATA },
	{ STR("."), LOGREPLY_DATA },
	{ STR("ehlo"), LOGREPLY_HELO },
	{ STR("helo"), LOGREPLY_HELO },
	{ STR("auth"), LOGREPLY_AUTH },
	{ STR("get"), LOGREPLY_ALIEN },
	{ STR("post"), LOGREPLY_ALIEN },
	{ STR("put"), LOGREPLY_ALIEN },
	{ STR("head"), LOGREPLY_ALIEN },
	{ STR("options"), LOGREPLY_ALIEN },
	{ STR("connect"), LOGREPLY_ALIEN },
	{ STR("user"), LOGREPLY_ALIEN },
	{ STR("pass"), LOGREPLY_ALIEN },
	// clang-format on
};

/* In small letters, looked for in the order of this table. */
static const struct {
	struct str words;
	enum log_kind kind;
} texts[] = {
	// clang-format off
	{ STR("greylist"), LOG_INFO },
	{ STR("graylist"), LOG_INFO },
	{ STR("relay"), LOG_RELAY_DENIED },
	{ STR("user unknown"), LOG_UNKNOWN_RCPT },
	{ STR("unknown user"), LOG_UNKNOWN_RCPT },
	{ STR("no such user"), LOG_UNKNOWN_RCPT },
	{ STR("invalid recipient"), LOG_UNKNOWN_RCPT },
	{ STR("blocked using"), LOG_LIST_REJECT },
	{ STR("listed"), LOG_LIST_REJECT },
	{ STR("dnsbl"), LOG_LIST_REJECT },
	{ STR("blocklist"), LOG_LIST_REJECT },
	{ STR("blacklist"), LOG_LIST_REJECT },
	{ STR("helo name"), LOG_HELO_REJECT },
	{ STR("too many"), LOG_RATE_LIMIT },
	{ STR("connection rate"), LOG_RATE_LIMIT },
	{ STR("rate limit"), LOG_RATE_LIMIT },
	{ STR("reverse"), LOG_NAME_REJECT },
	{ STR("rdns"), LOG_NAME_REJECT },
	{ STR("possibly forged"), LOG_NAME_REJECT },
	{ STR("client ip address"), LOG_NAME_REJECT },
	// clang-format on
};

enum logreply_verb
logreply_verb(struct str command)
{
	size_t n = 0;

	while (n < command.n && command.p[n] != ' ' && command.p[n] != ':')
		n++;
	command.n = n;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (n == verbs[i].word.n &&
		    scan_has_nocase(command, verbs[i].word))
			return verbs[i].verb;
	return LOGREPLY_OTHER;
}

/* `550 ` or the whole of it. */
static uint16_t
take_code(struct str *s)
{
	struct str rest = *s;
	uint32_t v;

	if (!scan_uint(&rest, &v) || v < 200 || v > 599 ||
	    (rest.n > 0 && !scan_eat(&rest, STR(" "))))
		return 0;
	*s = rest;
	return (uint16_t)v;
}

/* The MTA's own words: before or after what a client called itself. */
static struct str
own_words(struct str s)
{
	struct str rest = s, skip;

	if (scan_mailbox(&rest, &skip))
		s = rest;
	rest = s;
	if (scan_upto(&rest, '<', &skip))
		s = skip;
	return s;
}

static enum log_kind
kind_by_text(struct str s, enum log_kind otherwise)
{
	struct scan_text text = scan_text(s);

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (scan_has_word(&text, texts[i].words))
			return texts[i].kind;
	return otherwise;
}

static enum log_kind
kind_by_verb(enum logreply_verb verb, const struct log_event *ev)
{
	if (verb == LOGREPLY_HELO)
		return LOG_HELO_REJECT;
	if (verb == LOGREPLY_DATA && ev->code != 503)
		return LOG_CONTENT_REJECT;
	return LOG_OTHER_REJECT;
}

enum log_kind
logreply_kind(struct str command, struct str reply, struct log_event *ev)
{
	enum logreply_verb verb = logreply_verb(command);
	enum log_kind kind;
	struct scan_dsn d;

	ev->code = take_code(&reply);
	d = scan_dsn(&reply);
	ev->soft = ev->code / 100 == 4 || (ev->code == 0 && d.cls == 4);
	ev->reason = reply;
	if (verb == LOGREPLY_ALIEN)
		return LOG_NON_SMTP;
	if (verb == LOGREPLY_AUTH && ev->code == 535)
		return LOG_AUTH_FAIL;
	kind = kind_by_text(own_words(reply), LOG_NONE);
	/* Login or TLS is wanted first: how an honest client finds out. */
	if (ev->code == 530 ||
	    (ev->soft && d.subject == 3 && kind != LOG_RATE_LIMIT))
		return LOG_INFO;
	/* Only a recipient can be unknown; "5.1.1" says so in any words. */
	if (kind == LOG_NONE && d.subject == 1 && d.detail == 1)
		kind = LOG_UNKNOWN_RCPT;
	if (kind == LOG_UNKNOWN_RCPT && verb != LOGREPLY_RCPT &&
	    verb != LOGREPLY_OTHER)
		kind = LOG_NONE;
	return kind != LOG_NONE ? kind : kind_by_verb(verb, ev);
}
