/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/config_key.h"

#define FILE_MAX ((size_t)1 << 20)
#define UNCLOSED SIZE_MAX

static int
slurp(int fd, char **text)
{
	char *buf = malloc(FILE_MAX + 1);
	size_t n = 0;
	ssize_t got = -1;

	if (buf == NULL)
		return -ENOMEM;
	while (n <= FILE_MAX && (got = read(fd, buf + n, FILE_MAX + 1 - n)) > 0)
		n += (size_t)got;
	if (got != 0 || n > FILE_MAX) {
		int e = got == -1 ? -errno : -EFBIG;

		free(buf);
		return e;
	}
	buf[n] = '\0';
	*text = buf;
	/* A NUL would hide the rest of the file. */
	return strlen(buf) == n ? 0 : -EILSEQ;
}

int
config_slurp(const char *path, char **text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int e = fd == -1 ? -errno : slurp(fd, text);

	if (fd != -1)
		close(fd);
	return e;
}

/* Bytes of the quoted string that starts here. */
static size_t
quoted(const char *s)
{
	for (size_t i = 1; s[i] != '\0'; i++) {
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

		n = quote ? quoted(text) : comment(text, in_word);
		if (n == UNCLOSED)
			return quote ? "a string is not closed" :
				       "a comment is not closed";
		if (!quote)
			blank(text, n);
		if (n == 0)
			n = 1;
		in_word = !quote && strchr(" \t\r\n{}()=,+", *text) == NULL;
		for (; n > 0; n--)
			*line += *text++ == '\n';
	}
	return NULL;
}
