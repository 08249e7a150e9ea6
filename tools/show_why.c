/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show_why - `zfwctl why`: an explanation as one would give a colleague */
#include <stdbool.h>
#include <string.h>

#include "tools/show.h"
#include "tools/show_behind.h"

static double
real(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

/* The i-th string of a list that the daemon made from its own words. */
static const char *
word(const json_t *list, size_t i)
{
	const char *s = json_string_value(json_array_get(list, i));

	return s == NULL ? "-" : s;
}

/* `1 message`, `2 messages` */
static void
many(FILE *out, int64_t n, const char *what)
{
	fprintf(out, "%lld %s%s", (long long)n, what, n == 1 ? "" : "s");
}

static bool
is(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

/* Of one that passes: how it looks. */
static const char *
passes(const json_t *a)
{
	double p = real(a, "p");

	if (p < 0.1)
		return "it passes: it looks like a mail server.";
	if (p < 0.5)
		return "it passes: it may well be a mail server.";
	return "it passes: it looks suspicious, but that is not enough.";
}

/* The sentence that the verdict is. */
static void
verdict(FILE *out, const json_t *a)
{
	static const struct {
		const char *verdict, *words;
	} words[] = {
		{ "never seen", "zfw knows nothing about it." },
		{ "blocked", "it is blocked." },
		{ "would be blocked",
		    "it would be blocked, but zfw only watches (mode "
		    "shadow)." },
		{ "suspect",
		    "it looks like a zombie and is blocked at its next "
		    "offence." },
		{ "shared",
		    "it looks like a zombie, but a mail server is behind the "
		    "same address: it passes." },
		{ "one family",
		    "it looks bad, but only one kind of witness says so: it "
		    "passes." },
	};
	char who[SHOW_LEN], v[SHOW_LEN], by[SHOW_LEN];

	fprintf(out, "%s: ", show_text(a, "client", who));
	(void)show_text(a, "verdict", v);
	if (strcmp(v, "allowed") == 0) {
		fprintf(out, "it is on the allow list (%s).\n",
		    show_text(a, "allowed_by", by));
		return;
	}
	if (strcmp(v, "never blocked") == 0) {
		fprintf(out, "it is never blocked (%s).\n",
		    show_text(a, "never_by", by));
		return;
	}
	if (strcmp(v, "listed") == 0 || strcmp(v, "would be listed") == 0) {
		fprintf(out, "it %s blocked: a block_file has %s.\n",
		    v[0] == 'l' ? "is always" : "would always be",
		    show_text(a, "listed_by", by));
		return;
	}
	if (strcmp(v, "immune") == 0) {
		fprintf(out, "it is immune: %s.\n",
		    show_text(a, "immune_by", by));
		return;
	}
	if (strcmp(v, "passes") == 0) {
		fprintf(out, "%s\n", passes(a));
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(v, words[i].verdict) == 0) {
			fprintf(out, "%s\n", words[i].words);
			return;
		}
	fprintf(out, "%s\n", v);
}

static void
names(FILE *out, const json_t *a)
{
	char b[SHOW_LEN], c[SHOW_LEN];

	(void)show_text(a, "rdns", b);
	fprintf(out, "\n  reverse DNS   %s\n",
	    strcmp(b, "-") == 0 ? "no confirmed name" : b);
	fprintf(out, "  HELO          %s (%s)\n", show_text(a, "helo", b),
	    show_text(a, "helo_class", c));
	fprintf(out, "  TCP stack     %s (%s)\n", show_text(a, "os", b),
	    show_text(a, "os_grade", c));
	fprintf(out, "  signature     %s\n", show_text(a, "sig", b));
	if (json_is_string(json_object_get(a, "botnet")))
		fprintf(out, "  botnet        %s (see zfwctl botnets)\n",
		    show_text(a, "botnet", b));
	fprintf(out, "  first seen    %s, last %s\n",
	    show_time(a, "first", "never", b),
	    show_time(a, "last", "never", c));
	fprintf(out, "  connections   %lld",
	    (long long)show_int(a, "connects"));
	if (show_int(a, "knocks") > 0)
		fprintf(out, "; knocked %lld time%s while blocked, last %s",
		    (long long)show_int(a, "knocks"),
		    show_int(a, "knocks") == 1 ? "" : "s",
		    show_time(a, "last_knock", "never", b));
	fprintf(out, "\n");
}

static void
block(FILE *out, const json_t *a)
{
	const json_t *b = json_object_get(a, "block");
	char t[SHOW_LEN], u[SHOW_LEN], left[SHOW_LEN], act[SHOW_LEN];

	if (!json_is_object(b))
		return;
	if (show_int(b, "left_s") == 0) {
		fprintf(out,
		    "\nNot blocked now; its last block was tier %lld, "
		    "from %s to %s.\n",
		    (long long)show_int(b, "tier"),
		    show_time(b, "from", "-", t),
		    show_time(b, "until", "-", u));
		return;
	}
	fprintf(out,
	    "\n%s since %s until %s (%s left): tier %lld, %s%s, "
	    "probability then %.3f.\n",
	    is(b, "shadow") ? "Would be blocked" : "Blocked",
	    show_time(b, "from", "-", t), show_time(b, "until", "-", u),
	    show_span(show_int(b, "left_s"), left),
	    (long long)show_int(b, "tier"), show_text(b, "action", act),
	    is(b, "by_admin") ? ", by hand" : "", real(b, "score"));
}

static void
term(FILE *out, const json_t *t)
{
	const json_t *s = json_object_get(t, "sample");
	char fam[SHOW_LEN], words[SHOW_LEN], value[SHOW_LEN], raw[SHOW_LEN],
	    at[SHOW_LEN];

	fprintf(out, "  %+7.2f  %-9s  %s", real(t, "llr"),
	    show_text(t, "family", fam), show_text(t, "words", words));
	(void)show_text(t, "value", value);
	if (strcmp(value, "yes") == 0)
		fprintf(out, "\n");
	else
		fprintf(out, " [%s]\n", value);
	if (json_is_object(s))
		fprintf(out, "                      %s: %s\n",
		    show_time(s, "t", "-", at), show_text(s, "text", raw));
}

/* Which families have a say, and whether that is enough. */
static void
witnesses(FILE *out, const json_t *a)
{
	const json_t *fams = json_object_get(a, "families");
	size_t n = json_array_size(fams);

	if (n == 0)
		fprintf(out, "\nNo kind of witness carries weight against it");
	else
		fprintf(out,
		    "\nKinds of witness that carry weight against it: ");
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%s", i == 0 ? "" : ", ", word(fams, i));
	fprintf(out, "; %s.\n",
	    is(a, "trapped")            ? "the traps convict it alone" :
		is(a, "families_agree") ? "that is enough to convict" :
		n == 0                  ? "two are needed" :
					  "that is not enough to convict");
}

static void
arithmetic(FILE *out, const json_t *a)
{
	const json_t *terms = json_object_get(a, "terms");
	char f[SHOW_LEN];

	fprintf(out,
	    "\nThe evidence (log likelihood ratios; plus speaks for a "
	    "zombie):\n");
	fprintf(out, "  %+7.2f  %-9s  before anything is known\n",
	    real(a, "prior"), "prior");
	for (size_t i = 0; i < json_array_size(terms); i++)
		term(out, json_array_get(terms, i));
	fprintf(out, "  %+7.2f  sum: probability %.4f, blocked from %.4f\n",
	    real(a, "sum"), real(a, "p"), real(a, "threshold"));
	witnesses(out, a);
	if (json_is_string(json_object_get(a, "immune_by")))
		fprintf(out, "Immune: %s.\n", show_text(a, "immune_by", f));
}

/* How sure we were when it had got so far. */
static void
stages(FILE *out, const json_t *p)
{
	static const char *const order[] = { "handshake", "greeting", "helo",
		"rcpt", "close" };
	bool first = true;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!json_is_number(json_object_get(p, order[i])))
			continue;
		fprintf(out, "%s%s %.3f", first ? "      sure: " : ", ",
		    order[i], real(p, order[i]));
		first = false;
	}
	if (!first)
		fprintf(out, "\n");
}

