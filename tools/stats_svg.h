/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_svg - the plots of the page, as SVG in its text
 *
 * Called by the parts of stats_html with their pen.  Colours come from classes
 * of the page's style, so that they follow light, dark and paper.  Nothing
 * from outside is in a plot: no name, no address.  Times are wall clock
 * milliseconds; ticks and bins lie on the hours, days and months of the local
 * time zone.  Cannot fail; nothing is allocated.
 */
#ifndef ZFW_TOOLS_STATS_SVG_H
#define ZFW_TOOLS_STATS_SVG_H

#include "tools/stats_html_impl.h"

/* A part of one series: of the step that shows the time best. */
struct svg_range {
	const struct tally_slot *slot;
	size_t n;
	int64_t from_ms, step_ms; /* slot[i] begins at from_ms + i * step_ms */
	int64_t until_ms;         /* of the time that is shown */
	enum tally_step step;
};

/* False: there is nothing to show. */
bool svg_range_pick(const struct stats *s, struct svg_range *out);
/* The slots of one step in the time shown; n may be 0. */
void svg_range_of(const struct stats *s, enum tally_step step,
    struct svg_range *out);

/* All modes in it, or-ed. */
uint8_t svg_modes(const struct svg_range *r);

/*
 * Sums for tables and hints: by what is short enough that there are many, and
 * long enough that they can be read.  All of the local time.
 */
enum svg_unit { SVG_MINUTES, SVG_HOURS, SVG_DAYS, SVG_MONTHS, SVG_UNITS };
#define SVG_MINUTES_N 5 /* in one of SVG_MINUTES */
enum svg_unit svg_unit_of(const struct svg_range *r);
struct svg_bin {
	int64_t from_ms, to_ms;
	uint8_t modes;
	uint64_t n[TALLY_KINDS];
};
#define SVG_BINS_MAX 128
size_t svg_bins(const struct svg_range *r, struct svg_bin bin[SVG_BINS_MAX]);
/* strftime() format of the name of a bin. */
const char *svg_bin_name(enum svg_unit unit);

/* Wide for a screen and paper, narrow for a phone: the page has both. */
enum svg_size { SVG_WIDE, SVG_NARROW };
void
svg_timeline(struct html *h, const struct svg_range *r, enum svg_size size);
/* Hours across, weekdays down, of one count; `id` names it in the page. */
void svg_heat(struct html *h, const struct svg_range *hours,
    enum tally_kind kind, const char *id);
/* A bar beside its number; `of` is the longest one's. */
void svg_bar(struct html *h, uint64_t n, uint64_t of, const char *css_class);

/* 0 <= n -> "0", "950", "1.5k", "20k", "3M" */
#define SVG_SHORT_LEN 16
const char *svg_short(double n, char buf[SVG_SHORT_LEN]);
/* A round number for a grid line, so that about `lines` fit below `max`. */
double svg_grid(double max, unsigned lines);

#endif
