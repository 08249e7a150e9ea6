/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logrule - stage 5 of 8: what a message starts with -> who reads the rest
 *
 * Tables of the parsers of MTAs whose messages are told apart by their first
 * words.  The first row that fits is taken, so a longer start comes before a
 * shorter one.  Inline, pure, without memory; used by parsers of logline only.
 */
#ifndef ZFW_DAEMON_LOGRULE_H
#define ZFW_DAEMON_LOGRULE_H

#include "daemon/logscan.h"

typedef enum log_kind logrule_fn(struct str s, struct log_event *ev);

struct logrule {
	struct str start;
	logrule_fn *parse; /* gets what follows `start` */
};

/* `code` is told apart by its start: the kind of event that it stands for. */
struct logrule_kind {
	struct str start;
	enum log_kind kind;
};

/* The first byte tells nearly always: no call. */
static inline bool
logrule_fits(struct str s, struct str start)
{
	return start.n == 0 ||
	    (s.n > 0 && s.p[0] == start.p[0] && str_starts(s, start));
}

static inline enum log_kind
logrule_run(const struct logrule *rules, size_t n, struct str s,
    struct log_event *ev)
{
	for (size_t i = 0; i < n; i++)
		if (logrule_fits(s, rules[i].start))
			return rules[i].parse(str_from(s, rules[i].start.n),
			    ev);
	return LOG_NONE;
}

static inline enum log_kind
logrule_kind(const struct logrule_kind *kinds, size_t n, struct str s,
    enum log_kind other)
{
	for (size_t i = 0; i < n; i++)
		if (logrule_fits(s, kinds[i].start))
			return kinds[i].kind;
	return other;
}

#define LOGRULE_RUN(rules, s, ev) \
	logrule_run((rules), sizeof(rules) / sizeof((rules)[0]), (s), (ev))
#define LOGRULE_KIND(kinds, s, other) \
	logrule_kind((kinds), sizeof(kinds) / sizeof((kinds)[0]), (s), (other))

/*
 * The longest message whose address stands behind text of the client (and is
 * known by what surrounds it, once): of a longer one some logger may have cut
 * off the true end, and left a forged one.
 */
#define LOGRULE_WHOLE_MAX 400

/*
 * Cuts `s` at `needle` when that stands in it once; text of a client before
 * it or after it that has the same words makes this false.
 */
static inline bool
logrule_once(struct str s, struct str needle, struct str *before,
    struct str *after)
{
	if (s.n > LOGRULE_WHOLE_MAX || !scan_upto_str(&s, needle, before) ||
	    scan_has(s, needle))
		return false;
	*after = s;
	return true;
}

/* A word up to a blank or the end, which may be empty. */
static inline struct str
logrule_word(struct str *s)
{
	struct str word;

	if (scan_upto(s, ' ', &word))
		return word;
	word = *s;
	*s = str_from(*s, s->n);
	return word;
}

/* The whole slice is an address: client of *ev. */
static inline bool
logrule_client(struct str text, struct log_event *ev)
{
	return text.n > 0 && text.n < ADDR_STRLEN &&
	    addr_parse(text, &ev->client);
}

/* The whole slice is a port; 0 = it is none. */
static inline uint16_t
logrule_port(struct str text)
{
	uint32_t v;

	return scan_uint(&text, &v) && text.n == 0 && v <= UINT16_MAX ?
	    (uint16_t)v :
	    0;
}

/* The ports where users, not mail servers, hand in their mail. */
static inline bool
logrule_is_submission(uint32_t local_port)
{
	return local_port == 587 || local_port == 465;
}

#endif
