/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/stats_html_impl.h"
#include "tools/stats_svg.h"

#define HEAT_HOURS 96 /* less is no week, but a few marks on nothing */

static const struct {
	enum tally_kind kind;
	const char *words, *would;
} columns[] = {
	{ TALLY_CONNECTS, "Connections", NULL },
	{ TALLY_ZOMBIE, "From zombies", NULL },
	{ TALLY_PREVENTED, "Prevented", "Would be prevented" },
	{ TALLY_REJECTED, "Rejected", "Would be rejected" },
	{ TALLY_CUT, "Cut", "Would be cut" },
	{ TALLY_GOOD, "Good", NULL },
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static const char *const bin_words[SVG_UNITS] = { "five minutes", "hour", "day",
	"month" };

static const char *
mode_words(uint8_t modes)
{
	switch (modes) {
	case 0:
		return "did not run";
	case TALLY_SHADOW:
		return "shadow";
	case TALLY_ENFORCE:
		return "enforce";
	default:
		return "both";
	}
}

static void
figures_head(struct html *h, const struct svg_range *r)
{
	html_printf(h,
	    "<details class=\"fig\"><summary>The same in figures, by %s"
	    "</summary>\n<div class=\"sc\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"Figures by %s\">\n<table class=\"nums\"><thead><tr>"
	    "<th scope=\"col\">Time</th>",
	    bin_words[svg_unit_of(r)], bin_words[svg_unit_of(r)]);
	for (size_t i = 0; i < COLUMNS; i++)
		html_printf(h, "<th scope=\"col\" class=\"n\">%s</th>",
		    h->would && columns[i].would != NULL ? columns[i].would :
							   columns[i].words);
	html_put(h, "<th scope=\"col\">Mode</th></tr></thead><tbody>\n");
}

static void
figures(struct html *h, const struct svg_range *r)
{
	struct svg_bin bin[SVG_BINS_MAX];
	size_t n = svg_bins(r, bin);
	char date[HTML_DATE_LEN];

	figures_head(h, r);
	for (size_t i = 0; i < n; i++) {
		html_printf(h, "<tr><th scope=\"row\">%s</th>",
		    html_date(bin[i].from_ms, svg_bin_name(svg_unit_of(r)),
			date));
		for (size_t k = 0; k < COLUMNS; k++) {
			html_put(h, "<td class=\"n\">");
			html_put_num(h, bin[i].n[columns[k].kind]);
			html_put(h, "</td>");
		}
		html_printf(h, "<td>%s</td></tr>\n", mode_words(bin[i].modes));
	}
	html_put(h, "</tbody></table></div></details>\n");
}

/* What the strip below the plot and its bands mean, when there are any. */
static void
mode_legend(struct html *h, const struct svg_range *r)
{
	static const char *const classes[] = { "m-off", "m-shadow", "m-on",
		"m-both" };
	static const char *const words[] = { "zfwd did not run", "shadow mode",
		"enforcing", "both" };
	bool many = svg_modes(r) != TALLY_SHADOW &&
	    svg_modes(r) != TALLY_ENFORCE;
	unsigned seen = 0;

	for (size_t i = 0; i < r->n; i++)
		if (many || r->slot[i].modes == 0)
			seen |= 1u << (r->slot[i].modes & 3);
	if (seen == 0)
		return;
	html_put(h, "<p class=\"key\">");
	for (unsigned m = 0; m < 4; m++)
		if ((seen & 1u << m) != 0)
			html_printf(h,
			    "<span><svg width=\"18\" height=\"8\" "
			    "aria-hidden=\"true\"><rect class=\"%s\" "
			    "width=\"18\" height=\"8\"/></svg> %s</span> ",
			    classes[m], words[m]);
	html_put(h, "</p>\n");
}

static void
heats(struct html *h)
{
	struct svg_range hours;
	char from[HTML_DATE_LEN];

	svg_range_of(h->s, TALLY_HOUR, &hours);
	if (hours.n < HEAT_HOURS)
		return;
	html_put(h,
	    "<section id=\"week\"><h2>Hours of the week</h2>\n"
	    "<div class=\"two\">\n<figure class=\"card\"><figcaption>"
	    "Connections from zombies</figcaption>\n");
	svg_heat(h, &hours, TALLY_ZOMBIE, "heat-z");
	html_printf(h,
	    "</figure>\n<figure class=\"card\"><figcaption>Attempts %s"
	    "</figcaption>\n",
	    html_would(h, "prevented", "that would have been prevented"));
	svg_heat(h, &hours, TALLY_PREVENTED, "heat-p");
	html_printf(h,
	    "</figure>\n</div>\n<p class=\"dim\">Means since %s, in local "
	    "time. Hours are kept for 31 days.</p></section>\n",
	    html_date(hours.from_ms, "%-d %B", from));
}

void
html_time(struct html *h)
{
	struct svg_range r;

	html_put(h, "<section id=\"time\"><h2>Over time</h2>\n");
	if (!svg_range_pick(h->s, &r)) {
		html_put(h,
		    "<p class=\"card none\">There is no history of this time "
		    "yet.</p></section>\n");
		return;
	}
	html_put(h, "<figure class=\"card\">\n");
	svg_timeline(h, &r, SVG_WIDE);
	svg_timeline(h, &r, SVG_NARROW);
	mode_legend(h, &r);
	figures(h, &r);
	html_put(h, "</figure></section>\n");
	heats(h);
}
