/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiers, clicks, who comes back, and every counter for who wants them all. */
#include "tools/stats_html_impl.h"
#include "tools/stats_svg.h"

#define TIERS 8

static uint64_t
total(const struct html *h, enum tally_kind k)
{
	return h->s->total.n[k];
}

static void
tier_row(struct html *h, size_t tier, uint64_t max)
{
	html_put(h, "<tr><th scope=\"row\">");
	if (tier == 0)
		html_put(h, "No tier");
	else
		html_printf(h, "Tier %zu%s", tier,
		    tier == TIERS - 1 ? " and up" : "");
	html_put(h, "</th><td>");
	svg_bar(h, h->s->tier_n[tier], max, "c-prev");
	html_put(h, "</td><td class=\"n\">");
	html_put_num(h, h->s->tier_n[tier]);
	html_put(h, "</td></tr>\n");
}

/* tier_n[i] is of tier i; the last one, of all that are higher, too. */
static void
tiers(struct html *h)
{
	uint64_t max = 0;
	size_t end = 0;

	for (size_t i = 0; i < TIERS; i++) {
		if (h->s->tier_n[i] > max)
			max = h->s->tier_n[i];
		if (h->s->tier_n[i] > 0)
			end = i + 1;
	}
	html_printf(h, "<div class=\"card\"><h3>%s by tier</h3>\n",
	    html_would(h, "Blocks", "Would-be blocks"));
	if (end == 0) {
		html_printf(h, "<p>Nobody %s blocked now.</p></div>\n",
		    html_would(h, "is", "would be"));
		return;
	}
	html_put(h,
	    "<table class=\"bars\"><thead class=\"vh\"><tr><th scope=\"col\">"
	    "Tier</th><th scope=\"col\">Share</th><th scope=\"col\">Clients"
	    "</th></tr></thead><tbody>\n");
	for (size_t i = h->s->tier_n[0] > 0 ? 0 : 1; i < end; i++)
		tier_row(h, i, max);
	html_put(h,
	    "</tbody></table>\n<p class=\"dim\">Now. Each offence climbs one "
	    "tier, and each tier blocks longer.</p></div>\n");
}

static void
back(struct html *h)
{
	uint64_t ended = total(h, TALLY_ENDED), n = total(h, TALLY_BACK);

	html_put(h, "<div class=\"card\"><h3>Who comes back</h3>\n");
	if (ended == 0) {
		html_put(h, "<p>No block is over yet.</p></div>\n");
		return;
	}
	html_put(h, "<p class=\"big\">");
	html_put_share(h, n, ended);
	html_put(h, "</p>\n<p>");
	html_put_num(h, n);
	html_put(h, " of ");
	html_put_num(h, ended);
	html_printf(h,
	    " blocks that %s over: the client tried again between %d minutes "
	    "and %d hours after it began, as a mail server does that is told "
	    "to come later.</p>\n<p class=\"dim\">That is what greylisting "
	    "lets in. The fewer, the less it would help here.</p></div>\n",
	    html_would(h, "were", "would have been"),
	    (int)(TALLY_BACK_MS / 60000), (int)(TALLY_BACK_END_MS / 3600000));
}

static void
fact(struct html *h, const char *words, enum tally_kind k)
{
	html_printf(h, "<tr><th scope=\"row\">%s</th><td class=\"n\">", words);
	html_put_num(h, total(h, k));
	html_put(h, "</td></tr>\n");
}

static void
let_out(struct html *h)
{
	html_put(h,
	    "<div class=\"card\"><h3>Who was let out</h3>\n"
	    "<table class=\"bars\"><tbody>\n");
	fact(h, "by one click on the link", TALLY_CLICKS);
	fact(h, "by good mail or a login", TALLY_LIFTED);
	fact(h, "by the admin or a report", TALLY_PARDONED);
	fact(h, "because the time was over", TALLY_ENDED);
	html_put(h,
	    "</tbody></table>\n<p class=\"dim\">Clicks and good mail are "
	    "possible mistakes.</p></div>\n");
}

static void
counters(struct html *h)
{
	html_put(h,
	    "<details class=\"fig\"><summary>All counters</summary>\n"
	    "<table class=\"nums all\"><thead><tr><th scope=\"col\">Counter"
	    "</th><th scope=\"col\" class=\"n\">In this time</th></tr></thead>"
	    "<tbody>\n");
	for (int k = 0; k < TALLY_KINDS; k++) {
		html_put(h, "<tr><th scope=\"row\">");
		html_name(h, tally_words[k], 120);
		html_put(h, "</th><td class=\"n\">");
		html_put_num(h, h->s->total.n[k]);
		html_put(h, "</td></tr>\n");
	}
	html_put(h, "</tbody></table></details>\n");
}

void
html_facts(struct html *h)
{
	html_put(h,
	    "<section id=\"blocks\"><h2>Blocks</h2>\n<div class=\"three\">\n");
	tiers(h);
	let_out(h);
	back(h);
	html_put(h, "</div>\n");
	counters(h);
	html_put(h, "</section>\n");
}
