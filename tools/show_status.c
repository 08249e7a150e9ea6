/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * show_status - the answer to `zfwctl status`
 *
 * What an admin has to know first: the mode, the kernel, what is wrong, what
 * is blocked.  Then what it sees, and the counters that have counted.
 */
#include <stdarg.h>
#include <string.h>

#include "tools/show.h"

static void __attribute__((format(printf, 3, 4)))
line(FILE *out, const char *title, const char *fmt, ...)
{
	va_list ap;

	fprintf(out, "%-13s ", title);
	va_start(ap, fmt);
	vfprintf(out, fmt, ap);
	va_end(ap);
	fputc('\n', out);
}

static long long
n_of(const json_t *o, const char *key)
{
	return (long long)show_int(o, key);
}

static bool
is_true(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

static bool
is_text(const json_t *o, const char *key, const char *want)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL && strcmp(s, want) == 0;
}

/* ---- what is wrong ---- */

/* What is wrong, by the name of enum blind_view. */
static unsigned
wrong_view(FILE *out, const json_t *a)
{
	static const struct {
		const char *name, *text;
	} views[] = {
		{ "log", "connections, and no line about them in any log" },
		{ "capture", "lines about clients, and no connections seen" },
		{ "other", "the log and the wire speak of different clients" },
		{ "no", "a log of which no line is understood" },
	};
	const char *text = "see the log of zfw";

	if (!is_true(a, "blind"))
		return 0;
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (is_text(a, "blind_view", views[i].name))
			text = views[i].text;
	line(out, "BLIND", "%s", text);
	return 1;
}

static unsigned
wrong_captures(FILE *out, const json_t *list)
{
	unsigned n = 0;
	char name[SHOW_LEN];

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *c = json_array_get(list, i);

		if (!is_true(c, "broken"))
			continue;
		line(out, "BROKEN", "the capture of %s cannot be read",
		    show_text(c, "interface", name));
		n++;
	}
	return n;
}

static unsigned
wrong_logs(FILE *out, const json_t *list)
{
	char path[SHOW_LEN];
	unsigned n = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *s = json_array_get(list, i);

		(void)show_text(s, "path", path);
		if (is_text(s, "state", "missing"))
			line(out, "MISSING",
			    "the log %s; without rsyslog it is in the journal: "
			    "log = {\"journal\"}",
			    path);
		else if (is_text(s, "state", "denied"))
			line(out, "DENIED",
			    "the log %s: group of log_group may not read it",
			    path);
		else if (is_text(s, "state", "ended"))
			line(out, "ENDED", "the log %s", path);
		else
			continue;
		n++;
	}
	return n;
}

static unsigned
wrong_table(FILE *out, const json_t *a)
{
	if (!is_text(a, "table", "failed"))
		return 0;
	line(out, "FAILED", "%s",
	    "the kernel table cannot be made, so nothing is blocked: see the "
	    "log of zfw");
	return 1;
}

static void
show_alarms(FILE *out, const json_t *a)
{
	const json_t *st = json_object_get(a, "store");
	unsigned n = wrong_table(out, a) + wrong_view(out, a) +
	    wrong_captures(out, json_object_get(a, "captures")) +
	    wrong_logs(out, json_object_get(a, "logs"));

	if (is_true(st, "full")) {
		line(out, "FULL", "%s",
		    "the disk has no room for the store: nothing new is "
		    "remembered");
		n++;
	}
	if (n == 0)
		line(out, "alarms", "%s", "none");
}

/* ---- what it does ---- */

static void
show_mode(FILE *out, const json_t *a)
{
	char mode[SHOW_LEN], since[SHOW_LEN], table[SHOW_LEN];

	(void)show_text(a, "mode", mode);
	(void)show_text(a, "table", table);
	line(out, "mode", "%s, since %s%s", mode,
	    show_time(a, "mode_since", "-", since),
	    strcmp(mode, "shadow") == 0 ? ": nobody is blocked" : "");
	line(out, "kernel table", "%s%s", table,
	    strcmp(table, "off") == 0 ? ", until zfwctl on" : "");
}

