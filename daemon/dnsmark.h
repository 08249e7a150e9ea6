/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dnsmark - stage 6 of 8: an answer of DNS as a line of a recording
 *
 * What our resolver answered must be there when a recording is replayed, so
 * the live daemon notes it between the log lines.  Such a mark begins with
 * the byte 0x01; no log line that does is ever noted, so none can pass for a
 * mark.  Called by live_names and by zfw-replay; pure, owns nothing.
 *
 *   0x01 dns ADDRESS NAME          its confirmed name; "-" = it has none
 *   0x01 list ADDRESS ZONE NATS    a DNS list has it, which weighs so much
 */
#ifndef ZFW_DAEMON_DNSMARK_H
#define ZFW_DAEMON_DNSMARK_H

#include "fp/addr.h"

#define DNSMARK_BYTE     0x01
#define DNSMARK_NAME_MAX 253
#define DNSMARK_MAX      384 /* of a mark as text, with NUL */
#define DNSMARK_NATS_MAX 3.0

enum dnsmark_kind { DNSMARK_NAME, DNSMARK_LIST };

struct dnsmark {
	enum dnsmark_kind kind;
	struct addr addr;
	struct str name; /* or zone; of NAME empty: it has none */
	double nats;     /* LIST */
};

/* Is the line a mark, or would it be taken for one? */
static inline bool
dnsmark_is(struct str line)
{
	return line.n > 0 && line.p[0] == DNSMARK_BYTE;
}

/*
 * The text of a mark that parses to itself, of letters, digits and "-_." in
 * the name; returns its length, 0 when the name has anything else in it.
 */
size_t dnsmark_print(const struct dnsmark *m, char buf[DNSMARK_MAX]);
/* False: not a mark.  The name borrows from `line`. */
bool dnsmark_parse(struct str line, struct dnsmark *m);

/* 1 to 253 bytes of letters, digits and "-_.", no empty label? */
bool dnsmark_name_ok(struct str name);

#endif
