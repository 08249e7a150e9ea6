/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zs_text - the words, values and variables of a scenario */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>

#include "tests/tools/lib/zs.h"

void
zs_die(const struct zs *z, const char *fmt, ...)
{
	va_list ap;

	printf("FAIL %s:%d: ", z->file, z->line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\nzt %u %u 0\n", z->passed, z->failed + 1);
	exit(1);
}

void *
zs_grow(const struct zs *z, void *v, size_t n, size_t *max, size_t size)
{
	if (n < *max)
		return v;
	*max = *max == 0 ? 64 : *max * 2;
	v = reallocarray(v, *max, size);
	if (v == NULL)
		zs_die(z, "out of memory");
	return v;
}

void
zs_set_var(struct zs *z, const char *name, const char *value)
{
	size_t i = 0;

	while (i < z->vars_n && strcmp(z->vars[i].name, name) != 0)
		i++;
	if (i == ZS_VARS_MAX)
		zs_die(z, "too many variables");
	if (i == z->vars_n)
		z->vars_n++;
	snprintf(z->vars[i].name, sizeof(z->vars[i].name), "%s", name);
	snprintf(z->vars[i].value, sizeof(z->vars[i].value), "%s", value);
}

static const char *
var(const struct zs *z, const char *name, size_t n)
{
	for (size_t i = 0; i < z->vars_n; i++)
		if (strlen(z->vars[i].name) == n &&
		    strncmp(z->vars[i].name, name, n) == 0)
			return z->vars[i].value;
	zs_die(z, "no variable $%.*s", (int)n, name);
}

char *
zs_expand(const struct zs *z, const char *text)
{
	char *out = NULL;
	size_t size = 0, n;
	FILE *f = open_memstream(&out, &size);

	if (f == NULL)
		zs_die(z, "out of memory");
	while (*text != '\0') {
		const char *name = text + 1;
		bool brace = text[0] == '$' && text[1] == '{';

		if (*text != '$') {
			putc(*text++, f);
			continue;
		}
		name += brace;
		for (n = 0; isalnum((unsigned char)name[n]) != 0;)
			n++;
		if (n == 0 || (brace && name[n] != '}'))
			zs_die(z, "a variable is $name or ${name}");
		fputs(var(z, name, n), f);
		text = name + n + brace;
	}
	fclose(f);
	return out;
}

/* Unescapes a quoted word in place; returns what follows it. */
static char *
take_quoted(const struct zs *z, char *s)
{
	char *to = s;

	for (; *s != '"'; s++) {
		if (*s == '\0')
			zs_die(z, "a string is not closed");
		if (*s != '\\') {
			*to++ = *s;
			continue;
		}
		switch (*++s) {
		case 'n':
			*to++ = '\n';
			break;
		case 'r':
			*to++ = '\r';
			break;
		case 't':
			*to++ = '\t';
			break;
		case '\0':
			zs_die(z, "a string is not closed");
		default:
			*to++ = *s;
		}
	}
	*to = '\0';
	return s + 1;
}

void
zs_split(const struct zs *z, char *s, struct zs_words *w)
{
	w->n = w->at = 0;
	for (;;) {
		s += strspn(s, " \t");
		if (*s == '\0' || *s == '#')
			return;
		if (w->n == ZS_WORDS_MAX)
			zs_die(z, "too many words");
		if (*s == '"') {
			w->v[w->n++] = ++s;
			s = take_quoted(z, s);
			continue;
		}
		w->v[w->n++] = s;
		s += strcspn(s, " \t");
		if (*s != '\0')
			*s++ = '\0';
	}
}

bool
zs_more(const struct zs_words *w)
{
	return w->at < w->n;
}

const char *
zs_next(const struct zs *z, struct zs_words *w, const char *what)
{
	if (!zs_more(w))
		zs_die(z, "%s is missing", what);
	return w->v[w->at++];
}

bool
zs_is(struct zs_words *w, const char *word)
{
	if (!zs_more(w) || strcmp(w->v[w->at], word) != 0)
		return false;
	w->at++;
	return true;
}

void
zs_end(const struct zs *z, const struct zs_words *w)
{
	if (zs_more(w))
		zs_die(z, "\"%s\" is not understood here", w->v[w->at]);
}

long
zs_number(const struct zs *z, const char *word)
{
	char *end;
	long v = strtol(word, &end, 10);

	if (*end != '\0' || end == word)
		zs_die(z, "\"%s\" is not a number", word);
	return v;
}

int64_t
zs_duration(const struct zs *z, const char *word)
{
	static const struct {
		const char *unit;
		int64_t us;
	} units[] = { { "ms", 1000 }, { "min", 60000000 }, { "us", 1 },
		{ "s", 1000000 }, { "h", 3600000000 }, { "d", 86400000000 } };
	const size_t units_n = sizeof(units) / sizeof(units[0]);
	const char *s = word;
	int64_t us = 0;

	do {
		char *end;
		long v = strtol(s, &end, 10);
		size_t i = 0;

		while (i < units_n &&
		    strncmp(end, units[i].unit, strlen(units[i].unit)) != 0)
			i++;
		if (end == s || i == units_n)
			zs_die(z, "\"%s\" is not a duration like 1h30min",
			    word);
		us += v * units[i].us;
		s = end + strlen(units[i].unit);
	} while (*s != '\0');
	return us;
}

struct addr
zs_addr(const struct zs *z, const char *word)
{
	struct addr a;

	if (!addr_parse((struct str){ word, strlen(word) }, &a))
		zs_die(z, "\"%s\" is not an address", word);
	return a;
}

struct net
zs_net(const struct zs *z, const char *word)
{
	struct net n;

	if (!net_parse((struct str){ word, strlen(word) }, &n))
		zs_die(z, "\"%s\" is not an address or a network", word);
	return n;
}

struct addr
zs_peer(const struct zs *z, const char *word, uint16_t *port)
{
	char buf[ADDR_STRLEN + 8];
	char *colon, *host = buf;

	*port = 0;
	snprintf(buf, sizeof(buf), "%s", word);
	colon = strrchr(buf, ':');
	if (buf[0] == '[' && colon != NULL && colon[-1] == ']') {
		host++;
		colon[-1] = '\0';
	} else if (colon == NULL || strchr(buf, ':') != colon) {
		return zs_addr(z, word);
	}
	*colon = '\0';
	*port = (uint16_t)zs_number(z, colon + 1);
	return zs_addr(z, host);
}
