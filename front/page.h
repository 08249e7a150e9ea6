/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * page - the one-click page, as text
 *
 * What a human sees who follows the link of a rejection: what was blocked,
 * the kind of reason, until when, and one button; or what became of it.
 * Complete HTML5 in UTF-8, no script, nothing from elsewhere, readable on a
 * phone and in the dark.  All text is ours but for the address.  Pure.
 */
#ifndef ZFW_FRONT_PAGE_H
#define ZFW_FRONT_PAGE_H

#include <stddef.h>

#include "daemon/frontmsg.h"

#define PAGE_MAX 8192

enum page_what {
	PAGE_ASK,    /* it is blocked: the button */
	PAGE_LIFTED, /* done */
	PAGE_NOT_BLOCKED,
	PAGE_USED,
	PAGE_NO_MORE,
	PAGE_LIMIT,
	PAGE_FAILED, /* could not be done now: try again */
	PAGE_EXPIRED,
	PAGE_BAD, /* no such link */
	PAGES,
};

struct page {
	enum page_what what;
	struct addr who; /* family 0: not known (BAD) */
	enum front_kind kind;
	int64_t until_s;  /* ASK: of the block; 0 = not known */
	const char *host; /* whose mail server this is; NULL, "": not said */
};

/* Bytes put into out; never more than PAGE_MAX. */
size_t page_print(const struct page *p, char out[PAGE_MAX]);
unsigned page_status(enum page_what what); /* of HTTP: 200, 404, 410, ... */
/*
 * What to show for an answer of the engine (FRONT_TELL; NULL: it gave none):
 * `click` when it is the one to a FRONT_CLICK.  In doubt, PAGE_FAILED.
 */
enum page_what page_of(const struct frontmsg *tell, bool click);

#endif
