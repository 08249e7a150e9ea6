/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pattern - stage 5 of 8: the site's own patterns for log lines
 *
 * Regular expressions (PCRE2, with JIT where there is one) that the admin
 * gives for lines that logline does not know: "EVENT REGEX", EVENT being a
 * name of log_kind_name, REGEX with named groups `client` (an address in the
 * text forms that addr_parse() knows), and `port`, `helo`, `sender`, `rcpt`,
 * `qid`, `name`, `reason`; `client` or `qid` must be there.  A pattern begins
 * with ^, is anchored in all its branches, and is matched against the line
 * behind its time stamp and host ("postfix/smtpd[1]: ...").  Match, depth and
 * heap limits bound each try; a pattern that hits them is counted, and the
 * line is LOG_NONE.  Owned by the engine's owner, read-only but for the
 * counts.
 */
#ifndef ZFW_DAEMON_PATTERN_H
#define ZFW_DAEMON_PATTERN_H

#include "daemon/logline.h"
#include "daemon/pattern_new.h"

/*
 * As logline_parse(), which has found nothing in the same line and left *ev:
 * its time, service and submission stay.  The first that fits.
 */
enum log_kind patterns_match(struct patterns *p, const struct logline_conf *c,
    struct str line, int64_t now_ms, struct log_event *ev);

struct pattern_counts {
	uint64_t tried, matched, limited;
};
void patterns_counts(const struct patterns *p, struct pattern_counts *out);

#endif
