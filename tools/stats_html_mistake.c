/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom zfw may have wronged: first of all lists, and never left out. */
#include "tools/stats_html_impl.h"

#define NAME_SEEN 44
#define SHOWN_MAX 200

#define COLUMNS 7
#define BLOCKED 4

static const char *
column_head(const struct html *h, size_t column)
{
	static const char *const heads[COLUMNS] = { "Client",
		"Why it may be one", "Good mails", "Let out by click",
		"Blocked", "First seen", "Last seen" };

	return column == BLOCKED ?
	    html_would(h, heads[column], "To be blocked") :
	    heads[column];
}

/* On a phone each cell says its head itself. */
static void
cell(struct html *h, size_t column)
{
	html_printf(h, "</td><td%s data-l=\"%s\">",
	    column == 2 ? " class=\"n\"" : "", column_head(h, column));
}

static void
row(struct html *h, const struct stats_mistake *m)
{
	const struct stats_machine *w = &m->who;

	html_put(h, "<tr><th scope=\"row\">");
	html_put(h, "<code>");
	html_addr(h, &w->key);
	html_put(h, "</code><br>");
	html_name(h, w->rdns, NAME_SEEN);
	html_put(h, "</th><td>");
	html_name(h, m->why, 120);
	cell(h, 2);
	html_put_num(h, m->good_mails);
	cell(h, 3);
	html_put_time(h, m->click_ms);
	cell(h, 4);
	if (w->blocked) {
		html_put(h, "until ");
		html_put_time(h, w->block_until_ms);
	} else
		html_put(h, "no more");
	cell(h, 5);
	html_put_time(h, w->first_ms);
	cell(h, 6);
	html_put_time(h, w->last_ms);
	html_put(h, "</td></tr>\n");
}

static void
table(struct html *h)
{
	size_t n = h->s->mistake_n < SHOWN_MAX ? h->s->mistake_n : SHOWN_MAX;

	html_put(h,
	    "<div class=\"sc\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"Possible mistakes\">\n"
	    "<table class=\"rows stack\"><thead><tr>");
	for (size_t i = 0; i < COLUMNS; i++)
		html_printf(h, "<th scope=\"col\"%s>%s</th>",
		    i == 2 ? " class=\"n\"" : "", column_head(h, i));
	html_put(h, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < n; i++)
		row(h, &h->s->mistake[i]);
	html_put(h, "</tbody></table></div>\n");
	if (n < h->s->mistake_all) {
		html_put(h, "<p class=\"dim\">");
		html_put_num(h, h->s->mistake_all - n);
		html_put(h, " more are not shown.</p>\n");
	}
}

void
html_mistakes(struct html *h)
{
	char all[HTML_NUM_LEN];

	if (h->s->mistake_n == 0) {
		html_put(h,
		    "<section id=\"mistakes\" class=\"mistakes none\">"
		    "<h2>Possible mistakes</h2>\n<p>None: no client that "
		    "brought wanted mail or was let out by a click is to be "
		    "looked at.</p></section>\n");
		return;
	}
	html_printf(h,
	    "<section id=\"mistakes\" class=\"mistakes\"><h2>Possible mistakes "
	    "<span class=\"count\">%s</span></h2>\n"
	    "<p>Clients that were %sblocked and also have something in their "
	    "favour, the likeliest mistake first. <code>zfwctl why "
	    "<i>address</i></code> tells all about one, <code>zfw-whitelist "
	    "add <i>address</i></code> keeps it from being blocked.</p>\n",
	    html_num(h->s->mistake_all, all), html_would(h, "", "to be "));
	table(h);
	html_put(h, "</section>\n");
}
