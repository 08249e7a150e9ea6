/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigread - stage 3 of 8: one signature file being read
 *
 * The lines of a text, the warnings about them, and what goes from them into
 * the database: what the readers of both formats (sigfile_p0f, sigfile_pfos)
 * have in common.  Lives on the stack of sigfile_read(); borrows the text, the
 * database, and the report.  No I/O.  What adds to the database returns 0, or
 * -ENOMEM, which ends the reading; all else is a warning.
 */
#ifndef ZFW_FP_SIGREAD_H
#define ZFW_FP_SIGREAD_H

#include "fp/sigfile.h"

#define SIGREAD_LINE_MAX 4096 /* bytes; none that means something is longer */
#define SIGREAD_QUOTELEN 48

struct sigread {
	struct sigdb *db;
	const char *name; /* of the file, for warnings */
	sigfile_warn *warn;
	void *arg;
	struct sigfile_report *rep;
	bool first;      /* of its database: a repetition is its own fault */
	struct str left; /* lines still to be read */
	struct str line; /* this one, without blanks around it */
	unsigned line_no;
	size_t shown;   /* warnings, of at most SIGFILE_WARN_MAX */
	bool has_label; /* that signatures can be added to */
	char label_name[SIGDB_NAMELEN], label_flavor[SIGDB_NAMELEN];
};

/* Text of `s` for a warning: printable, cut when long, in double quotes. */
const char *sigread_quote(struct str s, char buf[SIGREAD_QUOTELEN]);

/* On to the next line that is not blank; false at the end. */
bool sigread_next(struct sigread *in);

/* Says what is wrong with line `line_no`; too many are only counted. */
__attribute__((format(printf, 2, 3))) void
sigread_warn(struct sigread *in, const char *fmt, ...);

/* Copies the words of a label to `in`; NULL, or why they are none. */
const char *
sigread_words(struct sigread *in, struct str name, struct str flavor);

/*
 * Adds the label of those words; `has_label` says afterwards whether it is
 * there.  Then its signatures, or its MTUs.
 */
int sigread_label(struct sigread *in, bool generic, bool userland);
int sigread_add(struct sigread *in, const struct sigdef *def);
int sigread_mtu(struct sigread *in, uint16_t mtu);

#endif
