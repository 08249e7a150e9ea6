/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/stats_svg.h"
#include "tools/stats_svg_axis.h"

#define LAYERS_MAX 3
#define CHAR_W     7  /* of a label, at most: tablets have bigger ones */
#define HEAD_H     24 /* title and legend of a panel, wide */
#define STRIP_H    5

/* More would be noise: a minute has few connections. */
static const size_t most_points[TALLY_STEPS][2] = { { 300, 150 }, { 1000, 380 },
	{ 1000, 380 } };

static const char *const step_words[TALLY_STEPS] = { "a minute", "an hour",
	"a day" };

struct layer {
	enum tally_kind kind;
	const char *css_class, *words;
};

struct panel {
	const char *title;
	bool stacked; /* else each layer is part of the one before */
	size_t n;
	struct layer layer[LAYERS_MAX];
};

static const struct panel panels[] = {
	{ "Connections", false, 2,
	    { { TALLY_CONNECTS, "c-conn", "all" },
		{ TALLY_ZOMBIE, "c-zom", "from zombies" } } },
	{ "Stopped", true, 3,
	    { { TALLY_PREVENTED, "c-prev", "prevented" },
		{ TALLY_REJECTED, "c-rej", "rejected" },
		{ TALLY_CUT, "c-cut", "cut" } } },
};

/* Where everything is, and what a point is: the mean of `per` slots. */
struct plot {
	struct html *h;
	const struct svg_range *r;
	struct svg_frame f;
	size_t n, per;
};

/* ---- values ---- */

/* What is drawn as the top of a layer at one point. */
static double
value(const struct plot *p, const struct panel *pan, size_t layer, size_t point)
{
	size_t from = point * p->per, to = from + p->per;
	double sum = 0;

	if (to > p->r->n)
		to = p->r->n;
	for (size_t i = from; i < to; i++)
		for (size_t k = pan->stacked ? 0 : layer; k <= layer; k++)
			sum += p->r->slot[i].n[pan->layer[k].kind];
	return sum / (double)(to - from);
}

static double
most(const struct plot *p, const struct panel *pan)
{
	double max = 0;

	for (size_t l = 0; l < pan->n; l++)
		for (size_t i = 0; i < p->n; i++) {
			double v = value(p, pan, l, i);

			if (v > max)
				max = v;
		}
	return max;
}

/* ---- drawing ---- */

static double
point_x(const struct plot *p, size_t point)
{
	size_t slot = point * p->per;

	return svg_x(&p->f,
	    p->r->from_ms +
		(int64_t)(slot < p->r->n ? slot : p->r->n) * p->r->step_ms);
}

/* Steps, not slopes: a slot is a sum over its time. */
static void
area(const struct plot *p, const struct panel *pan, size_t layer, double scale)
{
	double base = p->f.top + p->f.height, last = -1;

	html_printf(p->h, "<path class=\"%s\" d=\"M%.1f %.1f",
	    pan->layer[layer].css_class, point_x(p, 0), base);
	for (size_t i = 0; i < p->n; i++) {
		double y = base - value(p, pan, layer, i) * scale;

		/* Equal neighbours are one step. */
		if (last < 0 || y - last > 0.05 || last - y > 0.05) {
			if (i > 0)
				html_printf(p->h, "H%.1f", point_x(p, i));
			html_printf(p->h, "V%.1f", y);
			last = y;
		}
	}
	html_printf(p->h, "H%.1fV%.1fz\"/>\n", point_x(p, p->n), base);
}

static void
grid(const struct plot *p, double max, double scale)
{
	double step = svg_grid(max, p->f.height < 120 ? 3 : 4);
	char num[SVG_SHORT_LEN];

	html_put(p->h, "<g class=\"ax\">");
	for (double v = 0; v <= max || v == 0; v += step) {
		double y = p->f.top + p->f.height - v * scale;

		html_printf(p->h,
		    "<path class=\"%s\" d=\"M%.0f %.1fH%.0f\"/>"
		    "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%s"
		    "</text>\n",
		    v > 0 ? "grid" : "base", p->f.left, y,
		    p->f.left + p->f.width, p->f.left - 6, y + 3.8,
		    svg_short(v, num));
	}
	html_put(p->h, "</g>\n");
}

static void
panel_head(const struct plot *p, const struct panel *pan)
{
	bool narrow = p->f.size == SVG_NARROW;
	double y = p->f.top - (narrow ? 26 : 10);
	double x = narrow ? p->f.left : p->f.left + p->f.width;

	html_printf(p->h, "<text class=\"hd\" x=\"%.0f\" y=\"%.0f\">%s%s %s",
	    p->f.left, y, pan->title,
	    pan->stacked ? html_would(p->h, "", ", had it enforced,") : "",
	    step_words[p->r->step]);
	if (p->per > 1 && !narrow)
		html_printf(p->h, ", means of %zu %ss", p->per,
		    strchr(step_words[p->r->step], ' ') + 1);
	html_put(p->h, "</text>");
	if (narrow)
		y += 16;
	else
		for (size_t i = 0; i < pan->n; i++)
			x -= CHAR_W * (double)strlen(pan->layer[i].words) + 32;
	for (size_t i = 0; i < pan->n; i++) {
		html_printf(p->h,
		    "<rect class=\"%s\" x=\"%.0f\" y=\"%.0f\" width=\"10\" "
		    "height=\"10\" rx=\"2\"/><text x=\"%.0f\" y=\"%.0f\">"
		    "%s</text>",
		    pan->layer[i].css_class, x, y - 9, x + 15, y,
		    pan->layer[i].words);
		x += CHAR_W * (double)strlen(pan->layer[i].words) + 32;
	}
	html_put(p->h, "\n");
}

