/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * journalread - before stage 5: the mail server's entries, one after another
 *
 * The only file that calls libsystemd.  Opens this machine's system journal,
 * or files; hands on the lines of those entries that journal.h calls the mail
 * server's, oldest first, those after `since_us` only.  New, rotated and
 * vanished journal files are libsystemd's affair.  Run by zfw-journal alone,
 * after its sandbox has closed.  0 or -errno; -ENOENT: there is no journal
 * that may be read.
 */
#ifndef ZFW_DAEMON_JOURNALREAD_H
#define ZFW_DAEMON_JOURNALREAD_H

#include "daemon/journal.h"

struct journalread_conf {
	const struct journal_conf *who; /* borrowed */
	const char *const *files; /* NULL-terminated; NULL = this machine's */
	int64_t since_us;         /* entries after that; 0 = all */
	bool follow;
	void *arg;
	/* False: nobody reads any more. */
	bool (*line)(void *arg, const char *line, size_t n);
	/* Of somebody who may not speak for that unit; `uid` as it is there. */
	void (*person)(void *arg, struct str unit, struct str uid);
	/*
	 * With `follow`: there is no more just now.  To wait for `events` on
	 * `fd`, or so long; false: end.
	 */
	bool (*idle)(void *arg, int fd, short events, int timeout_ms);
};

struct journalread;

int
journalread_open(const struct journalread_conf *conf, struct journalread **out);
/* Until the end, or with `follow` until `line` or `idle` says false. */
int journalread_run(struct journalread *r);
/* Of the entry handed on last; 0 = none yet. */
int64_t journalread_last_us(const struct journalread *r);
void journalread_close(struct journalread *r); /* NULL is allowed */

#endif
