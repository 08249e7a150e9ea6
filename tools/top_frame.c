/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "tools/show.h"
#include "tools/top.h"

#define LINE_MAX_BYTES 1024
#define NETS_SHOWN     5 /* while there is something else to show, too */

struct frame {
	FILE *out;
	const struct top_size *size;
	unsigned left; /* rows */
};

static void __attribute__((format(printf, 2, 3)))
line(struct frame *f, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES];
	size_t cols = f->size->cols;
	va_list ap;

	if (f->left == 0)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (cols > 0 && strlen(text) > cols)
		text[cols] = '\0';
	f->left--;
	/* After the last row there is no other to go to. */
	fprintf(f->out, "%s%s%s", text, f->size->screen ? "\033[K" : "",
	    f->size->screen && f->left == 0 ? "" : "\n");
}

static const char *
clock_text(const json_t *o, const char *key, char buf[SHOW_LEN])
{
	time_t t = (time_t)show_int(o, key);
	struct tm tm;

	if (t <= 0 || localtime_r(&t, &tm) == NULL ||
	    strftime(buf, SHOW_LEN, "%H:%M:%S", &tm) == 0)
		return "-";
	return buf;
}

/* ---- how much ---- */

static json_int_t
counter(const json_t *o, const char *key)
{
	return show_int(json_object_get(o, "counters"), key);
}

enum column {
	CONNECTS,
	PREVENTED,
	REJECTED,
	CUT,
	BLOCKS,
	ACCEPTED,
	COLUMNS,
};

static json_int_t
value(const json_t *o, enum column c)
{
	switch (c) {
	case CONNECTS:
		return counter(o, "sessions");
	case PREVENTED:
		return counter(o, "syn_drops") - counter(o, "rejects");
	case REJECTED:
		return counter(o, "rejects");
	case CUT:
		return counter(o, "cuts");
	case BLOCKS:
		return counter(o, "blocks");
	default:
		return show_int(o, "accepted");
	}
}

static void
rates(struct frame *f, const json_t *now, const json_t *before)
{
	const json_int_t ms = show_int(now, "mono_ms") -
	    show_int(before, "mono_ms");
	const bool same = before != NULL && ms > 0 &&
	    show_int(now, "pid") == show_int(before, "pid");
	char rate[160] = "", total[160] = "";
	size_t n = 0, m = 0;

	for (enum column c = 0; c < COLUMNS; c++) {
		json_int_t v = value(now, c);
		double per_s = same ?
		    (double)(v - value(before, c)) * 1000 / (double)ms :
		    0;

		if (same)
			n += (size_t)snprintf(rate + n, sizeof(rate) - n,
			    " %10.*f", per_s < 10 ? 1 : 0, per_s);
		else
			n += (size_t)snprintf(rate + n, sizeof(rate) - n,
			    " %10s", "-");
		m += (size_t)snprintf(total + m, sizeof(total) - m, " %10lld",
		    (long long)v);
	}
	line(f, "%-12s %10s %10s %10s %10s %10s %10s", "", "connects",
	    "prevented", "rejected", "cut", "blocks", "accepted");
	line(f, "%-12s%s", "a second", rate);
	line(f, "%-12s%s", "since start", total);
}

static void
blocks(struct frame *f, const json_t *now)
{
	const json_t *tiers = json_object_get(now, "tiers");
	char text[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(tiers); i++) {
		json_int_t v = json_integer_value(json_array_get(tiers, i));

		if (v > 0 && n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "  tier %zu: %lld", i + 1, (long long)v);
	}
	line(f, "%-12s %lld%s", "blocks now",
	    (long long)show_int(now, "blocks_now"), text);
}

/* ---- is it well? ---- */

static void
health_queue(struct frame *f, const json_t *now)
{
	const json_t *q = json_object_get(now, "queue");

	if (!json_is_object(q))
		return;
	line(f, "%-12s %lld: %lld waiting, %lld dropped, %lld late, %lld lost",
	    "queue", (long long)show_int(q, "number"),
	    (long long)show_int(q, "length"), (long long)show_int(q, "dropped"),
	    (long long)show_int(q, "late"), (long long)show_int(q, "passed"));
}

