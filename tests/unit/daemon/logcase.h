/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logcase - for the tests of the parsers of mail logs: a line, its event
 *
 * A table row that is empty after some field means "none there".  Flags are S
 * soft, N null sender, R rdns_none, U rdns_unconfirmed, C counters, Q queued,
 * A submission.  Used by tests only.
 */
#ifndef ZFW_TESTS_LOGCASE_H
#define ZFW_TESTS_LOGCASE_H

#include "daemon/logline.h"
#include "tests/zt.h"

#define LOGCASE_NOW_MS (1795319304 * 1000LL) /* 2026-11-22 03:48:24 */

/* A row of the table stops after the last field that is not empty. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

struct logcase {
	const char *line;
	enum log_kind kind;
	const char *client;
	unsigned port;
	const char *session, *qid, *helo, *sender, *rcpt, *flags;
	unsigned code;
};

static inline bool
logcase_text(struct str s, const char *want)
{
	size_t n = want == NULL ? 0 : strlen(want);

	return str_eq(s, (struct str){ want, n });
}

static inline bool
logcase_flags(const struct log_event *ev, const char *want)
{
	char got[8];

	snprintf(got, sizeof(got), "%s%s%s%s%s%s%s", ev->soft ? "S" : "",
	    ev->null_sender ? "N" : "", ev->rdns_none ? "R" : "",
	    ev->rdns_unconfirmed ? "U" : "", ev->has_counters ? "C" : "",
	    ev->queued ? "Q" : "", ev->submission ? "A" : "");
	return strcmp(got, want == NULL ? "" : want) == 0;
}

static inline enum log_kind
logcase_parse(const char *line, struct log_event *ev)
{
	const struct logline_conf conf = { { 0, 0 }, NULL };

	return logline_parse(&conf, (struct str){ line, strlen(line) },
	    LOGCASE_NOW_MS, ev);
}

static inline bool
logcase_client(const struct log_event *ev, const char *want)
{
	char client[ADDR_STRLEN] = "";

	if (ev->client.family != 0)
		addr_print(&ev->client, client);
	return strcmp(client, want == NULL ? "" : want) == 0;
}

static inline void
logcase_run(const struct logcase *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct logcase *c = &cases[i];
		struct log_event ev;
		bool ok;

		logcase_parse(c->line, &ev);
		ok = ev.kind == c->kind && logcase_client(&ev, c->client) &&
		    (ev.kind == LOG_NONE ||
			(ev.port == c->port && ev.code == c->code &&
			    logcase_text(ev.session, c->session) &&
			    logcase_text(ev.qid, c->qid) &&
			    logcase_text(ev.helo, c->helo) &&
			    logcase_text(ev.sender, c->sender) &&
			    logcase_text(ev.rcpt, c->rcpt) &&
			    logcase_flags(&ev, c->flags)));
		if (!ok)
			printf("got %s port %u code %u helo %.*s\n",
			    log_kind_name[ev.kind], ev.port, ev.code,
			    (int)ev.helo.n, ev.helo.p);
		ZT_CASE(c->line, ok);
	}
}

/* `line` with `text` and `pad` bytes more in place of each @@. */
static inline size_t
logcase_fill(char out[8192], const char *line, const char *text, int pad)
{
	size_t n = 0;

	for (; *line != '\0' && n < 7000; line++) {
		if (line[0] == '@' && line[1] == '@') {
			n += (size_t)snprintf(out + n, 8192 - n, "%s%.*s", text,
			    pad,
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			    "x");
			line++;
		} else {
			out[n++] = *line;
		}
	}
	out[n] = '\0';
	return n;
}

/* The client of a line, if it has one, is the true one. */
static inline bool
logcase_true(const char *line)
{
	struct log_event ev;

	logcase_parse(line, &ev);
	return ev.client.family == 0 || logcase_client(&ev, "203.0.113.5");
}

#define LOGCASE_CUT_MIN 560 /* no logger cuts a shorter line */

/*
 * Each text in all places (@@) of each line: 192.0.2.66 is the client of
 * none, and where a line has a client it is 203.0.113.5.  The same with text
 * so long that some logger cuts the line, wherever it does that.
 */
static inline void
logcase_inject(const char *const *lines, size_t lines_n,
    const char *const *texts, size_t texts_n)
{
	for (size_t i = 0; i < lines_n * texts_n; i++) {
		const char *text = texts[i % texts_n];
		char line[8192];
		bool ok;

		logcase_fill(line, lines[i / texts_n], text, 0);
		ok = logcase_true(line);
		for (int pad = 0; pad <= 550 && ok; pad += 275) {
			size_t n = logcase_fill(line, lines[i / texts_n], text,
			    pad);

			for (; n >= LOGCASE_CUT_MIN && ok; n--) {
				line[n] = '\0';
				ok = logcase_true(line);
			}
		}
		ZT_CASE(line, ok);
	}
}

#define LOGCASE_N(a) (sizeof(a) / sizeof((a)[0]))

#endif
