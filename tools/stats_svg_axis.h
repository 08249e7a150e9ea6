/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats_svg_axis - the time axis of a plot
 *
 * Used by stats_svg_time only.  A frame is where one panel lies in its picture
 * and which time it shows; ticks are at round hours, days or months of the
 * local time zone, as many as their labels have room.  Pure but for what it
 * writes; cannot fail.
 */
#ifndef ZFW_TOOLS_STATS_SVG_AXIS_H
#define ZFW_TOOLS_STATS_SVG_AXIS_H

#include "tools/stats_svg.h"

struct svg_frame {
	enum svg_size size;
	double left, top, width, height, right;
	int64_t from_ms, to_ms;
};

void svg_frame_init(struct svg_frame *f, const struct svg_range *r,
    enum svg_size size);
double svg_x(const struct svg_frame *f, int64_t t_ms);
/* Lines through the panel, and below it the words. */
void svg_time_grid(struct html *h, const struct svg_frame *f);
void svg_time_labels(struct html *h, const struct svg_frame *f);

#endif
