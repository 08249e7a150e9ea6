/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * page_text - every word of the one-click page
 *
 * Constant tables for page.c alone.  In titles, lines and items '@' stands for
 * the client's address and '#' for the name of the mail server; the rest is
 * HTML as it is.  All of it is shown to strangers: a kind of reason, never the
 * exact rule.
 */
#ifndef ZFW_FRONT_PAGE_TEXT_H
#define ZFW_FRONT_PAGE_TEXT_H

#include "front/page.h"

struct page_text {
	unsigned status;      /* of HTTP */
	bool names_client;    /* '@' is in it */
	const char *tone;     /* attribute of the heading, or "" */
	const char *title;    /* of the window, and the heading */
	const char *lines[4]; /* paragraphs below it; ended by NULL */
	const char *heading;  /* of the list */
	const char *items[6]; /* ended by NULL; none: no list */
};
extern const struct page_text page_text[PAGES];

struct page_text_kind {
	const char *reason; /* a sentence */
	const char *advice; /* what its owner can do about it */
};
extern const struct page_text_kind page_text_kind[FRONT_KINDS];

extern const char page_text_head[]; /* up to the title's text */
extern const char page_text_style[];

#endif
