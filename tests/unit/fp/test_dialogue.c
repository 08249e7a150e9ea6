/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/dialogue: names, lines, keys, words, times.
 *
 * zt-link: fp/dialogue fp/dialogue_key fp/hash fp/addr
 * zt-libs: libsodium libm
 */
#include "tests/zt.h"

#include "fp/dialogue.h"
#include "fp/session.h"

#include <math.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name; /* the argument */
	enum dialogue_name want;
} names[] = {
	{ "", DIALOGUE_NAME_EMPTY },
	{ "mx.example.org", DIALOGUE_NAME_FQDN },
	{ "mx.example.org.", DIALOGUE_NAME_FQDN },
	{ "mail-out_7.xn--bcher-kva.example.org", DIALOGUE_NAME_FQDN },
	{ "a.b", DIALOGUE_NAME_FQDN },
	{ "mx4.10.example.org", DIALOGUE_NAME_FQDN },
	{ "host-2024-01-02-03.example.org", DIALOGUE_NAME_FQDN },
	{ "a-b-c-d-beef.example.org", DIALOGUE_NAME_FQDN },
	{ "[192.0.2.1]", DIALOGUE_NAME_LITERAL },
	{ "[IPv6:2001:db8::1]", DIALOGUE_NAME_LITERAL },
	{ "[2001:db8::1]", DIALOGUE_NAME_LITERAL },
	{ "[192.0.2.1", DIALOGUE_NAME_BAD },
	{ "[mx.example.org]", DIALOGUE_NAME_BAD },
	{ "[]", DIALOGUE_NAME_BAD },
	{ "[", DIALOGUE_NAME_BAD },
	{ "192.0.2.1", DIALOGUE_NAME_BARE_ADDR },
	{ "2001:db8::1", DIALOGUE_NAME_BARE_ADDR },
	{ "1.2.3", DIALOGUE_NAME_BAD },
	{ "USER-PC", DIALOGUE_NAME_LABEL },
	{ "user_pc.", DIALOGUE_NAME_LABEL },
	{ "LocalHost", DIALOGUE_NAME_LOCALHOST },
	{ "localhost.localdomain", DIALOGUE_NAME_LOCALHOST },
	{ "mx.localdomain", DIALOGUE_NAME_PRIVATE },
	{ "exchange.office.LOCAL", DIALOGUE_NAME_PRIVATE },
	{ "nas.home.arpa", DIALOGUE_NAME_PRIVATE },
	{ "local.example.org", DIALOGUE_NAME_FQDN },
	{ "192-0-2-7.dyn.example.org", DIALOGUE_NAME_DIGITS },
	{ "host7.2.0.192.pool.example.org", DIALOGUE_NAME_DIGITS },
	{ "p192_0_2_7.example.org", DIALOGUE_NAME_DIGITS },
	{ "dsl192000002007.example.org", DIALOGUE_NAME_DIGITS },
	{ "dsl192000002999.example.org", DIALOGUE_NAME_FQDN },
	{ "192-0-2-300.dyn.example.org", DIALOGUE_NAME_FQDN },
	{ "2001-db8-0-0-0-0-0-1.example.org", DIALOGUE_NAME_DIGITS },
	{ "friend of mine", DIALOGUE_NAME_BAD },
	{ "-mx.example.org", DIALOGUE_NAME_BAD },
	{ "mx-.example.org", DIALOGUE_NAME_BAD },
	{ "mx..example.org", DIALOGUE_NAME_BAD },
	{ ".", DIALOGUE_NAME_BAD },
	{ "a@b.org", DIALOGUE_NAME_BAD },
	{ "b\xc3\xbc"
	  "cher.org",
	    DIALOGUE_NAME_BAD },
	{ "a1234567890123456789012345678901234567890123456789012345678901234"
	  ".org",
	    DIALOGUE_NAME_BAD },
};

static void
test_names(void)
{
	for (size_t i = 0; i < N(names); i++) {
		size_t n = strlen(names[i].name);
		char *copy = malloc(n + 1), label[120];
		enum dialogue_name got;

		memcpy(copy, names[i].name, n);
		got = dialogue_name_class((struct str){ copy, n });
		free(copy);
		snprintf(label, sizeof(label), "\"%s\" is of class %d, not %d",
		    names[i].name, names[i].want, got);
		ZT_CASE(label, got == names[i].want);
	}
}

