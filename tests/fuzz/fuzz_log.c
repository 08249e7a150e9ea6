/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr daemon/logtime daemon/logscan daemon/logline
 * zt-link: daemon/logline_postfix daemon/logline_postscreen
 * zt-link: daemon/logline_queue daemon/logline_reject daemon/logjson
 * zt-link: daemon/names daemon/names_addr
 *
 * Any bytes as a log line: every slice lies in the line, an address stands
 * there in text and before the text of the client, the JSON ends where it
 * says, and parsing again gives the same.  The texts go through names too.
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

/* Where in the line the text of that address ends; 0 = nowhere. */
static size_t
addr_end(struct str line, const struct addr *a)
{
	for (size_t i = 0; i < line.n; i++) {
		struct str word = { line.p + i, 0 };
		struct addr got;

		while (i < line.n && is_addr_byte(line.p[i]))
			i++;
		word.n = (size_t)(line.p + i - word.p);
		/* `IP: text` has a colon too many. */
		for (size_t cut = 0; cut < 2 && word.n > cut; cut++)
			if (addr_parse((struct str){ word.p, word.n - cut },
				&got) &&
			    addr_eq(&got, a))
				return i;
	}
	return 0;
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
	if (str_eq(ev->service, STR("smtp")))
		return;
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
	return 0;
}
