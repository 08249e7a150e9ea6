/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <time.h>

#include "tools/stats_svg_axis.h"

#define DAY_MS    INT64_C(86400000)
#define MIN_MS    INT64_C(60000)
#define TICKS_MAX 64

enum unit { MINUTES, HOURS, DAYS, MONTHS };

/* From dense to sparse; the first one with room for its labels is taken. */
static const struct rung {
	enum unit unit;
	int every;
	int64_t about_ms;
} rungs[] = {
	{ MINUTES, 1, MIN_MS },
	{ MINUTES, 5, 5 * MIN_MS },
	{ MINUTES, 10, 10 * MIN_MS },
	{ MINUTES, 15, 15 * MIN_MS },
	{ MINUTES, 30, 30 * MIN_MS },
	{ HOURS, 1, DAY_MS / 24 },
	{ HOURS, 2, DAY_MS / 12 },
	{ HOURS, 3, DAY_MS / 8 },
	{ HOURS, 6, DAY_MS / 4 },
	{ DAYS, 1, DAY_MS },
	{ DAYS, 2, 2 * DAY_MS },
	{ DAYS, 3, 3 * DAY_MS },
	{ DAYS, 7, 7 * DAY_MS },
	{ DAYS, 14, 14 * DAY_MS },
	{ MONTHS, 1, 30 * DAY_MS },
	{ MONTHS, 2, 61 * DAY_MS },
	{ MONTHS, 3, 91 * DAY_MS },
	{ MONTHS, 6, 182 * DAY_MS },
	{ MONTHS, 12, 365 * DAY_MS },
	{ MONTHS, 24, 730 * DAY_MS },
};

struct ticks {
	size_t n;
	int64_t t_ms[TICKS_MAX];
	const struct rung *rung;
};

void
svg_frame_init(struct svg_frame *f, const struct svg_range *r,
    enum svg_size size)
{
	*f = size == SVG_WIDE ? (struct svg_frame){ .left = 42,
		.width = 906,
		.right = 12,
		.height = 150 } :
				(struct svg_frame){ .left = 34,
					.width = 312,
					.right = 14,
					.height = 110 };
	f->size = size;
	f->from_ms = r->from_ms;
	f->to_ms = r->from_ms + (int64_t)r->n * r->step_ms;
}

double
svg_x(const struct svg_frame *f, int64_t t_ms)
{
	return f->left +
	    f->width * (double)(t_ms - f->from_ms) /
	    (double)(f->to_ms - f->from_ms);
}

static const struct rung *
rung_for(const struct svg_frame *f)
{
	int64_t labels = f->size == SVG_WIDE ? 13 : 5;
	size_t i = 0;

	while (i + 1 < sizeof(rungs) / sizeof(rungs[0]) &&
	    (f->to_ms - f->from_ms) / rungs[i].about_ms > labels)
		i++;
	return &rungs[i];
}

/* The last round moment of that kind at or before a time. */
static void
round_down(const struct rung *g, struct tm *tm)
{
	tm->tm_sec = 0;
	if (g->unit == MINUTES) {
		tm->tm_min -= tm->tm_min % g->every;
		return;
	}
	tm->tm_min = 0;
	if (g->unit == HOURS) {
		tm->tm_hour -= tm->tm_hour % g->every;
		return;
	}
	tm->tm_hour = 0;
	if (g->unit == DAYS && g->every % 7 == 0)
		tm->tm_mday -= (tm->tm_wday + 6) % 7; /* Monday */
	if (g->unit == MONTHS) {
		tm->tm_mday = 1;
		tm->tm_mon -= tm->tm_mon % g->every;
		if (g->every > 12)
			tm->tm_year -= tm->tm_year % (g->every / 12);
	}
}

static void
ticks_of(const struct svg_frame *f, struct ticks *out)
{
	time_t t = (time_t)(f->from_ms / 1000);
	struct tm tm;

	out->n = 0;
	out->rung = rung_for(f);
	if (localtime_r(&t, &tm) == NULL)
		return;
	round_down(out->rung, &tm);
	for (int i = 0; i < 4 * TICKS_MAX && out->n < TICKS_MAX; i++) {
		struct tm at = tm;
		int64_t t_ms;

		at.tm_isdst = -1;
		t_ms = (int64_t)mktime(&at) * 1000;
		if (t_ms >= f->to_ms)
			return;
		if (t_ms >= f->from_ms)
			out->t_ms[out->n++] = t_ms;
		switch (out->rung->unit) {
		case MINUTES:
			tm.tm_min += out->rung->every;
			break;
		case HOURS:
			tm.tm_hour += out->rung->every;
			break;
		case DAYS:
			tm.tm_mday += out->rung->every;
			break;
		case MONTHS:
			tm.tm_mon += out->rung->every;
		}
	}
}

void
svg_time_grid(struct html *h, const struct svg_frame *f)
{
	struct ticks t;

	ticks_of(f, &t);
	html_put(h, "<path class=\"grid\" d=\"");
	for (size_t i = 0; i < t.n; i++)
		html_printf(h, "M%.1f %.0fv%.0f", svg_x(f, t.t_ms[i]), f->top,
		    f->height);
	html_put(h, "\"/>\n");
}

static const char *
label(const struct rung *g, int64_t t_ms)
{
	char at[HTML_DATE_LEN];

	switch (g->unit) {
	case MINUTES:
	case HOURS:
		html_date(t_ms, "%H:%M", at);
		return strcmp(at, "00:00") == 0 ? "%-d %b" : "%H:%M";
	case DAYS:
		return "%-d %b";
	default:
		html_date(t_ms, "%m", at);
		return strcmp(at, "01") == 0 ? "%Y" : "%b";
	}
}

void
svg_time_labels(struct html *h, const struct svg_frame *f)
{
	struct ticks t;
	double y = f->top + f->height + 22;

	ticks_of(f, &t);
	html_put(h, "<g class=\"ax\">\n");
	for (size_t i = 0; i < t.n; i++) {
		double x = svg_x(f, t.t_ms[i]);
		char date[HTML_DATE_LEN];
		const char *anchor = "middle";

		if (x > f->left + f->width - 16)
			anchor = "end";
		html_printf(h,
		    "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"%s\">%s</text>",
		    x, y, anchor,
		    html_date(t.t_ms[i], label(t.rung, t.t_ms[i]), date));
	}
	html_put(h, "</g>\n");
}