static const struct {
	const char *name;
	uint16_t verb;
	const char *text;
	uint8_t path, word, verb_case;
	uint32_t flags;
} lines[] = {
	{ "as it should be", VERB_MAIL, "MAIL FROM:<a@b>", DIALOGUE_PATH_PLAIN,
	    DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, 0 },
	{ "in lower case", VERB_RCPT, "rcpt to:<a@b>", DIALOGUE_PATH_PLAIN,
	    DIALOGUE_CASE_LOWER, DIALOGUE_CASE_LOWER, 0 },
	{ "a word with a capital behind a verb in capitals", VERB_MAIL,
	    "MAIL From:<a@b>", DIALOGUE_PATH_PLAIN, DIALOGUE_CASE_TITLE,
	    DIALOGUE_CASE_UPPER, 0 },
	{ "a verb with a capital", VERB_RCPT, "Rcpt To:<a@b>",
	    DIALOGUE_PATH_PLAIN, DIALOGUE_CASE_TITLE, DIALOGUE_CASE_TITLE, 0 },
	{ "a verb in no case", VERB_RCPT, "rCPT tO:<a@b>", DIALOGUE_PATH_PLAIN,
	    DIALOGUE_CASE_MIXED, DIALOGUE_CASE_MIXED, 0 },
	{ "a blank behind the colon", VERB_MAIL, "MAIL FROM: <a@b>",
	    DIALOGUE_PATH_SPACE, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, 0 },
	{ "a blank before the colon", VERB_MAIL, "MAIL FROM :<a@b>",
	    DIALOGUE_PATH_BEFORE, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, 0 },
	{ "blanks on both sides of the colon", VERB_MAIL, "MAIL FROM : <a@b>",
	    DIALOGUE_PATH_OTHER, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, 0 },
	{ "no brackets", VERB_MAIL, "MAIL FROM:a@b", DIALOGUE_PATH_BARE,
	    DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, 0 },
	{ "no brackets, and a blank", VERB_RCPT, "RCPT TO: a@b",
	    DIALOGUE_PATH_BARE_SPACE, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER,
	    0 },
	{ "no brackets, and a parameter", VERB_MAIL, "MAIL FROM:a@b SIZE=1",
	    DIALOGUE_PATH_BARE, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER,
	    DIALOGUE_PARAMS },
	{ "parameters", VERB_MAIL, "MAIL FROM:<a@b> SIZE=1 BODY=8BITMIME",
	    DIALOGUE_PATH_PLAIN, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER,
	    DIALOGUE_PARAMS },
	{ "blanks at the end are no parameters", VERB_MAIL, "MAIL FROM:<a@b>  ",
	    DIALOGUE_PATH_PLAIN, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER,
	    DIALOGUE_TRAILING },
	{ "a parameter that sticks to the path", VERB_MAIL,
	    "MAIL FROM:<a@b>SIZE=1", DIALOGUE_PATH_OTHER, DIALOGUE_CASE_UPPER,
	    DIALOGUE_CASE_UPPER, DIALOGUE_PARAMS },
	{ "the null sender", VERB_MAIL, "MAIL FROM:<>", DIALOGUE_PATH_PLAIN,
	    DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, DIALOGUE_NULL_SENDER },
	{ "a null recipient is none", VERB_RCPT, "RCPT TO:<>",
	    DIALOGUE_PATH_PLAIN, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, 0 },
	{ "a bracket in quotes", VERB_MAIL, "MAIL FROM:<\"a> b\"@c> SIZE=1",
	    DIALOGUE_PATH_PLAIN, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER,
	    DIALOGUE_PARAMS },
	{ "a quoted bracket", VERB_MAIL, "MAIL FROM:<a\\>b@c>",
	    DIALOGUE_PATH_PLAIN, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, 0 },
	{ "a bracket that does not close", VERB_MAIL, "MAIL FROM:<a@b",
	    DIALOGUE_PATH_OTHER, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, 0 },
	{ "a lone backslash at the end", VERB_MAIL, "MAIL FROM:<a\\",
	    DIALOGUE_PATH_OTHER, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, 0 },
	{ "no colon", VERB_MAIL, "MAIL FROM <a@b>", DIALOGUE_PATH_OTHER,
	    DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, 0 },
	{ "nothing behind the colon", VERB_MAIL, "MAIL FROM:",
	    DIALOGUE_PATH_OTHER, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER, 0 },
	{ "no word at all", VERB_MAIL, "MAIL <a@b>", DIALOGUE_PATH_OTHER,
	    DIALOGUE_CASE_NONE, DIALOGUE_CASE_UPPER, 0 },
	{ "a verb alone", VERB_MAIL, "MAIL", DIALOGUE_PATH_OTHER,
	    DIALOGUE_CASE_NONE, DIALOGUE_CASE_UPPER, 0 },
	{ "the other verb's word", VERB_RCPT, "RCPT FROM:<a>",
	    DIALOGUE_PATH_OTHER, DIALOGUE_CASE_NONE, DIALOGUE_CASE_UPPER, 0 },
	{ "several blanks behind the verb", VERB_MAIL, "MAIL  FROM:<a>",
	    DIALOGUE_PATH_PLAIN, DIALOGUE_CASE_UPPER, DIALOGUE_CASE_UPPER,
	    DIALOGUE_SPACED },
	{ "a blank before the verb", VERB_QUIT, "\tQUIT", 0, 0,
	    DIALOGUE_CASE_UPPER, DIALOGUE_SPACED },
	{ "a blank behind a verb without argument", VERB_DATA, "DATA ", 0, 0,
	    DIALOGUE_CASE_UPPER, DIALOGUE_TRAILING },
	{ "chunks", VERB_DATA, "bdat 10 last", 0, 0, DIALOGUE_CASE_LOWER,
	    DIALOGUE_BDAT },
	{ "HTTP says nothing of the case", VERB_HTTP, "GET / HTTP/1.1", 0, 0, 0,
	    DIALOGUE_HTTP },
	{ "a header says nothing of the case", VERB_OTHER, "Subject: x", 0, 0,
	    0, DIALOGUE_UNKNOWN },
	{ "a verb of an extension is known", VERB_OTHER, "xclient a=b", 0, 0, 0,
	    0 },
	{ "an empty line", VERB_OTHER, "", 0, 0, 0, DIALOGUE_EMPTY },
	{ "a line of blanks", VERB_OTHER, "  ", 0, 0, 0,
	    DIALOGUE_EMPTY | DIALOGUE_TRAILING },
};

