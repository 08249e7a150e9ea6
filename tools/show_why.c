/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show_why - `zfwctl why`: an explanation as one would give a colleague */
#include <stdbool.h>
#include <string.h>

#include "tools/show.h"

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

static bool
is(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
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
		{ "passes", "it passes: what is known is not enough." },
		{ "suspect",
		    "it looks like a zombie and is blocked at its next "
		    "offence." },
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
	if (strcmp(v, "immune") == 0) {
		fprintf(out, "it is immune: %s.\n",
		    show_text(a, "immune_by", by));
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
	fprintf(out, "  first seen    %s, last %s\n",
	    show_time(a, "first", "never", b),
	    show_time(a, "last", "never", c));
	fprintf(out, "  connections   %lld",
	    (long long)show_int(a, "connects"));
	if (show_int(a, "knocks") > 0)
		fprintf(out, "; knocked %lld times while blocked, last %s",
		    (long long)show_int(a, "knocks"),
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
	fprintf(out, " [%s]\n", show_text(t, "value", value));
	if (json_is_object(s))
		fprintf(out, "                      %s: %s\n",
		    show_time(s, "t", "-", at), show_text(s, "text", raw));
}

static void
arithmetic(FILE *out, const json_t *a)
{
	const json_t *terms = json_object_get(a, "terms");
	const json_t *fams = json_object_get(a, "families");
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
	fprintf(out, "\nWitnesses that carry weight:");
	for (size_t i = 0; i < json_array_size(fams); i++)
		fprintf(out, "%s %s", i == 0 ? "" : ",", word(fams, i));
	if (json_array_size(fams) == 0)
		fprintf(out, " none");
	fprintf(out, ": %s.\n",
	    is(a, "families_agree") ? "enough to convict" :
				      "not enough to convict");
	if (json_is_string(json_object_get(a, "immune_by")))
		fprintf(out, "Immune: %s.\n", show_text(a, "immune_by", f));
}

static void
good(FILE *out, const json_t *a)
{
	const json_t *g = json_object_get(a, "good");
	char t[SHOW_LEN];

	if (show_int(g, "mails") > 0)
		fprintf(out,
		    "\nGood mail: %lld messages to %lld recipients on %lld "
		    "days%s.\n",
		    (long long)show_int(g, "mails"),
		    (long long)show_int(g, "recipients"),
		    (long long)show_int(g, "days"),
		    is(g, "complained") ? ", some of it complained of" : "");
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
	char t[SHOW_LEN], u[SHOW_LEN];

	if (json_array_size(list) == 0)
		return;
	fprintf(out, "\nBlocks so far, newest first (offences: %lld):\n",
	    (long long)show_int(a, "offences"));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *h = json_array_get(list, i);

		fprintf(out, "  tier %lld  %s - %s\n",
		    (long long)show_int(h, "tier"),
		    show_time(h, "from", "-", t),
		    show_time(h, "until", "-", u));
	}
}

static void
lifts(FILE *out, const json_t *a)
{
	const json_t *list = json_object_get(a, "lifts");

	if (json_array_size(list) == 0)
		return;
	fprintf(out, "\nWhat lifts the block:\n");
	for (size_t i = 0; i < json_array_size(list); i++)
		fprintf(out, "  - %s\n", word(list, i));
}

void
show_why(FILE *out, const json_t *a)
{
	verdict(out, a);
	if (!json_is_array(json_object_get(a, "terms")))
		return;
	block(out, a);
	names(out, a);
	arithmetic(out, a);
	good(out, a);
	history(out, a);
	lifts(out, a);
}