static void
visit(FILE *out, const json_t *v)
{
	bool over = is(v, "over");
	char t[SHOW_LEN];

	fprintf(out, "  %s  port %lld", show_time(v, "t", "-", t),
	    (long long)show_int(v, "port"));
	if (over)
		fprintf(out, ", %.1f s", real(v, "seconds"));
	if (over || show_int(v, "commands") > 0) {
		fprintf(out, ": ");
		many(out, show_int(v, "commands"), "command");
		fprintf(out,
		    "; recipients %lld taken, %lld deferred, %lld refused; ",
		    (long long)show_int(v, "rcpts_ok"),
		    (long long)show_int(v, "rcpts_deferred"),
		    (long long)show_int(v, "rcpts_refused"));
		many(out, show_int(v, "messages"), "message");
	}
	fprintf(out, "%s%s%s%s\n", is(v, "early") ? "; spoke first" : "",
	    is(v, "tls") ? "; TLS" : "", is(v, "bounce") ? "; a bounce" : "",
	    is(v, "cut") ? "; cut short by us" :
		over     ? "" :
			   "; not seen to its end");
	stages(out, json_object_get(v, "p"));
}

static void
visits(FILE *out, const json_t *a)
{
	const json_t *list = json_object_get(a, "sessions");

	if (json_array_size(list) == 0)
		return;
	fprintf(out, "\nIts last sessions, newest first:\n");
	for (size_t i = 0; i < json_array_size(list); i++)
		visit(out, json_array_get(list, i));
}