static bool
note(struct dialogue *d, uint16_t verb, const char *text)
{
	size_t n = strlen(text);
	char *copy = malloc(n + 1);
	struct dialogue_line l = { .text = { copy, n }, .verb = verb };
	bool known;

	memcpy(copy, text, n);
	l.trailing = n > 0 && (copy[n - 1] == ' ' || copy[n - 1] == '\t');
	known = dialogue_line(d, &l);
	free(copy);
	return known;
}

static void
test_lines(void)
{
	for (size_t i = 0; i < N(lines); i++) {
		struct dialogue d = { 0 };
		uint8_t path;

		note(&d, lines[i].verb, lines[i].text);
		path = lines[i].verb == VERB_MAIL ? d.mail_path : d.rcpt_path;
		ZT_CASE(lines[i].name,
		    path == lines[i].path && d.word_case == lines[i].word &&
			d.verb_case == lines[i].verb_case &&
			d.flags == lines[i].flags &&
			d.eol == DIALOGUE_EOL_CRLF);
	}
}

static void
test_mixtures(void)
{
	struct dialogue d = { 0 };
	struct dialogue_line cut = { .text = STR("MAIL FROM:<aaaaaaaaaaaa"),
		.verb = VERB_MAIL,
		.more = true,
		.params = true };

	ZT_CASE("a header is no command", !note(&d, VERB_OTHER, "X-A: b"));
	ZT_CASE("HELP is one", note(&d, VERB_OTHER, "HELP"));
	note(&d, VERB_EHLO, "EHLO mx.example.org");
	note(&d, VERB_HELO, "HELO other");
	ZT_CASE("the first name counts", d.name == DIALOGUE_NAME_FQDN);
	note(&d, VERB_MAIL, "MAIL FROM:<a>");
	note(&d, VERB_MAIL, "MAIL FROM: <a>");
	note(&d, VERB_MAIL, "MAIL FROM:<a>");
	ZT_CASE("paths that differ are mixed",
	    d.mail_path == DIALOGUE_PATH_MIXED);
	note(&d, VERB_QUIT, "quit");
	ZT_CASE("cases that differ are mixed",
	    d.verb_case == DIALOGUE_CASE_MIXED);
	cut.lf = true;
	memset(&d, 0, sizeof(d));
	dialogue_line(&d, &cut);
	ZT_CASE("a long path is as plain as a short one",
	    d.mail_path == DIALOGUE_PATH_PLAIN && d.flags == DIALOGUE_PARAMS);
	ZT_CASE("a bare LF", d.eol == DIALOGUE_EOL_LF);
	note(&d, VERB_QUIT, "QUIT");
	ZT_CASE("line ends that differ are mixed", d.eol == DIALOGUE_EOL_MIXED);
	note(&d, VERB_RCPT, "RCPT TO:<aaa> ");
	cut = (struct dialogue_line){ .text = STR("RCPT TO:<aaa> "),
		.verb = VERB_RCPT,
		.more = true,
		.any = true };
	d.flags = 0;
	dialogue_line(&d, &cut);
	ZT_CASE("parameters right behind the cut are seen",
	    d.flags == DIALOGUE_PARAMS);
}

