/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/config_key.h"

#define FILE_MAX ((size_t)1 << 20)
#define UNCLOSED SIZE_MAX

#define ZONE_MAX   160 /* bytes: room for an IPv6 address before it */
#define WEIGHT_MAX 8

int
config_slurp_fd(int fd, char **text)
{
	char *buf = malloc(FILE_MAX + 1);
	size_t n = 0;
	ssize_t got = -1;
	int e;

	if (buf == NULL)
		return -ENOMEM;
	/* Who had it before may have read it; a pipe has no start. */
	if (lseek(fd, 0, SEEK_SET) == -1 && errno != ESPIPE) {
		e = errno;
		free(buf);
		return -e;
	}
	while (n <= FILE_MAX && (got = read(fd, buf + n, FILE_MAX + 1 - n)) > 0)
		n += (size_t)got;
	if (got != 0 || n > FILE_MAX) {
		e = got == -1 ? errno : EFBIG;
		free(buf);
		return -e;
	}
	buf[n] = '\0';
	/* A NUL would hide the rest of the file. */
	if (strlen(buf) != n) {
		free(buf);
		return -EILSEQ;
	}
	*text = buf;
	return 0;
}

/* It ends in its line, for no value may have a line break in it. */
size_t
config_quoted(const char *s)
{
	for (size_t i = 1; s[i] != '\0' && s[i] != '\n'; i++) {
		if (s[i] == s[0])
			return i + 1;
		if (s[i] == '\\' && s[i + 1] != '\0')
			i++;
	}
	return UNCLOSED;
}

/* Bytes of the comment that starts here, 0 = none does. */
static size_t
comment(const char *s, bool in_word)
{
	const char *end;

	if (s[0] == '#' || (!in_word && s[0] == '/' && s[1] == '/'))
		return strcspn(s, "\n");
	if (in_word || s[0] != '/' || s[1] != '*')
		return 0;
	end = strstr(s + 2, "*/");
	return end == NULL ? UNCLOSED : (size_t)(end - s) + 2;
}

static void
blank(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] != '\n')
			s[i] = ' ';
}

const char *
config_blank(char *text, int *line)
{
	bool in_word = false; /* "/a//b" without quotes is one word */
	size_t n;

	*line = 1;
	while (*text != '\0') {
		bool quote = *text == '"' || *text == '\'';

		n = quote ? config_quoted(text) : comment(text, in_word);
		if (n == UNCLOSED)
			return quote ? "a string is not closed" :
				       "a comment is not closed";
		if (!quote)
			blank(text, n);
		if (n == 0)
			n = 1;
		in_word = !quote && strchr(CONFIG_ENDS_WORD, *text) == NULL;
		for (; n > 0; n--)
			*line += *text++ == '\n';
	}
	return NULL;
}

/* Labels of letters, digits, '-' and '_', with single dots between them. */
static bool
is_zone(struct str s)
{
	char before = '.';

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' ? before == '.' :
			       !(char_is_letter(c) || char_is_digit(c) ||
				   c == '-' || c == '_'))
			return false;
		before = c;
	}
	return s.n <= ZONE_MAX && before != '.';
}

bool
config_dns_list(struct str s, struct str *zone, double *nats)
{
	const char *eq = s.n == 0 ? NULL : memchr(s.p, '=', s.n);
	char text[WEIGHT_MAX + 1] = "";
	struct str weight;
	char *end;

	if (eq == NULL)
		return false;
	*zone = (struct str){ s.p, (size_t)(eq - s.p) };
	weight = str_from(s, zone->n + 1);
	if (!is_zone(*zone) || weight.n == 0 || weight.n > WEIGHT_MAX)
		return false;
	memcpy(text, weight.p, weight.n);
	/* strtod() would take hexadecimal, exponents, "inf" and "nan" too. */
	if (strspn(text, "0123456789.") != weight.n || text[0] == '.')
		return false;
	*nats = strtod(text, &end);
	return *end == '\0';
}

const char *
config_front_name_of(const struct config *c)
{
	if (c->front_name[0] == '\0' && c->own_names != NULL &&
	    c->own_names[0] != NULL)
		return c->own_names[0];
	return c->front_name;
}

bool
config_is_journal(const char *log)
{
	static const char word[] = "journal";
	const size_t n = sizeof(word) - 1;

	return strncmp(log, word, n) == 0 && (log[n] == '\0' || log[n] == ':');
}

bool
config_listen(struct str s, struct addr *a, uint16_t *port)
{
	size_t n = s.n;
	uint32_t v = 0;

	while (n > 0 && char_is_digit(s.p[n - 1]))
		n--;
	if (n < 2 || s.p[n - 1] != ':' || s.n - n < 1 || s.n - n > 5)
		return false;
	for (size_t i = n; i < s.n; i++)
		v = v * 10 + (uint32_t)(s.p[i] - '0');
	if (v < 1 || v > 65535)
		return false;
	*port = (uint16_t)v;
	s.n = n - 1;
	if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		return addr_parse((struct str){ s.p + 1, s.n - 2 }, a) &&
		    a->family == 6;
	return addr_parse(s, a) && a->family == 4;
}
