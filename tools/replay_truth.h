/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_truth - who is what in a recording, as somebody knows
 *
 * A text file of lines `ADDRESS LABEL`; blank lines and what follows a `#`
 * are left out.  The first word of the label, up to a colon or blank, says
 * what the address is; the whole label is its class, which reports tell
 * apart.  An address with two labels is an error.  Errors are sentences with
 * file and line.  The caller owns a struct truth, zero before truth_read().
 */
#ifndef ZFW_TOOLS_REPLAY_TRUTH_H
#define ZFW_TOOLS_REPLAY_TRUTH_H

#include "fp/addr.h"

#define TRUTH_ERRLEN     512
#define TRUTH_LABELS_MAX 256 /* the last one is for all that follow */
#define TRUTH_LABEL_MAX  64  /* with NUL */
#define TRUTH_NONE       SIZE_MAX

enum truth_kind {
	TRUTH_NEUTRAL, /* anything else: in no figure but its class's */
	TRUTH_ZOMBIE,  /* zombie, bad, spam, bot */
	TRUTH_GOOD,    /* good, ham, mx, server */
	TRUTH_VICTIM,  /* victim, spoofed: others send in its name */
	TRUTH_KINDS,
};

struct truth_label {
	char text[TRUTH_LABEL_MAX];
	enum truth_kind kind;
	size_t n; /* addresses */
};

struct truth_entry {
	struct addr addr;
	uint16_t label;
};

struct truth {
	struct truth_entry *v; /* by address */
	size_t n, room;
	struct truth_label *labels; /* in the order of the file */
	size_t labels_n;
};

/* 0, or -1 with a sentence in `err`. */
int truth_read(struct truth *t, const char *path, char err[TRUTH_ERRLEN]);
/* The same of a text; `path` is only named in errors. */
int truth_parse(struct truth *t, const char *path, struct str text,
    char err[TRUTH_ERRLEN]);
void truth_free(struct truth *t);

/* Where the address stands in `v`; TRUTH_NONE. */
size_t truth_find(const struct truth *t, const struct addr *a);
/* The first that is in the network; those behind it may be, too. */
size_t truth_find_net(const struct truth *t, const struct net *n);

static inline enum truth_kind
truth_kind_of(const struct truth *t, size_t i)
{
	return t->labels[t->v[i].label].kind;
}

#endif
