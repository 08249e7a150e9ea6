/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logscan.h"
#include "daemon/pattern_impl.h"

/*
 * What stands behind the stamp and the host.  Files of Exim, Haraka and
 * multilog have no host: there it is all behind the stamp.
 */
static struct str
body_of(struct str line, size_t stamp_n)
{
	bool host = line.p[0] != '@' &&
	    !(stamp_n >= 19 && line.p[10] == ' ' && line.p[4] == '-');
	struct str s = str_from(line, stamp_n), word, rest;

	while (scan_eat(&s, STR(" ")))
		;
	rest = s;
	if (s.n > 0 && s.p[0] == '<' && scan_upto(&rest, ' ', &word))
		s = rest;
	rest = s;
	if (host && s.n > 0 && s.p[0] != '[' && scan_upto(&rest, ' ', &word) &&
	    word.n > 0 && word.p[word.n - 1] != ':')
		s = rest;
	return s;
}

/* Empty as well where the group is not there or did not take part. */
static struct str
group_of(const struct patterns *ps, const struct pattern *p,
    enum pattern_group g, struct str subject)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(ps->data);
	uint32_t n = p->group[g];

	if (n == 0 || n >= pcre2_get_ovector_count(ps->data) ||
	    at[2 * n] == PCRE2_UNSET || at[2 * n + 1] < at[2 * n] ||
	    at[2 * n + 1] > subject.n)
		return STR("");
	return (struct str){ subject.p + at[2 * n], at[2 * n + 1] - at[2 * n] };
}

/* False: what was taken for an address or a port is none. */
static bool
fill(const struct patterns *ps, const struct pattern *p, struct str subject,
    struct log_event *ev)
{
	struct log_event got = *ev;
	struct str text = group_of(ps, p, PATTERN_PORT, subject);
	uint32_t port = 0;

	if (text.n > 0 &&
	    (!scan_uint(&text, &port) || text.n > 0 || port > UINT16_MAX))
		return false;
	got.port = (uint16_t)port;
	text = group_of(ps, p, PATTERN_CLIENT, subject);
	if (p->group[PATTERN_CLIENT] != 0 &&
	    (text.n == 0 || !addr_parse(text, &got.client)))
		return false;
	got.helo = group_of(ps, p, PATTERN_HELO, subject);
	got.sender = group_of(ps, p, PATTERN_SENDER, subject);
	got.null_sender = p->group[PATTERN_SENDER] != 0 && got.sender.n == 0;
	got.rcpt = group_of(ps, p, PATTERN_RCPT, subject);
	got.qid = group_of(ps, p, PATTERN_QID, subject);
	got.name = group_of(ps, p, PATTERN_NAME, subject);
	got.reason = group_of(ps, p, PATTERN_REASON, subject);
	got.mta = STR("pattern");
	got.kind = p->kind;
	*ev = got;
	return true;
}

static bool
is_limit(int rc)
{
	return rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT ||
	    rc == PCRE2_ERROR_HEAPLIMIT || rc == PCRE2_ERROR_JIT_STACKLIMIT;
}

enum log_kind
patterns_match(struct patterns *ps, const struct logline_conf *c,
    struct str line, int64_t now_ms, struct log_event *ev)
{
	size_t stamp_n;

	if (line.n > LOG_LINE_MAX)
		line.n = LOG_LINE_MAX;
	stamp_n = logtime_parse(&c->time, line, now_ms, &ev->t_ms,
	    &ev->whole_second);
	if (ps->n == 0 || stamp_n == 0)
		return LOG_NONE;
	line = body_of(line, stamp_n);
	ps->counts.tried++;
	for (size_t i = 0; i < ps->n && line.n > 0; i++) {
		const struct pattern *p = &ps->v[i];
		int rc = pcre2_match(p->code, (PCRE2_SPTR)line.p, line.n, 0, 0,
		    ps->data, ps->context);

		if (rc >= 0 && fill(ps, p, line, ev)) {
			ps->counts.matched++;
			return ev->kind;
		}
		if (is_limit(rc)) {
			/* The next may explode as well: no more for it. */
			ps->counts.limited++;
			return LOG_NONE;
		}
	}
	return LOG_NONE;
}

void
patterns_counts(const struct patterns *ps, struct pattern_counts *out)
{
	*out = ps->counts;
}
