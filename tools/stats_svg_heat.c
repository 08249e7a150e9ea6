/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <time.h>

#include "tools/stats_svg.h"

#define CELL_W  14
#define CELL_H  18
#define LEFT    34
#define TOP     16
#define WIDTH   (LEFT + 24 * CELL_W + 2)
#define GRID_H  (7 * CELL_H)
#define HEIGHT  (TOP + GRID_H + 30)
#define SHADES  5 /* in the legend */
#define LIGHT   0.08
#define HOUR_MS INT64_C(3600000)

struct heat {
	double sum[7][24]; /* Monday first */
	unsigned hours[7][24];
	double max; /* of the means */
};

static const char *const day_name[7] = { "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat", "Sun" };

static double
mean(const struct heat *t, int day, int hour)
{
	return t->hours[day][hour] == 0 ?
	    0 :
	    t->sum[day][hour] / t->hours[day][hour];
}

static void
collect(struct heat *t, const struct svg_range *r, enum tally_kind kind)
{
	*t = (struct heat){ 0 };
	for (size_t i = 0; i < r->n; i++) {
		time_t at = (time_t)((r->from_ms + (int64_t)i * HOUR_MS) /
		    1000);
		struct tm tm;
		int day;

		/* Hours in which zfw did not run say nothing. */
		if (r->slot[i].modes == 0 || localtime_r(&at, &tm) == NULL)
			continue;
		day = (tm.tm_wday + 6) % 7;
		t->sum[day][tm.tm_hour] += r->slot[i].n[kind];
		t->hours[day][tm.tm_hour]++;
	}
	for (int d = 0; d < 7; d++)
		for (int o = 0; o < 24; o++)
			if (mean(t, d, o) > t->max)
				t->max = mean(t, d, o);
}

static void
cells(struct html *h, const struct heat *t)
{
	char num[SVG_SHORT_LEN];

	for (int d = 0; d < 7; d++)
		for (int o = 0; o < 24; o++) {
			double v = mean(t, d, o);

			if (t->hours[d][o] == 0)
				continue;
			html_printf(h,
			    "<rect x=\"%d\" y=\"%d\" width=\"%d\" "
			    "height=\"%d\" fill-opacity=\"%.2f\">"
			    "<title>%s %02d:00: %s an hour</title></rect>\n",
			    LEFT + o * CELL_W, TOP + d * CELL_H, CELL_W - 1,
			    CELL_H - 1,
			    LIGHT + (t->max > 0 ? (1 - LIGHT) * v / t->max : 0),
			    day_name[d], o, svg_short(v, num));
		}
}

static void
axes(struct html *h)
{
	html_put(h, "<g class=\"ax\">\n");
	for (int d = 0; d < 7; d++)
		html_printf(h,
		    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
		    LEFT - 6, TOP + d * CELL_H + CELL_H - 5, day_name[d]);
	for (int o = 0; o < 24; o += 3)
		html_printf(h, "<text x=\"%d\" y=\"%d\">%02d</text>",
		    LEFT + o * CELL_W, TOP - 5, o);
	html_put(h, "</g>\n");
}

static void
legend(struct html *h, const struct heat *t)
{
	int y = TOP + GRID_H + 10;
	int x = LEFT + 24 * CELL_W - SHADES * CELL_W - 74;
	char num[SVG_SHORT_LEN];

	html_printf(h,
	    "<g class=\"ax\"><text x=\"%d\" y=\"%d\" text-anchor=\"end\">0"
	    "</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s an "
	    "hour</text></g>\n",
	    x - 5, y + 9, LEFT + 24 * CELL_W, y + 9, svg_short(t->max, num));
	for (int i = 0; i < SHADES; i++)
		html_printf(h,
		    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"11\" "
		    "fill-opacity=\"%.2f\"/>",
		    x + i * CELL_W, y, CELL_W - 1,
		    LIGHT + (1 - LIGHT) * i / (SHADES - 1));
	html_put(h, "\n");
}

/* What a picture says to who does not see it: where its dark place is. */
static void
words(struct html *h, const struct heat *t, const char *id)
{
	int day = 0, hour = 0;
	char num[SVG_SHORT_LEN];

	for (int d = 0; d < 7; d++)
		for (int o = 0; o < 24; o++)
			if (mean(t, d, o) > mean(t, day, hour)) {
				day = d;
				hour = o;
			}
	html_printf(h,
	    "<title id=\"%s-t\">By hour and weekday</title>"
	    "<desc id=\"%s-d\">Mean for each hour of each weekday. The most, "
	    "%s an hour, come on %s from %02d:00.</desc>\n",
	    id, id, svg_short(t->max, num), day_name[day], hour);
}

void
svg_heat(struct html *h, const struct svg_range *hours, enum tally_kind kind,
    const char *id)
{
	struct heat t;

	collect(&t, hours, kind);
	html_printf(h,
	    "<svg class=\"heat %s\" viewBox=\"0 0 %d %d\" role=\"img\" "
	    "aria-labelledby=\"%s-t %s-d\">\n",
	    id, WIDTH, HEIGHT, id, id);
	words(h, &t, id);
	cells(h, &t);
	axes(h);
	legend(h, &t);
	html_put(h, "</svg>\n");
}
