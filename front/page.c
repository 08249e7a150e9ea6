/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "front/page.h"
#include "front/page_text.h"

#define DAY_S    86400
#define HOST_MAX 253
/* The last second of the year 9999. */
#define UNTIL_MAX_S INT64_C(253402300799)

struct pen {
	char *out;
	size_t n;
};

static void
put(struct pen *p, const char *s, size_t n)
{
	size_t room = PAGE_MAX - p->n;

	if (n > room)
		n = room;
	memcpy(p->out + p->n, s, n);
	p->n += n;
}

/* Our own text; what comes from elsewhere goes through put_text(). */
static void
say(struct pen *p, const char *s)
{
	put(p, s, strlen(s));
}

/* Text from elsewhere: nothing in it is markup. */
static void
put_text(struct pen *p, const char *s, size_t max)
{
	for (size_t i = 0; i < max && s[i] != '\0'; i++)
		switch (s[i]) {
		case '<':
			say(p, "&lt;");
			break;
		case '>':
			say(p, "&gt;");
			break;
		case '&':
			say(p, "&amp;");
			break;
		case '"':
			say(p, "&quot;");
			break;
		case '\'':
			say(p, "&#39;");
			break;
		default:
			/* Names of hosts are ASCII. */
			put(p, s[i] > 0x1f && s[i] < 0x7f ? s + i : "?", 1);
		}
}

static void
put_host(struct pen *p, const char *host, const char *without)
{
	if (host == NULL || host[0] == '\0')
		say(p, without);
	else
		put_text(p, host, HOST_MAX);
}

/* ---- who ---- */

static void
put_who(struct pen *p, const struct addr *who)
{
	struct net key = addr_key_net(who);
	char text[ADDR_STRLEN];

	if (who->family == 6)
		put_text(p, net_print(&key, text), sizeof(text));
	else
		put_text(p, addr_print(who, text), sizeof(text));
}

/*
 * Our texts name the client by '@' and the mail server by '#': a sentence
 * stays whole where it is written.
 */
static void
put_sentence(struct pen *p, const char *s, const struct page *page)
{
	for (; *s != '\0'; s++)
		if (*s == '@')
			put_who(p, &page->who);
		else if (*s == '#')
			put_host(p, page->host, "this mail server");
		else
			put(p, s, 1);
}

/* ---- until when ---- */

static bool
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* No gmtime(): it would look for a time zone's file. */
static void
put_time(struct pen *p, int64_t t_s)
{
	static const char *const names[] = { "January", "February", "March",
		"April", "May", "June", "July", "August", "September",
		"October", "November", "December" };
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int64_t days = t_s / DAY_S, year = 1970;
	int month = 0, minute = (int)(t_s % DAY_S / 60);
	char text[128];

	for (; days >= 365 + is_leap(year); year++)
		days -= 365 + is_leap(year);
	for (; days >= lengths[month] + (month == 1 && is_leap(year)); month++)
		days -= lengths[month] + (month == 1 && is_leap(year));
	(void)snprintf(text, sizeof(text),
	    "<time datetime=\"%04d-%02d-%02dT%02d:%02dZ\">%d %s %d, %02d:%02d "
	    "UTC</time>",
	    (int)year, month + 1, (int)days + 1, minute / 60, minute % 60,
	    (int)days + 1, names[month], (int)year, minute / 60, minute % 60);
	say(p, text);
}

/* ---- the parts ---- */

static void
put_head(struct pen *p, const struct page *page)
{
	say(p, page_text_head);
	put_sentence(p, page_text[page->what].title, page);
	say(p, "</title>\n<style>\n");
	say(p, page_text_style);
	say(p, "</style>\n</head>\n<body>\n<header>");
	put_host(p, page->host, "Mail server");
	say(p, "</header>\n<main>\n<h1");
	say(p, page_text[page->what].tone);
	say(p, ">");
	put_sentence(p, page_text[page->what].title, page);
	say(p, "</h1>\n");
}

