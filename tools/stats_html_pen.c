/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <time.h>

#include "tools/stats_html_impl.h"

#define YEAR_MAX (9999 - 1900)

void
html_put(struct html *h, const char *ours)
{
	size_t n = strlen(ours);

	h->bytes += fwrite(ours, 1, n, h->f);
}

void
html_printf(struct html *h, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vfprintf(h->f, fmt, ap);
	va_end(ap);
	h->bytes += n > 0 ? (size_t)n : 0;
}

const char *
html_num(uint64_t n, char buf[HTML_NUM_LEN])
{
	size_t at = HTML_NUM_LEN - 1;
	unsigned digits = 0;

	buf[at] = '\0';
	do {
		if (digits > 0 && digits % 3 == 0)
			buf[--at] = ',';
		buf[--at] = (char)('0' + n % 10);
		digits++;
		n /= 10;
	} while (n > 0);
	return &buf[at];
}

void
html_put_num(struct html *h, uint64_t n)
{
	char buf[HTML_NUM_LEN];

	html_put(h, html_num(n, buf));
}

const char *
html_date(int64_t t_ms, const char *fmt, char buf[HTML_DATE_LEN])
{
	time_t t = (time_t)(t_ms / 1000);
	struct tm tm;

	/* The formats are literals, of our own files. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (localtime_r(&t, &tm) == NULL || tm.tm_year > YEAR_MAX ||
	    strftime(buf, HTML_DATE_LEN, fmt, &tm) == 0)
		buf[0] = '\0';
#pragma GCC diagnostic pop
	return buf;
}

static void
put_date(struct html *h, int64_t t_ms, const char *fmt)
{
	char buf[HTML_DATE_LEN];

	html_put(h, t_ms > 0 && *html_date(t_ms, fmt, buf) != '\0' ? buf : "–");
}

void
html_put_time(struct html *h, int64_t t_ms)
{
	put_date(h, t_ms, "%Y-%m-%d %H:%M");
}

void
html_put_day(struct html *h, int64_t t_ms)
{
	put_date(h, t_ms, "%Y-%m-%d");
}

void
html_put_share(struct html *h, uint64_t n, uint64_t all)
{
	double percent;

	if (all == 0) {
		html_put(h, "–");
		return;
	}
	percent = 100.0 * (double)n / (double)all;
	if (n == 0 || n == all || (percent >= 9.95 && percent <= 99))
		html_printf(h, "%.0f %%", percent);
	else if (percent < 0.1)
		html_put(h, "&lt; 0.1 %");
	else if (percent > 99.9)
		html_put(h, "&gt; 99.9 %");
	else
		html_printf(h, "%.1f %%", percent);
}
