/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * journal - before stage 5: entries of the systemd journal as log lines
 *
 * Says whose an entry is, and makes the line that a syslog daemon would have
 * written of it.  Anybody may write to the journal and call himself what he
 * likes; so only the fields that journald itself puts in (their names begin
 * with '_') decide whether an entry is the mail server's:
 *
 *   its unit is one of `units`, and it ran as root or as an account of a mail
 *   server; with units that the admin has named also as any other account of
 *   the system's own.  Never as a person's account or nobody: that is a
 *   command in somebody's .forward, which runs within the unit, too.
 *   Without named units also: it came by syslog(3) from root or an account
 *   of a mail server, and the program is one of a mail server.
 *
 * A line is "2026-01-02T03:04:05.123456+00:00 host tag[pid]: text"; controls
 * in it become #ooo, so an entry is always one line, and it is cut at
 * LOG_LINE_MAX.  Used by zfw-journal and its tests; pure, no memory, borrows.
 */
#ifndef ZFW_DAEMON_JOURNAL_H
#define ZFW_DAEMON_JOURNAL_H

#include "fp/bytes.h"

#define JOURNAL_LINE_MAX  4096 /* as LOG_LINE_MAX; its newline included */
#define JOURNAL_UNITS_MAX 64
#define JOURNAL_UNIT_LEN  64 /* of a name, with its NUL */
#define JOURNAL_UIDS_MAX  32

struct journal_entry { /* empty = the entry has no such field */
	int64_t t_us;  /* when journald took it */
	struct str unit, transport, uid, comm, host, pid; /* trusted */
	struct str tag, tag_pid, message;                 /* the sender's */
};

struct journal_units {
	char v[JOURNAL_UNITS_MAX][JOURNAL_UNIT_LEN];
	size_t n;
	bool named; /* by the admin; else those of the known mail servers */
};

struct journal_conf {
	struct journal_units units;
	uint32_t uids[JOURNAL_UIDS_MAX]; /* accounts of mail servers */
	size_t uids_n;
};

/* "a.service,b.service" (empty: the known ones); false: no such list. */
bool journal_units(struct journal_units *u, struct str list);

/* NULL-terminated: accounts to look up, and programs (as in _COMM). */
extern const char *const journal_accounts[];
extern const char *const journal_programs[];

enum journal_verdict {
	JOURNAL_OTHER, /* not a mail server's */
	JOURNAL_OURS,
	JOURNAL_PERSON, /* within the unit, but of an account that may not */
};
enum journal_verdict
journal_judge(const struct journal_conf *c, const struct journal_entry *e);

/* The line with its newline; how long it is. */
size_t journal_line(const struct journal_entry *e, char out[JOURNAL_LINE_MAX]);

/*
 * The stamp of such a line in microseconds since 1970; 0: it has none.  The
 * reader remembers it, to go on after that line.
 */
int64_t journal_stamp_us(struct str line);

#endif
