/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/pattern daemon/pattern_new daemon/logkind daemon/logtime
 * zt-link: daemon/logscan fp/addr
 * zt-libs: libpcre2-8
 *
 * The first line is a pattern as an admin may write it, the rest a log line:
 * it is refused with a sentence, or what it takes lies in the line.
 */
#include <stdlib.h>

#include "daemon/pattern.h"

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

static void
match(struct patterns *p, struct str line)
{
	static const struct logline_conf conf = { { 0, 0 }, NULL };
	struct log_event ev = { 0 };
	struct pattern_counts n;
	enum log_kind kind = patterns_match(p, &conf, line, NOW_MS, &ev);

	must(kind < LOG_KINDS && kind != LOG_TRAP_RCPT && kind == ev.kind);
	must_lie_in(ev.qid, line);
	must_lie_in(ev.helo, line);
	must_lie_in(ev.sender, line);
	must_lie_in(ev.rcpt, line);
	must_lie_in(ev.name, line);
	must_lie_in(ev.reason, line);
	must(kind != LOG_NONE || ev.client.family == 0);
	patterns_counts(p, &n);
	must(n.tried <= 1 && n.matched + n.limited <= 1);
	must((n.matched == 1) == (kind != LOG_NONE));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const uint8_t *end = n == 0 ? NULL : memchr(data, '\n', n);
	char text[512], err[PATTERN_ERRLEN];
	const char *list[] = { text, NULL };
	struct patterns *p;
	size_t len;

	if (end == NULL || (size_t)(end - data) >= sizeof(text))
		return 0;
	len = (size_t)(end - data);
	memcpy(text, data, len);
	text[len] = '\0';
	p = patterns_new(list, err);
	if (p == NULL) {
		must(strncmp(err, "number 1, at byte ", 18) == 0 &&
		    strlen(err) < sizeof(err));
		return 0;
	}
	match(p, (struct str){ (const char *)end + 1, n - len - 1 });
	patterns_free(p);
	return 0;
}