static void
put_row(struct pen *p, const char *name)
{
	say(p, "<dt>");
	say(p, name);
	say(p, "</dt>\n<dd>");
}

static void
put_facts(struct pen *p, const struct page *page)
{
	say(p, "<dl>\n");
	put_row(p, page->who.family == 6 ? "Network" : "Address");
	say(p, "<code>");
	put_who(p, &page->who);
	say(p, "</code></dd>\n");
	put_row(p, "Reason");
	say(p, page_text_kind[page->kind].reason);
	say(p, "</dd>\n");
	if (page->until_s > 0) {
		put_row(p, "Blocked until");
		put_time(p,
		    page->until_s < UNTIL_MAX_S ? page->until_s : UNTIL_MAX_S);
		say(p, "</dd>\n");
	}
	say(p, "</dl>\n");
}

static void
put_button(struct pen *p, const struct page *page)
{
	say(p, "<form method=\"post\">\n<button type=\"submit\">Unblock ");
	put_who(p, &page->who);
	say(p, "</button>\n</form>\n");
}

static void
put_paragraphs(struct pen *p, const struct page *page)
{
	const char *const *line = page_text[page->what].lines;

	for (; *line != NULL; line++) {
		say(p, "<p>");
		put_sentence(p, *line, page);
		say(p, "</p>\n");
	}
}

static void
put_list(struct pen *p, const struct page *page)
{
	const char *const *item = page_text[page->what].items;

	if (item[0] == NULL)
		return;
	say(p, "<h2>");
	say(p, page_text[page->what].heading);
	say(p, "</h2>\n<ul>\n");
	for (; *item != NULL; item++) {
		say(p, "<li>");
		put_sentence(p, *item, page);
		say(p, "</li>\n");
	}
	say(p, "</ul>\n");
}

/* What made the block, seen from its owner: how not to be here again. */
static void
put_advice(struct pen *p, const struct page *page)
{
	say(p, "<h2>So that it does not happen again</h2>\n<p>");
	say(p, page_text_kind[page->kind].advice);
	say(p, "</p>\n");
}

size_t
page_print(const struct page *in, char out[PAGE_MAX])
{
	struct pen p = { out, 0 };
	struct page page = *in;

	if ((unsigned)page.what >= PAGES ||
	    (page.who.family != 4 && page.who.family != 6 &&
		page_text[page.what].names_client))
		page.what = PAGE_FAILED;
	if ((unsigned)page.kind >= FRONT_KINDS)
		page.kind = FRONT_KIND_NONE;
	put_head(&p, &page);
	put_paragraphs(&p, &page);
	if (page.what == PAGE_ASK) {
		put_facts(&p, &page);
		put_button(&p, &page);
	}
	if (page.what == PAGE_FAILED)
		say(&p, "<p><a href=\"\">Open this page again</a></p>\n");
	put_list(&p, &page);
	if (page.what == PAGE_ASK || page.what == PAGE_LIFTED)
		put_advice(&p, &page);
	say(&p, "</main>\n</body>\n</html>\n");
	return p.n;
}

unsigned
page_status(enum page_what what)
{
	return (unsigned)what < PAGES ? page_text[what].status : 503;
}

enum page_what
page_of(const struct frontmsg *tell, bool click)
{
	if (tell == NULL)
		return PAGE_FAILED;
	switch (tell->result) {
	case FRONT_BLOCKED:
		if (click) /* it was not lifted, then */
			return PAGE_FAILED;
		return tell->link ? PAGE_ASK : PAGE_NO_MORE;
	case FRONT_LIFTED:
		return click ? PAGE_LIFTED : PAGE_FAILED;
	case FRONT_NOT_BLOCKED:
		return PAGE_NOT_BLOCKED;
	case FRONT_USED:
		return PAGE_USED;
	case FRONT_NO_MORE:
		return PAGE_NO_MORE;
	case FRONT_LIMIT:
		return PAGE_LIMIT;
	default:
		return PAGE_FAILED;
	}
}
