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

/* ---- status ---- */

static void
show_queue(FILE *out, const json_t *a)
{
	const json_t *q = json_object_get(a, "queue");

	if (json_is_object(q))
		fprintf(out, "queue         number %lld, %lld packets\n",
		    (long long)show_int(q, "number"),
		    (long long)show_int(q, "packets"));
	else
		fprintf(out, "queue         not used\n");
}

static void
show_captures(FILE *out, const json_t *list)
{
	char name[SHOW_LEN];
	size_t n = json_array_size(list);

	if (n == 0)
		fprintf(out, "capture       none: judging by the log alone\n");
	for (size_t i = 0; i < n; i++) {
		const json_t *c = json_array_get(list, i);

		fprintf(out,
		    "capture       %s: %lld packets, %lld lost by the "
		    "kernel%s\n",
		    show_text(c, "interface", name),
		    (long long)show_int(c, "packets"),
		    (long long)show_int(c, "kernel_drops"),
		    json_is_true(json_object_get(c, "broken")) ? ", BROKEN" :
								 "");
	}
}

/* How far it was read; a stream is read where it is. */
static void
show_place(FILE *out, const json_t *s)
{
	const char *kind = json_string_value(json_object_get(s, "kind"));
	char b[SHOW_LEN];

	if (kind != NULL && strcmp(kind, "file") != 0)
		fprintf(out, " (%s)", show_text(s, "kind", b));
	else
		fprintf(out, ", at byte %lld of %lld",
		    (long long)show_int(s, "position"),
		    (long long)show_int(s, "size"));
}

static void
show_logs(FILE *out, const json_t *list)
{
	char path[SHOW_LEN], state[SHOW_LEN];

	if (json_array_size(list) == 0)
		fprintf(out, "log           none\n");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *s = json_array_get(list, i);

		fprintf(out, "log           %s: %s", show_text(s, "path", path),
		    show_text(s, "state", state));
		show_place(out, s);
		fprintf(out, "; %lld lines, %lld understood%s%s\n",
		    (long long)show_int(s, "lines"),
		    (long long)show_int(s, "understood"),
		    json_is_true(json_object_get(s, "backlog")) ?
			" (catching up)" :
			"",
		    json_is_true(json_object_get(s, "blind")) ? ", BLIND" : "");
		if (strcmp(state, "missing") == 0)
			fprintf(out,
			    "              without rsyslog it is in the "
			    "journal: log = {\"journal\"}\n");
	}
}

/* What is wrong, by the name of enum blind_view. */
static void
show_blind(FILE *out, const json_t *a)
{
	static const struct {
		const char *name, *text;
	} views[] = {
		{ "log", "connections, and no line about them in any log" },
		{ "capture", "lines about clients, and no connections seen" },
		{ "other", "the log and the wire speak of different clients" },
		{ "no", "a log of which no line is understood" },
	};
	const char *view = json_string_value(json_object_get(a, "blind_view"));

	if (!json_is_true(json_object_get(a, "blind")))
		return;
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (view != NULL && strcmp(view, views[i].name) == 0) {
			fprintf(out, "BLIND         %s\n", views[i].text);
			return;
		}
	fprintf(out, "BLIND         see the log of zfw\n");
}

/* Nothing when there is none. */
static void
show_resolver(FILE *out, const json_t *r)
{
	if (json_is_object(r))
		fprintf(out,
		    "resolver      %lld addresses asked for, %lld named, %lld "
		    "without a name, %lld not to be told\n",
		    (long long)show_int(r, "asked"),
		    (long long)show_int(r, "named"),
		    (long long)show_int(r, "unnamed"),
		    (long long)show_int(r, "failed"));
}

static void
show_counters(FILE *out, const char *title, json_t *o)
{
	fprintf(out, "%s\n", title);
	for (void *it = json_object_iter(o); it != NULL;
	     it = json_object_iter_next(o, it))
		fprintf(out, "  %-20s %12lld\n", json_object_iter_key(it),
		    (long long)json_integer_value(json_object_iter_value(it)));
}