/* Of the kinds that are there, from `least` on. */
static uint8_t
any(unsigned least, unsigned kinds)
{
	return (uint8_t)(least + zt_random() % (kinds - least));
}

static struct dialogue
random_dialogue(void)
{
	struct dialogue d = { .hello = any(0, DIALOGUE_HELLOS),
		.verb_case = any(0, DIALOGUE_CASES),
		.word_case = any(1, DIALOGUE_CASES),
		.mail_path = any(1, DIALOGUE_PATHS),
		.rcpt_path = any(0, DIALOGUE_PATHS),
		.eol = any(1, DIALOGUE_EOLS),
		.cut = any(0, DIALOGUE_CUTS),
		.name = any(0, DIALOGUE_NAMES),
		.on_4xx = any(0, DIALOGUE_REACTS),
		.on_5xx = any(0, DIALOGUE_REACTS),
		.leave = any(0, DIALOGUE_LEAVES) };

	d.flags = (uint32_t)zt_random() & (2 * DIALOGUE_SPACED - 1);
	return d;
}

/* One category of `d` takes another value. */
static void
change(struct dialogue *d)
{
	static const uint8_t max[] = { DIALOGUE_HELLOS, DIALOGUE_CASES,
		DIALOGUE_PATHS, DIALOGUE_PATHS, DIALOGUE_EOLS, DIALOGUE_CUTS,
		DIALOGUE_NAMES, DIALOGUE_CASES, DIALOGUE_REACTS,
		DIALOGUE_REACTS, DIALOGUE_LEAVES };
	uint8_t *const at[] = { &d->hello, &d->verb_case, &d->mail_path,
		&d->rcpt_path, &d->eol, &d->cut, &d->name, &d->word_case,
		&d->on_4xx, &d->on_5xx, &d->leave };
	size_t i = zt_random() % (N(at) + 1);
	uint32_t bit = 1U << zt_random() % 19;

	if (i < N(at))
		*at[i] = (uint8_t)((*at[i] + 1) % max[i]);
	else if (bit == DIALOGUE_NULL_SENDER)
		d->flags ^= DIALOGUE_EARLY;
	else
		d->flags ^= bit;
}

