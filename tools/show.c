/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <time.h>

#include "daemon/log.h"
#include "tools/show.h"

#define DAY 86400

const char *
show_text(const json_t *o, const char *key, char buf[SHOW_LEN])
{
	const char *s = json_string_value(json_object_get(o, key));

	if (s == NULL || *s == '\0')
		s = "-";
	return log_escape((struct str){ s, strlen(s) }, buf, SHOW_LEN);
}

json_int_t
show_int(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

const char *
show_time(const json_t *o, const char *key, const char *none,
    char buf[SHOW_LEN])
{
	const json_t *v = json_object_get(o, key);
	time_t t = (time_t)json_integer_value(v);
	struct tm tm;

	if (!json_is_integer(v) || t <= 0 || localtime_r(&t, &tm) == NULL ||
	    strftime(buf, SHOW_LEN, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		return none;
	return buf;
}

const char *
show_span(json_int_t s, char buf[SHOW_LEN])
{
	static const struct {
		json_int_t s;
		const char *big, *small;
		json_int_t small_s;
	} units[] = { { DAY, "d", "h", 3600 }, { 3600, "h", "min", 60 },
		{ 60, "min", "s", 1 } };

	for (size_t i = 0; i < 3; i++) {
		if (s < units[i].s)
			continue;
		if (s % units[i].s / units[i].small_s == 0)
			(void)snprintf(buf, SHOW_LEN, "%lld %s",
			    (long long)(s / units[i].s), units[i].big);
		else
			(void)snprintf(buf, SHOW_LEN, "%lld %s %lld %s",
			    (long long)(s / units[i].s), units[i].big,
			    (long long)(s % units[i].s / units[i].small_s),
			    units[i].small);
		return buf;
	}
	(void)snprintf(buf, SHOW_LEN, "%lld s", (long long)s);
	return buf;
}

/* ---- blocks ---- */

void
show_blocks_head(FILE *out)
{
	fprintf(out, "%-39s %4s %-6s %6s %-19s %12s %7s  %s\n", "CLIENT",
	    "TIER", "ACTION", "SCORE", "UNTIL", "LEFT", "KNOCKS", "REASONS");
}

static void
reasons(const json_t *o, char buf[SHOW_LEN])
{
	const json_t *list = json_object_get(o, "reasons");
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s != NULL && at + strlen(s) + 2 < SHOW_LEN)
			at += (size_t)snprintf(buf + at, SHOW_LEN - at, "%s%s",
			    at == 0 ? "" : ",", s);
	}
}

void
show_block(FILE *out, const json_t *b)
{
	char who[SHOW_LEN], action[SHOW_LEN], until[SHOW_LEN], why[SHOW_LEN],
	    left[SHOW_LEN];
	size_t stacks = json_array_size(json_object_get(b, "stacks"));

	reasons(b, why);
	fprintf(out, "%-39s %4lld %-6s %6.3f %-19s %12s %7lld  %s%s%s%s\n",
	    show_text(b, "client", who), (long long)show_int(b, "tier"),
	    show_text(b, "action", action),
	    json_number_value(json_object_get(b, "score")),
	    show_time(b, "until", "-", until),
	    show_span(show_int(b, "left_s"), left),
	    (long long)show_int(b, "knocks"), why,
	    stacks > 0 ? " (narrow)" : "",
	    json_is_true(json_object_get(b, "by_admin")) ? " (by hand)" : "",
	    json_is_true(json_object_get(b, "shadow")) ? " (shadow)" : "");
}
