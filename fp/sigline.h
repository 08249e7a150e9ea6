/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigline - stage 3 of 8: the text of one p0f 3 signature -> sigdef
 *
 * Reads `ver:ittl:olen:mss:wsize,scale:olayout:quirks:pclass` with what we add
 * to it (docs/ADDING-SIGNATURES.md); what sig_make() prints is of that form
 * too.  Called by the reader of p0f files for each signature.  Pure, no
 * memory; what is wrong is told by a fault that points into the text.
 */
#ifndef ZFW_FP_SIGLINE_H
#define ZFW_FP_SIGLINE_H

#include "fp/bytes.h"
#include "fp/sigdef.h"

struct sigline_fault {
	const char *field; /* NULL: there is none */
	struct str word;   /* which may be empty */
	const char *want;  /* what would be right */
};

/* What a file says of all its signatures that follow. */
struct sigline_how {
	enum sigdef_kind kind;
	enum sigdef_ttl ttl; /* of a plain number: _P0F or _STRICT */
	uint32_t ignore;     /* quirks that do not count where not named */
};

struct sigline_fault
sigline_parse(struct str s, const struct sigline_how *how, struct sigdef *def);

/*
 * A window's size into *def: `*`, NUMBER, %NUMBER, or NUMBER behind the word
 * for times the MSS or the MTU.  False: it is none of these.
 */
bool
sigline_size(struct str s, struct str mss, struct str mtu, struct sigdef *def);

/* A list of quirks by name, which may be empty. */
struct sigline_fault sigline_quirks(struct str list, uint32_t *quirks);

#endif