/* Times with one mode; `modes` 0 is when zfwd did not run. */
static size_t
mode_end(const struct svg_range *r, size_t from)
{
	size_t to = from;

	while (to < r->n && r->slot[to].modes == r->slot[from].modes)
		to++;
	return to;
}

static void
bands(const struct plot *p, bool off, double y, double height)
{
	static const char *const classes[] = { "m-off", "m-shadow", "m-on",
		"m-both" };
	const struct svg_range *r = p->r;

	for (size_t i = 0, to; i < r->n; i = to) {
		double x = svg_x(&p->f, r->from_ms + (int64_t)i * r->step_ms);

		to = mode_end(r, i);
		if (off != (r->slot[i].modes == 0))
			continue;
		html_printf(p->h,
		    "<rect class=\"%s\" x=\"%.1f\" y=\"%.0f\" "
		    "width=\"%.1f\" height=\"%.0f\"/>\n",
		    classes[r->slot[i].modes & 3], x, y,
		    svg_x(&p->f, r->from_ms + (int64_t)to * r->step_ms) - x,
		    height);
	}
}

static void
panel(const struct plot *p, const struct panel *pan)
{
	double max = most(p, pan), scale;

	if (max < 1)
		max = 1;
	scale = p->f.height / (max * 1.04);
	bands(p, true, p->f.top, p->f.height);
	svg_time_grid(p->h, &p->f);
	for (size_t l = pan->n; l > 0; l--)
		area(p, pan, pan->stacked ? l - 1 : pan->n - l, scale);
	grid(p, max, scale);
	panel_head(p, pan);
}

/* What is below the pointer, in figures. */
static void
hits(const struct plot *p, double height)
{
	struct svg_bin bin[SVG_BINS_MAX];
	size_t n = svg_bins(p->r, bin);
	char date[HTML_DATE_LEN], num[HTML_NUM_LEN];

	for (size_t i = 0; i < n; i++) {
		double x = svg_x(&p->f, bin[i].from_ms);

		html_printf(p->h,
		    "<rect class=\"hit\" x=\"%.1f\" y=\"0\" width=\"%.1f\" "
		    "height=\"%.0f\"><title>%s\n",
		    x, svg_x(&p->f, bin[i].to_ms) - x, height,
		    html_date(bin[i].from_ms, svg_bin_name(svg_unit_of(p->r)),
			date));
		for (size_t k = 0; k < sizeof(panels) / sizeof(panels[0]); k++)
			for (size_t l = 0; l < panels[k].n; l++)
				html_printf(p->h, "%s%s: %s\n",
				    k == 0 ? "connections, " : "",
				    panels[k].layer[l].words,
				    html_num(bin[i].n[panels[k].layer[l].kind],
					num));
		html_put(p->h, "</title></rect>\n");
	}
}

static void
head(struct html *h, const struct svg_range *r, const char *id)
{
	uint64_t sum[TALLY_KINDS] = { 0 };
	char c[HTML_NUM_LEN], z[HTML_NUM_LEN], p[HTML_NUM_LEN];

	for (size_t i = 0; i < r->n; i++)
		for (int k = 0; k < TALLY_KINDS; k++)
			sum[k] += r->slot[i].n[k];
	html_printf(h,
	    "<title id=\"%s-t\">Connections and what was stopped, %s</title>"
	    "<desc id=\"%s-d\">Two plots over the same time. In all: %s "
	    "connections, %s of them from zombies; %s attempts %s. The figures "
	    "are in the table below the plot.</desc>\n",
	    id, step_words[r->step], id, html_num(sum[TALLY_CONNECTS], c),
	    html_num(sum[TALLY_ZOMBIE], z), html_num(sum[TALLY_PREVENTED], p),
	    html_would(h, "prevented", "that would have been prevented"));
}

/* A slot that is not over would look like a fall. */
static struct svg_range
whole_slots(const struct svg_range *r)
{
	struct svg_range out = *r;

	if (out.n > 2 &&
	    out.from_ms + (int64_t)out.n * out.step_ms > out.until_ms)
		out.n--;
	return out;
}

void
svg_timeline(struct html *h, const struct svg_range *all, enum svg_size size)
{
	struct svg_range r = whole_slots(all);
	const char *id = size == SVG_WIDE ? "tl-w" : "tl-n";
	struct plot p = { .h = h, .r = &r };
	double gap, height;

	svg_frame_init(&p.f, &r, size);
	p.per = (r.n + most_points[r.step][size] - 1) /
	    most_points[r.step][size];
	p.n = (r.n + p.per - 1) / p.per;
	gap = size == SVG_WIDE ? HEAD_H + 14 : HEAD_H + 28;
	height = 2 * (p.f.height + gap) + 24;
	html_printf(h,
	    "<svg class=\"tl %s\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
	    "aria-labelledby=\"%s-t %s-d\">\n",
	    id, p.f.left + p.f.width + p.f.right, height, id, id);
	head(h, &r, id);
	for (size_t i = 0; i < sizeof(panels) / sizeof(panels[0]); i++) {
		p.f.top = gap - 8 + (double)i * (p.f.height + gap);
		panel(&p, &panels[i]);
	}
	if (svg_modes(&r) != TALLY_SHADOW && svg_modes(&r) != TALLY_ENFORCE)
		bands(&p, false, p.f.top + p.f.height + 4, STRIP_H);
	svg_time_labels(h, &p.f);
	if (size == SVG_WIDE)
		hits(&p, height);
	html_put(h, "</svg>\n");
}