/* Keys that a reload could not put in force. */
static void
show_restart(FILE *out, const json_t *keys)
{
	for (size_t i = 0; i < json_array_size(keys); i++) {
		const json_t *k = json_array_get(keys, i);

		if (json_is_string(k))
			fprintf(out, "restart       due: %s changed\n",
			    json_string_value(k));
	}
}

static void
show_sweep(FILE *out, const json_t *store)
{
	const json_t *sweep = json_object_get(store, "sweep");

	if (sweep != NULL)
		fprintf(out,
		    "remembered    %lld clients of at most %lld, %lld "
		    "forgotten\n",
		    (long long)show_int(sweep, "clients"),
		    (long long)show_int(sweep, "max"),
		    (long long)show_int(sweep, "forgotten"));
	if (json_is_true(json_object_get(store, "full")))
		fprintf(out,
		    "FULL          the disk has no room for the store: "
		    "nothing new is remembered\n");
}

/* Some of what daemon/tally.h counts. */
static void
show_tally(FILE *out, const char *title, const json_t *a, const char *key)
{
	const json_t *t = json_object_get(json_object_get(a, "tally"), key);

	if (!json_is_object(t))
		return;
	fprintf(out,
	    "%-13s %lld connections (%lld of zombies, %lld good), %lld "
	    "prevented,\n"
	    "              %lld rejected, %lld cut, %lld blocked, %lld "
	    "possible "
	    "mistakes\n",
	    title, (long long)show_int(t, "connections"),
	    (long long)show_int(t, "zombie_connections"),
	    (long long)show_int(t, "good_connections"),
	    (long long)show_int(t, "attempts_prevented"),
	    (long long)show_int(t, "attempts_rejected"),
	    (long long)show_int(t, "sessions_cut"),
	    (long long)(show_int(t, "blocks_first") +
		show_int(t, "blocks_again") + show_int(t, "blocks_admin")),
	    (long long)show_int(t, "possible_mistakes"));
}

void
show_status(FILE *out, const json_t *a)
{
	const json_t *st = json_object_get(a, "store");
	char b[SHOW_LEN];

	fprintf(out, "zfw           %s, ", show_text(a, "version", b));
	fprintf(out, "pid %lld, up %s\n", (long long)show_int(a, "pid"),
	    show_span(show_int(a, "uptime_s"), b));
	fprintf(out, "mode          %s\n", show_text(a, "mode", b));
	fprintf(out, "kernel table  %s\n", show_text(a, "table", b));
	show_queue(out, a);
	show_captures(out, json_object_get(a, "captures"));
	show_logs(out, json_object_get(a, "logs"));
	show_resolver(out, json_object_get(a, "resolver"));
	fprintf(out, "blocks now    %lld%s\n",
	    (long long)show_int(a, "blocks_now"),
	    strcmp(show_text(a, "mode", b), "shadow") == 0 ?
		" (they would be: mode shadow)" :
		"");
	fprintf(out, "allowed nets  %lld\n",
	    (long long)show_int(a, "allow_now"));
	if (show_int(a, "blocked_networks") > 0)
		fprintf(out, "block_file    %lld networks\n",
		    (long long)show_int(a, "blocked_networks"));
	fprintf(out, "clients now   %lld\n",
	    (long long)show_int(a, "clients_now"));
	fprintf(out, "store         %lld records, %lld bytes, %lld errors\n",
	    (long long)show_int(st, "records"),
	    (long long)show_int(st, "bytes"),
	    (long long)show_int(st, "errors"));
	show_sweep(out, st);
	show_tally(out, "last hour", a, "hour");
	show_tally(out, "today (UTC)", a, "today");
	show_restart(out, json_object_get(a, "restart"));
	show_blind(out, a);
	show_counters(out, "counters", json_object_get(a, "counters"));
	show_counters(out, "patterns", json_object_get(a, "patterns"));
	show_counters(out, "guard", json_object_get(a, "guard"));
}