/* What is kept apart from evidence. */
static void
trouble(FILE *out, const json_t *a)
{
	static const struct {
		const char *key, *words;
	} rows[] = {
		{ "left_without_mail", "sessions that left without mail" },
		{ "callouts", "address checks (null sender, no message)" },
		{ "bounces_to_nobody",
		    "bounces to recipients that do not exist" },
	};
	const json_t *t = json_object_get(a, "trouble");
	bool any = false;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (show_int(t, rows[i].key) == 0)
			continue;
		fprintf(out, "%s %lld %s",
		    any ? "," : "\nAlso, and no evidence:",
		    (long long)show_int(t, rows[i].key), rows[i].words);
		any = true;
	}
	if (any)
		fprintf(out, ".\n");
}

static void
list(FILE *out, const json_t *lines, const char *head)
{
	if (json_array_size(lines) == 0)
		return;
	fprintf(out, "\n%s\n", head);
	for (size_t i = 0; i < json_array_size(lines); i++)
		fprintf(out, "  - %s\n", word(lines, i));
}

static void
good(FILE *out, const json_t *a)
{
	const json_t *g = json_object_get(a, "good");
	char t[SHOW_LEN];

	if (show_int(g, "mails") > 0) {
		fprintf(out, "\nWanted mail: ");
		many(out, show_int(g, "mails"), "message");
		fprintf(out, " to ");
		many(out, show_int(g, "recipients"), "recipient");
		fprintf(out, " on ");
		many(out, show_int(g, "days"), "day");
		fprintf(out, "%s.\n",
		    is(g, "complained") ? ", some of it complained of" : "");
	}
	if (json_is_integer(json_object_get(g, "login")))
		fprintf(out, "A user logged in from there: %s.\n",
		    show_time(g, "login", "-", t));
	if (json_is_integer(json_object_get(g, "delivered_to")))
		fprintf(out, "We delivered mail to it: %s.\n",
		    show_time(g, "delivered_to", "-", t));
}

static void
history(FILE *out, const json_t *a)
{
	const json_t *list = json_object_get(a, "history");
	int64_t from = 0; /* of the one that came after it */
	char t[SHOW_LEN], u[SHOW_LEN];

	if (json_array_size(list) == 0)
		return;
	fprintf(out, "\nBlocks so far, newest first (offences: %lld):\n",
	    (long long)show_int(a, "offences"));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *h = json_array_get(list, i);

		fprintf(out, "  tier %lld  %s - %s%s\n",
		    (long long)show_int(h, "tier"),
		    show_time(h, "from", "-", t), show_time(h, "until", "-", u),
		    i > 0 && show_int(h, "until") > from ? ", then raised" :
							   "");
		from = show_int(h, "from");
	}
}

void
show_why(FILE *out, const json_t *a)
{
	verdict(out, a);
	show_over(out, a);
	if (!json_is_array(json_object_get(a, "terms")))
		return;
	block(out, a);
	show_behind(out, a);
	names(out, a);
	arithmetic(out, a);
	good(out, a);
	trouble(out, a);
	visits(out, a);
	history(out, a);
	list(out, json_object_get(a, "changes"),
	    "What would change the verdict:");
	list(out, json_object_get(a, "lifts"), "What lifts the block:");
}
