/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the plots stand on: which step shows a time, sums by local hour, day
 * and month with summer time, round numbers, and areas that stay in their
 * picture.
 *
 * zt-link: tests/tools/lib/statsfake daemon/tally fp/addr @STATS_HTML
 * zt-libs: libsodium libm
 */
#include <math.h>
#include <time.h>

#include "tests/tools/lib/statsfake.h"
#include "tests/zt.h"
#include "tools/stats_svg.h"

#define HOUR_MS  INT64_C(3600000)
#define DAY_MS   (24 * HOUR_MS)
#define UNTIL_MS INT64_C(1795305600000) /* 22 November 2026, 00:00 UTC */

static void
zone(const char *name)
{
	(void)setenv("TZ", name, 1);
	tzset();
}

static struct stats
make(unsigned days)
{
	struct statsfake how = { .seed = 3,
		.until_ms = UNTIL_MS,
		.days = days,
		.modes = TALLY_ENFORCE };
	struct stats s;

	statsfake_make(&how, &s);
	return s;
}

/* ---- which step ---- */

static const struct {
	const char *name;
	unsigned days; /* of history */
	int64_t since_ms, until_ms;
	enum tally_step want;
	size_t least;
} ranges[] = {
	{ "a day is shown by minutes", 90, UNTIL_MS - DAY_MS, UNTIL_MS,
	    TALLY_MINUTE, 1430 },
	{ "a day last week is shown by hours", 90, UNTIL_MS - 8 * DAY_MS,
	    UNTIL_MS - 7 * DAY_MS, TALLY_HOUR, 24 },
	{ "a week is shown by hours", 90, UNTIL_MS - 7 * DAY_MS, UNTIL_MS,
	    TALLY_HOUR, 167 },
	{ "a month is shown by hours", 90, UNTIL_MS - 30 * DAY_MS, UNTIL_MS,
	    TALLY_HOUR, 719 },
	{ "a month that is long over is shown by days", 200,
	    UNTIL_MS - 150 * DAY_MS, UNTIL_MS - 120 * DAY_MS, TALLY_DAY, 30 },
	{ "half a year is shown by days", 200, UNTIL_MS - 180 * DAY_MS,
	    UNTIL_MS, TALLY_DAY, 180 },
	{ "all of a young history is shown by its length", 3, 0, UNTIL_MS,
	    TALLY_HOUR, 71 },
};

static void
test_ranges(void)
{
	zone("UTC");
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct stats s = make(ranges[i].days);
		struct svg_range r;
		bool ok;

		s.opts.since_ms = ranges[i].since_ms;
		s.opts.until_ms = ranges[i].until_ms;
		ok = svg_range_pick(&s, &r);
		ZT_CASE(ranges[i].name, ok && r.step == ranges[i].want);
		ZT_CASE("all of it is shown", ok && r.n >= ranges[i].least);
		ZT_CASE("and nothing else",
		    ok && r.from_ms > ranges[i].since_ms - r.step_ms &&
			r.from_ms + (int64_t)(r.n - 1) * r.step_ms <
			    ranges[i].until_ms);
		statsfake_free(&s);
	}
}

/* A day's slot begins at its midnight, the first hour's before zfw did. */
static void
test_young(void)
{
	static const struct {
		const char *name;
		unsigned hours;
		enum tally_step want;
		enum svg_unit unit;
	} ages[] = {
		{ "the first hour is shown by minutes", 1, TALLY_MINUTE,
		    SVG_MINUTES },
		{ "some hours, too", 8, TALLY_MINUTE, SVG_HOURS },
		{ "a day and a half is shown by hours", 37, TALLY_HOUR,
		    SVG_HOURS },
		{ "so are three days", 70, TALLY_HOUR, SVG_HOURS },
		{ "and six, with sums of days", 144, TALLY_HOUR, SVG_DAYS },
	};

	zone("UTC");
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		struct statsfake how = { .seed = 3,
			.until_ms = UNTIL_MS - 5 * HOUR_MS,
			.days = 7,
			.hours = ages[i].hours,
			.modes = TALLY_ENFORCE };
		struct svg_range r = { .n = 0 };
		struct svg_bin bin[SVG_BINS_MAX];
		struct stats s;

		statsfake_make(&how, &s);
		ZT_CASE(ages[i].name,
		    svg_range_pick(&s, &r) && r.step == ages[i].want &&
			svg_unit_of(&r) == ages[i].unit);
		ZT_CASE("there are some sums, but not too many",
		    svg_bins(&r, bin) >= 6 && svg_bins(&r, bin) <= 80);
		statsfake_free(&s);
	}
}

static void
test_nothing(void)
{
	struct stats s = make(0);
	struct svg_range r;

	ZT_CASE("without history there is nothing", !svg_range_pick(&s, &r));
	statsfake_free(&s);
	s = make(30);
	s.opts.since_ms = UNTIL_MS - 60 * DAY_MS;
	s.opts.until_ms = UNTIL_MS - 50 * DAY_MS;
	ZT_CASE("nor before it began", !svg_range_pick(&s, &r));
	statsfake_free(&s);
}

/* ---- bins ---- */

static struct svg_range
hours_of(struct tally_slot *slot, size_t n, int64_t from_ms)
{
	for (size_t i = 0; i < n; i++)
		slot[i] = (struct tally_slot){ .modes = TALLY_ENFORCE,
			.n = { [TALLY_CONNECTS] = 1 } };
	return (struct svg_range){ .slot = slot,
		.n = n,
		.from_ms = from_ms,
		.step_ms = HOUR_MS,
		.until_ms = from_ms + (int64_t)n * HOUR_MS,
		.step = TALLY_HOUR };
}