static void
test_keys(void)
{
	char a[DIALOGUE_TEXT], b[DIALOGUE_TEXT];
	bool differ = true, text = true, fits = true;
	struct dialogue d = { 0 };

	ZT_CASE("nothing said, no key", dialogue_key(&d) == 0);
	ZT_CASE("nothing said, no words", *dialogue_text(&d, a) == '\0');
	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int i = 0; i < 5000; i++) {
		struct dialogue e = d = random_dialogue();

		change(&e);
		differ = differ && dialogue_key(&d) != dialogue_key(&e);
		text = text &&
		    strcmp(dialogue_text(&d, a), dialogue_text(&e, b)) != 0;
		fits = fits && strlen(a) < DIALOGUE_TEXT - 1;
	}
	ZT_CASE("another category, another key", differ);
	ZT_CASE("another category, other words", text);
	ZT_CASE("the words fit", fits);

	struct dialogue e = d;

	e.flags ^= DIALOGUE_NULL_SENDER;
	e.early_n = 99;
	e.mails = e.rcpts_max = e.replies_4xx = e.replies_5xx = 7;
	e.greet_delay_us = 1;
	dialogue_time(&e.think, 5);
	ZT_CASE("counts, times and the null sender are no part of the key",
	    dialogue_key(&d) == dialogue_key(&e) &&
		strcmp(dialogue_text(&d, a), dialogue_text(&e, b)) == 0);

	/* Stored keys must be found again: these never change. */
	d = (struct dialogue){ .hello = DIALOGUE_HELLO_EHLO,
		.verb_case = DIALOGUE_CASE_UPPER,
		.word_case = DIALOGUE_CASE_LOWER,
		.mail_path = DIALOGUE_PATH_PLAIN,
		.eol = DIALOGUE_EOL_CRLF,
		.cut = DIALOGUE_CUT_WHOLE,
		.name = DIALOGUE_NAME_FQDN,
		.on_5xx = DIALOGUE_REACT_QUIT,
		.leave = DIALOGUE_LEAVE_QUIT,
		.flags = DIALOGUE_PIPELINED };
	ZT_CASE("the words of a dialect",
	    strcmp(dialogue_text(&d, a),
		"ehlo upper from:< crlf whole fqdn 5xx=quit quit pipelined") ==
		0);
	ZT_CASE("the key of a dialect stays",
	    dialogue_key(&d) == UINT64_C(0xde17b683ea4f9ee0));
}

/* The longest of each. */
static void
test_longest(void)
{
	struct dialogue d = { .hello = DIALOGUE_HELLO_FALLBACK,
		.verb_case = DIALOGUE_CASE_UPPER,
		.word_case = DIALOGUE_CASE_UPPER,
		.mail_path = DIALOGUE_PATH_SPACE,
		.rcpt_path = DIALOGUE_PATH_SPACE,
		.eol = DIALOGUE_EOL_MIXED,
		.cut = DIALOGUE_CUT_WHOLE,
		.name = DIALOGUE_NAME_DIGITS,
		.on_4xx = DIALOGUE_REACT_RETRY,
		.on_5xx = DIALOGUE_REACT_RETRY,
		.leave = DIALOGUE_LEAVE_RST,
		.flags = UINT32_MAX };
	char a[DIALOGUE_TEXT];

	dialogue_text(&d, a);
	ZT_CASE("the last word of the longest text is whole",
	    strcmp(&a[strlen(a) - 5], " bdat") == 0);
}

static void
test_times(void)
{
	struct dialogue_times t = { 0 };

	ZT_CASE("no value, no deviation", dialogue_deviation_ms(&t) == 0);
	dialogue_time(&t, 4000);
	ZT_CASE("one value, no deviation", dialogue_deviation_ms(&t) == 0);
	dialogue_time(&t, 1000);
	dialogue_time(&t, 7000);
	ZT_CASE("count, ends and sum",
	    t.n == 3 && t.min_us == 1000 && t.max_us == 7000 &&
		t.sum_us == 12000);
	ZT_CASE("the deviation of three values",
	    fabs(dialogue_deviation_ms(&t) - 3.0) < 1e-9);
	dialogue_time(&t, -5);
	ZT_CASE("a time before its cause is none", t.min_us == 0);
	dialogue_time(&t, INT64_MAX);
	ZT_CASE("the longest time is an hour and some", t.max_us == UINT32_MAX);
	memset(&t, 0, sizeof(t));
	for (int i = 0; i < 70000; i++)
		dialogue_time(&t, INT64_C(3600000000));
	ZT_CASE("equal values do not deviate, however many",
	    t.n == UINT16_MAX && dialogue_deviation_ms(&t) < 1);
}

static const struct zt_test tests[] = {
	{ "names", test_names },
	{ "lines", test_lines },
	{ "mixtures", test_mixtures },
	{ "keys", test_keys },
	{ "longest", test_longest },
	{ "times", test_times },
};

ZT_MAIN("dialogue", tests)
