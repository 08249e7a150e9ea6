/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/stats_when.h"

#include <string.h>
#include <time.h>

#include "daemon/config.h"

#define DIGITS_MAX 11 /* of "@seconds" */
#define YEAR_ZERO  1900

/* `n` digits at *p. */
static bool
take(const char **p, size_t n, int *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (!char_is_digit(**p))
			return false;
		*out = *out * 10 + (*(*p)++ - '0');
	}
	return true;
}

static bool
skip(const char **p, const char *any)
{
	if (**p == '\0' || strchr(any, **p) == NULL)
		return false;
	(*p)++;
	return true;
}

static bool
clock_part(const char *p, struct tm *tm)
{
	if (*p == '\0')
		return true;
	if (!skip(&p, " T") || !take(&p, 2, &tm->tm_hour) || !skip(&p, ":") ||
	    !take(&p, 2, &tm->tm_min))
		return false;
	if (*p != '\0' && (!skip(&p, ":") || !take(&p, 2, &tm->tm_sec)))
		return false;
	return *p == '\0' && tm->tm_hour < 24 && tm->tm_min < 60 &&
	    tm->tm_sec < 60;
}

static bool
date(const char *p, int64_t *out_ms)
{
	struct tm tm = { .tm_isdst = -1 };
	int month, day;
	time_t t;

	if (!take(&p, 4, &tm.tm_year) || !skip(&p, "-") ||
	    !take(&p, 2, &month) || !skip(&p, "-") || !take(&p, 2, &day) ||
	    !clock_part(p, &tm))
		return false;
	tm.tm_year -= YEAR_ZERO;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	t = mktime(&tm);
	/* mktime() takes 30 February for 2 March. */
	if (t < 0 || tm.tm_mon != month - 1 || tm.tm_mday != day)
		return false;
	*out_ms = (int64_t)t * 1000;
	return true;
}

static bool
epoch(const char *p, int64_t *out_ms)
{
	size_t n = strlen(p);

	*out_ms = 0;
	if (n == 0 || n > DIGITS_MAX)
		return false;
	for (; *p != '\0'; p++) {
		if (!char_is_digit(*p))
			return false;
		*out_ms = *out_ms * 10 + (*p - '0') * 1000;
	}
	return true;
}

bool
stats_when(const char *text, int64_t now_ms, int64_t *out_ms)
{
	uint32_t ago_s;

	if (strcmp(text, "now") == 0) {
		*out_ms = now_ms;
		return true;
	}
	if (text[0] == '@')
		return epoch(text + 1, out_ms);
	if (config_duration((struct str){ text, strlen(text) }, &ago_s)) {
		*out_ms = now_ms - (int64_t)ago_s * 1000;
		return *out_ms >= 0;
	}
	return date(text, out_ms);
}