/* Keys that a reload could not put in force. */
static void
show_restart(FILE *out, const json_t *keys)
{
	const char *sep = "";

	if (json_array_size(keys) == 0)
		return;
	fprintf(out, "%-13s due for ", "restart");
	for (size_t i = 0; i < json_array_size(keys); i++) {
		const char *k = json_string_value(json_array_get(keys, i));

		fprintf(out, "%s%s", sep, k == NULL ? "-" : k);
		sep = ", ";
	}
	fputc('\n', out);
}

static void
show_blocks_now(FILE *out, const json_t *a)
{
	const json_t *tiers = json_object_get(a, "tiers");
	char text[SHOW_LEN] = "";
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(tiers); i++) {
		json_int_t v = json_integer_value(json_array_get(tiers, i));

		if (v > 0 && n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s tier %zu: %lld", n == 0 ? ":" : ",", i + 1,
			    (long long)v);
	}
	line(out, "blocks now", "%lld%s%s", n_of(a, "blocks_now"),
	    is_text(a, "mode", "shadow") ? " that would be" : "", text);
}

/* Some of what daemon/tally.h counts. */
static void
show_tally(FILE *out, const char *title, const json_t *a, const char *key)
{
	const json_t *t = json_object_get(json_object_get(a, "tally"), key);

	if (!json_is_object(t))
		return;
	line(out, title,
	    "%lld connections (%lld of zombies, %lld good), %lld prevented,",
	    n_of(t, "connections"), n_of(t, "zombie_connections"),
	    n_of(t, "good_connections"), n_of(t, "attempts_prevented"));
	line(out, "",
	    "%lld rejected, %lld cut, %lld blocked, %lld possible mistakes",
	    n_of(t, "attempts_rejected"), n_of(t, "sessions_cut"),
	    n_of(t, "blocks_first") + n_of(t, "blocks_again") +
		n_of(t, "blocks_admin"),
	    n_of(t, "possible_mistakes"));
}

/* ---- what it sees ---- */

static void
show_captures(FILE *out, const json_t *list)
{
	char name[SHOW_LEN];
	size_t n = json_array_size(list);

	if (n == 0)
		line(out, "capture", "%s", "none: judging by the log alone");
	for (size_t i = 0; i < n; i++) {
		const json_t *c = json_array_get(list, i);

		line(out, "capture",
		    "%s: %lld packets, %lld lost by the kernel%s",
		    show_text(c, "interface", name), n_of(c, "packets"),
		    n_of(c, "kernel_drops"),
		    is_true(c, "broken") ? ", BROKEN" : "");
	}
}

/* How far it was read; a stream is read where it is. */
static const char *
place(const json_t *s, char buf[SHOW_LEN])
{
	const char *kind = json_string_value(json_object_get(s, "kind"));
	char b[SHOW_LEN];

	if (kind != NULL && strcmp(kind, "file") != 0)
		(void)snprintf(buf, SHOW_LEN, " (%.64s)",
		    show_text(s, "kind", b));
	else if (n_of(s, "position") < n_of(s, "size"))
		(void)snprintf(buf, SHOW_LEN, ", at byte %lld of %lld",
		    n_of(s, "position"), n_of(s, "size"));
	else
		buf[0] = '\0';
	return buf;
}

static void
show_logs(FILE *out, const json_t *list)
{
	char path[SHOW_LEN], state[SHOW_LEN], at[SHOW_LEN];

	if (json_array_size(list) == 0)
		line(out, "log", "%s", "none");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *s = json_array_get(list, i);

		line(out, "log", "%s: %s%s; %lld lines, %lld understood%s%s",
		    show_text(s, "path", path), show_text(s, "state", state),
		    place(s, at), n_of(s, "lines"), n_of(s, "understood"),
		    is_true(s, "backlog") ? " (catching up)" : "",
		    is_true(s, "blind") ? ", BLIND" : "");
	}
}

/* Both only where they are used. */
static void
show_helpers(FILE *out, const json_t *a)
{
	const json_t *q = json_object_get(a, "queue");
	const json_t *r = json_object_get(a, "resolver");

	if (json_is_object(q))
		line(out, "queue",
		    "number %lld: %lld packets, %lld late, %lld lost",
		    n_of(q, "number"), n_of(q, "packets"), n_of(q, "late"),
		    n_of(q, "dropped"));
	if (json_is_object(r))
		line(out, "resolver",
		    "%lld addresses asked for, %lld named, %lld without a "
		    "name, %lld not to be told",
		    n_of(r, "asked"), n_of(r, "named"), n_of(r, "unnamed"),
		    n_of(r, "failed"));
}

