/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eximtext - pieces of Exim's log lines, for the tests of its parser
 *
 * One moment, one client and one message that all lines are about.  Used by
 * test_logline_exim*.c only.
 */
#ifndef ZFW_TESTS_EXIMTEXT_H
#define ZFW_TESTS_EXIMTEXT_H

#include "daemon/logline.h"

#define NOW_MS (1795319304 * 1000LL) /* 2026-11-22 03:48:24 */
#define STAMP  "2026-11-22 03:48:24 "
#define H5     "H=(pc) [203.0.113.5]:99 I=[192.0.2.25]:25 "
#define C5     "(pc) [203.0.113.5]:99 I=[192.0.2.25]:25"
#define ID     "1ywz9X-0002pJ-2w "
#define ID97   "1ywz9X-00000000abc-0123 "
#define SYNC   "SMTP protocol synchronization error "
#define EARLY \
	SYNC "(input sent without waiting for greeting): rejected " \
	     "connection from H="
#define SOON \
	SYNC "(next input sent too soon: pipelining was not " \
	     "advertised): rejected \""

static const struct logline_conf conf = { { 0, 0 }, NULL };

#endif
