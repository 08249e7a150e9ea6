/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: tools/stats_html_name tools/stats_html_pen fp/addr
 *
 * Any bytes as a stranger's name on the page: it is shown as plain characters
 * in our elements only, and read back it is the same bytes; a long name is cut
 * in the text, and whole in its title.
 */
#include <stdlib.h>

#include "tools/stats_html_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct text {
	char *p;
	size_t n;
};

static struct text
show(const char *name, size_t max)
{
	struct text t = { NULL, 0 };
	struct html h = { .f = open_memstream(&t.p, &t.n) };

	if (h.f == NULL)
		abort();
	html_name(&h, name, max);
	if (fclose(h.f) != 0 || h.bytes != t.n)
		abort();
	return t;
}

static size_t
put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* One of ours at the front: how long, and what it stands for. */
static size_t
word(const char *s, char *out, size_t *n)
{
	static const struct {
		const char *ours;
		char is;
	} words[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' },
		{ "&quot;", '"' }, { "&#39;", '\'' }, { "\\\\", '\\' } };
	unsigned c;
	int len = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(s, words[i].ours, strlen(words[i].ours)) == 0) {
			*out = words[i].is;
			*n = 1;
			return strlen(words[i].ours);
		}
	if (sscanf(s, "\\x%2x%n", &c, &len) == 1 && len == 4) {
		*out = (char)c;
		*n = 1;
		return 4;
	}
	if (sscanf(s, "\\u{%x}%n", &c, &len) == 1 && len > 4) {
		*n = put_utf8(out, c);
		return (size_t)len;
	}
	/* Anything else stands for itself, and is no markup. */
	if ((unsigned char)*s < 0x20 || *s == 0x7f || strchr("<>&\"'\\", *s))
		abort();
	*out = *s;
	*n = 1;
	return 1;
}

/* What was shown, without our elements, as the bytes that it came from. */
static size_t
read_back(const char *s, size_t len, char *out)
{
	static const char *const tags[] = { "<bdi>", "</bdi>",
		"<bdi dir=\"ltr\">" };
	const char *end = s + len;
	size_t n = 0, got;

	while (s < end) {
		size_t skip = 0;

		for (size_t i = 0; i < 3; i++)
			if (strncmp(s, tags[i], strlen(tags[i])) == 0)
				skip = strlen(tags[i]);
		if (skip == 0) {
			skip = word(s, out + n, &got);
			n += got;
		}
		s += skip;
	}
	return n;
}

static void
check_whole(const char *name)
{
	struct text t = show(name, SIZE_MAX);
	static char back[8 * HTML_NAME_MAX];
	size_t n = read_back(t.p, t.n, back);

	if (n != strlen(name) || memcmp(back, name, n) != 0)
		abort();
	free(t.p);
}

static void
check_cut(const char *name)
{
	static const char open[] = "<bdi title=\"";
	static char back[8 * HTML_NAME_MAX];
	struct text t = show(name, 20);
	const char *quote;
	size_t n;

	if (strncmp(t.p, open, sizeof(open) - 1) == 0) {
		quote = strchr(t.p + sizeof(open) - 1, '"');
		if (quote == NULL || quote[1] != '>')
			abort();
		n = read_back(t.p + sizeof(open) - 1,
		    (size_t)(quote - t.p) - (sizeof(open) - 1), back);
		if (n != strlen(name) || memcmp(back, name, n) != 0)
			abort();
		(void)read_back(quote + 2, t.n - (size_t)(quote + 2 - t.p),
		    back);
	}
	free(t.p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char name[HTML_NAME_MAX + 1];

	if (n > HTML_NAME_MAX)
		return 0;
	memcpy(name, data, n);
	name[n] = '\0';
	if (name[0] == '\0') /* a dash */
		return 0;
	check_whole(name);
	check_cut(name);
	return 0;
}