/* 1234567 -> "1.2 MB" */
static const char *
size_text(json_int_t bytes, char buf[SHOW_LEN])
{
	static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
	double v = (double)bytes;
	size_t i = 0;

	for (; v >= 1000 && i < 4; i++)
		v /= 1000;
	(void)snprintf(buf, SHOW_LEN, "%.*f %s", i == 0 || v >= 100 ? 0 : 1, v,
	    units[i]);
	return buf;
}

static void
show_memory(FILE *out, const json_t *a)
{
	const json_t *st = json_object_get(a, "store");
	const json_t *sweep = json_object_get(st, "sweep");
	char b[SHOW_LEN];

	line(out, "clients", "%lld in memory", n_of(a, "clients_now"));
	if (sweep != NULL && show_int(sweep, "rounds") == 0)
		line(out, "remembered", "not counted yet, at most %lld clients",
		    n_of(sweep, "max"));
	else if (sweep != NULL)
		line(out, "remembered",
		    "%lld clients of at most %lld, %lld forgotten",
		    n_of(sweep, "clients"), n_of(sweep, "max"),
		    n_of(sweep, "forgotten"));
	line(out, "store", "%lld records, %s, %lld errors", n_of(st, "records"),
	    size_text(show_int(st, "bytes"), b), n_of(st, "errors"));
	line(out, "allowed nets", "%lld", n_of(a, "allow_now"));
	if (show_int(a, "blocked_networks") > 0)
		line(out, "block_file", "%lld networks",
		    n_of(a, "blocked_networks"));
}

/* ---- counters ---- */

/* With --all only: they matter less, or a line above has most of them. */
static const char *const quiet[] = { "queue", "resolver", "p0f", "front",
	"store", "sweep" };
static const char *const loud[] = { "counters", "patterns", "guard", "check" };

/* How many were not printed. */
static unsigned
show_counters(FILE *out, const char *title, json_t *o, bool zeros)
{
	const char *head = title;
	unsigned left = 0;

	for (void *it = json_object_iter(o); it != NULL;
	     it = json_object_iter_next(o, it)) {
		const json_t *v = json_object_iter_value(it);

		if (!json_is_integer(v))
			continue;
		if (!zeros && json_integer_value(v) == 0) {
			left++;
			continue;
		}
		if (head != NULL)
			fprintf(out, "%s\n", head);
		head = NULL;
		fprintf(out, "  %-20s %12lld\n", json_object_iter_key(it),
		    (long long)json_integer_value(v));
	}
	return left;
}

static unsigned
integers(json_t *o)
{
	unsigned n = 0;

	for (void *it = json_object_iter(o); it != NULL;
	     it = json_object_iter_next(o, it))
		n += json_is_integer(json_object_iter_value(it));
	return n;
}

static void
show_all_counters(FILE *out, const json_t *a, bool all)
{
	unsigned left = 0;

	for (size_t i = 0; i < sizeof(loud) / sizeof(loud[0]); i++)
		left += show_counters(out, loud[i], json_object_get(a, loud[i]),
		    all);
	for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
		const json_t *in = strcmp(quiet[i], "sweep") == 0 ?
		    json_object_get(a, "store") :
		    a;
		json_t *o = json_object_get(in, quiet[i]);

		left += all ? show_counters(out, quiet[i], o, true) :
			      integers(o);
	}
	if (left > 0)
		line(out, "left out",
		    "%u counters that are 0 or matter less: "
		    "zfwctl status --all",
		    left);
}

void
show_status(FILE *out, const json_t *a, bool all)
{
	char version[SHOW_LEN], up[SHOW_LEN];

	line(out, "zfw", "%s, pid %lld, up %s",
	    show_text(a, "version", version), n_of(a, "pid"),
	    show_span(show_int(a, "uptime_s"), up));
	show_mode(out, a);
	show_alarms(out, a);
	show_restart(out, json_object_get(a, "restart"));
	show_blocks_now(out, a);
	show_tally(out, "last hour", a, "hour");
	show_tally(out, "today (UTC)", a, "today");
	show_captures(out, json_object_get(a, "captures"));
	show_logs(out, json_object_get(a, "logs"));
	show_helpers(out, a);
	show_memory(out, a);
	show_all_counters(out, a, all);
}
