/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text, JSON, CSV, Prometheus and the letter, of usual and of hostile clients:
 * whoever reads them finds what the format promises, and nothing that a
 * stranger put there but text.
 *
 * zt-link: tests/tools/lib/statsfake daemon/tally fp/addr @STATSWRITE
 * zt-libs: libjansson libsodium libm
 */
#include <jansson.h>

#include "tests/tools/lib/statsfake.h"
#include "tests/zt.h"
#include "tools/stats.h"

#define UNTIL_MS INT64_C(1795305600000) /* 22 November 2026 */
#define COLUMNS  14                     /* of CSV */

typedef int writer(const struct stats *s, FILE *f);

static char *text;
static size_t text_n;

static void
print(writer *w, const struct stats *s)
{
	FILE *f;

	free(text);
	text = NULL;
	f = open_memstream(&text, &text_n);
	if (f == NULL || w(s, f) != 0 || fclose(f) != 0)
		abort();
}

static struct statsfake
how(bool hostile)
{
	return (struct statsfake){ .seed = 11,
		.until_ms = UNTIL_MS,
		.days = 9,
		.modes = TALLY_ENFORCE,
		.groups = 25,
		.machines = 3,
		.mistakes = 25,
		.hostile = hostile };
}

static void
make(bool hostile, struct stats *s)
{
	struct statsfake h = how(hostile);

	statsfake_make(&h, s);
	s->opts.utf8 = true;
	s->opts.host = hostile ? "mx\r\nBcc: all@example.org\r\n\r\nhi" :
				 "mx.example.org";
	s->opts.to = hostile ? "a@example.org\nBcc: b@example.org" :
			       "postmaster@example.org";
}

/* No control but those. */
static bool
harmless(const char *allowed)
{
	for (size_t i = 0; i < text_n; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && (c == 0 || strchr(allowed, c) == NULL)) ||
		    c == 0x7f)
			return false;
		if (c == 0xc2 && (unsigned char)text[i + 1] < 0xa0)
			return false; /* C1 */
		if (c == 0xe2 && (unsigned char)text[i + 1] <= 0x81)
			return false; /* direction, invisible */
	}
	return strlen(text) == text_n;
}

static size_t
widest(const char *from)
{
	size_t most = 0, cols = 0;

	for (; *from != '\0'; from++) {
		if (*from == '\n') {
			most = cols > most ? cols : most;
			cols = 0;
		} else
			cols += ((unsigned char)*from & 0xc0) != 0x80;
	}
	return most;
}

/* ---- text ---- */

static void
test_text(void)
{
	static const size_t widths[] = { 80, 101, 200 };
	struct stats s;

	for (unsigned bad = 0; bad < 2; bad++) {
		make(bad != 0, &s);
		for (size_t i = 0; i < 3; i++) {
			s.opts.width = widths[i];
			print(stats_text, &s);
			ZT_CASE("text has no controls", harmless("\n"));
			ZT_CASE("text fits the terminal",
			    widest(text) <= widths[i]);
		}
		s.opts.utf8 = false;
		print(stats_text, &s);
		for (size_t i = 0; i < text_n; i++)
			if ((unsigned char)text[i] > 0x7e)
				bad = 9;
		ZT_CASE("without UTF-8 it is ASCII", bad < 9);
		s.opts.only_kind = "helo";
		print(stats_text, &s);
		ZT_CASE("one kind alone is shown",
		    strstr(text, stats_kind_title[STATS_HELO]) != NULL &&
			strstr(text, stats_kind_title[STATS_AS]) == NULL);
		s.opts.only_name = s.list[STATS_HELO].group[0].name;
		print(stats_text, &s);
		ZT_CASE("of one group there are its machines",
		    strstr(text, "FIRST SEEN") != NULL && harmless("\n"));
		statsfake_free(&s);
	}
}

/* ---- JSON ---- */

static void
test_json(void)
{
	struct stats s;
	const json_t *groups;
	json_error_t e;
	json_t *o;
	bool ascii = true;

	make(true, &s);
	print(stats_json, &s);
	o = json_loads(text, JSON_REJECT_DUPLICATES, &e);
	ZT_CASE("JSON is JSON", o != NULL);
	for (size_t i = 0; i < text_n; i++)
		ascii &= (unsigned char)text[i] <= 0x7f &&
		    (text[i] >= 0x20 || text[i] == '\n');
	ZT_CASE("all of it is ASCII without controls", ascii);
	groups = json_object_get(json_object_get(json_object_get(o, "lists"),
				     "helo"),
	    "groups");
	ZT_CASE("it has all groups",
	    json_array_size(groups) == s.list[STATS_HELO].n);
	ZT_CASE("a name that is UTF-8 is there byte for byte",
	    strcmp(json_string_value(
		       json_object_get(json_array_get(groups, 0), "name")),
		s.list[STATS_HELO].group[0].name) == 0);
	json_decref(o);
	statsfake_free(&s);
}

/* ---- CSV ---- */

struct csv {
	size_t rows, fields, formulas, wrong;
};

/* One row from `p` on; where the next begins. */
static const char *
csv_row(const char *p, struct csv *c)
{
	size_t n = 1;

	for (bool quoted = *p == '"', first = true; *p != '\0';) {
		if (first && quoted)
			p++;
		if (first && strchr("=+-@\t\r", *p) != NULL && *p != '\r')
			c->formulas++;
		first = false;
		if (quoted && p[0] == '"' && p[1] == '"')
			p += 2;
		else if (quoted && p[0] == '"') {
			quoted = false;
			p++;
			c->wrong += *p != ',' && *p != '\r';
		} else if (!quoted && *p == ',') {
			n++;
			p++;
			quoted = *p == '"';
			first = true;
		} else if (!quoted && *p == '\r') {
			c->wrong += p[1] != '\n';
			p += 2;
			break;
		} else {
			c->wrong += !quoted && (*p == '"' || *p == '\n');
			p++;
		}
	}
	c->rows++;
	c->wrong += n != COLUMNS;
	return p;
}

