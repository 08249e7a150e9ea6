/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The title, in which mode the figures are, and the figures that matter. */
#include "tools/stats_html_impl.h"

static uint64_t
total(const struct html *h, enum tally_kind k)
{
	return h->s->total.n[k];
}

/* ---- what a reader must know before the figures ---- */

static void
mode_note(struct html *h)
{
	if (h->would)
		html_put(h,
		    "<p class=\"note shadow\"><strong>Shadow mode: nobody was "
		    "blocked.</strong> What is prevented, rejected, cut and "
		    "blocked on this page is what zfw <em>would have</em> "
		    "done.</p>\n");
	else if (h->mixed)
		html_put(h,
		    "<p class=\"note shadow\"><strong>Partly in shadow mode."
		    "</strong> In part of this time nobody was blocked; what "
		    "zfw would have done then is counted as if it had been "
		    "done. The strip below the plot says when.</p>\n");
	else if (h->s->modes == 0 && h->s->first_ms == 0)
		html_put(h,
		    "<p class=\"note\"><strong>No history yet.</strong> zfwd "
		    "counts from its first minute on.</p>\n");
	else if (h->s->modes == 0)
		html_put(h,
		    "<p class=\"note\"><strong>No history of this time."
		    "</strong> zfwd did not run then, or has forgotten it."
		    "</p>\n");
}

static void
only_note(struct html *h)
{
	html_put(h, "<p class=\"note\"><strong>Only clients of the group ");
	html_name(h, h->s->opts.only_name, 120);
	html_printf(h,
	    "</strong> (%s). What is counted over time is of all.</p>\n",
	    stats_kind_name[h->asked]);
}

static void
notes(struct html *h)
{
	if (h->s->opts.only_name != NULL)
		only_note(h);
	mode_note(h);
	if (!h->s->daemon_runs)
		html_put(h,
		    "<p class=\"note bad\"><strong>zfwd does not run now."
		    "</strong> The figures end where it stopped.</p>\n");
	if (h->s->bad_records > 0) {
		html_put(h, "<p class=\"note bad\"><strong>");
		html_put_num(h, h->s->bad_records);
		html_put(h,
		    " records could not be read</strong> and are in no figure. "
		    "<code>zfwctl check-db</code> says more.</p>\n");
	}
	for (size_t i = 0; i < STATS_GEO_MAX; i++)
		if (h->s->warn[i][0] != '\0') {
			html_put(h, "<p class=\"note\">");
			html_name(h, h->s->warn[i], 300);
			html_put(h, "</p>\n");
		}
}

/* ---- tiles ---- */

static void
tile(struct html *h, const char *css_class, const char *name, uint64_t n)
{
	html_printf(h, "<div class=\"tile %s\"><dt>%s</dt><dd><b>", css_class,
	    name);
	html_put_num(h, n);
	html_put(h, "</b> ");
}

static void
tile_end(struct html *h)
{
	html_put(h, "</span></dd></div>\n");
}

/* How much more or less than in as long a time before. */
static void
change(struct html *h, enum tally_kind k)
{
	double now = (double)total(h, k), was = (double)h->s->before.n[k];
	double percent = was > 0 ? 100 * (now - was) / was : 0;

	if (h->s->before_known && was > 0 && percent > -999.5 &&
	    percent < 999.5)
		html_printf(h,
		    "<small class=\"ch\">%s %.0f %%<span class=\"vh\"> %s than "
		    "in as long a time before</span></small> ",
		    percent >= 0.5      ? "▲" :
			percent <= -0.5 ? "▼" :
					  "=",
		    percent < 0 ? -percent : percent,
		    percent < 0 ? "less" : "more");
	html_put(h, "<span>");
}

static void
tile_tally(struct html *h, const char *css_class, const char *name,
    enum tally_kind k)
{
	tile(h, css_class, name, total(h, k));
	change(h, k);
}

static void
tile_stopped(struct html *h)
{
	/* Who is blocked does not connect, not even in shadow mode: tally.h */
	uint64_t n = total(h, TALLY_PREVENTED);
	uint64_t all = n + total(h, TALLY_CONNECTS);

	tile_tally(h, "hero",
	    html_would(h, "Prevented", "Would have been prevented"),
	    TALLY_PREVENTED);
	if (all > 0) {
		html_put_share(h, n, all);
		html_put(h, " of all ");
	}
	html_put(h, "attempts to connect");
	tile_end(h);
	tile_tally(h, "", html_would(h, "Rejected", "Would have been rejected"),
	    TALLY_REJECTED);
	html_put(h, "with an answer that says why, and a link");
	tile_end(h);
	tile_tally(h, "", html_would(h, "Cut", "Would have been cut"),
	    TALLY_CUT);
	html_put(h, "sessions ended before their mail came");
	tile_end(h);
}

static void
tile_clients(struct html *h)
{
	tile(h, "", "Zombies", h->s->zombies);
	html_put(h, "<span>of ");
	html_put_num(h, h->s->clients);
	html_put(h, " clients seen; ");
	html_put_num(h, h->s->blocked_now);
	html_put(h, html_would(h, " blocked now", " would be blocked now"));
	tile_end(h);
	tile_tally(h, "good", "Good connections", TALLY_GOOD);
	html_put(h, "that brought mail; ");
	html_put_num(h, total(h, TALLY_MESSAGES));
	html_put(h, " messages accepted");
	tile_end(h);
	tile(h, h->s->mistake_n > 0 ? "warn" : "good", "Possible mistakes",
	    h->s->mistake_all);
	html_put(h,
	    h->s->mistake_n > 0 ?
		"<span><a href=\"#mistakes\">who, and why</a>" :
		"<span>no client to look at");
	tile_end(h);
}

/* ---- all of it ---- */

static void
eyebrow(struct html *h)
{
	static const char *const modes[] = { "no history", "shadow mode",
		"enforcing", "shadow mode and enforcing" };

	html_printf(h,
	    "<p class=\"brow\"><b>zfw</b> <span>%s</span> "
	    "<span>%s</span></p>\n",
	    modes[h->s->modes & 3],
	    h->s->daemon_runs ? "zfwd runs" : "zfwd does not run");
}

void
html_headline(struct html *h)
{
	char from[HTML_DATE_LEN], to[HTML_DATE_LEN];
	const struct stats_opts *o = &h->s->opts;
	int64_t since_ms = o->since_ms > h->s->first_ms ? o->since_ms :
							  h->s->first_ms;

	if (since_ms > o->until_ms)
		since_ms = o->until_ms;
	html_put(h, "<header>\n");
	eyebrow(h);
	html_put(h, "<h1>Spam zombies at the door</h1>\n");
	html_printf(h, "<p class=\"when\">%s – %s</p>\n</header>\n<main>\n",
	    html_date(since_ms, "%-d %b %Y, %H:%M", from),
	    html_date(o->until_ms, "%-d %b %Y, %H:%M", to));
	notes(h);
	html_put(h,
	    "<section id=\"sums\"><h2 class=\"vh\">Sums</h2>\n"
	    "<dl class=\"tiles\">\n");
	tile_stopped(h);
	tile_clients(h);
	html_put(h, "</dl>\n");
	if (h->s->before_known)
		html_put(h,
		    "<p class=\"dim\">▲ more, ▼ less than in as long a time "
		    "just before.</p>\n");
	html_put(h, "</section>\n");
}
