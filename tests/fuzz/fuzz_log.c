/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr @LOGLINE
 * zt-link: daemon/logjson
 * zt-link: daemon/names daemon/names_addr
 *
 * Any bytes as a log line: every slice lies in the line, an address stands
 * there in text and before the text of the client, the JSON ends where it
 * says, and parsing again gives the same, line after line as well.  The texts go through names too.
 */
#include <stdlib.h>

#include "daemon/logjson.h"
#include "daemon/names.h"

#define NOW_MS (1795319304 * 1000LL)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
must_lie_in(struct str s, struct str line)
{
	must(s.n == 0 || (s.p >= line.p && s.p + s.n <= line.p + line.n));
}

/* Of an address or the "IPv6:" that may stand before one. */
static bool
is_addr_byte(char c)
{
	c = char_lower(c);
	return char_is_hex(c) || c == '.' || c == ':' || c == 'i' || c == 'p' ||
	    c == 'v';
}

/*
 * Does the address stand in a word?  There may be colons around it, which
 * part it from what is before and behind.
 */
static bool
is_in_word(struct str word, const struct addr *a)
{
	for (size_t from = 0; from < word.n; from++) {
		if (from > 0 && word.p[from - 1] != ':')
			continue;
		for (size_t n = 1; n < ADDR_STRLEN && from + n <= word.n; n++) {
			struct addr got;

			if (from + n < word.n && word.p[from + n] != ':')
				continue;
			if (addr_parse((struct str){ word.p + from, n },
				&got) &&
			    addr_eq(&got, a))
				return true;
		}
	}
	return false;
}

/* Where in the line the text of that address ends; 0 = nowhere. */
static size_t
addr_end(struct str line, const struct addr *a)
{
	for (size_t i = 0; i < line.n; i++) {
		struct str word = { line.p + i, 0 };

		while (i < line.n && is_addr_byte(line.p[i]))
			i++;
		word.n = (size_t)(line.p + i - word.p);
		if (is_in_word(word, a))
			return i;
	}
	return 0;
}

/*
 * Those that may write it behind text of the client: it stands between the
 * texts.
 */
static bool
is_behind_text(const struct log_event *ev)
{
	return str_eq(ev->mta, STR("exim")) || str_eq(ev->mta, STR("qmail")) ||
	    (str_eq(ev->mta, STR("courier")) && ev->kind == LOG_SENT) ||
	    (str_eq(ev->mta, STR("opensmtpd")) &&
		(ev->kind == LOG_SENT || ev->kind == LOG_BOUNCED ||
		    ev->kind == LOG_INFO));
}

static void
check_outside(const struct log_event *ev, struct str line)
{
	const struct str texts[] = { ev->helo, ev->sender, ev->rcpt };
	char rest[LOG_LINE_MAX];

	if (line.n > sizeof(rest))
		line.n = sizeof(rest);
	memcpy(rest, line.p, line.n);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].n > 0)
			memset(rest + (texts[i].p - line.p), '#', texts[i].n);
	must(addr_end((struct str){ rest, line.n }, &ev->client) > 0);
}

/*
 * How often `word` stands in the line from the first text of the client on:
 * what the logger wrote before (tag, process id) is not the MTA's message.
 */
static size_t
count(const struct log_event *ev, struct str line, const char *word)
{
	const struct str texts[] = { ev->helo, ev->sender, ev->rcpt };
	const char *end = line.p + line.n, *first = end, *at;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].n > 0 && texts[i].p < first)
			first = texts[i].p;
	while ((at = memmem(first, (size_t)(end - first), word,
		    strlen(word))) != NULL) {
		first = at + 1;
		n++;
	}
	return n;
}

/* Those that write the relay last: then nothing else may look like it. */
static bool
is_only_relay(const struct log_event *ev, struct str line)
{
	if (str_eq(ev->mta, STR("sendmail")))
		return count(ev, line, "relay=") == 1;
	return str_eq(ev->mta, STR("opensmtpd")) &&
	    (ev->kind == LOG_SENT || ev->kind == LOG_BOUNCED ||
		ev->kind == LOG_INFO) &&
	    count(ev, line, " relay=\"") == 1;
}

/* A relay stands behind the recipient; all others before client text. */
static void
check_client(const struct log_event *ev, struct str line)
{
	const struct str texts[] = { ev->helo, ev->sender, ev->rcpt };
	size_t end = addr_end(line, &ev->client);

	if (ev->client.family == 0)
		return;
	must(end > 0);
	if (str_eq(ev->service, STR("smtp")) || is_only_relay(ev, line))
		return;
	if (is_behind_text(ev)) {
		check_outside(ev, line);
		return;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		must(texts[i].n == 0 || line.p + end <= texts[i].p);
}

static void
check_names(const struct log_event *ev)
{
	const struct str texts[] = { ev->helo, ev->name, ev->reason };
	char out[300];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		must(name_classify(texts[i], &ev->client) < NAME_CLASSES);
		must(helo_classify(texts[i], &ev->client, ev->name, NULL) <
		    HELO_CLASSES);
		must(name_template(texts[i], out, sizeof(out)) < sizeof(out));
	}
}

/*
 * Each line of it, all of them twice: the same event after whatever lines.
 */
static void
check_reader(const struct logline_conf *conf, struct str text)
{
	struct logline_reader *r = logline_reader_new(conf);

	must(r != NULL);
	for (int round = 0; round < 2; round++) {
		struct str rest = text;

		while (rest.n > 0) {
			const char *nl = memchr(rest.p, '\n', rest.n);
			size_t n = nl == NULL ? rest.n : (size_t)(nl - rest.p);
			struct log_event ev, want;

			logline_parse(conf, (struct str){ rest.p, n }, NOW_MS,
			    &want);
			logline_read(r, (struct str){ rest.p, n }, NOW_MS, &ev);
			must(memcmp(&ev, &want, sizeof(ev)) == 0);
			rest = str_from(rest, nl == NULL ? n : n + 1);
		}
	}
	logline_reader_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const submission[] = { "submission", "", NULL };
	struct logline_conf conf = { { 3600, n % 2 == 0 ? 0 : 2026 },
		submission };
	struct str line = { (const char *)data, n };
	struct log_event ev, again;
	char json[LOGJSON_MAX], json2[LOGJSON_MAX];
	size_t len;

	logline_parse(&conf, line, NOW_MS, &ev);
	must(ev.kind < LOG_KINDS && ev.kind != LOG_TRAP_RCPT);
	must_lie_in(ev.service, line);
	must_lie_in(ev.name, line);
	must_lie_in(ev.qid, line);
	must_lie_in(ev.helo, line);
	must_lie_in(ev.sender, line);
	must_lie_in(ev.rcpt, line);
	must_lie_in(ev.reason, line);
	must_lie_in(ev.msgid, line);
	must(ev.kind != LOG_NONE || ev.client.family == 0);
	must(!ev.null_sender || ev.sender.n == 0);
	check_client(&ev, line);
	check_names(&ev);
	len = logjson_print(&ev, 1, json, sizeof(json));
	must(len > 0 && len < sizeof(json) && json[len] == '\0' &&
	    json[len - 1] == '}' && strlen(json) == len);
	logline_parse(&conf, line, NOW_MS, &again);
	logjson_print(&again, 1, json2, sizeof(json2));
	must(strcmp(json, json2) == 0);
	check_reader(&conf, line);
	return 0;
}