static void
test_csv(void)
{
	struct stats s;
	struct csv c = { 0 };
	const char *p;

	make(true, &s);
	print(stats_csv, &s);
	for (p = text; *p != '\0';)
		p = csv_row(p, &c);
	ZT_CASE("each row of CSV has its fields, quoted right",
	    c.wrong == 0 && c.rows > 200);
	ZT_CASE("no field is a formula", c.formulas == 0);
	ZT_CASE("no field has a control", harmless("\r\n"));
	statsfake_free(&s);
}

/* ---- Prometheus ---- */

static bool
name_char(char c, bool first)
{
	return char_is_letter(c) || c == '_' || (!first && char_is_digit(c));
}

/* `name{a="b",...} number`: the end of the name; NULL: it is not that. */
static const char *
metric(const char *line)
{
	const char *p = line, *end;
	char *stop;

	while (name_char(*p, p == line))
		p++;
	end = p;
	if (*p == '{') {
		do {
			for (p++; name_char(*p, false);)
				p++;
			if (p[0] != '=' || p[1] != '"')
				return NULL;
			for (p += 2; *p != '"'; p++) {
				if (*p == '\\' && strchr("\\\"n", *++p) == NULL)
					return NULL;
				if (*p == '\n' || *p == '\0')
					return NULL;
			}
			p++;
		} while (*p == ',');
		if (*p++ != '}')
			return NULL;
	}
	if (*p++ != ' ')
		return NULL;
	(void)strtod(p, &stop);
	return end > line && stop > p && *stop == '\n' ? end : NULL;
}

static void
test_prom(void)
{
	char type[256] = "";
	unsigned wrong = 0, n = 0;
	struct stats s;

	make(true, &s);
	print(stats_prom, &s);
	for (char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
		const char *end;

		if (strncmp(line, "# TYPE ", 7) == 0) {
			(void)sscanf(line, "# TYPE %255s", type);
			continue;
		}
		if (*line == '#')
			continue;
		end = metric(line);
		n++;
		/* Behind its own TYPE; counters end in _total, gauges not. */
		wrong += end == NULL || strlen(type) != (size_t)(end - line) ||
		    strncmp(type, line, strlen(type)) != 0;
	}
	ZT_CASE("each line is a metric with its type", wrong == 0 && n > 100);
	ZT_CASE("no label has a control", harmless("\n"));
	statsfake_free(&s);
}

/* ---- the letter ---- */

/* Which header a line of the head is; a fold is none. */
static unsigned
known_headers(const char *body)
{
	static const char *const names[] = { "From: ", "To: ", "Subject: ",
		"Date: ", "MIME-Version: ", "Content-Type: ",
		"Content-Transfer-Encoding: ", "Auto-Submitted: " };
	unsigned seen = 0;

	for (const char *p = text; p < body; p = strchr(p, '\n') + 1) {
		unsigned is = 0;

		for (unsigned i = 0; i < 8; i++)
			if (strncmp(p, names[i], strlen(names[i])) == 0)
				is = 1U << i;
		if (*p != ' ' && (is == 0 || (seen & is) != 0))
			return 0;
		seen |= is;
	}
	return seen;
}

static void
test_letter(void)
{
	struct stats s;

	for (unsigned bad = 0; bad < 2; bad++) {
		const char *body;

		make(bad != 0, &s);
		print(stats_letter, &s);
		body = strstr(text, "\n\n");
		ZT_CASE("a letter has a head and a body", body != NULL);
		if (body == NULL)
			continue;
		ZT_CASE("its head has our headers, once, and no other",
		    known_headers(body + 1) == 0xff);
		ZT_CASE("no line of the body is longer than 78",
		    widest(body) <= 78);
		ZT_CASE("there is no control in it", harmless("\n"));
		ZT_CASE("possible mistakes come first",
		    strstr(body, "Possible mistakes: ") != NULL &&
			strstr(body, "Possible mistakes: ") <
			    strstr(body, "What was prevented"));
		statsfake_free(&s);
	}
	make(false, &s);
	s.modes = TALLY_SHADOW;
	s.opts.host = "mx.b\303\274cher.example";
	print(stats_letter, &s);
	ZT_CASE("in shadow mode it says what would have been",
	    strstr(text, "would have been prevented") != NULL &&
		strstr(text, "What was prevented") == NULL);
	ZT_CASE("a header that is not ASCII is encoded",
	    strstr(text, "Subject: =?utf-8?q?zfw=20on=20mx") != NULL);
	statsfake_free(&s);
}

static void
test_nothing(void)
{
	static writer *const all[] = { stats_text, stats_json, stats_csv,
		stats_prom, stats_letter };
	const struct stats s = { .opts = { .now_ms = UNTIL_MS,
				     .until_ms = UNTIL_MS,
				     .since_ms = UNTIL_MS - 86400000 } };
	unsigned empty = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		print(all[i], &s);
		empty += text_n < 100;
	}
	ZT_CASE("of an empty store each format says so much", empty == 0);
}

static const struct zt_test tests[] = {
	{ "text", test_text },
	{ "json", test_json },
	{ "csv", test_csv },
	{ "prom", test_prom },
	{ "letter", test_letter },
	{ "nothing", test_nothing },
};
ZT_MAIN("stats_write", tests)
