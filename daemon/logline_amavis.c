/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logline_filter.h"
#include "daemon/logrule.h"

struct verdict {
	bool passed;
	bool names; /* the line has file or virus names before the addresses */
	enum log_kind kind;
};

static const struct category {
	struct str word;
	enum log_kind passed, blocked;
} categories[] = {
	// clang-format off
	{ STR("CLEAN"), LOG_INFO, LOG_INFO },
	{ STR("SPAMMY"), LOG_CONTENT_REJECT, LOG_CONTENT_REJECT },
	{ STR("SPAM"), LOG_CONTENT_REJECT, LOG_CONTENT_REJECT },
	{ STR("INFECTED"), LOG_CONTENT_REJECT, LOG_CONTENT_REJECT },
	{ STR("BANNED"), LOG_INFO, LOG_CONTENT_REJECT },
	/* UNCHECKED, UNCHECKED-ENCRYPTED, BAD-HEADER-7, OVERSIZED, ... */
	{ STR("UNCHECKED"), LOG_INFO, LOG_INFO },
	{ STR("BAD-HEADER"), LOG_INFO, LOG_INFO },
	{ STR("OVERSIZED"), LOG_INFO, LOG_INFO },
	{ STR("MTA-BLOCKED"), LOG_INFO, LOG_INFO },
	{ STR("OTHER"), LOG_INFO, LOG_INFO },
	// clang-format on
};

static bool
is_word_byte(char c)
{
	return char_is_letter(c) || char_is_digit(c) ||
	    memchr("-._/", c, 4) != NULL;
}

static bool
take_category(struct str *s, struct verdict *v)
{
	struct str word = { s->p, str_span(*s, is_word_byte) };

	for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]);
	     i++) {
		if (!str_starts(word, categories[i].word))
			continue;
		v->kind = v->passed ? categories[i].passed :
				      categories[i].blocked;
		*s = str_from(*s, word.n);
		return true;
	}
	return false;
}

/*
 * ` (NAMES)`: names of files are the sender's.  With brackets of any other
 * kind in them nobody can say where they end.
 */
static bool
take_names(struct str *s, struct verdict *v)
{
	struct str rest = *s, names;

	if (!scan_eat(&rest, STR(" (")))
		return true;
	v->names = true;
	if (!scan_upto(&rest, ')', &names))
		return false;
	for (size_t i = 0; i < names.n; i++)
		if (memchr("<>[]{}", names.p[i], 6) != NULL)
			return false;
	*s = rest;
	return true;
}

/* ` {RelayedInbound,Quarantined}`, then `, ` and names of policy banks. */
static bool
take_policy(struct str *s, struct log_event *ev)
{
	struct str word;

	if (scan_eat(s, STR(" {")) && !scan_upto(s, '}', &word))
		return false;
	if (!scan_eat(s, STR(",")))
		return false;
	while (scan_eat(s, STR(" "))) {
		word = (struct str){ s->p, str_span(*s, is_word_byte) };
		if (word.n == 0)
			break;
		if (str_eq(word, STR("LOCAL")) ||
		    scan_has(word, STR("MYNETS")) ||
		    scan_has(word, STR("MYUSERS")) ||
		    scan_has(word, STR("ORIGINATING")))
			ev->submission = true; /* our own users' mail */
		*s = str_from(*s, word.n);
	}
	return true;
}

/* `[IP]:PORT [IP2] `, `[IP] `: the first is who the MTA says it is. */
static bool
take_clients(struct str *s, struct log_event *client)
{
	struct str skip;

	if (!str_starts(*s, STR("[")))
		return true;
	if (!scan_sockaddr(s, client))
		return false;
	if (scan_eat(s, STR(" [")) && !scan_upto(s, ']', &skip))
		return false;
	return scan_eat(s, STR(" "));
}

/* `<S> -> <R>,<R>` */
static bool
take_mailboxes(struct str *s, struct log_event *ev)
{
	struct str skip;

	if (!scan_mailbox(s, &ev->sender) || !scan_eat(s, STR(" -> ")) ||
	    !scan_mailbox(s, &ev->rcpt))
		return false;
	ev->null_sender = ev->sender.n == 0;
	while (str_starts(*s, STR(",<"))) {
		*s = str_from(*s, 1);
		if (!scan_mailbox(s, &skip))
			return false;
	}
	return true;
}

/* `, quarantine: X, Queue-ID: QID, Message-ID: ...` */
static void
take_queue_id(struct str *s, struct log_event *ev)
{
	struct str rest = *s, word;

	if (scan_eat(&rest, STR(", quarantine: "))) {
		if (!scan_upto(&rest, ',', &word))
			return;
		rest = (struct str){ rest.p - 1, rest.n + 1 };
	}
	if (!scan_eat(&rest, STR(", Queue-ID: ")))
		return;
	word = (struct str){ rest.p, str_span(rest, is_word_byte) };
	*s = str_from(rest, word.n);
	if (!str_eq(word, STR("NOQUEUE")))
		ev->qid = word;
}

/*
 * `(12345-01) Passed SPAM {...}, [IP]:PORT [IP] <S> -> <R>, quarantine: X,
 * Queue-ID: QID, Message-ID: <M>, ...`
 */
enum log_kind
logline_amavis(struct str msg, struct log_event *ev)
{
	struct log_event client = { 0 };
	struct verdict v = { 0 };
	struct str skip;

	if (!scan_eat(&msg, STR("(")) || !scan_upto(&msg, ')', &skip) ||
	    !scan_eat(&msg, STR(" ")))
		return LOG_NONE;
	v.passed = scan_eat(&msg, STR("Passed "));
	if (!v.passed && !scan_eat(&msg, STR("Blocked ")))
		return LOG_NONE;
	ev->reason = msg;
	if (!take_category(&msg, &v))
		return LOG_NONE;
	ev->reason.n -= msg.n;
	if (!take_names(&msg, &v) || !take_policy(&msg, ev) ||
	    !take_clients(&msg, &client) || !take_mailboxes(&msg, ev))
		return LOG_INFO; /* another template */
	take_queue_id(&msg, ev);
	/*
	 * If the names of the files had looked like the rest of the line, the
	 * true rest would follow.
	 */
	if (v.names &&
	    (scan_has(msg, STR("> -> <")) || scan_has(msg, STR("Queue-ID: ")) ||
		scan_has(msg, STR("...")))) {
		ev->qid = STR("");
		return LOG_INFO;
	}
	if (ev->qid.n == 0 && client.port != 0 && !v.names) {
		ev->client = client.client;
		ev->port = client.port;
	}
	return v.kind;
}
