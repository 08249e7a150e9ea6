/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a row of a group opens to: its machines. */
#include "tools/stats_html_impl.h"

#define NAME_SEEN   44
#define SYSTEM_SEEN 28

static void
machine_head(struct html *h)
{
	static const char *const heads[] = { "Address", "Reverse name, HELO",
		"System", "Connections", NULL, "Score", "State", "First seen",
		"Last seen" };

	html_printf(h,
	    "<tr class=\"more\"><td colspan=\"%d\"><div tabindex=\"0\" "
	    "role=\"region\" aria-label=\"Machines\">"
	    "<table class=\"rows\"><thead><tr>",
	    HTML_GROUP_COLUMNS);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		html_printf(h, "<th scope=\"col\"%s>%s</th>",
		    i >= 3 && i <= 5 ? " class=\"n\"" : "",
		    heads[i] != NULL ?
			heads[i] :
			html_would(h, "Prevented", "Would be prevented"));
	html_put(h, "</tr></thead><tbody>\n");
}

static void
machine_state(struct html *h, const struct stats_machine *m)
{
	html_put(h, "<td>");
	if (m->messages > 0 || m->good) {
		html_put(h, "<em>good mail: ");
		html_put_num(h, m->messages);
		html_put(h, "</em>, ");
	}
	if (m->blocked) {
		html_printf(h, "%s tier %u until ",
		    m->shadow ? "would be" : "blocked,", m->tier);
		html_put_time(h, m->block_until_ms);
		html_put(h, "</td>");
	} else if (m->offences > 0)
		html_printf(h, "free, %u offence%s</td>", m->offences,
		    m->offences == 1 ? "" : "s");
	else
		html_put(h, "free</td>");
}

static void
machine(struct html *h, const struct stats_machine *m)
{
	const uint32_t n[] = { m->connects, m->knocks };

	html_put(h, "<tr><th scope=\"row\">");
	html_addr(h, &m->key);
	html_put(h, "</th><td>");
	html_name(h, m->rdns, NAME_SEEN);
	html_put(h, "<small>HELO ");
	html_name(h, m->helo, NAME_SEEN);
	html_put(h, "</small></td><td>");
	html_name(h, m->os != NULL && m->os[0] != '\0' ? m->os : m->sig,
	    SYSTEM_SEEN);
	html_put(h, "</td>");
	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		html_put(h, "<td class=\"n\">");
		html_put_num(h, n[i]);
		html_put(h, "</td>");
	}
	html_printf(h, "<td class=\"n\">%.1f&nbsp;%%</td>",
	    m->score_permille / 10.0);
	machine_state(h, m);
	html_put(h, "<td>");
	html_put_time(h, m->first_ms);
	html_put(h, "</td><td>");
	html_put_time(h, m->last_ms);
	html_put(h, "</td></tr>\n");
}

void
html_machines(struct html *h, const struct stats_group *g, size_t until)
{
	size_t n = 0;

	machine_head(h);
	while (n < g->machine_n && (n == 0 || h->bytes < until))
		machine(h, &g->machine[n++]);
	html_put(h, "</tbody></table>");
	if (n < g->machines) {
		html_printf(h, "<p class=\"dim\">The busiest %zu of ", n);
		html_put_num(h, g->machines);
		html_put(h, ".</p>");
	}
	html_put(h, "</div></td></tr>\n");
}