static void
test_bins(void)
{
	static struct tally_slot slot[96];
	struct svg_bin bin[SVG_BINS_MAX];
	/* 23 October 2026, 22:00 UTC: midnight of the 24th in Berlin */
	struct svg_range r = hours_of(slot, 96, INT64_C(1792792800000));
	char date[HTML_DATE_LEN];
	size_t n;

	zone("Europe/Berlin");
	if (strcmp(html_date(r.from_ms, "%z", date), "+0200") != 0) {
		ZT_SKIP("bins in summer time", "no time zones here");
		return;
	}
	n = svg_bins(&r, bin);
	ZT_CASE("a bin is a day of the local time",
	    n == 4 && bin[0].n[TALLY_CONNECTS] == 24);
	ZT_CASE("the day on which summer ends has 25 hours",
	    bin[1].n[TALLY_CONNECTS] == 25);
	ZT_CASE("bins lie side by side", bin[0].to_ms == bin[1].from_ms);
	r.step = TALLY_MINUTE;
	ZT_CASE("the hour that comes twice is two bins",
	    svg_bins(&r, bin) == 96);
	r.step = TALLY_DAY;
	ZT_CASE("a month is one bin", svg_bins(&r, bin) == 1);
	slot[5].modes = TALLY_SHADOW;
	(void)svg_bins(&r, bin);
	ZT_CASE("a bin knows its modes",
	    bin[0].modes == (TALLY_SHADOW | TALLY_ENFORCE));
	zone("UTC");
}

/* ---- numbers ---- */

static const struct {
	const char *name;
	double n;
	const char *want;
} shorts[] = {
	{ "nothing is 0", 0, "0" },
	{ "small numbers stay", 950, "950" },
	{ "thousands are k", 1500, "1.5k" },
	{ "round thousands are short", 20000, "20k" },
	{ "millions are M", 3e6, "3M" },
};

static void
test_numbers(void)
{
	char buf[SVG_SHORT_LEN];

	for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++)
		ZT_CASE(shorts[i].name,
		    strcmp(svg_short(shorts[i].n, buf), shorts[i].want) == 0);
	ZT_CASE("a grid has round steps",
	    fabs(svg_grid(270, 4) - 100) < 1e-9 &&
		fabs(svg_grid(1100, 4) - 500) < 1e-9 &&
		fabs(svg_grid(61, 4) - 20) < 1e-9);
	ZT_CASE("it has no halves of a connection",
	    fabs(svg_grid(0, 4) - 1) < 1e-9 && fabs(svg_grid(2, 4) - 1) < 1e-9);
}

/* ---- pictures ---- */

/* All numbers of the paths are within the picture. */
static bool
stays_within(const char *s, double w, double h)
{
	for (s = strstr(s, " d=\"M"); s != NULL; s = strstr(s, " d=\"M")) {
		const char *end;

		s += 4;
		end = strchr(s, '"');
		while (s < end) {
			char *next;
			double v = strtod(s + 1, &next);

			if (next == s + 1) { /* z */
				s++;
				continue;
			}
			if (v < 0 || v > (*s == 'V' ? h : w) || !isfinite(v))
				return false;
			s = next;
		}
	}
	return true;
}

static char *
draw(unsigned days, enum svg_size size, uint32_t peak)
{
	struct stats s = make(days);
	struct html h = { .s = &s };
	struct svg_range r;
	char *out = NULL;
	size_t n = 0;

	if (peak > 0)
		s.series[TALLY_HOUR].slot[7].n[TALLY_PREVENTED] = peak;
	h.f = open_memstream(&out, &n);
	if (h.f == NULL || !svg_range_pick(&s, &r))
		abort();
	svg_timeline(&h, &r, size);
	(void)fclose(h.f);
	statsfake_free(&s);
	return out;
}

static char *
draw_first_hour(void)
{
	const struct statsfake how = { .seed = 3,
		.until_ms = UNTIL_MS,
		.days = 7,
		.hours = 1,
		.modes = TALLY_ENFORCE };
	struct stats s;
	struct html h = { .s = &s };
	struct svg_range r;
	char *out = NULL;
	size_t n = 0;

	statsfake_make(&how, &s);
	h.f = open_memstream(&out, &n);
	if (h.f == NULL || !svg_range_pick(&s, &r))
		abort();
	svg_timeline(&h, &r, SVG_WIDE);
	(void)fclose(h.f);
	statsfake_free(&s);
	return out;
}

static void
test_pictures(void)
{
	static const unsigned days[] = { 1, 2, 7, 30, 90, 400, 3660 };
	char *out;

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		for (int size = SVG_WIDE; size <= SVG_NARROW; size++) {
			double w = size == SVG_WIDE ? 960 : 360;

			out = draw(days[i], (enum svg_size)size, 0);
			ZT_CASE("a plot stays in its picture",
			    stays_within(out, w, 420));
			ZT_CASE("it is small", strlen(out) < 100000);
			ZT_CASE("it has dates",
			    strstr(out, "middle\">") != NULL);
			free(out);
		}
	out = draw_first_hour();
	ZT_CASE("an hour has its minutes below it",
	    strstr(out, ">23:00<") != NULL && strstr(out, ">23:35<") != NULL);
	free(out);
	out = draw(30, SVG_WIDE, UINT32_MAX);
	ZT_CASE("a peak beyond all measure, too",
	    stays_within(out, 960, 420) && strstr(out, "4G") != NULL);
	free(out);
}

static const struct zt_test tests[] = {
	{ "which step", test_ranges },
	{ "a young history", test_young },
	{ "nothing to show", test_nothing },
	{ "bins", test_bins },
	{ "numbers", test_numbers },
	{ "pictures", test_pictures },
};

ZT_MAIN("stats_svg", tests)
