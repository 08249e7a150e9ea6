/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigclass - stage 3 of 8: what evidence asks of a stack
 *
 * The database knows names and versions; judging needs a handful of classes.
 * They come from the label's family, and from what no stack of a mail server
 * does whatever its label.  An answer that could be one of several families
 * is no class.  Pure; cannot fail.
 */
#ifndef ZFW_FP_SIGCLASS_H
#define ZFW_FP_SIGCLASS_H

#include "fp/sigdb.h"

/* Stored with clients: add at the end only. */
enum sig_class {
	SIG_UNKNOWN,     /* no label, an ambiguous one, or another system's */
	SIG_WINDOWS,     /* Windows since Vista */
	SIG_OLD_WINDOWS, /* 2000, XP, 2003, or without window scaling */
	SIG_LINUX,
	SIG_APPLE,
	SIG_BSD,
	SIG_ODD, /* a stack no mail server has: no options, no MSS, ... */
	SIG_CLASSES,
};
extern const char *const sig_class_name[SIG_CLASSES];

enum sig_class sigclass_of(const struct traits *t, const struct sigdb_match *m);

#endif
