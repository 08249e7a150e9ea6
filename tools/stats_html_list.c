/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who they are: a table for each kind of group, and their machines. */
#include "tools/stats_html_impl.h"
#include "tools/stats_svg.h"

#define GROUP_SEEN 48 /* characters of a name */
#define NOTE_SEEN  80
/*
 * Machines are left out of a page that grows past this; the groups, of which
 * the caller said how many he wants, are not.
 */
#define PAGE_MAX_BYTES (1500u * 1000)
#define COLUMNS        HTML_GROUP_COLUMNS

static const char *const about[STATS_KINDS] = {
	[STATS_BOTNET] = "Clusters of unrelated networks with something in "
			 "common that strangers do not share.",
	[STATS_DOMAIN] = "The registered domain of the reverse name: mostly "
			 "the provider.",
	[STATS_TEMPLATE] = "Reverse names with # for figures: how providers "
			   "name their customers' lines.",
	[STATS_NETWORK] = "IPv4 /24 and IPv6 /48.",
	[STATS_COUNTRY] = "Where the address is registered.",
	[STATS_AS] = "Who announces the address.",
	[STATS_SIGNATURE] = "How the client's TCP/IP stack opens a connection.",
	[STATS_SYSTEM] = "The operating system that the signature stands for.",
	[STATS_HELO] = "What the client calls itself.",
	[STATS_EVIDENCE] = "The main reasons of the blocks.",
};

/* ---- groups ---- */

static void
group_name(struct html *h, const struct stats_group *g, bool opens)
{
	html_put(h, "<tr><th scope=\"row\">");
	if (opens)
		html_printf(h, "<details%s><summary>",
		    h->s->opts.only_name != NULL &&
			    h->s->list[h->asked].n == 1 &&
			    g == h->s->list[h->asked].group ?
			" open" :
			"");
	html_name(h, g->name, GROUP_SEEN);
	if (opens)
		html_put(h, "</summary></details>");
	if (g->note != NULL && g->note[0] != '\0') {
		html_put(h, "<small>");
		html_name(h, g->note, NOTE_SEEN);
		html_put(h, "</small>");
	}
	html_put(h, "</th>");
}

static void
group(struct html *h, const struct stats_group *g, uint64_t max, size_t until)
{
	const uint64_t n[] = { g->machines, g->blocked_now, g->good,
		g->connects, g->knocks };
	bool opens = g->machine_n > 0 && h->bytes < until;

	html_put(h, "<tbody>");
	group_name(h, g, opens);
	html_put(h, "<td class=\"n bar\">");
	svg_bar(h, g->zombies, max, "c-zom");
	html_put(h, " ");
	html_put_num(h, g->zombies);
	html_put(h, "</td>");
	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		html_printf(h, "<td class=\"n%s\">",
		    i == 2 && n[i] > 0 ? " ok" : "");
		html_put_num(h, n[i]);
		html_put(h, "</td>");
	}
	html_put(h, "<td>");
	html_put_day(h, g->first_ms);
	html_put(h, "</td><td>");
	html_put_day(h, g->last_ms);
	html_put(h, "</td></tr>\n");
	if (opens)
		html_machines(h, g, until);
	html_put(h, "</tbody>\n");
}

static void
groups_head(struct html *h, const char *label)
{
	static const char *const done[COLUMNS] = { "Name", "Zombies",
		"Machines", "Blocked now", "Also good", "Connections",
		"Prevented", "First seen", "Last seen" };
	static const char *const would[COLUMNS] = { "Name", "Zombies",
		"Machines", "Would be blocked", "Also good", "Connections",
		"Would be prevented", "First seen", "Last seen" };

	html_printf(h,
	    "<div class=\"sc\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"%s\">\n<table class=\"groups ten\"><thead><tr>",
	    label);
	for (int i = 0; i < COLUMNS; i++)
		html_printf(h, "<th scope=\"col\"%s>%s</th>",
		    i >= 1 && i <= 6 ? " class=\"n\"" : "",
		    h->would ? would[i] : done[i]);
	html_put(h, "</tr></thead>\n");
}