static void
health(struct frame *f, const json_t *now)
{
	const json_t *captures = json_object_get(now, "captures");
	const json_t *logs = json_object_get(now, "logs"), *v;
	char a[SHOW_LEN], b[SHOW_LEN];

	health_queue(f, now);
	for (size_t i = 0; i < json_array_size(captures); i++) {
		v = json_array_get(captures, i);
		line(f, "%-12s %s: %lld packets, %lld lost%s", "capture",
		    show_text(v, "interface", a),
		    (long long)show_int(v, "packets"),
		    (long long)show_int(v, "kernel_drops"),
		    json_is_true(json_object_get(v, "broken")) ? ", BROKEN" :
								 "");
	}
	for (size_t i = 0; i < json_array_size(logs); i++) {
		v = json_array_get(logs, i);
		line(f, "%-12s %s: %s, %lld lines, %lld understood%s", "log",
		    show_text(v, "path", a), show_text(v, "state", b),
		    (long long)show_int(v, "lines"),
		    (long long)show_int(v, "understood"),
		    json_is_true(json_object_get(v, "blind")) ? ", BLIND" : "");
	}
}

/* ---- who, and why ---- */

static void
networks(struct frame *f, const json_t *now, bool few)
{
	const json_t *list = json_object_get(now, "networks");
	const size_t most = few ? NETS_SHOWN : SIZE_MAX;
	char who[SHOW_LEN];

	if (json_array_size(list) == 0)
		return;
	line(f, "%s", "");
	line(f, "%-40s %10s", "BUSIEST BLOCKED NETWORKS", "KNOCKS");
	for (size_t i = 0; i < most && i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);

		line(f, "%-40s %10lld", show_text(v, "net", who),
		    (long long)show_int(v, "knocks"));
	}
}

/* "early-talk, no-rdns", or why a block ended. */
static void
cause(const json_t *d, char buf[SHOW_LEN])
{
	const json_t *list = json_object_get(d, "reasons");
	size_t n = 0;

	if (json_array_size(list) == 0 ||
	    json_string_length(json_object_get(d, "why")) > 0) {
		(void)show_text(d, "why", buf);
		return;
	}
	buf[0] = '\0';
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *r = json_string_value(json_array_get(list, i));

		if (r != NULL && n < SHOW_LEN - 1)
			n += (size_t)snprintf(buf + n, SHOW_LEN - n, "%s%.60s",
			    i == 0 ? "" : ", ", r);
	}
}

static void
latest(struct frame *f, const json_t *now)
{
	const json_t *list = json_object_get(now, "latest");
	char at[SHOW_LEN], what[SHOW_LEN], who[SHOW_LEN], why[SHOW_LEN];

	if (json_array_size(list) == 0)
		return;
	line(f, "%s", "");
	line(f, "%-8s %-13s %-27s %4s  %s", "LATEST", "DECISION", "CLIENT",
	    "TIER", "WHY");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		bool shadow = json_is_true(json_object_get(d, "shadow"));

		cause(d, why);
		(void)show_text(d, "event", at);
		(void)snprintf(what, sizeof(what), "%s%.12s",
		    shadow ? "would-" : "", at);
		line(f, "%-8s %-13s %-27s %4lld  %s", clock_text(d, "t", at),
		    what, show_text(d, "client", who),
		    (long long)show_int(d, "tier"), why);
	}
}

void
top_frame(FILE *out, const json_t *now, const json_t *before,
    const struct top_size *size)
{
	struct frame f = { out, size, size->rows == 0 ? ~0U : size->rows };
	char version[SHOW_LEN], mode[SHOW_LEN], table[SHOW_LEN], up[SHOW_LEN],
	    at[SHOW_LEN];

	line(&f, "zfw %s  mode %s  table %s  up %s  %s%s",
	    show_text(now, "version", version), show_text(now, "mode", mode),
	    show_text(now, "table", table),
	    show_span(show_int(now, "uptime_s"), up),
	    clock_text(now, "now", at),
	    json_is_true(json_object_get(now, "blind")) ? "  BLIND" : "");
	line(&f, "%s", "");
	rates(&f, now, before);
	blocks(&f, now);
	health(&f, now);
	networks(&f, now, json_array_size(json_object_get(now, "latest")) > 0);
	latest(&f, now);
	if (size->screen)
		fputs("\033[J", out);
}
