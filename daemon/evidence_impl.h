/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence_impl - what the files of evidence share; nobody else includes it
 *
 * evidence.c has what packets and log lines do; evidence_names.c what a
 * client calls itself and is called: reverse name, HELO, groups, and the good
 * profile that hangs on a name.  Pure, times are wall clock milliseconds.
 */
#ifndef ZFW_DAEMON_EVIDENCE_IMPL_H
#define ZFW_DAEMON_EVIDENCE_IMPL_H

#include "daemon/evidence.h"
#include "daemon/groups.h"
#include "daemon/mailq.h"
#include "daemon/names.h"

#define EVIDENCE_DAY_MS ((int64_t)86400 * 1000)

struct evidence {
	struct evidence_conf conf;
	struct names_self self;
	struct groups *groups;
	struct mailq *mailq;
};

/* Something new speaks for or against `c`: the owner decides. */
static inline void
evidence_judge(struct evidence *e, struct client *c)
{
	e->conf.judge(e->conf.arg, c);
}

static inline struct str
evidence_str(const char *s)
{
	return (struct str){ s, strlen(s) };
}

/* Cut to n - 1 bytes and padded with NULs. */
static inline void
evidence_copy(char *to, size_t n, struct str s)
{
	size_t m = s.n < n - 1 ? s.n : n - 1;

	memset(to, 0, n);
	if (m > 0)
		memcpy(to, s.p, m);
}

/* The client says HELO, on the wire or in a log line. */
void evidence_helo(struct evidence *e, struct client *c, struct str helo,
    int64_t now_ms);

/*
 * A hash of the domain of its confirmed name, 0 when it has none or one that
 * its provider made from the address: what a good profile hangs on.
 */
uint32_t evidence_good_name(const struct client *c);

#endif