static void
list(struct html *h, enum stats_kind k, size_t until)
{
	const struct stats_list *l = &h->s->list[k];
	uint64_t max = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->group[i].zombies > max)
			max = l->group[i].zombies;
	html_printf(h,
	    "<details class=\"kind card\" id=\"%s\" open><summary><h3>%s "
	    "<span class=\"count\">",
	    stats_kind_name[k], stats_kind_title[k]);
	if (l->n < l->all) {
		html_printf(h, "%zu of ", l->n);
		html_put_num(h, l->all);
	} else
		html_put_num(h, l->n);
	html_printf(h, "</span></h3></summary>\n<p class=\"dim\">%s</p>\n",
	    about[k]);
	groups_head(h, stats_kind_title[k]);
	for (size_t i = 0; i < l->n; i++) {
		size_t room = h->bytes < until ? until - h->bytes : 0;

		group(h, &l->group[i], max, h->bytes + room / (l->n - i));
	}
	html_put(h, "</table></div></details>\n");
}

/* What is empty is only named: a country needs a database, for instance. */
static void
empty_lists(struct html *h)
{
	bool any = false;

	for (int k = 0; k < STATS_KINDS; k++) {
		if (!html_shows(h, (enum stats_kind)k) || h->s->list[k].n > 0)
			continue;
		html_printf(h, "%s%s",
		    any ? ", " : "<p class=\"dim\">Nothing is known of: ",
		    stats_kind_title[k]);
		any = true;
	}
	if (any)
		html_put(h, ".</p>\n");
}

static void
lists_head(struct html *h, size_t n)
{
	html_put(h, "<section id=\"who\"><h2>Who they are</h2>\n");
	if (n > 0)
		html_put(h,
		    "<p class=\"dim\">A row opens to its busiest machines; "
		    "<code>zfw-stats --by <i>kind name</i></code> lists all of "
		    "a group. A machine can be in several groups.</p>\n"
		    "<div id=\"tools\" hidden></div>\n");
}

/*
 * The room that is left for machines is shared by the kinds that are left; the
 * one that was asked for comes first.
 */
void
html_lists(struct html *h)
{
	size_t left = 0;

	for (int k = 0; k < STATS_KINDS; k++)
		left += html_shows(h, (enum stats_kind)k) &&
		    h->s->list[k].n > 0;
	lists_head(h, left);
	for (int i = -1; i < STATS_KINDS; i++) {
		enum stats_kind k = i < 0 ? h->asked : (enum stats_kind)i;
		size_t room = h->bytes < PAGE_MAX_BYTES ?
		    PAGE_MAX_BYTES - h->bytes :
		    0;

		if ((i >= 0 && k == h->asked) || !html_shows(h, k) ||
		    h->s->list[k].n == 0)
			continue;
		list(h, k, h->bytes + room / left--);
	}
	empty_lists(h);
	html_put(h, "</section>\n");
}

/* ---- botnets that were not there before ---- */

static void
new_row(struct html *h, const struct stats_group *g)
{
	html_put(h, "<tr><th scope=\"row\">");
	html_name(h, g->name, GROUP_SEEN);
	html_put(h, "</th><td>");
	html_name(h, g->note, NOTE_SEEN);
	html_put(h, "</td><td class=\"n\" data-l=\"Machines\">");
	html_put_num(h, g->machines);
	html_put(h, "</td><td class=\"n\" data-l=\"Networks\">");
	html_put_num(h, g->networks);
	html_put(h, "</td><td data-l=\"First seen\">");
	html_put_time(h, g->first_ms);
	html_put(h, "</td></tr>\n");
}

void
html_new(struct html *h)
{
	if (h->s->new_botnet_n == 0)
		return;
	html_printf(h,
	    "<section id=\"new\"><h2>New botnets <span class=\"count\">%zu"
	    "</span></h2>\n<div class=\"sc card\" tabindex=\"0\" "
	    "role=\"region\" aria-label=\"New botnets\">"
	    "<table class=\"rows stack\">"
	    "<thead><tr><th scope=\"col\">Name</th><th scope=\"col\">What its "
	    "members share</th><th scope=\"col\" class=\"n\">Machines</th>"
	    "<th scope=\"col\" class=\"n\">Networks</th><th scope=\"col\">"
	    "First seen</th></tr></thead><tbody>\n",
	    h->s->new_botnet_n);
	for (size_t i = 0; i < h->s->new_botnet_n; i++)
		new_row(h, &h->s->new_botnet[i]);
	html_put(h, "</tbody></table></div></section>\n");
}
