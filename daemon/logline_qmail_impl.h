/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logline_qmail_impl - stage 5 of 8: what the files of logline_qmail share
 *
 * Readers of some messages of logline_qmail.c that stand in
 * logline_qmail_smtpd.c, and small steps of both.  Pure, no memory.
 */
#ifndef ZFW_DAEMON_LOGLINE_QMAIL_IMPL_H
#define ZFW_DAEMON_LOGLINE_QMAIL_IMPL_H

#include "daemon/logline_qmail.h"
#include "daemon/logrule.h"

/* What follows `spamdyke[`, `CHKUSER ` and `qmail-smtpd: `. */
enum log_kind qmail_spamdyke(struct str s, struct log_event *ev);
enum log_kind qmail_chkuser(struct str s, struct log_event *ev);
enum log_kind qmail_smtpd(struct str s, struct log_event *ev);

/* A process id at the front is the session. */
static inline bool
qmail_pid(struct str *s, struct log_event *ev)
{
	struct str rest = *s;
	uint32_t pid;

	if (!scan_uint(&rest, &pid))
		return false;
	ev->session = (struct str){ s->p, s->n - rest.n };
	*s = rest;
	return true;
}

/* `451 `; no code for a text that starts in another way. */
static inline void
qmail_code(struct str *s, struct log_event *ev)
{
	struct str rest = *s;
	uint32_t v;

	if (!scan_uint(&rest, &v) || v < 200 || v > 599)
		return;
	ev->code = (uint16_t)v;
	ev->soft = v / 100 == 4;
	*s = rest;
	if (!scan_eat(s, STR(" ")))
		(void)scan_eat(s, STR("_"));
}

#endif
