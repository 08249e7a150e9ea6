/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * config_shape - is a text a row of KEY = VALUE, and of keys that exist?
 *
 * libconfuse says where it stumbled, which after a brace that is not closed
 * is another key's line.  Here the usual slips are found first, and told
 * where they were made; all others are left to libconfuse.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/config_key.h"

#define NAME_MAX_BYTES 32 /* of a word that may be meant for a key */
#define SHOWN_MAX      64

enum token { END, WORD, EQUALS, OPEN, CLOSE, COMMA, ODD };

struct scan {
	const char *begin; /* of the text */
	const char *at;    /* behind the token */
	enum token token;
	int line;      /* where it begins */
	int next_line; /* where `at` is */
	bool first;    /* on its line */
	bool bare;     /* a word without quotes */
	struct str word;
	int *fault_line;
	char *why; /* CONFIG_WHYLEN; "" = nothing is wrong */
};

/* ---- words ---- */

static enum token
sign(char c)
{
	switch (c) {
	case '\0':
		return END;
	case '=':
		return EQUALS;
	case '{':
		return OPEN;
	case '}':
		return CLOSE;
	case ',':
		return COMMA;
	default:
		return ODD;
	}
}

static void
take_word(struct scan *s)
{
	const bool quote = *s->at == '"' || *s->at == '\'';
	const size_t n = quote ? config_quoted(s->at) :
				 strcspn(s->at, CONFIG_ENDS_WORD "\"'");

	s->token = WORD;
	s->bare = !quote;
	s->word = quote ? (struct str){ s->at + 1, n - 2 } :
			  (struct str){ s->at, n };
	for (const char *end = s->at + n; s->at < end; s->at++)
		s->next_line += *s->at == '\n';
}

static void
next(struct scan *s)
{
	size_t n;

	s->first = s->at == s->begin;
	/* libconfuse passes over a plus that is alone. */
	for (; (n = strspn(s->at, " \t\r\n+")) > 0; s->at++)
		if (*s->at == '\n') {
			s->next_line++;
			s->first = true;
		}
	s->line = s->next_line;
	if (strchr("=(){},", *s->at) == NULL) {
		take_word(s);
		return;
	}
	s->token = sign(*s->at);
	s->at += s->token != END;
}

static struct scan
peek(const struct scan *s)
{
	struct scan t = *s;

	next(&t);
	return t;
}

static bool __attribute__((format(printf, 3, 4)))
fault(struct scan *s, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(s->why, CONFIG_WHYLEN, fmt, ap);
	va_end(ap);
	*s->fault_line = line;
	return false;
}

static int
shown(struct str word)
{
	return word.n < SHOWN_MAX ? (int)word.n : SHOWN_MAX;
}

/* ---- keys ---- */

static const struct config_key *
key_of(struct str word)
{
	for (size_t i = 0; i < config_keys_n; i++)
		if (str_eq(word,
			(struct str){ config_key[i].name,
			    strlen(config_key[i].name) }))
			return &config_key[i];
	return NULL;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Letters to add, to take away, to change, or to swap with the next one, so
 * that the word becomes the name.
 */
static unsigned
distance(struct str word, const char *name)
{
	unsigned rows[3][NAME_MAX_BYTES + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2], *spare;
	const size_t n = strlen(name);

	for (unsigned j = 0; j <= n; j++)
		last[j] = j;
	for (size_t i = 1; i <= word.n; i++) {
		const char c = char_lower(word.p[i - 1]);

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			now[j] = least(last[j - 1] + (c != name[j - 1]),
			    least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && c == name[j - 2] &&
			    char_lower(word.p[i - 2]) == name[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[n];
}

/* A key that the word may be meant for: a third of it is other; or NULL. */
static const char *
nearest(struct str word)
{
	const char *best = NULL;
	unsigned least_d = (unsigned)(word.n + 1) / 3 + 1;

	if (word.n > NAME_MAX_BYTES)
		return NULL;
	for (size_t i = 0; i < config_keys_n; i++) {
		const char *name = config_key[i].name;
		unsigned d = strlen(name) > NAME_MAX_BYTES ?
		    least_d :
		    distance(word, name);

		if (d < least_d) {
			least_d = d;
			best = name;
		}
	}
	return best;
}

static bool
unknown(struct scan *s)
{
	const char *near = nearest(s->word);

	return fault(s, s->line, "unknown key '%.*s'%s%s%s", shown(s->word),
	    s->word.p, near == NULL ? "" : " (did you mean '",
	    near == NULL ? "" : near, near == NULL ? "" : "'?)");
}

/* Does the next key begin where a value should be? */
static bool
next_key(const struct scan *s)
{
	return s->token == WORD && s->bare && s->first &&
	    peek(s).token == EQUALS;
}

/* ---- values; false ends it ---- */

static bool
is_name(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!char_is_letter(word.p[i]) && !char_is_digit(word.p[i]) &&
		    word.p[i] != '_')
			return false;
	return word.n > 0;
}

static bool
list(struct scan *s, const struct config_key *k)
{
	const int line = s->line;
	bool want = true; /* a value, or the end */

	for (next(s); s->token != CLOSE; next(s)) {
		if (s->token == END || (next_key(s) && is_name(s->word)))
			return fault(s, line,
			    "%s: the { of this list is not closed", k->name);
		if (s->token == WORD && s->bare && peek(s).token == EQUALS)
			return fault(s, s->line,
			    "%s: a value with = in it needs double quotes",
			    k->name);
		if (s->token == WORD && !want)
			return fault(s, s->line,
			    "%s: there is no comma before \"%.*s\"", k->name,
			    shown(s->word), s->word.p);
		if (s->token != (want ? WORD : COMMA))
			return false;
		want = !want;
	}
	next(s);
	return true;
}

static bool
setting(struct scan *s)
{
	const struct config_key *k = key_of(s->word);
	const int line = s->line;

	if (k == NULL)
		return unknown(s);
	next(s);
	if (s->token != EQUALS && s->token != END)
		return false;
	if (s->token == EQUALS)
		next(s);
	if (s->token == END || (next_key(s) && key_of(s->word) != NULL))
		return fault(s, line, "%s: there is no value", k->name);
	if (s->token == OPEN && k->list_max > 0)
		return list(s, k);
	if (s->token != WORD)
		return false;
	next(s);
	if (s->token != COMMA && (s->token != WORD || s->first))
		return true;
	if (k->list_max > 0 && (s->token == COMMA || peek(s).token != EQUALS))
		return fault(s, s->line,
		    "%s: several values need braces and commas: {A, B}",
		    k->name);
	return s->token == WORD;
}

bool
config_shape(const char *text, int *line, char why[CONFIG_WHYLEN])
{
	struct scan s = { .begin = text,
		.at = text,
		.next_line = 1,
		.fault_line = line,
		.why = why };

	why[0] = '\0';
	next(&s);
	while (s.token == WORD && setting(&s))
		continue;
	return why[0] == '\0';
}
