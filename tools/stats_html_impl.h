/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_html_impl - inside stats_html: the pen, and the parts of the page
 *
 * The pen counts what it writes, because the page is bounded.  Three ways to
 * write: html_put() and html_printf() for words and numbers of our own,
 * html_name() for everything that came from outside.  No other file of the
 * page writes to `f`.  A write that fails is found by the file's error flag,
 * at the end.  Nothing is allocated.
 *
 * Outside text is shown for what it is: markup is escaped, what is not UTF-8
 * is shown as \xNN, controls, invisible characters and those that turn the
 * direction of writing as \u{NNNN}, a backslash as two; it stands in <bdi>.  A
 * long name is cut in its middle and is whole (up to HTML_NAME_MAX bytes) in
 * its title.
 */
#ifndef ZFW_TOOLS_STATS_HTML_IMPL_H
#define ZFW_TOOLS_STATS_HTML_IMPL_H

#include "fp/bytes.h"
#include "tools/stats.h"

#define HTML_NAME_MAX 2048

struct html {
	FILE *f;
	const struct stats *s;
	size_t bytes; /* written so far */
	bool would;   /* all of it in shadow mode: nothing was done */
	bool mixed;   /* some of it */
	/* opts.only_kind, the first one when none was asked for */
	enum stats_kind asked;
};

/* ---- the pen (stats_html_pen.c) ---- */

void html_put(struct html *h, const char *ours);
void html_printf(struct html *h, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* 1234567 -> "1,234,567" */
#define HTML_NUM_LEN 32
const char *html_num(uint64_t n, char buf[HTML_NUM_LEN]);
void html_put_num(struct html *h, uint64_t n);
/* "2026-11-02 13:45", local; 0 and what is no time: a dash. */
void html_put_time(struct html *h, int64_t t_ms);
void html_put_day(struct html *h, int64_t t_ms); /* "2026-11-02" */
/* strftime() of the local time; "" when it is none. */
#define HTML_DATE_LEN 64
const char *html_date(int64_t t_ms, const char *fmt, char buf[HTML_DATE_LEN]);
/* Share of `n` in `all` as "12 %", "0.4 %"; a dash when `all` is 0. */
void html_put_share(struct html *h, uint64_t n, uint64_t all);

/* ---- text from outside (stats_html_name.c) ---- */

/* At most `max` characters of it are seen; "" becomes a dash. */
void html_name(struct html *h, const char *theirs, size_t max);
void html_addr(struct html *h, const struct addr *a);

/* ---- the parts, in their order on the page ---- */

struct str html_style(void), html_script(void); /* stats_html_asset.c */

void html_headline(struct html *h); /* stats_html_top.c */
void html_mistakes(struct html *h); /* stats_html_mistake.c */
void html_facts(struct html *h);    /* stats_html_facts.c */
void html_time(struct html *h);     /* stats_html_time.c */
void html_new(struct html *h);      /* stats_html_list.c */
void html_lists(struct html *h);    /* stats_html_list.c */
/*
 * The row below a group's: as many of its machines as there is room for until
 * the page has `until` bytes, but one at least (stats_html_machine.c).
 */
#define HTML_GROUP_COLUMNS 9
void html_machines(struct html *h, const struct stats_group *g, size_t until);

/* Of one kind only that is shown, of one group all that is known of it. */
static inline bool
html_shows(const struct html *h, enum stats_kind k)
{
	return h->s->opts.only_kind == NULL || h->s->opts.only_name != NULL ||
	    k == h->asked;
}

/* A name for people, and "would have ..." where nothing was done. */
static inline const char *
html_would(const struct html *h, const char *done, const char *would)
{
	return h->would ? would : done;
}

#endif
