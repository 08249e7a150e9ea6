/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "tools/stats_svg.h"

#define BAR_W 72
#define BAR_H 8

void
svg_bar(struct html *h, uint64_t n, uint64_t of, const char *css_class)
{
	double w = of == 0 ? 0 : BAR_W * (double)n / (double)of;

	if (n > 0 && w < 1)
		w = 1;
	html_printf(h,
	    "<svg class=\"b %s\" viewBox=\"0 0 %d %d\" "
	    "preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"M0 "
	    "0h%.1fv%dH0z\"/></svg>",
	    css_class, BAR_W, BAR_H, w < BAR_W ? w : BAR_W, BAR_H);
}

const char *
svg_short(double n, char buf[SVG_SHORT_LEN])
{
	static const struct {
		double from;
		const char *unit;
	} units[] = { { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (n >= units[i].from) {
			(void)snprintf(buf, SVG_SHORT_LEN, "%.4g%s",
			    n / units[i].from, units[i].unit);
			return buf;
		}
	(void)snprintf(buf, SVG_SHORT_LEN, "%.3g", n);
	return buf;
}

double
svg_grid(double max, unsigned lines)
{
	static const double nice[] = { 1, 2, 5, 10 };
	double least = max / lines, tens;

	if (!(least > 1)) /* counts are whole */
		return 1;
	tens = pow(10, floor(log10(least)));
	for (size_t i = 0; i < sizeof(nice) / sizeof(nice[0]); i++)
		if (nice[i] * tens >= least)
			return nice[i] * tens;
	return 10 * tens;
}
